//! The change log: what followers (index, live stream, webhooks, history) read.

use crate::ids::{AccountId, ChangeNumber, TopicId, UserId};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What happened to an object.
    ChangeKind {
        MentionAdded = "mention.added",
        MentionUpdated = "mention.updated",
        MentionDeleted = "mention.deleted",
        TopicAdded = "topic.added",
        TopicUpdated = "topic.updated",
        TopicDeleted = "topic.deleted",
        ProfileAdded = "profile.added",
        ProfileUpdated = "profile.updated",
        ProfileDeleted = "profile.deleted",
        TagAdded = "tag.added",
        TagUpdated = "tag.updated",
        TagDeleted = "tag.deleted",
        UserAdded = "user.added",
        UserUpdated = "user.updated",
        UserDeleted = "user.deleted",
        RoleAdded = "role.added",
        RoleUpdated = "role.updated",
        RoleDeleted = "role.deleted",
        ProjectAdded = "project.added",
        ProjectUpdated = "project.updated",
        ProjectDeleted = "project.deleted",
        AccountUpdated = "account.updated",
        KeyAdded = "key.added",
        KeyUpdated = "key.updated",
        KeyDeleted = "key.deleted",
    }
}

impl ChangeKind {
    /// Whether the object is a mention.
    pub const fn is_mention(self) -> bool {
        matches!(
            self,
            Self::MentionAdded | Self::MentionUpdated | Self::MentionDeleted
        )
    }
}

/// One changed object of one transaction, before it has a number.
#[derive(Debug, Clone, PartialEq)]
pub struct NewChange {
    /// What happened.
    pub kind: ChangeKind,
    /// The object's number.
    pub object_id: i64,
    /// The topic it lies in, which decides who may see the change.
    pub topic_id: Option<TopicId>,
    /// What changed, by name; `null` when the kind says it all.
    pub detail: serde_json::Value,
}

/// One row of the change log.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The tenant.
    pub account_id: AccountId,
    /// Position: numbers of an account grow by one in the order of commits.
    pub number: ChangeNumber,
    /// What happened.
    pub kind: ChangeKind,
    /// The object's number.
    pub object_id: i64,
    /// The topic it lies in.
    pub topic_id: Option<TopicId>,
    /// Who did it; `None` for the system.
    pub user_id: Option<UserId>,
    /// When.
    pub at: UnixMillis,
    /// What changed, by name.
    pub detail: serde_json::Value,
}
