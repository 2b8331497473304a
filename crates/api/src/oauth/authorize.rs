//! `/oauth/authorize/`: sign-in and consent. One address, so that nothing of the application's
//! request has to be carried along: the forms post to the address they were shown at.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use engine::auth::authorize::{self, Authorization, AuthorizeError, AuthorizeRequest};
use engine::auth::sessions::{self, BrowserSession};
use engine::{Engine, Error};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::cookies::Cookie;
use super::parameters::Parameters;
use super::signing::Posted;
use super::{ClientAddress, forgery, pages, signing};
use crate::http::refusals::is_refusal;
use crate::layers::known;

/// The request's parameters of which none may be given twice.
const NAMES: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
];

/// `GET`: the sign-in form or the question.
pub(super) async fn show(State(engine): State<Engine>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let authorization = match check(&engine, parts.uri.query()).await {
        Ok(authorization) => authorization,
        Err(answer) => return answer,
    };
    let shown = match current(&engine, &parts.headers).await {
        Ok(Some((cookie, session))) => ask(&engine, &authorization, &session, &cookie).map(known),
        Ok(None) => ask_sign_in(&engine, &authorization, &parts.headers),
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| failed(&error))
}

/// `POST`: the answer to either.
pub(super) async fn answer(State(engine): State<Engine>, request: Request) -> Response {
    let address = ClientAddress::of(&request);
    let (parts, body) = request.into_parts();
    let authorization = match check(&engine, parts.uri.query()).await {
        Ok(authorization) => authorization,
        Err(answer) => return answer,
    };
    let Ok(form) = Parameters::default().with_form(&parts.headers, body).await else {
        return pages::problem(
            StatusCode::BAD_REQUEST,
            "The form could not be read",
            "Go back and try again.",
        );
    };
    let asked = Asked {
        engine: &engine,
        authorization: &authorization,
        headers: &parts.headers,
        query: parts.uri.query().unwrap_or_default(),
        form: &form,
        address,
    };
    let answered = match form.get("action") {
        Some("allow" | "refuse" | "sign_out") => asked.decide().await,
        _ => asked.sign_in().await,
    };
    answered.unwrap_or_else(|error| failed(&error))
}

async fn check(engine: &Engine, query: Option<&str>) -> Result<Authorization, Response> {
    let parameters = Parameters::of_query(query);
    let request = AuthorizeRequest {
        client_id: parameters.owned("client_id"),
        response_type: parameters.owned("response_type"),
        redirect_uri: parameters.owned("redirect_uri"),
        scope: parameters.owned("scope"),
        state: parameters.owned("state"),
        code_challenge: parameters.owned("code_challenge"),
        code_challenge_method: parameters.owned("code_challenge_method"),
        repeated: parameters.repeated(NAMES),
    };
    authorize::check(engine, request)
        .await
        .map_err(|error| match error {
            AuthorizeError::Shown(text) => pages::wrong_link(text),
            AuthorizeError::Redirected(url) => see_other(url.as_str()),
            AuthorizeError::Other(error) => failed(&error),
        })
}

/// The session of the browser and its cookie.
pub(super) async fn current(
    engine: &Engine,
    headers: &HeaderMap,
) -> Result<Option<(String, BrowserSession)>, Error> {
    let Some(cookie) = Cookie::Session.read(engine, headers) else {
        return Ok(None);
    };
    let session = sessions::find(engine, &cookie).await?;
    Ok(session.map(|session| (cookie, session)))
}

fn ask(
    engine: &Engine,
    authorization: &Authorization,
    session: &BrowserSession,
    cookie: &str,
) -> Result<Response, Error> {
    let token = sessions::form_token(engine, cookie)?;
    Ok(pages::consent(authorization, &session.user, &token))
}

fn ask_sign_in(
    engine: &Engine,
    authorization: &Authorization,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    sign_in_form(engine, authorization, headers, StatusCode::OK, "", None)
}

