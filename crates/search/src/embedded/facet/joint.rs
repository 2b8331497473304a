//! Counts slots of both axes together, in loops over whole pages that know nothing of labels.

use work::{Held, Stopped, Work};

use super::Chosen;
use super::axis::{Line, Slots, Source};
use crate::embedded::columns::PAGE;
use crate::embedded::columns::index;
use crate::embedded::columns::mask::Mask;
use crate::embedded::columns::page::Page;
use crate::embedded::lookup::units;
use crate::embedded::select::Node;

/// Up to so many slots rows are counted in turns in [`LANES`] tables: counting the same slot
/// again has to wait for the count before.
const SMALL: usize = 1 << 10;
const LANES: usize = 4;

/// What belongs to each pair of slots; the slot on the second axis counts fastest.
pub(super) struct Joint {
    /// Slots on the second axis.
    width: usize,
    /// Rows, in each lane.
    counts: [Vec<u32>; LANES],
    /// Sum of a column of numbers, and how many rows have one.
    sums: Option<Sums>,
    _held: Held,
}

/// A page of which two columns are read and joined, in units.
const A_PAGE: u64 = 60;

struct Sums {
    column: usize,
    cells: Vec<(i128, u32)>,
}

impl Joint {
    /// An empty table for two axes with so many slots.
    pub(super) fn new(
        length: usize,
        width: usize,
        sums_of: Option<usize>,
        work: &Work,
    ) -> Result<Self, Stopped> {
        let slots = length * width;
        let a_slot = if sums_of.is_some() { 36 } else { 4 };
        let held = work.hold(slots * a_slot)?;
        work.spend(units(slots, 100))?;
        let mut counts = [const { Vec::new() }; LANES];
        let lanes = if slots <= SMALL { LANES } else { 1 };
        for lane in counts.iter_mut().take(lanes) {
            *lane = vec![0; slots];
        }
        Ok(Self {
            width,
            counts,
            sums: sums_of.map(|column| Sums {
                column,
                cells: vec![(0, 0); slots],
            }),
            _held: held,
        })
    }

    /// Counts all rows.
    pub(super) fn count(
        &mut self,
        rows: &Chosen<'_>,
        first: &Line,
        second: &Source,
    ) -> Result<(), Stopped> {
        rows.pages(A_PAGE, |_, page, mask| {
            let (one, other) = (first.source.same(page, mask), second.same(page, mask));
            if let (Some(one), Some(other), None) = (one, other, &self.sums) {
                self.add(index(one) * self.width + index(other), mask.count());
                return Ok(());
            }
            let (mut slots, mut others) = ([0; PAGE], [0; PAGE]);
            fill(&first.source, one, page, &mut slots);
            if self.width > 1 {
                fill(second, other, page, &mut others);
                join(&mut slots, self.width, &others);
            }
            self.count_page(page, mask, &slots);
            Ok(())
        })
    }

    /// Counts the rows that fit each filter; the slot behind the last filter has all rows.
    pub(super) fn count_filters(
        &mut self,
        rows: &Chosen<'_>,
        first: &Line,
        filters: &[Node],
    ) -> Result<(), Stopped> {
        rows.pages(A_PAGE, |number, page, mask| {
            let mut slots = [0; PAGE];
            fill(
                &first.source,
                first.source.same(page, mask),
                page,
                &mut slots,
            );
            let mut joined = [0; PAGE];
            for (filter, others) in (0..).zip(filters) {
                let fitting = others.select(number, page, mask, rows.work)?;
                if !fitting.is_empty() {
                    rows.work.spend(10)?;
                    joined.copy_from_slice(&slots);
                    join(&mut joined, self.width, &[filter; PAGE]);
                    self.count_page(page, &fitting, &joined);
                }
            }
            let behind = super::super::columns::number(filters.len());
            join(&mut slots, self.width, &[behind; PAGE]);
            self.count_page(page, mask, &slots);
            Ok(())
        })
    }

