//! What was written about contacts.

use std::collections::HashMap;

use domain::author::AuthorId;
use domain::contact::{Contact, ContactEntry};
use domain::ids::{ContactEntryId, ContactId};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::time::UnixMillis;
pub use store::contacts::EntryRange;

use crate::auth::require;
use crate::{Engine, Error, What};

/// Part of the entries of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPage {
    /// The entries, oldest first.
    pub entries: Vec<ContactEntry>,
    /// Who their contacts are.
    pub authors: HashMap<ContactId, Vec<AuthorId>>,
    /// Behind which one the next page begins, if there is one.
    pub next: Option<(UnixMillis, ContactEntryId)>,
}

/// Entries of all contacts within a range of time.
///
/// # Errors
/// `Denied` without `contacts.read`.
pub async fn entries(
    engine: &Engine,
    scope: &Scope,
    range: &EntryRange,
) -> Result<EntryPage, Error> {
    require(scope, Permission::ContactsRead)?;
    let one_more = EntryRange {
        limit: range.limit.saturating_add(1),
        ..*range
    };
    let mut entries = store::contacts::entries_within(engine.db(), scope, &one_more).await?;
    let has_more = entries.len() > range.limit;
    entries.truncate(range.limit);
    let mut contacts: Vec<ContactId> = entries.iter().map(|entry| entry.contact_id).collect();
    contacts.sort_unstable();
    contacts.dedup();
    Ok(EntryPage {
        next: entries
            .last()
            .filter(|_| has_more)
            .map(|last| (last.at, last.id)),
        authors: store::contacts::authors_of(engine.db(), scope, &contacts).await?,
        entries,
    })
}

/// Who a contact is, for those who may read or write about contacts.
///
/// # Errors
/// `Denied` without any of `contacts.read`, `contacts.update` and `contacttags.update`.
pub async fn authors_of(
    engine: &Engine,
    scope: &Scope,
    contact: ContactId,
) -> Result<Vec<AuthorId>, Error> {
    let any = [Permission::ContactsUpdate, Permission::ContacttagsUpdate];
    if !any.iter().any(|permission| scope.may(*permission)) {
        require(scope, Permission::ContactsRead)?;
    }
    let mut authors = store::contacts::authors_of(engine.db(), scope, &[contact]).await?;
    Ok(authors.remove(&contact).unwrap_or_default())
}

/// A contact with everything that was written about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactFile {
    /// The contact.
    pub contact: Contact,
    /// Who it is.
    pub authors: Vec<AuthorId>,
    /// What was written, oldest first.
    pub entries: Vec<ContactEntry>,
}

/// The contact that an author is.
///
/// # Errors
/// `Denied` without `contacts.read`; `NotFound` when the author never wrote.
pub async fn of_author(
    engine: &Engine,
    scope: &Scope,
    author: &AuthorId,
) -> Result<ContactFile, Error> {
    require(scope, Permission::ContactsRead)?;
    let contact = store::contacts::find_by_author(engine.db(), scope, author)
        .await?
        .ok_or(Error::NotFound(What::Contact))?;
    let mut authors = store::contacts::authors_of(engine.db(), scope, &[contact.id]).await?;
    Ok(ContactFile {
        authors: authors.remove(&contact.id).unwrap_or_default(),
        entries: store::contacts::entries_of(engine.db(), scope, contact.id).await?,
        contact,
    })
}
