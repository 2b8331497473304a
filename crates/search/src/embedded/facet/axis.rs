//! Which columns or rows of the table a mention belongs to.

use domain::filter::{IdField, NumberField, WordField};

use super::super::columns::cells::{Cell, Cells};
use super::super::columns::dictionary::{Dictionary, members};
use super::super::columns::fields::{Extra, id_column, number_column, word_column};
use super::super::columns::mask::Mask;
use super::super::columns::numbers::Numbers;
use super::super::columns::page::Page;
use super::super::columns::{index, number};
use super::super::select::Node;
use super::Chosen;
use super::calendar::Calendar;
use crate::SearchError;
use crate::facets::{Axis, FacetLabel, FacetQuery};

/// No bucket.
const NONE: u32 = u32::MAX;

/// An axis with its labels.
pub(super) struct Labelled {
    pub(super) labels: Vec<FacetLabel>,
    pub(super) buckets: Buckets,
}

/// From a row to buckets.
pub(super) enum Buckets {
    /// There is no axis.
    Single,
    Cells {
        column: usize,
        /// Buckets of each code.
        of_code: Vec<Wanted>,
        /// Buckets of the sets, one after another.
        members: Vec<u32>,
    },
    /// One bucket for each number, for identifiers that nearly every mention has of its own.
    Ids {
        column: usize,
        ids: Vec<i64>,
        bucket: Vec<u32>,
    },
    Calendar {
        column: usize,
        calendar: Calendar,
    },
    Filters(Vec<Node>),
}

/// The buckets of a code.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    None,
    One(u32),
    /// From, up to but not at, in the list of members.
    Several(u32, u32),
}

impl Labelled {
    pub(super) fn single() -> Self {
        Self {
            labels: vec![FacetLabel::default()],
            buckets: Buckets::Single,
        }
    }

    pub(super) fn of(
        rows: &Chosen<'_>,
        axis: Axis,
        size: usize,
        query: &FacetQuery<'_>,
    ) -> Result<Self, SearchError> {
        match axis {
            Axis::Word(field) => Ok(Self::cells(
                rows,
                word_column(field),
                size,
                |words, word| word_label(words, word, field),
            )),
            Axis::Id(field) => match id_column(field) {
                Some(column) => Ok(Self::cells(rows, column, size, id_label)),
                None => Ok(Self::ids(rows, field, size)),
            },
            Axis::Date { field, grouping } => {
                if !matches!(
                    field,
                    NumberField::Added
                        | NumberField::Published
                        | NumberField::LastAction
                        | NumberField::LastStatus
                        | NumberField::FirstReply
                ) {
                    return Err(SearchError::Invalid(
                        "a calendar needs a moment in time".to_owned(),
                    ));
                }
                let column = number_column(field);
                let is_added = field == NumberField::Added;
                let (from, to) = query.added;
                let bounds = span(rows, column).map(|(least, greatest)| {
                    let from = if is_added && from.0 != i64::MIN {
                        from.0
                    } else {
                        least
                    };
                    let to = if is_added && to.0 != i64::MAX {
                        to.0
                    } else {
                        greatest
                    };
                    (from, to)
                });
                let given =
                    (is_added && from.0 != i64::MIN && to.0 != i64::MAX).then_some((from.0, to.0));
                let calendar = Calendar::new(grouping, query.timezone, bounds.or(given))?;
                Ok(Self {
                    labels: calendar.labels(),
                    buckets: Buckets::Calendar { column, calendar },
                })
            }
        }
    }

