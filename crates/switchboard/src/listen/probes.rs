//! `/livez`, `/readyz` and `/metrics`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::Options;
use super::address::Client;

/// What the probes ask the rest of the program.
pub trait Health: Send + Sync {
    /// Whether requests can be served.
    fn check(&self) -> BoxFuture<'_, Report>;
    /// Why this process cannot go on until it is started anew; asks nobody and waits for nothing.
    fn fault(&self) -> Option<String> {
        None
    }
    /// The measurements in Prometheus' text form.
    fn metrics(&self) -> String;
}

/// The answer to "can you serve?".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Why requests cannot be served; none when they can.
    pub problems: Vec<String>,
    /// What is worth knowing although requests are served.
    pub notes: Vec<String>,
}

/// How long a dependency may take before it counts as dead.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers: nothing else is asked, so a frozen database does not get it killed. What
/// only a new start can end is told, so that a supervisor starts it anew.
pub(super) fn live(health: &Arc<dyn Health>) -> Response<Body> {
    match health.fault() {
        None => json(StatusCode::OK, &serde_json::json!({ "status": "alive" })),
        Some(reason) => json(
            StatusCode::INTERNAL_SERVER_ERROR,
            &serde_json::json!({ "status": "broken", "reason": reason }),
        ),
    }
}

/// Asks how things are: once for all who want to know it at one time, so that probes need no places
/// and nobody can keep them from others by asking often.
pub(super) struct Readiness {
    health: Arc<dyn Health>,
    running: Mutex<Option<Shared<BoxFuture<'static, Report>>>>,
}

impl Readiness {
    /// Asks this.
    pub(super) fn new(health: Arc<dyn Health>) -> Self {
        Self {
            health,
            running: Mutex::default(),
        }
    }

    fn report(&self) -> Shared<BoxFuture<'static, Report>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(check) = running.as_ref().filter(|check| check.peek().is_none()) {
            return check.clone();
        }
        // A task of its own: it ends although those who asked have gone.
        let check = tokio::spawn(check(Arc::clone(&self.health)));
        let report = async move { check.await.unwrap_or_else(|_| problem(FAILED)) };
        running.insert(report.boxed().shared()).clone()
    }
}

const SILENT: &str = "the database does not answer";
const FAILED: &str = "the check failed";

async fn check(health: Arc<dyn Health>) -> Report {
    tokio::time::timeout(PATIENCE, health.check())
        .await
        .unwrap_or_else(|_| problem(SILENT))
}

fn problem(text: &str) -> Report {
    Report {
        problems: vec![text.to_owned()],
        notes: Vec::new(),
    }
}

/// Whether to send requests here.
pub(super) async fn ready(readiness: &Readiness, is_stopping: bool) -> Response<Body> {
    let mut report = readiness.report().await;
    if is_stopping {
        report.problems.push("the server is stopping".to_owned());
    }
    let (status, word) = if report.problems.is_empty() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not_ready")
    };
    let body = serde_json::json!({
        "status": word,
        "problems": report.problems,
        "notes": report.notes,
    });
    json(status, &body)
}

/// The measurements, for those who may read them.
pub(super) fn metrics(
    health: &Arc<dyn Health>,
    options: &Options,
    client: Client,
    headers: &HeaderMap,
) -> Response<Body> {
    if !may_read_metrics(options, client, headers) {
        let body = serde_json::json!({
            "error": "forbidden",
            "error_description": "set metrics.token or metrics.allow to read the metrics from here",
        });
        return json(StatusCode::FORBIDDEN, &body);
    }
    let mut response = Response::new(Body::from(health.metrics()));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
    );
    response
}

fn may_read_metrics(options: &Options, client: Client, headers: &HeaderMap) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    if let (Some(token), Some(given)) = (&options.metrics_token, given)
        && is_same(token.as_bytes(), given)
    {
        return true;
    }
    // A forwarded request may come from anywhere, whatever its last hop is.
    !client.is_forwarded
        && options
            .metrics_networks
            .iter()
            .any(|network| network.contains(client.ip))
}

/// Compares in a time that does not tell where the first difference is.
fn is_same(secret: &[u8], given: &[u8]) -> bool {
    let difference = secret
        .iter()
        .zip(given)
        .fold(0, |difference, (one, other)| difference | (one ^ other));
    secret.len() == given.len() && std::hint::black_box(difference) == 0
}

fn json(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
