//! What to list, and what comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::conversation::Conversation;
use domain::handling::Interval;
use domain::ids::{ConversationId, MentionId, ProfileId, TagId, UserId};
use domain::mention::{Mention, Status};
use domain::role::TopicAccess;
use domain::source::Service;
pub use store::conversations::{
    After, Assigned, Bound, ConversationSort, Range, Sides, SortBy as ConversationSortBy,
};

use crate::Directory;

/// Which conversations, in which order. Of a list of alternatives one must fit, so an empty list
/// fits nothing; `None` asks for nothing. All that is asked for must fit.
#[derive(Debug, Clone, Default)]
pub struct ConversationQuery {
    /// One of these stages.
    pub statuses: Option<Vec<Status>>,
    /// An urgent mention waits, or none does.
    pub is_priority: Option<bool>,
    /// Part of it is private, or nothing is.
    pub has_private: Option<bool>,
    /// One of these.
    pub ids: Option<Vec<ConversationId>>,
    /// Numbers.
    pub id_range: Range,
    /// Who is to handle it.
    pub assigned_to: Option<Assigned>,
    /// One of these customers: network and [key](domain::mention::Author::key).
    pub authors: Option<Vec<(Service, String)>>,
    /// A customer wrote in it, or nobody but the company did.
    pub has_author: Option<bool>,
    /// A mention bears one of these.
    pub tags: Option<Vec<TagId>>,
    /// A mention was found at the place of one of these, for whichever topic. Those of topics out of
    /// reach are nowhere.
    pub channels: Option<Vec<ProfileId>>,
    /// Milliseconds of the oldest mention's date, a whole second: in one of these.
    pub oldest: Option<Vec<Range>>,
    /// Milliseconds of the newest mention's date, a whole second: in one of these.
    pub newest: Option<Vec<Range>>,
    /// Fields to sort by, the first one first; the oldest mention's date when there is none. What is
    /// equal in all of them comes by number, in the direction of the last field.
    pub sort: Vec<ConversationSort>,
    /// Only what comes after this place in the order; needs exactly one sort field (or none).
    /// `skip` is not looked at then.
    pub after: Option<After>,
    /// How many to leave out at the start.
    pub skip: usize,
    /// How many at most.
    pub limit: usize,
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
    /// These mentions themselves. Empty unless wanted.
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
