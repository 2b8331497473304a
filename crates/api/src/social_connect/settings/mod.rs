//! `settings/…`: lists, single reads and changes of what the members of an account set up.

pub mod account;
pub mod keys;
pub mod profiles;
pub mod projects;
pub mod roles;
pub mod tags;
pub mod topics;
pub mod users;

/// Defaults and bounds of lists that nearly always fit into one page.
const PAGE: (usize, std::ops::RangeInclusive<usize>) = (100, 1..=1_000);
