//! The filter language: one grammar for lists, facets, rules, folders and webhooks.
//!
//! # Organization
//! text → [`parse`] → [`Query`] (as written, printable) → [`compile`] (needs the account's names
//! and the time) → [`Predicate`] (typed) → [`matches`] or a search engine.

pub mod fields;
mod matches;
mod names;
pub mod predicate;
pub mod values;
mod wildcard;

pub use fields::{Flag, IdField, NumberField, TextField, WordField};
pub use matches::{Subject, matches};
pub use names::{Context, Names, NoNames};
pub use predicate::{Pattern, Predicate};
