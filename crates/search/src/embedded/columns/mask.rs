//! A set of rows within one page, 64 to a word.

use super::{PAGE, index, number};

/// Words in a mask.
pub(in crate::embedded) const WORDS: usize = PAGE / 64;

/// One bit for each row of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::embedded) struct Mask(pub(in crate::embedded) [u64; WORDS]);

impl Mask {
    pub(in crate::embedded) const NONE: Self = Self([0; WORDS]);
    pub(in crate::embedded) const ALL: Self = Self([u64::MAX; WORDS]);

    /// The rows from `start` up to, not including, `end`.
    pub(in crate::embedded) fn range(start: usize, end: usize) -> Self {
        Self(std::array::from_fn(|word| {
            let low = start.saturating_sub(word * 64).min(64);
            let high = end.saturating_sub(word * 64).min(64);
            below(high) & !below(low)
        }))
    }

    pub(in crate::embedded) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(in crate::embedded) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether all rows are in the other set, too.
    pub(in crate::embedded) fn is_within(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .all(|(own, other)| own & !other == 0)
    }

    pub(in crate::embedded) fn and(&mut self, other: &Self) {
        self.each(other, |own, other| own & other);
    }

    pub(in crate::embedded) fn or(&mut self, other: &Self) {
        self.each(other, |own, other| own | other);
    }

    pub(in crate::embedded) fn and_not(&mut self, other: &Self) {
        self.each(other, |own, other| own & !other);
    }

    fn each(&mut self, other: &Self, join: impl Fn(u64, u64) -> u64) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own = join(*own, *other);
        }
    }

    pub(in crate::embedded) fn get(&self, row: usize) -> bool {
        self.0
            .get(row / 64)
            .is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    pub(in crate::embedded) fn set(&mut self, row: usize, bit: bool) {
        if let Some(word) = self.0.get_mut(row / 64) {
            let one = 1 << (row % 64);
            if bit {
                *word |= one;
            } else {
                *word &= !one;
            }
        }
    }

    /// Hands the rows to `each`, in order, until it answers no.
    pub(in crate::embedded) fn walk(&self, mut each: impl FnMut(usize) -> bool) -> bool {
        for (place, word) in self.0.iter().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                if !each(place * 64 + index(rest.trailing_zeros())) {
                    return false;
                }
                rest &= rest - 1;
            }
        }
        true
    }

    /// The same from the end.
    pub(in crate::embedded) fn walk_back(&self, mut each: impl FnMut(usize) -> bool) -> bool {
        for (place, word) in self.0.iter().enumerate().rev() {
            let mut rest = *word;
            while rest != 0 {
                let bit = rest.ilog2();
                if !each(place * 64 + index(bit)) {
                    return false;
                }
                rest &= !(1 << bit);
            }
        }
        true
    }

    /// Calls `test` with the place of each row that is in the set and keeps those it wants.
    pub(in crate::embedded) fn keep(&mut self, mut test: impl FnMut(usize) -> bool) {
        for (place, word) in self.0.iter_mut().enumerate() {
            let mut rest = *word;
            while rest != 0 {
                let bit = rest.trailing_zeros();
                if !test(place * 64 + index(bit)) {
                    *word &= !(1 << bit);
                }
                rest &= rest - 1;
            }
        }
    }
}

fn below(bits: usize) -> u64 {
    1_u64
        .checked_shl(number(bits))
        .map_or(u64::MAX, |bit| bit - 1)
}

/// A set of rows of an account; rows beyond the end are not in it.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct RowSet(Vec<u64>);

impl RowSet {
    pub(in crate::embedded) fn with_rows(rows: usize) -> Self {
        Self(vec![0; rows.div_ceil(PAGE) * WORDS])
    }

    pub(in crate::embedded) fn set(&mut self, row: usize, bit: bool) {
        if let Some(word) = self.0.get_mut(row / 64) {
            let one = 1 << (row % 64);
            if bit {
                *word |= one;
            } else {
                *word &= !one;
            }
        }
    }

    pub(in crate::embedded) fn page(&self, page: usize) -> Mask {
        self.0
            .get(page * WORDS..(page + 1) * WORDS)
            .and_then(|words| words.try_into().ok())
            .map_or(Mask::NONE, Mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_walks_and_counts_agree_with_plain_loops() {
        for (start, end) in [
            (0, 0),
            (0, 1),
            (0, 64),
            (1, 64),
            (63, 65),
            (100, 1_024),
            (0, 1_024),
            (9, 5),
        ] {
            let mask = Mask::range(start, end);
            let expected: Vec<usize> = (start..end).collect();
            let mut found = Vec::new();
            mask.walk(|row| {
                found.push(row);
                true
            });
            assert_eq!(found, expected);
            let mut back = Vec::new();
            mask.walk_back(|row| {
                back.push(row);
                true
            });
            back.reverse();
            assert_eq!(back, expected);
            assert_eq!(mask.count(), expected.len() as u64);
        }
    }

    #[test]
    fn keep_drops_what_is_not_wanted() {
        let mut mask = Mask::range(10, 300);
        mask.keep(|row| row % 3 == 0);
        let mut found = Vec::new();
        mask.walk(|row| {
            found.push(row);
            true
        });
        assert_eq!(
            found,
            (10..300).filter(|row| row % 3 == 0).collect::<Vec<_>>()
        );
    }
}
