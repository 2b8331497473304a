//! Tags of an account.

use domain::ids::{AccountId, TagId};
use domain::scope::Scope;
use domain::tag::{Tag, TagStatus, tag_key};
use domain::time::UnixMillis;

use crate::convert::{delete_one, key, member, own};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct TagRow {
        account_id: i64,
        id: i64,
        name: String,
        color: Option<String>,
        parent_id: Option<i64>,
        is_visible: bool,
        status: i64,
        added_at: i64,
    }
}

impl TryFrom<TagRow> for Tag {
    type Error = StoreError;

    fn try_from(row: TagRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            id: TagId(row.id),
            name: row.name,
            color: row.color,
            parent_id: row.parent_id.map(TagId),
            is_visible: row.is_visible,
            status: member(row.status, TagStatus::from_number, "status of a tag")?,
            added_at: UnixMillis(row.added_at),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, id, name, color, parent_id, is_visible, status, added_at
            FROM tags ",
            $rest
        )
    };
}

/// Numbers per query.
const LIST: usize = 1_024;

const TAKEN: StoreError = StoreError::Conflict("the account has a tag of this name already");

/// Adds a tag.
///
/// # Errors
/// `Conflict` when the account has a tag of this name, whatever its case.
pub async fn create(tx: &mut Tx, scope: &Scope, tag: &Tag) -> Result<(), StoreError> {
    own(scope, tag.account_id)?;
    let rows = tx
        .setting(
            scope.account_id(),
            "INSERT INTO tags
                (account_id, id, name, name_key, color, parent_id, is_visible, status, added_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (account_id, name_key) DO NOTHING",
        )?
        .bind(tag.account_id.0)
        .bind(tag.id.0)
        .bind(&*tag.name)
        .bind(&*key(&tag_key(&tag.name)))
        .bind(tag.color.as_deref())
        .bind(tag.parent_id.map(TagId::get))
        .bind(tag.is_visible)
        .bind(i64::from(tag.status.number()))
        .bind(tag.added_at.0)
        .execute()
        .await?;
    if rows == 0 { Err(TAKEN) } else { Ok(()) }
}

/// The tag with this number.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: TagId,
) -> Result<Option<Tag>, StoreError> {
    from.into()
        .sql(select!("WHERE account_id = $1 AND id = $2"))
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<TagRow>()
        .await?
        .map(Tag::try_from)
        .transpose()
}

/// The tag of this name, whatever its case.
pub async fn find_by_name<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    name: &str,
) -> Result<Option<Tag>, StoreError> {
    from.into()
        .sql(select!("WHERE account_id = $1 AND name_key = $2"))
        .bind(scope.account_id().0)
        .bind(&*key(&tag_key(name)))
        .fetch_optional::<TagRow>()
        .await?
        .map(Tag::try_from)
        .transpose()
}

/// The tags with these numbers, by number; those that are absent are left out.
pub async fn find_many<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    ids: &[TagId],
) -> Result<Vec<Tag>, StoreError> {
    let mut reader = from.into();
    let mut found = Vec::with_capacity(ids.len());
    for piece in ids.chunks(LIST) {
        let rows: Vec<TagRow> = reader
            .sql(select!("WHERE account_id = "))
            .push_bind(scope.account_id().0)
            .push(" AND id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .push(" ORDER BY id")
            .fetch_all()
            .await?;
        for row in rows {
            found.push(Tag::try_from(row)?);
        }
    }
    Ok(found)
}

/// Whether there are tags directly below this one.
pub async fn has_below<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: TagId,
) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = from
        .into()
        .sql("SELECT id FROM tags WHERE account_id = $1 AND parent_id = $2 LIMIT 1")
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// All tags of the account, by number.
pub async fn list<'c>(from: impl Into<Reader<'c>>, scope: &Scope) -> Result<Vec<Tag>, StoreError> {
    from.into()
        .sql(select!("WHERE account_id = $1 ORDER BY id"))
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<TagRow>()
        .await?
        .into_iter()
        .map(Tag::try_from)
        .collect()
}

/// Changes a tag; tells whether it exists.
///
/// # Errors
/// `Conflict` when another tag has the new name.
pub async fn update(tx: &mut Tx, scope: &Scope, tag: &Tag) -> Result<bool, StoreError> {
    own(scope, tag.account_id)?;
    tx.setting(
        scope.account_id(),
        "UPDATE tags
        SET name = $3, name_key = $4, color = $5, parent_id = $6, is_visible = $7, status = $8
        WHERE account_id = $1 AND id = $2",
    )?
    .bind(tag.account_id.0)
    .bind(tag.id.0)
    .bind(&*tag.name)
    .bind(&*key(&tag_key(&tag.name)))
    .bind(tag.color.as_deref())
    .bind(tag.parent_id.map(TagId::get))
    .bind(tag.is_visible)
    .bind(i64::from(tag.status.number()))
    .execute()
    .await
    .map(|rows| rows > 0)
    .map_err(|error| match error {
        StoreError::Conflict(_) => TAKEN,
        other => other,
    })
}

/// Removes a tag, but not from the mentions that carry it; tells whether it existed.
pub async fn delete(tx: &mut Tx, scope: &Scope, id: TagId) -> Result<bool, StoreError> {
    let text = "DELETE FROM tags WHERE account_id = $1 AND id = $2";
    delete_one(tx, text, scope, id.0).await
}
