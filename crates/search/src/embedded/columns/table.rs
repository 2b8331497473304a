//! A hash table of numbers whose keys live elsewhere: 5 bytes a slot, at most four fifths full.

use super::index;

/// From the hash of a key to the numbers that may have it.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Table {
    /// A few bits of each hash, so that keys need not be looked up to see that they differ; 0 is
    /// free.
    tags: Vec<u8>,
    numbers: Vec<u32>,
    len: usize,
}

const LEAST: usize = 16;

impl Table {
    /// A table that has room for so many.
    pub(in crate::embedded) fn with_room(len: usize) -> Self {
        let mut table = Self::default();
        table.reset((len + len / 4 + 1).max(LEAST));
        table
    }

    /// The number with this hash that `is_it` accepts.
    pub(in crate::embedded) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let wanted = tag(hash);
        let mut at = self.start(hash);
        loop {
            let tag = *self.tags.get(at)?;
            if tag == 0 {
                return None;
            }
            if tag == wanted {
                let found = *self.numbers.get(at)?;
                if is_it(found) {
                    return Some(found);
                }
            }
            at = self.after(at);
        }
    }

    /// Adds a number whose key is not in the table. `all` gives those that are, with their
    /// hashes, when the table has to grow.
    pub(in crate::embedded) fn insert<I: Iterator<Item = (u64, u32)>>(
        &mut self,
        hash: u64,
        new: u32,
        all: impl FnOnce() -> I,
    ) {
        if (self.len + 1) * 5 > self.tags.len() * 4 {
            // By half: memory matters more here than the second time that a key is hashed.
            self.reset((self.tags.len() + self.tags.len() / 2).max(LEAST));
            for (hash, number) in all() {
                self.put(hash, number);
            }
        }
        self.put(hash, new);
    }

    fn reset(&mut self, slots: usize) {
        self.tags = vec![0; slots];
        self.numbers = vec![0; slots];
        self.len = 0;
    }

    fn put(&mut self, hash: u64, new: u32) {
        let mut at = self.start(hash);
        while self.tags.get(at).is_some_and(|tag| *tag != 0) {
            at = self.after(at);
        }
        if let (Some(slot), Some(number)) = (self.tags.get_mut(at), self.numbers.get_mut(at)) {
            (*slot, *number) = (tag(hash), new);
            self.len += 1;
        }
    }

    /// Where the search for a hash begins: its upper half, brought into the range.
    fn start(&self, hash: u64) -> usize {
        let slots = u64::try_from(self.tags.len()).unwrap_or(u64::MAX);
        usize::try_from((hash >> 32).wrapping_mul(slots) >> 32).unwrap_or_default()
    }

    const fn after(&self, at: usize) -> usize {
        if at + 1 < self.tags.len() { at + 1 } else { 0 }
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        self.numbers.capacity() * 4 + self.tags.capacity()
    }
}

/// Never 0. From the middle of the hash: the upper half says where, and the lowest bits of a
/// mixed number are its weakest.
fn tag(hash: u64) -> u8 {
    u8::try_from(hash >> 24 & 0x7f).unwrap_or_default() | 0x80
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

    pub(in crate::embedded) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Makes room for numbers below this one.
    pub(in crate::embedded) fn grow(&mut self, len: usize) {
        self.0.resize(self.0.len().max(len.div_ceil(64)), 0);
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        self.0.capacity() * 8
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
        let mut table = Table::with_room(9);
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(table.find(mix(*key), |n| keys[index(n)] == *key), None);
            table.insert(mix(*key), number(at), || {
                (0..).zip(&keys[..at]).map(|(n, key)| (mix(*key), n))
            });
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