    fn add(&mut self, slot: usize, more: u64) {
        let [first, ..] = &mut self.counts;
        if let Some(count) = first.get_mut(slot) {
            *count = count.saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        }
    }

    fn count_page(&mut self, page: &Page, mask: &Mask, slots: &Slots) {
        let [first, second, third, fourth] = &mut self.counts;
        let is_small = !second.is_empty();
        let (chunks, _) = slots.as_chunks::<64>();
        for (word, slots) in mask.0.iter().zip(chunks) {
            if *word == u64::MAX && is_small {
                for [one, two, three, four] in slots.as_chunks().0 {
                    count(first, *one);
                    count(second, *two);
                    count(third, *three);
                    count(fourth, *four);
                }
            } else if *word == u64::MAX {
                for slot in slots {
                    count(first, *slot);
                }
            } else {
                let mut rest = *word;
                while rest != 0 {
                    if let Some(slot) = slots.get(index(rest.trailing_zeros())) {
                        count(first, *slot);
                    }
                    rest &= rest - 1;
                }
            }
        }
        if let Some(sums) = &mut self.sums {
            let mut with = *page.present(sums.column);
            with.and(mask);
            if with.is_empty() {
                return;
            }
            let mut values = [0; PAGE];
            page.read_numbers(sums.column, &mut values);
            with.walk(|at| {
                if let (Some(slot), Some(value)) = (slots.get(at), values.get(at))
                    && let Some((sum, count)) = sums.cells.get_mut(index(*slot))
                {
                    *sum += i128::from(*value);
                    *count += 1;
                }
                true
            });
        }
    }

    fn count_of(&self, slot: usize) -> u64 {
        self.counts
            .iter()
            .map(|lane| lane.get(slot).copied().map_or(0, u64::from))
            .sum()
    }

    /// Rows of each slot of the first axis; of all its pairs, or of those with one slot.
    pub(super) fn along_first(&self, only: Option<usize>) -> Vec<u64> {
        let [first, ..] = &self.counts;
        let pairs = |start: usize| match only {
            Some(other) => start + other..start + other + 1,
            None => start..start + self.width,
        };
        (0..first.len())
            .step_by(self.width.max(1))
            .map(|start| pairs(start).map(|slot| self.count_of(slot)).sum())
            .collect()
    }

    /// Rows of each slot of the second axis.
    pub(super) fn along_second(&self, work: &Work) -> Result<Vec<u64>, Stopped> {
        let mut sums = vec![0; self.width];
        self.each(work, |_, other, count, _| {
            if let Some(sum) = sums.get_mut(index(other)) {
                *sum += count;
            }
            Ok(())
        })?;
        Ok(sums)
    }

    /// Hands on each pair of slots that has rows: how many, and the sum of how many numbers.
    pub(super) fn each(
        &self,
        work: &Work,
        mut each: impl FnMut(u32, u32, u64, (i128, u32)) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let [first, ..] = &self.counts;
        work.spend(units(first.len(), 25))?;
        let (mut one, mut other) = (0_u32, 0_u32);
        for slot in 0..first.len() {
            let count = self.count_of(slot);
            if count > 0 {
                let sum = self
                    .sums
                    .as_ref()
                    .and_then(|sums| sums.cells.get(slot).copied())
                    .unwrap_or((0, 0));
                each(one, other, count, sum)?;
            }
            other += 1;
            if index(other) == self.width {
                (one, other) = (one + 1, 0);
            }
        }
        Ok(())
    }
}

#[inline]
fn count(counts: &mut [u32], slot: u32) {
    if let Some(count) = counts.get_mut(index(slot)) {
        *count += 1;
    }
}

fn fill(source: &Source, same: Option<u32>, page: &Page, out: &mut Slots) {
    match same {
        Some(slot) => out.fill(slot),
        None => source.read(page, out),
    }
}

fn join(slots: &mut Slots, width: usize, others: &Slots) {
    let width = super::super::columns::number(width);
    for (slot, other) in slots.iter_mut().zip(others) {
        *slot = slot.wrapping_mul(width).wrapping_add(*other);
    }
}
