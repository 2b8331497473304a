//! One column of a page whose values are words or sets of words: a code for each row, as narrow
//! as the greatest code allows.

use super::PAGE;
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
    Many(Bits),
    /// Any value, except the one with this code.
    AnyBut(u32),
}

/// The column. Rows beyond the end of the vector are empty; its length is a power of two.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) enum Cells {
    #[default]
    Empty,
    Narrow(Vec<u8>),
    Middle(Vec<u16>),
    Wide(Vec<u32>),
}

impl Cells {
    pub(in crate::embedded) fn get(&self, row: usize) -> u32 {
        match self {
            Self::Empty => 0,
            Self::Narrow(codes) => codes.get(row).copied().map_or(0, u32::from),
            Self::Middle(codes) => codes.get(row).copied().map_or(0, u32::from),
            Self::Wide(codes) => codes.get(row).copied().unwrap_or(0),
        }
    }

    pub(in crate::embedded) fn set(&mut self, row: usize, code: u32) {
        loop {
            match self {
                Self::Empty if code == 0 => return,
                Self::Empty => *self = Self::Narrow(Vec::new()),
                Self::Narrow(codes) => match u8::try_from(code) {
                    Ok(code) => return put(codes, row, code),
                    Err(_) => *self = Self::Middle(widen(codes)),
                },
                Self::Middle(codes) => match u16::try_from(code) {
                    Ok(code) => return put(codes, row, code),
                    Err(_) => *self = Self::Wide(widen(codes)),
                },
                Self::Wide(codes) => return put(codes, row, code),
            }
        }
    }

    /// The rows, among those of `within`, whose code is wanted.
    pub(in crate::embedded) fn select(&self, codes: &Codes, within: &Mask) -> Mask {
        match (self, codes) {
            (Self::Empty, _) | (_, Codes::None) => Mask::NONE,
            (Self::Narrow(cells), Codes::One(code)) => {
                u8::try_from(*code).map_or(Mask::NONE, |code| equal_bytes(cells, code, within))
            }
            (Self::Narrow(cells), Codes::Many(bits)) => {
                let mut wanted = [false; 256];
                for (code, slot) in (0_u32..).zip(&mut wanted) {
                    *slot = bits.contains(code);
                }
                test(cells, within, |code| {
                    wanted.get(usize::from(*code)).copied().unwrap_or(false)
                })
            }
            (Self::Narrow(cells), Codes::AnyBut(but)) => {
                test(cells, within, |code| *code != 0 && u32::from(*code) != *but)
            }
            (Self::Middle(cells), Codes::AnyBut(but)) => {
                test(cells, within, |code| *code != 0 && u32::from(*code) != *but)
            }
            (Self::Wide(cells), Codes::AnyBut(but)) => {
                test(cells, within, |code| *code != 0 && code != but)
            }
            (Self::Middle(cells), Codes::One(code)) => u16::try_from(*code)
                .map_or(Mask::NONE, |code| test(cells, within, |cell| *cell == code)),
            (Self::Wide(cells), Codes::One(code)) => test(cells, within, |cell| cell == code),
            (Self::Middle(cells), Codes::Many(bits)) => {
                test(cells, within, |code| bits.contains(u32::from(*code)))
            }
            (Self::Wide(cells), Codes::Many(bits)) => {
                test(cells, within, |code| bits.contains(*code))
            }
        }
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Narrow(codes) => codes.capacity(),
            Self::Middle(codes) => codes.capacity() * 2,
            Self::Wide(codes) => codes.capacity() * 4,
        }
    }
}

/// Stores a value; the vector grows in steps, so that small accounts stay small and full pages
/// have nothing to spare.
pub(super) fn put<T: Copy + Default + PartialEq>(column: &mut Vec<T>, row: usize, value: T) {
    if row >= column.len() {
        if value == T::default() || row >= PAGE {
            return;
        }
        let len = (row + 1).next_power_of_two().max(32);
        column.reserve_exact(len - column.len());
        column.resize(len, T::default());
    }
    if let Some(slot) = column.get_mut(row) {
        *slot = value;
    }
}

fn widen<A: Copy, B: From<A>>(column: &[A]) -> Vec<B> {
    column.iter().map(|value| B::from(*value)).collect()
}

/// Tests the values of the rows in `within`.
pub(super) fn test<T>(column: &[T], within: &Mask, is_wanted: impl Fn(&T) -> bool) -> Mask {
    let mut found = Mask::NONE;
    for ((rows, within), found) in column.chunks(64).zip(&within.0).zip(&mut found.0) {
        if *within == 0 {
            continue;
        }
        let mut bits = 0;
        for (bit, value) in rows.iter().enumerate() {
            bits |= u64::from(is_wanted(value)) << bit;
        }
        *found = bits & within;
    }
    found
}

const LOW_SEVEN: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// Rows whose byte is `wanted`: eight compared at once.
fn equal_bytes(column: &[u8], wanted: u8, within: &Mask) -> Mask {
    let pattern = u64::from(wanted) * 0x0101_0101_0101_0101;
    let mut found = Mask::NONE;
    for ((rows, within), found) in column.chunks(64).zip(&within.0).zip(&mut found.0) {
        if *within == 0 {
            continue;
        }
        let mut bits = 0;
        let (eights, _) = rows.as_chunks::<8>();
        for (place, eight) in eights.iter().enumerate() {
            let differs = u64::from_le_bytes(*eight) ^ pattern;
            // The high bit of each byte that is zero, without carries between bytes.
            let zero = !(((differs & LOW_SEVEN) + LOW_SEVEN) | differs | LOW_SEVEN);
            bits |= ((zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (place * 8);
        }
        *found = bits & within;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn selecting_finds_the_rows_that_were_set(
            rows in prop::collection::vec((0_usize..PAGE, prop_oneof![0_u32..200, 0_u32..3_000, 60_000_u32..90_000]), 0..300),
            wanted in prop_oneof![0_usize..300],
            start in 0_usize..PAGE,
        ) {
            let mut cells = Cells::default();
            let mut plain = vec![0_u32; PAGE];
            for (row, code) in &rows {
                cells.set(*row, *code);
                plain[*row] = *code;
            }
            let wanted = rows.get(wanted).map_or(1, |(_, code)| *code).max(1);
            let within = Mask::range(start, PAGE);
            let mut many = Bits::with(90_000);
            many.insert(wanted);
            many.insert(77);
            for (codes, expected) in [
                (Codes::One(wanted), vec![wanted]),
                (Codes::Many(many), vec![wanted, 77]),
            ] {
                let found = cells.select(&codes, &within);
                for (row, code) in plain.iter().enumerate() {
                    prop_assert_eq!(cells.get(row), *code);
                    prop_assert_eq!(found.get(row), row >= start && expected.contains(code));
                }
            }
        }
    }
}
