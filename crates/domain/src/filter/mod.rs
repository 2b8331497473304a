//! The filter language: one grammar for lists, facets, rules, folders and webhooks.
//!
//! # Organization
//! text → [`parse`] → [`Query`] (as written, printable) → [`compile()`] (needs the account's names
//! and the time) → [`Predicate`] (typed) → [`matches()`] or a search engine. [`keys`] is the table of
//! what can be asked, [`fields`] that of what can be answered, [`values`] says from what.
//!
//! # The language
//! - `key:value`; a value with spaces, parentheses or quotes stands in quotes, in which `\` takes the
//!   next character literally. A word without a key is looked for in title and content.
//! - `AND`, `OR`, `NOT` in upper case; `NOT` binds tightest, then `AND`. Words next to each other are
//!   joined by `AND`, `-x` is `NOT x`. So `content:Guy Verhofstadt` asks for both words, and
//!   `content:"Guy Verhofstadt"` for one after the other.
//! - `key:(a OR b)` is `(key:a OR key:b)`.
//! - `[a TO b]` includes its ends, `{a TO b}` does not, `*` is no end; `>5`, `>=5`, `<5`, `<=5`.
//! - Outside quotes `*` is any run of characters and `?` one; `key:*` asks whether there is a value.
//! - Keys and words of closed lists are compared without case; an unknown key is an error, except
//!   where it cannot be meant as one (`https://example.com`, `12:30`).
//! - A blank filter passes everything.

mod ast;
mod compile;
mod error;
pub mod fields;
pub mod keys;
mod keywords;
mod lexer;
mod matches;
mod names;
mod parser;
pub mod predicate;
mod printer;
mod ranges;
mod ready;
mod terms;
mod valued;
pub mod values;
mod wildcard;
mod wildcards;

#[cfg(test)]
mod tests;

pub use ast::{Clause, Node, Piece, Query, Range, Span, Value};
pub use compile::compile;
pub use error::{FilterError, FilterErrorKind};
pub use fields::{Flag, IdField, NumberField, TextField, WordField};
pub use keywords::{MAX_STORED_WILDCARDS, text_query};
pub(crate) use matches::TextWords;
pub use matches::{Subject, matches};
pub use names::{Context, Names, NoNames};
pub use parser::{MAX_BYTES, MAX_CLAUSES, MAX_DEPTH, MAX_WILDCARDS, parse};
pub use predicate::{Pattern, Predicate};
pub use printer::quote;
pub use ready::{
    hashtag_filter, postedby_filter, postedin_filter, profile_filter, tag_filter, user_filter,
};
pub use wildcards::{States, Wildcards};
