//! The documented objects, written member by member in the order of the vendor's response page.
//!
//! Each object is written by exactly one function, so an object within another (a topic within a
//! project within an account) has the same shape and obeys the same date versions as alone.

mod account;
mod action_links;
mod actions;
mod facet;
mod key;
mod language;
mod links;
mod mention;
mod message;
mod page;
mod profile;
mod role;
mod tag;
mod topic;
mod user;

pub use account::{account, project, size_of_account, size_of_profiles};
pub use facet::facet;
pub use key::{SIZE_OF_KEY, api_key};
pub use language::language;
pub use links::Links;
pub use mention::mention;
pub use message::{list_filter_message, partial_message};
pub use page::paged_list;
pub use profile::{connected_profile, size_of_all};
pub use role::{size_of_role, user_role};
pub use tag::{SIZE_OF_TAG, tag};
pub use topic::topic;
pub use user::{SIZE_OF_MEMBER, member, user};

use domain::scope::Scope;
use engine::Directory;

use super::versions::ApiVersion;

/// What decides how objects look to this caller.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The date version the caller states.
    pub version: ApiVersion,
    /// What the caller may do in this account; links offer nothing else.
    pub scope: &'a Scope,
    /// Names.
    pub directory: &'a Directory,
    /// Where links point.
    pub links: &'a Links,
    /// The application is trusted by the operator: it gets entities, and messages of networks whose
    /// terms forbid to pass them on.
    pub is_trusted: bool,
    /// The token has the scope `email`.
    pub shows_email: bool,
}

#[cfg(test)]
mod tests;
