//! From what went wrong to the documented error body. Nothing else writes one.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use engine::{Denial, Detail, Error, What};

use crate::http::body::BodyError;
use crate::http::refusals::is_refusal;
use crate::render::json::{Array, Object, object};
use crate::render::{self, Presentation};

/// Why a call has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The use case says no.
    Engine(Error),
    /// No token was sent.
    NoToken,
    /// The path is there, the verb is not.
    Method {
        /// The verbs that are.
        allowed: String,
    },
    /// The body is larger than is taken.
    TooLarge {
        /// Bytes that are taken.
        limit: usize,
    },
    /// The connection broke before the body was complete.
    BodyBroken,
    /// `Idempotency-Key` was used before for another call.
    KeyReused,
    /// A call with this `Idempotency-Key` is being worked on.
    KeyRunning,
    /// The request was not handed on to the dialect.
    Refused {
        /// Status of the answer.
        status: StatusCode,
        /// Identifier of the error.
        error: &'static str,
        /// Why, in a sentence.
        reason: String,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<BodyError> for Failure {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { limit } => Self::TooLarge { limit },
            BodyError::Broken => Self::BodyBroken,
        }
    }
}

/// An error answer before it is written.
#[derive(Debug)]
struct Description {
    status: StatusCode,
    error: &'static str,
    text: String,
    details: Vec<(String, Detail)>,
    headers: HeaderMap,
}

/// The error body in the asked encoding.
///
/// The flat members are documented; `meta.code` is added because several clients look at it
/// whatever the status is.
pub fn respond(
    failure: &Failure,
    request_id: &str,
    presentation: &Presentation,
) -> http::Response<Bytes> {
    let described = describe(failure);
    // What is refused before it gets here is counted, and may be more than a log can take.
    let is_refused = match failure {
        Failure::Refused { .. } => true,
        Failure::Engine(error) => is_refusal(error, request_id),
        _ => false,
    };
    if described.status.is_server_error() && !is_refused {
        tracing::error!(request_id, error = ?failure, "a call failed");
    }
    let body = object(|o| write(o, &described, request_id));
    let mut response = render::document(described.status, body, presentation);
    response.headers_mut().extend(described.headers);
    response
}

fn write(o: &mut Object<'_>, described: &Description, request_id: &str) {
    let code = i64::from(described.status.as_u16());
    o.object("meta", |o| o.number("code", code));
    o.number("code", code);
    o.text("error", described.error);
    o.text("error_description", &described.text);
    if described.status.is_server_error() && !request_id.is_empty() {
        o.array("error_details", |a| {
            a.object(|o| o.text("request_id", request_id));
        });
    } else if !described.details.is_empty() {
        o.array("error_details", |a| write_details(a, &described.details));
    }
}

fn write_details(a: &mut Array<'_>, details: &[(String, Detail)]) {
    for (parameter, detail) in details {
        a.object(|o| {
            o.text("parameter", parameter);
            o.text("message", &detail.message);
            o.maybe_text("found", detail.found.as_deref());
            o.maybe("start", detail.start);
            o.maybe("end", detail.end);
            o.maybe_text("suggestion", detail.suggestion.as_deref());
        });
    }
}

/// The table: identifier and status of each error. The statuses are inference but for the one of
/// the rate limit, which is documented to be 400.
fn describe(failure: &Failure) -> Description {
    let simple = |status, error, text: String| Description {
        status,
        error,
        text,
        details: Vec::new(),
        headers: HeaderMap::new(),
    };
    match failure {
        Failure::Engine(error) => describe_engine(error),
        Failure::NoToken => unauthorised(
            "An access token is required: send it as `Authorization: Bearer …` or `access_token`.",
            HeaderValue::from_static("Bearer"),
        ),
        Failure::Method { allowed } => {
            let mut described = simple(
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_http_method",
                format!("This path takes {allowed}."),
            );
            if let Ok(value) = HeaderValue::try_from(allowed) {
                described.headers.insert(header::ALLOW, value);
            }
            described
        }
        Failure::TooLarge { limit } => simple(
            StatusCode::PAYLOAD_TOO_LARGE,
            "limit_exceeded",
            format!("The body is larger than {limit} bytes."),
        ),
        Failure::BodyBroken => simple(
            StatusCode::BAD_REQUEST,
            "invalid_parameter",
            "The body ended before it was complete.".to_owned(),
        ),
        Failure::Refused {
            status,
            error,
            reason,
        } => simple(*status, error, reason.clone()),
        Failure::KeyReused => simple(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_parameter",
            "The Idempotency-Key was used before for a call with other parameters.".to_owned(),
        ),
        Failure::KeyRunning => {
            let mut described = simple(
                StatusCode::CONFLICT,
                "conflict",
                "A call with this Idempotency-Key is still being worked on.".to_owned(),
            );
            described
                .headers
                .insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            described
        }
    }
}

