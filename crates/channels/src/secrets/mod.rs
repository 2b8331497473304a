//! What in an address may be a secret, the address without it, and texts without it.
//!
//! Nothing says which part of an address is a key, so what is not plainly harmless is taken for
//! one: who signs in, the value of every parameter that is not a usual one of feeds or that is no
//! plain word or number, what follows a word such as `token`, and parts of the host and the path
//! that look as if a machine had made them up. What was taken out of the address of a source must
//! not be read in what the source says, either ([`Hidden`]).
//!
//! # Organization
//! - `address`, `host`, `path`, `parameters`: an address in its parts, and what is shown of each.
//! - `words`: what announces a secret. `made_up`: what looks like one. `plain`, `public`: what is
//!   none.
//! - `hidden`: what is looked for in texts; `sign_in`: names and passwords in any address.

mod address;
mod hidden;
mod host;
mod made_up;
mod parameters;
mod path;
mod percent;
mod plain;
mod public;
mod shown;
mod sign_in;
mod words;

use url::Url;

pub(crate) use hidden::Hidden;
pub(crate) use host::{domain, host, in_sentence};

/// Stands for what was taken out.
pub const HIDDEN: &str = "•••";

/// Whether something was taken out of an address.
pub fn is_incomplete(address: &str) -> bool {
    // As it is shown, and as programs write it that parse and print addresses.
    address.contains(HIDDEN) || address.contains("%E2%80%A2%E2%80%A2%E2%80%A2")
}

/// The address without what may be a secret; `None` when there is no such thing in it, or when it
/// is no web address.
pub fn without_secrets(address: &str) -> Option<String> {
    let shown = address::judge(address)?;
    (!shown.is_whole()).then_some(shown.text)
}

/// What addresses may be resolved against that are then shown: the address without secrets, by which
/// one that would tell a secret can be known ([`is_incomplete`]). `None` when the host is one.
pub(crate) fn base(url: &Url) -> Option<Url> {
    match without_secrets(url.as_str()) {
        None => Some(url.clone()),
        Some(shown) => Url::parse(&shown)
            .ok()
            .filter(|shown| shown.host_str() == url.host_str()),
    }
}

#[cfg(test)]
mod tests;
