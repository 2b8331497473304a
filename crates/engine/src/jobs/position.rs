//! Where a connection stands: the connector's bookmark, and under which name the source began.
//!
//! A feed that moves gets a new address, but its messages stay the same messages. The address at
//! which they were first known is therefore kept beside the bookmark once the two differ.

use serde::{Deserialize, Serialize};

/// A connection's place in its source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Position {
    /// The first `service_id`, when the profile has another one by now.
    pub(super) identity: Option<String>,
    /// What the connector returned last.
    pub(super) bookmark: Option<String>,
}

impl Position {
    /// Reads what [`Self::store`] wrote.
    pub(super) fn load(stored: Option<&str>) -> Self {
        stored
            .filter(|stored| stored.starts_with(MARK))
            .and_then(|stored| serde_json::from_str(stored).ok())
            .unwrap_or_else(|| Self {
                identity: None,
                bookmark: stored.map(ToOwned::to_owned),
            })
    }

    /// The text that is stored: the bookmark alone where nothing else is to be remembered.
    pub(super) fn store(self) -> Option<String> {
        if self.identity.is_none() {
            return self.bookmark;
        }
        serde_json::to_string(&self).ok()
    }
}

/// How a position with an identity begins; no connector's bookmark does.
const MARK: &str = "{\"identity\":";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bookmark_alone_is_stored_as_it_is() {
        for stored in [
            None,
            Some("{\"etag\":\"x\"}"),
            Some("plain"),
            Some("{\"identity\":"),
        ] {
            let position = Position::load(stored);
            assert_eq!(position.identity, None);
            assert_eq!(position.store().as_deref(), stored);
        }
    }

    #[test]
    fn a_source_that_moved_keeps_its_first_name() {
        let moved = Position {
            identity: Some("http://old.example/".into()),
            bookmark: Some("{\"etag\":1}".into()),
        };
        assert_eq!(Position::load(moved.clone().store().as_deref()), moved);
    }
}
