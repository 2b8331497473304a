//! What agents did.
