//! Keys of programs: a name with a secret, bound to one account and one role.

use crate::ids::{AccountId, ApiKeyId, RoleId, UserId};
use crate::time::UnixMillis;

/// Longest name, in characters.
pub const LONGEST_KEY_NAME: usize = 100;

/// A key without its secret, of which only a hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The tenant, the only one that the key reaches.
    pub account_id: AccountId,
    /// Number within the installation.
    pub id: ApiKeyId,
    /// Its name, which is the user name of HTTP Basic.
    pub name: String,
    /// What it may do.
    pub role_id: RoleId,
    /// When it was made.
    pub added_at: UnixMillis,
    /// Who made it; nobody when it was made on the command line.
    pub added_by: Option<UserId>,
    /// Roughly the last use.
    pub used_at: Option<UnixMillis>,
}

/// Whether a text can be the name of a key: RFC 7617 forbids the colon in user names, and clients
/// differ in how they encode what is not ASCII.
pub fn is_key_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_KEY_NAME
        && text.trim() == text
        && text
            .bytes()
            .all(|byte| (byte.is_ascii_graphic() || byte == b' ') && byte != b':')
}

/// What makes two names the same: case does not count.
pub fn key_name_key(name: &str) -> String {
    name.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_fit_into_http_basic() {
        for (text, is_fine) in [
            ("exporter", true),
            ("Night export (EU)", true),
            ("", false),
            (" exporter", false),
            ("a:b", false),
            ("größe", false),
            ("a\tb", false),
            (&"a".repeat(101), false),
        ] {
            assert_eq!(is_key_name(text), is_fine, "{text:?}");
        }
    }
}
