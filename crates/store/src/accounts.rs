//! Accounts: the tenants.

use domain::account::Account;
use domain::ids::AccountId;
use domain::plan::Plan;
use domain::time::UnixMillis;

use crate::convert::member;
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct AccountRow {
        id: i64,
        name: String,
        description: Option<String>,
        package: Option<String>,
        plan: i64,
        timezone: String,
        added_at: i64,
    }
}

impl TryFrom<AccountRow> for Account {
    type Error = StoreError;

    fn try_from(row: AccountRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: AccountId(row.id),
            name: row.name,
            description: row.description,
            package: row.package,
            plan: member(row.plan, Plan::from_number, "plan")?,
            timezone: row.timezone,
            added_at: UnixMillis(row.added_at),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, description, package, plan, timezone, added_at FROM accounts ",
            $rest
        )
    };
}

/// Adds an account. Nobody else knows of it until the commit, so its lock is held from here on.
pub async fn create(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    tx.make_account(account.id);
    tx.sql(
        "INSERT INTO accounts (id, name, description, package, plan, timezone, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(account.id.0)
    .bind(&*account.name)
    .bind(account.description.as_deref())
    .bind(account.package.as_deref())
    .bind(i64::from(account.plan.number()))
    .bind(&*account.timezone)
    .bind(account.added_at.0)
    .execute()
    .await
    .map(drop)
}

/// The account with this number.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    id: AccountId,
) -> Result<Option<Account>, StoreError> {
    from.into()
        .sql(select!("WHERE id = $1"))
        .bind(id.0)
        .fetch_optional::<AccountRow>()
        .await?
        .map(Account::try_from)
        .transpose()
}

/// All accounts of the installation, by number.
pub async fn list<'c>(from: impl Into<Reader<'c>>) -> Result<Vec<Account>, StoreError> {
    from.into()
        .sql(select!("ORDER BY id"))
        .fetch_all::<AccountRow>()
        .await?
        .into_iter()
        .map(Account::try_from)
        .collect()
}

/// Changes all of it but its number and date; tells whether the account exists.
pub async fn update(tx: &mut Tx, account: &Account) -> Result<bool, StoreError> {
    tx.setting(
        account.id,
        "UPDATE accounts
        SET name = $2, description = $3, package = $4, plan = $5, timezone = $6
        WHERE id = $1",
    )?
    .bind(account.id.0)
    .bind(&*account.name)
    .bind(account.description.as_deref())
    .bind(account.package.as_deref())
    .bind(i64::from(account.plan.number()))
    .bind(&*account.timezone)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// What an account owns, in an order that breaks no reference.
const OWNED: &[&str] = &[
    "DELETE FROM mentions WHERE account_id = $1",
    "DELETE FROM conversations WHERE account_id = $1",
    "DELETE FROM contact_entries WHERE account_id = $1",
    "DELETE FROM contact_authors WHERE account_id = $1",
    "DELETE FROM contacts WHERE account_id = $1",
    "DELETE FROM annotation_types WHERE account_id = $1",
    "DELETE FROM agent_events WHERE account_id = $1",
    "DELETE FROM changes WHERE account_id = $1",
    "DELETE FROM change_heads WHERE account_id = $1",
    "DELETE FROM change_cursors WHERE account_id = $1",
    "DELETE FROM jobs WHERE account_id = $1",
    "DELETE FROM intake WHERE account_id = $1",
    "DELETE FROM quarantine WHERE account_id = $1",
    "DELETE FROM idempotency_keys WHERE account_id = $1",
    "DELETE FROM profiles WHERE account_id = $1",
    "DELETE FROM topics WHERE account_id = $1",
    "DELETE FROM projects WHERE account_id = $1",
    "DELETE FROM tags WHERE account_id = $1",
    "DELETE FROM key_values WHERE account_id = $1",
    "DELETE FROM api_keys WHERE account_id = $1",
    "DELETE FROM invitation_links WHERE account_id = $1",
    "DELETE FROM memberships WHERE account_id = $1",
    "DELETE FROM roles WHERE account_id = $1",
];

/// Removes an account with all it owns but the security log; tells whether it existed.
///
/// Everything goes in one transaction: of a large account, remove the mentions first, in parts.
pub async fn delete(tx: &mut Tx, id: AccountId) -> Result<bool, StoreError> {
    for text in OWNED {
        tx.sql(text).bind(id.0).execute().await?;
    }
    tx.sql("DELETE FROM accounts WHERE id = $1")
        .bind(id.0)
        .execute()
        .await
        .map(|rows| rows > 0)
}
