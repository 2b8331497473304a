//! The inbox: finding mentions and working on them.

mod bodies;
mod change;
mod delete;
mod list;
mod members;
mod offers;
mod room;
mod seen;
mod update;

pub(crate) use bodies::read;
pub use delete::{DeleteOptions, delete};
pub(crate) use list::Asked;
pub use list::{Cursor, DEFAULT_WINDOW_MS, ListMentions, MentionPage, compile, get, list};
pub(crate) use members::{Given, LONGEST_TAG, check_permissions, check_status, check_tags};
pub use offers::{Offers, offers};
pub use room::weight;
pub use seen::{sees_action, sees_todos};
pub(crate) use update::check_length;
pub use update::{
    AssigneeChange, MentionUpdate, NewNote, TagChange, TagMode, TodoChange, UpdateRules, Updated,
    update,
};
