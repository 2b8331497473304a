//! Conversations: what belongs together, and how far it is.

mod list;
mod place;
mod query;
mod shift;

pub(crate) use place::{New, place};
pub(crate) use shift::{Shift, shift};

pub use list::{content, get, list, parents};
pub use query::{
    After, Assigned, Bound, ConversationPage, ConversationQuery, ConversationSort,
    ConversationSortBy, Range, Shown, Sides, Wants,
};

/// Of a longer conversation only the newest mentions are shown, this many.
pub const MOST_MENTIONS: usize = 5_000;
