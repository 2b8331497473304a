//! Things that a text speaks of.

use serde::{Deserialize, Serialize};

/// Things that a text speaks of. Indices are in Unicode code points, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entities {
    /// `#words`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashtags: Vec<Entity>,
    /// `@names`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<Entity>,
    /// Links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<Entity>,
}

impl Entities {
    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        self.hashtags.is_empty() && self.users.is_empty() && self.urls.is_empty()
    }
}

/// One hashtag, name or link in the plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// As written, with its sign.
    pub string: String,
    /// First code point.
    pub start: u32,
    /// Code point after the last.
    pub end: u32,
}

impl Entity {
    /// What a link leads to: one that is written without a scheme is taken for `https`.
    pub fn full_url(&self) -> String {
        if self.string.contains("://") {
            self.string.clone()
        } else {
            format!("https://{}", self.string)
        }
    }

    /// A link as people read it, without scheme and without a slash at the end.
    pub fn display_url(&self) -> &str {
        let bare = self
            .string
            .split_once("://")
            .map_or(self.string.as_str(), |(_, rest)| rest);
        bare.trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_completed_and_shortened() {
        for (written, full, shown) in [
            ("example.org/a/", "https://example.org/a/", "example.org/a"),
            ("http://example.org", "http://example.org", "example.org"),
        ] {
            let link = Entity {
                string: written.into(),
                start: 0,
                end: 1,
            };
            assert_eq!((&*link.full_url(), link.display_url()), (full, shown));
        }
    }
}
