//! What agents did, for reporting tools.
