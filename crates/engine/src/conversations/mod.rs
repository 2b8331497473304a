//! Conversations: what belongs together, and how far it is.

mod list;
mod query;

pub use list::{content, get, list, parents};
pub use query::{
    After, Assigned, Bound, ConversationPage, ConversationQuery, ConversationSort,
    ConversationSortBy, Range, Shown, Sides, Wants,
};

/// Of a longer conversation only the newest mentions are shown, this many.
pub const MOST_MENTIONS: usize = 5_000;
