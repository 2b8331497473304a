//! Answers of the listener itself, for requests that do not reach the API.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};

/// Seconds after which a client that was turned away should come again.
pub(super) const RETRY_AFTER: &str = "1";

/// Why a request is not handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// Status of the answer.
    pub status: StatusCode,
    /// A word for programs.
    pub error: &'static str,
    /// A sentence for people.
    pub reason: &'a str,
}

/// What every refusal has, whoever wrote it.
pub(super) fn finished(mut response: Response<Body>, status: StatusCode) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    }
    response
}

/// The connection is closed after the answer.
pub(super) fn last(mut response: Response<Body>) -> Response<Body> {
    response
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The refusal of a whole connection, before anything of it is read.
pub(super) const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n\
    content-type: application/json; charset=utf-8\r\ncontent-length: 120\r\nconnection: close\r\n\r\n\
    {\"meta\":{\"code\":503},\"code\":503,\"error\":\"unavailable\",\"error_description\":\"too many \
    connections; try again in a second\"}";

#[cfg(test)]
mod tests {
    use super::FULL;

    #[test]
    fn the_refusal_of_a_connection_states_its_length() {
        let text = std::str::from_utf8(FULL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{}",
            body.len()
        );
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["meta"]["code"], 503);
    }
}
