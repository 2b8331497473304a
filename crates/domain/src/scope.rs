//! Who asks, for which account, and how far they may reach.

use crate::ids::{AccountId, ApiKeyId, TopicId, UserId};
use crate::permission::{Permission, PermissionSet};
use crate::role::TopicAccess;

/// Who does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person, by sign-in or token.
    User(UserId),
    /// A program, by its key.
    Key(ApiKeyId),
    /// The server itself: jobs, connectors, rules.
    System,
}

impl Actor {
    /// The person, if it is one.
    pub const fn user_id(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Key(_) | Self::System => None,
        }
    }
}

/// The authority of one request or job: a tenant, an actor, topics and permissions.
///
/// Every function that touches a tenant's data takes one, so an unscoped query cannot be
/// written. Only the engine's authentication makes scopes for people; a test over the source tree
/// watches this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    account_id: AccountId,
    actor: Actor,
    topics: TopicAccess,
    permissions: PermissionSet,
}

impl Scope {
    /// The authority of a member of an account, from the member's role.
    pub const fn for_member(
        account_id: AccountId,
        user_id: UserId,
        topics: TopicAccess,
        permissions: PermissionSet,
    ) -> Self {
        Self {
            account_id,
            actor: Actor::User(user_id),
            topics,
            permissions,
        }
    }

    /// The authority of a program, from its key's role.
    pub const fn for_key(
        account_id: AccountId,
        key_id: ApiKeyId,
        topics: TopicAccess,
        permissions: PermissionSet,
    ) -> Self {
        Self {
            account_id,
            actor: Actor::Key(key_id),
            topics,
            permissions,
        }
    }

    /// The authority of the server itself within an account.
    pub fn system(account_id: AccountId) -> Self {
        Self::system_within(account_id, TopicAccess::All)
    }

    /// The authority of the server itself, limited to topics: for work that somebody ordered who
    /// sees only those.
    pub fn system_within(account_id: AccountId, topics: TopicAccess) -> Self {
        Self {
            account_id,
            actor: Actor::System,
            topics,
            permissions: PermissionSet::all()
                .without(Permission::InboxFocusViewOnly)
                .without(Permission::InboxonlyassignedtomeRead),
        }
    }

    /// The tenant.
    pub const fn account_id(&self) -> AccountId {
        self.account_id
    }

    /// Who acts.
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// Which topics are within reach.
    pub const fn topics(&self) -> &TopicAccess {
        &self.topics
    }

    /// Whether this topic is within reach.
    pub fn reaches(&self, topic: TopicId) -> bool {
        self.topics.contains(topic)
    }

    /// What is allowed.
    pub const fn permissions(&self) -> PermissionSet {
        self.permissions
    }

    /// Whether this is allowed.
    pub const fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Mentions are visible only when they are assigned to the user (`inboxonlyassignedtome.read`).
    pub const fn only_assigned(&self) -> Option<UserId> {
        if self.may(Permission::InboxonlyassignedtomeRead) {
            self.actor.user_id()
        } else {
            None
        }
    }
}
