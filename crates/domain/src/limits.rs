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
/// Tags and assignees that the entries of the history of one mention name, all together: each entry
/// names those that came and those that went.
pub const HISTORY_NAMES: usize = 20_000;
/// Tags of one mention, and names of tags in one call.
pub const MENTION_TAGS: usize = 200;
/// Users and teams that one mention is assigned to.
pub const ASSIGNEES: usize = 50;
/// Attachments, and free fields, buttons and clicked buttons each, of one mention.
pub const PARTS: usize = 100;
/// Bytes of everything that a caller gives of one new mention.
pub const MENTION_BYTES: usize = 1 << 20;

/// Bytes of the mentions of one page, as they are written in whichever encoding takes most; a page of
/// larger ones ends before its limit and says that there is more. One mention is always shown.
pub const PAGE_BYTES: usize = 16 << 20;
/// Bytes of one answer, as it is written. Whoever asks for more is told to ask for less.
pub const ANSWER_BYTES: usize = 64 << 20;
/// Stretches of work that conversations show, of one or of all of a page together: of those with
/// more the ones on their newest messages.
pub const STRETCHES: usize = 20_000;

/// Entries that are kept for one contact: notes, annotations and tags, with their former versions.
pub const CONTACT_ENTRIES: usize = 5_000;
/// Authors of one contact.
pub const CONTACT_AUTHORS: usize = 100;
/// Bytes of what is written about one contact, with the names of its authors: each entry is shown
/// with all of them. Everything about a contact is one answer.
pub const CONTACT_BYTES: usize = 2 << 20;

/// Projects of an account.
pub const PROJECTS: usize = 500;
/// Topics of an account.
pub const TOPICS: usize = 2_000;
/// Bytes of the search keywords of all topics of an account: each account is shown with its topics.
pub const KEYWORDS_BYTES: usize = 4 << 20;
/// Tags of an account.
pub const TAGS: usize = 20_000;
/// Roles of an account.
pub const ROLES: usize = 500;
/// Connected profiles of an account, with those that were connected once.
pub const PROFILES: usize = 5_000;
/// Users of an account.
pub const MEMBERS: usize = 10_000;

/// Longest address or identifier of a source that is connected, in bytes.
pub const ADDRESS_BYTES: usize = 4_096;

/// Browsers in which one person is signed in. One more ends the one that was used longest ago.
pub const SESSIONS: usize = 100;
/// Browsers that are known from an earlier sign-in of one person. One more takes the place of the
/// one whose sign-in is longest ago.
pub const DEVICES: usize = 100;
/// Codes of one person that wait to be exchanged for tokens. One more ends the oldest.
pub const CODES: usize = 50;
/// Consents of one person, to all applications together. One more ends the one that was used
/// longest ago.
pub const GRANTS: usize = 200;
/// Consents of one person to one application, so that one that asks again and again does not end
/// those of others.
pub const GRANTS_TO_APPLICATION: usize = 50;
/// Tokens of one consent, dead ones included: each exchange of a refresh token makes two. One more
/// ends the oldest.
pub const TOKENS_OF_GRANT: usize = 200;
/// Tokens in force that one person made for themselves.
pub const PERSONAL_TOKENS: usize = 100;
/// Applications of an installation, without the server's own.
pub const APPLICATIONS: usize = 500;
