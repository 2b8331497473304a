//! What is measured in each cell.

use super::super::columns::cells::Cell;
use super::super::columns::fields::{number_column, word_column};
use super::super::columns::page::Page;
use super::super::columns::table::Bits;
use super::super::view::View;
use crate::facets::Metric;
use domain::filter::WordField;

/// Bytes of bit sets beyond which authors are collected in a list and sorted.
const MOST_BIT_BYTES: usize = 64 << 20;

/// The numbers of the table, row after row.
pub(super) enum Tally {
    Mentions(Vec<u64>),
    /// Sum and how many had a number; `mean` tells which is asked for.
    Numbers {
        column: usize,
        cells: Vec<(i128, u64)>,
        mean: bool,
    },
    AuthorBits {
        column: usize,
        authors: usize,
        cells: Vec<Option<Bits>>,
    },
    AuthorPairs {
        column: usize,
        pairs: Vec<(usize, u32)>,
        cells: usize,
    },
}

impl Tally {
    pub(super) fn new(view: &View, metric: Metric, cells: usize) -> Self {
        match metric {
            Metric::Mentions => Self::Mentions(vec![0; cells]),
            Metric::Average(field) => Self::Numbers {
                column: number_column(field),
                cells: vec![(0, 0); cells],
                mean: true,
            },
            Metric::Sum(field) => Self::Numbers {
                column: number_column(field),
                cells: vec![(0, 0); cells],
                mean: false,
            },
            Metric::AuthorCardinality => {
                let column = word_column(WordField::AuthorKey);
                let authors = view
                    .dictionaries
                    .of(column)
                    .map_or(0, |(words, _)| words.len());
                if (authors / 8).saturating_mul(cells) <= MOST_BIT_BYTES {
                    Self::AuthorBits {
                        column,
                        authors,
                        cells: vec![None; cells],
                    }
                } else {
                    Self::AuthorPairs {
                        column,
                        pairs: Vec::new(),
                        cells,
                    }
                }
            }
        }
    }

    /// Counts a row in a cell.
    #[inline]
    pub(super) fn add(&mut self, cell: usize, page: &Page, at: usize) {
        match self {
            Self::Mentions(cells) => {
                if let Some(count) = cells.get_mut(cell) {
                    *count += 1;
                }
            }
            Self::Numbers { column, cells, .. } => {
                if let (Some(value), Some((sum, count))) =
                    (page.number(*column, at), cells.get_mut(cell))
                {
                    *sum += i128::from(value);
                    *count += 1;
                }
            }
            Self::AuthorBits {
                column,
                authors,
                cells,
            } => {
                if let (Cell::One(author), Some(bits)) =
                    (Cell::from_code(page.cell(*column, at)), cells.get_mut(cell))
                {
                    bits.get_or_insert_with(|| Bits::with(*authors))
                        .insert(author);
                }
            }
            Self::AuthorPairs { column, pairs, .. } => {
                if let Cell::One(author) = Cell::from_code(page.cell(*column, at)) {
                    pairs.push((cell, author));
                    // Repeats are dropped now and then, so that the list stays in proportion.
                    if pairs.len().is_power_of_two() && pairs.len() >= 1 << 20 {
                        pairs.sort_unstable();
                        pairs.dedup();
                    }
                }
            }
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "counts and sums are shown; beyond 2^53 the last digits do not matter"
    )]
    pub(super) fn finish(self) -> Vec<Option<f64>> {
        match self {
            Self::Mentions(cells) => cells.into_iter().map(|count| Some(count as f64)).collect(),
            Self::Numbers { cells, mean, .. } => cells
                .into_iter()
                .map(|(sum, count)| match (mean, count) {
                    (false, _) => Some(sum as f64),
                    (true, 0) => None,
                    (true, count) => Some(sum as f64 / count as f64),
                })
                .collect(),
            Self::AuthorBits { cells, .. } => cells
                .into_iter()
                .map(|bits| Some(f64::from(bits.map_or(0, |bits| bits.count()))))
                .collect(),
            Self::AuthorPairs {
                mut pairs, cells, ..
            } => {
                pairs.sort_unstable();
                pairs.dedup();
                let mut counts = vec![0_u64; cells];
                for (cell, _) in pairs {
                    if let Some(count) = counts.get_mut(cell) {
                        *count += 1;
                    }
                }
                counts.into_iter().map(|count| Some(count as f64)).collect()
            }
        }
    }
}