    /// The most frequent values of a column of cells.
    fn cells(
        rows: &Chosen<'_>,
        column: usize,
        size: usize,
        label: impl Fn(&Dictionary, u32) -> (SortKey, FacetLabel),
    ) -> Self {
        let Some((values, sets)) = rows.view.dictionaries.of(column) else {
            return Self::single();
        };
        let (value_count, set_count) = (values.len(), sets.len());
        let mut by_code = vec![0_u64; value_count.max(set_count) * 2 + 2];
        rows.pages(|_, page, mask| {
            if let Some(cells) = page.cells.get(column) {
                mask.walk(|at| {
                    if let Some(count) = by_code.get_mut(index(cells.get(at))) {
                        *count += 1;
                    }
                    true
                });
            }
        });
        let mut counts = vec![0_u64; value_count];
        for (value, count) in (0..).zip(&mut counts) {
            *count = by_code
                .get(index(Cell::One(value).code()))
                .copied()
                .unwrap_or(0);
        }
        let blocks = sets.blocks();
        let all_sets = || {
            blocks
                .iter()
                .flat_map(|block| block.entries().map(|(key, _)| key))
        };
        for (set, key) in (0..).zip(all_sets()) {
            let count = by_code
                .get(index(Cell::Set(set).code()))
                .copied()
                .unwrap_or(0);
            if count > 0 {
                for member in members(key) {
                    if let Some(slot) = counts.get_mut(index(member)) {
                        *slot += count;
                    }
                }
            }
        }
        let chosen = most_frequent(&counts, size, |value| label(values, value));
        let mut bucket = vec![NONE; value_count];
        let mut of_code = vec![Wanted::None; by_code.len()];
        for (place, (value, _)) in chosen.iter().enumerate() {
            if let Some(slot) = bucket.get_mut(index(*value)) {
                *slot = number(place);
            }
            if let Some(slot) = of_code.get_mut(index(Cell::One(*value).code())) {
                *slot = Wanted::One(number(place));
            }
        }
        let mut in_sets = Vec::new();
        for (set, key) in (0..).zip(all_sets()) {
            let start = number(in_sets.len());
            in_sets.extend(
                members(key)
                    .filter_map(|member| bucket.get(index(member)).copied())
                    .filter(|bucket| *bucket != NONE),
            );
            if let Some(slot) = of_code.get_mut(index(Cell::Set(set).code())) {
                *slot = Wanted::Several(start, number(in_sets.len()));
            }
        }
        Self {
            labels: chosen.into_iter().map(|(_, label)| label).collect(),
            buckets: Buckets::Cells {
                column,
                of_code,
                members: in_sets,
            },
        }
    }

    fn ids(rows: &Chosen<'_>, field: IdField, size: usize) -> Self {
        let column = match field {
            IdField::Conversation => Extra::Conversation,
            _ => Extra::Id,
        }
        .column();
        let mut all = Vec::new();
        rows.pages(|_, page, mask| {
            mask.walk(|at| {
                all.extend(page.number(column, at));
                true
            });
        });
        all.sort_unstable();
        let mut counted: Vec<(i64, u64)> = Vec::new();
        for id in all {
            match counted.last_mut() {
                Some((last, count)) if *last == id => *count += 1,
                _ => counted.push((id, 1)),
            }
        }
        let counts: Vec<u64> = counted.iter().map(|(_, count)| *count).collect();
        let chosen = most_frequent(&counts, size, |place| {
            let id = counted.get(index(place)).map_or(0, |(id, _)| *id);
            (SortKey::Number(id), plain(id))
        });
        let mut pairs: Vec<(i64, u32)> = chosen
            .iter()
            .enumerate()
            .filter_map(|(bucket, (place, _))| {
                counted
                    .get(index(*place))
                    .map(|(id, _)| (*id, number(bucket)))
            })
            .collect();
        pairs.sort_unstable();
        let (ids, bucket) = pairs.into_iter().unzip();
        Self {
            labels: chosen.into_iter().map(|(_, label)| label).collect(),
            buckets: Buckets::Ids {
                column,
                ids,
                bucket,
            },
        }
    }
}

/// What labels with equal counts are ordered by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum SortKey {
    Number(i64),
    Text(Vec<u8>),
}

fn word_label(words: &Dictionary, word: u32, field: WordField) -> (SortKey, FacetLabel) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    words
        .with(word, |folded, written| {
            // Service and author are separated by a control character, which is for machines.
            let written = if written.is_empty() || field == WordField::AuthorKey {
                folded
            } else {
                written
            };
            let label = FacetLabel {
                id: text(folded),
                text: text(written),
            };
            (SortKey::Text(folded.to_vec()), label)
        })
        .unwrap_or((SortKey::Number(0), FacetLabel::default()))
}

fn id_label(ids: &Dictionary, id: u32) -> (SortKey, FacetLabel) {
    let id = ids
        .with(id, |key, _| key.try_into().map(i64::from_le_bytes))
        .and_then(Result::ok)
        .unwrap_or_default();
    (SortKey::Number(id), plain(id))
}

pub(super) fn plain(number: i64) -> FacetLabel {
    FacetLabel {
        id: number.to_string(),
        text: number.to_string(),
    }
}

