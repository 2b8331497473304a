//! The change log: what followers (index, live stream, webhooks, history) read.

use crate::checksum::mix;
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

impl NewChange {
    /// See [`Change::mark`]; `user_id` did it at a moment.
    pub fn mark(&self, user_id: Option<UserId>, at: UnixMillis) -> i64 {
        let numbers = [
            i64::from(self.kind.number()),
            self.object_id,
            self.topic_id.map_or(-1, TopicId::get),
            user_id.map_or(-1, UserId::get),
            at.0,
        ];
        let mark = numbers
            .iter()
            .fold(0, |mark, number| mix(mark ^ number.cast_unsigned()));
        mark.cast_signed()
    }
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

impl Change {
    /// Tells this change from another one that bears the same number: after a log has lost its
    /// end, numbers are given again.
    pub fn mark(&self) -> i64 {
        let change = NewChange {
            kind: self.kind,
            object_id: self.object_id,
            topic_id: self.topic_id,
            detail: serde_json::Value::Null,
        };
        change.mark(self.user_id, self.at)
    }
}
