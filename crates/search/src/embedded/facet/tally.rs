//! What is measured in each cell.

use domain::filter::{NumberField, WordField};
use work::{Held, Stopped, Work};

use super::Table;
use crate::embedded::columns::cells::Cell;
use crate::embedded::columns::fields::{number_column, word_column};
use crate::embedded::columns::mask::Mask;
use crate::embedded::columns::table::Bits;
use crate::embedded::columns::{PAGE, page::Page};
use crate::embedded::lookup::units;
use crate::embedded::view::View;
use crate::facets::Metric;

/// Bytes of bit sets beyond which authors are collected in a list and sorted.
const MOST_BIT_BYTES: usize = 16 << 20;

/// The cells of the table, row after row.
pub(super) struct Tally {
    metric: Metric,
    cells: Vec<Tallied>,
    authors: Authors,
    /// For what is kept of authors.
    held: Option<Held>,
}

/// What is known of a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Tallied {
    rows: u64,
    sum: i128,
    with_number: u64,
}

/// Authors of each cell, once each.
enum Authors {
    NotAsked,
    Bits {
        authors: usize,
        cells: Vec<Option<Bits>>,
    },
    Pairs(Vec<(usize, u32)>),
}

impl Tally {
    pub(super) fn new(
        view: &View,
        metric: Metric,
        cells: usize,
        work: &Work,
    ) -> Result<Self, Stopped> {
        let authors = view
            .dictionaries
            .of(word_column(WordField::AuthorKey))
            .map_or(0, |(words, _)| words.len());
        let bytes = (authors / 8).saturating_mul(cells);
        let is_asked = metric == Metric::AuthorCardinality;
        let has_bits = is_asked && bytes <= MOST_BIT_BYTES;
        Ok(Self {
            metric,
            cells: vec![Tallied::default(); cells],
            held: if is_asked {
                Some(work.hold(if has_bits { bytes } else { 0 })?)
            } else {
                None
            },
            authors: match metric {
                Metric::AuthorCardinality if has_bits => Authors::Bits {
                    authors,
                    cells: vec![None; cells],
                },
                Metric::AuthorCardinality => Authors::Pairs(Vec::new()),
                _ => Authors::NotAsked,
            },
        })
    }

    pub(super) const fn metric(&self) -> Metric {
        self.metric
    }

    /// A finished table of numbers of rows.
    pub(super) fn of_counts(counts: Vec<u64>) -> Vec<Option<f64>> {
        let mut tally = Self {
            metric: Metric::Mentions,
            cells: vec![Tallied::default(); counts.len()],
            authors: Authors::NotAsked,
            held: None,
        };
        for (cell, count) in tally.cells.iter_mut().zip(counts) {
            cell.rows = count;
        }
        tally.finish()
    }

    /// The column whose numbers are summed up.
    pub(super) fn sums_of(metric: Metric) -> Option<usize> {
        match metric {
            Metric::Average(field) | Metric::Sum(field) => Some(number_column(field)),
            Metric::Mentions | Metric::AuthorCardinality => None,
        }
    }

    /// Adds rows that were counted together: how many, and the sum of how many numbers.
    pub(super) fn add(&mut self, cell: usize, rows: u64, (sum, with_number): (i128, u32)) {
        if let Some(cell) = self.cells.get_mut(cell) {
            cell.rows += rows;
            cell.sum += sum;
            cell.with_number += u64::from(with_number);
        }
    }

    /// Adds a row of the page that was read to the cells of a pair of slots.
    #[inline]
    pub(super) fn cell_of_row(
        &mut self,
        table: &Table<'_>,
        (key, segment): (u32, u32),
        read: &Read,
        at: usize,
        work: &Work,
    ) -> Result<(), Stopped> {
        work.spend(table.cost(key, segment))?;
        let mut added = Ok(());
        table.cells(key, segment, |cell| {
            if added.is_ok() {
                added = self.add_row(cell, read, at);
            }
        });
        added
    }

    /// What [`finish`](Self::finish) takes, in units.
    pub(super) fn cost(&self) -> u64 {
        match &self.authors {
            Authors::Bits { authors, cells } => {
                let with = cells.iter().filter(|bits| bits.is_some()).count();
                units(authors.saturating_mul(with), 8_192) + units(cells.len(), 20)
            }
            Authors::Pairs(pairs) => units(pairs.len(), 2),
            Authors::NotAsked => units(self.cells.len(), 20),
        }
    }

