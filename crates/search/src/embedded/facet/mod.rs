//! Counts a table over a row set.
//!
//! # Organization
//! The rows are selected once. An [`axis`] gives every row a slot, [`joint`] counts pairs of
//! slots, and only then slots are turned into [`labels`] and pairs into cells of the table. Where
//! there would be too many pairs, or where authors are told apart, the axes are labelled first and
//! each row goes to its cells, which is what [`tally`] holds. A [`calendar`] is an axis of time.

mod axis;
mod calendar;
mod frequent;
mod joint;
mod labels;
mod tally;

use domain::filter::Predicate;
use domain::scope::Scope;
use work::{Stopped, Work};

use super::columns::PAGE;
use super::columns::index;
use super::columns::mask::Mask;
use super::columns::page::Page;
use super::lookup::{Lookup, units};
use super::select::{Node, Selection};
use super::view::View;
use crate::SearchError;
use crate::facets::{
    FacetFailure, FacetLabel, FacetQuery, FacetTable, MOST_CELLS, MOST_KEYS, Metric, Segmentation,
};
use axis::{Labelled, Line, Source};
use joint::Joint;
use tally::{Read, Tally};

/// How a table is counted; the answer is the same.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Most pairs of slots that are counted before it is known which labels are shown.
    pub(super) pairs: usize,
    /// Most pairs of slots that are counted at all.
    pub(super) reduced: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pairs: 1 << 18,
            reduced: 1 << 22,
        }
    }
}

/// The rows of the table: an axis, or filters.
enum Segments {
    Line(Line),
    Filters(Vec<FacetLabel>, Vec<Node>),
}

