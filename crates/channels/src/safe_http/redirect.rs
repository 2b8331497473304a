//! Redirects: where they lead and what goes along.

use http::header::{AUTHORIZATION, COOKIE, LOCATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, StatusCode};
use url::Url;

/// Where a redirect leads.
pub(super) fn location(answer: &reqwest::Response) -> Option<String> {
    let is_redirect = matches!(
        answer.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let value = answer.headers().get(LOCATION).filter(|_| is_redirect)?;
    // Some servers send raw UTF-8 here, which the address parser then escapes.
    String::from_utf8(value.as_bytes().to_vec()).ok()
}

/// Credentials stay on their host, and never go from https to http. A redirect cannot bring its
/// own.
pub(super) fn carry_credentials(from: &Url, to: &mut Url, headers: &mut HeaderMap) {
    let same_host = from.host() == to.host()
        && (from.port_or_known_default() == to.port_or_known_default()
            || (from.port().is_none() && to.port().is_none()))
        && !(from.scheme() == "https" && to.scheme() == "http");
    let (name, password) = if same_host {
        (from.username(), from.password())
    } else {
        ("", None)
    };
    // Setting them fails only on addresses without a host, which do not come this far.
    let _ = to.set_username(name);
    let _ = to.set_password(password);
    if !same_host {
        let sensitive: Vec<http::HeaderName> = headers
            .iter()
            .filter(|(name, value)| {
                value.is_sensitive() || [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(name)
            })
            .map(|(name, _)| name.clone())
            .collect();
        for name in sensitive {
            headers.remove(name);
        }
    }
}

/// The address as it may be shown and stored.
pub(crate) fn without_credentials(mut url: Url) -> Url {
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}
