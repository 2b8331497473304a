//! The cookies of the pages: of the session, of the known browser, and of a visitor's form.

use engine::Engine;
use engine::auth::Secret;
use http::{HeaderMap, HeaderValue, header};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// Somebody is signed in. Ends with the browser.
    Session,
    /// Somebody signed in from here before.
    Device,
    /// The secret of a link to set a password with, out of the address. Ends with the browser.
    Link,
    /// The secret of a link to accept an invitation with, likewise.
    Invitation,
    /// Protects the form of somebody who is not signed in. Ends with the browser.
    Visitor,
}

impl Cookie {
    const fn word(self) -> &'static str {
        match self {
            Self::Session => "switchboard_session",
            Self::Device => "switchboard_device",
            Self::Link => "switchboard_link",
            Self::Invitation => "switchboard_invitation",
            Self::Visitor => "switchboard_visitor",
        }
    }

    /// With https the `__Host-` prefix makes browsers refuse the cookie from any other host, from
    /// a subdomain and from plain http. Without https they would refuse it altogether.
    fn name(self, engine: &Engine) -> String {
        let prefix = if is_https(engine) { "__Host-" } else { "" };
        format!("{prefix}{}", self.word())
    }

    /// Its value in a request.
    pub(super) fn read(self, engine: &Engine, headers: &HeaderMap) -> Option<String> {
        let name = self.name(engine);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, value)| *known == name && is_value(value))
            .map(|(_, value)| value.to_owned())
    }

    /// The header that sets it.
    pub(super) fn set(self, engine: &Engine, value: &Secret) -> Option<HeaderValue> {
        let life = match self {
            Self::Device => Some(engine.config().auth.device_ms / 1_000),
            Self::Session | Self::Link | Self::Invitation | Self::Visitor => None,
        };
        self.header(engine, value.expose(), life)
    }

    /// The header that removes it.
    pub(super) fn remove(self, engine: &Engine) -> Option<HeaderValue> {
        self.header(engine, "", Some(0))
    }

    fn header(self, engine: &Engine, value: &str, life_s: Option<i64>) -> Option<HeaderValue> {
        let name = self.name(engine);
        let secure = if is_https(engine) { "; Secure" } else { "" };
        let life = life_s.map_or_else(String::new, |life| format!("; Max-Age={life}"));
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{life}");
        HeaderValue::from_str(&text).ok()
    }
}

fn is_https(engine: &Engine) -> bool {
    engine.config().public_url.starts_with("https://")
}

/// Only what this server can have set is looked at.
pub(super) fn is_value(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
