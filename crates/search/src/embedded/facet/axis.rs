//! An axis of a table: every row of a page has a *slot* on it, a small number that is read from
//! the columns without knowing what it means; afterwards each slot belongs to labels.
//!
//! For words and numbers of a dictionary the slot is the code of the cell, so that sets are taken
//! apart once for each set and not for each row.

use std::collections::HashMap;

use domain::filter::{IdField, NumberField};

use work::{Held, Stopped};

use super::Chosen;
use super::calendar::Calendar;
use super::frequent::Counted;
use super::labels::{SortKey, most_frequent, plain};
use crate::SearchError;
use crate::embedded::columns::cells::Cells;
use crate::embedded::columns::fields::{Extra, id_column, number_column, word_column};
use crate::embedded::columns::mask::Mask;
use crate::embedded::columns::page::Page;
use crate::embedded::columns::{PAGE, index, number};
use crate::embedded::lookup::units;
use crate::facets::{Axis, FacetLabel, FacetQuery};

/// The slots of the rows of a page.
pub(super) type Slots = [u32; PAGE];

/// Where slots come from.
pub(super) enum Source {
    /// There is no axis; the slot is 0.
    Single,
    /// Codes of cells, or their classes.
    Cells {
        column: usize,
        classes: Option<Vec<u32>>,
    },
    /// Places among these identifiers, from 1; for identifiers that nearly every mention has of
    /// its own.
    Ids { column: usize, ids: Vec<i64> },
    /// Stretches of the calendar, from 1.
    Calendar { column: usize, calendar: Calendar },
}

/// Which labels each slot belongs to.
#[derive(Default)]
pub(super) struct Buckets {
    /// From, up to but not at, in the list.
    of_slot: Vec<(u32, u32)>,
    list: Vec<u32>,
}

impl Buckets {
    /// The labels of a slot.
    #[inline]
    pub(super) fn of(&self, slot: u32) -> &[u32] {
        self.of_slot
            .get(index(slot))
            .and_then(|(from, to)| self.list.get(index(*from)..index(*to)))
            .unwrap_or_default()
    }

    pub(super) fn put(&mut self, slot: u32, buckets: impl Iterator<Item = u32>) {
        let start = number(self.list.len());
        self.list.extend(buckets);
        if self.of_slot.len() <= index(slot) {
            self.of_slot.resize(index(slot) + 1, (0, 0));
        }
        if let Some(range) = self.of_slot.get_mut(index(slot)) {
            *range = (start, number(self.list.len()));
        }
    }
}

/// Labels, and the slots that belong to them.
pub(super) struct Labelled {
    pub(super) labels: Vec<FacetLabel>,
    /// Rows of each label, where that is known.
    pub(super) counts: Option<Vec<u64>>,
    pub(super) buckets: Buckets,
}

/// An axis.
pub(super) struct Line {
    pub(super) source: Source,
    /// Slots are below this.
    pub(super) slots: usize,
    /// What it is; `None` for no axis and for filters.
    axis: Option<Axis>,
    /// Most labels of words and numbers.
    size: usize,
    /// Labels that do not depend on how often each slot occurs, or that are known by now.
    pub(super) labelled: Option<Labelled>,
    /// For what is kept of each slot.
    held: Vec<Held>,
}

/// Bytes of a slot while it is counted: its rows, those of its value, the label of its value.
const COUNTED: usize = 12;
/// Bytes of a slot with its labels.
const BUCKETED: usize = 12;
/// Bytes of a slot with its class.
const CLASSED: usize = 4;

impl Line {
    pub(super) fn single() -> Self {
        let mut buckets = Buckets::default();
        buckets.put(0, std::iter::once(0));
        Self {
            source: Source::Single,
            slots: 1,
            axis: None,
            size: 1,
            labelled: Some(Labelled {
                labels: vec![FacetLabel::default()],
                counts: None,
                buckets,
            }),
            held: Vec::new(),
        }
    }

