//! `/account/password/link/…`: a password is set with a link.
//!
//! The link itself only puts its secret into a cookie and leads on, so that the secret stands in no
//! address that is kept in a history or told to anybody. Opening it uses nothing up: programs that
//! look into mail open links, too.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use engine::auth::{Secret, password_links, sessions};
use engine::{Engine, Error};
use http::{HeaderMap, StatusCode};

use super::super::authorize::{add_cookie, failed, foreign_form, see_other};
use super::super::cookies::Cookie;
use super::super::parameters::Parameters;
use super::super::{ClientAddress, forgery, pages};
use super::{DIFFERENT, views};
use crate::layers::known;

const PAGE: &str = "/account/password/new";

/// `GET /account/password/link/{secret}`.
pub(super) async fn open(State(engine): State<Engine>, Path(secret): Path<String>) -> Response {
    match password_links::find(&engine, &secret).await {
        Ok(Some(_)) => {
            let mut response = see_other(PAGE);
            let cookie = Cookie::Link.set(&engine, &Secret::presented(&secret));
            add_cookie(&mut response, cookie);
            known(response)
        }
        Ok(None) => ended(),
        Err(error) => failed(&error),
    }
}

/// `GET /account/password/new`.
pub(super) async fn show(State(engine): State<Engine>, request: Request) -> Response {
    let shown = page(&engine, request.headers(), None).await;
    shown.unwrap_or_else(|error| failed(&error))
}

async fn page(
    engine: &Engine,
    headers: &HeaderMap,
    wrong: Option<(&str, &str)>,
) -> Result<Response, Error> {
    let Some(secret) = Cookie::Link.read(engine, headers) else {
        return Ok(ended());
    };
    let Some(user) = password_links::find(engine, &secret).await? else {
        return Ok(ended());
    };
    let token = sessions::form_token(engine, &secret)?;
    let status = wrong.map_or(StatusCode::OK, |_| StatusCode::BAD_REQUEST);
    let content = views::new_password(&user.email, &token, wrong);
    Ok(known(pages::page(
        status,
        "Set a password",
        &content,
        "'self'",
    )))
}

/// `POST /account/password/new`.
pub(super) async fn answer(State(engine): State<Engine>, request: Request) -> Response {
    let address = ClientAddress::of(&request);
    let (parts, body) = request.into_parts();
    let form = Parameters::default()
        .with_form(&parts.headers, body)
        .await
        .unwrap_or_default();
    let Some(secret) = Cookie::Link.read(&engine, &parts.headers) else {
        return ended();
    };
    let token = form.get("form_token");
    match forgery::is_ours(&engine, &parts.headers, Some(&secret), token) {
        Ok(true) => {}
        Ok(false) => return foreign_form(),
        Err(error) => return failed(&error),
    }
    let new = form.get("password").unwrap_or_default();
    let answered = if form.get("password_again").unwrap_or_default() == new {
        match password_links::set_password(&engine, &secret, new, address).await {
            Ok(()) => Ok(done(&engine)),
            Err(Error::Unauthenticated(_)) => Ok(ended()),
            Err(Error::Invalid { reason, .. }) => {
                let reason = views::sentence(&reason);
                page(&engine, &parts.headers, Some(("password", &reason))).await
            }
            Err(error) => Err(error),
        }
    } else {
        page(&engine, &parts.headers, Some(("password_again", DIFFERENT))).await
    };
    answered.unwrap_or_else(|error| failed(&error))
}

fn done(engine: &Engine) -> Response {
    let mut response = pages::page(
        StatusCode::OK,
        "The password is set",
        &views::password_is_set(),
        "'none'",
    );
    add_cookie(&mut response, Cookie::Link.remove(engine));
    known(response)
}

fn ended() -> Response {
    pages::problem(
        StatusCode::GONE,
        "This link is not good any more",
        "A link to set a password is good once and for a limited time, and a newer one replaces it. Ask the people who gave it to you for another.",
    )
}
