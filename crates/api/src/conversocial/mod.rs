//! The Conversocial dialect: names, shapes, defaults and limits. Rules are in the engine.
//!
//! # Organization
//! [`version`] knows the bases of the addresses, [`routes`] is the table of calls,
//! [`dispatch`](mod@dispatch) runs one, [`call`] is what a handler is given, [`reply`] what it
//! gives, [`links`] the addresses in answers, [`dates`] the form of dates, [`errors`] words what
//! went wrong. One module per resource holds its fields and handlers; [`query`] is the language of
//! their arguments. [`content`], [`notes`] and [`actions`] are put beside conversations. [`docs`]
//! shows the documents, [`downloads`] sends the files of reports.
//! [`profiles`] is the Customer Profiles API, [`events`] the record of what agents did.

pub mod accounts;
pub mod actions;
pub mod authors;
pub mod call;
pub mod channels;
pub mod content;
pub mod conversations;
pub mod dates;
pub mod dispatch;
pub mod docs;
pub mod downloads;
pub mod errors;
pub mod events;
pub mod ids;
pub mod key_values;
pub mod links;
pub mod notes;
mod page_token;
pub mod profiles;
pub mod query;
pub mod reply;
pub mod reports;
pub mod routes;
pub mod sentiment;
pub mod tags;
pub mod users;
pub mod version;

pub use dispatch::{Dialect, dispatch};
