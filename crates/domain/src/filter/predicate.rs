//! The compiled form of a filter: typed questions about a mention.
//!
//! The in-memory matcher ([`super::matches()`]) is the reference; the search engines answer the same
//! tree from their own structures.

use std::ops::Bound;

use super::fields::{Flag, IdField, NumberField, TextField, WordField};

/// A question that a mention answers with yes or no.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Always yes.
    Everything,
    /// Always no.
    Nothing,
    /// Yes to each.
    All(Vec<Predicate>),
    /// Yes to at least one.
    Any(Vec<Predicate>),
    /// No.
    Not(Box<Predicate>),
    /// One of the field's words fits the pattern.
    Word {
        /// Which words.
        field: WordField,
        /// What fits.
        pattern: Pattern,
    },
    /// One of the field's numbers is this one.
    Id {
        /// Which numbers.
        field: IdField,
        /// The number.
        id: i64,
    },
    /// The field has an identifier at all (`tag:*`, `assigned:*`).
    HasId(IdField),
    /// The field has a number and it lies in the range.
    Number {
        /// Which number.
        field: NumberField,
        /// Lower end.
        low: Bound<i64>,
        /// Upper end.
        high: Bound<i64>,
    },
    /// One text of the field holds the words at consecutive positions, as [`crate::text`] cuts it.
    Text {
        /// Which text.
        field: TextField,
        /// The words; empty asks whether there is any word at all.
        words: Vec<Pattern>,
    },
    /// The mention has this property.
    Flag(Flag),
}

impl Predicate {
    /// Yes to each, in the simplest form.
    pub fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Everything => {}
                Self::Nothing => return Self::Nothing,
                Self::All(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        match flat.pop() {
            None => Self::Everything,
            Some(only) if flat.is_empty() => only,
            Some(last) => {
                flat.push(last);
                Self::All(flat)
            }
        }
    }

    /// Yes to at least one, in the simplest form.
    pub fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Nothing => {}
                Self::Everything => return Self::Everything,
                Self::Any(inner) => flat.extend(inner),
                part => flat.push(part),
            }
        }
        match flat.pop() {
            None => Self::Nothing,
            Some(only) if flat.is_empty() => only,
            Some(last) => {
                flat.push(last);
                Self::Any(flat)
            }
        }
    }

    /// No, in the simplest form.
    pub fn negate(self) -> Self {
        match self {
            Self::Everything => Self::Nothing,
            Self::Nothing => Self::Everything,
            Self::Not(part) => *part,
            part => Self::Not(Box::new(part)),
        }
    }
}

/// What a word must look like. Words and patterns are folded with [`crate::text::fold`] before
/// they are compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Any word at all.
    Present,
    /// This word, folded.
    Exact(String),
    /// Folded, with `*` for any run of characters and `?` for one; `\` takes the next character
    /// literally.
    Wildcard(String),
}

impl Pattern {
    /// Whether a folded word fits.
    pub fn fits(&self, word: &str) -> bool {
        match self {
            Self::Present => !word.is_empty(),
            Self::Exact(exact) => exact == word,
            Self::Wildcard(pattern) => super::wildcard::fits(pattern, word),
        }
    }
}
