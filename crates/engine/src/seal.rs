//! Secrets that have to be read again by the server, sealed for the time in between.
//!
//! What nobody needs again is hashed ([`crate::auth`]); what is needed again (the address of a feed
//! with a key in it) is encrypted under a key that is made of the installation's secret, so a copy
//! of the database alone tells nothing. Each sealed text is bound to what it belongs to: moved to
//! another row it cannot be opened.

use domain::sealed::Sealed;
use hmac::digest::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

use crate::random::Random;
use crate::{Engine, Error};

/// Bytes of a key.
pub(crate) const KEY_LEN: usize = 32;

/// A key for one purpose, made of a secret: who learns it learns neither the secret nor another key.
pub(crate) fn derive(secret: &[u8; KEY_LEN], purpose: &[u8]) -> [u8; KEY_LEN] {
    // HMAC pads a key that is shorter than its block with zeros.
    let mut block = Key::<Hmac<Sha256>>::default();
    for (place, byte) in block.iter_mut().zip(secret) {
        *place = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block);
    mac.update(purpose);
    mac.finalize().into_bytes().into()
}

/// Seals a text for what `place` names, under the installation's key.
pub(crate) fn seal(engine: &Engine, place: &str, text: &str) -> Result<Sealed, Error> {
    let key = derive(&engine.config().secret, PURPOSE);
    with_key(&key, engine.random(), place, text)
}

/// Opens what [`seal`] made for the same place; `None` when it was made for another one or by an
/// installation with another secret.
pub(crate) fn open(engine: &Engine, place: &str, sealed: &Sealed) -> Option<String> {
    open_with_secret(&engine.config().secret, place, sealed)
}

/// The same with the secret of an installation.
pub(crate) fn open_with_secret(
    secret: &[u8; KEY_LEN],
    place: &str,
    sealed: &Sealed,
) -> Option<String> {
    open_with_key(&derive(secret, PURPOSE), place, sealed)
}

const PURPOSE: &[u8] = b"switchboard: secrets of connections";

/// Seals a text for what `place` names, under a key of its own.
pub(crate) fn with_key(
    key: &[u8; KEY_LEN],
    random: &dyn Random,
    place: &str,
    text: &str,
) -> Result<Sealed, Error> {
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce);
    let mut bytes = text.as_bytes().to_vec();
    cipher(key)
        .and_then(|cipher| {
            let number = Nonce::assume_unique_for_key(nonce);
            let place = Aad::from(place.as_bytes());
            cipher
                .seal_in_place_append_tag(number, place, &mut bytes)
                .ok()
        })
        .ok_or_else(|| Error::internal("a secret cannot be sealed"))?;
    let mut sealed = nonce.to_vec();
    sealed.append(&mut bytes);
    Ok(Sealed::new(sealed))
}

/// Opens what [`with_key`] made with the same key for the same place.
pub(crate) fn open_with_key(key: &[u8; KEY_LEN], place: &str, sealed: &Sealed) -> Option<String> {
    let (nonce, rest) = sealed.bytes().split_first_chunk::<NONCE_LEN>()?;
    let mut bytes = rest.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = cipher(key)?
        .open_in_place(nonce, Aad::from(place.as_bytes()), &mut bytes)
        .ok()?;
    String::from_utf8(text.to_vec()).ok()
}

fn cipher(key: &[u8; KEY_LEN]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key)
        .ok()
        .map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SeededRandom;

    #[test]
    fn what_was_sealed_is_opened_with_the_same_key_for_the_same_place_alone() {
        let random = SeededRandom::new(1);
        let (key, other) = (derive(&[1; KEY_LEN], b"x"), derive(&[2; KEY_LEN], b"x"));
        assert_ne!(key, derive(&[1; KEY_LEN], b"y"));
        let sealed = with_key(&key, &random, "1/2", "https://me:pw@a.example/").unwrap();
        assert_eq!(
            open_with_key(&key, "1/2", &sealed).as_deref(),
            Some("https://me:pw@a.example/")
        );
        assert_eq!(open_with_key(&other, "1/2", &sealed), None);
        assert_eq!(open_with_key(&key, "1/3", &sealed), None);
        for cut in [0, 11, 12, sealed.bytes().len() - 1] {
            let short = Sealed::new(sealed.bytes()[..cut].to_vec());
            assert_eq!(open_with_key(&key, "1/2", &short), None);
        }
        assert!(!sealed.bytes().windows(2).any(|part| part == b"pw"));
        // The same text twice does not show that it is the same.
        assert_ne!(
            sealed,
            with_key(&key, &random, "1/2", "https://me:pw@a.example/").unwrap()
        );
    }
}
