//! For whom work is done.

use domain::ids::AccountId;
use domain::scope::{Actor, Scope};

/// For whom work is done: accounts take turns, and within an account its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller {
    pub(crate) account: Option<AccountId>,
    pub(crate) actor: Actor,
}

impl Caller {
    /// The server itself, for no account in particular.
    pub const SERVER: Self = Self {
        account: None,
        actor: Actor::System,
    };

    /// Somebody, for no account in particular.
    pub const fn somebody(actor: Actor) -> Self {
        Self {
            account: None,
            actor,
        }
    }

    /// The server itself, for an account.
    pub const fn system(account: AccountId) -> Self {
        Self {
            account: Some(account),
            actor: Actor::System,
        }
    }

    /// Whether this is the server itself. What it does is bounded by its code, and others wait for
    /// it: it takes its turn like everybody else, but is never told to come back.
    pub(crate) const fn is_server(self) -> bool {
        matches!(self.actor, Actor::System)
    }
}

impl From<&Scope> for Caller {
    fn from(scope: &Scope) -> Self {
        Self {
            account: Some(scope.account_id()),
            actor: scope.actor(),
        }
    }
}
