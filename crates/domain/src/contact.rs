//! Contacts: the person behind one or more authors, and what agents wrote about that person.
