//! SQL and nothing else: one text for SQLite and PostgreSQL.
//!
//! # Organization
//! [`db`] is the facade over the two drivers; one module per aggregate holds plain functions over
//! it. Reads take `&Db` (or a [`Reader`](db::Reader), when they also serve write transactions),
//! writes take `&mut Tx`.
//!
//! # Invariants
//! - SQL text is in this crate only.
//! - What belongs to a tenant is reached with a `&Scope` only, and every such statement names the
//!   account. What scopes are made from, and what followers of the change log read for a whole
//!   account, is reached with the account's number.
//! - A write function awaits nothing but its own statements.
//! - No `now()`, `random()`, sequence or trigger: time and numbers come from the caller or from
//!   [`counters`].
//! - JSON is kept as text on both engines: no statement looks into it.

#![warn(missing_docs)]

pub mod accounts;
pub mod agent_events;
pub mod applications;
pub mod audit;
pub mod changes;
pub mod codes;
pub mod contacts;
pub mod conversations;
mod convert;
pub mod counters;
pub mod counts;
pub mod db;
mod error;
pub mod health;
pub mod idempotency;
pub mod intake;
pub mod invitation_links;
pub mod jobs;
pub mod key_values;
pub mod keys;
pub mod memberships;
pub mod mentions;
pub mod nodes;
pub mod password_links;
pub mod profiles;
pub mod projects;
pub mod quarantine;
pub mod rates;
pub mod reports;
pub mod roles;
mod schema;
pub mod sessions;
pub mod tags;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod throttle;
pub mod tokens;
pub mod topics;
pub mod users;

pub use db::{Admission, Commits, Db, DbOptions, Dialect, Presence, Standing, Tx, Work};
pub use error::{Cause, StoreError};
