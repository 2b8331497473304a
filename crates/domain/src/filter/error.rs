//! What can be wrong with a filter, in words for the person who wrote it.

/// A filter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// What is wrong.
    pub kind: FilterErrorKind,
    /// First character of the wrong part, counted from 0 in Unicode code points.
    pub start: usize,
    /// Character after its last.
    pub end: usize,
    /// The wrong part as written; cut off when it is very long.
    pub found: String,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

/// What is wrong with a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterErrorKind {
    /// More than [`super::MAX_BYTES`] bytes.
    TooLong,
    /// More than [`super::MAX_DEPTH`] levels of parentheses and negations.
    TooDeep,
    /// More than [`super::MAX_CLAUSES`] words and values.
    TooManyClauses,
    /// More than [`super::MAX_WILDCARDS`] `*` and `?` within values.
    TooManyWildcards,
    /// A key that is not in the table.
    UnknownKey,
    /// A key without a value.
    MissingValue,
    /// An operator without something to its left.
    NothingBefore,
    /// An operator without something to its right.
    NothingAfter,
    /// `(` without `)`.
    UnclosedParenthesis,
    /// `)` without `(`.
    UnopenedParenthesis,
    /// `()`.
    EmptyParentheses,
    /// `"` without its partner.
    UnclosedQuote,
    /// A range that is not `[a TO b]`.
    MalformedRange,
    /// A range or comparison after a key that takes none.
    NoRangeAllowed(&'static str),
    /// A word to look for that has no letter, digit or emoji.
    NoWord,
    /// A value that the key does not have.
    UnknownValue(&'static str),
    /// A value that should be a number.
    NotANumber(&'static str),
    /// A value that should be a date.
    NotADate(&'static str),
    /// A value that should be an identifier.
    NotAnId(&'static str),
    /// `*` or `?` after a key that takes none.
    NoWildcardAllowed(&'static str),
    /// A key where only text may be asked for.
    OnlyText(&'static str),
    /// A search that only says what must not be there.
    OnlyNegative,
    /// More than [`super::MAX_STORED_WILDCARDS`] wildcards in a filter that is kept.
    TooManyStoredWildcards,
}

impl std::fmt::Display for FilterError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use FilterErrorKind as K;
        let found = &self.found;
        match &self.kind {
            K::TooLong => write!(f, "The filter is longer than {} bytes.", super::MAX_BYTES),
            K::TooDeep => write!(
                f,
                "The filter has more than {} levels of parentheses and negations.",
                super::MAX_DEPTH
            ),
            K::TooManyStoredWildcards => write!(
                f,
                "The keywords have more than {} wildcards (* and ?).",
                super::MAX_STORED_WILDCARDS
            ),
            K::TooManyClauses => {
                write!(f, "The filter has more than {} parts.", super::MAX_CLAUSES)
            }
            K::TooManyWildcards => write!(
                f,
                "The filter has more than {} * and ? within its values.",
                super::MAX_WILDCARDS
            ),
            K::UnknownKey => write!(
                f,
                "There is no key \"{found}\"; text with a colon is searched for within quotes."
            ),
            K::MissingValue => write!(f, "A value is missing after \"{found}\"."),
            K::NothingBefore => write!(f, "\"{found}\" has nothing to its left."),
            K::NothingAfter => write!(f, "\"{found}\" has nothing to its right."),
            K::UnclosedParenthesis => write!(f, "This parenthesis is not closed."),
            K::UnopenedParenthesis => write!(f, "This parenthesis was not opened."),
            K::EmptyParentheses => write!(f, "There is nothing between the parentheses."),
            K::UnclosedQuote => write!(f, "This quotation mark has no partner."),
            K::MalformedRange => write!(f, "A range is written [a TO b]; found \"{found}\"."),
            K::NoRangeAllowed(key) => write!(f, "\"{key}\" takes a value, not a range."),
            K::NoWord => write!(f, "There is no word to look for in \"{found}\"."),
            K::UnknownValue(key) => write!(f, "\"{key}\" has no value \"{found}\"."),
            K::NotANumber(key) => write!(f, "\"{key}\" takes numbers; found \"{found}\"."),
            K::NotADate(key) => write!(
                f,
                "\"{key}\" takes dates such as 2026-11-21, 2026-11-21T12:00:00Z or Unix seconds; found \"{found}\"."
            ),
            K::NotAnId(key) => write!(f, "\"{key}\" takes an identifier; found \"{found}\"."),
            K::NoWildcardAllowed(key) => write!(f, "\"{key}\" takes no * or ? within a value."),
            K::OnlyText(key) => write!(
                f,
                "Keywords look at the text only; \"{key}\" cannot be used here."
            ),
            K::OnlyNegative => write!(
                f,
                "Keywords must say what to find, not only what to leave out."
            ),
        }?;
        match &self.suggestion {
            Some(suggestion) => write!(f, " Did you mean {suggestion}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FilterError {}

impl FilterError {
    /// An error about the characters `start..end` of a filter.
    pub(super) fn at(kind: FilterErrorKind, text: &[char], start: usize, end: usize) -> Self {
        let end = end.min(text.len());
        let start = start.min(end);
        let found = text.get(start..end).unwrap_or_default();
        Self {
            kind,
            start,
            end,
            found: found.iter().take(MAX_FOUND).collect(),
            suggestion: None,
        }
    }

    /// The same with what may have been meant.
    pub(super) fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }
}

/// Characters of a wrong part that are worth showing.
const MAX_FOUND: usize = 100;