    pub(super) fn of(
        rows: &Chosen<'_>,
        axis: Axis,
        size: usize,
        query: &FacetQuery<'_>,
    ) -> Result<Self, SearchError> {
        let cells = |column| {
            let (values, sets) = rows
                .view
                .dictionaries
                .of(column)
                .map_or((0, 0), |both| (both.0.len(), both.1.len()));
            let sets = if rows.view.dictionaries.has_sets(column) {
                sets
            } else {
                0
            };
            Self {
                source: Source::Cells {
                    column,
                    classes: None,
                },
                slots: values.max(sets) * 2 + 2,
                axis: Some(axis),
                size,
                labelled: None,
                held: Vec::new(),
            }
        };
        match axis {
            Axis::Word(field) => Ok(cells(word_column(field))),
            Axis::Id(field) => Ok(match id_column(field) {
                Some(column) => cells(column),
                None => Self::ids(rows, axis, field, size)?,
            }),
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
                let bounds = bounds(rows, column, field == NumberField::Added, query)?;
                let calendar = Calendar::new(grouping, query.timezone, bounds)?;
                rows.work.spend(units(calendar.stretches(), 2))?;
                let mut buckets = Buckets::default();
                for (slot, bucket) in (1..).zip(calendar.buckets()) {
                    buckets.put(slot, std::iter::once(bucket));
                }
                Ok(Self {
                    slots: calendar.stretches() + 1,
                    axis: Some(axis),
                    size,
                    labelled: Some(Labelled {
                        labels: calendar.labels(),
                        counts: None,
                        buckets,
                    }),
                    source: Source::Calendar { column, calendar },
                    held: Vec::new(),
                })
            }
        }
    }

    fn ids(rows: &Chosen<'_>, axis: Axis, field: IdField, size: usize) -> Result<Self, Stopped> {
        let column = match field {
            IdField::Conversation => Extra::Conversation,
            _ => Extra::Id,
        }
        .column();
        let mut all = Vec::new();
        let mut values = [0; PAGE];
        let mut held = rows.work.hold(0)?;
        rows.pages(20, |_, page, mask| {
            page.read_numbers(column, &mut values);
            mask.walk(|at| {
                all.extend(values.get(at));
                true
            });
            held.at_least(all.len() * 48)
        })?;
        rows.work.spend(all.len().try_into().unwrap_or(u64::MAX))?;
        all.sort_unstable();
        let mut counted: Vec<(i64, u64)> = Vec::new();
        for id in all {
            match counted.last_mut() {
                Some((last, count)) if *last == id => *count += 1,
                _ => counted.push((id, 1)),
            }
        }
        let counts: Vec<u64> = counted.iter().map(|(_, count)| *count).collect();
        let id = |place: u32| counted.get(index(place)).map_or(0, |(id, _)| *id);
        let chosen = most_frequent(&counts, size, rows.work, |place| {
            (SortKey::Number(id(place)), plain(id(place)))
        })?;
        let mut pairs: Vec<(i64, u32)> = (0..)
            .zip(&chosen)
            .map(|(bucket, (place, _))| (id(*place), bucket))
            .collect();
        pairs.sort_unstable();
        let mut buckets = Buckets::default();
        for (slot, (_, bucket)) in (1..).zip(&pairs) {
            buckets.put(slot, std::iter::once(*bucket));
        }
        Ok(Self {
            slots: pairs.len() + 1,
            axis: Some(axis),
            size,
            labelled: Some(Labelled {
                labels: chosen.into_iter().map(|(_, label)| label).collect(),
                counts: None,
                buckets,
            }),
            source: Source::Ids {
                column,
                ids: pairs.into_iter().map(|(id, _)| id).collect(),
            },
            held: Vec::new(),
        })
    }

    /// Whether there is no axis.
    pub(super) const fn is_single(&self) -> bool {
        matches!(self.source, Source::Single)
    }

    /// The labels, once it is known how many rows each slot has.
    /// Buckets are left out when the rows of each label are all that is asked for.
    pub(super) fn label(
        &mut self,
        rows: &Chosen<'_>,
        counts: &[u64],
        with_buckets: bool,
    ) -> Result<(), Stopped> {
        let (Source::Cells { column, .. }, Some(axis), None) =
            (&self.source, self.axis, &self.labelled)
        else {
            return Ok(());
        };
        self.held.push(rows.work.hold(counts.len() * COUNTED)?);
        if with_buckets {
            self.held.push(rows.work.hold(counts.len() * BUCKETED)?);
        }
        rows.work.spend(units(counts.len(), 10))?;
        let counted = Counted::new(rows, axis, *column, counts);
        self.labelled = Some(counted.label(self.size, with_buckets, rows.work)?);
        Ok(())
    }

    /// Makes the slots few: those that belong to the same labels become one.
    pub(super) fn reduce(&mut self, rows: &Chosen<'_>, counts: &[u64]) -> Result<(), Stopped> {
        self.label(rows, counts, true)?;
        self.held.push(rows.work.hold(self.slots * CLASSED)?);
        rows.work.spend(units(self.slots, 4))?;
        let (Source::Cells { classes, .. }, Some(labelled)) =
            (&mut self.source, &mut self.labelled)
        else {
            return Ok(());
        };
        let mut known: HashMap<&[u32], u32> = HashMap::from([(&[][..], 0)]);
        let mut merged = Buckets::default();
        merged.put(0, std::iter::empty());
        let mut of_code = vec![0; self.slots];
        for (code, class) in (0..).zip(&mut of_code) {
            let buckets = labelled.buckets.of(code);
            let next = number(known.len());
            *class = *known.entry(buckets).or_insert_with(|| {
                merged.put(next, buckets.iter().copied());
                next
            });
        }
        self.slots = known.len();
        *classes = Some(of_code);
        labelled.buckets = merged;
        Ok(())
    }
}

