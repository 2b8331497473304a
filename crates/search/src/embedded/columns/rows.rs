//! All rows of an account, in the order in which they came.
//!
//! Nearly always that is the order of (`date.added`, number), too, and a stretch of time is a
//! stretch of rows. A row that comes later than its time is marked *late*, and is also kept in a
//! small ordered list; the rest, the *regular* rows, are in order.
//!
//! A copy shares all pages with the original; changing the copy copies what changes.

use std::ops::Range;
use std::sync::Arc;

use domain::filter::NumberField;

use super::fields::{LATE, Row, number_column};
use super::late::Late;
use super::mask::Mask;
use super::page::Page;
use super::texts::Words;
use super::{PAGE, index, number};

const CHUNK: usize = 64;

/// What rows are in the order of: moment of arrival, number.
pub(in crate::embedded) type Key = (i64, i64);

#[derive(Debug, Clone)]
struct Entry {
    page: Arc<Page>,
    /// Greatest key up to the end of this page.
    greatest: Key,
}

/// The rows.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Rows {
    chunks: Vec<Arc<Vec<Entry>>>,
    len: usize,
    late: Arc<Late>,
}

impl Rows {
    pub(in crate::embedded) const fn len(&self) -> usize {
        self.len
    }

    pub(in crate::embedded) const fn pages(&self) -> usize {
        self.len.div_ceil(PAGE)
    }

    fn entry(&self, page: usize) -> Option<&Entry> {
        self.chunks.get(page / CHUNK)?.get(page % CHUNK)
    }

    pub(in crate::embedded) fn page(&self, page: usize) -> Option<&Page> {
        self.entry(page).map(|entry| &*entry.page)
    }

    fn page_mut(&mut self, page: usize) -> Option<&mut Entry> {
        Arc::make_mut(self.chunks.get_mut(page / CHUNK)?).get_mut(page % CHUNK)
    }

    pub(in crate::embedded) fn late(&self) -> &Late {
        &self.late
    }

    pub(in crate::embedded) fn row(&self, row: u32) -> Option<Row> {
        let row = index(row);
        (row < self.len)
            .then(|| self.page(row / PAGE))?
            .map(|page| page.row(row % PAGE))
    }

    pub(in crate::embedded) fn id(&self, row: u32) -> Option<i64> {
        let row = index(row);
        Some(self.page(row / PAGE)?.id(row % PAGE))
    }

    /// A number of a row.
    pub(in crate::embedded) fn number(&self, column: usize, row: u32) -> Option<i64> {
        let row = index(row);
        self.page(row / PAGE)?.number(column, row % PAGE)
    }

    pub(in crate::embedded) fn key(&self, row: usize) -> Key {
        self.page(row / PAGE)
            .map_or((i64::MIN, i64::MIN), |page| key(page, row % PAGE))
    }

    /// Stores another version of a row; moment of arrival and number are the same.
    pub(in crate::embedded) fn set(&mut self, row: u32, mut values: Row, notes: Vec<Words>) {
        let row = index(row);
        if let Some(entry) = self.page_mut(row / PAGE) {
            let is_late = entry.page.bit(LATE).get(row % PAGE);
            values.set_bit(LATE, is_late);
            Arc::make_mut(&mut entry.page).set(row % PAGE, &values, notes);
        }
    }

    /// Adds a row and answers with its number.
    pub(in crate::embedded) fn push(&mut self, mut values: Row, notes: Vec<Words>) -> u32 {
        let row = self.len;
        let added = values
            .numbers
            .get(number_column(NumberField::Added))
            .copied()
            .flatten();
        let key = (
            added.unwrap_or(i64::MIN),
            values.number(super::fields::Extra::Id).unwrap_or(i64::MIN),
        );
        let before = row.checked_sub(1).and_then(|last| self.entry(last / PAGE));
        let greatest = before.map(|entry| entry.greatest);
        let is_late = greatest.is_some_and(|greatest| key <= greatest);
        values.set_bit(LATE, is_late);
        if is_late {
            Arc::make_mut(&mut self.late).insert(key, number(row));
        }
        if row.is_multiple_of(PAGE) {
            if row.is_multiple_of(PAGE * CHUNK) {
                self.chunks.push(Arc::default());
            }
            if let Some(chunk) = self.chunks.last_mut() {
                Arc::make_mut(chunk).push(Entry {
                    page: Arc::default(),
                    greatest: greatest.unwrap_or(key),
                });
            }
        }
        self.len += 1;
        let is_full = self.len.is_multiple_of(PAGE);
        if let Some(entry) = self.page_mut(row / PAGE) {
            entry.greatest = entry.greatest.max(key);
            let page = Arc::make_mut(&mut entry.page);
            page.set(row % PAGE, &values, notes);
            if is_full {
                page.pack();
            }
        }
        number(row)
    }

