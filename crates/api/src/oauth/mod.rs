//! OAuth 2: the pages on which a user signs in and consents, the endpoints that applications call,
//! and the pages at which people look after what is theirs. Nothing here is a rule; those are in [`engine::auth`].
//!
//! The paths are those of the original (`/oauth/authorize/`, `/oauth/access_token/`), with and
//! without a slash at the end. Answers are not in the API's envelope, as recorded clients expect.

mod authorize;
mod cookies;
mod forgery;
mod metadata;
mod own;
mod pages;
mod parameters;
mod sign_out;
mod signing;
mod style;
mod token;

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{any, get, post};
use engine::Engine;
use http::StatusCode;

/// Where the style of the pages is.
pub(crate) const STYLE: &str = "/oauth/style.css";

/// The client's network address, which the listener puts into a request's extensions after it has
/// decided whom to believe about it. Sign-in throttling counts by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address in a request; all requests without one count as one client.
    pub fn of(request: &Request) -> IpAddr {
        request
            .extensions()
            .get::<Self>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.0)
    }
}

/// The routes under `/oauth` and `/account`, and the description under `/.well-known`. An account of
/// the API is a number, so no path of it begins with the word.
pub fn router(engine: Engine) -> Router {
    let authorize = get(authorize::show).post(authorize::answer);
    let sign_out = get(sign_out::show).post(sign_out::answer);
    let metadata = get(metadata::show);
    Router::new()
        .route("/oauth/authorize", authorize.clone())
        .route("/oauth/authorize/", authorize)
        .route("/oauth/access_token", any(token::exchange))
        .route("/oauth/access_token/", any(token::exchange))
        .route("/oauth/revoke", post(token::revoke))
        .route("/oauth/revoke/", post(token::revoke))
        .route("/oauth/sign_out", sign_out.clone())
        .route("/oauth/sign_out/", sign_out)
        .route(STYLE, get(style::show))
        .route("/.well-known/oauth-authorization-server", metadata)
        .merge(own::router())
        .with_state(engine)
}

/// Refuses a request that was not handed on: a page for people, words for applications.
pub(crate) fn refuse(path: &str, status: StatusCode, reason: &str) -> Response {
    let is_page = ["/account", "/oauth/authorize", "/oauth/sign_out"]
        .iter()
        .any(|page| path.starts_with(page));
    if is_page {
        return pages::problem(status, "This did not work", reason);
    }
    let error = match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            "temporarily_unavailable"
        }
        _ => "invalid_request",
    };
    token::answer(status, &token::error_body(error, reason))
}

#[cfg(test)]
mod tests;
