//! Contacts: the people behind authors.
//!
//! A contact is known from an author's first message on. It belongs to the account, not to a
//! topic: who may read contacts reads all of them, as in the vendor's product.

mod annotation_types;
mod meet;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use annotation_types::{
    NewAnnotationType, annotation_types, create_annotation_type, set_active,
};
pub(crate) use meet::meet;
pub use read::{ContactFile, EntryPage, EntryRange, authors_of, entries, of_author};
pub use write::{add_note, add_tag, join, modify_note, remove_tag, set_annotation};
