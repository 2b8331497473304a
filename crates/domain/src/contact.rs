//! Contacts: the person behind one or more authors, and what agents wrote about that person.
//!
//! What an author shows of itself (name, picture, biography) is not part of a contact: it is read
//! from the author's newest message, so there is one place to correct or erase it.

use crate::author::AuthorId;
use crate::ids::{AccountId, AnnotationTypeId, ContactEntryId, ContactId, UserId};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

/// A person, known since the first message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The tenant.
    pub account_id: AccountId,
    /// Number.
    pub id: ContactId,
    /// When the first message came.
    pub added_at: UnixMillis,
}

vocabulary! {
    /// What is written about contacts.
    EntryKind {
        Note = "note",
        Annotation = "annotation",
        Tag = "tag",
    }
}

vocabulary! {
    /// What was done with it.
    EntryAction {
        Added = "added",
        Modified = "modified",
        Removed = "removed",
    }
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A note, by the entry that added it.
    Note(ContactEntryId),
    /// The value of an annotation of this type; a contact has one of each.
    Annotation(AnnotationTypeId),
    /// A tag; its name is the entry's text.
    Tag,
}

impl Subject {
    /// The kind.
    pub const fn kind(self) -> EntryKind {
        match self {
            Self::Note(_) => EntryKind::Note,
            Self::Annotation(_) => EntryKind::Annotation,
            Self::Tag => EntryKind::Tag,
        }
    }

    /// The stored number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Note(id) => id.0,
            Self::Annotation(id) => id.0,
            Self::Tag => 0,
        }
    }

    /// The subject of this kind with this number.
    pub const fn of(kind: EntryKind, number: i64) -> Self {
        match kind {
            EntryKind::Note => Self::Note(ContactEntryId(number)),
            EntryKind::Annotation => Self::Annotation(AnnotationTypeId(number)),
            EntryKind::Tag => Self::Tag,
        }
    }
}

/// Something written about a contact, once. Later words on the same subject are further entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactEntry {
    /// The tenant.
    pub account_id: AccountId,
    /// Number; grows with time.
    pub id: ContactEntryId,
    /// The contact.
    pub contact_id: ContactId,
    /// The author in whose conversation it was written, if there was one.
    pub author: Option<AuthorId>,
    /// What it is about.
    pub subject: Subject,
    /// What was done.
    pub action: EntryAction,
    /// The note, the value or the name of the tag.
    pub text: String,
    /// Who wrote it; none for a program.
    pub user_id: Option<UserId>,
    /// When.
    pub at: UnixMillis,
}

/// A kind of annotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnotationType {
    /// The tenant.
    pub account_id: AccountId,
    /// Number.
    pub id: AnnotationTypeId,
    /// Unique in the account whatever its case.
    pub name: String,
    /// Values may be long and have several lines.
    pub is_long: bool,
    /// Values can still be written.
    pub is_active: bool,
    /// When it was made.
    pub added_at: UnixMillis,
}

/// The kinds that every account has from its start (vendor's page on annotation types): name and
/// whether values are long. Their numbers count from 1, below all that are handed out.
const STOCK: [(i64, &str, bool); 3] = [
    (1, "Email", false),
    (2, "Phone number", false),
    (3, "Address", true),
];

impl AnnotationType {
    /// The kinds that an account made at this time starts with.
    pub fn stock(account_id: AccountId, added_at: UnixMillis) -> Vec<Self> {
        STOCK
            .iter()
            .map(|(id, name, is_long)| Self {
                account_id,
                id: AnnotationTypeId(*id),
                name: (*name).to_owned(),
                is_long: *is_long,
                is_active: true,
                added_at,
            })
            .collect()
    }
}
