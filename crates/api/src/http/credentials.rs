//! Whether a request shows who sends it, before anybody looks whether that is true.

use axum::http::{HeaderMap, Uri, header};

/// Whether there is a token, or a name and a secret, in the headers or in the address.
///
/// Where there is one, the dialects look at it before they read the body.
pub fn are_shown(headers: &HeaderMap, uri: &Uri) -> bool {
    let in_header = headers
        .get(header::AUTHORIZATION)
        .map(|value| value.as_bytes().trim_ascii())
        .and_then(|value| {
            let space = value.iter().position(|byte| *byte == b' ')?;
            value.split_at_checked(space)
        })
        .is_some_and(|(scheme, rest)| {
            let is_known = [&b"bearer"[..], b"basic"]
                .iter()
                .any(|known| scheme.eq_ignore_ascii_case(known));
            is_known && !rest.trim_ascii().is_empty()
        });
    in_header || uri.query().is_some_and(has_token)
}

/// The same, or a cookie of somebody who signed in with a browser.
pub fn may_be_known(headers: &HeaderMap, uri: &Uri) -> bool {
    const SESSION: &[u8] = b"switchboard_session=";
    let has_session = headers.get_all(header::COOKIE).iter().any(|cookies| {
        cookies
            .as_bytes()
            .windows(SESSION.len())
            .any(|part| part == SESSION)
    });
    has_session || are_shown(headers, uri)
}

fn has_token(query: &str) -> bool {
    query.contains("access_token=")
        && form_urlencoded::parse(query.as_bytes())
            .any(|(name, value)| name == "access_token" && !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(authorization: Option<&str>, uri: &str) -> bool {
        let headers = authorization
            .map(|value| (header::AUTHORIZATION, value.parse().unwrap()))
            .into_iter()
            .collect();
        are_shown(&headers, &uri.parse().unwrap())
    }

    #[test]
    fn a_browser_in_which_somebody_signed_in_may_be_known() {
        let with = |cookies: &str| {
            let headers = [(header::COOKIE, cookies.parse().unwrap())]
                .into_iter()
                .collect();
            may_be_known(&headers, &Uri::from_static("/oauth/authorize/"))
        };
        assert!(with("a=b; __Host-switchboard_session=0f"));
        assert!(with("switchboard_session=0f"));
        assert!(!with("switchboard_visitor=0f"));
    }

    #[test]
    fn tokens_and_secrets_are_seen_where_they_can_be() {
        assert!(shown(Some("Bearer x"), "/me"));
        assert!(shown(Some("bearer  x"), "/me"));
        assert!(shown(Some("Basic eDp5"), "/v1.3/accounts"));
        assert!(shown(None, "/me?a=b&access_token=x"));
        for authorization in [
            None,
            Some(""),
            Some("Bearer"),
            Some("Bearer "),
            Some("Digest x"),
        ] {
            assert!(!shown(authorization, "/me"), "{authorization:?}");
        }
        assert!(!shown(None, "/me?access_token="));
        assert!(!shown(None, "/me?x=access_token=1"));
        assert!(!shown(None, "/access_token=1"));
    }
}
