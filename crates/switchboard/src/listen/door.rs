//! What every request passes on its way to the router and back: probes, places, limits of its
//! body, its deadline, its number and its line in the log.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use http::{
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header,
};
use hyper::body::{Body as _, Incoming};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::address::{Client, client};
use super::admission::{Lane, Lasting, Places};
use super::body::{Arriving, Cut, Held, Leaving, Meter};
use super::probes::{self, Health};
use super::pulse::{Phase, Pulse};
use super::refusal::{last_words, refusal};
use super::{Options, record};

/// The way in, shared by all connections.
pub(super) struct Door {
    pub(super) options: Options,
    pub(super) places: Places,
    pub(super) router: Router,
    pub(super) health: Arc<dyn Health>,
    /// Cancelled when the server begins to stop.
    pub(super) stopping: CancellationToken,
    /// Cancelled when no more requests are accepted.
    pub(super) closing: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) names: Names,
    pub(super) introduce: fn(&mut Extensions, Client),
}

/// Carries the number of a request, in both directions.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Hands out request ids: a text that is new for each start, and a number.
pub(super) struct Names {
    start: String,
    next: AtomicU64,
}

impl Names {
    /// Names that begin with a text.
    pub(super) const fn new(start: String) -> Self {
        Self {
            start,
            next: AtomicU64::new(1),
        }
    }

    fn next(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        HeaderValue::from_str(&format!("{}-{number:x}", self.start))
            .unwrap_or_else(|_| HeaderValue::from(number))
    }
}

/// One connection's way in.
pub(super) struct Visitor {
    pub(super) door: Arc<Door>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) peer: SocketAddr,
    pub(super) is_tls: bool,
}

impl hyper::service::Service<Request<Incoming>> for Visitor {
    type Response = Response<Leaving>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.pulse.enter(Phase::Busy);
        let (door, pulse) = (Arc::clone(&self.door), Arc::clone(&self.pulse));
        let client = client(
            self.peer.ip(),
            self.is_tls,
            request.headers(),
            &door.options.trusted,
        );
        Box::pin(async move { Ok(door.visit(request, client, pulse).await) })
    }
}

/// Whether an answer takes as long as its client needs.
fn lasting(headers: &HeaderMap) -> Option<Lasting> {
    let kind = headers.get(header::CONTENT_TYPE)?.as_bytes();
    if kind.starts_with(b"text/event-stream") {
        return Some(Lasting::Stream);
    }
    (kind == b"application/zip").then_some(Lasting::Download)
}

impl Door {
    async fn visit(
        self: Arc<Self>,
        request: Request<Incoming>,
        client: Client,
        pulse: Arc<Pulse>,
    ) -> Response<Leaving> {
        let started = Instant::now();
        let id = self.names.next();
        let line = record::Line::of(&request, client);
        let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);

        let (mut response, mut held) = self.answer(request, client, &id, &pulse).await;

