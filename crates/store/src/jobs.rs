//! Background work that waits in the database.
//!
//! A job is taken by a lease: whoever takes it has until the lease ends to finish it or to extend
//! the lease; then another may take it. When a server starts, what it had taken before is free at
//! once. So a job runs at least once, and its effects must bear repetition.

use domain::ids::{AccountId, JobId};
use domain::time::UnixMillis;

use crate::db::{Dialect, Reader, Tx, pieces};
use crate::error::StoreError;
use crate::nodes::Holder;
use crate::row;

/// Rows per insert.
const ROWS: usize = 512;
/// Longest error text that is kept, in characters.
const ERROR_CHARS: usize = 2_000;

/// Work to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its number, from the source of mention numbers.
    pub id: JobId,
    /// The tenant, if it is for one.
    pub account_id: Option<AccountId>,
    /// What is to be done.
    pub kind: String,
    /// While a job of this kind and key exists, another one is not added.
    pub key: Option<String>,
    /// What the kind needs to know; JSON.
    pub payload: String,
    /// Not before this time.
    pub due_at: UnixMillis,
    /// When it was asked for.
    pub added_at: UnixMillis,
}

/// Work that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// The tenant, if it is for one.
    pub account_id: Option<AccountId>,
    /// What is to be done.
    pub kind: String,
    /// What the kind needs to know; JSON.
    pub payload: String,
    /// How often it was taken, this time included.
    pub attempts: i64,
    /// When the lease ends.
    pub lease_until: UnixMillis,
    /// When it was asked for.
    pub added_at: UnixMillis,
}

row! {
    struct JobRow {
        id: i64,
        account_id: Option<i64>,
        kind: String,
        payload: String,
        attempts: i64,
        due_at: i64,
        added_at: i64,
    }
}

impl From<JobRow> for Job {
    fn from(row: JobRow) -> Self {
        Self {
            id: JobId(row.id),
            account_id: row.account_id.map(AccountId),
            kind: row.kind,
            payload: row.payload,
            attempts: row.attempts,
            lease_until: UnixMillis(row.due_at),
            added_at: UnixMillis(row.added_at),
        }
    }
}

/// Adds jobs and gives how many are new; one whose kind and key wait already is left out.
pub async fn push(tx: &mut Tx, jobs: &[NewJob]) -> Result<u64, StoreError> {
    let mut added = 0_u64;
    for piece in pieces(jobs, ROWS) {
        let rows = tx
            .sql(
                "INSERT INTO jobs
                    (id, account_id, kind, key, payload, due_at, is_running, is_buried, attempts,
                    last_error, added_at)
                VALUES ",
            )
            .push_rows(piece, |row, job| {
                row.bind(job.id.0)
                    .bind(job.account_id.map(AccountId::get))
                    .bind(&*job.kind)
                    .bind(job.key.as_deref())
                    .bind(&*job.payload)
                    .bind(job.due_at.0)
                    .bind(false)
                    .bind(false)
                    .bind(0_i64)
                    .bind(None::<String>)
                    .bind(job.added_at.0);
            })
            .push(" ON CONFLICT (kind, key) DO NOTHING")
            .execute()
            .await?;
        added = added.saturating_add(rows);
    }
    Ok(added)
}

