//! Secrets that are shown once and kept as a hash: tokens, codes, client secrets, cookies.

use hmac::digest::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::random::Random;

/// A random secret in lower-case hexadecimal. Printing it shows nothing; see [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// 128 random bits as 32 characters: the form of access tokens, client ids and client secrets
    /// that recorded clients keep, some in columns of exactly that width.
    pub fn token(random: &dyn Random) -> Self {
        Self::of::<16>(random)
    }

    /// 256 random bits as 64 characters, for what no client stores: codes and cookies.
    pub fn long(random: &dyn Random) -> Self {
        Self::of::<32>(random)
    }

    /// 128 bits that follow from a key and these parts, in the form of [`Secret::token`]: who has
    /// the key and all parts can make them again, and nobody else.
    pub(super) fn derived(key: &[u8; 32], parts: &[&[u8]]) -> Self {
        // HMAC pads a key that is shorter than its block with zeros.
        let mut block = Key::<Hmac<Sha256>>::default();
        for (place, byte) in block.iter_mut().zip(key) {
            *place = *byte;
        }
        let mut mac = Hmac::<Sha256>::new(&block);
        mac.update(b"derived token\0");
        for part in parts {
            // The length in front keeps two parts from being read as two others.
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        let bytes = mac.finalize().into_bytes();
        Self(hex(bytes
            .first_chunk::<16>()
            .map_or(&bytes[..], |half| half)))
    }

    fn of<const BYTES: usize>(random: &dyn Random) -> Self {
        let mut bytes = [0; BYTES];
        random.fill(&mut bytes);
        Self(hex(&bytes))
    }

    /// A secret that somebody came with.
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself, to hand it to the one who may have it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up instead of it.
    pub fn fingerprint(&self) -> Vec<u8> {
        fingerprint(&self.0)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a presented secret. A plain hash is enough, because the secrets have 128 random bits
/// or more: there is nothing to guess, unlike with passwords.
pub fn fingerprint(presented: &str) -> Vec<u8> {
    Sha256::digest(presented.as_bytes()).to_vec()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn tokens_have_the_form_that_recorded_clients_keep() {
        let random = SeededRandom::new(1);
        for (secret, length) in [(Secret::token(&random), 32), (Secret::long(&random), 64)] {
            assert_eq!(secret.expose().len(), length);
            assert!(
                secret
                    .expose()
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            );
        }
    }

    #[test]
    fn printing_a_secret_shows_nothing_of_it() {
        let secret = Secret::token(&SeededRandom::new(1));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn the_stored_form_is_the_sha_256_of_the_text() {
        assert_eq!(
            hex(&fingerprint("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
