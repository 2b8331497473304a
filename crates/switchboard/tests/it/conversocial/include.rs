//! What comes beside conversations: content, notes, actions.
