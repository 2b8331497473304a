//! Strong entity tags: a hash of what is sent.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The tag of a body, without quotes: 32 hexadecimal digits.
pub fn strong(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    let mut tag = String::with_capacity(32);
    for byte in hasher.finalize().iter().take(16) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag
}

/// Whether one of the tags a caller sent is this one.
///
/// Callers send back either the header (in quotes) or `meta.etag` (without); both are the same
/// tag, and so is a weak form of it, as comparison for `If-None-Match` is weak.
pub fn matches(sent: &str, tag: &str) -> bool {
    sent.split(',').map(str::trim).any(|one| {
        let one = one.strip_prefix("W/").unwrap_or(one);
        let one = one
            .strip_prefix('"')
            .and_then(|one| one.strip_suffix('"'))
            .unwrap_or(one);
        one == "*" || one == tag
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_part_ends_matters() {
        assert_ne!(strong(&[b"ab", b"c"]), strong(&[b"a", b"bc"]));
        assert_eq!(strong(&[b"ab"]).len(), 32);
    }

    #[test]
    fn tags_match_quoted_bare_weak_and_in_lists() {
        for sent in ["abc", "\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*"] {
            assert!(matches(sent, "abc"), "{sent}");
        }
        for sent in ["", "ab", "\"abcd\"", "dummy"] {
            assert!(!matches(sent, "abc"), "{sent}");
        }
    }
}
