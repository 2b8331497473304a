//! `/oauth/sign_out/`: ends the session of a browser.

use axum::extract::{Request, State};
use axum::response::Response;
use engine::auth::sessions;
use engine::{Engine, Error};
use http::{HeaderMap, StatusCode};

use super::authorize::{add_cookie, failed, see_other};
use super::cookies::Cookie;
use super::parameters::Parameters;
use super::{ClientAddress, forgery, pages};

/// `GET`: asks first, because a link must not sign anybody out.
pub(super) async fn show(State(engine): State<Engine>, request: Request) -> Response {
    page(&engine, request.headers())
        .await
        .unwrap_or_else(|error| failed(&error))
}

async fn page(engine: &Engine, headers: &HeaderMap) -> Result<Response, Error> {
    let Some(cookie) = Cookie::Session.read(engine, headers) else {
        return Ok(pages::sign_out(None));
    };
    let Some(session) = sessions::find(engine, &cookie).await? else {
        return Ok(pages::sign_out(None));
    };
    let token = sessions::form_token(engine, &cookie)?;
    Ok(pages::sign_out(Some((&session.user, &token))))
}

/// `POST`: signs out.
pub(super) async fn answer(State(engine): State<Engine>, request: Request) -> Response {
    let address = ClientAddress::of(&request);
    let (parts, body) = request.into_parts();
    let form = Parameters::default()
        .with_form(&parts.headers, body)
        .await
        .unwrap_or_default();
    let cookie = Cookie::Session.read(&engine, &parts.headers);
    let token = form.get("form_token");
    match forgery::is_ours(&engine, &parts.headers, cookie.as_deref(), token) {
        Ok(true) => {}
        Ok(false) => {
            return pages::problem(
                StatusCode::FORBIDDEN,
                "The form has expired",
                "Go back, reload the page and try again.",
            );
        }
        Err(error) => return failed(&error),
    }
    if let Err(error) = sessions::sign_out(&engine, &cookie.unwrap_or_default(), address).await {
        return failed(&error);
    }
    let mut response = see_other("/oauth/sign_out/");
    add_cookie(&mut response, Cookie::Session.remove(&engine));
    response
}
