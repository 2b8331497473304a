//! The verbs that routes take, and what is said about them.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;

/// Verbs of the dialects. GET answers HEAD as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Read.
    Get,
    /// Create or change.
    Post,
    /// Remove.
    Delete,
}

impl Verb {
    /// The verb as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request with this method means this verb.
    pub fn answers(self, method: &Method) -> bool {
        match self {
            Self::Get => method == Method::GET || method == Method::HEAD,
            Self::Post => method == Method::POST,
            Self::Delete => method == Method::DELETE,
        }
    }
}

/// The value of `Allow` for a path with these verbs.
pub fn allowed(verbs: impl Iterator<Item = Verb>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for verb in verbs {
        names.push(verb.as_str());
        if verb.answers(&Method::HEAD) {
            names.push("HEAD");
        }
    }
    names.push("OPTIONS");
    names.join(", ")
}

/// The answer to OPTIONS. Nothing is said to scripts of other origins: the originals have no CORS
/// headers, and credentials do not belong into foreign pages.
pub fn options(allowed: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Ok(value) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
