//! The inbox: finding mentions and working on them.

mod change;
mod delete;
mod list;
mod offers;
mod update;

pub use delete::{DeleteOptions, delete};
pub(crate) use list::Asked;
pub use list::{Cursor, DEFAULT_WINDOW_MS, ListMentions, MentionPage, compile, get, list};
pub use offers::{Offers, offers};
pub use update::{
    AssigneeChange, MentionUpdate, NewNote, TagChange, TagMode, TodoChange, UpdateRules, Updated,
    update,
};
pub(crate) use update::{LONGEST_TAG, check_length};
