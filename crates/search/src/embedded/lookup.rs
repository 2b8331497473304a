//! What the words of a call's filters mean in an account: every dictionary is walked once for all
//! of them, however many filters and tables there are.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::filter::{Pattern, Predicate, States, TextField, Wildcards, WordField};
use work::{Held, Stopped, Work};

use super::columns::cells::{Cell, Codes};
use super::columns::dictionary::{Dictionary, members};
use super::columns::fields::{id_column, word_column};
use super::columns::mask::RowSet;
use super::columns::number;
use super::columns::table::Bits;
use super::view::View;
use super::words::Asked;
use crate::SearchError;

/// Most states of all different patterns of a call together.
const MOST_STATES: usize = 1 << 14;

/// Up to so many values of a column are looked up one by one, which is remembered from call to
/// call; more of them are looked up together.
const FEW: usize = 16;

/// The words of filters, looked up.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// By column and pattern.
    wildcards: HashMap<(usize, String), Codes>,
    /// By column and number of the value, where there are many.
    values: HashMap<(usize, u32), Codes>,
    texts: HashMap<(TextField, Vec<Pattern>), Arc<RowSet>>,
    held: Vec<Held>,
}

/// What there is to look up.
#[derive(Default)]
struct Wanted<'q> {
    wildcards: HashMap<usize, HashSet<&'q str>>,
    values: HashMap<usize, HashSet<u32>>,
    texts: HashSet<(TextField, &'q [Pattern])>,
}

/// Whether a text is looked for in the word index.
pub(super) fn is_indexed(field: TextField, words: &[Pattern]) -> bool {
    field != TextField::Note && !matches!(words, [] | [Pattern::Present])
}

