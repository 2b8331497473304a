//! The line that a request leaves in the log.

use std::time::Duration;

use http::{Request, StatusCode};

use super::address::Client;
use super::secrets;
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
            path: shown(request.uri().path()),
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
const LINKS: [(&str, &str); 3] = [
    ("/reports/", "/reports/…"),
    ("/account/password/link/", "/account/password/link/…"),
    ("/account/invitation/link/", "/account/invitation/link/…"),
];

/// The path as it may be read by whoever reads the log. A link that somebody mistyped is still good
/// for whoever mends it, so what looks like its secret is hidden wherever it stands.
fn shown(path: &str) -> String {
    if let Some((_, shown)) = LINKS.iter().find(|(link, _)| path.starts_with(link)) {
        return (*shown).to_owned();
    }
    let segments = path.split('/').map(|segment| {
        let is_hidden = secrets::is_in(segment);
        if is_hidden { "…" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
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
        assert_eq!(
            line("/account/invitation/link/2ddd"),
            "/account/invitation/link/…"
        );
        assert_eq!(line("/account/password/"), "/account/password/");
    }

    #[test]
    fn the_secret_of_a_mistyped_link_is_not_logged() {
        let secret = "0123456789abcdef".repeat(4);
        for (before, after) in [
            ("/Account/password/link/", ""),
            ("//account/password/link/", ""),
            ("/api/account/invitation/link/", ""),
            ("/account/%70assword/link/", ""),
            ("/account/password/./link/", "/"),
            ("/account/invitation/", "/more"),
            ("/", ""),
        ] {
            let path = format!("{before}{secret}{after}");
            assert_eq!(shown(&path), format!("{before}…{after}"));
        }
        let hidden = shown(&format!("/account%2Fpassword%2Flink%2F{secret}"));
        assert_eq!(hidden, "/…");
    }
}
