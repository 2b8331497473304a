//! `Idempotency-Key`: a change that is sent twice is done once and answered alike.
//!
//! The key is taken before the change, the change notes on the key in its own transaction that it
//! was made, and the answer is kept under the key afterwards. A repetition gets the kept answer. Of
//! an answer that is too large to be kept, the object is read anew.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use domain::ids::{AccountId, UserId};
use engine::idempotency::{self, Claim, Hold, Key, LARGEST_KEPT, StoredAnswer};
use engine::{Engine, Error};
use sha2::{Digest, Sha256};

use super::errors::Failure;
use super::params::{Params, expected};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key, as in the draft standard's examples and at Stripe.
const LONGEST: usize = 255;

/// The key of a call, if it has one.
///
/// # Errors
/// `Invalid` when it is empty, too long or not printable.
pub fn key(
    headers: &HeaderMap,
    account_id: Option<AccountId>,
    user_id: UserId,
    (method, path): (&str, &str),
    params: &Params,
) -> Result<Option<Key>, Error> {
    let Some(value) = headers.get(HEADER) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    // The draft standard writes the key as a quoted string; most clients send it bare.
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    if text.is_empty() || text.len() > LONGEST {
        return Err(expected(
            "Idempotency-Key",
            "1 to 255 printable characters",
            text,
        ));
    }
    let mut fingerprint = Sha256::new();
    for part in [method, path] {
        fingerprint.update(part.as_bytes());
        fingerprint.update([0]);
    }
    params.each_without_token(|name, value| {
        for part in [name, value] {
            fingerprint.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            fingerprint.update(part.as_bytes());
        }
    });
    Ok(Some(Key {
        account_id,
        user_id,
        text: text.to_owned(),
        fingerprint: fingerprint.finalize().to_vec(),
    }))
}

/// The answer to a repetition when the server died between the change and its answer: the change
/// was made, and the object can be read.
pub fn provisional() -> StoredAnswer {
    StoredAnswer {
        status: 200,
        content_type: "application/json; charset=utf-8".to_owned(),
        body: Some(DONE.to_vec()),
        object: None,
    }
}

/// Says that something was done, and no more.
const DONE: &[u8] = br#"{"meta":{"code":200},"response":true}"#;

/// What a key leads to.
#[derive(Debug)]
pub enum Claimed {
    /// The call is to be made, while the key is held.
    New(Hold),
    /// It was made: this is its answer.
    Answered(http::Response<Bytes>),
    /// It was made: its answer shows the object at this path, and is this where there is none any
    /// more.
    Object(String, http::Response<Bytes>),
}

/// Takes the key, or gives what is known under it.
pub async fn claim(engine: &Engine, key: &Key) -> Result<Claimed, Failure> {
    match idempotency::claim(engine, key).await? {
        Claim::New(hold) => Ok(Claimed::New(hold)),
        Claim::Mismatch => Err(Failure::KeyReused),
        Claim::Running => Err(Failure::KeyRunning),
        Claim::Replay(mut answer) => Ok(match (answer.body.is_some(), answer.object.take()) {
            (false, Some(path)) => Claimed::Object(path, replay(done(&answer))),
            (false, None) => Claimed::Answered(replay(done(&answer))),
            (true, _) => Claimed::Answered(replay(answer)),
        }),
    }
}

/// The outcome without what was made.
fn done(answer: &StoredAnswer) -> StoredAnswer {
    StoredAnswer {
        status: answer.status,
        ..provisional()
    }
}

/// Says that an answer was given before.
pub fn mark_replayed(headers: &mut HeaderMap) {
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
}

fn replay(answer: StoredAnswer) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(answer.body.unwrap_or_default()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(answer.content_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    mark_replayed(headers);
    response
}

/// Keeps a successful answer; an unsuccessful one frees the key, because nothing was changed and a
/// corrected call may use it. `object` tells where the object of an answer is that is too large.
pub async fn settle(
    engine: &Engine,
    hold: &Hold,
    response: &http::Response<Bytes>,
    object: impl FnOnce() -> Option<String>,
) {
    if !response.status().is_success() {
        idempotency::release(engine, hold).await;
        return;
    }
    let is_kept = response.body().len() <= LARGEST_KEPT;
    let content_type = response.headers().get(header::CONTENT_TYPE);
    let answer = StoredAnswer {
        status: response.status().as_u16(),
        content_type: content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
        body: is_kept.then(|| response.body().to_vec()),
        object: if is_kept { None } else { object() },
    };
    if let Err(error) = idempotency::finish(engine, hold, answer).await {
        // The change itself noted that it was made, so a repetition still does no harm.
        tracing::warn!(error = ?error, "the answer of an idempotent call was not kept");
    }
}
