//! Numbers for byte strings: words, identifiers and sets of either. Append-only.
//!
//! Entries lie in blocks of bytes, one after another; the hash table knows their numbers only.
//! A reader that scans all entries takes the blocks and lets go of the lock at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::entry::{Entry, Packed, get, put};
use super::table::Table;
use super::{index, number};

/// Entries in a block.
const BLOCK: usize = 256;
/// Where every so-manieth entry begins is noted; the others are walked to.
const STEP: usize = 8;

/// Some entries, one after another.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Block {
    starts: Vec<u32>,
    bytes: Vec<u8>,
    len: usize,
}

impl Block {
    fn entry(&self, at: usize) -> Option<Entry<'_>> {
        let start = *self.starts.get(at / STEP)?;
        let mut rest = self.bytes.get(index(start)..)?;
        for _ in 0..at % STEP {
            (_, rest) = Entry::read(rest)?;
        }
        Entry::read(rest).map(|(entry, _)| entry)
    }

    fn all(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let (entry, after) = Entry::read(rest)?;
            rest = after;
            Some(entry)
        })
    }

    /// Hands on keys and what was kept beside them, in the order of their numbers.
    pub(in crate::embedded) fn each(&self, mut each: impl FnMut(&[u8], &[u8])) {
        for entry in self.all() {
            entry.open(&mut each);
        }
    }

    /// The entries as they are kept, for snapshots.
    pub(in crate::embedded) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn note_start(&mut self) {
        if self.len.is_multiple_of(STEP) {
            self.starts.push(number(self.bytes.len()));
        }
        self.len += 1;
    }
}

/// A place in a walk through the blocks.
#[derive(Debug, Default)]
struct Place<'a> {
    /// The entry that begins at `rest`.
    at: usize,
    rest: &'a [u8],
}

