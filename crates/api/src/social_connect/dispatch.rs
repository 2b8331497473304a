//! From a request to its answer: route, token, scope, limit, permissions, handler, rendering.
//!
//! Every check that the route table declares is made here, in one order, so no handler can forget
//! one. Unknown paths and wrong verbs are answered here too.

mod again;
mod presentation;
mod sender;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use domain::ids::AccountId;
use domain::scope::Scope;
use engine::answers::{self, Caller};
use engine::auth::{Allowance, Identity, Needs};
use engine::{Denial, Engine, Error, What};

use self::presentation::{early, presentation};
use super::call::Call;
use super::errors::{self, Failure, NO_SUCH_PATH};
use super::idempotency::{self, Claimed};
use super::params::Params;
use super::reply::{Answer, Reply};
use super::routes::{self, Policy, Route};
use super::versions::ApiVersion;
use super::views::Links;
use crate::ApiConfig;
use crate::http::path::{Found, Table, without_slash};
use crate::http::{self, header_text};
use crate::layers::{Known, RequestId, RouteName};
use crate::render::{self, Envelope, Presentation};

/// What the dialect works with.
#[derive(Debug)]
pub struct Dialect {
    engine: Engine,
    config: ApiConfig,
    table: Table<Route>,
}

impl Dialect {
    /// The use cases behind it.
    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The dialect on an engine.
    pub fn new(engine: Engine, config: ApiConfig) -> Self {
        Self {
            engine,
            config,
            table: Table::new(routes::all()),
        }
    }
}

/// What is found out about a call on the way, and belongs to its answer whatever becomes of it.
#[derive(Debug, Default)]
struct Notes {
    presentation: Presentation,
    allowance: Option<Allowance>,
    /// The sender is known.
    is_known: bool,
    route: Option<&'static str>,
}

/// Answers every request of the dialect.
pub async fn dispatch(State(dialect): State<Arc<Dialect>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = parts
        .extensions
        .get::<RequestId>()
        .cloned()
        .unwrap_or_default();
    let mut notes = Notes {
        presentation: early(parts.uri.query(), &parts.method),
        ..Notes::default()
    };
    let mut response = match answer(&dialect, &parts, body, &request_id, &mut notes).await {
        Ok(response) => response,
        Err(failure) => {
            // There is no such call; who asked decides only whose it is.
            if notes.route.is_none() {
                notes.is_known = sender::is_known(&dialect.engine, &parts).await;
            }
            errors::respond(&failure, request_id.as_str(), &notes.presentation).map(Body::from)
        }
    };
    if let Some(allowance) = notes.allowance {
        tell_allowance(response.headers_mut(), &allowance);
    }
    if notes.is_known {
        response.extensions_mut().insert(Known);
    }
    if let Some(route) = notes.route {
        response.extensions_mut().insert(RouteName(route.into()));
    }
    response
}

/// Refuses a request that was not handed on, in the dialect's words and as the address asks for.
pub fn refuse(
    uri: &Uri,
    method: &Method,
    status: StatusCode,
    error: &'static str,
    reason: &str,
) -> Response {
    let failure = Failure::Refused {
        status,
        error,
        reason: reason.to_owned(),
    };
    errors::respond(&failure, "", &early(uri.query(), method)).map(Body::from)
}

async fn answer(
    dialect: &Arc<Dialect>,
    parts: &Parts,
    body: Body,
    request_id: &RequestId,
    notes: &mut Notes,
) -> Result<Response, Failure> {
    let (path, has_prefix) = plain_path(parts.uri.path());
    let found = dialect.table.find(path).ok_or(NO_SUCH_PATH)?;
    if parts.method == Method::OPTIONS {
        return Ok(http::verb::options(&found.allowed()));
    }
    let route = found.of(&parts.method).ok_or_else(|| Failure::Method {
        allowed: found.allowed(),
    })?;
    notes.route = Some(route.path);

    let query = Params::from_query(parts.uri.query().unwrap_or_default())?;
    let limit = dialect.config.max_body_bytes;
    let (identity, rest) = sender::identify(&dialect.engine, &query, parts, body, limit).await?;
    notes.is_known = true;
    notes.allowance = engine::auth::count_call(&dialect.engine, &identity).await?;
    if let Some(allowance) = notes.allowance.filter(|allowance| allowance.is_exceeded) {
        let retry_after_ms = allowance.resets_at.since(dialect.engine.now());
        return Err(Error::Limited { retry_after_ms }.into());
    }
    let account = authorise(&dialect.engine, &identity, route, &found).await?;
    let mut params = query.clone();
    sender::merge_body(&mut params, parts, rest, limit).await?;
    let version = ApiVersion::parse(params.text("version").as_deref())?;
    notes.presentation = presentation(&params, version, &parts.method, &parts.headers)?;

    let key = if route.is_mutation() {
        let account_id = account.as_ref().map(Scope::account_id);
        let call = (route.verb.as_str(), path);
        idempotency::key(
            &parts.headers,
            account_id,
            identity.user_id(),
            call,
            &params,
        )?
    } else {
        None
    };
    let call = Call {
        engine: dialect.engine.clone(),
        identity,
        account,
        params,
        query,
        path_values: found.values,
        path: path.to_owned(),
        version,
        links: Links::new(&dialect.engine.config().public_url, has_prefix),
        last_event_id: header_text(&parts.headers, &LAST_EVENT_ID),
        shutdown: dialect.config.shutdown.clone(),
    };
    let work = work(
        Arc::clone(dialect),
        call,
        route,
        key,
        notes.presentation.clone(),
        request_id.clone(),
    );
    if route.is_mutation() {
        return http::run::detached(work).await;
    }
    work.await
}

