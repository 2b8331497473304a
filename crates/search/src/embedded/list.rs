//! Pages of a list: walks the row set from the cursor.

use std::collections::BinaryHeap;
use std::collections::hash_map::Entry;
use std::ops::Bound;

use domain::filter::IdField;
use domain::ids::{MentionId, TopicId};
use work::Stopped;

use super::columns::cells::Cell;
use super::columns::fields::{Extra, id_column, number_column};
use super::columns::mask::Mask;
use super::columns::page::Page;
use super::columns::rows::Key;
use super::columns::{PAGE, index};
use super::lookup::units;
use super::select::{Selection, row_number};
use crate::query::{Cursor, Hit, ListPage, ListQuery, Sort, SortField};

/// Where a mention stands in a list: nothing last, then value and number; smaller is nearer to
/// the first page, in the direction of reading.
type Place = (bool, i64, i64);

/// How places are made for an order and a direction of reading.
#[derive(Debug, Clone, Copy)]
struct Order {
    is_descending: bool,
    is_backward: bool,
}

impl Order {
    /// `!n` turns the order of whole numbers around without overflow.
    const fn place(self, value: Option<i64>, id: i64) -> Place {
        let (value, id) = match (value, self.is_flipped()) {
            (Some(value), true) => (Some(!value), !id),
            (None, true) => (None, !id),
            (value, false) => (value, id),
        };
        match value {
            Some(value) => (self.is_backward, value, id),
            None => (!self.is_backward, 0, id),
        }
    }

    const fn cursor(self, cursor: Cursor) -> Place {
        self.place(cursor.sort_value, cursor.id.0)
    }
}

/// Answers a list.
pub(super) fn list(selection: &Selection<'_>, query: &ListQuery<'_>) -> Result<ListPage, Stopped> {
    let order = Order {
        is_descending: query.sort.is_descending,
        is_backward: query.is_backward,
    };
    // One more than asked for tells whether there are more.
    let want = query.limit.saturating_add(1);
    let all = || -> Result<Vec<Mask>, Stopped> {
        selection.pages().map(|page| selection.page(page)).collect()
    };
    let masks: Option<Vec<Mask>> = query.count.then(all).transpose()?;
    let total = masks
        .as_ref()
        .map(|masks| masks.iter().map(Mask::count).sum());
    let mut rows = if query.limit == 0 && query.count {
        Vec::new()
    } else if query.sort.field == SortField::Added {
        by_arrival(selection, order, query.cursor, want, masks.as_deref())?
    } else {
        by_value(
            selection,
            query.sort,
            order,
            query.cursor,
            want,
            masks.as_deref(),
        )?
    };
    let has_more = rows.len() > query.limit;
    rows.truncate(query.limit);
    if query.is_backward {
        rows.reverse();
    }
    let hits = rows
        .iter()
        .filter_map(|row| hit(selection, query.sort, *row))
        .collect();
    Ok(ListPage {
        hits,
        total,
        has_more,
        is_partial: false,
    })
}

fn hit(selection: &Selection<'_>, sort: Sort, row: u32) -> Option<Hit> {
    let row = index(row);
    let page = selection.view.rows.page(row / PAGE)?;
    let at = row % PAGE;
    Some(Hit {
        topic_id: topic(selection, page, at)?,
        id: MentionId(page.id(at)),
        sort_value: page.number(number_column(sort.field.number()), at),
    })
}

fn topic(selection: &Selection<'_>, page: &Page, at: usize) -> Option<TopicId> {
    let column = id_column(IdField::Topic)?;
    let Cell::One(topic) = Cell::from_code(page.cell(column, at)) else {
        return None;
    };
    let (topics, _) = selection.view.dictionaries.of(column)?;
    let id = topics.with(topic, |key, _| key.try_into().map(i64::from_le_bytes))?;
    id.ok().map(TopicId)
}

/// The mask of a page, from those that were made for the count if there are any.
fn mask(selection: &Selection<'_>, masks: Option<&[Mask]>, page: usize) -> Option<Mask> {
    let place = page.checked_sub(selection.pages().start)?;
    masks.and_then(|masks| masks.get(place).copied())
}