impl Lookup {
    /// Looks up the words of all these filters.
    pub(super) fn of<'q>(
        predicates: impl Iterator<Item = &'q Predicate>,
        view: &View,
        work: &Work,
    ) -> Result<Self, SearchError> {
        let mut wanted = Wanted::default();
        for predicate in predicates {
            wanted.add(predicate, view);
        }
        let mut lookup = Self::default();
        for (column, patterns) in &wanted.wildcards {
            lookup.fitting(*column, patterns, view, work)?;
        }
        for (column, values) in &wanted.values {
            if values.len() > FEW {
                lookup.holding(*column, values, view, work)?;
            }
        }
        lookup.rows(wanted.texts, view, work)?;
        Ok(lookup)
    }

    /// Codes of the cells with a value that fits.
    pub(super) fn codes_of(&self, column: usize, pattern: &str) -> Codes {
        // The key is borrowed in halves; filters are short.
        self.wildcards
            .get(&(column, pattern.to_owned()))
            .cloned()
            .unwrap_or(Codes::None)
    }

    /// Codes of the cells with this value, if it was looked up with many others.
    pub(super) fn codes_with(&self, column: usize, value: u32) -> Option<Codes> {
        self.values.get(&(column, value)).cloned()
    }

    /// The rows whose text holds the words.
    pub(super) fn rows_with(&self, field: TextField, words: &[Pattern]) -> Option<Arc<RowSet>> {
        self.texts.get(&(field, words.to_vec())).cloned()
    }

    /// Codes of the values of a column that fit each pattern.
    fn fitting(
        &mut self,
        column: usize,
        patterns: &HashSet<&str>,
        view: &View,
        work: &Work,
    ) -> Result<(), SearchError> {
        let Some((words, sets)) = view.dictionaries.of(column) else {
            return Ok(());
        };
        let patterns: Vec<&str> = patterns.iter().copied().collect();
        let mut found = self.room(column, patterns.len(), words, sets, view, work)?;
        check_states(patterns.iter().copied(), work)?;
        let matcher = Wildcards::new(patterns.iter().copied());
        let mut states = States::default();
        let mut word = 0;
        for block in words.blocks() {
            work.spend(block_cost(&matcher))?;
            block.each(|key, _| {
                if let Ok(key) = std::str::from_utf8(key) {
                    matcher.fitting(key, &mut states, |pattern| found.put(pattern, word));
                }
                word += 1;
            });
        }
        found.add_sets(column, sets, view, work)?;
        for (pattern, codes) in patterns.iter().zip(found.codes) {
            self.wildcards
                .insert((column, (*pattern).to_owned()), codes.into());
        }
        Ok(())
    }

    /// Codes of the cells that hold each value, alone or in a set.
    fn holding(
        &mut self,
        column: usize,
        values: &HashSet<u32>,
        view: &View,
        work: &Work,
    ) -> Result<(), SearchError> {
        let Some((words, sets)) = view.dictionaries.of(column) else {
            return Ok(());
        };
        let mut found = self.room(column, values.len(), words, sets, view, work)?;
        for (at, value) in values.iter().enumerate() {
            found.put(at, *value);
        }
        found.add_sets(column, sets, view, work)?;
        for (value, codes) in values.iter().zip(found.codes) {
            self.values.insert((column, *value), codes.into());
        }
        Ok(())
    }

    fn room(
        &mut self,
        column: usize,
        count: usize,
        words: &Dictionary,
        sets: &Dictionary,
        view: &View,
        work: &Work,
    ) -> Result<Found, SearchError> {
        let sets = if view.dictionaries.has_sets(column) {
            sets.len()
        } else {
            0
        };
        let codes = words.len().max(sets) * 2 + 2;
        self.held.push(work.hold((codes / 8 + 64) * count)?);
        work.spend(u64::try_from(codes / 4_096 * count).unwrap_or(u64::MAX))?;
        let nothing = FoundCodes {
            only: None,
            count: 0,
            bits: Bits::with(codes),
        };
        Ok(Found {
            codes: vec![nothing; count],
            sets: number(sets),
        })
    }

    fn rows(
        &mut self,
        texts: HashSet<(TextField, &[Pattern])>,
        view: &View,
        work: &Work,
    ) -> Result<(), SearchError> {
        if texts.is_empty() {
            return Ok(());
        }
        let patterns: HashSet<&str> = texts
            .iter()
            .flat_map(|(_, words)| *words)
            .filter_map(|pattern| match pattern {
                Pattern::Wildcard(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        check_states(patterns.into_iter(), work)?;
        self.held
            .push(work.hold((view.rows.len() / 8 + 128) * texts.len())?);
        let mut asked: Vec<Asked<'_>> = texts
            .into_iter()
            .map(|(field, words)| Asked {
                field,
                words,
                rows: RowSet::with_rows(view.rows.len()),
            })
            .collect();
        view.find_texts(&mut asked, work)?;
        for one in asked {
            self.texts
                .insert((one.field, one.words.to_vec()), Arc::new(one.rows));
        }
        Ok(())
    }
}

impl<'q> Wanted<'q> {
    fn add(&mut self, predicate: &'q Predicate, view: &View) {
        match predicate {
            Predicate::All(parts) | Predicate::Any(parts) => {
                for part in parts {
                    self.add(part, view);
                }
            }
            Predicate::Not(part) => self.add(part, view),
            Predicate::Word { field, pattern } => self.word(*field, pattern, view),
            Predicate::Id { field, id } => {
                if let Some(column) = id_column(*field) {
                    self.value(column, &id.to_le_bytes(), view);
                }
            }
            Predicate::Text { field, words } if is_indexed(*field, words) => {
                self.texts.insert((*field, words.as_slice()));
            }
            Predicate::Everything
            | Predicate::Nothing
            | Predicate::HasId(_)
            | Predicate::Number { .. }
            | Predicate::Text { .. }
            | Predicate::Flag(_) => {}
        }
    }

    fn word(&mut self, field: WordField, pattern: &'q Pattern, view: &View) {
        let column = word_column(field);
        match pattern {
            Pattern::Wildcard(text) => {
                self.wildcards.entry(column).or_default().insert(text);
            }
            Pattern::Exact(word) => self.value(column, word.as_bytes(), view),
            Pattern::Present => {}
        }
    }

    /// Only where sets have to be looked through.
    fn value(&mut self, column: usize, key: &[u8], view: &View) {
        if view.dictionaries.has_sets(column)
            && let Some((values, _)) = view.dictionaries.of(column)
            && let Some(value) = values.find(key)
        {
            self.values.entry(column).or_default().insert(value);
        }
    }
}

/// Codes that were found for each of several questions.
struct Found {
    codes: Vec<FoundCodes>,
    sets: u32,
}

#[derive(Clone)]
struct FoundCodes {
    /// The first one.
    only: Option<u32>,
    count: usize,
    bits: Bits,
}

impl FoundCodes {
    fn insert(&mut self, code: u32) {
        self.only.get_or_insert(code);
        self.count += usize::from(self.bits.insert(code));
    }
}

impl From<FoundCodes> for Codes {
    fn from(found: FoundCodes) -> Self {
        match (found.count, found.only) {
            (0, _) | (_, None) => Self::None,
            (1, Some(code)) => Self::One(code),
            _ => Self::Many(Arc::new(found.bits)),
        }
    }
}

impl Found {
    fn put(&mut self, question: usize, value: u32) {
        if let Some(codes) = self.codes.get_mut(question) {
            codes.insert(Cell::One(value).code());
        }
    }

    /// Adds the sets with a value that was found.
    fn add_sets(
        &mut self,
        column: usize,
        sets: &Dictionary,
        view: &View,
        work: &Work,
    ) -> Result<(), SearchError> {
        if self.sets == 0 || !view.dictionaries.has_sets(column) {
            return Ok(());
        }
        // Those that found nothing have no set either.
        let mut some: Vec<&mut FoundCodes> = self
            .codes
            .iter_mut()
            .filter(|codes| codes.count > 0)
            .collect();
        if some.is_empty() {
            return Ok(());
        }
        let questions = u64::try_from(some.len()).unwrap_or(u64::MAX);
        let mut own: Vec<u32> = Vec::new();
        let mut stopped = Ok(());
        sets.each_key(0..self.sets, |set, key| {
            if stopped.is_err() {
                return;
            }
            own.clear();
            own.extend(members(key).map(|member| Cell::One(member).code()));
            let tests = questions.saturating_mul(u64::try_from(own.len()).unwrap_or(u64::MAX));
            stopped = work.spend(1 + tests / 50);
            for codes in &mut some {
                if own.iter().any(|member| codes.bits.contains(*member)) {
                    codes.insert(Cell::Set(set).code());
                }
            }
        });
        Ok(stopped?)
    }
}

/// A block of a dictionary for these patterns, in units.
fn block_cost(matcher: &Wildcards) -> u64 {
    let width = u64::try_from(matcher.width()).unwrap_or(u64::MAX);
    50 + 20 * width
}

/// Counts what it takes to compile patterns, of which there may not be too many.
fn check_states<'p>(
    patterns: impl Iterator<Item = &'p str>,
    work: &Work,
) -> Result<(), SearchError> {
    let states: usize = patterns.map(Wildcards::states_of).sum();
    if states > MOST_STATES {
        return Err(Stopped::TooMuch.into());
    }
    // A row of states for each character that is named.
    Ok(work.spend(units(states * (states / 64 + 20), 200))?)
}

/// So many things in units, where a unit takes so many of them.
pub(super) fn units(count: usize, a_unit: usize) -> u64 {
    u64::try_from(count / a_unit.max(1)).unwrap_or(u64::MAX)
}
