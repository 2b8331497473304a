//! Random mentions and filters over one small vocabulary, so that filters often hit.
//!
//! Everything is derived from the test runner's seed: no clock and no other randomness.

mod filters;
mod mentions;
mod predicates;
pub mod vocabulary;

pub use filters::{any_filter_text, any_keywords, any_query, any_syntax};
pub use mentions::{any_mention, any_mentions, any_text};
pub use predicates::any_predicate;
