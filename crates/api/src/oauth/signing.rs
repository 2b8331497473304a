//! The sign-in form, which every page shows to who is not signed in, and what comes of it.

use std::net::IpAddr;

use axum::response::Response;
use engine::auth::sign_in::{self, Attempted, SignInError};
use engine::auth::{Secret, sessions};
use engine::{Engine, Error};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::authorize::{add_cookie, see_other};
use super::cookies::Cookie;
use super::parameters::Parameters;
use crate::layers::known;

/// A form that was sent.
pub(super) struct Posted<'a> {
    pub(super) engine: &'a Engine,
    pub(super) headers: &'a HeaderMap,
    pub(super) form: &'a Parameters,
    pub(super) address: IpAddr,
}

/// Why nobody is signed in, for the form that is shown again.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) text: String,
    retry_after_ms: Option<i64>,
}

impl Refusal {
    /// Too many attempts.
    pub(super) fn locked(retry_after_ms: i64) -> Self {
        let minutes = (retry_after_ms / 60_000) + 1;
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            text: format!(
                "Too many attempts. Try again in {minutes} minute{}.",
                if minutes == 1 { "" } else { "s" }
            ),
            retry_after_ms: Some(retry_after_ms),
        }
    }

    /// The page with the header that says when to come back.
    pub(super) fn on(&self, mut response: Response) -> Response {
        if let Some(retry_after_ms) = self.retry_after_ms {
            let seconds = HeaderValue::from(retry_after_ms / 1_000 + 1);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl Posted<'_> {
    /// Signs somebody in and sends the browser on.
    pub(super) async fn sign_in(&self, to: &str) -> Result<Result<Response, Refusal>, Error> {
        let device = Cookie::Device.read(self.engine, self.headers);
        let tried = Attempted {
            email: self.form.get("email").unwrap_or_default(),
            password: self.form.get("password").unwrap_or_default(),
            address: self.address,
            device: device.as_deref(),
            agent: agent(self.headers),
        };
        match sign_in::sign_in(self.engine, tried).await {
            Ok(signed_in) => {
                let mut response = see_other(to);
                for (cookie, value) in [
                    (Cookie::Session, &signed_in.session),
                    (Cookie::Device, &signed_in.device),
                ] {
                    add_cookie(&mut response, cookie.set(self.engine, value));
                }
                add_cookie(&mut response, Cookie::Visitor.remove(self.engine));
                Ok(Ok(known(response)))
            }
            Err(SignInError::Wrong) => Ok(Err(Refusal {
                status: StatusCode::FORBIDDEN,
                text: "E-mail address or password is wrong.".to_owned(),
                retry_after_ms: None,
            })),
            Err(SignInError::Locked { retry_after_ms }) => Ok(Err(Refusal::locked(retry_after_ms))),
            Err(SignInError::Other(error)) => Err(error),
        }
    }
}

/// What the browser says about itself.
pub(super) fn agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT)?.to_str().ok()
}

/// A page with a form for who is not signed in, with a cookie for its token unless the browser has
/// one.
pub(super) fn form(
    engine: &Engine,
    headers: &HeaderMap,
    page: impl FnOnce(&str) -> Response,
) -> Result<Response, Error> {
    let known = Cookie::Visitor.read(engine, headers);
    let fresh = known.is_none().then(|| Secret::long(engine.random()));
    let cookie = known
        .as_deref()
        .or(fresh.as_ref().map(Secret::expose))
        .unwrap_or_default();
    let token = sessions::form_token(engine, cookie)?;
    let mut response = page(&token);
    if let Some(fresh) = fresh {
        add_cookie(&mut response, Cookie::Visitor.set(engine, &fresh));
    }
    Ok(response)
}
