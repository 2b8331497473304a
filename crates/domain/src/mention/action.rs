//! The history of a mention, and the to-dos in its notes.

use serde::{Deserialize, Serialize};

use super::{Assignee, Priority, Sentiment, Status};
use crate::action_type::ActionType;
use crate::ids::{ActionId, TagId, TodoId, UserId};
use crate::time::UnixMillis;

/// One entry in the history of a mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Number within the mention, from 1.
    pub id: ActionId,
    /// Who did it; `None` for the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What was done.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// What it changed, from which views write the description.
    #[serde(default, skip_serializing_if = "ActionDetail::is_empty")]
    pub detail: ActionDetail,
    /// When.
    pub at: UnixMillis,
}

impl Action {
    /// The text, when it is something that a person wrote and not the name of a property.
    pub fn written_text(&self) -> Option<&str> {
        self.detail
            .text
            .as_deref()
            .filter(|_| self.kind != ActionType::Property)
    }
}

/// What an action changed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionDetail {
    /// Text of a note, comment of an assignment, name of a property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// New status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// New sentiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
    /// New priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Priority before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_priority: Option<Priority>,
    /// New assignees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignees: Option<Vec<Assignee>>,
    /// Tags added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_added: Vec<TagId>,
    /// Tags removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_removed: Vec<TagId>,
}

impl ActionDetail {
    /// Tags and assignees that are named.
    pub fn names(&self) -> usize {
        let assignees = self.assignees.as_ref().map_or(0, Vec::len);
        let tags = self
            .tags_added
            .len()
            .saturating_add(self.tags_removed.len());
        assignees.saturating_add(tags)
    }

    /// Nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A to-do that was written into a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// Number within the mention, from 1.
    pub id: TodoId,
    /// Who wrote it.
    pub author: UserId,
    /// What is to be done.
    pub text: String,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<Assignee>,
    /// Done or not.
    pub is_done: bool,
    /// When it was written.
    pub added_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}
