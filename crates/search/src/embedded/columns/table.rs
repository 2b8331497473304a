//! A hash table of numbers whose keys live elsewhere: 4 bytes a slot, at most three quarters full.

use super::index;

/// From the hash of a key to the numbers that may have it.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Table {
    /// Number plus one; 0 is free. The length is a power of two.
    slots: Vec<u32>,
    len: usize,
}

impl Table {
    /// The number with this hash that `is_it` accepts.
    pub(in crate::embedded) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = Self::start(hash) & mask;
        loop {
            let found = self.slots.get(at)?.checked_sub(1)?;
            if is_it(found) {
                return Some(found);
            }
            at = (at + 1) & mask;
        }
    }

    /// Adds a number whose key is not in the table. `hash_of` gives the hash of a number that is.
    pub(in crate::embedded) fn insert(
        &mut self,
        hash: u64,
        new: u32,
        hash_of: impl Fn(u32) -> u64,
    ) {
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            let mut wider = Self {
                slots: vec![0; (self.slots.len() * 2).max(16)],
                len: self.len,
            };
            for slot in &self.slots {
                if let Some(old) = slot.checked_sub(1) {
                    wider.put(hash_of(old), old);
                }
            }
            *self = wider;
        }
        self.put(hash, new);
        self.len += 1;
    }

    fn put(&mut self, hash: u64, new: u32) {
        let mask = self.slots.len() - 1;
        let mut at = Self::start(hash) & mask;
        while self.slots.get(at).is_some_and(|slot| *slot != 0) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = new.saturating_add(1);
        }
    }

    fn start(hash: u64) -> usize {
        // The upper half decides: the lower bits of a mixed 64-bit number are its weakest.
        usize::try_from(hash >> 32).unwrap_or_default()
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        self.slots.capacity() * 4
    }
}

/// Spreads a number over all bits of a hash.
pub(in crate::embedded) const fn mix(id: i64) -> u64 {
    let spread = id.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (spread ^ (spread >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

/// Bits of a set of numbers.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Bits(Vec<u64>);

impl Bits {
    pub(in crate::embedded) fn with(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    /// Puts the number in; answers whether it was not there before. Numbers beyond the end are
    /// not taken.
    pub(in crate::embedded) fn insert(&mut self, bit: u32) -> bool {
        let Some(word) = self.0.get_mut(index(bit) / 64) else {
            return false;
        };
        let one = 1_u64 << (bit % 64);
        let is_new = *word & one == 0;
        *word |= one;
        is_new
    }

    pub(in crate::embedded) fn contains(&self, bit: u32) -> bool {
        self.0
            .get(index(bit) / 64)
            .is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    pub(in crate::embedded) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::columns::number;

    #[test]
    fn every_inserted_key_is_found_and_no_other() {
        let keys: Vec<i64> = (0..5_000).map(|n| n * 131_072).collect();
        let mut table = Table::default();
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(table.find(mix(*key), |n| keys[index(n)] == *key), None);
            table.insert(mix(*key), number(at), |n| mix(keys[index(n)]));
        }
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(
                table.find(mix(*key), |n| keys[index(n)] == *key),
                Some(number(at))
            );
        }
        assert_eq!(table.find(mix(7), |n| keys[index(n)] == 7), None);
    }
}
