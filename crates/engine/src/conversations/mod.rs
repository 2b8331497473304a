//! Conversations: what belongs together, and how far it is.

mod list;
mod place;
mod query;
mod rebuild;
mod shift;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use place::{New, place};
pub(crate) use shift::{Shift, shift};

pub use list::{content, get, list, parents};
pub use query::{
    After, Assigned, Bound, ConversationPage, ConversationQuery, ConversationSort,
    ConversationSortBy, Range, Shown, Sides, Wants,
};

pub use rebuild::{Rebuilt, rebuild};

/// Of a longer conversation only the newest mentions are shown, this many.
pub const MOST_MENTIONS: usize = 5_000;
