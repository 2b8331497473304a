//! A program with a key.
