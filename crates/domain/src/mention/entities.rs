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
