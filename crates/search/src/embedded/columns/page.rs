//! One page: all columns of [`PAGE`] rows.

use std::ops::Bound;
use std::sync::Arc;

use super::PAGE;
use super::cells::Cells;
use super::fields::{ALIVE, BITS, CELLS, Extra, NUMBERS, Row, reference};
use super::ints::gather;
use super::mask::Mask;
use super::numbers::{Numbers, inclusive};
use super::texts::Words;

/// What a piece of memory costs beside its contents: the allocator's note, rounding, and the
/// counts of those who share it.
const ALLOCATION: usize = 16;

/// Columns are shared with older pages until they change.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Page {
    pub(in crate::embedded) cells: [Arc<Cells>; CELLS],
    pub(in crate::embedded) numbers: [Arc<Numbers>; NUMBERS],
    pub(in crate::embedded) bits: Arc<[Mask; BITS]>,
    /// Words of notes, by row, ascending.
    pub(in crate::embedded) notes: Arc<Vec<(u16, Vec<Words>)>>,
}

impl Default for Page {
    fn default() -> Self {
        let cells = Arc::<Cells>::default();
        let numbers = Arc::<Numbers>::default();
        Self {
            cells: std::array::from_fn(|_| cells.clone()),
            numbers: std::array::from_fn(|_| numbers.clone()),
            bits: Arc::new([Mask::NONE; BITS]),
            notes: Arc::default(),
        }
    }
}

impl Page {
    /// Stores a row, copying only the columns whose value differs.
    pub(in crate::embedded) fn set(&mut self, at: usize, row: &Row, notes: Vec<Words>) {
        for (column, code) in self.cells.iter_mut().zip(row.cells) {
            if column.get(at) != code {
                Arc::make_mut(column).set(at, code);
            }
        }
        for (number, column) in self.numbers.iter_mut().enumerate() {
            let value = row.numbers.get(number).copied().flatten();
            let stored = value.map(|value| match reference(number) {
                Some(other) => {
                    value.wrapping_sub(row.numbers.get(other).copied().flatten().unwrap_or(0))
                }
                None => value,
            });
            if column.get(at) != stored {
                Arc::make_mut(column).set(at, stored);
            }
        }
        let differs = self
            .bits
            .iter()
            .zip(row.bits)
            .any(|(mask, bit)| mask.get(at) != bit);
        if differs {
            for (mask, bit) in Arc::make_mut(&mut self.bits).iter_mut().zip(row.bits) {
                mask.set(at, bit);
            }
        }
        let Ok(at) = u16::try_from(at) else { return };
        let place = self.notes.binary_search_by_key(&at, |(row, _)| *row);
        match place {
            Ok(place) if notes.is_empty() => {
                Arc::make_mut(&mut self.notes).remove(place);
            }
            Ok(place) => {
                if self
                    .notes
                    .get(place)
                    .is_some_and(|(_, known)| *known != notes)
                    && let Some(slot) = Arc::make_mut(&mut self.notes).get_mut(place)
                {
                    slot.1 = notes;
                }
            }
            Err(_) if notes.is_empty() => {}
            Err(place) => Arc::make_mut(&mut self.notes).insert(place, (at, notes)),
        }
    }

    /// The row as it was stored.
    pub(in crate::embedded) fn row(&self, at: usize) -> Row {
        Row {
            cells: std::array::from_fn(|column| self.cell(column, at)),
            numbers: std::array::from_fn(|column| self.number(column, at)),
            bits: std::array::from_fn(|column| self.bit(column).get(at)),
        }
    }

    /// Makes a page whose rows are all there as small as it can be.
    pub(in crate::embedded) fn pack(&mut self) {
        let nothing = Arc::<Cells>::default();
        for column in &mut self.cells {
            if matches!(**column, Cells::Each(_)) {
                Arc::make_mut(column).pack();
            }
            if matches!(**column, Cells::Same(0)) {
                *column = nothing.clone();
            }
        }
        for column in &mut self.numbers {
            if !column.is_empty() {
                Arc::make_mut(column).pack();
            }
        }
    }

    pub(in crate::embedded) fn notes_of(&self, at: usize) -> &[Words] {
        u16::try_from(at)
            .ok()
            .and_then(|at| self.notes.binary_search_by_key(&at, |(row, _)| *row).ok())
            .and_then(|place| self.notes.get(place))
            .map_or(&[], |(_, notes)| notes)
    }

