//! Roles of an account.

use domain::ids::{AccountId, RoleId};
use domain::role::{License, Role};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::convert::{delete_one, from_json, member, own, to_json};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct RoleRow {
        account_id: i64,
        id: i64,
        title: String,
        license: i64,
        is_stock: bool,
        permissions: String,
        topics: String,
        added_at: i64,
        updated_at: i64,
    }
}

impl TryFrom<RoleRow> for Role {
    type Error = StoreError;

    fn try_from(row: RoleRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            id: RoleId(row.id),
            title: row.title,
            license: member(row.license, License::from_number, "licence")?,
            is_stock: row.is_stock,
            permissions: from_json(&row.permissions, "permissions")?,
            topics: from_json(&row.topics, "topics of a role")?,
            added_at: UnixMillis(row.added_at),
            updated_at: UnixMillis(row.updated_at),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, id, title, license, is_stock, permissions, topics, added_at,
                updated_at
            FROM roles ",
            $rest
        )
    };
}

/// Adds a role.
pub async fn create(tx: &mut Tx, scope: &Scope, role: &Role) -> Result<(), StoreError> {
    own(scope, role.account_id)?;
    tx.setting(
        scope.account_id(),
        "INSERT INTO roles
            (account_id, id, title, license, is_stock, permissions, topics, added_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )?
    .bind(role.account_id.0)
    .bind(role.id.0)
    .bind(&*role.title)
    .bind(i64::from(role.license.number()))
    .bind(role.is_stock)
    .bind(to_json(&role.permissions)?)
    .bind(to_json(&role.topics)?)
    .bind(role.added_at.0)
    .bind(role.updated_at.0)
    .execute()
    .await
    .map(drop)
}

/// The role with this number, of the account the caller is about to act in.
///
/// It takes the account instead of a scope because scopes are made from what it gives.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    id: RoleId,
) -> Result<Option<Role>, StoreError> {
    from.into()
        .sql(select!("WHERE account_id = $1 AND id = $2"))
        .bind(account_id.0)
        .bind(id.0)
        .fetch_optional::<RoleRow>()
        .await?
        .map(Role::try_from)
        .transpose()
}

/// All roles of the account, by number.
pub async fn list<'c>(from: impl Into<Reader<'c>>, scope: &Scope) -> Result<Vec<Role>, StoreError> {
    from.into()
        .sql(select!("WHERE account_id = $1 ORDER BY id"))
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<RoleRow>()
        .await?
        .into_iter()
        .map(Role::try_from)
        .collect()
}

/// Changes a role; tells whether it exists.
pub async fn update(tx: &mut Tx, scope: &Scope, role: &Role) -> Result<bool, StoreError> {
    own(scope, role.account_id)?;
    tx.setting(
        scope.account_id(),
        "UPDATE roles
        SET title = $3, license = $4, permissions = $5, topics = $6, updated_at = $7
        WHERE account_id = $1 AND id = $2",
    )?
    .bind(role.account_id.0)
    .bind(role.id.0)
    .bind(&*role.title)
    .bind(i64::from(role.license.number()))
    .bind(to_json(&role.permissions)?)
    .bind(to_json(&role.topics)?)
    .bind(role.updated_at.0)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Removes a role; tells whether it existed.
///
/// # Errors
/// `Conflict` while somebody has it.
pub async fn delete(tx: &mut Tx, scope: &Scope, id: RoleId) -> Result<bool, StoreError> {
    let text = "DELETE FROM roles WHERE account_id = $1 AND id = $2";
    delete_one(tx, text, scope, id.0).await
}
