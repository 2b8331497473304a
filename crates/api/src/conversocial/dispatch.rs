//! From a request to its answer: base, route, site, credentials, limit, permissions, body, handler.
//!
//! Every check that the route table declares is made here, in one order, so no handler can forget
//! one. Unknown paths and wrong verbs are answered here too; nobody is asked who he is for that,
//! but the calls of those who say so are counted.

use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::scope::Scope;
use engine::answers::Caller;
use engine::auth::{Allowance, KeyIdentity};
use engine::{Engine, Error};

use super::call::{Body, Call};
use super::errors::{self, Failure, Style, whole_seconds};
use super::links::Links;
use super::routes::{self, Route};
use super::version::{self, Base, Family, Version};
use crate::ApiConfig;
use crate::http::origin::Origin;
use crate::http::pairs::Pairs;
use crate::http::path::{Table, without_slash};
use crate::http::{self, header_text};
use crate::layers::{Known, RequestId, RouteName};

/// Largest body, in bytes. The largest that any call has use for is a value of 64 KiB, six times
/// as long where JSON writes each character as `\u0000`.
const MOST_BODY_BYTES: usize = 1024 * 1024;

/// What the dialect works with.
#[derive(Debug)]
pub struct Dialect {
    engine: Engine,
    config: ApiConfig,
    data: Table<Route>,
    profiles: Table<Route>,
    events: Table<Route>,
}

impl Dialect {
    /// The dialect on an engine.
    pub fn new(engine: Engine, config: ApiConfig) -> Self {
        let table = |family| Table::new(routes::of(family).iter());
        Self {
            engine,
            config,
            data: table(Family::Data),
            profiles: table(Family::Profiles),
            events: table(Family::Events),
        }
    }

    const fn table(&self, family: Family) -> &Table<Route> {
        match family {
            Family::Data => &self.data,
            Family::Profiles => &self.profiles,
            Family::Events => &self.events,
        }
    }
}

/// What is found out about a call on the way, and belongs to its answer whatever becomes of it.
#[derive(Debug, Default)]
struct Notes {
    allowance: Option<Allowance>,
    /// The sender is known.
    is_known: bool,
    route: Option<String>,
}

/// Whether a path belongs to the dialect.
pub fn speaks(path: &str) -> bool {
    version::base(path).is_some()
}

/// Answers every request of the dialect.
pub async fn dispatch(State(dialect): State<Arc<Dialect>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = parts
        .extensions
        .get::<RequestId>()
        .cloned()
        .unwrap_or_default();
    let base = version::base(parts.uri.path());
    let style = match base {
        Some(Base::Known(version, _)) => Style {
            family: version.family(),
            old_permission_errors: dialect.config.old_permission_errors && version.is_v1_1(),
        },
        Some(Base::Unknown) | None => Style {
            family: Family::Data,
            old_permission_errors: false,
        },
    };
    let mut notes = Notes::default();
    let outcome = match base {
        Some(Base::Known(version, path)) => {
            let path = without_slash(path);
            answer(&dialect, version, path, &parts, body, &mut notes).await
        }
        Some(Base::Unknown) | None => {
            let (engine, headers) = (&dialect.engine, &parts.headers);
            Err(counted(engine, headers, Failure::NoSuchPath, &mut notes).await)
        }
    };
    let mut response =
        outcome.unwrap_or_else(|failure| errors::respond(&failure, request_id.as_str(), style));
    if let Some(allowance) = notes.allowance {
        let left_ms = allowance.resets_at.since(dialect.engine.now());
        tell_allowance(response.headers_mut(), &allowance, left_ms);
    }
    if notes.is_known {
        response.extensions_mut().insert(Known);
    }
    if let Some(route) = notes.route {
        response.extensions_mut().insert(RouteName(route.into()));
    }
    response
}