fn describe_engine(error: &Error) -> Description {
    let (status, name) = match error {
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
        Error::Denied(Denial::TokenScope(_)) => (StatusCode::FORBIDDEN, "insufficient_scope"),
        Error::Denied(_) => (StatusCode::FORBIDDEN, "no_permission"),
        Error::Invalid { .. } => (StatusCode::BAD_REQUEST, "invalid_parameter"),
        Error::TooMany { .. } | Error::Full { .. } => (StatusCode::BAD_REQUEST, "limit_exceeded"),
        Error::UnsupportedLanguage(_) => (StatusCode::BAD_REQUEST, "unsupported_language"),
        Error::Limited { .. } => (StatusCode::BAD_REQUEST, "rate_limit_reached"),
        // Not in the vendor's list, like the next: only calls that are not in the vendor's API give it.
        Error::Crowded { .. } => (StatusCode::TOO_MANY_REQUESTS, "limit_exceeded"),
        Error::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
        Error::Unauthenticated(text) => {
            return unauthorised(
                text,
                HeaderValue::from_static("Bearer error=\"invalid_token\""),
            );
        }
        Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "service_unavailable"),
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_server_error"),
    };
    let mut described = Description {
        status,
        error: name,
        text: error.to_string(),
        details: Vec::new(),
        headers: HeaderMap::new(),
    };
    let headers = &mut described.headers;
    match error {
        Error::Invalid {
            field,
            reason,
            details,
        } if details.is_empty() => {
            let detail = Detail {
                message: reason.clone(),
                ..Detail::default()
            };
            described.details.push((field.clone(), detail));
        }
        Error::Invalid { field, details, .. } => {
            described.details = details
                .iter()
                .map(|detail| (field.clone(), detail.clone()))
                .collect();
        }
        Error::TooMany { field, .. } | Error::Full { field, .. } => {
            let detail = Detail {
                message: described.text.clone(),
                ..Detail::default()
            };
            described.details.push((field.clone(), detail));
        }
        Error::Denied(Denial::TokenScope(scope)) => {
            let value = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(header::WWW_AUTHENTICATE, value);
            }
        }
        Error::Limited { retry_after_ms } => {
            let seconds = retry_after_ms.max(&0).saturating_add(999).div_euclid(1_000);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        Error::Unavailable(_) => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        Error::Crowded { .. } => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static(CROWDED_S));
        }
        _ => {}
    }
    described
}

/// Seconds after which something else may have been closed: nobody knows, and nobody who waits should
/// ask all the time.
const CROWDED_S: &str = "10";

/// A path that does not exist.
pub const NO_SUCH_PATH: Error = Error::NotFound(What::Path);

/// "A standard OAuth error" (vendor's FAQ): RFC 6750 has 401 with this header and these members.
fn unauthorised(text: &str, challenge: HeaderValue) -> Description {
    let mut headers = HeaderMap::new();
    headers.insert(header::WWW_AUTHENTICATE, challenge);
    Description {
        status: StatusCode::UNAUTHORIZED,
        error: "invalid_token",
        text: text.to_owned(),
        details: Vec::new(),
        headers,
    }
}

