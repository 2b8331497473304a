//! What arrived and was acknowledged to its source, as it came.

use domain::ids::{AccountId, IntakeId, ProfileId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::convert::key;
use crate::db::{Reader, Tx, pieces};
use crate::error::StoreError;
use crate::row;

/// Rows per insert.
const ROWS: usize = 256;
/// Numbers per list.
const LIST: usize = 1_024;

/// A raw item, before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIntake {
    /// Its number, from the source of mention numbers.
    pub id: IntakeId,
    /// Where it arrived.
    pub profile_id: ProfileId,
    /// Its identifier at the source.
    pub external_id: String,
    /// When it arrived.
    pub received_at: UnixMillis,
    /// What arrived.
    pub raw: Vec<u8>,
}

/// A raw item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The tenant.
    pub account_id: AccountId,
    /// Its number.
    pub id: IntakeId,
    /// Where it arrived.
    pub profile_id: ProfileId,
    /// Its identifier at the source; the hash of it when it is long.
    pub external_id: String,
    /// When it arrived.
    pub received_at: UnixMillis,
    /// What arrived.
    pub raw: Vec<u8>,
    /// When it was processed.
    pub done_at: Option<UnixMillis>,
}

row! {
    struct IntakeRow {
        account_id: i64,
        id: i64,
        profile_id: i64,
        external_id: String,
        received_at: i64,
        raw: Vec<u8>,
        done_at: Option<i64>,
    }
}

impl From<IntakeRow> for Intake {
    fn from(row: IntakeRow) -> Self {
        Self {
            account_id: AccountId(row.account_id),
            id: IntakeId(row.id),
            profile_id: ProfileId(row.profile_id),
            external_id: row.external_id,
            received_at: UnixMillis(row.received_at),
            raw: row.raw,
            done_at: row.done_at.map(UnixMillis),
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, id, profile_id, external_id, received_at, raw, done_at FROM intake ",
            $rest
        )
    };
}

/// Stores what arrived and gives the numbers of what is new, ascending; repeats are left out.
pub async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    items: &[NewIntake],
) -> Result<Vec<IntakeId>, StoreError> {
    let mut added = Vec::with_capacity(items.len());
    for piece in pieces(items, ROWS) {
        let rows: Vec<(i64,)> = tx
            .sql(
                "INSERT INTO intake
                    (account_id, id, profile_id, external_id, received_at, raw)
                VALUES ",
            )
            .push_rows(piece, |row, item| {
                row.bind(scope.account_id().0)
                    .bind(item.id.0)
                    .bind(item.profile_id.0)
                    .bind(&*key(&item.external_id))
                    .bind(item.received_at.0)
                    .bind(&*item.raw);
            })
            .push(" ON CONFLICT (account_id, profile_id, external_id) DO NOTHING RETURNING id")
            .fetch_all()
            .await?;
        added.extend(rows.into_iter().map(|(id,)| IntakeId(id)));
    }
    added.sort_unstable();
    Ok(added)
}

/// The items with these numbers, by number.
pub async fn load<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    ids: &[IntakeId],
) -> Result<Vec<Intake>, StoreError> {
    let mut reader = from.into();
    let mut found = Vec::with_capacity(ids.len());
    for piece in ids.chunks(LIST) {
        let rows: Vec<IntakeRow> = reader
            .sql(select!("WHERE account_id = "))
            .push_bind(scope.account_id().0)
            .push(" AND id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .fetch_all()
            .await?;
        found.extend(rows.into_iter().map(Intake::from));
    }
    found.sort_unstable_by_key(|item| item.id);
    Ok(found)
}

/// Items that were not processed yet, by number.
pub async fn pending<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    limit: usize,
) -> Result<Vec<Intake>, StoreError> {
    Ok(from
        .into()
        .sql(select!(
            "WHERE account_id = $1 AND done_at IS NULL
            ORDER BY id
            LIMIT $2"
        ))
        .bind(scope.account_id().0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all::<IntakeRow>()
        .await?
        .into_iter()
        .map(Intake::from)
        .collect())
}

/// Notes that items were processed, in the transaction that stores what came of them; gives how
/// many were not noted so before.
pub async fn mark_done(
    tx: &mut Tx,
    scope: &Scope,
    ids: &[IntakeId],
    at: UnixMillis,
) -> Result<u64, StoreError> {
    let mut marked = 0_u64;
    for piece in ids.chunks(LIST) {
        let rows = tx
            .sql("UPDATE intake SET done_at = ")
            .push_bind(at.0)
            .push(" WHERE account_id = ")
            .push_bind(scope.account_id().0)
            .push(" AND done_at IS NULL AND id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .execute()
            .await?;
        marked = marked.saturating_add(rows);
    }
    Ok(marked)
}

/// Removes up to `limit` items of all accounts that were processed before a time.
///
/// A source that delivers such an item again is not recognised here any more; the mention made
/// of it still is.
pub async fn sweep(tx: &mut Tx, before: UnixMillis, limit: usize) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM intake
        WHERE (account_id, id) IN (
            SELECT account_id, id
            FROM intake
            WHERE done_at < $1
            ORDER BY done_at
            LIMIT $2
        )",
    )
    .bind(before.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute()
    .await
}
