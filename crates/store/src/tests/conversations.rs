//! Conversations: rows, what stands beside them, lists.

mod fixture;
mod lists;
mod rows;