/// Answers facets.
pub(super) fn facets(
    view: &View,
    scope: &Scope,
    queries: &[FacetQuery<'_>],
    limits: Limits,
    work: &Work,
) -> Result<Vec<FacetTable>, FacetFailure> {
    let filters = queries.iter().flat_map(|query| {
        let custom = match &query.segmentation {
            Some(Segmentation::Custom(filters)) => filters.as_slice(),
            _ => &[],
        };
        std::iter::once(query.predicate).chain(custom.iter().map(|(_, filter)| filter))
    });
    let lookup = Lookup::of(filters, view, work).map_err(|error| FacetFailure { at: 0, error })?;
    let mut cells_left = MOST_CELLS;
    let mut tables = Vec::with_capacity(queries.len());
    // Those that are finished wait here while the others are counted and take their turns.
    let mut finished = Vec::with_capacity(queries.len());
    for (at, query) in queries.iter().enumerate() {
        let failed = |error| FacetFailure { at, error };
        let table = facet(view, scope, query, limits, &lookup, &mut cells_left, work);
        let table = table.map_err(failed)?;
        let held = work.hold(bytes_of(&table));
        finished.push(held.map_err(|stopped| failed(stopped.into()))?);
        tables.push(table);
    }
    Ok(tables)
}

/// Bytes of a finished table.
fn bytes_of(table: &FacetTable) -> usize {
    let labels = table.keys.iter().chain(&table.segments);
    let labels = labels.map(|label| size_of::<FacetLabel>() + label.id.len() + label.text.len());
    let row = size_of::<Vec<Option<f64>>>() + table.keys.len() * size_of::<Option<f64>>();
    labels.sum::<usize>() + table.segments.len() * row
}

fn facet(
    view: &View,
    scope: &Scope,
    query: &FacetQuery<'_>,
    limits: Limits,
    lookup: &Lookup,
    cells_left: &mut usize,
    work: &Work,
) -> Result<FacetTable, SearchError> {
    let (predicate, topics) = (query.predicate, query.topics);
    let selection = Selection::new(view, scope, predicate, topics, query.added, lookup, work)?;
    let _masks = work.hold(selection.pages().len() * size_of::<Mask>())?;
    let rows = Chosen {
        view,
        work,
        first_page: selection.pages().start,
        masks: selection
            .pages()
            .map(|page| selection.page(page))
            .collect::<Result<_, _>>()?,
    };
    let mut keys = match query.key {
        Some(axis) => Line::of(&rows, axis, MOST_KEYS, query)?,
        None => Line::single(),
    };
    let mut segments = match &query.segmentation {
        Some(Segmentation::Field(axis)) => {
            Segments::Line(Line::of(&rows, *axis, query.size, query)?)
        }
        Some(Segmentation::Custom(filters)) => custom(view, filters, lookup, work)?,
        None => Segments::Line(Line::single()),
    };
    let joint = count(&rows, &mut keys, &mut segments, query.value, limits)?;
    let none = || Labelled {
        labels: Vec::new(),
        counts: None,
        buckets: axis::Buckets::default(),
    };
    let key_labels = keys.labelled.take().unwrap_or_else(none);
    let columns = key_labels.labels.len();
    let (segment_labels, known, buckets) = match &mut segments {
        Segments::Line(line) => {
            let labelled = line.labelled.take().unwrap_or_else(none);
            // Of one axis alone, its labels' numbers of rows are the table.
            let known = if line.is_single() {
                key_labels.counts
            } else {
                labelled.counts.filter(|_| keys.is_single())
            };
            (labelled.labels, known, Some(labelled.buckets))
        }
        Segments::Filters(labels, _) => (std::mem::take(labels), None, None),
    };
    let cells = columns.saturating_mul(segment_labels.len());
    *cells_left = cells_left.checked_sub(cells).ok_or_else(|| {
        SearchError::Invalid(format!(
            "the tables of a call have at most {MOST_CELLS} cells together"
        ))
    })?;
    let _cells = work.hold(cells * 64)?;
    work.spend(units(cells, 10))?;
    let flat = if let Some(counts) = known.filter(|_| query.value == Metric::Mentions) {
        Tally::of_counts(counts)
    } else {
        let table = Table {
            columns,
            keys: &key_labels.buckets,
            segments: buckets.as_ref(),
        };
        let tally = Tally::new(view, query.value, cells, work)?;
        fill(
            &rows,
            &keys.source,
            &segments,
            joint.as_ref(),
            tally,
            &table,
        )?
    };
    let data = if columns == 0 {
        vec![Vec::new(); segment_labels.len()]
    } else {
        flat.chunks(columns).map(<[_]>::to_vec).collect()
    };
    Ok(FacetTable {
        keys: key_labels.labels,
        segments: segment_labels,
        data,
        is_partial: false,
    })
}

/// Measures every cell: from pairs of slots that were counted, or row by row.
fn fill(
    rows: &Chosen<'_>,
    keys: &Source,
    segments: &Segments,
    joint: Option<&Joint>,
    mut tally: Tally,
    table: &Table<'_>,
) -> Result<Vec<Option<f64>>, Stopped> {
    match (joint, segments) {
        (Some(joint), _) => joint.each(rows.work, |key, segment, count, sum| {
            rows.work.spend(table.cost(key, segment))?;
            table.cells(key, segment, |cell| tally.add(cell, count, sum));
            Ok(())
        })?,
        (None, Segments::Line(line)) => {
            each_row(rows, keys, &line.source, &mut tally, table)?;
        }
        (None, Segments::Filters(_, filters)) => {
            let mut slots = [0; PAGE];
            let mut read = Read::new();
            rows.pages(40, |number, page, mask| {
                keys.read(page, &mut slots);
                read.page(tally.metric(), page);
                for (segment, filter) in (0..).zip(filters) {
                    let fitting = filter.select(number, page, mask, rows.work)?;
                    each_of(&fitting, |at| {
                        let key = slots.get(at).copied().unwrap_or(0);
                        tally.cell_of_row(table, (key, segment), &read, at, rows.work)
                    })?;
                }
                Ok(())
            })?;
        }
    }
    rows.work.spend(tally.cost())?;
    Ok(tally.finish())
}

/// Which cells a pair of slots belongs to.
struct Table<'a> {
    columns: usize,
    keys: &'a axis::Buckets,
    /// `None` for filters: each slot is a row of the table, and the one behind the last is none.
    segments: Option<&'a axis::Buckets>,
}

impl Table<'_> {
    /// Cells of a pair of slots in units; of sets there can be many.
    #[inline]
    fn cost(&self, key: u32, segment: u32) -> u64 {
        let segments = self.segments.map_or(1, |buckets| buckets.of(segment).len());
        1 + units(segments * self.keys.of(key).len(), 16)
    }

    #[inline]
    fn cells(&self, key: u32, segment: u32, mut each: impl FnMut(usize)) {
        let own = [segment];
        let segments = match self.segments {
            Some(buckets) => buckets.of(segment),
            None => &own,
        };
        for segment in segments {
            for key in self.keys.of(key) {
                each(index(*segment) * self.columns + index(*key));
            }
        }
    }
}

