//! Conversations are the sums of their mentions, whatever happens.

mod history;
mod placing;
mod reading;
mod world;
