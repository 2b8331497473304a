//! People who can sign in, and their membership in accounts.

use crate::ids::{AccountId, RoleId, UserId};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Presence (`user.status`).
    Presence {
        Available = "available",
        Busy = "busy",
        Unavailable = "unavailable",
    }
}

vocabulary! {
    /// State of a membership.
    MembershipState {
        Active = "active",
        Disabled = "disabled",
        Invited = "invited",
    }
}

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Number.
    pub id: UserId,
    /// Full name.
    pub name: String,
    /// Address used to sign in, lower case.
    pub email: String,
    /// Picture.
    pub avatar: Option<String>,
    /// Presence.
    pub presence: Presence,
    /// Locked out of the whole installation.
    pub is_disabled: bool,
    /// When the user was made.
    pub added_at: UnixMillis,
}

impl User {
    /// What an account may know of the person whom it invited and who has not accepted: the address
    /// that it gave itself. Whatever else is known comes from other accounts.
    #[must_use]
    pub fn before_consent(self, membership: &Membership) -> Self {
        if membership.state != MembershipState::Invited {
            return self;
        }
        Self {
            name: self.email.clone(),
            avatar: None,
            presence: Presence::Unavailable,
            is_disabled: false,
            added_at: membership.added_at,
            ..self
        }
    }
}

/// A user's place in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The account.
    pub account_id: AccountId,
    /// The person.
    pub user_id: UserId,
    /// What the person may do there.
    pub role_id: RoleId,
    /// Whether it is in force.
    pub state: MembershipState,
    /// Somebody who is asked for what agents do not know.
    pub is_expert: bool,
    /// Time zone of the member in this account, a name of the tz database; the account's when absent.
    pub timezone: Option<String>,
    /// When the person joined.
    pub added_at: UnixMillis,
}
