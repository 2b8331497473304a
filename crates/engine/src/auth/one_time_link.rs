//! Links that are good once: shown when they are made, to whoever may make them, and kept as hashes.

use domain::time::UnixMillis;

use super::secret::Secret;
use crate::Engine;

/// A link that was made, to be handed to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// Path of the page that it leads to, before the secret part.
    path: &'static str,
    secret: Secret,
    /// When it ends.
    pub expires_at: UnixMillis,
}

impl OneTimeLink {
    /// A link with a secret of its own. It is good when its hash was kept.
    pub(super) fn draw(engine: &Engine, path: &'static str) -> Self {
        let life_ms = engine.config().auth.password_link_ms;
        Self {
            path,
            secret: Secret::long(engine.random()),
            expires_at: engine.now().plus_ms(life_ms),
        }
    }

    /// What is kept of it: SHA-256 of its secret part.
    pub(super) fn fingerprint(&self) -> Vec<u8> {
        self.secret.fingerprint()
    }

    /// Where it leads.
    pub fn url(&self, engine: &Engine) -> String {
        let base = engine.config().public_url.trim_end_matches('/');
        format!("{base}{}{}", self.path, self.secret.expose())
    }
}
