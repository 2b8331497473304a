//! Where a connection stands: the connector's bookmark, and under which name the source began.
//!
//! A feed that moves gets a new address, but its messages stay the same messages. The address at
//! which they were first known is therefore kept beside the bookmark once the two differ.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use domain::sealed::Sealed;
use domain::topic::Profile;
use serde::{Deserialize, Serialize};

use crate::{Engine, Error, address, seal};

/// A connection's place in its source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Position {
    /// The first `service_id`, when the profile has another one by now.
    pub(super) identity: Option<String>,
    /// What the connector returned last.
    pub(super) bookmark: Option<String>,
}

impl Position {
    /// Reads what [`Self::store`] wrote; the beginning when it cannot be read, for then items come
    /// again and are known.
    pub(super) fn load(engine: &Engine, profile: &Profile) -> Self {
        profile
            .connection
            .cursor
            .as_deref()
            .and_then(|stored| BASE64.decode(stored).ok())
            .and_then(|bytes| seal::open(engine, &place(profile), &Sealed::new(bytes)))
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// The text that is stored. It is sealed, for the bookmarks of connectors hold addresses with
    /// what is secret in them.
    pub(super) fn store(self, engine: &Engine, profile: &Profile) -> Result<Option<String>, Error> {
        if self == Self::default() {
            return Ok(None);
        }
        let text = serde_json::to_string(&self)
            .map_err(|error| Error::internal(format!("a position cannot be written: {error}")))?;
        let sealed = seal::seal(engine, &place(profile), &text)?;
        Ok(Some(BASE64.encode(sealed.bytes())))
    }
}

fn place(profile: &Profile) -> String {
    address::place(profile.account_id, profile.id, "position")
}
