//! Contacts: the people behind authors.
