//! Conversations: the list, the single one, its members.
