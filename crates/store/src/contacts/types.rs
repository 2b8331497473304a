//! Kinds of annotations.

use domain::contact::AnnotationType;
use domain::ids::{AccountId, AnnotationTypeId};
use domain::scope::Scope;
use domain::tag::tag_key;
use domain::time::UnixMillis;

use crate::convert::{key, own};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct TypeRow {
        account_id: i64,
        id: i64,
        name: String,
        is_long: bool,
        is_active: bool,
        added_at: i64,
    }
}

impl From<TypeRow> for AnnotationType {
    fn from(row: TypeRow) -> Self {
        Self {
            account_id: AccountId(row.account_id),
            id: AnnotationTypeId(row.id),
            name: row.name,
            is_long: row.is_long,
            is_active: row.is_active,
            added_at: UnixMillis(row.added_at),
        }
    }
}

const TAKEN: StoreError =
    StoreError::Conflict("the account has a kind of annotation of this name already");

/// The kinds that the account made or changed, by number.
pub async fn list_types<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<AnnotationType>, StoreError> {
    let rows: Vec<TypeRow> = from
        .into()
        .sql(
            "SELECT account_id, id, name, is_long, is_active, added_at
            FROM annotation_types
            WHERE account_id = $1
            ORDER BY id",
        )
        .bind(scope.account_id().0)
        .large()
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(AnnotationType::from).collect())
}

/// Adds a kind.
///
/// # Errors
/// `Conflict` when the account has one of this name, whatever its case.
pub async fn create_type(
    tx: &mut Tx,
    scope: &Scope,
    kind: &AnnotationType,
) -> Result<(), StoreError> {
    let end = " ON CONFLICT (account_id, name_key) DO NOTHING";
    let rows = insert(tx, scope, kind, end).await?;
    if rows == 0 { Err(TAKEN) } else { Ok(()) }
}

/// Writes whether a kind can still be used, and the kind itself if it was never written before.
pub async fn save_type(
    tx: &mut Tx,
    scope: &Scope,
    kind: &AnnotationType,
) -> Result<(), StoreError> {
    let end = " ON CONFLICT (account_id, id) DO UPDATE SET is_active = excluded.is_active";
    insert(tx, scope, kind, end).await.map(drop)
}

/// Writes a kind; `end` says what becomes of one that is there.
async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    kind: &AnnotationType,
    end: &'static str,
) -> Result<u64, StoreError> {
    own(scope, kind.account_id)?;
    tx.sql(
        "INSERT INTO annotation_types
            (account_id, id, name, name_key, is_long, is_active, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(kind.account_id.0)
    .bind(kind.id.0)
    .bind(&*kind.name)
    .bind(&*key(&tag_key(&kind.name)))
    .bind(kind.is_long)
    .bind(kind.is_active)
    .bind(kind.added_at.0)
    .push(end)
    .execute()
    .await
}
