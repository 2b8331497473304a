//! Small values that programs keep with an account.

use domain::ids::AccountId;
use domain::key_value::{KeyValue, ValueKind};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::convert::{member, own};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct KeyValueRow {
        account_id: i64,
        key: String,
        value: String,
        kind: i64,
        updated_at: i64,
    }
}

impl TryFrom<KeyValueRow> for KeyValue {
    type Error = StoreError;

    fn try_from(row: KeyValueRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            key: row.key,
            value: row.value,
            kind: member(row.kind, ValueKind::from_number, "kind of value")?,
            updated_at: UnixMillis(row.updated_at),
        })
    }
}

/// Writes a value, in place of the one under the same key.
pub async fn put(tx: &mut Tx, scope: &Scope, value: &KeyValue) -> Result<(), StoreError> {
    own(scope, value.account_id)?;
    tx.sql(
        "INSERT INTO key_values (account_id, key, value, kind, updated_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id, key) DO UPDATE
        SET value = excluded.value, kind = excluded.kind, updated_at = excluded.updated_at",
    )
    .bind(value.account_id.0)
    .bind(&*value.key)
    .bind(&*value.value)
    .bind(i64::from(value.kind.number()))
    .bind(value.updated_at.0)
    .execute()
    .await
    .map(drop)
}

/// The value under a key.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    key: &str,
) -> Result<Option<KeyValue>, StoreError> {
    from.into()
        .sql(
            "SELECT account_id, key, value, kind, updated_at
            FROM key_values WHERE account_id = $1 AND key = $2",
        )
        .bind(scope.account_id().0)
        .bind(key)
        .fetch_optional::<KeyValueRow>()
        .await?
        .map(KeyValue::try_from)
        .transpose()
}

/// All values of the account, by key.
pub async fn list<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<KeyValue>, StoreError> {
    from.into()
        .sql(
            "SELECT account_id, key, value, kind, updated_at
            FROM key_values WHERE account_id = $1 ORDER BY key",
        )
        .bind(scope.account_id().0)
        .large_for(scope)
        .fetch_all::<KeyValueRow>()
        .await?
        .into_iter()
        .map(KeyValue::try_from)
        .collect()
}

/// The keys of the account with everything but their values, which are empty here.
pub async fn list_keys<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<KeyValue>, StoreError> {
    from.into()
        .sql(
            "SELECT account_id, key, '' AS value, kind, updated_at
            FROM key_values WHERE account_id = $1 ORDER BY key",
        )
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<KeyValueRow>()
        .await?
        .into_iter()
        .map(KeyValue::try_from)
        .collect()
}

/// How many values the account has, and how many bytes they are together.
pub async fn totals<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<(i64, i64), StoreError> {
    from.into()
        .sql(
            "SELECT COUNT(*), COALESCE(SUM(OCTET_LENGTH(value)), 0)
            FROM key_values WHERE account_id = $1",
        )
        .bind(scope.account_id().0)
        .fetch_one()
        .await
}

/// Removes the value under a key; tells whether there was one.
pub async fn delete(tx: &mut Tx, scope: &Scope, key: &str) -> Result<bool, StoreError> {
    tx.sql("DELETE FROM key_values WHERE account_id = $1 AND key = $2")
        .bind(scope.account_id().0)
        .bind(key)
        .execute()
        .await
        .map(|rows| rows > 0)
}
