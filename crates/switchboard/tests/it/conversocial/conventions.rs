//! What holds on every route.