        let headers = response.headers_mut();
        // The router may have taken over the client's own number.
        if !headers.contains_key(REQUEST_ID) {
            headers.insert(REQUEST_ID, id);
        }
        let id = headers.get(REQUEST_ID).cloned();
        let id = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or("");
        // A chunked request may have carried a length too, which hyper drops; the standard wants
        // the connection closed then, so that nothing can hide behind the message.
        if is_chunked {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let lasting = lasting(headers);
        if let Some(kind) = lasting {
            // It can last for hours: it gives its place among the requests back.
            held.meter = None;
            held.place = self.places.lasting(kind);
            if held.place.is_none() {
                let full = refusal(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "unavailable",
                    kind.refusal(),
                );
                line.write(
                    id,
                    full.status(),
                    started.elapsed(),
                    self.options.log_requests,
                );
                return full.map(|body| Leaving::answer(body, pulse, Held::default()));
            }
        }
        line.write(
            id,
            response.status(),
            started.elapsed(),
            self.options.log_requests,
        );
        response.map(|body| {
            if lasting.is_some() {
                let end = self.closing.clone().cancelled_owned();
                Leaving::stream(body, pulse, held, end)
            } else {
                Leaving::answer(body, pulse, held)
            }
        })
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        client: Client,
        id: &HeaderValue,
        pulse: &Pulse,
    ) -> (Response<Body>, Held) {
        let path = request.uri().path().trim_end_matches('/');
        let path = match path.strip_prefix("/api") {
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        };
        if path == "/livez" {
            return (probes::live(), Held::default());
        }
        let is_probe = matches!(path, "/readyz" | "/metrics");
        let is_sign_in = path == "/oauth" || path.starts_with("/oauth/");
        let lane = if is_probe || is_sign_in {
            Lane::Reserved
        } else {
            Lane::Common
        };
        let Some(place) = self.places.request(lane) else {
            metrics::counter!("http_requests_shed_total").increment(1);
            if !request.body().is_end_stream() {
                pulse.leave_unread();
            }
            let full = refusal(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "the server is busy; try again in a second",
            );
            return (full, Held::default());
        };
        let mut held = Held {
            place: Some(place),
            meter: None,
        };
        if is_probe {
            let response = if path == "/readyz" {
                probes::ready(&self.health, self.stopping.is_cancelled()).await
            } else {
                probes::metrics(&self.health, &self.options, client, request.headers())
            };
            return (response, held);
        }
        if let Some(response) = self.misframed(&request) {
            pulse.leave_unread();
            return (response, held);
        }
        let must_finish = is_sign_in || !is_safe(request.method());
        let (request, meter) = self.guarded(request, client, id);
        held.meter.clone_from(&meter);
        let response = self.route(request, must_finish).await;
        if meter.as_ref().is_some_and(|meter| meter.is_left()) {
            pulse.leave_unread();
        }
        match meter.and_then(|meter| meter.cut()) {
            None | Some(Cut::Broken) => (response, held),
            Some(cut) => {
                pulse.leave_unread();
                (cut_short(cut), held)
            }
        }
    }

    /// A request whose length can not be trusted or is too large already.
    fn misframed(&self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let headers = request.headers();
        let lengths = headers.get_all(header::CONTENT_LENGTH).iter().count();
        let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
        if lengths > 1 || (lengths > 0 && is_chunked) {
            return Some(last_words(
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "a request has one length: either Content-Length or Transfer-Encoding, once",
            ));
        }
        let most = u64::try_from(self.options.body_bytes).unwrap_or(u64::MAX);
        (request.body().size_hint().lower() > most).then(|| cut_short(Cut::TooLarge))
    }

    /// Puts the guard around the body, and what the router wants to know beside it.
    fn guarded(
        &self,
        request: Request<Incoming>,
        client: Client,
        id: &HeaderValue,
    ) -> (Request<Body>, Option<Arc<Meter>>) {
        let (mut parts, body) = request.into_parts();
        (self.introduce)(&mut parts.extensions, client);
        if !parts.headers.contains_key(REQUEST_ID) {
            parts.headers.insert(REQUEST_ID, id.clone());
        }
        if body.is_end_stream() {
            return (Request::from_parts(parts, Body::empty()), None);
        }
        let meter = Arc::new(Meter::new(self.places.purse()));
        let body = Arriving::new(body, Arc::clone(&meter), &self.options);
        (Request::from_parts(parts, Body::new(body)), Some(meter))
    }

    /// Asks the router. A request that may change something runs to its end even when its client
    /// hangs up or its time is over, since half of it may be done already.
    async fn route(&self, request: Request<Body>, must_finish: bool) -> Response<Body> {
        let work = self.router.clone().oneshot(request);
        let limited = if must_finish {
            let task = self.tasks.spawn(work);
            tokio::time::timeout(self.options.request, async {
                match task.await {
                    Ok(answer) => answer,
                    Err(_) => Ok(refusal(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "internal_error",
                        "the request failed",
                    )),
                }
            })
            .await
        } else {
            tokio::time::timeout(self.options.request, work).await
        };
        match limited {
            Ok(Ok(response)) => response,
            Err(_) => last_words(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "the request took too long",
            ),
        }
    }
}

fn cut_short(cut: Cut) -> Response<Body> {
    match cut {
        Cut::TooLarge => last_words(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            &cut.to_string(),
        ),
        Cut::TooSlow => last_words(
            StatusCode::REQUEST_TIMEOUT,
            "request_timeout",
            &cut.to_string(),
        ),
        Cut::NoRoom => last_words(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            &cut.to_string(),
        ),
        Cut::Broken => last_words(StatusCode::BAD_REQUEST, "invalid_request", &cut.to_string()),
    }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
