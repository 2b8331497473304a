//! Counts a table over a row set.
//!
//! The rows are selected once. An axis of words or numbers is counted first, to know which of its
//! values are the most frequent; then each row goes to its cells.

mod axis;
mod calendar;
mod tally;

use domain::scope::Scope;

use super::columns::index;
use super::columns::mask::Mask;
use super::select::{Node, Selection};
use super::view::View;
use crate::SearchError;
use crate::facets::{FacetLabel, FacetQuery, FacetTable, MOST_KEYS, Segmentation};
use axis::{Buckets, Found, Labelled};
use tally::Tally;

/// Most cells of a table.
const MOST_CELLS: usize = 2_000_000;

/// Answers a facet.
pub(super) fn facet(
    view: &View,
    scope: &Scope,
    query: &FacetQuery<'_>,
) -> Result<FacetTable, SearchError> {
    let selection = Selection::new(view, scope, query.predicate, query.topics, query.added)?;
    let rows = Chosen {
        view,
        first_page: selection.pages().start,
        masks: selection.pages().map(|page| selection.page(page)).collect(),
    };
    let keys = match query.key {
        Some(axis) => Labelled::of(&rows, axis, MOST_KEYS, query)?,
        None => Labelled::single(),
    };
    let segments = match &query.segmentation {
        Some(Segmentation::Field(axis)) => Labelled::of(&rows, *axis, query.size, query)?,
        Some(Segmentation::Custom(filters)) => custom(view, filters)?,
        None => Labelled::single(),
    };
    if keys.labels.len().saturating_mul(segments.labels.len()) > MOST_CELLS {
        return Err(SearchError::Invalid(
            "the table has too many cells".to_owned(),
        ));
    }
    let mut tally = Tally::new(view, query.value, keys.labels.len() * segments.labels.len());
    fill(&rows, &keys, &segments, &mut tally);
    let columns = keys.labels.len();
    let flat = tally.finish();
    let data = if columns == 0 {
        vec![Vec::new(); segments.labels.len()]
    } else {
        flat.chunks(columns).map(<[_]>::to_vec).collect()
    };
    Ok(FacetTable {
        keys: keys.labels,
        segments: segments.labels,
        data,
        is_partial: false,
    })
}

fn custom(
    view: &View,
    filters: &[(String, domain::filter::Predicate)],
) -> Result<Labelled, SearchError> {
    let mut nodes = Vec::with_capacity(filters.len());
    let mut labels = Vec::with_capacity(filters.len());
    for (label, predicate) in filters {
        nodes.push(Node::of(predicate, view)?);
        labels.push(FacetLabel {
            id: label.clone(),
            text: label.clone(),
        });
    }
    Ok(Labelled {
        labels,
        buckets: Buckets::Filters(nodes),
    })
}

/// The rows of a table.
pub(super) struct Chosen<'v> {
    view: &'v View,
    first_page: usize,
    masks: Vec<Mask>,
}

impl Chosen<'_> {
    /// Hands each page and its rows to `each`.
    fn pages(&self, mut each: impl FnMut(usize, &super::columns::page::Page, &Mask)) {
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
fn fill(rows: &Chosen<'_>, keys: &Labelled, segments: &Labelled, tally: &mut Tally) {
    let columns = keys.labels.len();
    let (mut of_key, mut of_segment) = (Vec::new(), Vec::new());
    rows.pages(|number, page, mask| {
        let mut key_page = keys.buckets.on(number, page, mask);
        let mut segment_page = segments.buckets.on(number, page, mask);
        let place = |segment, key| index(segment) * columns + index(key);
        mask.walk(|at| {
            match (key_page.one(at), segment_page.one(at)) {
                (Found::None, _) | (_, Found::None) => return true,
                (Found::One(key), Found::One(segment)) => {
                    tally.add(place(segment, key), page, at);
                    return true;
                }
                _ => {}
            }
            key_page.all(at, &mut of_key);
            segment_page.all(at, &mut of_segment);
            for segment in &of_segment {
                for key in &of_key {
                    tally.add(place(*segment, *key), page, at);
                }
            }
            true
        });
    });
}
