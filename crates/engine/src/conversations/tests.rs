//! Conversations are the sums of their mentions, whatever happens.

mod history;
mod placing;
mod reading;
pub(crate) mod world;
