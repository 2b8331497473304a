//! Whether a form was sent from one of our own pages, and not by another site through the user's
//! browser.

use engine::auth::sessions;
use engine::{Engine, Error};
use http::{HeaderMap, header};
use url::Url;

/// Refuses a form that another site may have sent: the browser says where it comes from, and the
/// form must carry the token that belongs to the cookie.
pub(super) fn is_ours(
    engine: &Engine,
    headers: &HeaderMap,
    cookie: Option<&str>,
    token: Option<&str>,
) -> Result<bool, Error> {
    if !is_same_origin(engine, headers) {
        return Ok(false);
    }
    match (cookie, token) {
        (Some(cookie), Some(token)) => sessions::is_form_token(engine, cookie, token),
        _ => Ok(false),
    }
}

/// Browsers state the origin of a form; programs without these headers are held by the token alone.
fn is_same_origin(engine: &Engine, headers: &HeaderMap) -> bool {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return false;
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return true;
    };
    let Ok(origin) = Url::parse(origin) else {
        return false;
    };
    let is_public = Url::parse(&engine.config().public_url)
        .is_ok_and(|public| public.origin() == origin.origin());
    // A server is also used under names other than its public one, such as localhost.
    let is_addressed = text(header::HOST.as_str())
        .and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok())
        .is_some_and(|host| host.origin() == origin.origin());
    is_public || is_addressed
}
