//! Contacts come with messages, and what is written about them stays.
