//! The order of lists.
