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
    Extensions, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
    header,
};
use hyper::body::{Body as _, Incoming};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::address::{Client, client};
use super::admission::{Caller, Lane, Lasting, Places, Taker};
use super::body::{Arriving, Cut, Leaving, Meter, Place, Terms};
use super::heads::{Verdict, Verdicts};
use super::probes::{self, Health, Readiness};
use super::pulse::{Phase, Pulse};
use super::refusal::{Refusal, finished, last};
use super::{Options, record};

/// The way in, shared by all connections.
pub(super) struct Door {
    pub(super) options: Options,
    pub(super) places: Arc<Places>,
    pub(super) router: Router,
    pub(super) readiness: Readiness,
    pub(super) health: Arc<dyn Health>,
    /// Cancelled when the server begins to stop.
    pub(super) stopping: CancellationToken,
    /// Cancelled when no more requests are accepted.
    pub(super) closing: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) names: Names,
    pub(super) introduce: fn(&mut Extensions, Client),
    pub(super) shows_token: fn(&HeaderMap, &Uri) -> bool,
    pub(super) only_reads: fn(&Method, &Uri) -> bool,
    pub(super) refuse: fn(&Uri, &Refusal<'_>) -> Response<Body>,
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
    pub(super) caller: Caller,
    pub(super) verdicts: Arc<Verdicts>,
    pub(super) peer: SocketAddr,
    pub(super) is_tls: bool,
}

impl hyper::service::Service<Request<Incoming>> for Visitor {
    type Response = Response<Leaving>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let (door, caller) = (Arc::clone(&self.door), self.caller.clone());
        caller.pulse.enter(Phase::Busy);
        let client = client(
            self.peer.ip(),
            self.is_tls,
            request.headers(),
            &door.options.trusted,
        );
        let verdict = self.verdicts.next();
        if let Some(verdict) = &verdict {
            request.uri_mut().clone_from(&verdict.target);
        }
        Box::pin(async move { Ok(door.visit(request, verdict, client, caller).await) })
    }
}

/// Answers beyond this size may take a client long; each of them has a place until it is sent.
const LONG_ANSWER: u64 = 64 * 1024;

