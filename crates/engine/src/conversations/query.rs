//! What to list, and what comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::conversation::Conversation;
use domain::handling::Interval;
use domain::ids::{MentionId, ProfileId, UserId};
use domain::mention::Mention;
use domain::role::TopicAccess;
pub use store::conversations::{
    After, Assigned, Bound, ConversationSort, ListQuery, Range, Sides, SortBy as ConversationSortBy,
};

use crate::Directory;

/// Which conversations, in which order.
#[derive(Debug, Clone, Default)]
pub struct ConversationQuery {
    /// What is asked of conversations as they are stored; its places stand for `channels` and are
    /// put in from there.
    pub rows: ListQuery,
    /// A mention was found at the place of one of these, for whichever topic. Those of topics out of
    /// reach are nowhere, so an empty list fits nothing; `None` asks for nothing.
    pub channels: Option<Vec<ProfileId>>,
}

/// What to load besides the conversations themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wants {
    /// [`Shown::content`].
    pub content_ids: bool,
    /// [`Shown::handling`].
    pub handling: bool,
    /// [`Shown::mentions`].
    pub mentions: bool,
}

/// A conversation with what it is shown with.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The conversation.
    pub conversation: Conversation,
    /// Its tags and places.
    pub sides: Sides,
    /// Its mentions, oldest first; of very long conversations the newest, see
    /// [`MOST_MENTIONS`](super::MOST_MENTIONS). Empty unless something of them is wanted.
    pub content: Vec<MentionId>,
    /// Work on these mentions, oldest first. Empty unless wanted.
    pub handling: Vec<Interval>,
    /// These mentions themselves, of large ones the newest. Empty unless wanted.
    pub mentions: Vec<Mention>,
}

/// Part of a list of conversations.
#[derive(Debug, Clone)]
pub struct ConversationPage {
    /// The conversations, in order.
    pub items: Vec<Shown>,
    /// Others follow.
    pub has_more: bool,
    /// Names of what they point at.
    pub directory: Arc<Directory>,
}

impl Shown {
    /// The connected [profiles](Directory::profile_of) where its mentions were found, by number:
    /// those that the account still has.
    pub fn channels(&self, directory: &Directory, reach: &TopicAccess) -> Vec<ProfileId> {
        let topic = self.conversation.topic_id;
        let places = self.sides.places.iter();
        let ids: BTreeSet<ProfileId> = places
            .filter_map(|(service, key)| directory.profile_of(reach, topic, (*service, key)))
            .map(|profile| profile.id)
            .collect();
        ids.into_iter().collect()
    }

    /// Who is to handle it.
    pub fn assigned_to(&self) -> Option<UserId> {
        self.conversation.assigned_to
    }
}
