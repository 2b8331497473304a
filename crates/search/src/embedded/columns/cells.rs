//! One column of a page whose values are words or sets of words: a code for each row, as narrow
//! as the greatest code allows.

use std::sync::Arc;

use super::PAGE;
use super::ints::Ints;
use super::mask::Mask;
use super::table::Bits;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::embedded) enum Cell {
    /// No value.
    Empty,
    /// One word, by its number in the dictionary.
    One(u32),
    /// Several, by the number of the set.
    Set(u32),
}

impl Cell {
    /// Codes interleave words and sets, so that a field with few of both fits into a byte.
    pub(in crate::embedded) const fn code(self) -> u32 {
        match self {
            Self::Empty => 0,
            Self::One(word) => word.saturating_mul(2).saturating_add(1),
            Self::Set(set) => set.saturating_mul(2).saturating_add(2),
        }
    }

    pub(in crate::embedded) const fn from_code(code: u32) -> Self {
        if code == 0 {
            Self::Empty
        } else if code % 2 == 1 {
            Self::One(code / 2)
        } else {
            Self::Set(code / 2 - 1)
        }
    }
}

/// Which codes are wanted.
#[derive(Debug, Clone)]
pub(in crate::embedded) enum Codes {
    None,
    One(u32),
    Many(Arc<Bits>),
    /// Any value, except the one with this code.
    AnyBut(u32),
}

impl Codes {
    fn has(&self, code: u32) -> bool {
        match self {
            Self::None => false,
            Self::One(wanted) => code == *wanted,
            Self::Many(wanted) => wanted.contains(code),
            Self::AnyBut(but) => code != 0 && code != *but,
        }
    }
}

/// The column.
#[derive(Debug, Clone)]
pub(in crate::embedded) enum Cells {
    /// All rows have this code.
    Same(u32),
    Each(Each),
}

/// A code for each row.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Each {
    /// What is stored is 0 for no value and otherwise the code less this: codes that were given
    /// out one after another, as those of unlike words are, stay small.
    pub(in crate::embedded) less: u32,
    /// Rows beyond the end have no value; the length is a power of two.
    pub(in crate::embedded) codes: Ints,
    /// A bit for each remainder by 64 that a stored number has or had: most pages have none of
    /// the rows that somebody looks for.
    seen: u64,
}

impl Default for Cells {
    fn default() -> Self {
        Self::Same(0)
    }
}

fn sign(stored: u64) -> u64 {
    1 << (stored % 64)
}

impl Each {
    /// The column of these stored numbers.
    pub(in crate::embedded) fn new(less: u32, codes: Ints) -> Self {
        let mut seen = 0;
        codes.each(|_, stored| seen |= sign(stored));
        Self { less, codes, seen }
    }

    #[inline]
    fn code(&self, stored: u64) -> u32 {
        match stored {
            0 => 0,
            stored => u32::try_from(stored)
                .unwrap_or(u32::MAX)
                .saturating_add(self.less),
        }
    }

    /// How a code is stored, unless it is too small for that.
    fn stored(&self, code: u32) -> Option<u64> {
        match code {
            0 => Some(0),
            code => Some(u64::from(
                code.checked_sub(self.less).filter(|stored| *stored > 0)?,
            )),
        }
    }

    fn set(&mut self, row: usize, code: u32) {
        if row >= self.codes.len() {
            if code == 0 || row >= PAGE {
                return;
            }
            // In steps, so that small accounts stay small and full pages have nothing to spare.
            self.codes.grow((row + 1).next_power_of_two().max(32));
        }
        let stored = if let Some(stored) = self.stored(code) {
            stored
        } else {
            let mut codes = Vec::with_capacity(self.codes.len());
            self.codes
                .each(|_, stored| codes.push(u64::from(self.code(stored))));
            let most = codes.iter().copied().max().unwrap_or(0);
            *self = Self::new(0, Ints::of(most, codes.into_iter()));
            u64::from(code)
        };
        self.seen |= sign(stored);
        self.codes.set(row, stored);
    }

    fn select(&self, codes: &Codes, within: &Mask) -> Mask {
        let found = match codes {
            Codes::None => return Mask::NONE,
            Codes::One(code) => match self.stored(*code) {
                Some(stored) if self.seen & sign(stored) != 0 => self.codes.equal(stored),
                _ => return Mask::NONE,
            },
            Codes::Many(wanted) => {
                if let Ints::One(_) = self.codes {
                    let mut table = [false; 256];
                    for (stored, slot) in (0..).zip(&mut table) {
                        *slot = wanted.contains(self.code(stored));
                    }
                    self.codes.test(|stored| {
                        usize::try_from(stored)
                            .ok()
                            .and_then(|at| table.get(at).copied())
                            .unwrap_or(false)
                    })
                } else {
                    self.codes.test(|stored| wanted.contains(self.code(stored)))
                }
            }
            Codes::AnyBut(but) => {
                let but = self.stored(*but).unwrap_or(0);
                self.codes.test(|stored| stored != 0 && stored != but)
            }
        };
        let mut found = Mask(found);
        found.and(within);
        found
    }
}

impl Cells {
    #[inline]
    pub(in crate::embedded) fn get(&self, row: usize) -> u32 {
        match self {
            Self::Same(code) => *code,
            Self::Each(each) => each.code(each.codes.get(row)),
        }
    }

