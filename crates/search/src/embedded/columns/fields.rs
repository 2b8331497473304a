//! Which column holds which field, which fields share a dictionary, and how a mention is read
//! into columns.

use std::sync::atomic::{AtomicBool, Ordering};

use domain::filter::{Flag, IdField, NumberField, WordField, values};
use domain::mention::Mention;
use domain::text::fold_into;

use super::cells::{Cell, Codes};
use super::dictionary::{Dictionary, intern_word, set_key};
use super::holders::Holders;
use super::recent::Recent;

/// Identifier fields with a column of cells; the two others are a number for each mention.
pub(in crate::embedded) const CELL_IDS: [IdField; 7] = [
    IdField::Topic,
    IdField::Project,
    IdField::Tag,
    IdField::AssignedUser,
    IdField::AssignedTeam,
    IdField::ActionBy,
    IdField::Case,
];

/// Columns of cells: the word fields, then [`CELL_IDS`].
pub(in crate::embedded) const CELLS: usize = WordField::ALL.len() + CELL_IDS.len();

/// Columns of numbers: the number fields, then those of [`Extra`].
pub(in crate::embedded) const NUMBERS: usize = NumberField::ALL.len() + 4;

/// Numbers that are no number field.
#[derive(Debug, Clone, Copy)]
pub(in crate::embedded) enum Extra {
    /// The mention.
    Id,
    /// Its conversation.
    Conversation,
    /// The change that wrote this version.
    Version,
    /// Fingerprint of title and content.
    Text,
}

impl Extra {
    pub(in crate::embedded) const fn column(self) -> usize {
        NumberField::ALL.len()
            + match self {
                Self::Id => 0,
                Self::Conversation => 1,
                Self::Version => 2,
                Self::Text => 3,
            }
    }
}

/// Some numbers lie close to another one of the same row. They are kept as the difference, which
/// is mostly small or the same in many rows: columns of numbers by the column they are kept
/// against. That one is no difference itself.
pub(in crate::embedded) const fn reference(column: usize) -> Option<usize> {
    const ADDED: usize = 0;
    const PUBLISHED: usize = 1;
    const LAST_ACTION: usize = 2;
    const LAST_STATUS: usize = 3;
    const ID: usize = Extra::Id.column();
    const CONVERSATION: usize = Extra::Conversation.column();
    match column {
        PUBLISHED => Some(ADDED),
        LAST_STATUS => Some(LAST_ACTION),
        CONVERSATION => Some(ID),
        _ => None,
    }
}

pub(in crate::embedded) fn word_column(field: WordField) -> usize {
    place(WordField::ALL, field)
}

/// The column of an identifier field, if it is one of cells.
pub(in crate::embedded) fn id_column(field: IdField) -> Option<usize> {
    CELL_IDS
        .iter()
        .position(|one| *one == field)
        .map(|at| WordField::ALL.len() + at)
}

pub(in crate::embedded) fn number_column(field: NumberField) -> usize {
    place(NumberField::ALL, field)
}

fn place<T: PartialEq + Copy>(all: &[T], field: T) -> usize {
    all.iter()
        .position(|one| *one == field)
        .unwrap_or(usize::MAX)
}

/// Flags with a bit each; behind them whether the title, the content and the notes have a word.
pub(in crate::embedded) const FLAGS: [Flag; 8] = [
    Flag::Private,
    Flag::Reply,
    Flag::Retweet,
    Flag::Managed,
    Flag::Case,
    Flag::PartOfCase,
    Flag::Assigned,
    Flag::Located,
];
/// Columns of bits.
pub(in crate::embedded) const BITS: usize = FLAGS.len() + 5;
pub(in crate::embedded) const HAS_TITLE: usize = FLAGS.len();
pub(in crate::embedded) const HAS_CONTENT: usize = FLAGS.len() + 1;
pub(in crate::embedded) const HAS_NOTE: usize = FLAGS.len() + 2;
/// The row is that of a mention, not of a deleted one.
pub(in crate::embedded) const ALIVE: usize = FLAGS.len() + 3;

