//! The outside world: connectors and the one guarded HTTP client.
//!
//! # Organization
//! - [`safe_http`]: the only outbound client; refuses private addresses, caps everything.
//! - [`channel`]: what a connector is, what a poll gives back, how it may fail.
//! - [`draft`]: the neutral message that every way in produces and the pipeline consumes.
//! - [`registry`]: which connector serves which service, and what each is able to do.
//! - [`limit`], [`schedule`]: how often a connection may be asked, and when again after a failure.
//! - [`secrets`]: what of an address is shown, and texts that repeat the rest.
//! - [`feed`]: RSS, Atom and JSON Feed.
//!
//! # Invariants
//! - No connector opens a connection but through [`SafeHttp`].
//! - A connector keeps no state of its own: what it remembers is the cursor it returns, which the
//!   caller stores in the transaction that stores the items.
//! - One broken item is handed over as [`Poisoned`] and never costs its neighbours.

#![warn(missing_docs)]

pub mod channel;
pub mod draft;
pub mod feed;
pub mod limit;
pub mod registry;
pub mod safe_http;
pub mod schedule;
pub mod secrets;

pub use channel::{
    Channel, Connection, InboundItem, ItemKind, Poisoned, PollError, PollErrorKind, Polled,
    ProfileInfo,
};
pub use draft::{Draft, TextFormat};
pub use registry::Registry;
pub use safe_http::{HttpError, SafeHttp, SafeHttpSettings};
