//! A filter as it was written.

use super::keys::Key;

/// A filter as it was written, without what makes no difference (spacing, needless parentheses and
/// quotes, the spelling of keys). `Display` writes it in its shortest form, which can be parsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// `None` for a blank filter, which everything passes.
    pub root: Option<Node>,
}

/// A part of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Two or more parts that must all hold.
    And(Vec<Node>),
    /// Two or more parts of which one must hold.
    Or(Vec<Node>),
    /// A part that must not hold.
    Not(Box<Node>),
    /// One key and one value, or a value alone.
    Clause(Clause),
}

/// One key and one value, or a value alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The key; `None` for a word to be looked for in title and content.
    pub key: Option<&'static Key>,
    /// The value.
    pub value: Value,
    /// Where key and value stand.
    pub span: Span,
    /// Where the value stands.
    pub value_span: Span,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, possibly with wildcards; literal pieces are not empty and never adjacent, except that
    /// `""` is one empty piece.
    Text(Vec<Piece>),
    /// `[a TO b]`.
    Range(Range),
}

/// A piece of a text value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These characters.
    Literal(String),
    /// `*`: any run of characters.
    Any,
    /// `?`: one character.
    One,
}

/// A range; comparisons such as `>5` are ranges too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Lower end; `None` for `*`.
    pub low: Option<String>,
    /// `[` rather than `{`.
    pub includes_low: bool,
    /// Upper end; `None` for `*`.
    pub high: Option<String>,
    /// `]` rather than `}`.
    pub includes_high: bool,
}

/// Characters of the filter text, counted from 0, end exclusive.
///
/// All spans compare as equal: where a thing was written does not make it another thing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    /// First character.
    pub start: usize,
    /// Character after the last.
    pub end: usize,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl Query {
    /// Every clause, in the order of writing.
    pub fn clauses(&self) -> Vec<&Clause> {
        let mut found = Vec::new();
        let mut left: Vec<&Node> = self.root.iter().collect();
        while let Some(node) = left.pop() {
            match node {
                Node::And(parts) | Node::Or(parts) => left.extend(parts.iter().rev()),
                Node::Not(part) => left.push(part),
                Node::Clause(clause) => found.push(clause),
            }
        }
        found
    }
}

impl Value {
    /// The text, when there is no wildcard in it.
    pub fn plain(&self) -> Option<&str> {
        match self {
            Self::Text(pieces) => match pieces.as_slice() {
                [Piece::Literal(text)] => Some(text),
                _ => None,
            },
            Self::Range(_) => None,
        }
    }
}