    pub(in crate::embedded) fn cell(&self, column: usize, at: usize) -> u32 {
        self.cells.get(column).map_or(0, |cells| cells.get(at))
    }

    pub(in crate::embedded) fn number(&self, column: usize, at: usize) -> Option<i64> {
        let stored = self.numbers.get(column)?.get(at)?;
        Some(match reference(column) {
            Some(other) => stored.wrapping_add(self.stored(other, at)),
            None => stored,
        })
    }

    /// What differences are kept against; 0 for a row without it.
    fn stored(&self, column: usize, at: usize) -> i64 {
        self.numbers
            .get(column)
            .and_then(|numbers| numbers.get(at))
            .unwrap_or(0)
    }

    /// The rows that have a number in a column.
    pub(in crate::embedded) fn present(&self, column: usize) -> &Mask {
        self.numbers
            .get(column)
            .map_or(&Mask::NONE, |numbers| numbers.present())
    }

    /// The numbers of a column, of the rows that have one.
    pub(in crate::embedded) fn read_numbers(&self, column: usize, out: &mut [i64; PAGE]) {
        let Some(numbers) = self.numbers.get(column) else {
            return;
        };
        numbers.read(out);
        let reference = reference(column).and_then(|other| self.numbers.get(other));
        if let Some(other) = reference {
            let mut others = [0; PAGE];
            other.read(&mut others);
            for (out, other) in out.iter_mut().zip(&others) {
                *out = out.wrapping_add(*other);
            }
        }
    }

    /// No number of a column is smaller than the first nor greater than the second.
    pub(in crate::embedded) fn bounds(&self, column: usize) -> Option<(i64, i64)> {
        let (least, greatest) = self.numbers.get(column)?.bounds()?;
        let Some(other) = reference(column).and_then(|other| self.numbers.get(other)) else {
            return Some((least, greatest));
        };
        let others = other.bounds().unwrap_or((0, 0));
        // A row without the other number counts as if that were 0.
        let others = if self.present(column).is_within(other.present()) {
            others
        } else {
            (others.0.min(0), others.1.max(0))
        };
        match (least.checked_add(others.0), greatest.checked_add(others.1)) {
            (Some(least), Some(greatest)) => Some((least, greatest)),
            _ => Some((i64::MIN, i64::MAX)),
        }
    }

    /// The rows, among those of `within`, whose number lies in the range.
    pub(in crate::embedded) fn select_numbers(
        &self,
        column: usize,
        low: Bound<i64>,
        high: Bound<i64>,
        within: &Mask,
    ) -> Mask {
        let Some(numbers) = self.numbers.get(column) else {
            return Mask::NONE;
        };
        if reference(column).is_none() {
            return numbers.select(low, high, within);
        }
        let (Some((low, high)), Some((least, greatest))) =
            (inclusive(low, high), self.bounds(column))
        else {
            return Mask::NONE;
        };
        let mut found = *within;
        found.and(numbers.present());
        if low > greatest || high < least {
            return Mask::NONE;
        }
        if found.is_empty() || (low <= least && greatest <= high) {
            return found;
        }
        let mut values = [0; PAGE];
        self.read_numbers(column, &mut values);
        found.and(&Mask(gather(&values, |value| {
            low <= *value && *value <= high
        })));
        found
    }

    pub(in crate::embedded) fn id(&self, at: usize) -> i64 {
        self.number(Extra::Id.column(), at).unwrap_or(i64::MIN)
    }

    pub(in crate::embedded) fn bit(&self, column: usize) -> &Mask {
        self.bits.get(column).unwrap_or(&Mask::NONE)
    }

    pub(in crate::embedded) fn alive(&self) -> &Mask {
        self.bit(ALIVE)
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        // A column that is there costs its struct, two counts and what the allocator adds.
        let cells: usize = self
            .cells
            .iter()
            .filter(|column| !matches!(***column, Cells::Same(0)))
            .map(|column| column.bytes() + size_of::<Cells>() + 2 * ALLOCATION)
            .sum();
        let numbers: usize = self
            .numbers
            .iter()
            .filter(|column| !column.is_empty())
            .map(|column| column.bytes() + size_of::<Numbers>() + 2 * ALLOCATION)
            .sum();
        let notes: usize = self
            .notes
            .iter()
            .flat_map(|(_, notes)| notes)
            .map(|words| words.bytes() + size_of::<Words>() + 2 * ALLOCATION)
            .sum();
        cells + numbers + notes + size_of::<Self>() + size_of::<[Mask; BITS]>() + 6 * ALLOCATION
    }
}
