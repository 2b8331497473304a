//! Answers that were too large to be kept: their object is read anew when the call is repeated.

use axum::response::Response;
use axum::{body::Body, http::Method};
use bytes::Bytes;
use engine::idempotency::LARGEST_KEPT;

use super::{Dialect, authorise, respond, run};
use crate::http::path::Table;
use crate::render::{Envelope, Presentation};
use crate::social_connect::call::Call;
use crate::social_connect::errors::Failure;
use crate::social_connect::idempotency::mark_replayed;
use crate::social_connect::routes::{Returns, Route, Verb};

/// The value of an answer that may be too large to be kept: it names its object.
pub(super) fn large(envelope: &Envelope) -> Option<Vec<u8>> {
    // The rendering adds little, and may write each character of the value several times as long.
    (envelope.value.len() > LARGEST_KEPT / 8).then(|| envelope.value.clone())
}

/// The path at which the object in an answer is read: that of the call itself, or, of an object
/// that the call made, the one at which objects of its name are.
pub(super) fn place(
    table: &Table<Route>,
    route: &Route,
    path: &str,
    value: Option<&[u8]>,
) -> Option<String> {
    let Returns::Object(name) = route.returns else {
        return None;
    };
    let shows =
        |other: &&Route| matches!(other.verb, Verb::Get) && other.returns == Returns::Object(name);
    if table
        .find(path)?
        .routes
        .iter()
        .any(|other| shows(&&**other))
    {
        return Some(path.to_owned());
    }
    let value: serde_json::Value = serde_json::from_slice(value?).ok()?;
    let id = match value.get("id")? {
        serde_json::Value::String(text) => text.clone(),
        number => number.to_string(),
    };
    // `…/topics` makes what `…/topic/{topic_id}` shows: the parts before are the caller's.
    let (before, _) = path.rsplit_once('/')?;
    table
        .paths()
        .filter(|(_, routes)| routes.iter().any(|other| shows(&&**other)))
        .find_map(|(segments, _)| {
            let kind = segments.iter().rev().nth(1)?;
            let candidate = format!("{before}/{kind}/{id}");
            let found = table.find(&candidate)?;
            found
                .routes
                .iter()
                .any(|other| shows(&&**other))
                .then_some(candidate)
        })
}

/// Reads the object at a path for whoever repeats the call that gave it, with the status that was
/// given then; `without` is the answer where no call reads the object.
///
/// # Errors
/// Those of reading it: `NotFound` when it is gone by now.
pub(super) async fn read(
    dialect: &Dialect,
    call: Call,
    path: &str,
    without: http::Response<Bytes>,
    presentation: &Presentation,
) -> Result<Response, Failure> {
    let Some(found) = dialect.table.find(path) else {
        return Ok(without.map(Body::from));
    };
    let Some(route) = found.of(&Method::GET) else {
        return Ok(without.map(Body::from));
    };
    let account = authorise(&call.engine, &call.identity, route, &found).await?;
    let status = without.status();
    let call = Call {
        account,
        path: path.to_owned(),
        path_values: found.values,
        ..call
    };
    let (engine, caller) = (call.engine.clone(), call.caller());
    let reply = run(call, route).await?;
    let mut response = respond(&engine, Some(caller), reply, presentation).await?;
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    mark_replayed(response.headers_mut());
    Ok(response)
}
