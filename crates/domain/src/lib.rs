//! The words and rules of social customer care: pure, without input or output.
//!
//! # Organization
//! One module per aggregate ([`mention`], [`topic`], [`user`], …), closed lists of words beside
//! them ([`source`], [`message_type`], …), the [`filter`] language, and [`text`].
//!
//! # Invariants
//! - No async, no IO, no SQL, no JSON of a public API; nothing here can fail for lack of a network.
//! - Types are stored, never sent: the wire shapes are views in `api`.
//! - Time comes in through [`time::Clock`], never from the computer.

#![warn(missing_docs)]
#![deny(clippy::as_conversions)]

pub mod account;
pub mod action_type;
pub mod agent_event;
pub mod api_key;
pub mod attachment;
pub mod audit_event;
pub mod author;
pub mod change;
pub mod checksum;
pub mod contact;
pub mod conversation;
pub mod filter;
pub mod handling;
pub mod ids;
pub mod key_value;
pub mod language;
pub mod limits;
pub mod mention;
pub mod message_type;
pub mod naming;
pub mod permission;
pub mod plan;
pub mod report;
pub mod role;
pub mod scope;
pub mod sealed;
pub mod source;
pub mod tag;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
pub mod time;
pub mod topic;
pub mod user;
mod vocabulary;
