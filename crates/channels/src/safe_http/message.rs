//! What is sent and what comes back.

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use super::error::HttpError;
use super::target::host_of;

/// A request. Headers whose value is marked sensitive go to the first host only.
#[derive(Clone)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: Method,
    /// Where to. A user name and password in it become an `Authorization` header.
    pub url: String,
    /// Extra headers.
    pub headers: HeaderMap,
    /// Body, empty for `GET`.
    pub body: Bytes,
    /// Cap on the body of the answer after unpacking, in bytes; never above the settings' cap.
    pub max_bytes: Option<usize>,
}

impl Request {
    /// A plain `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            max_bytes: None,
        }
    }

    /// A `POST` with a body.
    pub fn post(url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            body: body.into(),
            ..Self::get(url)
        }
    }

    /// The same with one more header; a value that cannot stand in a header is left out.
    #[must_use]
    pub fn header(mut self, name: http::HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl std::fmt::Debug for Request {
    /// Neither the address nor the headers: both may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// An answer, whatever its status.
#[derive(Clone)]
pub struct Response {
    /// Status.
    pub status: StatusCode,
    /// Headers, without those that spoke of the packed body.
    pub headers: HeaderMap,
    /// Body, unpacked.
    pub body: Bytes,
    /// Where the answer came from, without user name and password.
    pub final_url: Url,
    /// How far permanent redirects (301, 308) led from the requested address, if at all: where to
    /// ask next time.
    pub permanent_redirect: Option<Url>,
    /// The requested address and all that redirects led to, as they were written, with what may be
    /// secret in them.
    pub(crate) asked: Vec<Url>,
}

impl std::fmt::Debug for Response {
    /// No address: any of them may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl Response {
    /// A header as text.
    pub fn header(&self, name: http::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Retry-After` given in seconds, in milliseconds. The form with a date is read by
    /// [`crate::feed`], which knows the time.
    pub fn retry_after_ms(&self) -> Option<i64> {
        let seconds: i64 = self.header(RETRY_AFTER)?.trim().parse().ok()?;
        (seconds >= 0).then(|| seconds.saturating_mul(1_000))
    }

    /// The answer if it is a success, else the error.
    pub fn error_for_status(self) -> Result<Self, HttpError> {
        if self.status.is_success() {
            return Ok(self);
        }
        Err(HttpError::Status {
            host: host_of(&self.final_url),
            status: self.status,
            retry_after_ms: self.retry_after_ms(),
        })
    }
}
