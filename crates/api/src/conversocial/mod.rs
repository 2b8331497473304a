//! The Conversocial dialect: names, shapes, defaults and limits. Rules are in the engine.
//!
//! # Organization
//! [`version`] knows the bases of the addresses, [`routes`] is the table of calls,
//! [`dispatch`](mod@dispatch) runs one, [`call`] is what a handler is given, [`reply`] what it
//! gives, [`links`] the addresses in answers, [`dates`] the form of dates, [`errors`] words what
//! went wrong. One module per resource holds its handlers. [`docs`] shows the documents.

pub mod call;
pub mod dates;
pub mod dispatch;
pub mod docs;
pub mod errors;
pub mod key_values;
pub mod links;
pub mod reply;
pub mod routes;
pub mod version;

pub use dispatch::{Dialect, dispatch};
