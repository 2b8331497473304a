//! Numbers for byte strings: words, identifiers and sets of either. Append-only.
//!
//! Entries lie in blocks of bytes, one after another; the hash table knows their numbers only.
//! A reader that scans all entries takes the blocks and lets go of the lock at once.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::table::Table;
use super::{index, number};

const BLOCK: usize = 256;

/// Some entries, one after another.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Block {
    /// End of the key and end of the entry.
    ends: Vec<(u32, u32)>,
    bytes: Vec<u8>,
}

impl Block {
    fn entry(&self, at: usize) -> Option<(&[u8], &[u8])> {
        let (key_end, end) = *self.ends.get(at)?;
        let start = match at.checked_sub(1) {
            Some(before) => self.ends.get(before)?.1,
            None => 0,
        };
        Some((
            self.bytes.get(index(start)..index(key_end))?,
            self.bytes.get(index(key_end)..index(end))?,
        ))
    }

    /// Keys and what was kept beside them, in the order of their numbers.
    pub(in crate::embedded) fn entries(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        (0..self.ends.len()).filter_map(|at| self.entry(at))
    }
}

#[derive(Debug, Default)]
struct Inner {
    table: Table,
    blocks: Vec<Arc<Block>>,
    len: usize,
}

impl Inner {
    fn entry(&self, number: u32) -> Option<(&[u8], &[u8])> {
        let at = index(number);
        self.blocks.get(at / BLOCK)?.entry(at % BLOCK)
    }
}

/// The dictionary.
#[derive(Debug, Default)]
pub(in crate::embedded) struct Dictionary {
    inner: RwLock<Inner>,
    hasher: RandomState,
}

impl Dictionary {
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(in crate::embedded) fn len(&self) -> usize {
        self.read().len
    }

    /// The number of a key.
    pub(in crate::embedded) fn find(&self, key: &[u8]) -> Option<u32> {
        let inner = self.read();
        self.find_in(&inner, key)
    }

    fn find_in(&self, inner: &Inner, key: &[u8]) -> Option<u32> {
        inner.table.find(self.hasher.hash_one(key), |number| {
            inner.entry(number).is_some_and(|(known, _)| known == key)
        })
    }

    /// The number of a key, a new one when it is unknown; then `beside` is kept with it.
    pub(in crate::embedded) fn intern(&self, key: &[u8], beside: &[u8]) -> u32 {
        if let Some(number) = self.find(key) {
            return number;
        }
        let mut guard = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *guard;
        if let Some(number) = self.find_in(inner, key) {
            return number;
        }
        let new = number(inner.len);
        let (table, blocks) = (&mut inner.table, &mut inner.blocks);
        if inner.len.is_multiple_of(BLOCK) {
            if let Some(full) = blocks.last_mut() {
                let full = Arc::make_mut(full);
                full.ends.shrink_to_fit();
                full.bytes.shrink_to_fit();
            }
            blocks.push(Arc::default());
        }
        if let Some(last) = blocks.last_mut() {
            let last = Arc::make_mut(last);
            last.bytes.extend_from_slice(key);
            let key_end = number(last.bytes.len());
            last.bytes.extend_from_slice(beside);
            last.ends.push((key_end, number(last.bytes.len())));
        }
        table.insert(self.hasher.hash_one(key), new, |old| {
            let at = index(old);
            let entry = blocks
                .get(at / BLOCK)
                .and_then(|block| block.entry(at % BLOCK));
            self.hasher.hash_one(entry.map_or(&[][..], |(key, _)| key))
        });
        inner.len += 1;
        new
    }

    /// Hands an entry to `read`.
    pub(in crate::embedded) fn with<T>(
        &self,
        number: u32,
        read: impl FnOnce(&[u8], &[u8]) -> T,
    ) -> Option<T> {
        let inner = self.read();
        inner.entry(number).map(|(key, beside)| read(key, beside))
    }

    /// All entries, for scanning without the lock.
    pub(in crate::embedded) fn blocks(&self) -> Vec<Arc<Block>> {
        self.read().blocks.clone()
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        let inner = self.read();
        let blocks: usize = inner
            .blocks
            .iter()
            .map(|block| block.bytes.capacity() + block.ends.capacity() * 8 + 64)
            .sum();
        blocks + inner.table.bytes()
    }
}

/// A word as it is kept: the folded form is the key, the written form stands beside it unless it
/// is the same.
pub(in crate::embedded) fn intern_word(words: &Dictionary, folded: &str, written: &str) -> u32 {
    let beside = if folded == written { "" } else { written };
    words.intern(folded.as_bytes(), beside.as_bytes())
}

/// A set of numbers as the key of a dictionary of sets; `numbers` is ascending without repeats.
pub(in crate::embedded) fn intern_set(sets: &Dictionary, numbers: &[u32]) -> u32 {
    let key: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    sets.intern(&key, &[])
}

/// The members of a set.
pub(in crate::embedded) fn members(key: &[u8]) -> impl Iterator<Item = u32> {
    let (numbers, _) = key.as_chunks::<4>();
    numbers.iter().map(|bytes| u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_number_and_first_spelling() {
        let words = Dictionary::default();
        let numbers: Vec<u32> = (0..2_000)
            .map(|n| intern_word(&words, &format!("word{n}"), &format!("Word{n}")))
            .collect();
        assert_eq!(intern_word(&words, "word7", "WORD7"), numbers[7]);
        assert_eq!(words.len(), 2_000);
        for (n, number) in numbers.iter().enumerate() {
            assert_eq!(words.find(format!("word{n}").as_bytes()), Some(*number));
            let written = words.with(*number, |_, written| written.to_vec());
            assert_eq!(written, Some(format!("Word{n}").into_bytes()));
        }
        assert_eq!(words.find(b"absent"), None);
        let scanned: Vec<Vec<u8>> = words
            .blocks()
            .iter()
            .flat_map(|block| {
                block
                    .entries()
                    .map(|(key, _)| key.to_vec())
                    .collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(scanned.len(), 2_000);
        assert_eq!(scanned[1_999], b"word1999");
    }

    #[test]
    fn sets_give_back_their_members() {
        let sets = Dictionary::default();
        let set = intern_set(&sets, &[1, 5, 70_000]);
        assert_eq!(intern_set(&sets, &[1, 5, 70_000]), set);
        let back = sets.with(set, |key, _| members(key).collect::<Vec<_>>());
        assert_eq!(back, Some(vec![1, 5, 70_000]));
    }
}