/// First and last moment of a calendar: the window where there is one, otherwise those of the
/// rows.
fn bounds(
    rows: &Chosen<'_>,
    column: usize,
    is_added: bool,
    query: &FacetQuery<'_>,
) -> Result<Option<(i64, i64)>, Stopped> {
    let (from, to) = query.added;
    let from = (is_added && from.0 != i64::MIN).then_some(from.0);
    let to = (is_added && to.0 != i64::MAX).then_some(to.0);
    if let (Some(from), Some(to)) = (from, to) {
        return Ok(Some((from, to)));
    }
    let span = span(rows, column)?;
    Ok(span.map(|(least, greatest)| (from.unwrap_or(least), to.unwrap_or(greatest))))
}

/// Least and greatest number of a column. Pages that cannot change the answer are not read.
fn span(rows: &Chosen<'_>, column: usize) -> Result<Option<(i64, i64)>, Stopped> {
    let mut span: Option<(i64, i64)> = None;
    let mut values = [0; PAGE];
    rows.pages(20, |_, page, mask| {
        let Some(bounds) = page.bounds(column) else {
            return Ok(());
        };
        if span.is_some_and(|span| span.0 <= bounds.0 && bounds.1 <= span.1) {
            return Ok(());
        }
        let mut with = *page.present(column);
        with.and(mask);
        page.read_numbers(column, &mut values);
        with.walk(|at| {
            let value = values.get(at).copied().unwrap_or(0);
            let (least, greatest) = span.unwrap_or((value, value));
            span = Some((least.min(value), greatest.max(value)));
            true
        });
        Ok(())
    })?;
    Ok(span)
}

impl Source {
    /// The slot of all rows of the page that are chosen, where it is the same for sure.
    pub(super) fn same(&self, page: &Page, mask: &Mask) -> Option<u32> {
        match self {
            Self::Single => Some(0),
            Self::Cells { column, classes } => match page.cells.get(*column).map(|one| &**one) {
                Some(Cells::Same(code)) => Some(class(classes.as_deref(), *code)),
                _ => None,
            },
            Self::Ids { .. } => None,
            Self::Calendar { column, calendar } => {
                if !mask.is_within(page.present(*column)) {
                    return None;
                }
                let (least, greatest) = page.bounds(*column)?;
                let slot = calendar.slot(least);
                (slot == calendar.slot(greatest)).then_some(slot)
            }
        }
    }

    /// The slots of the chosen rows of a page; those of others can be any.
    pub(super) fn read(&self, page: &Page, out: &mut Slots) {
        match self {
            Self::Single => out.fill(0),
            Self::Cells { column, classes } => {
                match page.cells.get(*column) {
                    Some(cells) => cells.read(out),
                    None => out.fill(0),
                }
                if let Some(classes) = classes {
                    for slot in out {
                        *slot = class(Some(classes), *slot);
                    }
                }
            }
            Self::Ids { column, ids } => {
                let mut values = [0; PAGE];
                page.read_numbers(*column, &mut values);
                for (slot, id) in out.iter_mut().zip(&values) {
                    *slot = ids.binary_search(id).map_or(0, |place| number(place + 1));
                }
            }
            Self::Calendar { column, calendar } => {
                let mut values = [0; PAGE];
                page.read_numbers(*column, &mut values);
                if let Some((least, greatest)) = page.bounds(*column) {
                    calendar.slots(&values, least, greatest, out);
                }
                let present = page.present(*column);
                if !Mask::ALL.is_within(present) {
                    for (at, slot) in out.iter_mut().enumerate() {
                        if !present.get(at) {
                            *slot = 0;
                        }
                    }
                }
            }
        }
    }
}

#[inline]
fn class(classes: Option<&[u32]>, code: u32) -> u32 {
    match classes {
        Some(classes) => classes.get(index(code)).copied().unwrap_or(0),
        None => code,
    }
}
