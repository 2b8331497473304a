//! The route table: every path of the dialect with what it needs, takes and gives.
//!
//! The dispatcher, the OpenAPI document and the authorisation test are all made from it, so a call
//! that is not declared here does not exist, and none exists without a policy.

mod inbox;
mod me;
mod parameters;
mod settings;
#[cfg(test)]
mod tests;
mod tools;

use std::pin::Pin;

use domain::permission::Permission;
use engine::auth::ApiScope;

use super::call::Call;
use super::reply::Answer;
use crate::http::path::Declared;

pub use crate::http::params::{Kind, Parameter};
pub use crate::http::verb::Verb;

/// One call.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Verb.
    pub verb: Verb,
    /// Path with names in braces.
    pub path: &'static str,
    /// Who may call it.
    pub policy: Policy,
    /// What it does, in a sentence without a full stop.
    pub summary: &'static str,
    /// What it takes besides the path and the parameters that every call takes.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub returns: Returns,
    /// What does it.
    pub handler: Handler,
}

/// A call's future.
pub type Running = Pin<Box<dyn Future<Output = Answer> + Send>>;
/// What does a call.
pub type Handler = fn(Call) -> Running;

/// Who may call.
#[derive(Debug, Clone, Copy)]
pub enum Policy {
    /// Whoever has a token, about himself or about nobody.
    Identity {
        /// What the token must allow.
        scopes: Scopes,
    },
    /// Members of the account in the path whose role has `api.read`.
    Account {
        /// What the token must allow.
        scopes: Scopes,
        /// What the role must allow besides.
        permissions: &'static [Permission],
        /// What the role must allow when a parameter asks for it.
        conditional: &'static [(&'static str, Permission)],
    },
}

/// Scopes of a token.
#[derive(Debug, Clone, Copy)]
pub enum Scopes {
    /// Each of these; none means that any token will do.
    All(&'static [ApiScope]),
    /// At least one of these.
    Any(&'static [ApiScope]),
}

/// Reads of an account.
const READ: Scopes = Scopes::All(&[ApiScope::AccountsRead]);
/// Changes: "POST and DELETE need `accounts_read` and `accounts_write`" (vendor's endpoint pages).
const WRITE: Scopes = Scopes::All(&[ApiScope::AccountsRead, ApiScope::AccountsWrite]);

const fn reads(permissions: &'static [Permission]) -> Policy {
    Policy::Account {
        scopes: READ,
        permissions,
        conditional: &[],
    }
}

const fn writes(permissions: &'static [Permission]) -> Policy {
    Policy::Account {
        scopes: WRITE,
        permissions,
        conditional: &[],
    }
}

/// What is in `response`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// An object of this name.
    Object(&'static str),
    /// A `paged_list` of objects of this name.
    Paged(&'static str),
    /// A plain list of objects of this name.
    List(&'static str),
    /// An object of this name, or a plain list of them, as the parameters ask.
    OneOrList(&'static str),
    /// A plain list of words.
    Words,
    /// `true`.
    Done,
    /// Not in an envelope: server-sent events.
    Events,
}

/// All routes, grouped by the first segments of their path.
pub fn all() -> impl Iterator<Item = &'static Route> {
    [me::ROUTES, inbox::ROUTES, settings::ROUTES, tools::ROUTES]
        .into_iter()
        .flatten()
}

impl Route {
    /// Whether the call changes something: facets are posted as well, because they can be long.
    pub const fn is_mutation(&self) -> bool {
        !matches!(self.verb, Verb::Get) && !matches!(self.returns, Returns::List(_))
    }

    /// The parts between the slashes of the path.
    pub fn segments(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').skip(1)
    }
}

impl Declared for Route {
    fn verb(&self) -> Verb {
        self.verb
    }

    fn path(&self) -> &'static str {
        self.path
    }

    /// An account is always a number, so that `/oauth/…` or `/favicon.ico` is no account.
    fn takes(name: &str, part: &str) -> bool {
        !part.is_empty() && (name != "account_id" || part.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

impl Scopes {
    /// The scope that a token lacks, if it lacks one.
    pub fn missing(self, granted: engine::auth::ScopeSet) -> Option<ApiScope> {
        match self {
            Self::All(scopes) => scopes
                .iter()
                .copied()
                .find(|scope| !granted.contains(*scope)),
            Self::Any(scopes) => match scopes {
                [first, ..] if !scopes.iter().any(|scope| granted.contains(*scope)) => Some(*first),
                _ => None,
            },
        }
    }
}

/// Turns an `async fn(Call) -> Answer` into the table's function pointer.
macro_rules! handler {
    ($function:path) => {
        |call| Box::pin($function(call))
    };
}
use handler;
