//! How a dictionary keeps a key and what stands beside it: as few bytes as possible, because an
//! account has millions of identifiers that each occur once.
//!
//! An entry is a header, the key and what is beside it. The header is a number of seven bits a
//! byte: the length of the key as it is kept, and three bits that say how. Keys of digits and a
//! few signs take half a byte for each; a word that differs from its folded form only in capitals
//! keeps one bit for each letter.

use std::borrow::Cow;

use super::{index, number};

/// What fits into half a byte; 15 fills up the last one.
const SIGNS: &[u8; 15] = b"0123456789_-.:/";

/// Set in a header for a key in halves of bytes.
const HALVES: u32 = 4;
/// Beside the key: nothing, the capitals among its letters, or a length and as many bytes.
const CAPITALS: u32 = 1;
const BYTES: u32 = 2;

/// A key as it is kept, for looking it up.
#[derive(Debug)]
pub(super) struct Packed<'a> {
    bytes: Cow<'a, [u8]>,
    is_halves: bool,
}

impl<'a> Packed<'a> {
    pub(super) fn of(key: &'a [u8]) -> Self {
        let halves = halves(key);
        Self {
            is_halves: halves.is_some(),
            bytes: halves.map_or(Cow::Borrowed(key), Cow::Owned),
        }
    }

    /// What is hashed and compared.
    pub(super) fn as_parts(&self) -> (bool, &[u8]) {
        (self.is_halves, &self.bytes)
    }

    /// Appends the entry with this key.
    pub(super) fn write(&self, key: &[u8], beside: &[u8], out: &mut Vec<u8>) {
        // A key of digits and signs has no capitals.
        let has_letters = !beside.is_empty() && !self.is_halves;
        let capitals = has_letters.then(|| capitals(key, beside)).flatten();
        let kind = match (&capitals, beside.is_empty()) {
            (_, true) => 0,
            (Some(_), _) => CAPITALS,
            (None, _) => BYTES,
        };
        let halves = if self.is_halves { HALVES } else { 0 };
        put(number(self.bytes.len()) << 3 | halves | kind, out);
        out.extend_from_slice(&self.bytes);
        if let Some(capitals) = capitals {
            out.extend_from_slice(&capitals);
        } else if !beside.is_empty() {
            put(number(beside.len()), out);
            out.extend_from_slice(beside);
        }
    }
}

fn halves(key: &[u8]) -> Option<Vec<u8>> {
    let half = |byte: &u8| match byte {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        b'_' => Some(10),
        b'-' => Some(11),
        b'.' => Some(12),
        b':' => Some(13),
        b'/' => Some(14),
        _ => None,
    };
    half(key.first()?)?;
    let mut bytes = Vec::with_capacity(key.len().div_ceil(2));
    for pair in key.chunks(2) {
        let low = half(pair.first()?)?;
        let high = pair.get(1).map_or(Some(15), half)?;
        bytes.push(low | high << 4);
    }
    Some(bytes)
}

/// One bit for each byte of the key that is a capital beside it; `None` when there is another
/// difference.
fn capitals(key: &[u8], beside: &[u8]) -> Option<Vec<u8>> {
    if !key.is_ascii()
        || !beside.eq_ignore_ascii_case(key)
        || key.iter().any(u8::is_ascii_uppercase)
    {
        return None;
    }
    let mut bits = vec![0_u8; key.len().div_ceil(8)];
    for (at, byte) in beside.iter().enumerate() {
        if byte.is_ascii_uppercase()
            && let Some(slot) = bits.get_mut(at / 8)
        {
            *slot |= 1 << (at % 8);
        }
    }
    Some(bits)
}

/// One entry among others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    header: u32,
    key: &'a [u8],
    beside: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The entry that begins here, and what comes after it.
    pub(super) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (header, rest) = get(bytes)?;
        let (key, mut rest) = rest.split_at_checked(index(header >> 3))?;
        let beside_len = match header & 3 {
            0 => 0,
            CAPITALS => key.len().div_ceil(8),
            _ => {
                let (len, after) = get(rest)?;
                rest = after;
                index(len)
            }
        };
        let (beside, rest) = rest.split_at_checked(beside_len)?;
        let entry = Self {
            header,
            key,
            beside,
        };
        Some((entry, rest))
    }

    /// What is hashed and compared.
    pub(super) const fn as_parts(&self) -> (bool, &'a [u8]) {
        (self.header & HALVES != 0, self.key)
    }

    /// Hands on the key and what is beside it.
    pub(super) fn open<T>(&self, read: impl FnOnce(&[u8], &[u8]) -> T) -> T {
        if self.header & HALVES == 0 && self.header & 3 != CAPITALS {
            return read(self.key, self.beside);
        }
        let mut key = Vec::with_capacity(self.key.len() * 2);
        if self.header & HALVES == 0 {
            key.extend_from_slice(self.key);
        } else {
            for byte in self.key {
                key.extend(
                    [byte & 15, byte >> 4]
                        .iter()
                        .filter_map(|half| SIGNS.get(usize::from(*half))),
                );
            }
        }
        if self.header & 3 != CAPITALS {
            return read(&key, self.beside);
        }
        let mut beside = key.clone();
        for (at, byte) in beside.iter_mut().enumerate() {
            if self
                .beside
                .get(at / 8)
                .is_some_and(|bits| bits >> (at % 8) & 1 == 1)
            {
                byte.make_ascii_uppercase();
            }
        }
        read(&key, &beside)
    }
}

/// Appends a number, seven bits a byte, the lowest first.
pub(super) fn put(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f | 0x80).to_le_bytes()[0]);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Takes such a number from the front.
#[inline]
pub(super) fn get(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (mut number, mut rest) = (0, bytes);
    for place in 0..5 {
        let (byte, after) = rest.split_first()?;
        rest = after;
        number |= u32::from(byte & 0x7f).checked_shl(place * 7)?;
        if byte & 0x80 == 0 {
            return Some((number, rest));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn entries_come_back(
            all in prop::collection::vec(("[0-9_:/.-]{0,20}|[a-z ]{0,12}|\\PC{0,40}|[a-z0-9]{120,140}", "[A-Z][a-z]{2,9}|"), 1..20),
        ) {
            let mut bytes = Vec::new();
            let mut expected = Vec::new();
            for (key, other) in &all {
                // Capitals of the key, now and then something else.
                let beside = match (other.len(), key.len() % 3) {
                    (0, 0) => String::new(),
                    (0, 1) => key.to_uppercase(),
                    _ => other.clone(),
                };
                Packed::of(key.as_bytes()).write(key.as_bytes(), beside.as_bytes(), &mut bytes);
                expected.push((key.clone().into_bytes(), beside.into_bytes()));
            }
            let mut rest = bytes.as_slice();
            for (key, beside) in &expected {
                let (entry, after) = Entry::read(rest).unwrap();
                rest = after;
                let packed = Packed::of(key);
                prop_assert_eq!(entry.as_parts(), packed.as_parts());
                let found = entry.open(|key, beside| (key.to_vec(), beside.to_vec()));
                prop_assert_eq!(&found, &(key.clone(), beside.clone()));
            }
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn numbers_come_back(number in any::<u32>()) {
            let mut bytes = Vec::new();
            put(number, &mut bytes);
            prop_assert_eq!(get(&bytes), Some((number, &[][..])));
        }
    }

    #[test]
    fn identifiers_take_half_a_byte_a_digit() {
        let mut bytes = Vec::new();
        Packed::of(b"1800000000000000042").write(b"1800000000000000042", b"", &mut bytes);
        assert_eq!(bytes.len(), 11);
    }
}
