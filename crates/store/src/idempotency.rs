//! Answers kept under the client's own key, so that a repeated request is not done twice.

use domain::ids::{AccountId, UserId};
use domain::time::{SECOND_MS, UnixMillis};

use crate::db::{Dialect, Reader, Tx};
use crate::error::StoreError;
use crate::row;

/// After this time a server that tells nothing of a request counts as dead, and the key is free for
/// other servers. A request that takes longer is told of by [`extend`].
pub const LEASE_MS: i64 = 12 * SECOND_MS;

/// Whose key it is; keys of different owners never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The account of the request, if it names one.
    pub account_id: Option<AccountId>,
    /// The person who asks.
    pub user_id: UserId,
}

impl Owner {
    /// Accounts count from 1001, so 0 stands for none; a column of a key cannot be empty.
    fn account(self) -> i64 {
        self.account_id.map_or(0, AccountId::get)
    }
}

/// What is known under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// The request was made, and answered like this.
    Answered(Answer),
    /// The key was used for a different request.
    Mismatch,
    /// Another server works on the request.
    Running,
    /// Nobody works on it: the key can be taken.
    Free,
}

/// An answer as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its content type.
    pub content_type: String,
    /// Its body; none where it is too large to be kept.
    pub body: Option<Vec<u8>>,
    /// Where the object of an answer without a body is read anew.
    pub object: Option<String>,
}

/// One attempt to make the request that a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Whose key it is.
    pub owner: Owner,
    /// The key.
    pub key: String,
    /// Tells the request from others.
    pub fingerprint: Vec<u8>,
    /// The number of the attempt: who has lost the key to another attempt can do nothing with it.
    pub id: i64,
}

row! {
    struct KeyRow {
        fingerprint: Vec<u8>,
        node: i64,
        status: Option<i64>,
        content_type: Option<String>,
        body: Option<Vec<u8>>,
        object: Option<String>,
        is_leased: bool,
    }
}

/// The time of the database where several servers share one: their clocks may differ.
const fn now_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) + 0 * ",
    }
}

/// Looks a key up. `node` is this server, which knows by itself whether it works on the request:
/// what it left unfinished is free to it.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    run: &Run,
    node: u8,
    now: UnixMillis,
) -> Result<Known, StoreError> {
    let mut from = from.into();
    let clock = now_of(from.dialect());
    let row: Option<KeyRow> = from
        .sql(
            "SELECT fingerprint, node, status, content_type, body, object,
                CASE WHEN lease_until >= ",
        )
        .push(clock)
        .push_bind(now.0)
        .push(" THEN ")
        .push_bind(true)
        .push(" ELSE ")
        .push_bind(false)
        .push(" END AS is_leased FROM idempotency_keys WHERE account_id = ")
        .push_bind(run.owner.account())
        .push(" AND user_id = ")
        .push_bind(run.owner.user_id.0)
        .push(" AND key = ")
        .push_bind(&*run.key)
        .fetch_optional()
        .await?;
    let Some(row) = row else {
        return Ok(Known::Free);
    };
    let is_same = row.fingerprint == run.fingerprint;
    let Some(status) = row.status else {
        return Ok(match (row.node == i64::from(node), row.is_leased) {
            (true, _) | (_, false) => Known::Free,
            (false, true) if is_same => Known::Running,
            (false, true) => Known::Mismatch,
        });
    };
    if !is_same {
        return Ok(Known::Mismatch);
    }
    Ok(Known::Answered(Answer {
        status: u16::try_from(status)
            .map_err(|_| StoreError::broken(format!("{status} is no HTTP status")))?,
        content_type: row.content_type.unwrap_or_default(),
        body: row.body,
        object: row.object,
    }))
}

/// Takes a key that is free, for a request that `node` is about to work on; `false` when another
/// server was faster, or has answered it meanwhile.
///
/// Keys longer than 512 bytes are the caller's to refuse. A server takes over what it left
/// unfinished itself at once, so it takes a key only once at a time.
pub async fn claim(
    tx: &mut Tx,
    run: &Run,
    node: u8,
    at: UnixMillis,
    lease_ms: i64,
) -> Result<bool, StoreError> {
    let clock = now_of(tx.dialect());
    tx.sql(
        "INSERT INTO idempotency_keys
            (account_id, user_id, key, fingerprint, claimed_at, node, run, lease_until)
        VALUES (",
    )
    .push_bind(run.owner.account())
    .push(", ")
    .push_bind(run.owner.user_id.0)
    .push(", ")
    .push_bind(&*run.key)
    .push(", ")
    .push_bind(&*run.fingerprint)
    .push(", ")
    .push_bind(at.0)
    .push(", ")
    .push_bind(i64::from(node))
    .push(", ")
    .push_bind(run.id)
    .push(", ")
    .push(clock)
    .push_bind(at.0)
    .push(" + ")
    .push_bind(lease_ms)
    .push(
        ") ON CONFLICT (account_id, user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at,
            node = excluded.node, run = excluded.run, lease_until = excluded.lease_until
        WHERE idempotency_keys.status IS NULL
            AND (idempotency_keys.node = excluded.node OR idempotency_keys.lease_until < ",
    )
    .push(clock)
    .push_bind(at.0)
    .push(")")
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Tells other servers that these attempts still run.
pub async fn extend(
    tx: &mut Tx,
    runs: &[i64],
    at: UnixMillis,
    lease_ms: i64,
) -> Result<u64, StoreError> {
    let clock = now_of(tx.dialect());
    tx.sql("UPDATE idempotency_keys SET lease_until = ")
        .push(clock)
        .push_bind(at.0)
        .push(" + ")
        .push_bind(lease_ms)
        .push(" WHERE status IS NULL AND run IN ")
        .push_list(runs.iter().copied())
        .execute()
        .await
}

/// Keeps the answer; tells whether the key still was this attempt's.
pub async fn finish(tx: &mut Tx, run: &Run, answer: &Answer) -> Result<bool, StoreError> {
    keep(tx, run, answer, false).await
}

/// Puts a better answer in place of the one that is kept; tells whether there was one.
///
/// A change keeps a provisional answer in its own transaction, so that a crash right after its
/// commit cannot lead to a second change; the answer that was really sent follows.
pub async fn amend(tx: &mut Tx, run: &Run, answer: &Answer) -> Result<bool, StoreError> {
    keep(tx, run, answer, true).await
}

async fn keep(
    tx: &mut Tx,
    run: &Run,
    answer: &Answer,
    has_answer: bool,
) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE idempotency_keys
        SET status = $5, content_type = $6, body = $7, object = $8
        WHERE account_id = $1 AND user_id = $2 AND key = $3 AND run = $4
            AND (status IS NOT NULL) = $9",
    )
    .bind(run.owner.account())
    .bind(run.owner.user_id.0)
    .bind(&*run.key)
    .bind(run.id)
    .bind(i64::from(answer.status))
    .bind(&*answer.content_type)
    .bind(answer.body.as_deref())
    .bind(answer.object.as_deref())
    .bind(has_answer)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Frees the key of an attempt that changed nothing; `false` when it is not this attempt's.
pub async fn release(tx: &mut Tx, run: &Run) -> Result<bool, StoreError> {
    tx.sql(
        "DELETE FROM idempotency_keys
        WHERE account_id = $1 AND user_id = $2 AND key = $3 AND run = $4 AND status IS NULL",
    )
    .bind(run.owner.account())
    .bind(run.owner.user_id.0)
    .bind(&*run.key)
    .bind(run.id)
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
