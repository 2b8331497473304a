//! What every dialect needs of HTTP, and nothing that only one of them knows.
//!
//! # Organization
//! [`path`] finds the routes of a path, [`verb`] knows methods, [`credentials`] sees whether there are
//! any, [`body`] reads a body, [`size`] says how much may be in it, [`run`] runs a handler, [`pairs`] keeps arguments in their order, [`dates`]
//! reads points in time, [`token`] makes page tokens, [`refusals`] says in the log that there are some, [`params`] describes parameters, [`origin`] is
//! where links begin, [`site`] tells pages of other sites.

pub mod body;
pub mod credentials;
pub mod dates;
pub mod origin;
pub mod pairs;
pub mod params;
pub mod path;
pub mod refusals;
pub mod run;
pub mod site;
pub mod size;
pub mod token;
pub mod verb;

use axum::http::{HeaderMap, HeaderName};

/// The text of a header, when it is text.
pub fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}
