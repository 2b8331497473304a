//! Contacts, their authors and what was written about them.
