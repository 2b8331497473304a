//! Conversations: mentions of one topic that belong together.
//!
//! A conversation has no life of its own: what is told of it is the sum of its mentions, added up
//! in [`Conversation`] from one [`Share`] each. Whoever changes a mention takes its old share out
//! and puts the new one in; the order of changes makes no difference to the sum.
//!
//! Per topic, because one message found for two topics is two mentions with a status, tags and
//! rights of their own.

mod key;
mod row;
mod share;
#[cfg(test)]
mod tests;

pub use key::ConversationKey;
pub use row::{Conversation, ConversationAuthor, Lost, Totals};
pub use share::Share;

use crate::time::DAY_MS;

/// After this time without a new mention, what a person writes in private begins a new
/// conversation (vendor's help pages on private one-to-one conversations: 28 days).
pub const SILENCE_MS: i64 = 28 * DAY_MS;

/// Whether a key begins another conversation some day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// One conversation for ever: it opens again when somebody adds to it.
    Never,
    /// A new one when the newest is done, or silent for [`SILENCE_MS`].
    AfterDoneOrSilence,
}
