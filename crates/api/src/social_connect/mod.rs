//! The Social Connect dialect: names, shapes, defaults and limits. Rules are in the engine.
//!
//! # Organization
//! [`routes`] is the table of calls, [`dispatch`](mod@dispatch) runs one, [`params`] reads what clients send,
//! [`views`] write objects, [`versions`] knows what older dates get, [`errors`] words what went
//! wrong. One module per resource holds the handlers.

pub mod add;
pub mod call;
pub mod dispatch;
pub mod errors;
pub mod events;
pub mod idempotency;
pub mod insights;
pub mod items;
pub mod me;
pub mod mentions;
pub mod params;
pub mod priorities;
pub mod reply;
pub mod routes;
pub mod settings;
pub mod tools;
pub mod versions;
pub mod views;

pub use dispatch::{Dialect, dispatch, refuse};
pub(crate) use errors::{Failure, REQUEST_ID, respond as respond_error};

#[cfg(test)]
mod tests;
