//! Which dialect a request speaks: told by the first part of its path. What is refused before it is
//! handed to a dialect is refused in its words.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use domain::time::UnixMillis;
use engine::auth::Allowance;

use crate::http::verb::Verb;
use crate::{conversocial, oauth, sent, social_connect};

/// The dialects.
#[derive(Debug)]
pub struct Front {
    /// Everything that is not another dialect's.
    pub social_connect: Arc<social_connect::Dialect>,
    /// Paths that begin with a version.
    pub conversocial: Arc<conversocial::Dialect>,
}

/// Hands a request to the dialect of its path.
pub async fn dispatch(State(front): State<Arc<Front>>, request: Request) -> Response {
    let engine = front.social_connect.engine().clone();
    sent::counted(
        &engine,
        Box::pin(async {
            if conversocial::dispatch::speaks(request.uri().path()) {
                conversocial::dispatch(State(Arc::clone(&front.conversocial)), request).await
            } else {
                social_connect::dispatch(State(Arc::clone(&front.social_connect)), request).await
            }
        }),
    )
    .await
}

/// Whose words an answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    SocialConnect,
    Conversocial,
    OAuth,
}

impl Voice {
    fn of(path: &str) -> Self {
        if conversocial::dispatch::speaks(path) || path.starts_with("/reports/") {
            Self::Conversocial
        } else if ["oauth", "account"].contains(&path.split('/').nth(1).unwrap_or_default()) {
            Self::OAuth
        } else {
            Self::SocialConnect
        }
    }
}

/// Whether a call changes nothing. Some questions are posted, because they can be long.
pub fn only_reads(method: &Method, path: &str) -> bool {
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    method == Method::POST
        && Voice::of(path) == Voice::SocialConnect
        && social_connect::routes::all()
            .filter(|route| route.verb == Verb::Post && !route.is_mutation())
            .any(|route| path.ends_with(route.path.trim_start_matches("/{account_id}")))
}

/// Refuses a request that no dialect was asked about, in the words of the one that it was meant for.
pub fn refuse(uri: &Uri, status: StatusCode, error: &'static str, reason: &str) -> Response {
    let path = uri.path();
    match Voice::of(path) {
        Voice::Conversocial => conversocial::errors::refuse(path, status, error, reason),
        Voice::OAuth => oauth::refuse(path, status, reason),
        Voice::SocialConnect => social_connect::refuse(uri, &Method::GET, status, error, reason),
    }
}

/// Refuses a call of somebody who is not known and made too many, as each dialect documents it: the
/// status is 400 in one and 429 in the other.
pub(crate) fn refuse_limited(
    uri: &Uri,
    method: &Method,
    allowance: &Allowance,
    now: UnixMillis,
) -> Response {
    let path = uri.path();
    let left_s = allowance
        .resets_at
        .since(now)
        .max(0)
        .saturating_add(999)
        .div_euclid(1_000);
    let reason = format!(
        "More than {} requests without valid credentials came from this address in {} seconds. Try \
         again in {} seconds.",
        allowance.limit,
        allowance.window_s,
        left_s.max(1)
    );
    let status = StatusCode::TOO_MANY_REQUESTS;
    let (mut response, resets) = match Voice::of(path) {
        Voice::Conversocial => (
            conversocial::errors::refuse(path, status, "rate_limit_exceeded", &reason),
            left_s,
        ),
        Voice::OAuth => (oauth::refuse(path, status, &reason), left_s),
        Voice::SocialConnect => (
            social_connect::refuse(
                uri,
                method,
                StatusCode::BAD_REQUEST,
                "rate_limit_reached",
                &reason,
            ),
            allowance.resets_at.seconds(),
        ),
    };
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(left_s.max(1)));
    for (name, value) in [
        ("x-ratelimit-limit", allowance.limit),
        ("x-ratelimit-time", allowance.window_s),
        ("x-ratelimit-remaining", allowance.remaining),
        ("x-ratelimit-reset", resets),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posted_question_only_reads_and_a_change_does_not() {
        let post = |path| only_reads(&Method::POST, path);
        assert!(post("/1001/insights/facets"));
        assert!(only_reads(&Method::GET, "/1001/inbox/add"));
        for path in [
            "/1001/inbox/add",
            "/1001/settings/topics",
            "/v1.3/conversations/1/insights/facets",
            "/oauth/access_token/",
            "/account/password",
        ] {
            assert!(!post(path), "{path}");
        }
        assert!(!only_reads(&Method::DELETE, "/1001/insights/facets"));
    }

    use http_body_util::BodyExt as _;
    use serde_json::Value;

    async fn refused(uri: &'static str) -> (u16, String) {
        let response = refuse(
            &Uri::from_static(uri),
            StatusCode::URI_TOO_LONG,
            "uri_too_long",
            "The address is too long.",
        );
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn each_dialect_refuses_in_its_own_words() {
        let (status, text) = refused("/7/inbox/mentions").await;
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status, 414);
        assert_eq!(
            (&body["meta"]["code"], &body["code"]),
            (&414.into(), &414.into())
        );
        assert_eq!(body["error"], "uri_too_long");
        assert_eq!(body["error_description"], "The address is too long.");
        let (status, text) = refused("/v1.3/conversations").await;
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(status, 414);
        assert_eq!(body["status"], "error");
        assert_eq!(body["message"], "The address is too long.");
        assert_eq!(body["http_status"], "414 URI Too Long");
        assert_eq!(body["error_code"], "uri_too_long");
        let (status, text) = refused("/oauth/access_token/").await;
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &body["error"]), (414, &"invalid_request".into()));
        let (status, text) = refused("/oauth/authorize/").await;
        assert!(
            status == 414 && text.contains("The address is too long."),
            "{text}"
        );
        let (status, text) = refused("/me?callback=cb").await;
        assert!(
            status == 200 && text.starts_with("cb({\"meta\":{\"code\":414}"),
            "{text}"
        );
        let (status, text) = refused("/me?format=xml").await;
        assert!(status == 414 && text.starts_with("<?xml"), "{text}");
    }
}
