//! Keys of programs.

use domain::api_key::{ApiKey, key_name_key};
use domain::ids::{AccountId, ApiKeyId, RoleId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::convert::{delete_one, own};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct KeyRow {
        account_id: i64,
        id: i64,
        name: String,
        role_id: i64,
        added_at: i64,
        added_by: Option<i64>,
        used_at: Option<i64>,
    }
}

impl From<KeyRow> for ApiKey {
    fn from(row: KeyRow) -> Self {
        Self {
            account_id: AccountId(row.account_id),
            id: ApiKeyId(row.id),
            name: row.name,
            role_id: RoleId(row.role_id),
            added_at: UnixMillis(row.added_at),
            added_by: row.added_by.map(UserId),
            used_at: row.used_at.map(UnixMillis),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, id, name, role_id, added_at, added_by, used_at FROM api_keys ",
            $rest
        )
    };
}

const TAKEN: StoreError = StoreError::Conflict("the account has a key of this name already");

/// Adds a key with the SHA-256 of its secret.
///
/// # Errors
/// `Conflict` when the account has a key of this name, whatever its case.
pub async fn create(
    tx: &mut Tx,
    scope: &Scope,
    key: &ApiKey,
    secret_hash: &[u8],
) -> Result<(), StoreError> {
    own(scope, key.account_id)?;
    let rows = tx
        .setting(
            scope.account_id(),
            "INSERT INTO api_keys
                (account_id, id, name, name_key, secret_hash, role_id, added_at, added_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (account_id, name_key) DO NOTHING",
        )?
        .bind(key.account_id.0)
        .bind(key.id.0)
        .bind(&*key.name)
        .bind(key_name_key(&key.name))
        .bind(secret_hash)
        .bind(key.role_id.0)
        .bind(key.added_at.0)
        .bind(key.added_by.map(UserId::get))
        .execute()
        .await?;
    if rows == 0 { Err(TAKEN) } else { Ok(()) }
}

/// The key whose secret has this hash.
///
/// It takes no scope, because scopes are made from what it gives.
pub async fn find_by_secret<'c>(
    from: impl Into<Reader<'c>>,
    secret_hash: &[u8],
) -> Result<Option<ApiKey>, StoreError> {
    let row = from
        .into()
        .sql(select!("WHERE secret_hash = $1"))
        .bind(secret_hash)
        .fetch_optional::<KeyRow>()
        .await?;
    Ok(row.map(ApiKey::from))
}

/// The key with this number.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: ApiKeyId,
) -> Result<Option<ApiKey>, StoreError> {
    let row = from
        .into()
        .sql(select!("WHERE account_id = $1 AND id = $2"))
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<KeyRow>()
        .await?;
    Ok(row.map(ApiKey::from))
}

/// All keys of the account, by number.
pub async fn list<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<ApiKey>, StoreError> {
    let rows = from
        .into()
        .sql(select!("WHERE account_id = $1 ORDER BY id"))
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<KeyRow>()
        .await?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

/// How many keys the account has.
pub async fn count<'c>(from: impl Into<Reader<'c>>, scope: &Scope) -> Result<i64, StoreError> {
    let (count,): (i64,) = from
        .into()
        .sql("SELECT COUNT(*) FROM api_keys WHERE account_id = $1")
        .bind(scope.account_id().0)
        .fetch_one()
        .await?;
    Ok(count)
}

/// Changes name and role of a key, and its secret when there is a new one; tells whether it exists.
///
/// # Errors
/// `Conflict` when another key has the new name.
pub async fn update(
    tx: &mut Tx,
    scope: &Scope,
    key: &ApiKey,
    secret_hash: Option<&[u8]>,
) -> Result<bool, StoreError> {
    own(scope, key.account_id)?;
    tx.setting(
        scope.account_id(),
        "UPDATE api_keys
        SET name = $3, name_key = $4, role_id = $5, secret_hash = COALESCE($6, secret_hash)
        WHERE account_id = $1 AND id = $2",
    )?
    .bind(key.account_id.0)
    .bind(key.id.0)
    .bind(&*key.name)
    .bind(key_name_key(&key.name))
    .bind(key.role_id.0)
    .bind(secret_hash)
    .execute()
    .await
    .map(|rows| rows > 0)
    .map_err(|error| match error {
        StoreError::Conflict(_) => TAKEN,
        other => other,
    })
}

/// Removes a key; tells whether it existed.
pub async fn delete(tx: &mut Tx, scope: &Scope, id: ApiKeyId) -> Result<bool, StoreError> {
    let text = "DELETE FROM api_keys WHERE account_id = $1 AND id = $2";
    delete_one(tx, text, scope, id.0).await
}

/// Whether a key of the account has this role.
pub async fn has_role<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    role_id: RoleId,
) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = from
        .into()
        .sql("SELECT id FROM api_keys WHERE account_id = $1 AND role_id = $2 LIMIT 1")
        .bind(scope.account_id().0)
        .bind(role_id.0)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// Notes the last use of keys.
///
/// Give the keys in the order of account and number, so that two servers never wait for each other.
pub async fn mark_used(
    tx: &mut Tx,
    keys: &[(AccountId, ApiKeyId)],
    at: UnixMillis,
) -> Result<(), StoreError> {
    for (account_id, id) in keys {
        tx.sql("UPDATE api_keys SET used_at = $3 WHERE account_id = $1 AND id = $2")
            .bind(account_id.0)
            .bind(id.0)
            .bind(at.0)
            .execute()
            .await?;
    }
    Ok(())
}
