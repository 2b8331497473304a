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

use super::columns::PAGE;
use super::columns::index;
use super::columns::mask::Mask;
use super::columns::page::Page;
use super::select::{Node, Selection};
use super::view::View;
use crate::SearchError;
use crate::facets::{FacetLabel, FacetQuery, FacetTable, MOST_KEYS, Metric, Segmentation};
use axis::{Labelled, Line, Source};
use joint::Joint;
use tally::{Read, Tally};

/// Most cells of a table.
const MOST_CELLS: usize = 2_000_000;

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

/// Answers a facet.
pub(super) fn facet(
    view: &View,
    scope: &Scope,
    query: &FacetQuery<'_>,
    limits: Limits,
) -> Result<FacetTable, SearchError> {
    let selection = Selection::new(view, scope, query.predicate, query.topics, query.added)?;
    let rows = Chosen {
        view,
        first_page: selection.pages().start,
        masks: selection.pages().map(|page| selection.page(page)).collect(),
    };
    let mut keys = match query.key {
        Some(axis) => Line::of(&rows, axis, MOST_KEYS, query)?,
        None => Line::single(),
    };
    let mut segments = match &query.segmentation {
        Some(Segmentation::Field(axis)) => {
            Segments::Line(Line::of(&rows, *axis, query.size, query)?)
        }
        Some(Segmentation::Custom(filters)) => custom(view, filters)?,
        None => Segments::Line(Line::single()),
    };
    let joint = count(&rows, &mut keys, &mut segments, query.value, limits);
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
    if columns.saturating_mul(segment_labels.len()) > MOST_CELLS {
        return Err(SearchError::Invalid(
            "the table has too many cells".to_owned(),
        ));
    }
    let cells = columns * segment_labels.len();
    let flat = if let Some(counts) = known.filter(|_| query.value == Metric::Mentions) {
        Tally::of_counts(counts)
    } else {
        let table = Table {
            columns,
            keys: &key_labels.buckets,
            segments: buckets.as_ref(),
        };
        let tally = Tally::new(view, query.value, cells);
        fill(
            &rows,
            &keys.source,
            &segments,
            joint.as_ref(),
            tally,
            &table,
        )
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
) -> Vec<Option<f64>> {
    match (joint, segments) {
        (Some(joint), _) => joint.each(|key, segment, count, sum| {
            table.cells(key, segment, |cell| tally.add(cell, count, sum));
        }),
        (None, Segments::Line(line)) => {
            each_row(rows, keys, &line.source, &mut tally, table);
        }
        (None, Segments::Filters(_, filters)) => {
            let mut slots = [0; PAGE];
            let mut read = Read::new();
            rows.pages(|number, page, mask| {
                keys.read(page, &mut slots);
                read.page(tally.metric(), page);
                for (segment, filter) in (0..).zip(filters) {
                    filter.select(number, page, mask).walk(|at| {
                        let key = slots.get(at).copied().unwrap_or(0);
                        table.cells(key, segment, |cell| tally.add_row(cell, &read, at));
                        true
                    });
                }
            });
        }
    }
    tally.finish()
}

/// Which cells a pair of slots belongs to.
struct Table<'a> {
    columns: usize,
    keys: &'a axis::Buckets,
    /// `None` for filters: each slot is a row of the table, and the one behind the last is none.
    segments: Option<&'a axis::Buckets>,
}

impl Table<'_> {
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
) -> Option<Joint> {
    let is_labelled = match segments {
        Segments::Line(line) => line.labelled.is_some(),
        Segments::Filters(..) => true,
    };
    if metric == Metric::AuthorCardinality && keys.labelled.is_some() && is_labelled {
        return None;
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
        reduce(rows, keys);
        if let Segments::Line(line) = segments {
            reduce(rows, line);
        }
        if !fits(keys, segments, limits.reduced / share) {
            return None;
        }
    }
    let mut joint = Joint::new(keys.slots, width(segments), sums_of);
    match segments {
        Segments::Line(line) => {
            joint.count(rows, keys, &line.source);
            let is_one = metric == Metric::Mentions && (keys.is_single() || line.is_single());
            keys.label(rows, &joint.along_first(None), !is_one);
            line.label(rows, &joint.along_second(), !is_one);
        }
        Segments::Filters(_, filters) => {
            joint.count_filters(rows, keys, filters);
            keys.label(rows, &joint.along_first(Some(filters.len())), true);
        }
    }
    (metric != Metric::AuthorCardinality).then_some(joint)
}

fn reduce(rows: &Chosen<'_>, line: &mut Line) {
    if line.labelled.is_none() {
        let mut alone = Joint::new(line.slots, 1, None);
        alone.count(rows, line, &Source::Single);
        line.reduce(rows, &alone.along_first(None));
    }
}

fn custom(view: &View, filters: &[(String, Predicate)]) -> Result<Segments, SearchError> {
    let mut nodes = Vec::with_capacity(filters.len());
    let mut labels = Vec::with_capacity(filters.len());
    for (label, predicate) in filters {
        nodes.push(Node::of(predicate, view)?);
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
    first_page: usize,
    masks: Vec<Mask>,
}

impl Chosen<'_> {
    /// Hands each page and its rows to `each`.
    fn pages(&self, mut each: impl FnMut(usize, &Page, &Mask)) {
        for (number, mask) in (self.first_page..).zip(&self.masks) {
            if let Some(page) = self.view.rows.page(number)
                && !mask.is_empty()
            {
                each(number, page, mask);
            }
        }
    }
}

/// Sends each row to its cells.
fn each_row(
    rows: &Chosen<'_>,
    keys: &Source,
    segments: &Source,
    tally: &mut Tally,
    table: &Table<'_>,
) {
    let metric = tally.metric();
    let (mut slots, mut others) = ([0; PAGE], [0; PAGE]);
    let mut read = Read::new();
    rows.pages(|_, page, mask| {
        read.page(metric, page);
        if let (Metric::AuthorCardinality, Some(key), Some(segment)) =
            (metric, keys.same(page, mask), segments.same(page, mask))
        {
            table.cells(key, segment, |cell| tally.add_authors(cell, &read, mask));
            return;
        }
        keys.read(page, &mut slots);
        segments.read(page, &mut others);
        mask.walk(|at| {
            if let (Some(key), Some(segment)) = (slots.get(at), others.get(at)) {
                table.cells(*key, *segment, |cell| tally.add_row(cell, &read, at));
            }
            true
        });
    });
}
