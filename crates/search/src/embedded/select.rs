//! From a predicate to a set of rows.

use std::ops::{Bound, Range};
use std::sync::Arc;

use domain::filter::{IdField, NumberField, Pattern, Predicate, TextField, WordField};
use domain::ids::TopicId;
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::time::UnixMillis;
use work::{Stopped, Work};

use super::columns::cells::{Cell, Codes};
use super::columns::fields::{
    Extra, HAS_CONTENT, HAS_NOTE, HAS_TITLE, LATE, flag_column, id_column, number_column,
    word_column,
};
use super::columns::mask::{Mask, RowSet};
use super::columns::page::Page;
use super::columns::{PAGE, index, number};
use super::lookup::{Lookup, is_indexed, units};
use super::pending::holds;
use super::view::View;
use crate::SearchError;

/// So many late rows are looked at to leave out pages; passing over pages is cheap, too.
const MOST_LATE: usize = 1_000;

/// A predicate in terms of columns.
#[derive(Debug)]
pub(super) enum Node {
    Everything,
    Nothing,
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Cells {
        column: usize,
        codes: Codes,
    },
    Number {
        column: usize,
        low: Bound<i64>,
        high: Bound<i64>,
    },
    Bit(usize),
    Rows(Arc<RowSet>),
    Notes(Vec<Pattern>),
}

impl Node {
    /// Looks up the words of a predicate.
    pub(super) fn of(
        predicate: &Predicate,
        view: &View,
        lookup: &Lookup,
        work: &Work,
    ) -> Result<Self, SearchError> {
        work.spend(1)?;
        Ok(match predicate {
            Predicate::Everything => Self::Everything,
            Predicate::Nothing => Self::Nothing,
            Predicate::All(parts) => Self::all(Self::each(parts, view, lookup, work)?),
            Predicate::Any(parts) => Self::any(Self::each(parts, view, lookup, work)?),
            Predicate::Not(part) => match Self::of(part, view, lookup, work)? {
                Self::Everything => Self::Nothing,
                Self::Nothing => Self::Everything,
                Self::Not(inner) => *inner,
                other => Self::Not(Box::new(other)),
            },
            Predicate::Word { field, pattern } => Self::word(*field, pattern, view, lookup, work)?,
            Predicate::Id { field, id } => Self::ids(*field, &[*id], view, lookup, work)?,
            Predicate::HasId(field) => match id_column(*field) {
                Some(column) => Self::Cells {
                    column,
                    codes: Codes::AnyBut(0),
                },
                // Every mention has a number and a conversation.
                None => Self::Everything,
            },
            Predicate::Number { field, low, high } => Self::Number {
                column: number_column(*field),
                low: *low,
                high: *high,
            },
            Predicate::Text { field, words } => Self::text(*field, words, lookup),
            Predicate::Flag(flag) => Self::Bit(flag_column(*flag)),
        })
    }

    fn each(
        parts: &[Predicate],
        view: &View,
        lookup: &Lookup,
        work: &Work,
    ) -> Result<Vec<Self>, SearchError> {
        parts
            .iter()
            .map(|part| Self::of(part, view, lookup, work))
            .collect()
    }

    fn all(mut parts: Vec<Self>) -> Self {
        if parts.iter().any(|part| matches!(part, Self::Nothing)) {
            return Self::Nothing;
        }
        parts.retain(|part| !matches!(part, Self::Everything));
        parts.sort_by_key(Self::cost);
        match parts.len() {
            0 => Self::Everything,
            1 => parts.pop().unwrap_or(Self::Everything),
            _ => Self::All(parts),
        }
    }

    fn any(mut parts: Vec<Self>) -> Self {
        if parts.iter().any(|part| matches!(part, Self::Everything)) {
            return Self::Everything;
        }
        parts.retain(|part| !matches!(part, Self::Nothing));
        parts.sort_by_key(Self::cost);
        match parts.len() {
            0 => Self::Nothing,
            1 => parts.pop().unwrap_or(Self::Nothing),
            _ => Self::Any(parts),
        }
    }

