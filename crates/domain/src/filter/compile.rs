//! From a filter as written to typed questions.

use super::ast::{Clause, Node, Piece, Query, Range, Value};
use super::error::{FilterError, FilterErrorKind as Kind};
use super::fields::{NumberField, TextField};
use super::keys::{Key, KeyKind};
use super::names::Context;
use super::predicate::Predicate;
use super::ranges::{self, Unit};
use super::terms;
use super::valued::Valued;

/// What a filter asks in an account, at a moment.
///
/// Names of tags, topics, projects and users that do not exist (any more) find nothing and are no
/// mistake, because saved filters outlive what they name. Words of closed lists are checked.
///
/// # Errors
/// Says which value is wrong and what may have been meant.
pub fn compile(query: &Query, context: &Context<'_>) -> Result<Predicate, FilterError> {
    match &query.root {
        Some(root) => tree(root, context),
        None => Ok(Predicate::Everything),
    }
}

fn tree(node: &Node, context: &Context<'_>) -> Result<Predicate, FilterError> {
    let each = |parts: &[Node]| -> Result<Vec<Predicate>, FilterError> {
        parts.iter().map(|part| tree(part, context)).collect()
    };
    Ok(match node {
        Node::And(parts) => Predicate::all(each(parts)?),
        Node::Or(parts) => Predicate::any(each(parts)?),
        Node::Not(part) => tree(part, context)?.negate(),
        Node::Clause(clause) => one(clause, context)?,
    })
}

fn one(clause: &Clause, context: &Context<'_>) -> Result<Predicate, FilterError> {
    match (&clause.value, clause.key) {
        (Value::Text(pieces), None) => text(clause, TextField::Anywhere, pieces),
        (Value::Text(pieces), Some(key)) => Valued {
            clause,
            key,
            pieces,
            context,
        }
        .predicate(),
        (Value::Range(range), Some(key)) => ranged(clause, key, range, context),
        (Value::Range(_), None) => Err(clause.wrong(Kind::NoRangeAllowed(""))),
    }
}

impl Clause {
    /// An error about the value.
    pub(super) fn wrong(&self, kind: Kind) -> FilterError {
        let found = match self.value.plain() {
            Some(text) => text.to_owned(),
            None => Self {
                key: None,
                ..self.clone()
            }
            .to_string(),
        };
        FilterError {
            kind,
            start: self.value_span.start,
            end: self.value_span.end,
            found: found.chars().take(100).collect(),
            suggestion: None,
        }
    }
}

pub(super) fn text(
    clause: &Clause,
    field: TextField,
    pieces: &[Piece],
) -> Result<Predicate, FilterError> {
    if pieces == [Piece::Any] {
        let words = Vec::new();
        return Ok(Predicate::Text { field, words });
    }
    let words = terms::words(pieces);
    if words.is_empty() {
        let suggestion = match clause.value.plain() {
            Some("&&" | "&") => Some("AND".to_owned()),
            Some("||" | "|") => Some("OR".to_owned()),
            _ => None,
        };
        return Err(clause.wrong(Kind::NoWord).suggest(suggestion));
    }
    Ok(Predicate::Text { field, words })
}

/// A range after a key.
fn ranged(
    clause: &Clause,
    key: &Key,
    range: &Range,
    context: &Context<'_>,
) -> Result<Predicate, FilterError> {
    let (field, unit) =
        number_key(key).ok_or_else(|| clause.wrong(Kind::NoRangeAllowed(key.name)))?;
    let (low, high) =
        ranges::bounds(range, unit, context.now).ok_or_else(|| clause.wrong(not_a_number(key)))?;
    Ok(Predicate::Number { field, low, high })
}

pub(super) fn number_key(key: &Key) -> Option<(NumberField, Unit)> {
    Some(match key.kind {
        KeyKind::Number(field) => (field, Unit::Whole),
        KeyKind::Score(field) => (field, Unit::Hundredths),
        KeyKind::Priority => (NumberField::Priority, Unit::Priority),
        KeyKind::Moment(field) => (field, Unit::Moment),
        KeyKind::Age(field) => (field, Unit::Minutes),
        _ => return None,
    })
}

pub(super) fn not_a_number(key: &Key) -> Kind {
    match key.kind {
        KeyKind::Moment(_) => Kind::NotADate(key.name),
        _ => Kind::NotANumber(key.name),
    }
}
