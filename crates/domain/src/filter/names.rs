//! What a filter needs to know of the account it is read in.

use super::predicate::Pattern;
use crate::ids::{ProjectId, TagId, TopicId, UserId};
use crate::time::UnixMillis;

/// Who asks, when, and what things are called there.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The present; ages count back from it.
    pub now: UnixMillis,
    /// Who `me` is; `None` for the server itself.
    pub me: Option<UserId>,
    /// The names of the account.
    pub names: &'a dyn Names,
}

/// Finds things by what they are called.
pub trait Names {
    /// The tag of this name; case, and space at the ends, do not count.
    fn tag(&self, name: &str) -> Option<TagId>;
    /// The topics of this name or number.
    fn topics(&self, name_or_id: &str) -> Vec<TopicId>;
    /// The projects of this name or number.
    fn projects(&self, name_or_id: &str) -> Vec<ProjectId>;
    /// The users of this full name.
    fn users(&self, name: &str) -> Vec<UserId>;
    /// The tags whose folded name fits (`tag:vip*`); none unless implemented.
    fn tags_like(&self, pattern: &Pattern) -> Vec<TagId> {
        let _ = pattern;
        Vec::new()
    }
}

/// An account in which nothing has a name.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn tag(&self, _: &str) -> Option<TagId> {
        None
    }

    fn topics(&self, _: &str) -> Vec<TopicId> {
        Vec::new()
    }

    fn projects(&self, _: &str) -> Vec<ProjectId> {
        Vec::new()
    }

    fn users(&self, _: &str) -> Vec<UserId> {
        Vec::new()
    }
}
