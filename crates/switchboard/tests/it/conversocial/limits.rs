//! How many calls a key may make.
