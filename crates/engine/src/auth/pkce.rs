//! Proof key for code exchange (RFC 7636), method S256 only.
//!
//! The method `plain` is refused: it protects against nothing that reads the first request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Whether this is the challenge of some verifier: 32 bytes in unpadded base64url.
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether the text may be a verifier: 43 to 128 unreserved characters (RFC 7636, 4.1).
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}

/// The challenge of a verifier.
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Whether the verifier belongs to the challenge.
pub fn matches(verifier: &str, expected: &str) -> bool {
    is_verifier(verifier) && bool::from(challenge(verifier).as_bytes().ct_eq(expected.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        assert!(is_challenge(CHALLENGE));
        assert_eq!(challenge(VERIFIER), CHALLENGE);
        assert!(matches(VERIFIER, CHALLENGE));
    }

    #[test]
    fn a_verifier_of_wrong_form_never_matches() {
        for verifier in [
            String::new(),
            "short".to_owned(),
            "a".repeat(42),
            "a".repeat(129),
            format!("{} ", "a".repeat(43)),
            "é".repeat(43),
        ] {
            assert!(!is_verifier(&verifier));
            assert!(!matches(&verifier, &challenge(&verifier)), "{verifier:?}");
        }
        assert!(matches(&"a".repeat(128), &challenge(&"a".repeat(128))));
    }

    #[test]
    fn the_verifier_itself_is_not_its_challenge() {
        assert!(!matches(VERIFIER, VERIFIER));
    }
}