/// Takes up to `limit` jobs of these kinds that are due, longest waiting first.
pub async fn claim(
    tx: &mut Tx,
    kinds: &[&str],
    limit: usize,
    holder: Holder,
    now: UnixMillis,
    lease_ms: i64,
) -> Result<Vec<Job>, StoreError> {
    let skip_locked = match tx.dialect() {
        Dialect::Sqlite => "",
        // what another node is just taking is not waited for
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let mut jobs: Vec<JobRow> = tx
        .sql("UPDATE jobs SET is_running = ")
        .push_bind(true)
        .push(", attempts = attempts + 1, due_at = ")
        .push_bind(now.plus_ms(lease_ms).0)
        .push(", node = ")
        .push_bind(i64::from(holder.node))
        .push(", node_start = ")
        .push_bind(holder.start)
        .push(" WHERE id IN (SELECT id FROM jobs WHERE is_buried = ")
        .push_bind(false)
        .push(" AND kind IN ")
        .push_list(kinds.iter().copied())
        .push(" AND due_at <= ")
        .push_bind(now.0)
        .push(" ORDER BY due_at, id LIMIT ")
        .push_bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .push(skip_locked)
        .push(") RETURNING id, account_id, kind, payload, attempts, due_at, added_at")
        .fetch_all()
        .await?;
    // the order in which rows are returned is not that of the inner query
    jobs.sort_by_key(|job| (job.added_at, job.id));
    Ok(jobs.into_iter().map(Job::from).collect())
}

/// Takes the job of this kind that is due and whose account's turn it is, if there is one: accounts
/// of which none is being worked on come first, then those of which a report was begun longest ago,
/// and of one account what waits longest.
pub async fn claim_report(
    tx: &mut Tx,
    kind: &str,
    holder: Holder,
    now: UnixMillis,
    lease_ms: i64,
) -> Result<Option<Job>, StoreError> {
    let skip_locked = match tx.dialect() {
        Dialect::Sqlite => "",
        // what another node is just taking is not waited for
        Dialect::Postgres => " FOR UPDATE OF job SKIP LOCKED",
    };
    let taken: Option<JobRow> = tx
        .sql(
            "UPDATE jobs
            SET is_running = $1, attempts = attempts + 1, due_at = $2, node = $6, node_start = $7
            WHERE id IN (
                SELECT job.id FROM jobs AS job
                WHERE job.is_buried = $3 AND job.kind = $4 AND job.due_at <= $5
                ORDER BY
                    (SELECT COUNT(*) FROM jobs AS other
                    WHERE other.account_id = job.account_id AND other.kind = $4
                        AND other.is_running = $1 AND other.is_buried = $3 AND other.due_at > $5),
                    (SELECT COALESCE(MAX(reports.started_at), 0) FROM reports
                    WHERE reports.account_id = job.account_id),
                    job.due_at, job.id
                LIMIT 1",
        )
        .bind(true)
        .bind(now.plus_ms(lease_ms).0)
        .bind(false)
        .bind(kind)
        .bind(now.0)
        .bind(i64::from(holder.node))
        .bind(holder.start)
        .push(skip_locked)
        .push(") RETURNING id, account_id, kind, payload, attempts, due_at, added_at")
        .fetch_optional()
        .await?;
    Ok(taken.map(Job::from))
}

/// Removes a job that is done; `false` when its lease ended and another has taken it.
pub async fn finish(tx: &mut Tx, job: &Job) -> Result<bool, StoreError> {
    tx.sql("DELETE FROM jobs WHERE id = $1 AND attempts = $2")
        .bind(job.id.0)
        .bind(job.attempts)
        .execute()
        .await
        .map(|rows| rows > 0)
}

/// Gives whoever works on a job more time; `false` when its lease ended and another has taken it.
pub async fn extend(tx: &mut Tx, job: &Job, until: UnixMillis) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE jobs
        SET due_at = $3
        WHERE id = $1 AND attempts = $2 AND is_running = $4",
    )
    .bind(job.id.0)
    .bind(job.attempts)
    .bind(until.0)
    .bind(true)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Frees what earlier starts of a server had taken, or, where there is only one, of any; gives how
/// much that was.
pub async fn free(
    tx: &mut Tx,
    present: Holder,
    is_only_server: bool,
    now: UnixMillis,
) -> Result<u64, StoreError> {
    tx.sql(
        "UPDATE jobs
        SET is_running = $1, due_at = $2, node = NULL, node_start = NULL
        WHERE is_running = $3 AND ($4 OR (node = $5 AND node_start <> $6))",
    )
    .bind(false)
    .bind(now.0)
    .bind(true)
    .bind(is_only_server)
    .bind(i64::from(present.node))
    .bind(present.start)
    .execute()
    .await
}

/// Makes due what is put off beyond a time to which nobody puts anything off: a clock that stood in
/// the future for a moment did that.
pub async fn bring_back(
    tx: &mut Tx,
    beyond: UnixMillis,
    now: UnixMillis,
) -> Result<u64, StoreError> {
    tx.sql("UPDATE jobs SET due_at = $1 WHERE due_at > $2 AND is_buried = $3")
        .bind(now.0)
        .bind(beyond.0)
        .bind(false)
        .execute()
        .await
}

/// Puts a job back until `at`; `false` when its lease ended and another has taken it.
pub async fn retry(
    tx: &mut Tx,
    job: &Job,
    at: UnixMillis,
    error: &str,
) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE jobs
        SET is_running = $3, due_at = $4, last_error = $5, node = NULL, node_start = NULL
        WHERE id = $1 AND attempts = $2",
    )
    .bind(job.id.0)
    .bind(job.attempts)
    .bind(false)
    .bind(at.0)
    .bind(short(error))
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Gives a job up, but keeps it for the operator; `false` when another has taken it.
///
/// Its key becomes free, so that the same work can be asked for again.
pub async fn bury(tx: &mut Tx, job: &Job, error: &str) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE jobs
        SET is_running = $3, is_buried = $4, key = $5, last_error = $6, node = NULL,
            node_start = NULL
        WHERE id = $1 AND attempts = $2",
    )
    .bind(job.id.0)
    .bind(job.attempts)
    .bind(false)
    .bind(true)
    .bind(None::<String>)
    .bind(short(error))
    .execute()
    .await
    .map(|rows| rows > 0)
}

row! {
    /// How many jobs of a kind there are.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Pending {
        /// What is to be done.
        pub kind: String,
        /// Waiting or being worked on.
        pub waiting: i64,
        /// Given up.
        pub buried: i64,
        /// When the one waiting longest was asked for.
        pub oldest_added_at: Option<i64>,
    }
}

/// The jobs there are, by kind.
pub async fn pending_by_kind<'c>(from: impl Into<Reader<'c>>) -> Result<Vec<Pending>, StoreError> {
    from.into()
        .sql(
            "SELECT kind,
                CAST(SUM(CASE WHEN is_buried THEN 0 ELSE 1 END) AS BIGINT) AS waiting,
                CAST(SUM(CASE WHEN is_buried THEN 1 ELSE 0 END) AS BIGINT) AS buried,
                MIN(CASE WHEN is_buried THEN NULL ELSE added_at END) AS oldest_added_at
            FROM jobs
            GROUP BY kind
            ORDER BY kind",
        )
        .fetch_all()
        .await
}

fn short(error: &str) -> String {
    // texts of PostgreSQL hold no NUL
    error
        .chars()
        .filter(|character| *character != '\0')
        .take(ERROR_CHARS)
        .collect()
}
