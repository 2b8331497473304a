//! How much there may be of what callers make grow.
//!
//! What is shown whole, or read whole to be changed, has an end: of one mention, of one account, of
//! one user. The numbers are far beyond what people need and small enough that a list of the largest
//! objects can be answered.

/// Notes that one call adds to a mention.
pub const NOTES_AT_ONCE: usize = 50;
/// To-dos that one call adds to a mention.
pub const TODOS_AT_ONCE: usize = 100;
/// Notes of one mention.
pub const NOTES: usize = 500;
/// To-dos of one mention.
pub const TODOS: usize = 500;
/// Longest to-do, in characters.
pub const TODO_CHARS: usize = 1_000;
/// Bytes of all texts that people write on one mention: notes, to-dos, comments.
pub const WRITTEN_BYTES: usize = 512 << 10;
/// Entries of the history of one mention from which on no notes are added and no to-dos are ticked:
/// the rest is for work that ends, such as a status.
pub const NOTED_ACTIONS: usize = 2_000;
/// Entries of the history of one mention.
pub const ACTIONS: usize = 3_000;
/// Tags of one mention, and names of tags in one call.
pub const MENTION_TAGS: usize = 200;
/// Users and teams that one mention is assigned to.
pub const ASSIGNEES: usize = 50;
/// Attachments, and free fields, buttons and clicked buttons each, of one mention.
pub const PARTS: usize = 100;
/// Bytes of everything that a caller gives of one new mention.
pub const MENTION_BYTES: usize = 1 << 20;

/// Bytes of the mentions of one page; a page of larger ones ends before its limit and says that
/// there is more.
pub const PAGE_BYTES: usize = 16 << 20;

/// Projects of an account.
pub const PROJECTS: usize = 500;
/// Topics of an account.
pub const TOPICS: usize = 2_000;
/// Tags of an account.
pub const TAGS: usize = 20_000;
/// Roles of an account.
pub const ROLES: usize = 500;
/// Connected profiles of an account, with those that were connected once.
pub const PROFILES: usize = 5_000;
/// Users of an account.
pub const MEMBERS: usize = 10_000;