/// Whether a body is so short that it goes out at once, whatever its client does.
fn is_short(body: &Body) -> bool {
    hyper::body::Body::size_hint(body)
        .upper()
        .is_some_and(|size| size <= LONG_ANSWER)
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
        verdict: Option<Verdict>,
        client: Client,
        caller: Caller,
    ) -> Response<Leaving> {
        let started = Instant::now();
        let pulse = Arc::clone(&caller.pulse);
        let id = self.names.next();
        let line = record::Line::of(&request, client);
        let uri = request.uri().clone();
        let is_chunked = request.headers().contains_key(header::TRANSFER_ENCODING);

        let mut response = match verdict {
            None => self.answer(request, client, &id, &pulse).await,
            Some(Verdict {
                status,
                error,
                reason,
                target,
            }) => {
                pulse.leave_unread();
                last(self.refusal(&target, status, error, reason))
            }
        };

        // It can last for hours.
        let place = match lasting(response.headers()) {
            None => None,
            Some(kind) => {
                let place = self.places.lasting(kind, client.ip);
                if place.is_none() {
                    let busy = StatusCode::SERVICE_UNAVAILABLE;
                    response = self.refusal(&uri, busy, "unavailable", kind.refusal());
                }
                place
            }
        };
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
        let took = started.elapsed();
        line.write(id, response.status(), took, self.options.log_requests);
        response.map(|body| {
            if let Some(place) = place {
                let end = self.closing.clone().cancelled_owned();
                return Leaving::stream(body, pulse, place, end);
            }
            let place = if is_short(&body) {
                None
            } else {
                let stay = self.places.answer(client.ip, Taker(caller.leave));
                stay.map(Place::Long)
            };
            Leaving::answer(body, pulse, place)
        })
    }

    async fn answer(
        self: &Arc<Self>,
        request: Request<Incoming>,
        client: Client,
        id: &HeaderValue,
        pulse: &Pulse,
    ) -> Response<Body> {
        let path = request.uri().path().trim_end_matches('/');
        let path = match path.strip_prefix("/api") {
            Some(rest) if rest.starts_with('/') => rest,
            _ => path,
        };
        match path {
            "/livez" => return probes::live(&self.health),
            "/readyz" => return probes::ready(&self.readiness, self.stopping.is_cancelled()).await,
            "/metrics" => {
                return probes::metrics(&self.health, &self.options, client, request.headers());
            }
            _ => {}
        }
        let is_sign_in = path == "/oauth" || path.starts_with("/oauth/");
        // An application that signs people in shows who it is; that is looked at with the form.
        let is_known = !is_sign_in && (self.shows_token)(request.headers(), request.uri());
        let lane = if is_sign_in {
            Lane::SignIn
        } else {
            Lane::Common
        };
        let must_finish = is_sign_in || !(self.only_reads)(request.method(), request.uri());
        let uri = request.uri().clone();
        let most = self.most_of(request.headers(), is_known);
        if let Some(response) = self.misframed(&request, most, is_known) {
            pulse.leave_unread();
            return response;
        }
        let Some(place) = self.places.request(lane, client.ip, is_known) else {
            let has_body = !request.body().is_end_stream();
            let response = self.cut_short(&uri, Cut::NoPlace, most, is_known);
            if has_body {
                pulse.leave_unread();
                return last(response);
            }
            return response;
        };
        let meter = Arc::new(Meter::new(self.places.purse(client.ip, is_known)));
        if request.body().is_end_stream() {
            meter.keep(place);
        } else {
            // There is one now; the request takes its own when its body is in.
            drop(place);
        }
        let terms = Terms {
            door: Arc::clone(self),
            address: client.ip,
            lane,
            is_known,
            most,
        };
        let request = self.guarded(request, client, id, &meter, terms);
        let response = self.route(request, &uri, must_finish, &meter).await;
        if meter.is_left() {
            pulse.leave_unread();
        }
        match meter.cut() {
            None | Some(Cut::Broken) => response,
            Some(Cut::NoPlace) => self.cut_short(&uri, Cut::NoPlace, most, is_known),
            Some(cut) => {
                pulse.leave_unread();
                last(self.cut_short(&uri, cut, most, is_known))
            }
        }
    }

    /// Most bytes of a body. Without a token beside it, it is read before anybody knows whose it
    /// is: clients send forms of some size with the token in them, and nothing else.
    fn most_of(&self, headers: &HeaderMap, is_known: bool) -> usize {
        let options = &self.options;
        let kind = headers
            .get(header::CONTENT_TYPE)
            .map(HeaderValue::as_bytes)
            .unwrap_or_default();
        let is_form = kind
            .get(..FORM.len())
            .is_some_and(|kind| kind.eq_ignore_ascii_case(FORM));
        let most = match (is_known, is_form) {
            (true, _) => options.body_bytes,
            (false, true) => options.nameless_form_bytes,
            (false, false) => options.nameless_body_bytes,
        };
        most.min(options.body_bytes)
    }

    /// A request whose length cannot be trusted or is too large already.
    fn misframed(
        &self,
        request: &Request<Incoming>,
        most: usize,
        is_known: bool,
    ) -> Option<Response<Body>> {
        let (uri, headers) = (request.uri(), request.headers());
        let lengths = headers.get_all(header::CONTENT_LENGTH).iter().count();
        let is_chunked = headers.contains_key(header::TRANSFER_ENCODING);
        if lengths > 1 || (lengths > 0 && is_chunked) {
            return Some(last(self.refusal(
                uri,
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "a request has one length: either Content-Length or Transfer-Encoding, once",
            )));
        }
        let limit = u64::try_from(most).unwrap_or(u64::MAX);
        (request.body().size_hint().lower() > limit)
            .then(|| last(self.cut_short(uri, Cut::TooLarge, most, is_known)))
    }

    /// Puts the guard around the body, and what the router wants to know beside it.
    fn guarded(
        &self,
        request: Request<Incoming>,
        client: Client,
        id: &HeaderValue,
        meter: &Arc<Meter>,
        terms: Terms,
    ) -> Request<Body> {
        let (mut parts, body) = request.into_parts();
        (self.introduce)(&mut parts.extensions, client);
        if !parts.headers.contains_key(REQUEST_ID) {
            parts.headers.insert(REQUEST_ID, id.clone());
        }
        let body = if body.is_end_stream() {
            Body::empty()
        } else {
            Body::new(Arriving::new(body, meter, terms))
        };
        Request::from_parts(parts, body)
    }

    /// Asks the router. A request that may change something runs to its end even when its client
    /// hangs up or its time is over, since half of it may be done already; it keeps its place.
    async fn route(
        &self,
        request: Request<Body>,
        uri: &Uri,
        must_finish: bool,
        meter: &Arc<Meter>,
    ) -> Response<Body> {
        let work = self.router.clone().oneshot(request);
        let limited = if must_finish {
            let meter = Arc::clone(meter);
            let task = self.tasks.spawn(async move {
                let answer = work.await;
                drop(meter);
                answer
            });
            tokio::time::timeout(self.options.request, async {
                match task.await {
                    Ok(answer) => answer,
                    Err(_) => Ok(self.refusal(
                        uri,
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
            Err(_) => last(self.refusal(
                uri,
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "the request took too long",
            )),
        }
    }

    fn refusal(
        &self,
        uri: &Uri,
        status: StatusCode,
        error: &'static str,
        reason: &str,
    ) -> Response<Body> {
        let refusal = Refusal {
            status,
            error,
            reason,
        };
        finished((self.refuse)(uri, &refusal), status)
    }

    fn cut_short(&self, uri: &Uri, cut: Cut, most: usize, is_known: bool) -> Response<Body> {
        let (status, error) = match cut {
            Cut::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
            Cut::TooSlow => (StatusCode::REQUEST_TIMEOUT, "request_timeout"),
            Cut::NoRoom | Cut::SentAway | Cut::NoPlace => {
                metrics::counter!("http_requests_shed_total").increment(1);
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
            Cut::Broken => (StatusCode::BAD_REQUEST, "invalid_request"),
        };
        let reason = match cut {
            Cut::TooLarge if is_known => format!("{cut}: at most {most} bytes are taken"),
            Cut::TooLarge => format!(
                "{cut}: at most {most} bytes are taken without a token in the Authorization header \
                 or in the address"
            ),
            _ => cut.to_string(),
        };
        self.refusal(uri, status, error, &reason)
    }
}

/// The content type of a form.
const FORM: &[u8] = b"application/x-www-form-urlencoded";
