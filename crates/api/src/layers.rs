//! What lies around every request: identifier, log line, metrics, security headers, panics, and the
//! count of those whose senders are not known.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use engine::{Engine, Error};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::front;
use crate::http::credentials;
use crate::oauth::ClientAddress;
use crate::render::Presentation;
use crate::social_connect::{Failure, REQUEST_ID, respond_error};

/// Longest identifier that is taken over from the caller.
const LONGEST_ID: usize = 64;

/// The identifier of a request, in its log lines and in its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The text of the header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The caller's own identifier, if it is a harmless one.
    fn from_caller(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(REQUEST_ID)?.to_str().ok()?;
        let is_fine = !text.is_empty()
            && text.len() <= LONGEST_ID
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        is_fine.then(|| Self(text.to_owned()))
    }
}

/// Template of the path that was called, left on the answer for the metrics.
#[derive(Debug, Clone)]
pub struct RouteName(pub Cow<'static, str>);

/// Left on the answer to somebody who is known: whose token, key or session is good. All others
/// are counted by their address.
#[derive(Debug, Clone, Copy)]
pub struct Known;

/// The answer, to somebody who is known.
pub(crate) fn known(mut response: Response) -> Response {
    response.extensions_mut().insert(Known);
    response
}

/// What the layers need.
#[derive(Debug)]
pub struct Around {
    engine: Engine,
    prefix: String,
    counter: AtomicU64,
    strict_transport: bool,
}

impl Around {
    /// Identifiers begin with random digits of this process.
    pub fn new(engine: &Engine) -> Self {
        let mut bytes = [0; 6];
        engine.random().fill(&mut bytes);
        let number = bytes
            .iter()
            .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
        Self {
            engine: engine.clone(),
            prefix: format!("{number:012x}"),
            counter: AtomicU64::new(0),
            strict_transport: engine.config().public_url.starts_with("https://"),
        }
    }

    fn next_id(&self) -> RequestId {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        RequestId(format!("{}-{number:x}", self.prefix))
    }
}

/// Runs around every request. Neither addresses nor queries are logged: they can hold tokens.
pub async fn around(
    State(around): State<Arc<Around>>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = RequestId::from_caller(request.headers()).unwrap_or_else(|| around.next_id());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", request_id = id.as_str(), method = %method);

    let mut response = counted(&around, request, next)
        .instrument(span.clone())
        .await;

    let route = match (response.extensions().get::<RouteName>(), &matched) {
        (Some(RouteName(route)), _) => route.clone().into_owned(),
        (None, Some(matched)) => matched.as_str().to_owned(),
        (None, None) => "unknown".to_owned(),
    };
    let status = response.status();
    let seconds = started.elapsed().as_secs_f64();
    span.in_scope(|| {
        tracing::debug!(route, status = status.as_u16(), seconds, "answered");
    });
    let labels = [
        ("method", method_label(&method).to_owned()),
        ("route", route),
        ("status", status.as_str().to_owned()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(seconds);
    secure(response.headers_mut(), around.strict_transport);
    if let Ok(value) = HeaderValue::try_from(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// The answer, unless the address of somebody who is not known made too many calls. Where nobody can
/// turn out to be known, that is found out before anything is done.
async fn counted(around: &Around, request: Request, next: Next) -> Response {
    // Nor the style of the pages, which those who are signed in load without saying so.
    if crate::conversocial::docs::shows(request.uri().path())
        || request.uri().path() == crate::oauth::STYLE
    {
        return next.run(request).await;
    }
    let engine = &around.engine;
    let address = ClientAddress::of(&request);
    // A database that cannot say is no reason to refuse what may not need it.
    let exceeded = async || {
        let counted = engine::auth::count_anonymous_call(engine, address).await;
        counted
            .ok()
            .flatten()
            .filter(|allowance| allowance.is_exceeded)
    };
    let (uri, method) = (request.uri().clone(), request.method().clone());
    let may_be_known = !request.body().is_end_stream()
        || credentials::may_be_known(request.headers(), &uri)
        // Applications show who they are in parameters.
        || uri.path().starts_with("/oauth/access_token");
    let refused = if may_be_known {
        let response = next.run(request).await;
        if response.extensions().get::<Known>().is_some() {
            return response;
        }
        match exceeded().await {
            None => return response,
            Some(allowance) => allowance,
        }
    } else {
        match exceeded().await {
            None => return next.run(request).await,
            Some(allowance) => allowance,
        }
    };
    front::refuse_limited(&uri, &method, &refused, engine.now())
}

/// The method for the metrics, which never forget a word: any text can be a method.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"];
    KNOWN
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}

/// Headers that keep browsers from doing more with an answer than showing it. Pages that need to
/// be looser or stricter set their own.
fn secure(headers: &mut HeaderMap, strict_transport: bool) {
    let defaults: &[(HeaderName, &'static str)] = &[
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        // Copies may be kept by the caller itself, to be confirmed by ETag.
        (header::CACHE_CONTROL, "private, no-cache"),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if strict_transport {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
}

/// The answer when something panicked outside of a handler.
pub fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    let failure = Failure::from(Error::internal("a request panicked"));
    respond_error(&failure, "", &Presentation::default()).map(Body::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID, HeaderValue::from_str(text).unwrap());
        RequestId::from_caller(&headers).map(|id| id.0)
    }

    #[test]
    fn only_harmless_identifiers_are_taken_over() {
        assert_eq!(from("abc-1_2.3").as_deref(), Some("abc-1_2.3"));
        for text in ["", "a b", "a\"b", "{}", &"a".repeat(65)] {
            assert_eq!(from(text), None, "{text}");
        }
    }

    #[test]
    fn invented_methods_have_one_label_together() {
        for name in ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"] {
            assert_eq!(method_label(&name.parse().unwrap()), name);
        }
        for name in ["TRACE", "CONNECT", "get", "A1", "PROPFIND"] {
            assert_eq!(method_label(&name.parse().unwrap()), "other", "{name}");
        }
    }

    #[test]
    fn pages_keep_their_own_headers() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        secure(&mut headers, true);
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    }
}
