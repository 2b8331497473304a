//! The language as its users see it.

mod errors;
mod laws;
mod meanings;
mod sample;