/// The values with the greatest counts, then by label.
fn most_frequent(
    counts: &[u64],
    size: usize,
    label: impl Fn(u32) -> (SortKey, FacetLabel),
) -> Vec<(u32, FacetLabel)> {
    let mut present: Vec<(u64, u32)> = (0..)
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(value, count)| (*count, value))
        .collect();
    // Labels are made only for those that may be chosen.
    if let Some(last) = size.checked_sub(1)
        && last < present.len()
    {
        let (_, (least, _), _) = present.select_nth_unstable_by(last, |one, other| other.cmp(one));
        let least = *least;
        present.retain(|(count, _)| *count >= least);
    }
    let mut labelled: Vec<_> = present
        .into_iter()
        .map(|(count, value)| {
            let (key, label) = label(value);
            (std::cmp::Reverse(count), key, value, label)
        })
        .collect();
    labelled.sort_by(|one, other| (one.0, &one.1, one.2).cmp(&(other.0, &other.1, other.2)));
    labelled.truncate(size);
    labelled
        .into_iter()
        .map(|(_, _, value, label)| (value, label))
        .collect()
}

/// Least and greatest number of a column.
fn span(rows: &Chosen<'_>, column: usize) -> Option<(i64, i64)> {
    let mut span: Option<(i64, i64)> = None;
    rows.pages(|_, page, mask| {
        if let Some(numbers) = page.numbers.get(column) {
            let mut with = numbers.present();
            with.and(mask);
            with.walk(|at| {
                if let Some(value) = numbers.get(at) {
                    let (least, greatest) = span.unwrap_or((value, value));
                    span = Some((least.min(value), greatest.max(value)));
                }
                true
            });
        }
    });
    span
}

/// Buckets of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found {
    None,
    One(u32),
    /// Any number of them: ask for all.
    Several,
}

/// The buckets of the rows of one page.
pub(super) enum OnPage<'a> {
    Single,
    Cells(&'a Cells, &'a [Wanted], &'a [u32]),
    Ids(&'a Numbers, &'a [i64], &'a [u32]),
    Calendar(&'a Numbers, &'a Calendar, usize),
    Filters(Vec<Mask>),
}

impl Buckets {
    pub(super) fn on<'a>(&'a self, number: usize, page: &'a Page, mask: &Mask) -> OnPage<'a> {
        const NO_CELLS: &Cells = &Cells::Empty;
        const NO_NUMBERS: &Numbers = &Numbers::Empty;
        let numbers = |column: usize| page.numbers.get(column).map_or(NO_NUMBERS, |one| one);
        match self {
            Self::Single => OnPage::Single,
            Self::Cells {
                column,
                of_code,
                members,
            } => {
                let cells = page.cells.get(*column).map_or(NO_CELLS, |one| one);
                OnPage::Cells(cells, of_code, members)
            }
            Self::Ids {
                column,
                ids,
                bucket,
            } => OnPage::Ids(numbers(*column), ids, bucket),
            Self::Calendar { column, calendar } => OnPage::Calendar(numbers(*column), calendar, 0),
            Self::Filters(nodes) => OnPage::Filters(
                nodes
                    .iter()
                    .map(|node| node.select(number, page, mask))
                    .collect(),
            ),
        }
    }
}

impl OnPage<'_> {
    /// The bucket of a row, if it can have one at most.
    #[inline]
    pub(super) fn one(&mut self, at: usize) -> Found {
        let at_most_one = |bucket: Option<u32>| bucket.map_or(Found::None, Found::One);
        match self {
            Self::Single => Found::One(0),
            Self::Cells(cells, of_code, _) => match of_code.get(index(cells.get(at))) {
                Some(Wanted::One(bucket)) => Found::One(*bucket),
                Some(Wanted::Several(..)) => Found::Several,
                _ => Found::None,
            },
            Self::Ids(numbers, ids, bucket) => at_most_one(
                numbers
                    .get(at)
                    .and_then(|id| ids.binary_search(&id).ok())
                    .and_then(|place| bucket.get(place).copied()),
            ),
            Self::Calendar(numbers, calendar, last) => at_most_one(
                numbers
                    .get(at)
                    .and_then(|moment| calendar.bucket(moment, last)),
            ),
            Self::Filters(_) => Found::Several,
        }
    }

    /// All buckets of a row.
    pub(super) fn all(&mut self, at: usize, out: &mut Vec<u32>) {
        out.clear();
        match self.one(at) {
            Found::None => return,
            Found::One(bucket) => return out.push(bucket),
            Found::Several => {}
        }
        match self {
            Self::Cells(cells, of_code, members) => {
                if let Some(Wanted::Several(from, to)) = of_code.get(index(cells.get(at))) {
                    out.extend_from_slice(
                        members.get(index(*from)..index(*to)).unwrap_or_default(),
                    );
                }
            }
            Self::Filters(masks) => {
                out.extend(
                    (0..)
                        .zip(masks)
                        .filter(|(_, mask)| mask.get(at))
                        .map(|(bucket, _)| bucket),
                );
            }
            _ => {}
        }
    }
}
