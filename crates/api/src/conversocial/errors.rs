//! What went wrong, in the dialect's words and statuses.

use axum::body::Body;
use axum::response::Response;
use engine::{Denial, Error, What};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::version::{self, Base, Family};
use crate::http::body::BodyError;
use crate::http::refusals::is_refusal;
use crate::render::json;
use crate::render::{self, Presentation};

/// Why a call has no answer.
#[derive(Debug)]
pub enum Failure {
    /// The use case says no.
    Engine(Error),
    /// No credentials were sent.
    NoCredentials,
    /// A page of another site made a call that would change something.
    ForeignPage,
    /// There is no such path.
    NoSuchPath,
    /// The path is there, the verb is not.
    Method {
        /// The verbs that are.
        allowed: String,
        /// Why, when there is more to say.
        reason: Option<&'static str>,
    },
    /// The body is larger than is taken.
    TooLarge {
        /// Bytes that are taken.
        limit: usize,
    },
    /// The connection broke before the body was complete.
    BodyBroken,
    /// An argument that the call cannot do without is absent.
    Missing {
        /// The argument.
        param: &'static str,
        /// What is needed, in a sentence.
        message: String,
    },
    /// The request was not handed on to the dialect.
    Refused {
        /// Status of the answer.
        status: StatusCode,
        /// The error's code.
        code: &'static str,
        /// Why, in a sentence.
        message: String,
    },
    /// A field cannot be sorted by.
    Sort {
        /// The field, as it was sent.
        field: String,
    },
    /// Too many calls.
    Limited {
        /// Calls per window.
        limit: i64,
        /// Length of a window in seconds.
        window_s: i64,
        /// Milliseconds until the next window.
        retry_after_ms: i64,
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

/// An argument that is not what was expected; what was given is shown, shortened.
pub fn expected(name: &str, what: &str, given: &str) -> Error {
    let mut shown: String = given.chars().take(60).collect();
    if shown.len() < given.len() {
        shown.push('…');
    }
    Error::invalid(name, format!("expected {what}, got \"{shown}\""))
}

/// A required argument that is absent, and why it is needed.
pub fn missing(param: &'static str) -> Failure {
    Failure::Missing {
        param,
        message: format!("\"{param}\" is needed."),
    }
}

/// How an error is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Below which kind of base the call was made.
    pub family: Family,
    /// A lacking permission is told as v1.1 did in 2015: 200 with `success: false`.
    pub old_permission_errors: bool,
}

const PERMISSION_DENIED: &str = "permission_denied";

/// An error answer before it is written.
struct Description {
    status: StatusCode,
    /// Not for entities that do not exist: the documented body has no further keys.
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    headers: HeaderMap,
}

/// The error body.
pub fn respond(failure: &Failure, request_id: &str, style: Style) -> Response {
    if let Failure::Engine(error @ (Error::Internal(cause) | Error::Unavailable(cause))) = failure
        && !is_refusal(error, request_id)
    {
        tracing::error!(request_id, error = ?cause, "{error}");
    }
    let described = describe(failure);
    let is_denied = described.code == Some(PERMISSION_DENIED);
    let mut response = if is_denied && style.old_permission_errors {
        render::document(
            StatusCode::OK,
            json::object(|object| {
                object.flag("success", false);
                object.flag("permsError", true);
                object.text("error", &described.message);
                object.text("message", &described.message);
            }),
            &Presentation::default(),
        )
    } else {
        let text = json::object(|object| {
            object.text("status", "error");
            object.text("message", &described.message);
            if style.family != Family::Profiles {
                object.display(
                    "http_status",
                    format_args!("{} {}", described.status.as_u16(), phrase(described.status)),
                );
                object.maybe("error_code", described.code);
                object.maybe("param", described.param.as_deref());
            }
        });
        render::document(described.status, text, &Presentation::default())
    };
    response.headers_mut().extend(described.headers);
    response.map(Body::from)
}

/// Refuses a request that was not handed on, in the words of the family that its path belongs to.
pub fn refuse(path: &str, status: StatusCode, code: &'static str, reason: &str) -> Response {
    let family = match version::base(path) {
        Some(Base::Known(version, _)) => version.family(),
        Some(Base::Unknown) | None => Family::Data,
    };
    let failure = Failure::Refused {
        status,
        code,
        message: reason.to_owned(),
    };
    let style = Style {
        family,
        old_permission_errors: false,
    };
    respond(&failure, "", style)
}

/// The documented example says `404 Object Not Found`; the others are the standard's.
fn phrase(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Object Not Found",
        other => other.canonical_reason().unwrap_or("Error"),
    }
}

fn simple(status: StatusCode, code: &'static str, message: impl Into<String>) -> Description {
    Description {
        status,
        code: Some(code),
        param: None,
        message: message.into(),
        headers: HeaderMap::new(),
    }
}

