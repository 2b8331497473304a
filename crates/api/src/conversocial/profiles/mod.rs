//! The Customer Profiles API: what agents wrote about customers.
//!
//! # Organization
//! [`entries`] lists notes, annotations and tags by time, [`author`] shows everything about one
//! customer, [`types`] the kinds of annotations. [`write`](mod@write) is ours: of the original only
//! calls that read are documented, and there agents write in the web application.
//!
//! # Conventions
//! Unlike in the data API all members are always given, dates have microseconds, pages go forward
//! by a token and have at most 50 things, and errors have a status and a message only (vendor's
//! overview page).

pub mod author;
pub mod entries;
mod paging;
pub mod types;
pub mod write;
