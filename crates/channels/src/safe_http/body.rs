//! Unpacking with a cap: what a body grows to is bounded before it grows.

use std::io::Read;

use flate2::read::{DeflateDecoder, GzDecoder, ZlibDecoder};

use super::error::Limit;

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Deflate,
}

impl Coding {
    /// Reads `Content-Encoding`; `None` for what was never asked for.
    pub(super) fn parse(header: &str) -> Option<Self> {
        match header.trim().to_ascii_lowercase().as_str() {
            "" | "identity" | "none" | "utf-8" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" | "x-deflate" => Some(Self::Deflate),
            _ => None,
        }
    }
}

/// What unpacking may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caps {
    pub(super) max_bytes: usize,
    pub(super) max_ratio: usize,
    pub(super) free_ratio_bytes: usize,
}

/// Why a body could not be unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum UnpackError {
    TooLarge(Limit),
    Broken(String),
}

/// Unpacks a body.
pub(super) fn unpack(coding: Coding, packed: &[u8], caps: Caps) -> Result<Vec<u8>, UnpackError> {
    match coding {
        // Some servers say gzip and send plain text, for instance on error pages.
        Coding::Gzip if packed.starts_with(&[0x1f, 0x8b]) => {
            read_capped(GzDecoder::new(packed), packed.len(), caps)
        }
        // The standard means zlib; some servers send the naked stream.
        Coding::Deflate if is_zlib(packed) => {
            read_capped(ZlibDecoder::new(packed), packed.len(), caps)
        }
        Coding::Deflate => read_capped(DeflateDecoder::new(packed), packed.len(), caps),
        Coding::Identity | Coding::Gzip => read_capped(packed, packed.len(), caps),
    }
}

fn is_zlib(packed: &[u8]) -> bool {
    match packed {
        [method, check, ..] => {
            method & 0x0f == 8 && (u32::from(*method) << 8 | u32::from(*check)) % 31 == 0
        }
        _ => false,
    }
}

fn read_capped(
    mut source: impl Read,
    packed_len: usize,
    caps: Caps,
) -> Result<Vec<u8>, UnpackError> {
    let allowed_by_ratio = packed_len
        .saturating_mul(caps.max_ratio)
        .max(caps.free_ratio_bytes);
    let mut out = Vec::new();
    let mut piece = [0_u8; 16 * 1024];
    loop {
        let read = source
            .read(&mut piece)
            .map_err(|error| UnpackError::Broken(format!("the packed body is damaged: {error}")))?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else {
            return Ok(out);
        };
        if out.len() + read.len() > caps.max_bytes {
            return Err(UnpackError::TooLarge(Limit::Body(caps.max_bytes)));
        }
        if out.len() + read.len() > allowed_by_ratio {
            return Err(UnpackError::TooLarge(Limit::Ratio(caps.max_ratio)));
        }
        out.extend_from_slice(read);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const CAPS: Caps = Caps {
        max_bytes: 100_000,
        max_ratio: 20,
        free_ratio_bytes: 10_000,
    };

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_coding_gives_the_text_back() {
        let text = b"hello, hello, hello";
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
        zlib.write_all(text).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::best());
        raw.write_all(text).unwrap();
        for (coding, packed) in [
            (Coding::Identity, text.to_vec()),
            (Coding::Gzip, gzip(text)),
            (Coding::Gzip, text.to_vec()),
            (Coding::Deflate, zlib.finish().unwrap()),
            (Coding::Deflate, raw.finish().unwrap()),
        ] {
            assert_eq!(unpack(coding, &packed, CAPS), Ok(text.to_vec()));
        }
    }

    #[test]
    fn a_bomb_is_stopped_by_its_ratio_and_by_its_size() {
        assert_eq!(
            unpack(Coding::Gzip, &gzip(&vec![0; 50_000]), CAPS),
            Err(UnpackError::TooLarge(Limit::Ratio(20)))
        );
        let generous = Caps {
            max_ratio: 1_000_000,
            ..CAPS
        };
        assert_eq!(
            unpack(Coding::Gzip, &gzip(&vec![0; 20_000_000]), generous),
            Err(UnpackError::TooLarge(Limit::Body(100_000)))
        );
    }

    #[test]
    fn small_texts_may_compress_as_well_as_they_like() {
        let text = vec![b'a'; 9_999];
        assert_eq!(unpack(Coding::Gzip, &gzip(&text), CAPS), Ok(text));
    }

    #[test]
    fn a_damaged_body_is_an_error() {
        let whole = gzip(b"hello, hello, hello, this is cut in the middle");
        let cut = &whole[..whole.len() - 12];
        assert!(matches!(
            unpack(Coding::Gzip, cut, CAPS),
            Err(UnpackError::Broken(_))
        ));
    }
}
