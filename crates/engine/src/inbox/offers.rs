//! What somebody can do to a mention now.

use domain::mention::{Assignee, Mention, Status};
use domain::permission::Permission;
use domain::scope::Scope;

/// What somebody can do to a mention now: what is offered here is not refused when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an answer to a question of its own"
)]
pub struct Offers {
    /// Set the status, in general.
    pub status: bool,
    /// Set the status to done; not when it is done already.
    pub mark_done: bool,
    /// Set the status of a done mention to new.
    pub mark_new: bool,
    /// Assign it.
    pub assign: bool,
    /// Add and remove tags.
    pub tag: bool,
    /// Set the tone.
    pub sentiment: bool,
    /// Write a note.
    pub note: bool,
    /// Remove it.
    pub delete: bool,
}

/// What is offered for a mention that the scope reaches.
pub fn offers(scope: &Scope, mention: &Mention) -> Offers {
    let is_done = mention.state.status == Status::Done;
    let status = scope.may(Permission::StatusUpdate);
    Offers {
        status,
        mark_done: status && !is_done && may_resolve(scope, &mention.state.assignees),
        mark_new: status && is_done,
        assign: scope.may(Permission::AssignmentsUpdate),
        tag: scope.may(Permission::TagsUpdate),
        sentiment: scope.may(Permission::SentimentUpdate),
        note: scope.may(Permission::NoteUpdate),
        delete: scope.may(Permission::QueriesMentionsDelete),
    }
}

/// Whether a mention of these assignees may be set to done.
///
/// The permission's name is all that is known of it: whoever lacks it resolves only what is
/// assigned to them.
pub(super) fn may_resolve(scope: &Scope, assignees: &[Assignee]) -> bool {
    scope.may(Permission::InboxUnassignedResolveReply)
        || scope
            .actor()
            .user_id()
            .is_none_or(|user| assignees.contains(&Assignee::User(user)))
}