/// The row stands behind one that arrived later; see [`super::rows`].
pub(in crate::embedded) const LATE: usize = FLAGS.len() + 4;

pub(in crate::embedded) fn flag_column(flag: Flag) -> usize {
    place(&FLAGS, flag)
}

/// Fields whose values are often the same strings share a dictionary.
pub(in crate::embedded) const fn dictionary_of(field: WordField) -> WordField {
    match field {
        WordField::Thread | WordField::InReplyTo => WordField::SourceId,
        WordField::AuthorName => WordField::Author,
        WordField::LinkedDomain => WordField::Domain,
        WordField::PostedBy | WordField::PostedIn => WordField::Profile,
        own => own,
    }
}

/// The dictionaries of an account.
#[derive(Debug)]
pub(in crate::embedded) struct Dictionaries {
    /// For each column of cells: number of the dictionary of its values.
    of_column: [usize; CELLS],
    values: Vec<Dictionary>,
    sets: Vec<Dictionary>,
    /// Whether a column ever held a set, since a dictionary of sets may be another column's.
    has_sets: [AtomicBool; CELLS],
    /// By dictionary.
    holders: Vec<Holders>,
}

impl Default for Dictionaries {
    fn default() -> Self {
        let own = std::array::from_fn(|column| {
            WordField::ALL
                .get(column)
                .map_or(column, |field| word_column(dictionary_of(*field)))
        });
        Self {
            of_column: own,
            values: (0..CELLS).map(|_| Dictionary::default()).collect(),
            sets: (0..CELLS).map(|_| Dictionary::default()).collect(),
            has_sets: std::array::from_fn(|_| AtomicBool::new(false)),
            holders: (0..CELLS).map(|_| Holders::default()).collect(),
        }
    }
}

impl Dictionaries {
    /// Values and sets of a column of cells.
    pub(in crate::embedded) fn of(&self, column: usize) -> Option<(&Dictionary, &Dictionary)> {
        let own = *self.of_column.get(column)?;
        Some((self.values.get(own)?, self.sets.get(own)?))
    }

    /// All of them, for snapshots: values, then sets.
    pub(in crate::embedded) fn all(&self) -> impl Iterator<Item = &Dictionary> {
        self.values.iter().chain(&self.sets)
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        let holders: usize = self.holders.iter().map(Holders::bytes).sum();
        self.all().map(Dictionary::bytes).sum::<usize>() + holders
    }

    /// Whether a cell of the column may be a set.
    pub(in crate::embedded) fn has_sets(&self, column: usize) -> bool {
        // The lock through which a view is published orders this with the rows.
        self.has_sets
            .get(column)
            .is_some_and(|has| has.load(Ordering::Relaxed))
    }

    pub(in crate::embedded) fn note_sets(&self, column: usize) {
        if let Some(has) = self.has_sets.get(column) {
            has.store(true, Ordering::Relaxed);
        }
    }

    /// Codes of the cells of a column that hold a value, alone or in a set.
    pub(in crate::embedded) fn codes_with(&self, column: usize, value: u32) -> Codes {
        if !self.has_sets(column) {
            return Codes::One(Cell::One(value).code());
        }
        let holders = self
            .of_column
            .get(column)
            .and_then(|own| self.holders.get(*own));
        match (self.of(column), holders) {
            (Some((values, sets)), Some(holders)) => holders.of(value, values, sets),
            _ => Codes::None,
        }
    }

    /// The code of a cell with these values.
    fn code(&self, column: usize, found: &mut Vec<u32>, recent: &mut Recent) -> u32 {
        if found.len() > 1 {
            found.sort_unstable();
            found.dedup();
        }
        match (found.as_slice(), self.of(column)) {
            ([], _) | (_, None) => Cell::Empty.code(),
            ([one], _) => Cell::One(*one).code(),
            (several, Some((_, sets))) => {
                self.note_sets(column);
                let key = set_key(several);
                let own = self.of_column.get(column).copied().unwrap_or(column);
                let set = recent.number(CELLS + own, &key, || sets.intern(&key, &[]));
                Cell::Set(set).code()
            }
        }
    }
}

