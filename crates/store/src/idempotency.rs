//! Answers kept under the client's own key, so that a repeated request is not done twice.

use domain::ids::{AccountId, UserId};
use domain::time::{MINUTE_MS, UnixMillis};

use crate::db::Tx;
use crate::error::StoreError;
use crate::row;

/// After this time a request that gave no answer counts as dead, and its key is free again.
const LEASE_MS: i64 = 5 * MINUTE_MS;

/// Whose key it is; keys of different owners never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The account of the request, if it names one.
    pub account_id: Option<AccountId>,
    /// The person who asks.
    pub user_id: UserId,
}

impl Owner {
    /// Accounts count from 1001, so 0 stands for none; a column of a key can not be empty.
    fn account(self) -> i64 {
        self.account_id.map_or(0, AccountId::get)
    }
}

/// What is known under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: the caller does the work and then calls [`finish`].
    New,
    /// The answer given before.
    Replay(Answer),
    /// The key was used for a different request.
    Mismatch,
    /// The first request is still being worked on.
    Running,
}

/// An answer as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its content type.
    pub content_type: String,
    /// Its body.
    pub body: Vec<u8>,
}

row! {
    struct KeyRow {
        fingerprint: Vec<u8>,
        status: Option<i64>,
        content_type: Option<String>,
        body: Option<Vec<u8>>,
    }
}

/// Takes a key for a request with this fingerprint, or tells what is known under it.
///
/// Keys longer than 512 bytes are the caller's to refuse. `node` is the server that will do the
/// work; see [`release_unfinished`].
pub async fn claim(
    tx: &mut Tx,
    owner: Owner,
    key: &str,
    fingerprint: &[u8],
    node: u8,
    at: UnixMillis,
) -> Result<Claim, StoreError> {
    let rows = tx
        .sql(
            "INSERT INTO idempotency_keys (account_id, user_id, key, fingerprint, claimed_at, node)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (account_id, user_id, key) DO UPDATE
            SET fingerprint = $4, claimed_at = $5, node = $6
            WHERE idempotency_keys.status IS NULL AND idempotency_keys.claimed_at < $7",
        )
        .bind(owner.account())
        .bind(owner.user_id.0)
        .bind(key)
        .bind(fingerprint)
        .bind(at.0)
        .bind(i64::from(node))
        .bind(at.plus_ms(-LEASE_MS).0)
        .execute()
        .await?;
    if rows > 0 {
        return Ok(Claim::New);
    }
    let row: KeyRow = tx
        .sql(
            "SELECT fingerprint, status, content_type, body
            FROM idempotency_keys
            WHERE account_id = $1 AND user_id = $2 AND key = $3",
        )
        .bind(owner.account())
        .bind(owner.user_id.0)
        .bind(key)
        .fetch_one()
        .await?;
    if row.fingerprint != fingerprint {
        return Ok(Claim::Mismatch);
    }
    let Some(status) = row.status else {
        return Ok(Claim::Running);
    };
    Ok(Claim::Replay(Answer {
        status: u16::try_from(status)
            .map_err(|_| StoreError::broken(format!("{status} is no HTTP status")))?,
        content_type: row.content_type.unwrap_or_default(),
        body: row.body.unwrap_or_default(),
    }))
}

/// Keeps the answer; tells whether the key still was the caller's.
pub async fn finish(
    tx: &mut Tx,
    owner: Owner,
    key: &str,
    fingerprint: &[u8],
    answer: &Answer,
) -> Result<bool, StoreError> {
    keep(tx, owner, key, fingerprint, answer, false).await
}

/// Puts a better answer in place of the one that is kept; tells whether there was one.
///
/// A change keeps a provisional answer in its own transaction, so that a crash right after its
/// commit can not lead to a second change; the answer that was really sent follows.
pub async fn amend(
    tx: &mut Tx,
    owner: Owner,
    key: &str,
    fingerprint: &[u8],
    answer: &Answer,
) -> Result<bool, StoreError> {
    keep(tx, owner, key, fingerprint, answer, true).await
}

async fn keep(
    tx: &mut Tx,
    owner: Owner,
    key: &str,
    fingerprint: &[u8],
    answer: &Answer,
    has_answer: bool,
) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE idempotency_keys
        SET status = $5, content_type = $6, body = $7
        WHERE account_id = $1 AND user_id = $2 AND key = $3 AND fingerprint = $4
            AND (status IS NOT NULL) = $8",
    )
    .bind(owner.account())
    .bind(owner.user_id.0)
    .bind(key)
    .bind(fingerprint)
    .bind(i64::from(answer.status))
    .bind(&*answer.content_type)
    .bind(&*answer.body)
    .bind(has_answer)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Frees a key whose request failed in a way that a repetition may mend.
pub async fn release(tx: &mut Tx, owner: Owner, key: &str) -> Result<bool, StoreError> {
    tx.sql(
        "DELETE FROM idempotency_keys
        WHERE account_id = $1 AND user_id = $2 AND key = $3 AND status IS NULL",
    )
    .bind(owner.account())
    .bind(owner.user_id.0)
    .bind(key)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Frees the keys of all requests that a server was at when it ended, and gives how many there
/// were. Called when it starts: nobody else works on them, and their clients are told to wait.
pub async fn release_unfinished(tx: &mut Tx, node: u8) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM idempotency_keys WHERE status IS NULL AND node = $1")
        .bind(i64::from(node))
        .execute()
        .await
}

/// Forgets up to `limit` keys claimed before a time and gives how many there were.
pub async fn sweep(tx: &mut Tx, before: UnixMillis, limit: usize) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM idempotency_keys
        WHERE (account_id, user_id, key) IN (
            SELECT account_id, user_id, key
            FROM idempotency_keys
            WHERE claimed_at < $1
            ORDER BY claimed_at
            LIMIT $2
        )",
    )
    .bind(before.0)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute()
    .await
}
