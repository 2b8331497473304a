//! Conversations: what belongs together, and how far it is.