/// In the order of arrival: regular rows lie in order, late ones in a list of their own.
fn by_arrival(
    selection: &Selection<'_>,
    order: Order,
    cursor: Option<Cursor>,
    want: usize,
    masks: Option<&[Mask]>,
) -> Result<Vec<u32>, Stopped> {
    let upwards = order.is_descending == order.is_backward;
    let bound = cursor.map(|cursor| -> Key {
        // A cursor without a moment is no place in this order; nothing lies beyond it.
        (
            cursor
                .sort_value
                .unwrap_or(if upwards { i64::MAX } else { i64::MIN }),
            cursor.id.0,
        )
    });
    let mut found = regular(selection, upwards, bound, want, masks)?;
    let late = late(selection, upwards, bound, want)?;
    if !late.is_empty() {
        found.extend(late);
        found.sort_by_cached_key(|row| {
            let (added, id) = selection.view.rows.key(index(*row));
            order.place(Some(added), id)
        });
        found.truncate(want);
    }
    Ok(found)
}

fn regular(
    selection: &Selection<'_>,
    upwards: bool,
    bound: Option<Key>,
    want: usize,
    masks: Option<&[Mask]>,
) -> Result<Vec<u32>, Stopped> {
    let rows = &selection.view.rows;
    let mut range = selection.range.clone();
    match bound {
        Some(bound) if upwards => {
            let after = (bound.0, bound.1.saturating_add(1));
            range.start = range.start.max(rows.lower_bound(after));
        }
        Some(bound) => range.end = range.end.min(rows.lower_bound(bound)),
        None => {}
    }
    let mut found = Vec::new();
    if range.is_empty() || want == 0 {
        return Ok(found);
    }
    let pages = range.start / PAGE..range.end.div_ceil(PAGE);
    let mut visit = |page: usize| -> Result<bool, Stopped> {
        selection.spend(1)?;
        let mut rows_of_page = match mask(selection, masks, page) {
            Some(mut all) => {
                if let Some(page) = rows.page(page) {
                    all.and_not(page.bit(super::columns::fields::LATE));
                }
                all
            }
            None => selection.regular(page)?,
        };
        let first = page * PAGE;
        rows_of_page.and(&Mask::range(
            range.start.saturating_sub(first),
            range.end.saturating_sub(first),
        ));
        let take = |at| {
            found.push(row_number(page, at));
            found.len() < want
        };
        Ok(if upwards {
            rows_of_page.walk(take)
        } else {
            rows_of_page.walk_back(take)
        })
    };
    if upwards {
        for page in pages {
            if !visit(page)? {
                break;
            }
        }
    } else {
        for page in pages.rev() {
            if !visit(page)? {
                break;
            }
        }
    }
    Ok(found)
}

fn late(
    selection: &Selection<'_>,
    upwards: bool,
    bound: Option<Key>,
    want: usize,
) -> Result<Vec<u32>, Stopped> {
    let all = selection.view.rows.late();
    if all.is_empty() || want == 0 {
        return Ok(Vec::new());
    }
    // Neighbours in this list may lie in any pages: remember the masks.
    let mut masks = std::collections::HashMap::new();
    let mut fits = |row: u32| -> Result<bool, Stopped> {
        selection.spend(1)?;
        let row = index(row);
        let mask = match masks.entry(row / PAGE) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(selection.late(row / PAGE)?),
        };
        Ok(mask.get(row % PAGE))
    };
    let mut found = Vec::new();
    let mut take = |row: u32| -> Result<bool, Stopped> {
        if fits(row)? {
            found.push(row);
        }
        Ok(found.len() < want)
    };
    // Beyond the window there is none.
    let (from, to) = selection.window;
    if upwards {
        let start = bound.map_or((from, i64::MIN), |bound| {
            (bound.0, bound.1.saturating_add(1)).max((from, i64::MIN))
        });
        for (_, row) in all.from(start).take_while(|(key, _)| key.0 <= to) {
            if !take(row)? {
                break;
            }
        }
    } else {
        let end = (to, i64::MAX);
        let end = bound.map_or(end, |bound| bound.min(end));
        for (_, row) in all.before(end).take_while(|(key, _)| key.0 >= from) {
            if !take(row)? {
                break;
            }
        }
    }
    Ok(found)
}

