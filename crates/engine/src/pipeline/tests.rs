//! The pipeline on real databases.

mod adding;
mod intake;
pub(crate) mod world;
