//! The line that a request leaves in the log.

use std::time::Duration;

use http::{Request, StatusCode};

use super::address::Client;
use crate::config::LogRequests;

/// What is known of a request before it is handed on. Never the query: it may hold a token. Nor the
/// rest of a link to a report, which needs no other credentials.
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
            path: shown(request.uri().path()).to_owned(),
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

/// Links that are good by themselves: what follows is the secret.
const LINKS: [(&str, &str); 2] = [
    ("/reports/", "/reports/…"),
    ("/account/password/link/", "/account/password/link/…"),
];

/// The path as it may be read by whoever reads the log.
fn shown(path: &str) -> &str {
    LINKS
        .iter()
        .find(|(link, _)| path.starts_with(link))
        .map_or(path, |(_, shown)| shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_are_good_by_themselves_are_not_logged() {
        let line = |uri: &str| {
            let client = Client {
                ip: std::net::Ipv4Addr::LOCALHOST.into(),
                is_secure: false,
                is_forwarded: false,
            };
            let request = Request::get(uri).body(()).unwrap();
            Line::of(&request, client).path
        };
        assert_eq!(line("/reports/dG9rZW4/report_7.zip"), "/reports/…");
        assert_eq!(line("http://x/reports/dG9rZW4/report_7.zip"), "/reports/…");
        assert_eq!(line("/reports/dG9rZW4"), "/reports/…");
        assert_eq!(line("/v1.3/reports/7?x=token"), "/v1.3/reports/7");
        assert_eq!(line("/reportsfoo"), "/reportsfoo");
        assert_eq!(
            line("/account/password/link/2ddd"),
            "/account/password/link/…"
        );
        assert_eq!(line("/account/password/"), "/account/password/");
    }
}
