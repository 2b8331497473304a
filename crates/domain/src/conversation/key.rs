//! What decides which mentions belong together.

use super::Renewal;
use crate::mention::Body;
use crate::message_type::MessageType;

/// What decides about the conversation of a mention; equal keys within a topic are one
/// conversation.
///
/// Public posts go by thread. Private messages and mail go by author and profile, because their
/// answers address the person and not a message (vendor's help pages). A mention with neither is a
/// conversation of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConversationKey {
    /// By the topmost post.
    Thread(String),
    /// By author and profile.
    Person(String),
    /// By itself.
    Single,
}

impl ConversationKey {
    /// The key of a message.
    pub fn of(body: &Body) -> Self {
        let source = &body.source;
        let service = source.service.as_str();
        let profile = source.profile.as_deref().unwrap_or_default();
        if body.message_type.is_some_and(MessageType::is_private) {
            return match body.author.key() {
                Some(author) => {
                    Self::Person(format!("p\u{1f}{service}\u{1f}{profile}\u{1f}{author}"))
                }
                None => Self::Single,
            };
        }
        match source
            .thread_id
            .as_deref()
            .or(source.in_reply_to.as_deref())
            .or(source.id.as_deref())
        {
            Some(top) => Self::Thread(format!("t\u{1f}{service}\u{1f}{top}")),
            None => Self::Single,
        }
    }

    /// The message, by its identifier at its service, whose conversation a message joins when the
    /// topic has it; the key decides otherwise.
    ///
    /// Answers do not always name the top of their thread, and what the company writes in private
    /// is written to the customer it answers, whose key it does not have.
    pub fn answered(body: &Body) -> Option<&str> {
        let source = &body.source;
        let (answered, top) = (source.in_reply_to.as_deref(), source.thread_id.as_deref());
        if body.message_type.is_some_and(MessageType::is_private) {
            return answered.or(top).filter(|_| body.author.managed);
        }
        answered.filter(|_| top.is_none())
    }

    /// Whether another conversation with this key begins some day.
    pub const fn renewal(&self) -> Renewal {
        match self {
            Self::Thread(_) | Self::Single => Renewal::Never,
            Self::Person(_) => Renewal::AfterDoneOrSilence,
        }
    }

    /// The text under which the store keeps it.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Thread(key) | Self::Person(key) => Some(key),
            Self::Single => None,
        }
    }
}