    /// How long a page takes, roughly; sets of rows come first, since they are also the smallest.
    fn cost(&self) -> u32 {
        match self {
            Self::Everything | Self::Nothing => 0,
            Self::Rows(_) | Self::Bit(_) => 1,
            Self::Cells { codes, .. } => match codes {
                Codes::None => 0,
                Codes::One(_) => 2,
                Codes::AnyBut(_) => 3,
                Codes::Many(_) => 6,
            },
            Self::Number { .. } => 4,
            Self::Notes(_) => 50,
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().map(Self::cost).fold(1, u32::saturating_add)
            }
            Self::Not(part) => part.cost().saturating_add(1),
        }
    }

    fn word(
        field: WordField,
        pattern: &Pattern,
        view: &View,
        lookup: &Lookup,
        work: &Work,
    ) -> Result<Self, SearchError> {
        let column = word_column(field);
        let Some((words, _)) = view.dictionaries.of(column) else {
            return Ok(Self::Nothing);
        };
        let codes = match pattern {
            Pattern::Present => {
                let nothing = words.find(b"").map_or(0, |word| Cell::One(word).code());
                Codes::AnyBut(nothing)
            }
            Pattern::Exact(word) => match words.find(word.as_bytes()) {
                Some(word) => one(column, word, view, lookup, work)?,
                None => Codes::None,
            },
            Pattern::Wildcard(text) => lookup.codes_of(column, text),
        };
        Ok(Self::cells(column, codes))
    }

    fn cells(column: usize, codes: Codes) -> Self {
        match codes {
            Codes::None => Self::Nothing,
            codes => Self::Cells { column, codes },
        }
    }

    fn ids(
        field: IdField,
        ids: &[i64],
        view: &View,
        lookup: &Lookup,
        work: &Work,
    ) -> Result<Self, SearchError> {
        let Some(column) = id_column(field) else {
            let column = match field {
                IdField::Conversation => Extra::Conversation,
                _ => Extra::Id,
            }
            .column();
            let one = |id: &i64| Self::Number {
                column,
                low: Bound::Included(*id),
                high: Bound::Included(*id),
            };
            return Ok(Self::any(ids.iter().map(one).collect()));
        };
        let Some((known, _)) = view.dictionaries.of(column) else {
            return Ok(Self::Nothing);
        };
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(value) = known.find(&id.to_le_bytes()) {
                let codes = one(column, value, view, lookup, work)?;
                found.push(Self::cells(column, codes));
            }
        }
        Ok(Self::any(found))
    }

    fn text(field: TextField, words: &[Pattern], lookup: &Lookup) -> Self {
        if is_indexed(field, words) {
            let rows = lookup.rows_with(field, words);
            return rows.map_or(Self::Nothing, Self::Rows);
        }
        if matches!(words, [] | [Pattern::Present]) {
            return match field {
                TextField::Title => Self::Bit(HAS_TITLE),
                TextField::Content => Self::Bit(HAS_CONTENT),
                TextField::Anywhere => {
                    Self::Any(vec![Self::Bit(HAS_TITLE), Self::Bit(HAS_CONTENT)])
                }
                TextField::Note => Self::Bit(HAS_NOTE),
            };
        }
        Self::Notes(words.to_vec())
    }

    /// The rows of `within` that fit.
    pub(super) fn select(
        &self,
        number: usize,
        page: &Page,
        within: &Mask,
        work: &Work,
    ) -> Result<Mask, Stopped> {
        Ok(match self {
            Self::Everything => *within,
            Self::Nothing => Mask::NONE,
            Self::All(parts) => {
                let mut left = *within;
                for part in parts {
                    if left.is_empty() {
                        break;
                    }
                    left = part.select(number, page, &left, work)?;
                }
                left
            }
            Self::Any(parts) => {
                let (mut found, mut left) = (Mask::NONE, *within);
                for part in parts {
                    if left.is_empty() {
                        break;
                    }
                    let more = part.select(number, page, &left, work)?;
                    found.or(&more);
                    left.and_not(&more);
                }
                found
            }
            Self::Not(part) => {
                let mut left = *within;
                left.and_not(&part.select(number, page, within, work)?);
                left
            }
            Self::Cells { column, codes } => {
                work.spend(self.cost().into())?;
                page.cells
                    .get(*column)
                    .map_or(Mask::NONE, |cells| cells.select(codes, within))
            }
            Self::Number { column, low, high } => {
                work.spend(self.cost().into())?;
                page.select_numbers(*column, *low, *high, within)
            }
            Self::Bit(column) => {
                work.spend(1)?;
                both(page.bit(*column), within)
            }
            Self::Rows(rows) => {
                work.spend(1)?;
                both(&rows.page(number), within)
            }
            Self::Notes(words) => noted(page, words, within, work)?,
        })
    }
}

/// Rows with a note that holds the words.
fn noted(page: &Page, words: &[Pattern], within: &Mask, work: &Work) -> Result<Mask, Stopped> {
    let mut found = both(page.bit(HAS_NOTE), within);
    let mut stopped = Ok(());
    found.keep(|at| {
        page.notes_of(at).iter().any(|note| {
            if stopped.is_ok() {
                stopped = work.spend(1 + units(note.len() * words.len(), 4));
            }
            stopped.is_ok() && holds(note, words)
        })
    });
    stopped.map(|()| found)
}

/// Codes of the cells that hold a value, alone or in a set.
fn one(
    column: usize,
    value: u32,
    view: &View,
    lookup: &Lookup,
    work: &Work,
) -> Result<Codes, Stopped> {
    if let Some(codes) = lookup.codes_with(column, value) {
        return Ok(codes);
    }
    if view.dictionaries.has_sets(column)
        && let Some((_, sets)) = view.dictionaries.of(column)
    {
        // Nearly always it is remembered.
        work.spend(units(sets.len(), 50))?;
    }
    Ok(view.dictionaries.codes_with(column, value))
}

fn both(one: &Mask, other: &Mask) -> Mask {
    let mut both = *one;
    both.and(other);
    both
}

