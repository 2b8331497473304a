//! Numbers of words that were looked up lately.
//!
//! Most values of a batch are those of the mention before: its language, its status, its profile.
//! Comparing a few bytes is many times faster than folding a word, hashing it and taking the lock
//! of its dictionary. Kept for one batch only, so that accounts that rest need no memory for it.

use super::index;

/// Slots for each dictionary; a power of two.
const SLOTS: usize = 32;
/// Longer values are seldom repeated, and a slot should lie in one line of the cache.
const LONGEST: usize = 27;

/// The numbers, for each dictionary.
#[derive(Debug, Default)]
pub(in crate::embedded) struct Recent(Vec<Vec<Slot>>);

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    number: u32,
    /// 0 for a slot that is free.
    len: u8,
    bytes: [u8; LONGEST],
}

impl Recent {
    /// The number of these bytes in a dictionary, which `find` gives when it is not remembered.
    pub(super) fn number(
        &mut self,
        dictionary: usize,
        bytes: &[u8],
        find: impl FnOnce() -> u32,
    ) -> u32 {
        let (true, Ok(len)) = (bytes.len() <= LONGEST, u8::try_from(bytes.len())) else {
            return find();
        };
        if len == 0 {
            return find();
        }
        if self.0.len() <= dictionary {
            self.0.resize(dictionary + 1, Vec::new());
        }
        let Some(slots) = self.0.get_mut(dictionary) else {
            return find();
        };
        if slots.is_empty() {
            slots.resize(SLOTS, Slot::default());
        }
        let Some(slot) = slots.get_mut(place(bytes)) else {
            return find();
        };
        let is_it = slot.len == len && slot.bytes.get(..bytes.len()) == Some(bytes);
        if !is_it {
            slot.number = find();
            slot.len = len;
            if let Some(place) = slot.bytes.get_mut(..bytes.len()) {
                place.copy_from_slice(bytes);
            }
        }
        slot.number
    }
}

/// Where bytes are remembered; whoever makes them collide gains nothing but a slower batch.
fn place(bytes: &[u8]) -> usize {
    let mut hash = 0_u64;
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut mix = |word: u64| {
        hash = (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        hash ^= hash >> 32;
    };
    for eight in eights {
        mix(u64::from_le_bytes(*eight));
    }
    for byte in rest {
        mix(u64::from(*byte) + 1);
    }
    index(u32::try_from(hash >> 32 & 0xffff).unwrap_or_default()) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_found_whatever_collides() {
        let mut recent = Recent::default();
        let mut found = 0;
        for round in 0..3 {
            for number in 0..40_u32 {
                for dictionary in [0, 3] {
                    let word = format!("word{number}");
                    let expected = number * 2 + u32::from(dictionary == 3);
                    let answer = recent.number(dictionary, word.as_bytes(), || {
                        found += 1;
                        expected
                    });
                    assert_eq!(answer, expected, "{round}");
                }
            }
        }
        assert!(found < 3 * 40 * 2, "nothing was remembered");
        let same = recent.number(0, b"again", || 5);
        assert_eq!(recent.number(0, b"again", || 6), same);
        assert_eq!(recent.number(0, b"", || 8), 8);
    }
}