    /// Adds a row of the page that was read.
    #[inline]
    fn add_row(&mut self, cell: usize, read: &Read, at: usize) -> Result<(), Stopped> {
        let code = || read.authors.get(at).copied().map(Cell::from_code);
        match &mut self.authors {
            Authors::NotAsked => {
                let number = read.present.get(at).then(|| read.numbers.get(at));
                let sum = number
                    .flatten()
                    .map_or((0, 0), |number| (i128::from(*number), 1));
                self.add(cell, 1, sum);
            }
            Authors::Bits { authors, cells } => {
                if let (Some(Cell::One(author)), Some(bits)) = (code(), cells.get_mut(cell)) {
                    bits.get_or_insert_with(|| Bits::with(*authors))
                        .insert(author);
                }
            }
            Authors::Pairs(pairs) => {
                if let Some(Cell::One(author)) = code() {
                    pairs.push((cell, author));
                    // Repeats are dropped now and then, so that the list stays in proportion.
                    if pairs.len().is_power_of_two() && pairs.len() >= 1 << 17 {
                        pairs.sort_unstable();
                        pairs.dedup();
                        if let Some(held) = &mut self.held {
                            held.at_least(pairs.len() * size_of::<(usize, u32)>() * 4)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds all rows of the page that was read to one cell; only for authors.
    pub(super) fn add_authors(
        &mut self,
        cell: usize,
        read: &Read,
        mask: &Mask,
    ) -> Result<(), Stopped> {
        let Authors::Bits { authors, cells } = &mut self.authors else {
            return super::each_of(mask, |at| self.add_row(cell, read, at));
        };
        let Some(bits) = cells.get_mut(cell) else {
            return Ok(());
        };
        let bits = bits.get_or_insert_with(|| Bits::with(*authors));
        let (chunks, _) = read.authors.as_chunks::<64>();
        for (word, codes) in mask.0.iter().zip(chunks) {
            for (at, code) in codes.iter().enumerate() {
                if let (Cell::One(author), 1) = (Cell::from_code(*code), *word >> at & 1) {
                    bits.insert(author);
                }
            }
        }
        Ok(())
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "counts and sums are shown; beyond 2^53 the last digits do not matter"
    )]
    pub(super) fn finish(self) -> Vec<Option<f64>> {
        let counts = |counts: Vec<u64>| counts.into_iter().map(|n| Some(n as f64)).collect();
        match (self.authors, self.metric) {
            (Authors::Bits { cells, .. }, _) => counts(
                cells
                    .into_iter()
                    .map(|bits| bits.map_or(0, |bits| u64::from(bits.count())))
                    .collect(),
            ),
            (Authors::Pairs(mut pairs), _) => {
                pairs.sort_unstable();
                pairs.dedup();
                let mut of_cell = vec![0_u64; self.cells.len()];
                for (cell, _) in pairs {
                    if let Some(count) = of_cell.get_mut(cell) {
                        *count += 1;
                    }
                }
                counts(of_cell)
            }
            (Authors::NotAsked, Metric::Average(field)) => {
                let mean = |cell: Tallied| {
                    (cell.with_number > 0)
                        .then(|| cell.sum as f64 / cell.with_number as f64 / unit(field))
                };
                self.cells.into_iter().map(mean).collect()
            }
            (Authors::NotAsked, Metric::Sum(field)) => self
                .cells
                .into_iter()
                .map(|cell| Some(cell.sum as f64 / unit(field)))
                .collect(),
            (Authors::NotAsked, _) => counts(self.cells.iter().map(|cell| cell.rows).collect()),
        }
    }
}

/// Scores are kept in hundredths.
const fn unit(field: NumberField) -> f64 {
    match field {
        NumberField::Rating | NumberField::Csat | NumberField::Nps => 100.0,
        _ => 1.0,
    }
}

/// What a tally needs of a page.
pub(super) struct Read {
    authors: [u32; PAGE],
    numbers: [i64; PAGE],
    present: Mask,
}

impl Read {
    pub(super) const fn new() -> Self {
        Self {
            authors: [0; PAGE],
            numbers: [0; PAGE],
            present: Mask::NONE,
        }
    }

    pub(super) fn page(&mut self, metric: Metric, page: &Page) {
        if metric == Metric::AuthorCardinality {
            let column = word_column(WordField::AuthorKey);
            if let Some(cells) = page.cells.get(column) {
                cells.read(&mut self.authors);
            }
        } else if let Some(column) = Tally::sums_of(metric) {
            self.present = *page.present(column);
            page.read_numbers(column, &mut self.numbers);
        }
    }
}
