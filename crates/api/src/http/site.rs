//! Whether a page of another site made a request.
//!
//! Browsers remember a name and a password that were typed in, and send them with whatever any page
//! asks of the same server; the page sees no answer, but the change is made. Programs send neither
//! of the headers that tell, and nothing but a browser has something to remember.

use axum::http::{HeaderMap, HeaderName, header};

use super::origin::Origin;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page that this server did not give made the request.
///
/// What the browser says of the relation between page and server counts, since it knows under which
/// of its names the server was reached. Where it says nothing, which is so without TLS and in old
/// browsers, the page's origin must be `own` or what the request was addressed to.
pub fn is_foreign(headers: &HeaderMap, own: &Origin) -> bool {
    if let Some(site) = headers.get(FETCH_SITE) {
        return site != "same-origin" && site != "none";
    }
    let Some(page) = headers.get(header::ORIGIN) else {
        return false;
    };
    let Ok(page) = page.to_str() else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let is_host = page
        .split_once("://")
        .is_some_and(|(_, address)| host.is_some_and(|host| host.eq_ignore_ascii_case(address)));
    !own.is(page) && !is_host
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(sent: &[(HeaderName, &str)]) -> bool {
        let headers = sent
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        is_foreign(&headers, &Origin::new("https://cv.example/"))
    }

    #[test]
    fn programs_and_own_pages_are_not_foreign() {
        let local = (header::HOST, "127.0.0.1:8080");
        assert!(!foreign(std::slice::from_ref(&local)));
        for page in [
            "https://cv.example",
            "https://CV.example:443",
            "http://127.0.0.1:8080",
        ] {
            assert!(!foreign(&[local.clone(), (header::ORIGIN, page)]), "{page}");
        }
        for site in ["same-origin", "none"] {
            assert!(!foreign(&[(FETCH_SITE, site)]), "{site}");
        }
        let reached_by_another_name = [
            (FETCH_SITE, "same-origin"),
            (header::ORIGIN, "http://localhost:8080"),
            local,
        ];
        assert!(!foreign(&reached_by_another_name));
    }

    #[test]
    fn pages_of_other_sites_are_foreign() {
        for page in [
            "https://evil.example",
            "https://cv.example.evil.example",
            "https://cv.example:8443",
            "http://cv.example",
            "http://127.0.0.1",
            "null",
            "",
        ] {
            let sent = [(header::HOST, "127.0.0.1:8080"), (header::ORIGIN, page)];
            assert!(foreign(&sent), "{page}");
        }
        for site in ["cross-site", "same-site", ""] {
            let sent = [(FETCH_SITE, site), (header::ORIGIN, "https://cv.example")];
            assert!(foreign(&sent), "{site}");
        }
    }
}
