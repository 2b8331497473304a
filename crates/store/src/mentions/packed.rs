//! How bodies and states are stored: JSON, compressed with a dictionary of what most of them
//! contain.
//!
//! The dictionary was trained (`zstd`'s trainer, 16 KiB) on bodies and states of generated mentions
//! in seven languages and on the member names and values of every service. It holds tables of
//! frequencies too, which texts this short could not pay for themselves: they take half the space
//! and half the time of a dictionary of plain text.

use std::cell::RefCell;
use std::sync::LazyLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

use crate::error::StoreError;

/// The dictionary named by a first byte of 1. What is stored can be read with exactly these bytes
/// only: a better dictionary is added under the next number, this one stays as it is.
const DICTIONARY_1: &[u8] = include_bytes!("dictionary_1.zdict");
const FORMAT_1: u8 = 1;

/// Fast enough for every message; higher levels save little on texts this short.
const LEVEL: i32 = 3;

/// Largest text that is unpacked; what is larger was not written by this program.
const MOST: u64 = 64 << 20;

static ENCODER: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    // making one costs more than using it
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The stored form of a value.
pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(value)
        .map_err(|error| StoreError::broken(format!("it cannot be written as JSON: {error}")))?;
    let packed = COMPRESSOR
        .with_borrow_mut(|slot| {
            if slot.is_none() {
                let mut compressor = Compressor::with_prepared_dictionary(&ENCODER)?;
                // The first byte names it.
                compressor.include_dictid(false)?;
                *slot = Some(compressor);
            }
            match slot {
                Some(compressor) => compressor.compress(&json),
                None => Err(std::io::Error::other("no compressor")),
            }
        })
        .map_err(|error| StoreError::broken(format!("it cannot be compressed: {error}")))?;
    let mut stored = Vec::with_capacity(packed.len().saturating_add(1));
    stored.push(FORMAT_1);
    stored.extend_from_slice(&packed);
    Ok(stored)
}

/// The value of a stored form; `what` names it in errors.
pub(super) fn decode<T: DeserializeOwned>(stored: &[u8], what: &str) -> Result<T, StoreError> {
    let broken = |reason: &str| StoreError::broken(format!("a stored {what} {reason}"));
    let Some((&FORMAT_1, packed)) = stored.split_first() else {
        return Err(broken("has an unknown form"));
    };
    let size = zstd::zstd_safe::get_frame_content_size(packed)
        .ok()
        .flatten()
        .filter(|size| *size <= MOST)
        .and_then(|size| usize::try_from(size).ok())
        .ok_or_else(|| broken("does not tell its length"))?;
    let json = DECOMPRESSOR
        .with_borrow_mut(|slot| {
            if slot.is_none() {
                *slot = Some(Decompressor::with_prepared_dictionary(&DECODER)?);
            }
            match slot {
                Some(decompressor) => decompressor.decompress(packed, size),
                None => Err(std::io::Error::other("no decompressor")),
            }
        })
        .map_err(|error| broken(&format!("cannot be unpacked: {error}")))?;
    // Looked at once as a whole, and not text by text.
    let json =
        std::str::from_utf8(&json).map_err(|error| broken(&format!("cannot be read: {error}")))?;
    serde_json::from_str(json).map_err(|error| broken(&format!("cannot be read: {error}")))
}

#[cfg(test)]
mod tests {
    use domain::mention::{Body, State};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_dictionary_is_never_edited() {
        let hash = Sha256::digest(DICTIONARY_1);
        let hash: Vec<String> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hash.concat(),
            "b159855826cbf857c532d02518d05ff6cc354cd09e9e6866adc464ef16700086"
        );
    }

    #[test]
    fn a_damaged_body_is_an_error() {
        let body: Body = serde_json::from_value(serde_json::json!({
            "content": "The app does not start any more #fail",
            "source": {
                "category": "microblogs", "service": "twitter", "provider": "SearchProviderTwitter"
            }
        }))
        .unwrap();
        let stored = encode(&body).unwrap();
        assert_eq!(decode::<Body>(&stored, "body").unwrap(), body);
        assert!(decode::<Body>(&[], "body").is_err());
        assert!(decode::<Body>(&[9], "body").is_err());
        assert!(decode::<Body>(stored.split_last().unwrap().1, "body").is_err());
        let json = serde_json::to_vec(&body).unwrap();
        assert!(
            stored.len() * 2 < json.len(),
            "{} of {} bytes",
            stored.len(),
            json.len()
        );
    }

    #[test]
    fn a_fresh_state_takes_a_few_bytes() {
        let stored = encode(&State::default()).unwrap();
        assert_eq!(decode::<State>(&stored, "state").unwrap(), State::default());
        assert!(stored.len() < 24, "{} bytes", stored.len());
    }
}
