//! The bookmark of a feed: validators, where it moved to, and what the last document held.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::Rhythm;

/// What is remembered between two polls.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Cursor {
    /// The connection's address for which all this holds.
    pub(super) address: String,
    /// Where permanent redirects led.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) moved_to: Option<String>,
    /// `ETag` of the last document that was read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    /// `Last-Modified` of the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_modified: Option<String>,
    /// Hash of the same, for servers that have no validators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    /// The feed's own wishes, kept for answers without a body.
    pub(super) rhythm: Rhythm,
    /// Items of the last document: short hash of the identity, short hash of the content.
    pub(super) seen: BTreeMap<String, String>,
}

impl Cursor {
    /// Reads a stored cursor. One that is damaged, or was made for another address, counts as
    /// none: items come again and are known by their identity.
    pub(super) fn load(stored: Option<&str>, address: &str) -> Self {
        stored
            .and_then(|stored| serde_json::from_str::<Self>(stored).ok())
            .filter(|cursor| {
                cursor.address == address || cursor.moved_to.as_deref() == Some(address)
            })
            .unwrap_or_else(|| Self {
                address: address.to_owned(),
                ..Self::default()
            })
    }

    /// Where to ask.
    pub(super) fn target(&self) -> &str {
        self.moved_to.as_deref().unwrap_or(&self.address)
    }

    /// For storing.
    pub(super) fn store(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Forgets what would make the next answer a 304.
    pub(super) fn forget_validators(&mut self) {
        self.etag = None;
        self.last_modified = None;
        self.body = None;
    }
}

/// 16 hexadecimal digits are enough to tell the items of one document apart.
pub(super) fn short(hash: &str) -> String {
    hash.trim_start_matches("sha256:")
        .chars()
        .take(16)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back() {
        let mut cursor = Cursor::load(None, "http://a/");
        cursor.etag = Some("\"x\"".to_owned());
        cursor.seen.insert("a".to_owned(), "b".to_owned());
        assert_eq!(Cursor::load(Some(&cursor.store()), "http://a/"), cursor);
    }

    #[test]
    fn a_cursor_holds_for_its_address_and_the_one_it_moved_to() {
        let mut cursor = Cursor::load(None, "http://a/");
        cursor.moved_to = Some("http://b/".to_owned());
        assert_eq!(
            Cursor::load(Some(&cursor.store()), "http://b/").target(),
            "http://b/"
        );
        assert_eq!(
            Cursor::load(Some(&cursor.store()), "http://c/").target(),
            "http://c/"
        );
    }

    #[test]
    fn a_damaged_cursor_starts_over() {
        for stored in ["", "{", "null", "[]", "{\"address\":1}"] {
            assert_eq!(
                Cursor::load(Some(stored), "http://a/"),
                Cursor::load(None, "http://a/")
            );
        }
    }
}