/// The handler and the rendering of what it gives.
async fn work(
    dialect: Arc<Dialect>,
    call: Call,
    route: &'static Route,
    key: Option<engine::idempotency::Key>,
    presentation: Presentation,
    request_id: RequestId,
) -> Result<Response, Failure> {
    let engine = call.engine.clone();
    let caller = (!route.is_mutation()).then(|| call.caller());
    let Some(key) = key else {
        let reply = run(call, route).await?;
        return Ok(respond(&engine, caller, reply, &presentation).await?);
    };
    let hold = match idempotency::claim(&engine, &key).await? {
        Claimed::New(hold) => hold,
        Claimed::Answered(kept) => return Ok(kept.map(Body::from)),
        Claimed::Object(path, without) => {
            return again::read(&dialect, call, &path, without, &presentation).await;
        }
    };
    let path = call.path.clone();
    let provisional = idempotency::provisional();
    let outcome = engine::idempotency::within(hold.clone(), provisional, run(call, route)).await;
    let (response, value) = match outcome {
        Ok(Reply::Value(envelope)) => {
            let value = again::large(&envelope);
            (
                written(&engine, None, envelope, &presentation).await?,
                value,
            )
        }
        Ok(Reply::Once { told, kept }) => {
            let kept = render::envelope(kept, &presentation);
            idempotency::settle(&engine, &hold, &kept, || None).await;
            return Ok(once(told, &presentation));
        }
        Ok(other) => return Ok(respond(&engine, None, other, &presentation).await?),
        Err(failure) => (
            errors::respond(&failure, request_id.as_str(), &presentation),
            None,
        ),
    };
    let object = || again::place(&dialect.table, route, &path, value.as_deref());
    idempotency::settle(&engine, &hold, &response, object).await;
    Ok(response.map(Body::from))
}

async fn run(call: Call, route: &'static Route) -> Answer {
    http::run::guarded((route.handler)(call)).await
}

/// An answer; `caller` as in [`render::apart`].
async fn respond(
    engine: &Engine,
    caller: Option<Caller>,
    reply: Reply,
    presentation: &Presentation,
) -> Result<Response, Error> {
    Ok(match reply {
        Reply::Value(envelope) => written(engine, caller, envelope, presentation)
            .await?
            .map(Body::from),
        Reply::Once { told, .. } => once(told, presentation),
        Reply::Stream(body) => {
            let mut response = Response::new(body);
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/event-stream; charset=utf-8"),
            );
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            // nginx holds events back otherwise.
            headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
            response
        }
    })
}

async fn written(
    engine: &Engine,
    caller: Option<Caller>,
    envelope: Envelope,
    presentation: &Presentation,
) -> Result<axum::http::Response<Bytes>, Error> {
    answers::check(envelope.value.len())?;
    let bytes = envelope.value.len() * render::share(presentation);
    let presentation = presentation.clone();
    let make = move || render::envelope(envelope, &presentation);
    render::apart(engine, caller, bytes, make).await
}

/// An answer that is shown once holds a secret: nobody on the way may keep it.
fn once(told: Envelope, presentation: &Presentation) -> Response {
    let mut response = render::envelope(told, presentation).map(Body::from);
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Paths answer with and without a slash at the end, and below `/api` as well: a recorded address
/// of a next page has that prefix.
fn plain_path(path: &str) -> (&str, bool) {
    let (path, has_prefix) = match path.strip_prefix("/api") {
        Some(rest) if rest.starts_with('/') => (rest, true),
        _ => (path, false),
    };
    (without_slash(path), has_prefix)
}

/// Asks the engine for what the route declares: scopes of the token, membership, permissions of
/// the role.
async fn authorise(
    engine: &Engine,
    identity: &Identity,
    route: &Route,
    found: &Found<Route>,
) -> Result<Option<Scope>, Error> {
    let (scopes, permissions) = match route.policy {
        Policy::Identity { scopes } => (scopes, None),
        Policy::Account {
            scopes,
            permissions,
            ..
        } => (scopes, Some(permissions)),
    };
    if let Some(scope) = scopes.missing(identity.scopes) {
        return Err(Error::Denied(Denial::TokenScope(scope.as_str())));
    }
    let Some(permissions) = permissions else {
        return Ok(None);
    };
    let account_id = found
        .values
        .first()
        .and_then(|(_, text)| AccountId::parse(text))
        .ok_or(Error::NotFound(What::Account))?;
    let scope = identity.scope_for(engine, account_id).await?;
    engine::auth::admit(&scope, Needs::All(permissions))?;
    Ok(Some(scope))
}

/// "On rate-limited calls" (vendor's rate-limit page), in lower case as documented today.
fn tell_allowance(headers: &mut HeaderMap, allowance: &Allowance) {
    for (name, value) in [
        ("x-ratelimit-limit", allowance.limit),
        ("x-ratelimit-time", allowance.window_s),
        ("x-ratelimit-remaining", allowance.remaining),
        ("x-ratelimit-reset", allowance.resets_at.seconds()),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alias_and_a_slash_at_the_end_make_no_difference() {
        for (given, plain) in [
            ("/me", ("/me", false)),
            ("/me/", ("/me", false)),
            ("/api/me/", ("/me", true)),
            ("/api/1/inbox/mentions", ("/1/inbox/mentions", true)),
            ("/apiary", ("/apiary", false)),
            ("/", ("", false)),
        ] {
            assert_eq!(plain_path(given), plain, "{given}");
        }
    }
}
