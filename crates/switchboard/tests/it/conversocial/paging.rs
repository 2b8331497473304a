//! Lists by limit and offset.
