//! What agents did: the record that reporting tools read.