/// The form, with a cookie for its token unless the browser has one.
fn sign_in_form(
    engine: &Engine,
    authorization: &Authorization,
    headers: &HeaderMap,
    status: StatusCode,
    email: &str,
    error: Option<&str>,
) -> Result<Response, Error> {
    let application = Some(authorization.application_name.as_str());
    signing::form(engine, headers, |token| {
        pages::sign_in(status, application, token, email, error)
    })
}

/// A form that was sent.
struct Asked<'a> {
    engine: &'a Engine,
    authorization: &'a Authorization,
    headers: &'a HeaderMap,
    query: &'a str,
    form: &'a Parameters,
    address: std::net::IpAddr,
}

impl Asked<'_> {
    fn is_ours(&self, cookie: Option<&str>) -> Result<bool, Error> {
        forgery::is_ours(
            self.engine,
            self.headers,
            cookie,
            self.form.get("form_token"),
        )
    }

    /// The address of this page, for going back to it.
    fn here(&self) -> String {
        format!("/oauth/authorize/?{}", self.query)
    }

    async fn decide(&self) -> Result<Response, Error> {
        let Some((cookie, session)) = current(self.engine, self.headers).await? else {
            return Ok(see_other(&self.here()));
        };
        if !self.is_ours(Some(&cookie))? {
            return Ok(foreign_form());
        }
        match self.form.get("action") {
            Some("allow") => {
                let to = authorize::approve(self.engine, self.authorization, &session).await?;
                Ok(known(see_other(to.as_str())))
            }
            Some("refuse") => {
                let to = authorize::refuse(self.engine, self.authorization);
                Ok(known(see_other(to.as_str())))
            }
            _ => {
                sessions::sign_out(self.engine, &cookie, self.address).await?;
                let mut response = see_other(&self.here());
                add_cookie(&mut response, Cookie::Session.remove(self.engine));
                Ok(known(response))
            }
        }
    }

    async fn sign_in(&self) -> Result<Response, Error> {
        let visitor = Cookie::Visitor.read(self.engine, self.headers);
        if !self.is_ours(visitor.as_deref())? {
            return Ok(foreign_form());
        }
        let posted = Posted {
            engine: self.engine,
            headers: self.headers,
            form: self.form,
            address: self.address,
        };
        match posted.sign_in(&self.here()).await? {
            Ok(response) => Ok(response),
            Err(refusal) => {
                let email = self.form.get("email").unwrap_or_default();
                let shown = sign_in_form(
                    self.engine,
                    self.authorization,
                    self.headers,
                    refusal.status,
                    email,
                    Some(&refusal.text),
                )?;
                Ok(refusal.on(shown))
            }
        }
    }
}

pub(super) fn foreign_form() -> Response {
    pages::problem(
        StatusCode::FORBIDDEN,
        "The form has expired",
        "This form was not sent from a page of Switchboard, or it is too old, or your browser refuses cookies. Go back, reload the page and try again.",
    )
}

/// An error that the user can do nothing about.
pub(super) fn failed(error: &Error) -> Response {
    match error {
        Error::Unauthenticated(_) => pages::problem(
            StatusCode::FORBIDDEN,
            "You are no longer signed in",
            "Go back, reload the page and sign in again.",
        ),
        Error::Unavailable(cause) => {
            if !is_refusal(error, "") {
                tracing::warn!(%cause, "a page could not be shown");
            }
            let mut response = pages::problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "Too busy",
                "The server has too much to do. Try again in a moment.",
            );
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            response
        }
        error => {
            tracing::error!(?error, "a page could not be shown");
            pages::problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong",
                "This is our fault. Try again, and tell the people who run this server if it happens again.",
            )
        }
    }
}

/// Sends the browser elsewhere, with `GET` whatever it came with (RFC 9700, 4.12). The address may
/// hold a code, so nobody keeps the answer.
pub(super) fn see_other(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let Ok(location) = HeaderValue::from_str(to) else {
        return failed(&Error::internal("an address is no header"));
    };
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// Adds a cookie to an answer.
pub(super) fn add_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