/// What every word that fits begins with.
pub(super) fn literal_prefix(pattern: &str) -> String {
    let mut prefix = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' | '?' => break,
            '\\' => prefix.push(chars.next().unwrap_or('\\')),
            c => prefix.push(c),
        }
    }
    prefix
}

/// The rows that a question is about, page by page: within the window, the scope and the topics,
/// and fitting the predicate.
#[derive(Debug)]
pub(super) struct Selection<'v> {
    pub(super) view: &'v View,
    work: &'v Work,
    node: Node,
    /// First and last moment of arrival.
    pub(super) window: (i64, i64),
    pages: Range<usize>,
    /// Regular rows of the window.
    pub(super) range: Range<usize>,
}

impl<'v> Selection<'v> {
    pub(super) fn new(
        view: &'v View,
        scope: &Scope,
        predicate: &Predicate,
        topics: Option<&[TopicId]>,
        added: (UnixMillis, UnixMillis),
        lookup: &Lookup,
        work: &'v Work,
    ) -> Result<Self, SearchError> {
        let mut parts = vec![Node::of(predicate, view, lookup, work)?];
        if let TopicAccess::Only(reachable) = scope.topics() {
            let ids: Vec<i64> = reachable.iter().map(|topic| topic.0).collect();
            parts.push(Node::ids(IdField::Topic, &ids, view, lookup, work)?);
        }
        if let Some(topics) = topics {
            let ids: Vec<i64> = topics.iter().map(|topic| topic.0).collect();
            parts.push(Node::ids(IdField::Topic, &ids, view, lookup, work)?);
        }
        if let Some(user) = scope.only_assigned() {
            parts.push(Node::ids(
                IdField::AssignedUser,
                &[user.0],
                view,
                lookup,
                work,
            )?);
        }
        let window = (added.0.0, added.1.0);
        let range = if window.0 <= window.1 {
            view.rows.range(window.0, window.1)
        } else {
            0..0
        };
        Ok(Self {
            view,
            work,
            node: Node::all(parts),
            pages: pages(view, window, &range),
            window,
            range,
        })
    }

    /// The pages that may have rows, in order.
    pub(super) fn pages(&self) -> Range<usize> {
        self.pages.clone()
    }

    /// The rows of one page, regular and late.
    pub(super) fn page(&self, number: usize) -> Result<Mask, Stopped> {
        let Some(page) = self.view.rows.page(number) else {
            return Ok(Mask::NONE);
        };
        let mut within = self.regular_window(number, page);
        within.or(&self.late_window(page));
        self.fitting(number, page, within)
    }

    /// The regular rows of one page.
    pub(super) fn regular(&self, number: usize) -> Result<Mask, Stopped> {
        self.view.rows.page(number).map_or(Ok(Mask::NONE), |page| {
            self.fitting(number, page, self.regular_window(number, page))
        })
    }

    /// The late rows of one page.
    pub(super) fn late(&self, number: usize) -> Result<Mask, Stopped> {
        self.view.rows.page(number).map_or(Ok(Mask::NONE), |page| {
            self.fitting(number, page, self.late_window(page))
        })
    }

    fn regular_window(&self, number: usize, page: &Page) -> Mask {
        let first = number * PAGE;
        let mut within = if self.range.start <= first && first + PAGE <= self.range.end {
            Mask::ALL
        } else {
            Mask::range(
                self.range.start.saturating_sub(first),
                self.range.end.saturating_sub(first),
            )
        };
        within.and_not(page.bit(LATE));
        within
    }

    fn late_window(&self, page: &Page) -> Mask {
        let late = page.bit(LATE);
        if late.is_empty() {
            return Mask::NONE;
        }
        page.select_numbers(
            number_column(NumberField::Added),
            Bound::Included(self.window.0),
            Bound::Included(self.window.1),
            late,
        )
    }

    /// Counts work beside that of the filter.
    pub(super) fn spend(&self, units: u64) -> Result<(), Stopped> {
        self.work.spend(units)
    }

    fn fitting(&self, number: usize, page: &Page, mut within: Mask) -> Result<Mask, Stopped> {
        self.work.spend(1)?;
        within.and(page.alive());
        if within.is_empty() {
            return Ok(Mask::NONE);
        }
        self.node.select(number, page, &within, self.work)
    }
}

/// The pages with the regular rows of a window, and all up to those with its late rows.
fn pages(view: &View, window: (i64, i64), range: &Range<usize>) -> Range<usize> {
    let mut pages = range.start / PAGE..range.end.div_ceil(PAGE);
    if range.is_empty() {
        pages = 0..0;
    }
    let late = view
        .rows
        .late()
        .from((window.0, i64::MIN))
        .take_while(|(key, _)| key.0 <= window.1);
    let all = 0..view.rows.pages();
    for (count, page) in late.map(|(_, row)| index(row) / PAGE).enumerate() {
        if pages == all || count == MOST_LATE {
            return all;
        }
        pages = if pages.is_empty() {
            page..page + 1
        } else {
            pages.start.min(page)..pages.end.max(page + 1)
        };
    }
    pages
}

/// A row's number from its page and place.
pub(super) fn row_number(page: usize, at: usize) -> u32 {
    number(page * PAGE + at)
}