    /// Takes pages that were kept, as many as `len` rows need.
    pub(in crate::embedded) fn restore<E>(
        &mut self,
        len: usize,
        mut next: impl FnMut() -> Result<Page, E>,
    ) -> Result<(), E> {
        let mut greatest: Option<Key> = None;
        let mut late = Vec::new();
        for number_of_page in 0..len.div_ceil(PAGE) {
            let page = next()?;
            let first = number_of_page * PAGE;
            Mask::range(0, len - first).walk(|at| {
                let key = key(&page, at);
                greatest = Some(greatest.map_or(key, |greatest| greatest.max(key)));
                if page.bit(LATE).get(at) {
                    late.push((key, number(first + at)));
                }
                true
            });
            if number_of_page.is_multiple_of(CHUNK) {
                self.chunks.push(Arc::default());
            }
            if let Some(chunk) = self.chunks.last_mut() {
                Arc::make_mut(chunk).push(Entry {
                    page: Arc::new(page),
                    greatest: greatest.unwrap_or((i64::MIN, i64::MIN)),
                });
            }
        }
        self.late = Arc::new(Late::of(late));
        self.len = len;
        Ok(())
    }

    /// First row from which on no regular row is smaller than `bound`.
    pub(in crate::embedded) fn lower_bound(&self, bound: Key) -> usize {
        let pages = self.pages();
        let (mut low, mut high) = (0, pages);
        while low < high {
            let middle = low.midpoint(high);
            if self
                .entry(middle)
                .is_some_and(|entry| entry.greatest < bound)
            {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let Some(page) = self.page(low) else {
            return self.len;
        };
        let mut regular = Mask::range(0, self.len - low * PAGE);
        regular.and_not(page.bit(LATE));
        let mut found = self.len.min((low + 1) * PAGE);
        regular.walk(|at| {
            let is_smaller = key(page, at) < bound;
            if !is_smaller {
                found = low * PAGE + at;
            }
            is_smaller
        });
        found
    }

    /// The stretch of rows whose regular rows arrived in the window.
    pub(in crate::embedded) fn range(&self, from: i64, to: i64) -> Range<usize> {
        let start = self.lower_bound((from, i64::MIN));
        let end = match to.checked_add(1) {
            Some(after) => self.lower_bound((after, i64::MIN)),
            None => self.len,
        };
        start..end.max(start)
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        let pages: usize = self
            .chunks
            .iter()
            .flat_map(|chunk| chunk.iter())
            .map(|entry| entry.page.bytes())
            .sum();
        pages + self.late.bytes()
    }
}

/// Where a row of a page stands in the order.
pub(in crate::embedded) fn key(page: &Page, at: usize) -> Key {
    (
        page.number(number_column(NumberField::Added), at)
            .unwrap_or(i64::MIN),
        page.id(at),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::embedded::columns::fields::Extra;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_window_is_a_stretch_of_rows_whatever_the_order_of_arrival(
            jumps in prop::collection::vec(prop_oneof![8 => 0_i64..5, 1 => -200_i64..0], 1..2_600),
            from in -10_i64..3_000,
            length in 0_i64..2_000,
        ) {
            let mut rows = Rows::default();
            let mut added = 0;
            let mut all = Vec::new();
            for (id, jump) in (0_i64..).zip(&jumps) {
                added += jump;
                let mut row = Row::EMPTY;
                row.numbers[number_column(NumberField::Added)] = Some(added);
                row.set_number(Extra::Id, id);
                rows.push(row, Vec::new());
                all.push(added);
            }
            let range = rows.range(from, from + length);
            let late: std::collections::BTreeSet<usize> =
                rows.late().from((i64::MIN, i64::MIN)).map(|(_, row)| index(row)).collect();
            for (row, added) in all.iter().enumerate() {
                if !late.contains(&row) {
                    let inside = (from..=from + length).contains(added);
                    prop_assert_eq!(range.contains(&row), inside, "row {} at {}", row, added);
                }
            }
        }
    }
}
