//! The route tables: every path of the dialect with what it needs, takes and gives.
//!
//! The dispatcher, the OpenAPI documents and the authorisation test are all made from them, so a
//! call that is not declared here does not exist, and none exists without a policy.

mod data;
mod events;
mod profiles;

use std::pin::Pin;

use domain::permission::Permission;
use engine::auth::Needs;

use super::call::Call;
use super::reply::Answer;
use super::version::Family;
use crate::http::path::Declared;

pub use crate::http::params::{Kind, Parameter};
pub use crate::http::verb::Verb;

/// One call. Every key needs `api.read` besides what is said here.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Verb.
    pub verb: Verb,
    /// Path below the base, with names in braces.
    pub path: &'static str,
    /// What the role of the key must allow.
    pub needs: Needs,
    /// What it must allow besides when an argument asks for more.
    pub conditional: &'static [Condition],
    /// What it does, in a sentence without a full stop.
    pub summary: &'static str,
    /// What it takes besides the path and the arguments that every list takes.
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

/// A permission that is needed when an argument has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// The argument; its values may be repeated or separated by commas.
    pub argument: &'static str,
    /// The value.
    pub value: &'static str,
    /// What is needed then.
    pub permission: Permission,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// A list under this plural name, with `paging`.
    List(&'static str),
    /// One thing under this singular name.
    One(&'static str),
    /// `documents` and `next_url`.
    Events,
    /// Nothing: the path takes no verb at all and says so.
    Nothing,
}

/// The routes of a family of calls.
pub fn of(family: Family) -> &'static [Route] {
    match family {
        Family::Data => data::ROUTES,
        Family::Profiles => profiles::ROUTES,
        Family::Events => events::ROUTES,
    }
}

impl Route {
    /// Whether the call changes something.
    pub const fn is_mutation(&self) -> bool {
        !matches!(self.verb, Verb::Get)
    }
}

impl Declared for Route {
    fn verb(&self) -> Verb {
        self.verb
    }

    fn path(&self) -> &'static str {
        self.path
    }

    fn is_offered(&self) -> bool {
        self.returns != Returns::Nothing
    }

    /// What a network calls its people is not ours to say, and can have slashes in it.
    fn takes_rest(&self) -> bool {
        self.path == "/authors/{id}"
    }
}

/// Turns an `async fn(Call) -> Answer` into the table's function pointer.
macro_rules! handler {
    ($function:path) => {
        |call| Box::pin($function(call))
    };
}
use handler;