    pub(in crate::embedded) fn set(&mut self, row: usize, code: u32) {
        if let Self::Same(same) = *self {
            if same == code {
                return;
            }
            *self = Self::Each(if same == 0 {
                Each::default()
            } else {
                let codes = std::iter::repeat_n(u64::from(same), PAGE);
                Each::new(0, Ints::of(u64::from(same), codes))
            });
        }
        if let Self::Each(each) = self {
            each.set(row, code);
        }
    }

    /// Makes the column of a full page as small as it can be.
    pub(in crate::embedded) fn pack(&mut self) {
        let Self::Each(each) = self else { return };
        let mut codes = [0; PAGE];
        each.read(&mut codes);
        let (first, most) = (codes.first().copied(), codes.iter().copied().max());
        let (first, most) = (first.unwrap_or(0), most.unwrap_or(0));
        if codes.iter().all(|code| *code == first) {
            *self = Self::Same(first);
            return;
        }
        let least = codes.iter().copied().filter(|code| *code > 0).min();
        let less = least.unwrap_or(1) - 1;
        let stored = codes
            .iter()
            .map(|code| u64::from(code.saturating_sub(less)));
        *self = Self::Each(Each::new(less, Ints::of(u64::from(most - less), stored)));
    }

    /// The rows, among those of `within`, whose code is wanted.
    pub(in crate::embedded) fn select(&self, codes: &Codes, within: &Mask) -> Mask {
        match self {
            Self::Same(code) if codes.has(*code) => *within,
            Self::Same(_) => Mask::NONE,
            Self::Each(each) => each.select(codes, within),
        }
    }

    /// The codes of all rows.
    pub(in crate::embedded) fn read(&self, out: &mut [u32; PAGE]) {
        match self {
            Self::Same(code) => out.fill(*code),
            Self::Each(each) => each.read(out),
        }
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        match self {
            Self::Same(_) => 0,
            Self::Each(each) => each.codes.bytes(),
        }
    }
}

impl Each {
    fn read(&self, out: &mut [u32; PAGE]) {
        out.fill(0);
        // What is stored fits into 32 bits, since codes do.
        match &self.codes {
            Ints::Zero(_) => {}
            Ints::One(codes) => self.widen(codes, out, |code| u32::from(*code)),
            Ints::Two(codes) => self.widen(codes, out, |code| u32::from(*code)),
            Ints::Three(codes) => self.widen(codes, out, |[low, middle, high]| {
                u32::from_le_bytes([*low, *middle, *high, 0])
            }),
            Ints::Four(codes) => self.widen(codes, out, |code| *code),
            Ints::Eight(_) => self.codes.each(|at, stored| {
                if let Some(out) = out.get_mut(at) {
                    *out = self.code(stored);
                }
            }),
        }
    }

    #[inline]
    fn widen<T>(&self, codes: &[T], out: &mut [u32; PAGE], of: impl Fn(&T) -> u32) {
        for (out, code) in out.iter_mut().zip(codes) {
            let stored = of(code);
            *out = if stored == 0 {
                0
            } else {
                stored.wrapping_add(self.less)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedded::columns::index;
    use proptest::prelude::*;

    fn bits_of(codes: &[u32]) -> Bits {
        let most = codes.iter().copied().max().unwrap_or(0);
        let mut bits = Bits::with(index(most) + 1);
        for code in codes {
            bits.insert(*code);
        }
        bits
    }

    fn any_code() -> impl Strategy<Value = u32> {
        prop_oneof![
            0_u32..200,
            0_u32..3_000,
            60_000_u32..90_000,
            20_000_000_u32..20_000_100
        ]
    }

    proptest! {
        #[test]
        fn selecting_finds_the_rows_that_were_set(
            rows in prop::collection::vec((0_usize..PAGE, any_code()), 0..300),
            filled in prop::option::of(any_code()),
            later in prop::collection::vec((0_usize..PAGE, any_code()), 0..5),
            wanted in prop_oneof![0_usize..300],
            start in 0_usize..PAGE,
        ) {
            let mut cells = Cells::default();
            let mut plain = vec![0_u32; PAGE];
            if let Some(code) = filled {
                for (row, plain) in plain.iter_mut().enumerate() {
                    cells.set(row, code);
                    *plain = code;
                }
            }
            for (row, code) in &rows {
                cells.set(*row, *code);
                plain[*row] = *code;
            }
            let before = cells.bytes();
            cells.pack();
            prop_assert!(filled.is_none() || cells.bytes() <= before);
            for (row, code) in &later {
                cells.set(*row, *code);
                plain[*row] = *code;
            }
            let wanted = rows.get(wanted).map_or(1, |(_, code)| *code).max(1);
            let within = Mask::range(start, PAGE);
            let mut read = [7; PAGE];
            cells.read(&mut read);
            for codes in [
                Codes::None,
                Codes::One(wanted),
                Codes::Many(Arc::new(bits_of(&[wanted, 77]))),
                Codes::AnyBut(wanted),
                Codes::AnyBut(0),
            ] {
                let found = cells.select(&codes, &within);
                for (row, code) in plain.iter().enumerate() {
                    prop_assert_eq!(cells.get(row), *code);
                    prop_assert_eq!(read[row], *code);
                    prop_assert_eq!(found.get(row), row >= start && codes.has(*code), "{:?}", codes);
                }
            }
        }
    }
}
