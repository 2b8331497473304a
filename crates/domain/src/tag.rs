//! Tags of an account.

use crate::ids::{AccountId, TagId};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Whether a tag is still offered (`tag.status`).
    TagStatus {
        Active = "active",
        Archived = "archived",
    }
}

/// A word put on mentions (`tag`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The tenant.
    pub account_id: AccountId,
    /// Number.
    pub id: TagId,
    /// The word, as first written; unique in the account whatever its case.
    pub name: String,
    /// `rgb(r,g,b)`.
    pub color: Option<String>,
    /// The tag above it.
    pub parent_id: Option<TagId>,
    /// Shown in pickers.
    pub is_visible: bool,
    /// Still offered or archived.
    pub status: TagStatus,
    /// When it was made.
    pub added_at: UnixMillis,
}

/// What makes two tag names the same: case, and space at the ends, do not count.
pub fn tag_key(name: &str) -> String {
    name.trim().to_lowercase()
}