async fn answer(
    dialect: &Dialect,
    version: Version,
    path: &str,
    parts: &Parts,
    body: HttpBody,
    notes: &mut Notes,
) -> Result<Response, Failure> {
    let engine = &dialect.engine;
    let Some(found) = dialect.table(version.family()).find(path) else {
        return Err(counted(engine, &parts.headers, Failure::NoSuchPath, notes).await);
    };
    if parts.method == Method::OPTIONS {
        return Ok(http::verb::options(&found.allowed()));
    }
    let Some(route) = found.of(&parts.method) else {
        let failure = Failure::Method {
            allowed: found.allowed(),
            reason: None,
        };
        return Err(counted(engine, &parts.headers, failure, notes).await);
    };
    notes.route = Some(format!("/{}{}", version.segment(), route.path));

    let origin = Origin::new(&engine.config().public_url);
    // The browser sent the credentials, and nobody meant it to: that is no call of the key.
    if route.is_mutation() && http::site::is_foreign(&parts.headers, &origin) {
        return Err(Failure::ForeignPage);
    }
    let key = identify(engine, &parts.headers).await?;
    count(engine, &key, notes).await?;
    let query = parts.uri.query().unwrap_or_default();
    http::size::check_pairs("query", query.as_bytes())?;
    let pairs = Pairs::from_query(query);
    let scope = admit(&key, route, &pairs)?;
    let limit = dialect.config.max_body_bytes.min(MOST_BODY_BYTES);
    let body = match http::body::read(body, limit).await? {
        Some(bytes) if route.is_mutation() => {
            let content_type = header_text(&parts.headers, &header::CONTENT_TYPE);
            Body::parse(content_type.as_deref(), &bytes)?
        }
        Some(_) | None => Body::default(),
    };
    let call = Call {
        engine: engine.clone(),
        scope,
        links: Links::new(&origin, version),
        pairs,
        body,
        path: path.to_owned(),
        path_values: found.values,
    };
    let caller = (!route.is_mutation()).then(|| Caller::from(&call.scope));
    let work = http::run::guarded((route.handler)(call));
    let reply = if route.is_mutation() {
        http::run::detached(work).await?
    } else {
        work.await?
    };
    Ok(reply.respond(engine, caller).await?)
}

/// Counts a call, and refuses it beyond the limit.
async fn count(engine: &Engine, key: &KeyIdentity, notes: &mut Notes) -> Result<(), Failure> {
    notes.is_known = true;
    notes.allowance = engine::auth::count_key_call(engine, key.key_id).await?;
    match notes.allowance.filter(|allowance| allowance.is_exceeded) {
        None => Ok(()),
        Some(allowance) => Err(Failure::Limited {
            limit: allowance.limit,
            window_s: allowance.window_s,
            retry_after_ms: allowance.resets_at.since(engine.now()),
        }),
    }
}

/// What a call for something that is not there is answered with. It needs no credentials, but is
/// counted for those who come in with good ones.
async fn counted(
    engine: &Engine,
    headers: &HeaderMap,
    failure: Failure,
    notes: &mut Notes,
) -> Failure {
    match identify(engine, headers).await {
        Ok(key) => count(engine, &key, notes).await.err().unwrap_or(failure),
        Err(_) => failure,
    }
}

/// Name and secret from the header. Clients that put them into the address send the same header.
async fn identify(engine: &Engine, headers: &HeaderMap) -> Result<KeyIdentity, Failure> {
    let (name, secret) = credentials(headers).ok_or(Failure::NoCredentials)?;
    Ok(engine::auth::authenticate_key(engine, &name, &secret).await?)
}

fn credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}

/// What the route declares: permissions of the role, and those that its arguments ask for.
fn admit(key: &KeyIdentity, route: &Route, pairs: &Pairs) -> Result<Scope, Error> {
    let scope = key.scope_for(route.needs)?;
    for condition in route.conditional {
        let is_asked = pairs
            .all(condition.argument)
            .flat_map(|value| value.split(','))
            .any(|value| value.trim() == condition.value);
        if is_asked && !scope.may(condition.permission) {
            return Err(Error::lacks(condition.permission));
        }
    }
    Ok(scope.clone())
}

/// On every answer to somebody known. A recorded script sleeps for as many seconds as the header
/// says, so it is the time that is left and not a point in time as in the other dialect.
fn tell_allowance(headers: &mut HeaderMap, allowance: &Allowance, left_ms: i64) {
    for (name, value) in [
        ("x-ratelimit-limit", allowance.limit),
        ("x-ratelimit-remaining", allowance.remaining),
        ("x-ratelimit-reset", whole_seconds(left_ms)),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(value: &str) -> Option<(String, String)> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        credentials(&headers)
    }

    #[test]
    fn name_and_secret_come_as_http_basic() {
        let expected = Some(("name".to_owned(), "se:cret".to_owned()));
        assert_eq!(sent("Basic bmFtZTpzZTpjcmV0"), expected);
        assert_eq!(sent("basic  bmFtZTpzZTpjcmV0"), expected);
        for text in ["", "Basic", "Basic !", "Basic bmFtZQ==", "Bearer bmFtZTpz"] {
            assert_eq!(sent(text), None, "{text}");
        }
    }
}