fn at(param: &str, code: &'static str, message: impl Into<String>) -> Description {
    Description {
        param: Some(param.to_owned()),
        ..simple(StatusCode::BAD_REQUEST, code, message)
    }
}

fn describe(failure: &Failure) -> Description {
    match failure {
        Failure::Engine(error) => describe_engine(error),
        Failure::NoCredentials => unauthorised("A token name and its secret are needed."),
        Failure::ForeignPage => simple(
            StatusCode::FORBIDDEN,
            "cross_site",
            "Pages of other sites may not change anything here.",
        ),
        Failure::NoSuchPath => describe_engine(&Error::NotFound(What::Path)),
        Failure::Method { allowed, reason } => {
            let text = match reason {
                Some(reason) => (*reason).to_owned(),
                None => format!("This path takes {allowed}."),
            };
            let mut described = simple(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", text);
            insert(&mut described.headers, &header::ALLOW, allowed);
            described
        }
        Failure::TooLarge { limit } => simple(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("The body is larger than {limit} bytes."),
        ),
        Failure::BodyBroken => simple(
            StatusCode::BAD_REQUEST,
            "invalid_body",
            "The body ended before it was complete.",
        ),
        Failure::Refused {
            status,
            code,
            message,
        } => simple(*status, code, message.clone()),
        Failure::Missing { param, message } => at(param, "missing_parameter", message),
        Failure::Sort { field } => at(
            "sort",
            "invalid_sort",
            format!("\"{}\" cannot be sorted by.", shortened(field)),
        ),
        Failure::Limited {
            limit,
            window_s,
            retry_after_ms,
        } => {
            let period = match window_s {
                60 => "a minute".to_owned(),
                other => format!("{other} seconds"),
            };
            let mut described = simple(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limit_exceeded",
                format!("The token made more than {limit} requests in {period}."),
            );
            let seconds = whole_seconds(*retry_after_ms).max(1).to_string();
            insert(&mut described.headers, &header::RETRY_AFTER, &seconds);
            described
        }
    }
}

fn describe_engine(error: &Error) -> Description {
    match error {
        Error::NotFound(what) => Description {
            code: None,
            ..simple(StatusCode::NOT_FOUND, "", no_such(*what))
        },
        Error::Denied(Denial::Permission(permission)) => simple(
            StatusCode::FORBIDDEN,
            PERMISSION_DENIED,
            format!("The token lacks the permission \"{permission}\"."),
        ),
        Error::Denied(_) => simple(StatusCode::FORBIDDEN, PERMISSION_DENIED, error.to_string()),
        Error::Invalid { field, .. } | Error::TooMany { field, .. } | Error::Full { field, .. } => {
            at(field, "invalid_parameter", error.to_string())
        }
        Error::UnsupportedLanguage(_) => simple(
            StatusCode::BAD_REQUEST,
            "invalid_parameter",
            error.to_string(),
        ),
        Error::Limited { .. } => simple(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limit_exceeded",
            error.to_string(),
        ),
        Error::Crowded { .. } => {
            let mut described = simple(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_open",
                error.to_string(),
            );
            insert(&mut described.headers, &header::RETRY_AFTER, "10");
            described
        }
        Error::Conflict(text) => simple(StatusCode::CONFLICT, "conflict", text.clone()),
        Error::Unauthenticated(text) => unauthorised(text),
        Error::Unavailable(_) => {
            let mut described = simple(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                error.to_string(),
            );
            insert(&mut described.headers, &header::RETRY_AFTER, "1");
            described
        }
        Error::Internal(_) => simple(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            error.to_string(),
        ),
    }
}

/// Recorded clients compare the whole text: "No such author" and the like mean absence, any other
/// 404 is a failure to them.
fn no_such(what: What) -> String {
    let word = match what {
        What::Account => "account",
        What::Profile => "channel",
        What::Mention => "content",
        What::User => "user",
        What::Tag => "tag",
        What::Conversation => "conversation",
        What::Author => "author",
        What::Report => "report",
        What::KeyValue => "keyvalue",
        // The Customer Profiles API words it otherwise (its index page).
        What::Contact => return "Customer with that ID does not exist".to_owned(),
        What::Path => "resource",
        What::Project
        | What::Topic
        | What::Role
        | What::Application
        | What::Token
        | What::Key
        | What::Note
        | What::AnnotationType => {
            return format!("No such {what}");
        }
    };
    format!("No such {word}")
}

fn unauthorised(text: &str) -> Description {
    let mut described = simple(StatusCode::UNAUTHORIZED, "invalid_credentials", text);
    described.headers.insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static("Basic realm=\"Switchboard\", charset=\"UTF-8\""),
    );
    described
}

fn insert(headers: &mut HeaderMap, name: &header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Milliseconds as whole seconds, rounded up.
pub(super) fn whole_seconds(ms: i64) -> i64 {
    ms.max(0).saturating_add(999).div_euclid(1_000)
}