/// In any other order: the best of all rows, by a heap of as many as are wanted. Once the heap is
/// full, only rows that come before its worst one are looked at, which columns find quickly.
fn by_value(
    selection: &Selection<'_>,
    sort: Sort,
    order: Order,
    cursor: Option<Cursor>,
    want: usize,
    masks: Option<&[Mask]>,
) -> Result<Vec<u32>, Stopped> {
    let column = number_column(sort.field.number());
    let after = cursor.map(|cursor| order.cursor(cursor));
    let mut best: BinaryHeap<(Place, u32)> = BinaryHeap::with_capacity(want.min(PAGE) + 1);
    let mut visit = |number: usize| -> Result<(), Stopped> {
        selection.spend(10)?;
        let Some(page) = selection.view.rows.page(number) else {
            return Ok(());
        };
        let worst = best
            .peek()
            .filter(|_| best.len() >= want)
            .map(|best| best.0);
        let mut rows = order.candidates(page, column, after, worst);
        if rows.is_empty() {
            return Ok(());
        }
        let fitting = match mask(selection, masks, number) {
            Some(mask) => mask,
            None => selection.page(number)?,
        };
        rows.and(&fitting);
        selection.spend(units(usize::try_from(rows.count()).unwrap_or(PAGE), 4))?;
        rows.walk(|at| {
            let place = order.place(page.number(column, at), page.id(at));
            if after.is_none_or(|after| after < place) {
                if best.len() < want {
                    best.push((place, row_number(number, at)));
                } else if let Some(mut worst) = best.peek_mut()
                    && place < worst.0
                {
                    *worst = (place, row_number(number, at));
                }
            }
            true
        });
        Ok(())
    };
    // Of equal values the first one by number wins, and numbers grow with the rows.
    if order.is_flipped() {
        selection.pages().rev().try_for_each(&mut visit)?;
    } else {
        selection.pages().try_for_each(&mut visit)?;
    }
    Ok(best
        .into_sorted_vec()
        .into_iter()
        .map(|(_, row)| row)
        .collect())
}

impl Order {
    /// Whether greater values come first.
    const fn is_flipped(self) -> bool {
        self.is_descending != self.is_backward
    }

    /// Rows of a page that may come after one place and before another; it is enough that no
    /// other row does.
    fn candidates(
        self,
        page: &Page,
        column: usize,
        after: Option<Place>,
        before: Option<Place>,
    ) -> Mask {
        let value_of = |place: Place| {
            (place.0 == self.is_backward).then_some(if self.is_flipped() {
                !place.1
            } else {
                place.1
            })
        };
        let mut nothing = Mask::ALL;
        nothing.and_not(page.present(column));
        // Rows without a value are at one end: the last one, or the first one going backward.
        let has_nothing = if self.is_backward {
            after.is_none_or(|after| value_of(after).is_none())
        } else {
            before.is_none_or(|before| value_of(before).is_none())
        };
        let has_values = if self.is_backward {
            before.is_none_or(|before| value_of(before).is_some())
        } else {
            after.is_none_or(|after| value_of(after).is_some())
        };
        let mut found = if has_nothing { nothing } else { Mask::NONE };
        if has_values {
            let bound = |place: Option<Place>| {
                place
                    .and_then(value_of)
                    .map_or(Bound::Unbounded, Bound::Included)
            };
            let (near, mut far) = (bound(after), bound(before));
            // Of equal values only the numbers decide, and all of this page may come too late.
            if let (Bound::Included(value), Some(before)) = (far, before)
                && self.is_too_late(page, before.2)
            {
                far = Bound::Excluded(value);
            }
            let (low, high) = if self.is_flipped() {
                (far, near)
            } else {
                (near, far)
            };
            found.or(&page.select_numbers(column, low, high, &Mask::ALL));
        }
        found
    }

    /// Whether no mention of the page comes before one with this number, as a place has it.
    fn is_too_late(self, page: &Page, number: i64) -> bool {
        page.bounds(Extra::Id.column())
            .is_some_and(|(least, greatest)| {
                if self.is_flipped() {
                    !greatest >= number
                } else {
                    least >= number
                }
            })
    }
}
