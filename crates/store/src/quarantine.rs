//! What arrived and could not be understood: kept as it came, so that nothing is lost.

use domain::ids::{IntakeId, ProfileId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

/// An item that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Its number, from the source of mention numbers.
    pub id: IntakeId,
    /// Where it arrived, if that is known.
    pub profile_id: Option<ProfileId>,
    /// When it arrived.
    pub received_at: UnixMillis,
    /// Why it was not understood.
    pub reason: String,
    /// What arrived.
    pub raw: Vec<u8>,
}

row! {
    struct QuarantinedRow {
        id: i64,
        profile_id: Option<i64>,
        received_at: i64,
        reason: String,
        raw: Vec<u8>,
    }
}

impl From<QuarantinedRow> for Quarantined {
    fn from(row: QuarantinedRow) -> Self {
        Self {
            id: IntakeId(row.id),
            profile_id: row.profile_id.map(ProfileId),
            received_at: UnixMillis(row.received_at),
            reason: row.reason,
            raw: row.raw,
        }
    }
}

/// Keeps an item.
pub async fn insert(tx: &mut Tx, scope: &Scope, item: &Quarantined) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO quarantine (account_id, id, profile_id, received_at, reason, raw)
        VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(scope.account_id().0)
    .bind(item.id.0)
    .bind(item.profile_id.map(ProfileId::get))
    .bind(item.received_at.0)
    .bind(&*item.reason)
    .bind(&*item.raw)
    .execute()
    .await
    .map(drop)
}

/// Items after a number, in order.
pub async fn list<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    after: Option<IntakeId>,
    limit: usize,
) -> Result<Vec<Quarantined>, StoreError> {
    Ok(from
        .into()
        .sql(
            "SELECT id, profile_id, received_at, reason, raw
            FROM quarantine
            WHERE account_id = $1 AND id > $2
            ORDER BY id
            LIMIT $3",
        )
        .bind(scope.account_id().0)
        .bind(after.map_or(i64::MIN, IntakeId::get))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .large()
        .fetch_all::<QuarantinedRow>()
        .await?
        .into_iter()
        .map(Quarantined::from)
        .collect())
}

/// Removes an item; tells whether it existed.
pub async fn delete(tx: &mut Tx, scope: &Scope, id: IntakeId) -> Result<bool, StoreError> {
    tx.sql("DELETE FROM quarantine WHERE account_id = $1 AND id = $2")
        .bind(scope.account_id().0)
        .bind(id.0)
        .execute()
        .await
        .map(|rows| rows > 0)
}
