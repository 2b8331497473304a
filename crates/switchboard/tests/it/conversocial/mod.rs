//! The Conversocial API from outside.

mod acceptance;
mod accounts;
mod authorization;
mod authors;
mod channels;
pub(crate) mod client;
mod conventions;
mod conversations;
mod dice;
mod documents;
mod errors;
mod events;
mod fields;
mod filters;
mod include;
mod key_values;
mod keys;
mod limits;
mod one_truth;
mod paging;
mod profiles;
mod reports;
mod sort;
mod tags;
mod users;
mod walk;
mod world;
