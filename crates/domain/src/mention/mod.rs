//! The mention: one thing that somebody said, and what was done with it since.
//!
//! A mention is one aggregate and one stored row: [`Body`] is what arrived and never changes but
//! by erasure, [`State`] is what agents and rules change. Names of tags, topics and users are not
//! in it; views look them up, so that a renamed tag is renamed everywhere at once.
//!
//! One file per idea; everything is named from here.

mod action;
mod author;
mod body;
mod entities;
mod location;
mod priority;
mod state;
mod timers;

pub use action::{Action, ActionDetail, Todo};
pub use author::Author;
pub use body::{Body, Button, ClickedButton, ExtraAttribute, Sender, ServiceDetails, Source};
pub use entities::{Entities, Entity};
pub use location::Location;
pub use priority::{Priority, PriorityBand};
pub use state::{Assignee, HandledBy, Sentiment, State, Status};
pub use timers::Timers;

use crate::ids::{AccountId, ChangeNumber, ConversationId, MentionId, ProjectId, TopicId, UserId};
use crate::message_type::MessageType;
use crate::source::Category;
use crate::time::UnixMillis;

/// A mention as tracked in one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The tenant.
    pub account_id: AccountId,
    /// The topic it was found for.
    pub topic_id: TopicId,
    /// The project of the topic.
    pub project_id: ProjectId,
    /// 17-digit number, unique in the account, growing with `added_at`.
    pub id: MentionId,
    /// What it belongs together with; see [`crate::conversation`].
    pub conversation_id: ConversationId,
    /// When Switchboard got it (`date.added`).
    pub added_at: UnixMillis,
    /// When it was published, as far as the source says (`date.published`).
    pub published_at: Option<UnixMillis>,
    /// What arrived.
    pub body: Body,
    /// What was done with it.
    pub state: State,
    /// The change that wrote this version of the mention.
    pub changed_by: ChangeNumber,
}

impl Mention {
    /// Messages between two parties that the public cannot see.
    pub fn is_private(&self) -> bool {
        self.body.message_type.is_some_and(MessageType::is_private)
    }

    /// The user who sent it, as far as whoever brought it says: nothing but the name of an account's
    /// user, who may be unknown here.
    pub fn sent_by(&self) -> Option<UserId> {
        let sender = self.body.source.sender.as_ref()?;
        UserId::parse(&sender.id).filter(|_| sender.kind == "user")
    }

    /// An answer to another message.
    pub fn is_reply(&self) -> bool {
        self.body.source.in_reply_to.is_some()
    }

    /// A mention that stands for a case.
    pub fn is_case(&self) -> bool {
        self.body.source.category == Category::Case
    }
}
