//! Contacts, their authors and what was written about them.

mod entries;
mod types;

use std::collections::{HashMap, HashSet};

use domain::author::AuthorId;
use domain::contact::Contact;
use domain::ids::{AccountId, ContactId};
use domain::scope::Scope;
use domain::source::Service;
use domain::time::UnixMillis;

pub use entries::{
    EntryRange, add_entry, entries_of, entries_within, find_entry, max_id, newest_entry,
    tag_entries, totals,
};
pub use types::{create_type, list_types, save_type};

use crate::convert::{member, own};
use crate::db::{Reader, Sql, Tx, pieces};
use crate::error::StoreError;
use crate::row;

/// Rows per insert and authors per list.
const ROWS: usize = 512;

row! {
    struct ContactRow {
        account_id: i64,
        id: i64,
        added_at: i64,
    }
}

impl From<ContactRow> for Contact {
    fn from(row: ContactRow) -> Self {
        Self {
            account_id: AccountId(row.account_id),
            id: ContactId(row.id),
            added_at: UnixMillis(row.added_at),
        }
    }
}

/// The number under which a network is stored: that of its first service.
fn network(author: &AuthorId) -> i64 {
    i64::from(author.network().service().number())
}

/// The author of a stored pair.
fn author(service: i64, key: &str) -> Result<AuthorId, StoreError> {
    let service = member(service, Service::from_number, "service of an author")?;
    AuthorId::new(service, key).ok_or_else(|| StoreError::broken("a stored author has no key"))
}

/// Those of the authors that belong to no contact yet.
///
/// The answer holds until the transaction ends if the account's change log is locked, as it is by
/// everybody who calls [`add`].
pub async fn strangers(
    tx: &mut Tx,
    scope: &Scope,
    authors: &[AuthorId],
) -> Result<Vec<AuthorId>, StoreError> {
    let mut known: HashSet<(i64, String)> = HashSet::new();
    for piece in pieces(authors, ROWS) {
        let sql = tx.sql("SELECT service, author_key FROM ");
        let rows: Vec<(i64, String)> = acquainted(sql, scope, piece).fetch_all().await?;
        known.extend(rows);
    }
    let mut seen = HashSet::new();
    Ok(authors
        .iter()
        .filter(|author| !known.contains(&(network(author), author.key().to_owned())))
        .filter(|author| seen.insert(*author))
        .cloned()
        .collect())
}

/// What follows `FROM`: those of the authors that belong to contacts.
pub(crate) fn acquainted<'c, A>(
    sql: Sql<'c, A>,
    scope: &Scope,
    authors: &[AuthorId],
) -> Sql<'c, A> {
    sql.push_pairs(authors.iter().map(|author| (network(author), author.key())))
        .push(
            " CROSS JOIN contact_authors
            WHERE service = asked.column1 AND author_key = asked.column2 AND account_id = ",
        )
        .push_bind(scope.account_id().0)
}

/// Makes contacts of one author each.
pub async fn add(
    tx: &mut Tx,
    scope: &Scope,
    contacts: &[(ContactId, AuthorId)],
    at: UnixMillis,
) -> Result<(), StoreError> {
    for piece in pieces(contacts, ROWS) {
        tx.sql("INSERT INTO contacts (account_id, id, added_at) VALUES ")
            .push_rows(piece, |row, (id, _)| {
                row.bind(scope.account_id().0).bind(id.0).bind(at.0);
            })
            .execute()
            .await?;
        tx.sql("INSERT INTO contact_authors (account_id, service, author_key, contact_id) VALUES ")
            .push_rows(piece, |row, (id, author)| {
                row.bind(scope.account_id().0)
                    .bind(network(author))
                    .bind(author.key())
                    .bind(id.0);
            })
            .execute()
            .await?;
    }
    Ok(())
}

/// Makes all authors of one contact those of another and takes over what was written; the first
/// one is gone then.
pub async fn join(
    tx: &mut Tx,
    scope: &Scope,
    from: &Contact,
    into: &Contact,
) -> Result<(), StoreError> {
    own(scope, from.account_id)?;
    own(scope, into.account_id)?;
    for text in [
        "UPDATE contact_authors SET contact_id = $3 WHERE account_id = $1 AND contact_id = $2",
        "UPDATE contact_entries SET contact_id = $3 WHERE account_id = $1 AND contact_id = $2",
    ] {
        tx.sql(text)
            .bind(scope.account_id().0)
            .bind(from.id.0)
            .bind(into.id.0)
            .execute()
            .await?;
    }
    tx.sql("DELETE FROM contacts WHERE account_id = $1 AND id = $2")
        .bind(scope.account_id().0)
        .bind(from.id.0)
        .execute()
        .await?;
    Ok(())
}

/// The contact that an author is.
pub async fn find_by_author<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    author: &AuthorId,
) -> Result<Option<Contact>, StoreError> {
    let row: Option<ContactRow> = from
        .into()
        .sql(
            "SELECT c.account_id, c.id, c.added_at
            FROM contact_authors a
            JOIN contacts c ON c.account_id = a.account_id AND c.id = a.contact_id
            WHERE a.account_id = $1 AND a.service = $2 AND a.author_key = $3",
        )
        .bind(scope.account_id().0)
        .bind(network(author))
        .bind(author.key())
        .fetch_optional()
        .await?;
    Ok(row.map(Contact::from))
}

/// The contact with this number, of which nobody else writes until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    scope: &Scope,
    id: ContactId,
) -> Result<Option<Contact>, StoreError> {
    // An update that changes nothing locks the row on both engines, in one text.
    let row: Option<ContactRow> = tx
        .sql(
            "UPDATE contacts
            SET added_at = added_at
            WHERE account_id = $1 AND id = $2
            RETURNING account_id, id, added_at",
        )
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional()
        .await?;
    Ok(row.map(Contact::from))
}

/// Who the contacts are, in the order of their text; a contact that does not exist has no entry.
pub async fn authors_of<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    contacts: &[ContactId],
) -> Result<HashMap<ContactId, Vec<AuthorId>>, StoreError> {
    let mut reader = from.into();
    let mut authors: HashMap<ContactId, Vec<AuthorId>> = HashMap::new();
    for piece in contacts.chunks(ROWS) {
        let rows: Vec<(i64, i64, String)> = reader
            .sql("SELECT contact_id, service, author_key FROM contact_authors WHERE account_id = ")
            .push_bind(scope.account_id().0)
            .push(" AND contact_id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .large()
            .fetch_all()
            .await?;
        for (contact, service, key) in rows {
            authors
                .entry(ContactId(contact))
                .or_default()
                .push(author(service, &key)?);
        }
    }
    for list in authors.values_mut() {
        list.sort_by_cached_key(ToString::to_string);
    }
    Ok(authors)
}