impl<'a> Place<'a> {
    /// The entry with this number. It is walked to from the last one if that is near.
    fn go_to(&mut self, blocks: &'a [Arc<Block>], wanted: usize) -> Option<Entry<'a>> {
        let group = wanted - wanted % STEP;
        if self.rest.is_empty() || !(group..=wanted).contains(&self.at) {
            let block = blocks.get(wanted / BLOCK)?;
            let start = *block.starts.get(wanted % BLOCK / STEP)?;
            self.rest = block.bytes.get(index(start)..)?;
            self.at = group;
        }
        loop {
            let (entry, rest) = Entry::read(self.rest)?;
            (self.at, self.rest) = (self.at + 1, rest);
            if self.at > wanted {
                return Some(entry);
            }
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    table: Table,
    blocks: Vec<Arc<Block>>,
    len: usize,
}

impl Inner {
    fn entry(&self, number: u32) -> Option<Entry<'_>> {
        let at = index(number);
        self.blocks.get(at / BLOCK)?.entry(at % BLOCK)
    }

    fn find(&self, hash: u64, parts: (bool, &[u8])) -> Option<u32> {
        self.table.find(hash, |number| {
            self.entry(number)
                .is_some_and(|known| known.as_parts() == parts)
        })
    }

    /// Notes an entry whose bytes are in the last block.
    fn add(&mut self, hash: u64, hasher: &RandomState) -> u32 {
        let new = number(self.len);
        let blocks = &self.blocks;
        self.table.insert(hash, new, || {
            let old = (0..new).zip(blocks.iter().flat_map(|block| block.all()));
            old.map(|(number, entry)| (hash_of(hasher, entry.as_parts()), number))
        });
        self.len += 1;
        new
    }
}

fn hash_of(hasher: &RandomState, (is_halves, bytes): (bool, &[u8])) -> u64 {
    let mut hash = hasher.build_hasher();
    hash.write(bytes);
    hash.write_u8(u8::from(is_halves));
    hash.finish()
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
        let packed = Packed::of(key);
        let hash = hash_of(&self.hasher, packed.as_parts());
        self.read().find(hash, packed.as_parts())
    }

    /// The number of a key, a new one when it is unknown; then `beside` is kept with it.
    pub(in crate::embedded) fn intern(&self, key: &[u8], beside: &[u8]) -> u32 {
        let packed = Packed::of(key);
        let hash = hash_of(&self.hasher, packed.as_parts());
        let seen = {
            let inner = self.read();
            if let Some(number) = inner.find(hash, packed.as_parts()) {
                return number;
            }
            inner.len
        };
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster.
        if inner.len != seen
            && let Some(number) = inner.find(hash, packed.as_parts())
        {
            return number;
        }
        if inner.len.is_multiple_of(BLOCK) {
            if let Some(full) = inner.blocks.last_mut() {
                let full = Arc::make_mut(full);
                full.starts.shrink_to_fit();
                full.bytes.shrink_to_fit();
            }
            inner.blocks.push(Arc::default());
        }
        if let Some(last) = inner.blocks.last_mut() {
            let last = Arc::make_mut(last);
            last.note_start();
            packed.write(key, beside, &mut last.bytes);
        }
        inner.add(hash, &self.hasher)
    }

    /// Hands an entry to `read`.
    pub(in crate::embedded) fn with<T>(
        &self,
        number: u32,
        read: impl FnOnce(&[u8], &[u8]) -> T,
    ) -> Option<T> {
        let inner = self.read();
        inner.entry(number).map(|entry| entry.open(read))
    }

    /// Hands the keys of these entries to `each`, with their numbers, which have to ascend.
    pub(in crate::embedded) fn each_key(
        &self,
        numbers: impl Iterator<Item = u32>,
        mut each: impl FnMut(u32, &[u8]),
    ) {
        // Beside the lock: a long walk must not hold up the writer.
        let blocks = self.blocks();
        let mut place = Place::default();
        for number in numbers {
            if let Some(entry) = place.go_to(&blocks, index(number)) {
                entry.open(|key, _| each(number, key));
            }
        }
    }

    /// All entries, for scanning without the lock.
    pub(in crate::embedded) fn blocks(&self) -> Vec<Arc<Block>> {
        self.read().blocks.clone()
    }

    /// Fills an empty dictionary with so many entries, block after block, as they are kept.
    ///
    /// # Errors
    /// Those of `next`, and its own text when a block is no block of entries or a key repeats.
    pub(in crate::embedded) fn restore<E>(
        &self,
        len: usize,
        mut next: impl FnMut() -> Result<Vec<u8>, E>,
        wrong: impl Fn(&'static str) -> E,
    ) -> Result<(), E> {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.table = Table::with_room(len.min(1 << 24));
        while inner.len < len {
            let mut block = Block::default();
            let (wanted, bytes) = ((len - inner.len).min(BLOCK), next()?);
            let mut rest = bytes.as_slice();
            let mut hashes = Vec::with_capacity(wanted);
            while let Some((entry, after)) = Entry::read(rest) {
                if block.len.is_multiple_of(STEP) {
                    block.starts.push(number(bytes.len() - rest.len()));
                }
                block.len += 1;
                hashes.push(hash_of(&self.hasher, entry.as_parts()));
                rest = after;
            }
            if !rest.is_empty() || block.len != wanted {
                return Err(wrong("a block of words is cut off"));
            }
            block.bytes = bytes;
            inner.blocks.push(Arc::new(block.clone()));
            for (hash, entry) in hashes.into_iter().zip(block.all()) {
                if inner.find(hash, entry.as_parts()).is_some() {
                    return Err(wrong("a word stands in it twice"));
                }
                inner.add(hash, &self.hasher);
            }
        }
        Ok(())
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        let inner = self.read();
        let blocks: usize = inner
            .blocks
            .iter()
            .map(|block| block.bytes.capacity() + block.starts.capacity() * 4 + 120)
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
/// The key holds their distances, because words that come together often have numbers that follow
/// one another.
pub(in crate::embedded) fn set_key(numbers: &[u32]) -> Vec<u8> {
    let mut key = Vec::with_capacity(numbers.len() * 4);
    let mut before = 0;
    for number in numbers {
        put(number.wrapping_sub(before), &mut key);
        before = *number;
    }
    key
}

/// The members of a set.
pub(in crate::embedded) fn members(key: &[u8]) -> impl Iterator<Item = u32> {
    let (mut rest, mut before) = (key, 0_u32);
    std::iter::from_fn(move || {
        let (distance, after) = get(rest)?;
        rest = after;
        before = before.wrapping_add(distance);
        Some(before)
    })
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
        let mut scanned = Vec::new();
        for block in words.blocks() {
            block.each(|key, _| scanned.push(key.to_vec()));
        }
        assert_eq!(scanned.len(), 2_000);
        assert_eq!(scanned[1_999], b"word1999");
        let again = Dictionary::default();
        let blocks = words.blocks();
        let mut blocks = blocks.iter().map(|block| block.as_bytes().to_vec());
        again
            .restore(2_000, || blocks.next().ok_or("none"), |wrong| wrong)
            .unwrap();
        assert_eq!(again.find(b"word1999"), Some(numbers[1_999]));
        assert_eq!(intern_word(&again, "new", "new"), 2_000);
    }

    #[test]
    fn blocks_that_were_tampered_with_are_refused() {
        let words = Dictionary::default();
        intern_word(&words, "one", "one");
        let block = words.blocks()[0].as_bytes().to_vec();
        let restore = |len, block: &[u8]| {
            Dictionary::default().restore(len, || Ok(block.to_vec()), |wrong| wrong)
        };
        assert_eq!(restore(1, &block), Ok(()));
        assert!(restore(2, &block).is_err());
        assert!(restore(1, &block[..2]).is_err());
        assert!(restore(2, &[block.clone(), block.clone()].concat()).is_err());
    }

    #[test]
    fn sets_give_back_their_members() {
        let sets = Dictionary::default();
        let set = sets.intern(&set_key(&[1, 5, 70_000]), &[]);
        assert_eq!(sets.intern(&set_key(&[1, 5, 70_000]), &[]), set);
        let back = sets.with(set, |key, _| members(key).collect::<Vec<_>>());
        assert_eq!(back, Some(vec![1, 5, 70_000]));
    }
}
