//! Small values that programs keep with an account.

use crate::ids::AccountId;
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

/// Longest key, in characters.
pub const LONGEST_KEY: usize = 200;
/// Largest value, in bytes.
pub const LARGEST_VALUE: usize = 64 * 1024;
/// Most values of an account.
pub const MOST_VALUES: usize = 1_000;
/// Most bytes of all values of an account together: a list reads all of them.
pub const MOST_BYTES: i64 = 8 * 1024 * 1024;

vocabulary! {
    /// What a value is read as (`keyvalue.value_type`).
    ValueKind {
        Text = "string",
        Integer = "integer",
        Number = "float",
        Flag = "boolean",
        Json = "json",
    }
}

/// A value under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyValue {
    /// The tenant.
    pub account_id: AccountId,
    /// The key; case counts.
    pub key: String,
    /// The value as text.
    pub value: String,
    /// What the text is to be read as.
    pub kind: ValueKind,
    /// When it was last written.
    pub updated_at: UnixMillis,
}
