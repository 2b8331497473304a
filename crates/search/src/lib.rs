//! Finds, sorts and counts mentions: columns in memory, words in Tantivy.
