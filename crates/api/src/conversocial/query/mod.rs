//! The query language that every resource answers to: `fields`, filters, `sort`, pages.
//!
//! # Organization
//! [`fields`] is the table of a resource and what is chosen from it, [`values`] reads what
//! arguments say, [`filters`], [`sort`] and [`paging`] do what they are named for. All of it is pure:
//! it knows arguments and a table, and no database. Resources with few things are read whole and
//! go through [`page`]; conversations translate their arguments for the store.

pub mod fields;
pub mod filters;
pub mod paging;
pub mod sort;
pub mod values;

#[cfg(test)]
mod tests;

use self::fields::{Extent, Field, Selection, View};
use self::filters::Filters;
use self::paging::{Paging, Slice};
use super::call::Call;
use super::errors::Failure;
use super::reply::{Answer, Reply};
use crate::http::pairs::Pairs;

/// One page of a list that was read whole.
#[derive(Debug)]
pub struct Page<'a, T: 'static> {
    /// What is on it.
    pub items: Vec<&'a T>,
    /// What is shown of each.
    pub selection: Selection<T>,
    /// The pages beside it.
    pub paging: Paging,
}

/// The page that the arguments ask for, of things that stand in the order of their ids.
///
/// # Errors
/// An argument cannot be followed.
pub fn page<'a, T>(
    pairs: &Pairs,
    items: impl Iterator<Item = &'a T>,
    table: &'static [Field<T>],
    view: &View<'_>,
    path: &str,
) -> Result<Page<'a, T>, Failure> {
    let filters = Filters::of(pairs, table)?;
    let mut kept: Vec<&T> = items.filter(|item| filters.keep(item, view)).collect();
    sort::sort(pairs, table, &mut kept, view)?;
    let (items, paging) = Slice::of(pairs)?.cut(kept, pairs, path, view.links);
    Ok(Page {
        items,
        selection: Selection::of(pairs, table, Extent::List),
        paging,
    })
}

/// Answers a list of things that stand in the order of their ids.
///
/// # Errors
/// An argument cannot be followed.
pub fn list<'a, T>(
    call: &Call,
    plural: &'static str,
    items: impl Iterator<Item = &'a T>,
    table: &'static [Field<T>],
    view: &View<'_>,
) -> Answer {
    let page = page(&call.pairs, items, table, view, &call.path)?;
    let reply = Reply::list(plural, |array| {
        for item in page.items {
            array.object(|object| page.selection.write(object, item, view));
        }
    });
    Ok(page.paging.onto(reply))
}

/// Answers one thing.
pub fn one<T>(
    call: &Call,
    singular: &'static str,
    item: &T,
    table: &'static [Field<T>],
    view: &View<'_>,
) -> Reply {
    let selection = Selection::of(&call.pairs, table, Extent::One);
    Reply::one(singular, |object| selection.write(object, item, view))
}
