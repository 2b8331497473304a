//! One page: all columns of [`PAGE`](super::PAGE) rows.

use std::sync::Arc;

use super::cells::Cells;
use super::fields::{ALIVE, BITS, CELLS, Extra, NUMBERS, Row, Words};
use super::mask::Mask;
use super::numbers::Numbers;

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
        for (column, value) in self.numbers.iter_mut().zip(row.numbers) {
            if column.get(at) != value {
                Arc::make_mut(column).set(at, value);
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
        self.numbers.get(column).and_then(|numbers| numbers.get(at))
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
        let cells: usize = self.cells.iter().map(|column| column.bytes()).sum();
        let numbers: usize = self.numbers.iter().map(|column| column.bytes()).sum();
        let notes: usize = self
            .notes
            .iter()
            .flat_map(|(_, notes)| notes)
            .map(|words| words.bytes() + size_of::<Words>())
            .sum();
        cells
            + numbers
            + notes
            + size_of::<Self>()
            + size_of::<[Mask; BITS]>()
            + (CELLS + NUMBERS) * 48
    }
}
