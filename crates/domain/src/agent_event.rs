//! What agents did: the record that reporting tools read.

use crate::ids::{AccountId, AgentEventId, ConversationId, ProfileId, TopicId, UserId};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What happened. The words are ours: of the vendor's events only the address is known.
    AgentEventKind {
        Login = "login",
        Logout = "logout",
        Available = "available",
        Away = "away",
        ConversationOpened = "conversation_opened",
        ConversationReplied = "conversation_replied",
        ConversationArchived = "conversation_archived",
        ConversationAssigned = "conversation_assigned",
    }
}

/// Something that an agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentEvent {
    /// The tenant.
    pub account_id: AccountId,
    /// Number; grows with time.
    pub id: AgentEventId,
    /// When.
    pub at: UnixMillis,
    /// Who.
    pub user_id: UserId,
    /// What.
    pub kind: AgentEventKind,
    /// The conversation it was about.
    pub conversation_id: Option<ConversationId>,
    /// The topic of that conversation, which decides who may see the event.
    pub topic_id: Option<TopicId>,
    /// The connected profile through which the message had come.
    pub profile_id: Option<ProfileId>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<i64>,
}
