//! Filters that look at the text only: what topics listen for.

use super::ast::{Piece, Query, Value};
use super::compile::compile;
use super::error::{FilterError, FilterErrorKind as Kind};
use super::fields::TextField;
use super::keys::KeyKind;
use super::names::{Context, NoNames};
use super::predicate::Predicate;
use crate::time::UnixMillis;

/// Most signs `*` and `?` in keywords: each is tried at every message that arrives, for as long as
/// the topic is there.
pub const MAX_STORED_WILDCARDS: usize = 100;

/// The keywords of a topic as a predicate of [`Predicate::Text`] parts; blank keywords take
/// everything.
///
/// # Errors
/// Other keys than `content` and `title` are refused, and so are keywords that any text passes
/// that lacks some word: nearly everything would be listened to. So are more than
/// [`MAX_STORED_WILDCARDS`].
pub fn text_query(query: &Query) -> Result<Predicate, FilterError> {
    for clause in query.clauses() {
        let Some(key) = clause.key else { continue };
        if !matches!(
            key.kind,
            KeyKind::Text(TextField::Content | TextField::Title)
        ) {
            return Err(FilterError {
                kind: Kind::OnlyText(key.name),
                start: clause.span.start,
                end: clause.span.end,
                found: clause.to_string(),
                suggestion: None,
            });
        }
    }
    check_wildcards(query)?;
    let context = Context {
        now: UnixMillis(0),
        me: None,
        names: &NoNames,
    };
    let predicate = compile(query, &context)?;
    if query.root.is_some() && !demands_a_word(&predicate, false) {
        let clauses = query.clauses();
        return Err(FilterError {
            kind: Kind::OnlyNegative,
            start: clauses
                .iter()
                .map(|clause| clause.span.start)
                .min()
                .unwrap_or_default(),
            end: clauses
                .iter()
                .map(|clause| clause.span.end)
                .max()
                .unwrap_or_default(),
            found: query.to_string(),
            suggestion: None,
        });
    }
    Ok(predicate)
}

/// Refuses more wildcards than a filter may have that is kept and asked again and again.
fn check_wildcards(query: &Query) -> Result<(), FilterError> {
    let mut left = MAX_STORED_WILDCARDS;
    for clause in query.clauses() {
        let Value::Text(pieces) = &clause.value else {
            continue;
        };
        let signs = pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Literal(_)))
            .count();
        match left.checked_sub(signs) {
            Some(rest) => left = rest,
            None => {
                return Err(FilterError {
                    kind: Kind::TooManyStoredWildcards,
                    start: clause.span.start,
                    end: clause.span.end,
                    found: clause.to_string().chars().take(SHOWN).collect(),
                    suggestion: None,
                });
            }
        }
    }
    Ok(())
}

/// Characters of a clause that an error shows.
const SHOWN: usize = 100;

/// Whether a text without any word is sure to be refused.
fn demands_a_word(predicate: &Predicate, is_negated: bool) -> bool {
    let demands = |part: &Predicate| demands_a_word(part, is_negated);
    match predicate {
        Predicate::Not(part) => demands_a_word(part, !is_negated),
        Predicate::All(parts) if !is_negated => parts.iter().any(demands),
        Predicate::All(parts) => parts.iter().all(demands),
        Predicate::Any(parts) if !is_negated => parts.iter().all(demands),
        Predicate::Any(parts) => parts.iter().any(demands),
        Predicate::Everything => is_negated,
        _ => !is_negated,
    }
}
