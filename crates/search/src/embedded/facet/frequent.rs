//! The most frequent values of a column of cells. Sets are taken apart once each.

use work::{Stopped, Work};

use super::Chosen;
use super::axis::{Buckets, Labelled};
use super::labels::{label, most_frequent};
use crate::embedded::columns::cells::Cell;
use crate::embedded::columns::dictionary::{Dictionary, members};
use crate::embedded::columns::index;
use crate::embedded::lookup::units;
use crate::facets::Axis;

/// How many rows each code has.
pub(super) struct Counted<'a> {
    axis: Axis,
    /// Values and sets.
    dictionaries: Option<(&'a Dictionary, &'a Dictionary)>,
    by_code: &'a [u64],
}

impl<'a> Counted<'a> {
    pub(super) fn new(rows: &Chosen<'a>, axis: Axis, column: usize, by_code: &'a [u64]) -> Self {
        Self {
            axis,
            dictionaries: rows.view.dictionaries.of(column),
            by_code,
        }
    }

    /// The cells that occur, with their codes and numbers of rows, in the order of codes.
    fn present(&self) -> impl Iterator<Item = (Cell, u32, u64)> {
        (0..)
            .zip(self.by_code)
            .filter(|(_, count)| **count > 0)
            .map(|(code, count)| (Cell::from_code(code), code, *count))
    }

    fn present_sets(&self) -> impl Iterator<Item = u32> {
        self.present().filter_map(|(cell, _, _)| match cell {
            Cell::Set(set) => Some(set),
            _ => None,
        })
    }

    /// Labels of the most frequent values.
    pub(super) fn label(
        &self,
        size: usize,
        with_buckets: bool,
        work: &Work,
    ) -> Result<Labelled, Stopped> {
        let Some((values, sets)) = self.dictionaries else {
            return Ok(Labelled {
                labels: Vec::new(),
                counts: None,
                buckets: Buckets::default(),
            });
        };
        let counts = self.by_value(values, sets, work)?;
        let chosen = most_frequent(&counts, size, work, |value| label(self.axis, values, value))?;
        let count = |value: u32| counts.get(index(value)).copied().unwrap_or(0);
        let mut buckets = Buckets::default();
        if with_buckets {
            // From a value to its bucket, counted from 1.
            let mut bucket_of = vec![0_u32; values.len()];
            for (bucket, (value, _)) in (1..).zip(&chosen) {
                if let Some(slot) = bucket_of.get_mut(index(*value)) {
                    *slot = bucket;
                }
            }
            let bucket = |value: u32| bucket_of.get(index(value))?.checked_sub(1);
            for (cell, code, _) in self.present() {
                if let Cell::One(value) = cell
                    && let Some(bucket) = bucket(value)
                {
                    buckets.put(code, std::iter::once(bucket));
                }
            }
            sets.each_key(self.present_sets(), |set, key| {
                buckets.put(Cell::Set(set).code(), members(key).filter_map(bucket));
            });
        }
        Ok(Labelled {
            counts: Some(chosen.iter().map(|(value, _)| count(*value)).collect()),
            labels: chosen.into_iter().map(|(_, label)| label).collect(),
            buckets,
        })
    }

    /// Rows of each value, alone or in a set.
    fn by_value(
        &self,
        values: &Dictionary,
        sets: &Dictionary,
        work: &Work,
    ) -> Result<Vec<u64>, Stopped> {
        // Twice when buckets are made, too.
        work.spend(units(values.len(), 50) + units(self.present_sets().count(), 2))?;
        let mut counts = vec![0_u64; values.len()];
        let mut add = |value: u32, more: u64| {
            if let Some(count) = counts.get_mut(index(value)) {
                *count += more;
            }
        };
        for (cell, _, count) in self.present() {
            if let Cell::One(value) = cell {
                add(value, count);
            }
        }
        let count_of = |set| {
            let code = index(Cell::Set(set).code());
            self.by_code.get(code).copied().unwrap_or(0)
        };
        sets.each_key(self.present_sets(), |set, key| {
            let count = count_of(set);
            members(key).for_each(|member| add(member, count));
        });
        Ok(counts)
    }
}
