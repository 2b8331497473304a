//! RSS, Atom and JSON Feed.

use domain::source::Service;
use domain::time::UnixMillis;
use futures::future::BoxFuture;

use crate::channel::{Channel, Connection, PollError, Polled};
use crate::limit::Allowance;
use crate::safe_http::SafeHttp;

/// The connector for feeds.
#[derive(Debug, Clone, Default)]
pub struct Feed;

impl Channel for Feed {
    fn service(&self) -> Service {
        Service::Rss
    }

    fn allowance(&self) -> Allowance {
        Allowance {
            burst: 3,
            every_ms: 60_000,
        }
    }

    fn check(&self, service_id: &str, http: &SafeHttp) -> Result<String, String> {
        http.check(service_id)
            .map(Into::into)
            .map_err(|error| error.to_string())
    }

    fn poll<'a>(
        &'a self,
        _connection: &'a Connection,
        _http: &'a SafeHttp,
        _now: UnixMillis,
    ) -> BoxFuture<'a, Result<Polled, PollError>> {
        Box::pin(async {
            Err(PollError::new(
                crate::channel::PollErrorKind::Transient,
                "not yet",
            ))
        })
    }
}