/// A mention in the form of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::embedded) struct Row {
    pub(in crate::embedded) cells: [u32; CELLS],
    pub(in crate::embedded) numbers: [Option<i64>; NUMBERS],
    pub(in crate::embedded) bits: [bool; BITS],
}

impl Row {
    /// A row of nothing, for a mention that is deleted before it is known.
    pub(in crate::embedded) const EMPTY: Self = Self {
        cells: [0; CELLS],
        numbers: [None; NUMBERS],
        bits: [false; BITS],
    };

    /// Reads a mention. `text` is the fingerprint of its words and whether title, content and
    /// notes have any.
    pub(in crate::embedded) fn of(
        mention: &Mention,
        dictionaries: &Dictionaries,
        recent: &mut Recent,
        text: i64,
        has: [bool; 3],
    ) -> Self {
        let mut row = Self::EMPTY;
        let mut found = Vec::new();
        let mut folded = String::new();
        for (column, field) in WordField::ALL.iter().enumerate() {
            found.clear();
            if let Some((words, _)) = dictionaries.of(column) {
                let own = dictionaries.of_column.get(column).copied();
                values::words(mention, *field, |word| {
                    let find = || {
                        folded.clear();
                        fold_into(word, &mut folded);
                        intern_word(words, &folded, word)
                    };
                    found.push(recent.number(own.unwrap_or(column), word.as_bytes(), find));
                });
            }
            if let Some(cell) = row.cells.get_mut(column) {
                *cell = dictionaries.code(column, &mut found, recent);
            }
        }
        for (at, field) in CELL_IDS.iter().enumerate() {
            let column = WordField::ALL.len() + at;
            found.clear();
            if let Some((ids, _)) = dictionaries.of(column) {
                values::ids(mention, *field, |id| {
                    let key = id.to_le_bytes();
                    found.push(recent.number(column, &key, || ids.intern(&key, &[])));
                });
            }
            if let Some(cell) = row.cells.get_mut(column) {
                *cell = dictionaries.code(column, &mut found, recent);
            }
        }
        for (number, field) in row.numbers.iter_mut().zip(NumberField::ALL) {
            *number = values::number(mention, *field);
        }
        row.set_number(Extra::Id, mention.id.0);
        row.set_number(Extra::Conversation, mention.conversation_id.0);
        row.set_number(Extra::Version, mention.changed_by.0);
        row.set_number(Extra::Text, text);
        for (bit, flag) in row.bits.iter_mut().zip(FLAGS) {
            *bit = values::flag(mention, flag);
        }
        for (bit, is) in row.bits.iter_mut().skip(HAS_TITLE).zip(has) {
            *bit = is;
        }
        row.set_bit(ALIVE, true);
        row
    }

    pub(in crate::embedded) fn bit(&self, column: usize) -> bool {
        self.bits.get(column).copied().unwrap_or(false)
    }

    pub(in crate::embedded) fn set_bit(&mut self, column: usize, is: bool) {
        if let Some(bit) = self.bits.get_mut(column) {
            *bit = is;
        }
    }

    pub(in crate::embedded) fn number(&self, extra: Extra) -> Option<i64> {
        self.numbers.get(extra.column()).copied().flatten()
    }

    pub(in crate::embedded) fn set_number(&mut self, extra: Extra, value: i64) {
        if let Some(number) = self.numbers.get_mut(extra.column()) {
            *number = Some(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_kept_against_the_right_columns() {
        let of = |field| reference(number_column(field));
        assert_eq!(
            of(NumberField::Published),
            Some(number_column(NumberField::Added))
        );
        assert_eq!(
            of(NumberField::LastStatus),
            Some(number_column(NumberField::LastAction))
        );
        assert_eq!(
            reference(Extra::Conversation.column()),
            Some(Extra::Id.column())
        );
        for column in (0..NUMBERS).filter_map(reference) {
            assert_eq!(reference(column), None);
        }
    }
}
