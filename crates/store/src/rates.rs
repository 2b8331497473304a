//! Calls per user or address and window, written now and then by each server.

use domain::time::UnixMillis;

use crate::error::StoreError;
use crate::{Db, Tx};

/// Calls of one subject within one window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// Who calls, in the caller's notation.
    pub subject: String,
    /// When the window began.
    pub window_at: UnixMillis,
    /// How many calls.
    pub hits: i64,
}

/// Adds calls; gives the totals in the order given, which include what other servers counted.
///
/// Give the subjects in the order of their names, so that two servers never wait for each other.
pub async fn add(tx: &mut Tx, more: &[Hits]) -> Result<Vec<i64>, StoreError> {
    let mut totals = Vec::with_capacity(more.len());
    for hits in more {
        let (total,): (i64,) = tx
            .sql(
                "INSERT INTO rates (subject, window_at, hits)
                 VALUES ($1, $2, $3)
                 ON CONFLICT (subject, window_at) DO UPDATE SET hits = rates.hits + excluded.hits
                 RETURNING hits",
            )
            .bind(hits.subject.clone())
            .bind(hits.window_at.0)
            .bind(hits.hits)
            .fetch_one()
            .await?;
        totals.push(total);
    }
    Ok(totals)
}

/// All windows that began at or after a point in time.
pub async fn list(db: &Db, since: UnixMillis) -> Result<Vec<Hits>, StoreError> {
    let rows: Vec<(String, i64, i64)> = db
        .sql(
            "SELECT subject, window_at, hits
             FROM rates
             WHERE window_at >= $1
             ORDER BY subject, window_at",
        )
        .bind(since.0)
        .fetch_all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(subject, window_at, hits)| Hits {
            subject,
            window_at: UnixMillis(window_at),
            hits,
        })
        .collect())
}

/// Forgets windows that began before a point in time.
pub async fn prune(tx: &mut Tx, before: UnixMillis) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM rates WHERE window_at < $1")
        .bind(before.0)
        .execute()
        .await
}
