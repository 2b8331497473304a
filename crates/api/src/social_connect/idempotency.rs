//! `Idempotency-Key`: a change that is sent twice is done once and answered alike.
//!
//! The key is taken before the change, the change notes on the key in its own transaction that it
//! was made, and the answer is kept under the key afterwards. A repetition gets the kept answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use domain::ids::{AccountId, UserId};
use engine::idempotency::{self, Claim, Key, StoredAnswer};
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
        body: br#"{"meta":{"code":200},"response":true}"#.to_vec(),
    }
}

/// Takes the key; gives the answer that was kept under it, if there is one.
pub async fn claim(engine: &Engine, key: &Key) -> Result<Option<http::Response<Bytes>>, Failure> {
    match idempotency::claim(engine, key).await? {
        Claim::New => Ok(None),
        Claim::Mismatch => Err(Failure::KeyReused),
        Claim::Running => Err(Failure::KeyRunning),
        Claim::Replay(answer) => Ok(Some(replay(answer))),
    }
}

fn replay(answer: StoredAnswer) -> http::Response<Bytes> {
    let mut response = http::Response::new(Bytes::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::try_from(answer.content_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// Keeps a successful answer; an unsuccessful one frees the key, because nothing was changed and a
/// corrected call may use it.
pub async fn settle(engine: &Engine, key: &Key, response: &http::Response<Bytes>) {
    let result = if response.status().is_success() {
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let answer = StoredAnswer {
            status: response.status().as_u16(),
            content_type: content_type
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            body: response.body().to_vec(),
        };
        idempotency::finish(engine, key, answer).await
    } else {
        idempotency::release(engine, key).await
    };
    if let Err(error) = result {
        // The change itself noted that it was made, so a repetition still does no harm.
        tracing::warn!(error = ?error, "the answer of an idempotent call was not kept");
    }
}
