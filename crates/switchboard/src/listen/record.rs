//! The line that a request leaves in the log.

use std::time::Duration;

use http::{Request, StatusCode};

use super::address::Client;
use crate::config::LogRequests;

/// What is known of a request before it is handed on. Never the query: it may hold a token.
pub(super) struct Line {
    method: http::Method,
    path: String,
    client: Client,
}

impl Line {
    /// The line of a request.
    pub(super) fn of<B>(request: &Request<B>, client: Client) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            client,
        }
    }

    /// Logs the request, if it is to be logged.
    pub(super) fn write(&self, id: &str, status: StatusCode, took: Duration, wanted: LogRequests) {
        let is_wanted = match wanted {
            LogRequests::All => true,
            LogRequests::Errors => status.is_server_error(),
            LogRequests::None => false,
        };
        if is_wanted {
            tracing::info!(
                request_id = id,
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
