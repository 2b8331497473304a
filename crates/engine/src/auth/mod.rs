//! Who is there and what they may do: sign-in, sessions, OAuth, tokens, limits, the security log.
//!
//! # Organization
//! [`authenticate`] turns a presented token into an [`Identity`], which alone makes a
//! [`Scope`](domain::scope::Scope) for a person; [`authenticate_key`] does so for the key of a
//! program. [`sign_in`] and [`sessions`] serve browsers,
//! [`authorize`] and [`grants`] serve OAuth clients, [`people`] makes users and changes passwords,
//! [`setup`] is for the command line, [`limits`] counts calls, [`audit`] keeps the security log,
//! [`own`] is what people see and end of their own, [`password_links`] lets them set a password,
//! [`invitation_links`] lets them accept an invitation, [`operator`] is the rest of the command line. [`upkeep`] does what is not done per request.
//!
//! # Invariants
//! - A secret is stored as a hash only and looked up by it; passwords as Argon2id.
//! - Every token, session and code carries the user's epoch. A new password ends the epoch, in the
//!   same transaction that revokes them, so one that is being issued at that moment is dead too.
//! - What is recorded in the security log is written in the transaction of its effect.

mod admit;
pub mod audit;
pub mod authorize;
mod common_passwords;
mod config;
pub mod grants;
mod identity;
pub mod invitation_links;
pub(crate) mod keys;
mod known;
pub mod limits;
mod one_time_link;
pub mod operator;
pub mod own;
mod password;
pub mod password_links;
mod password_rules;
pub mod people;
pub mod pkce;
mod present;
mod scopes;
mod secret;
pub mod sessions;
pub mod setup;
pub mod sign_in;
mod state;
#[cfg(test)]
mod tests;
mod throttle;
pub mod upkeep;

pub(crate) use admit::require;
pub use admit::{Needs, admit};
pub use config::{AuthConfig, LimitsConfig, PasswordCost, ThrottleConfig};
pub use identity::{Identity, TokenApplication, Trust, authenticate, still_valid};
pub use keys::{KeyIdentity, authenticate_key, count_key_call};
pub use limits::{Allowance, count_anonymous_call, count_call};
pub use one_time_link::OneTimeLink;
pub use password::Passwords;
pub use password_rules::{WeakPassword, check as check_password};
pub use people::{PreparedUser, find_or_create_user, prepare_user};
pub(crate) use present::present;
pub use scopes::{ApiScope, ScopeSet, UnknownScope};
pub(crate) use secret::hex;
pub use secret::{Secret, fingerprint};
pub use state::State;
pub use store::memberships::Place;
pub use store::tokens::ListedToken;
