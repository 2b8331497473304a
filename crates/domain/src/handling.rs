//! How long agents worked on a mention.