/// Header that carries a request's identifier in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Format;
    use domain::permission::Permission;

    fn body(response: &http::Response<Bytes>) -> serde_json::Value {
        serde_json::from_slice(response.body()).unwrap()
    }

    #[test]
    fn each_error_has_its_identifier_and_status() {
        let invalid = || Error::invalid("limit", "expected a number");
        let table: Vec<(Failure, u16, &str)> = vec![
            (Error::NotFound(What::Mention).into(), 404, "not_found"),
            (
                Error::lacks(Permission::InboxRead).into(),
                403,
                "no_permission",
            ),
            (
                Error::Denied(Denial::Rule("No.".into())).into(),
                403,
                "no_permission",
            ),
            (
                Error::Denied(Denial::TokenScope("accounts_read")).into(),
                403,
                "insufficient_scope",
            ),
            (invalid().into(), 400, "invalid_parameter"),
            (
                Error::TooMany {
                    field: "mentions".into(),
                    limit: 500,
                    given: 501,
                }
                .into(),
                400,
                "limit_exceeded",
            ),
            (
                Error::UnsupportedLanguage("xx".into()).into(),
                400,
                "unsupported_language",
            ),
            (
                Error::Limited {
                    retry_after_ms: 1_500,
                }
                .into(),
                400,
                "rate_limit_reached",
            ),
            (
                Error::Crowded {
                    things: "live streams",
                    of: "user",
                    limit: 1,
                }
                .into(),
                429,
                "limit_exceeded",
            ),
            (Error::Conflict("x".into()).into(), 409, "conflict"),
            (
                Error::Unauthenticated("The access token is not valid.").into(),
                401,
                "invalid_token",
            ),
            (Error::unavailable("x").into(), 503, "service_unavailable"),
            (Error::internal("x").into(), 500, "internal_server_error"),
            (Failure::NoToken, 401, "invalid_token"),
            (
                Failure::Method {
                    allowed: "GET, HEAD".into(),
                },
                405,
                "invalid_http_method",
            ),
            (Failure::TooLarge { limit: 9 }, 413, "limit_exceeded"),
            (Failure::BodyBroken, 400, "invalid_parameter"),
            (Failure::KeyReused, 422, "invalid_parameter"),
            (Failure::KeyRunning, 409, "conflict"),
        ];
        for (failure, status, error) in table {
            let response = respond(&failure, "r1", &Presentation::default());
            assert_eq!(response.status().as_u16(), status, "{failure:?}");
            let body = body(&response);
            assert_eq!(body["meta"]["code"], status);
            assert_eq!(body["code"], status);
            assert_eq!(body["error"], error);
            assert!(!body["error_description"].as_str().unwrap().is_empty());
            assert_eq!(
                status == 401,
                response.headers().contains_key("www-authenticate") && error == "invalid_token"
            );
        }
    }

    #[test]
    fn an_invalid_parameter_is_named_with_the_place_of_the_mistake() {
        let error = Error::Invalid {
            field: "filter".into(),
            reason: "there is no key \"sentimnt\"".into(),
            details: vec![Detail {
                found: Some("sentimnt".into()),
                start: Some(3),
                end: Some(11),
                suggestion: Some("sentiment".into()),
                message: "there is no key \"sentimnt\"".into(),
            }],
        };
        let response = respond(&error.into(), "r1", &Presentation::default());
        assert_eq!(
            body(&response)["error_details"],
            serde_json::json!([{
                "parameter": "filter",
                "message": "there is no key \"sentimnt\"",
                "found": "sentimnt",
                "start": 3,
                "end": 11,
                "suggestion": "sentiment",
            }])
        );
    }

    #[test]
    fn internal_errors_show_the_request_id_and_nothing_else() {
        let response = respond(
            &Error::internal("secret path /x").into(),
            "r-42",
            &Presentation::default(),
        );
        let text = std::str::from_utf8(response.body()).unwrap();
        assert!(text.contains("r-42") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn errors_come_in_the_asked_format() {
        for (format, status, start) in [
            (Format::Xml, 401, "<?xml"),
            // No browser runs a script that comes with an error.
            (Format::Jsonp("cb".into()), 200, "cb({"),
        ] {
            let presentation = Presentation {
                format,
                ..Presentation::default()
            };
            let response = respond(&Failure::NoToken, "r", &presentation);
            assert_eq!(response.status(), status);
            assert!(response.body().starts_with(start.as_bytes()));
            let text = std::str::from_utf8(response.body()).unwrap();
            assert!(text.contains("401"), "{text}");
        }
    }

    #[test]
    fn waiting_times_are_told_in_seconds_rounded_up() {
        let response = respond(
            &Error::Limited {
                retry_after_ms: 1_001,
            }
            .into(),
            "r",
            &Presentation::default(),
        );
        assert_eq!(response.headers()["retry-after"], "2");
    }
}
