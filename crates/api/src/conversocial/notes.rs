//! `notes`: what agents wrote about messages for each other.

use domain::action_type::ActionType;
use domain::mention::{Action, Mention};

use super::dates;
use super::ids::hex;
use super::query::fields::{View, put_link};
use crate::render::json::{Array, Object};

/// Writes the notes on one message, oldest first. The shape is inference: only the name of the
/// array is documented.
pub fn write(array: &mut Array<'_>, mention: &Mention, view: &View<'_>) {
    for action in &mention.state.actions {
        if action.kind == ActionType::Note {
            array.object(|object| {
                put_head(object, mention, action);
                object.text("text", action.detail.text.as_deref().unwrap_or_default());
                put_tail(object, action, view);
            });
        }
    }
}

/// Members at the start: which, and of which conversation.
fn put_head(object: &mut Object<'_>, mention: &Mention, action: &Action) {
    let id = hex(mention.id.get());
    object.display("id", format_args!("{id}-{}", action.id));
    object.text("conversation", &hex(mention.conversation_id.get()));
}

/// Members at the end: who and when.
fn put_tail(object: &mut Object<'_>, action: &Action, view: &View<'_>) {
    put_link(object, "user", view.links, "users", action.user_id);
    object.text("created_date", &dates::seconds(action.at));
}
