//! Who sends a call: the token, wherever the client put it.
//!
//! Reading a body takes far more memory than sending one, so it is left until its sender is known.
//! Only where neither header nor query has a token is the body looked into for one, and only into
//! a small one.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use engine::auth::Identity;
use engine::{Engine, Error};

use crate::http::{self, header_text};
use crate::social_connect::errors::Failure;
use crate::social_connect::params::Params;

/// Largest body, in bytes, that is read of a sender of whom nothing is known yet.
const NAMELESS_BODY: usize = 64 * 1024;

/// The sender of a call, and the body where it was not read for that. One that was is in `params`,
/// which has the query when it comes in.
///
/// # Errors
/// There is no token, or it opens nothing.
pub(super) async fn identify(
    engine: &Engine,
    params: &mut Params,
    parts: &Parts,
    body: Body,
    limit: usize,
) -> Result<(Identity, Option<Body>), Failure> {
    let (token, rest) = match stated(&parts.headers, params) {
        Some(token) => (token, Some(body)),
        None => (within(params, parts, body, limit).await?, None),
    };
    let identity = engine::auth::authenticate(engine, &token).await?;
    Ok((identity, rest))
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

/// The token in a body. One that is too large or can not be understood has none: what is wrong
/// with it is told only to senders who are known.
async fn within(
    params: &mut Params,
    parts: &Parts,
    body: Body,
    limit: usize,
) -> Result<String, Failure> {
    match merge_body(params, parts, body, limit.min(NAMELESS_BODY)).await {
        Ok(Ok(())) => params.text("access_token").ok_or(Failure::NoToken),
        Ok(Err(_)) | Err(Failure::TooLarge { .. }) => Err(Failure::NoToken),
        Err(other) => Err(other),
    }
}

/// Reads the body, if there is one, and merges its parameters. What is wrong within it is returned
/// apart from what is wrong with it as a whole.
///
/// # Errors
/// It is larger than `limit` bytes, or ends too early.
pub(super) async fn merge_body(
    params: &mut Params,
    parts: &Parts,
    body: Body,
    limit: usize,
) -> Result<Result<(), Error>, Failure> {
    let Some(bytes) = http::body::read(body, limit).await? else {
        return Ok(Ok(()));
    };
    let content_type = header_text(&parts.headers, &header::CONTENT_TYPE);
    Ok(params.merge_body(content_type.as_deref(), &bytes))
}
