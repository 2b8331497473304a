//! Who sends a call: the token, wherever the client put it.
//!
//! What a body says takes far more memory than the body, so it is taken apart only when its sender
//! is known. Only where neither header nor query has a token is the body read before that. A form
//! is then searched for its token, pair by pair, however long it is: recorded clients post
//! `mentions=…&access_token=…`. Of other bodies only small ones are looked into.

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use engine::Engine;
use engine::auth::Identity;

use crate::http::{self, header_text};
use crate::social_connect::errors::Failure;
use crate::social_connect::params::{Params, token_in_form};

/// Largest body, in bytes, that is taken apart for a sender of whom nothing is known yet.
const NAMELESS_BODY: usize = 64 * 1024;

/// The body of a call whose sender is known.
pub(super) enum Rest {
    /// Nothing of it was needed yet.
    Unread(Body),
    /// It was read for its token.
    Read(Option<Bytes>),
}

/// The sender of a call, and the body.
///
/// # Errors
/// There is no token, or it opens nothing.
pub(super) async fn identify(
    engine: &Engine,
    query: &Params,
    parts: &Parts,
    body: Body,
    limit: usize,
) -> Result<(Identity, Rest), Failure> {
    let (token, rest) = if let Some(token) = stated(&parts.headers, query) {
        (token, Rest::Unread(body))
    } else {
        let bytes = match http::body::read(body, limit).await.map_err(Failure::from) {
            // what is wrong with it is told only to senders who are known
            Err(Failure::TooLarge { .. }) => return Err(Failure::NoToken),
            read => read?,
        };
        let token = bytes.as_deref().and_then(|bytes| within(parts, bytes));
        (token.ok_or(Failure::NoToken)?, Rest::Read(bytes))
    };
    let identity = engine::auth::authenticate(engine, &token).await?;
    Ok((identity, rest))
}

/// Whether a token beside the body is good.
pub(super) async fn is_known(engine: &Engine, parts: &Parts) -> bool {
    let query = Params::from_query(parts.uri.query().unwrap_or_default()).unwrap_or_default();
    match stated(&parts.headers, &query) {
        Some(token) => engine::auth::authenticate(engine, &token).await.is_ok(),
        None => false,
    }
}

/// The token from the header, else from the query.
fn stated(headers: &HeaderMap, query: &Params) -> Option<String> {
    let from_header = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim().to_owned());
    from_header
        .filter(|token| !token.is_empty())
        .or_else(|| query.text("access_token"))
}

/// The token in a body. One that cannot be understood has none: what is wrong with it is told
/// only to senders who are known.
fn within(parts: &Parts, body: &[u8]) -> Option<String> {
    let content_type = header_text(&parts.headers, &header::CONTENT_TYPE);
    if body.len() > NAMELESS_BODY {
        return token_in_form(content_type.as_deref(), body);
    }
    let mut params = Params::default();
    params.merge_body(content_type.as_deref(), body).ok()?;
    params.text("access_token")
}

/// Adds the parameters of the body, if there is one.
///
/// # Errors
/// It is larger than `limit` bytes, ends too early or cannot be understood.
pub(super) async fn merge_body(
    params: &mut Params,
    parts: &Parts,
    rest: Rest,
    limit: usize,
) -> Result<(), Failure> {
    let bytes = match rest {
        Rest::Unread(body) => http::body::read(body, limit).await?,
        Rest::Read(bytes) => bytes,
    };
    let Some(bytes) = bytes else { return Ok(()) };
    let content_type = header_text(&parts.headers, &header::CONTENT_TYPE);
    Ok(params.merge_body(content_type.as_deref(), &bytes)?)
}
