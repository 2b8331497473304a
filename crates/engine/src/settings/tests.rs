//! Settings that are changed by two at once.

mod place;
mod sealed;
mod together;
