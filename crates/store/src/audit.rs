//! The security log. Rows are only ever added; each carries the hash of the one before.

use domain::ids::{AuditId, UserId};
use domain::time::UnixMillis;

use crate::error::StoreError;
use crate::row;
use crate::{Db, Tx};

/// One chain of the log: an account's number, or 0 for what belongs to no account.
pub type Chain = i64;

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The chain it belongs to.
    pub chain: Chain,
    /// Position in the chain: 1, 2, 3 … without gaps.
    pub id: AuditId,
    /// When it happened.
    pub at: UnixMillis,
    /// What happened.
    pub event: String,
    /// Who did it; none for the server itself or somebody unknown.
    pub actor_id: Option<UserId>,
    /// To whom it was done.
    pub subject_id: Option<UserId>,
    /// Network address of who did it.
    pub address: Option<String>,
    /// More, as JSON; its exact text is covered by the hash.
    pub detail: String,
    /// Hash of the row before; empty for the first.
    pub previous_hash: Vec<u8>,
    /// Hash of this row.
    pub hash: Vec<u8>,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Position of the last row; 0 when there is none.
    pub id: AuditId,
    /// Its hash; empty when there is none.
    pub hash: Vec<u8>,
}

row! {
    struct EntryRow {
        account_id: i64,
        id: i64,
        at: i64,
        event: String,
        actor_id: Option<i64>,
        subject_id: Option<i64>,
        address: Option<String>,
        detail: String,
        previous_hash: Vec<u8>,
        hash: Vec<u8>,
    }
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            chain: row.account_id,
            id: AuditId(row.id),
            at: UnixMillis(row.at),
            event: row.event,
            actor_id: row.actor_id.map(UserId),
            subject_id: row.subject_id.map(UserId),
            address: row.address,
            detail: row.detail,
            previous_hash: row.previous_hash,
            hash: row.hash,
        }
    }
}

/// Where a chain ends; nobody else adds to it until the transaction ends.
pub async fn lock_head(tx: &mut Tx, chain: Chain) -> Result<Head, StoreError> {
    let (id, hash): (i64, Vec<u8>) = tx
        .sql(
            "INSERT INTO audit_heads (account_id, id, hash)
             VALUES ($1, $2, $3)
             ON CONFLICT (account_id) DO UPDATE SET account_id = excluded.account_id
             RETURNING id, hash",
        )
        .bind(chain)
        .bind(0_i64)
        .bind(Vec::<u8>::new())
        .fetch_one()
        .await?;
    Ok(Head {
        id: AuditId(id),
        hash,
    })
}

/// Adds a row at the end of its chain, which was taken with [`lock_head`].
pub async fn append(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO audit
           (account_id, id, at, event, actor_id, subject_id, address, detail, previous_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(entry.chain)
    .bind(entry.id.0)
    .bind(entry.at.0)
    .bind(entry.event.clone())
    .bind(entry.actor_id.map(|id| id.0))
    .bind(entry.subject_id.map(|id| id.0))
    .bind(entry.address.clone())
    .bind(entry.detail.clone())
    .bind(entry.previous_hash.clone())
    .bind(entry.hash.clone())
    .execute()
    .await?;
    tx.sql("UPDATE audit_heads SET id = $1, hash = $2 WHERE account_id = $3")
        .bind(entry.id.0)
        .bind(entry.hash.clone())
        .bind(entry.chain)
        .execute()
        .await?;
    Ok(())
}

/// Rows of a chain after a position, in order.
pub async fn list(
    db: &Db,
    chain: Chain,
    after: AuditId,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<EntryRow> = db
        .sql(
            "SELECT account_id, id, at, event, actor_id, subject_id, address, detail,
               previous_hash, hash
             FROM audit
             WHERE account_id = $1 AND id > $2
             ORDER BY id
             LIMIT $3",
        )
        .bind(chain)
        .bind(after.0)
        .bind(limit)
        .large()
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(Entry::from).collect())
}

/// The chains that have a row or an end, in order.
pub async fn chains(db: &Db) -> Result<Vec<Chain>, StoreError> {
    let rows: Vec<(i64,)> = db
        .sql(
            "SELECT account_id FROM audit_heads
             UNION
             SELECT DISTINCT account_id FROM audit
             ORDER BY account_id",
        )
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(chain,)| chain).collect())
}

/// Where a chain ends, outside a transaction.
pub async fn head(db: &Db, chain: Chain) -> Result<Option<Head>, StoreError> {
    let row: Option<(i64, Vec<u8>)> = db
        .sql("SELECT id, hash FROM audit_heads WHERE account_id = $1")
        .bind(chain)
        .fetch_optional()
        .await?;
    Ok(row.map(|(id, hash)| Head {
        id: AuditId(id),
        hash,
    }))
}