/// Counts pairs of slots and labels both axes. Answers nothing when the table has to be filled
/// row by row.
fn count(
    rows: &Chosen<'_>,
    keys: &mut Line,
    segments: &mut Segments,
    metric: Metric,
    limits: Limits,
) -> Result<Option<Joint>, Stopped> {
    let is_labelled = match segments {
        Segments::Line(line) => line.labelled.is_some(),
        Segments::Filters(..) => true,
    };
    if metric == Metric::AuthorCardinality && keys.labelled.is_some() && is_labelled {
        return Ok(None);
    }
    let sums_of = Tally::sums_of(metric);
    let width = |segments: &Segments| match segments {
        Segments::Line(line) => line.slots,
        Segments::Filters(_, filters) => filters.len() + 1,
    };
    let fits = |keys: &Line, segments: &Segments, most: usize| {
        keys.slots == 1
            || width(segments) == 1
            || keys.slots.saturating_mul(width(segments)) <= most
    };
    // A pair with a sum takes much more room.
    let share = if sums_of.is_some() { 8 } else { 1 };
    if !fits(keys, segments, limits.pairs / share) {
        reduce(rows, keys)?;
        if let Segments::Line(line) = segments {
            reduce(rows, line)?;
        }
        if !fits(keys, segments, limits.reduced / share) {
            return Ok(None);
        }
    }
    let mut joint = Joint::new(keys.slots, width(segments), sums_of, rows.work)?;
    match segments {
        Segments::Line(line) => {
            joint.count(rows, keys, &line.source)?;
            let is_one = metric == Metric::Mentions && (keys.is_single() || line.is_single());
            keys.label(rows, &joint.along_first(None), !is_one)?;
            line.label(rows, &joint.along_second(rows.work)?, !is_one)?;
        }
        Segments::Filters(_, filters) => {
            joint.count_filters(rows, keys, filters)?;
            keys.label(rows, &joint.along_first(Some(filters.len())), true)?;
        }
    }
    Ok((metric != Metric::AuthorCardinality).then_some(joint))
}

fn reduce(rows: &Chosen<'_>, line: &mut Line) -> Result<(), Stopped> {
    if line.labelled.is_none() {
        let mut alone = Joint::new(line.slots, 1, None, rows.work)?;
        alone.count(rows, line, &Source::Single)?;
        line.reduce(rows, &alone.along_first(None))?;
    }
    Ok(())
}

fn custom(
    view: &View,
    filters: &[(String, Predicate)],
    lookup: &Lookup,
    work: &Work,
) -> Result<Segments, SearchError> {
    let mut nodes = Vec::with_capacity(filters.len());
    let mut labels = Vec::with_capacity(filters.len());
    for (label, predicate) in filters {
        nodes.push(Node::of(predicate, view, lookup, work)?);
        labels.push(FacetLabel {
            id: label.clone(),
            text: label.clone(),
        });
    }
    Ok(Segments::Filters(labels, nodes))
}

/// The rows of a table.
pub(super) struct Chosen<'v> {
    view: &'v View,
    work: &'v Work,
    first_page: usize,
    masks: Vec<Mask>,
}

impl Chosen<'_> {
    /// Hands each page and its rows to `each`, which takes so many units for a page.
    fn pages(
        &self,
        a_page: u64,
        mut each: impl FnMut(usize, &Page, &Mask) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        for (number, mask) in (self.first_page..).zip(&self.masks) {
            if let Some(page) = self.view.rows.page(number)
                && !mask.is_empty()
            {
                self.work.spend(a_page)?;
                each(number, page, mask)?;
            }
        }
        Ok(())
    }
}

/// Hands each row to `each` until it fails.
fn each_of(mask: &Mask, mut each: impl FnMut(usize) -> Result<(), Stopped>) -> Result<(), Stopped> {
    let mut stopped = Ok(());
    mask.walk(|at| {
        stopped = each(at);
        stopped.is_ok()
    });
    stopped
}

/// Sends each row to its cells.
fn each_row(
    rows: &Chosen<'_>,
    keys: &Source,
    segments: &Source,
    tally: &mut Tally,
    table: &Table<'_>,
) -> Result<(), Stopped> {
    let metric = tally.metric();
    let (mut slots, mut others) = ([0; PAGE], [0; PAGE]);
    let mut read = Read::new();
    rows.pages(60, |_, page, mask| {
        read.page(metric, page);
        if let (Metric::AuthorCardinality, Some(key), Some(segment)) =
            (metric, keys.same(page, mask), segments.same(page, mask))
        {
            let mut added = Ok(());
            rows.work
                .spend(table.cost(key, segment).saturating_mul(10))?;
            table.cells(key, segment, |cell| {
                if added.is_ok() {
                    added = tally.add_authors(cell, &read, mask);
                }
            });
            return added;
        }
        keys.read(page, &mut slots);
        segments.read(page, &mut others);
        each_of(mask, |at| match (slots.get(at), others.get(at)) {
            (Some(key), Some(segment)) => {
                tally.cell_of_row(table, (*key, *segment), &read, at, rows.work)
            }
            _ => Ok(()),
        })
    })
}
