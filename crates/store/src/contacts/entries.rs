//! What was written about contacts: rows are added, never changed.

use domain::contact::{ContactEntry, EntryAction, EntryKind, Subject};
use domain::ids::{AccountId, ContactEntryId, ContactId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use super::{author, network};
use crate::convert::{member, own};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::{Db, row};

row! {
    struct EntryRow {
        account_id: i64,
        id: i64,
        contact_id: i64,
        service: Option<i64>,
        author_key: Option<String>,
        kind: i64,
        action: i64,
        subject_id: i64,
        text: String,
        user_id: Option<i64>,
        at: i64,
    }
}

impl TryFrom<EntryRow> for ContactEntry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Self, StoreError> {
        let kind = member(
            row.kind,
            EntryKind::from_number,
            "kind of a contact's entry",
        )?;
        Ok(Self {
            account_id: AccountId(row.account_id),
            id: ContactEntryId(row.id),
            contact_id: ContactId(row.contact_id),
            author: row
                .service
                .zip(row.author_key)
                .map(|(service, key)| author(service, &key))
                .transpose()?,
            subject: Subject::of(kind, row.subject_id),
            action: member(
                row.action,
                EntryAction::from_number,
                "action of a contact's entry",
            )?,
            text: row.text,
            user_id: row.user_id.map(UserId),
            at: UnixMillis(row.at),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, id, contact_id, service, author_key, kind, action, subject_id, text,
                user_id, at
            FROM contact_entries ",
            $rest
        )
    };
}

/// Adds an entry under an unused number.
pub async fn add_entry(tx: &mut Tx, scope: &Scope, entry: &ContactEntry) -> Result<(), StoreError> {
    own(scope, entry.account_id)?;
    tx.sql(
        "INSERT INTO contact_entries
            (account_id, id, contact_id, service, author_key, kind, action, subject_id, text,
            user_id, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(entry.account_id.0)
    .bind(entry.id.0)
    .bind(entry.contact_id.0)
    .bind(entry.author.as_ref().map(network))
    .bind(entry.author.as_ref().map(|author| author.key().to_owned()))
    .bind(i64::from(entry.subject.kind().number()))
    .bind(i64::from(entry.action.number()))
    .bind(entry.subject.number())
    .bind(&*entry.text)
    .bind(entry.user_id.map(UserId::get))
    .bind(entry.at.0)
    .execute()
    .await?;
    Ok(())
}

/// The entry with this number.
pub async fn find_entry<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: ContactEntryId,
) -> Result<Option<ContactEntry>, StoreError> {
    from.into()
        .sql(select!("WHERE account_id = $1 AND id = $2"))
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<EntryRow>()
        .await?
        .map(ContactEntry::try_from)
        .transpose()
}

/// Everything that was written about a contact, in the order of writing.
pub async fn entries_of<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    contact: ContactId,
) -> Result<Vec<ContactEntry>, StoreError> {
    from.into()
        .sql(select!(
            "WHERE account_id = $1 AND contact_id = $2 ORDER BY at, id"
        ))
        .bind(scope.account_id().0)
        .bind(contact.0)
        .large_for(scope)
        .fetch_all::<EntryRow>()
        .await?
        .into_iter()
        .map(ContactEntry::try_from)
        .collect()
}

/// What was written last about a contact on a subject; of tags, which are one subject, on any.
pub async fn newest_entry(
    tx: &mut Tx,
    scope: &Scope,
    contact: ContactId,
    subject: Subject,
) -> Result<Option<ContactEntry>, StoreError> {
    tx.sql(select!(
        "WHERE account_id = $1 AND contact_id = $2 AND kind = $3 AND subject_id = $4
        ORDER BY at DESC, id DESC
        LIMIT 1"
    ))
    .bind(scope.account_id().0)
    .bind(contact.0)
    .bind(i64::from(subject.kind().number()))
    .bind(subject.number())
    .fetch_optional::<EntryRow>()
    .await?
    .map(ContactEntry::try_from)
    .transpose()
}

/// The entries of a contact on its tags, newest first.
pub async fn tag_entries(
    tx: &mut Tx,
    scope: &Scope,
    contact: ContactId,
) -> Result<Vec<ContactEntry>, StoreError> {
    tx.sql(select!(
        "WHERE account_id = $1 AND contact_id = $2 AND kind = $3
        ORDER BY at DESC, id DESC"
    ))
    .bind(scope.account_id().0)
    .bind(contact.0)
    .bind(i64::from(EntryKind::Tag.number()))
    .fetch_all::<EntryRow>()
    .await?
    .into_iter()
    .map(ContactEntry::try_from)
    .collect()
}

/// How many entries a contact has, and how many bytes their texts have together.
pub async fn totals(
    tx: &mut Tx,
    scope: &Scope,
    contact: ContactId,
) -> Result<(usize, usize), StoreError> {
    let (count, bytes): (i64, i64) = tx
        .sql(
            "SELECT COUNT(*), COALESCE(SUM(OCTET_LENGTH(text)), 0)
            FROM contact_entries WHERE account_id = $1 AND contact_id = $2",
        )
        .bind(scope.account_id().0)
        .bind(contact.0)
        .fetch_one()
        .await?;
    let number = |found: i64| usize::try_from(found).unwrap_or(usize::MAX);
    Ok((number(count), number(bytes)))
}

/// Part of the entries of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryRange {
    /// The kind.
    pub kind: EntryKind,
    /// Written at or after.
    pub from: UnixMillis,
    /// Written before.
    pub to: UnixMillis,
    /// Behind this one.
    pub after: Option<(UnixMillis, ContactEntryId)>,
    /// Most rows.
    pub limit: usize,
}

/// Entries of all contacts within a range of time, in the order of writing.
pub async fn entries_within(
    db: &Db,
    scope: &Scope,
    range: &EntryRange,
) -> Result<Vec<ContactEntry>, StoreError> {
    // A place before all others stands for none, so there is one text.
    let (after_at, after_id) = range
        .after
        .unwrap_or((UnixMillis(i64::MIN), ContactEntryId(i64::MIN)));
    db.sql(select!(
        "WHERE account_id = $1 AND kind = $2 AND at >= $3 AND at < $4 AND (at, id) > ($5, $6)
        ORDER BY at, id
        LIMIT $7"
    ))
    .bind(scope.account_id().0)
    .bind(i64::from(range.kind.number()))
    .bind(range.from.max(after_at).0)
    .bind(range.to.0)
    .bind(after_at.0)
    .bind(after_id.0)
    .bind(i64::try_from(range.limit).unwrap_or(i64::MAX))
    .fetch_all::<EntryRow>()
    .await?
    .into_iter()
    .map(ContactEntry::try_from)
    .collect()
}

/// The highest number of a contact or entry, of all accounts.
pub async fn max_id<'c>(from: impl Into<Reader<'c>>) -> Result<Option<i64>, StoreError> {
    let mut reader = from.into();
    // One look into the keys per account instead of a walk over all rows.
    let (contact, entry): (Option<i64>, Option<i64>) = reader
        .sql(
            "SELECT
                MAX((SELECT MAX(contacts.id) FROM contacts
                    WHERE contacts.account_id = accounts.id)),
                MAX((SELECT MAX(contact_entries.id) FROM contact_entries
                    WHERE contact_entries.account_id = accounts.id))
            FROM accounts",
        )
        .fetch_one()
        .await?;
    Ok(contact.max(entry))
}
