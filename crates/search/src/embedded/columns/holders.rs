//! Which sets hold a value: remembered from question to question, because finding out takes a look
//! at every set of the dictionary, and sets are only ever added.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::cells::{Cell, Codes};
use super::dictionary::{Dictionary, members};
use super::number;
use super::table::Bits;

/// Values that are remembered for a column.
const MOST: usize = 64;

/// Codes of the cells that hold a value.
#[derive(Debug, Default)]
pub(super) struct Holders(Mutex<HashMap<u32, Known>>);

#[derive(Debug, Clone)]
struct Known {
    codes: Arc<Bits>,
    /// Sets that were looked at.
    sets: usize,
    in_sets: bool,
}

impl Holders {
    /// Codes of cells that hold the value, alone or in a set.
    pub(super) fn of(&self, value: u32, values: &Dictionary, sets: &Dictionary) -> Codes {
        let alone = Cell::One(value).code();
        let mut known = self.remembered(value);
        let now = sets.len();
        if known.sets < now || known.codes.is_empty() {
            let codes = Arc::make_mut(&mut known.codes);
            codes.grow(values.len().max(now) * 2 + 2);
            codes.insert(alone);
            sets.each_key(number(known.sets)..number(now), |set, key| {
                if members(key).any(|member| member == value) {
                    codes.insert(Cell::Set(set).code());
                    known.in_sets = true;
                }
            });
            known.sets = now;
            self.remember(value, known.clone());
        }
        if known.in_sets {
            Codes::Many(known.codes)
        } else {
            Codes::One(alone)
        }
    }

    fn remembered(&self, value: u32) -> Known {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&value).cloned().unwrap_or(Known {
            codes: Arc::default(),
            sets: 0,
            in_sets: false,
        })
    }

    fn remember(&self, value: u32, known: Known) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(value, known);
    }

    pub(super) fn bytes(&self) -> usize {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().map(|known| known.codes.bytes() + 64).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::dictionary::set_key;
    use super::*;

    #[test]
    fn sets_that_come_later_are_found_too() {
        let (values, sets, holders) = (
            Dictionary::default(),
            Dictionary::default(),
            Holders::default(),
        );
        let of = |codes: Codes| match codes {
            Codes::Many(bits) => (0..100).filter(|code| bits.contains(*code)).collect(),
            Codes::One(code) => vec![code],
            _ => Vec::new(),
        };
        for value in 0..4_u32 {
            values.intern(&value.to_le_bytes(), &[]);
        }
        assert_eq!(of(holders.of(2, &values, &sets)), [5]);
        for (set, expected) in [
            ([0, 2], vec![2, 5]),
            ([0, 1], vec![2, 5]),
            ([1, 2], vec![2, 5, 6]),
        ] {
            sets.intern(&set_key(&set), &[]);
            assert_eq!(of(holders.of(2, &values, &sets)), expected);
        }
        for value in 0..u32::try_from(MOST).unwrap() + 5 {
            holders.of(value, &values, &sets);
        }
        assert_eq!(of(holders.of(2, &values, &sets)), [2, 5, 6]);
        assert!(holders.bytes() > 0);
    }
}
