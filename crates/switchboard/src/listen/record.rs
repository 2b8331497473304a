//! The line that a request leaves in the log and in the measurements.

use std::time::Duration;

use http::{Request, StatusCode};

use super::address::Client;
use crate::config::LogRequests;

/// The number of a request, for logs and for the answer to give.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// What is known of a request before it is handed on. Never the query: it may hold a token.
pub(super) struct Line {
    method: http::Method,
    path: String,
    id: String,
    client: Client,
}

impl Line {
    /// The line of a request.
    pub(super) fn of<B>(request: &Request<B>, id: &str, client: Client) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            id: id.to_owned(),
            client,
        }
    }

    /// Counts the request and logs it, if it is to be logged.
    pub(super) fn write(&self, status: StatusCode, took: Duration, wanted: LogRequests) {
        let class = match status.as_u16() {
            100..=199 => "1xx",
            200..=299 => "2xx",
            300..=399 => "3xx",
            400..=499 => "4xx",
            _ => "5xx",
        };
        metrics::counter!("http_requests_total", "status" => class).increment(1);
        metrics::histogram!("http_request_seconds").record(took.as_secs_f64());
        let is_wanted = match wanted {
            LogRequests::All => true,
            LogRequests::Errors => status.is_server_error(),
            LogRequests::None => false,
        };
        if is_wanted {
            tracing::info!(
                request_id = self.id,
                method = %self.method,
                path = self.path,
                status = status.as_u16(),
                took_ms = took.as_secs_f64() * 1_000.0,
                client = %self.client.ip,
                "request"
            );
        }
    }
}
