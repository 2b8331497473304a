//! The addresses of the pages beside a page of conversations.
//!
//! A link repeats `sort` and the filters and has, as documented, the boundary (`<field>_gte`, or
//! `_lte` when the order descends), `page_size`, and in `skip` how many conversations with the
//! boundary's value were delivered already. Ours have two arguments besides: `after`, the last
//! conversation, so that the walk stays exact while others come and go, and `within`, a bound of
//! the caller's own in the place of which the boundary stands, for the way back. Clients follow
//! links as they are.

use engine::conversations::{ConversationPage, ConversationSort, ListQuery, Shown};

use super::filters::{boundary, name_of};
use crate::conversocial::ids::hex;
use crate::conversocial::links::Links;
use crate::conversocial::query::fields::View;
use crate::conversocial::query::paging::Paging;
use crate::conversocial::query::values::Cell;
use crate::http::pairs::Pairs;

/// Arguments that a link has of its own.
const OWN: [&str; 7] = [
    "sort",
    "page_size",
    "limit",
    "offset",
    "skip",
    "after",
    "within",
];

/// What makes the links of one page.
struct Walk<'a> {
    pairs: &'a Pairs,
    links: &'a Links,
    path: &'a str,
    field: &'static str,
    order: ConversationSort,
    limit: usize,
}

/// The links of a page; none unless it has exactly one sort field (conversations page).
///
/// There is always a page before, even before the first one: it is for those who come back later
/// to see what is new ("pages infinitely", conversations page).
pub fn paging(
    pairs: &Pairs,
    query: &ListQuery,
    page: &ConversationPage,
    view: &View<'_>,
    path: &str,
) -> Paging {
    let [order] = query.sort.as_slice() else {
        return Paging::default();
    };
    let walk = Walk {
        pairs,
        links: view.links,
        path,
        field: name_of(order.by),
        order: *order,
        limit: query.limit,
    };
    let next_page = page
        .items
        .last()
        .filter(|_| page.has_more)
        .map(|last| walk.next(query, page, last, view));
    let prev_page = Some(match page.items.first() {
        Some(first) => walk.back(page, first, view),
        None => walk.back_from_nothing(),
    });
    Paging {
        next_page,
        prev_page,
    }
}

impl Walk<'_> {
    fn next(
        &self,
        query: &ListQuery,
        page: &ConversationPage,
        last: &Shown,
        view: &View<'_>,
    ) -> String {
        let value = self.value(last, view);
        let count = page.items.iter().rev();
        let count = count
            .take_while(|shown| self.value(shown, view) == value)
            .count();
        let side = self.side(false);
        // The boundary stands already where the page before ended.
        let is_same = count == page.items.len() && self.pairs.last(&side) == Some(value.as_str());
        let before = if is_same { query.skip } else { 0 };
        let mut arguments = self.kept(&[&side]);
        arguments.extend([
            (side, value),
            ("page_size".to_owned(), self.limit.to_string()),
            ("skip".to_owned(), count.saturating_add(before).to_string()),
            ("after".to_owned(), hex(last.conversation.id.get())),
        ]);
        arguments.extend(within(self.own_bounds(false)));
        self.link(self.order.is_descending, &arguments)
    }

    fn back(&self, page: &ConversationPage, first: &Shown, view: &View<'_>) -> String {
        let value = self.value(first, view);
        let count = page.items.iter();
        let count = count
            .take_while(|shown| self.value(shown, view) == value)
            .count();
        let (side, opposite) = (self.side(false), self.side(true));
        let mut arguments = self.kept(&[&side, &opposite]);
        arguments.extend(self.own_bounds(false).map(|bound| (side.clone(), bound)));
        arguments.extend([
            (opposite, value),
            ("page_size".to_owned(), self.limit.to_string()),
            ("skip".to_owned(), count.to_string()),
            ("after".to_owned(), hex(first.conversation.id.get())),
        ]);
        arguments.extend(within(self.own_bounds(true)));
        self.link(!self.order.is_descending, &arguments)
    }

    /// Back from a page on which nothing is: to its place, or to where the list ends.
    fn back_from_nothing(&self) -> String {
        let (side, opposite) = (self.side(false), self.side(true));
        let mut arguments = if self.is_continued() {
            let mut arguments = self.kept(&[&side, &opposite]);
            arguments.extend(self.own_bounds(false).map(|bound| (side.clone(), bound)));
            let place = self.pairs.all(&side).map(ToOwned::to_owned);
            arguments.extend(place.map(|place| (opposite.clone(), place)));
            arguments
        } else {
            self.kept(&[])
        };
        arguments.push(("page_size".to_owned(), self.limit.to_string()));
        self.link(!self.order.is_descending, &arguments)
    }

    /// The argument of the boundary in this order, or in the opposite one.
    fn side(&self, is_opposite: bool) -> String {
        boundary(self.field, self.order.is_descending != is_opposite)
    }

    fn is_continued(&self) -> bool {
        self.pairs.last("after").is_some()
    }

    /// The caller's own bounds at one side, which are not boundaries of a walk.
    fn own_bounds(&self, is_opposite: bool) -> impl Iterator<Item = String> {
        let name = if self.is_continued() && !is_opposite {
            "within".to_owned()
        } else {
            self.side(is_opposite)
        };
        let bounds: Vec<String> = self.pairs.all(&name).map(ToOwned::to_owned).collect();
        bounds.into_iter().filter(|bound| !bound.trim().is_empty())
    }

    /// The given arguments but those that a link has of its own, and these.
    fn kept(&self, but: &[&String]) -> Vec<(String, String)> {
        self.pairs
            .iter()
            .filter(|(name, _)| !OWN.contains(name) && !but.iter().any(|other| other == name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn link(&self, is_descending: bool, arguments: &[(String, String)]) -> String {
        let minus = if is_descending { "-" } else { "" };
        let sort = format!("{minus}{}", self.field);
        let arguments = arguments
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        self.links.query(
            self.path,
            std::iter::once(("sort", sort.as_str())).chain(arguments),
        )
    }

    /// The value of the sort field as arguments have it.
    fn value(&self, shown: &Shown, view: &View<'_>) -> String {
        let field = super::FIELDS.iter().find(|field| field.name == self.field);
        match field.map(|field| (field.value)(shown, view)) {
            Some(Cell::At(at)) => crate::conversocial::dates::seconds(at),
            Some(Cell::Text(text)) => text,
            Some(Cell::Flag(flag)) => flag.to_string(),
            _ => String::new(),
        }
    }
}

/// The caller's own bounds, kept for the way back.
fn within(bounds: impl Iterator<Item = String>) -> impl Iterator<Item = (String, String)> {
    bounds.map(|bound| ("within".to_owned(), bound))
}
