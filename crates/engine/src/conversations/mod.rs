//! Conversations: what belongs together, and how far it is.

mod list;
mod place;
mod query;
mod rebuild;
mod shift;
mod shown;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use place::{New, place};
pub(crate) use shift::{Shift, shift};

pub use list::{get, list, parents};
pub use query::{
    After, Assigned, Bound, ConversationPage, ConversationQuery, ConversationSort,
    ConversationSortBy, ListQuery, Range, Shown, Sides, Wants,
};

pub use rebuild::{Rebuilt, rebuild};

/// So many mentions are shown at most, of one conversation or of all conversations of a page together:
/// of longer ones the newest.
pub const MOST_MENTIONS: usize = 5_000;
