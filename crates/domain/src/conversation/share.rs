//! What one mention adds to its conversation.

use crate::ids::{MentionId, TagId, UserId};
use crate::mention::{Assignee, Mention, Priority, Status};
use crate::source::Service;
use crate::time::UnixMillis;

/// What one mention adds to its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The mention.
    pub mention_id: MentionId,
    /// When it came.
    pub added_at: UnixMillis,
    /// Publication (else arrival), rounded down to whole seconds: the links that clients follow
    /// from page to page can say no more.
    pub at: UnixMillis,
    /// Stage in the workflow.
    pub status: Status,
    /// Urgent and not handled yet.
    pub is_urgent: bool,
    /// The public cannot see it.
    pub is_private: bool,
    /// Its tags, each once.
    pub tags: Vec<TagId>,
    /// The first user it is assigned to; teams do not count.
    pub assignee: Option<UserId>,
    /// Where it was found: service and `service_id` of the profile.
    pub place: Option<(Service, String)>,
    /// Who wrote it, unless that is the company itself: service and
    /// [key](crate::mention::Author::key).
    pub customer: Option<(Service, String)>,
}

impl Share {
    /// The share of a mention.
    pub fn of(mention: &Mention) -> Self {
        let (body, state) = (&mention.body, &mention.state);
        let service = body.source.service;
        Self {
            mention_id: mention.id,
            added_at: mention.added_at,
            at: mention.clock_start().whole_seconds(),
            status: state.status,
            is_urgent: state.status.can_be_urgent()
                && state.priority.is_some_and(Priority::is_urgent),
            is_private: mention.is_private(),
            tags: state.tags.clone(),
            assignee: state.assignees.iter().find_map(Assignee::user_id),
            place: body
                .source
                .place()
                .map(|(service, profile)| (service, profile.to_owned())),
            customer: body
                .author
                .key()
                .filter(|_| !body.author.managed)
                .map(|key| (service, key.to_owned())),
        }
    }
}
