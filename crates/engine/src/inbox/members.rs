//! Which permission a member of a mention asks for, and how much of it there may be: the same
//! whether it comes with a new mention or changes one that is there.

use domain::mention::{Assignee, Status};
use domain::permission::Permission;
use domain::scope::Scope;

use super::offers::may_resolve;
use crate::Error;

/// Longest tag name, in characters.
pub(crate) const LONGEST_TAG: usize = 100;
/// Most tags on one mention, and most names of tags in what is asked for one.
pub(crate) const MOST_TAGS: usize = domain::limits::MENTION_TAGS;

/// The members that somebody sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member that is given or not"
)]
pub(crate) struct Given {
    /// Stage in the workflow.
    pub(crate) status: bool,
    /// Tone.
    pub(crate) sentiment: bool,
    /// Tags.
    pub(crate) tags: bool,
    /// Who is to handle it, or a comment on that.
    pub(crate) assignment: bool,
    /// Notes and to-dos.
    pub(crate) notes: bool,
    /// Priority, language or place.
    pub(crate) properties: bool,
}

/// Refuses for the first permission that is missing.
pub(crate) fn check_permissions(scope: &Scope, given: Given) -> Result<(), Error> {
    [
        (given.status, Permission::StatusUpdate),
        (given.sentiment, Permission::SentimentUpdate),
        (given.tags, Permission::TagsUpdate),
        (given.assignment, Permission::AssignmentsUpdate),
        (given.notes, Permission::NoteUpdate),
        (given.properties, Permission::PropertiesUpdate),
    ]
    .into_iter()
    .filter(|(is_given, _)| *is_given)
    .try_for_each(|(_, permission)| crate::auth::require(scope, permission))
}

/// Refuses a status that the scope may not give a mention of these assignees, new or old.
pub(crate) fn check_status(
    scope: &Scope,
    assignees: &[Assignee],
    status: Status,
) -> Result<(), Error> {
    if status == Status::Done && !may_resolve(scope, assignees) {
        return Err(Error::lacks(Permission::InboxUnassignedResolveReply));
    }
    Ok(())
}

/// Refuses names that can be no tags, and more of them than a mention bears. `field` is the member
/// that holds them.
pub(crate) fn check_tags(field: &str, names: &[String]) -> Result<(), Error> {
    if names.len() > MOST_TAGS {
        return Err(too_many_tags(field));
    }
    for (index, name) in names.iter().enumerate() {
        let field = format!("{field}[{index}]");
        if name.trim().is_empty() {
            return Err(Error::invalid(field, "a tag must not be empty"));
        }
        super::check_length(&field, name, LONGEST_TAG)?;
    }
    Ok(())
}

pub(super) fn too_many_tags(field: &str) -> Error {
    Error::invalid(field, format!("a mention has at most {MOST_TAGS} tags"))
}
