//! Calls per user or address and window: written now and then by the only server, reserved in small
//! blocks by several.

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
                "INSERT INTO rates (subject, window_at, hits, block)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (subject, window_at) DO UPDATE SET hits = rates.hits + excluded.hits
                 RETURNING hits",
            )
            .bind(hits.subject.clone())
            .bind(hits.window_at.0)
            .bind(hits.hits)
            .bind(0_i64)
            .fetch_one()
            .await?;
        totals.push(total);
    }
    Ok(totals)
}

/// A part of an allowance that one server may use up without asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// What all servers have used or reserved by now, this block included.
    pub total: i64,
    /// How many calls this server got; 0 when nothing is left.
    pub got: i64,
}

/// Reserves the `parts`th part of what is left of an allowance of `limit` calls, at least one call
/// where there is one: servers that share an allowance never use more than it has, and what one of
/// them holds back from the others becomes ever less.
pub async fn reserve(
    tx: &mut Tx,
    subject: &str,
    window_at: UnixMillis,
    limit: i64,
    parts: i64,
) -> Result<Block, StoreError> {
    let first = limit
        .checked_div(parts)
        .unwrap_or(1)
        .max(1)
        .min(limit.max(0));
    let (total, got): (i64, i64) = tx
        .sql(
            "INSERT INTO rates (subject, window_at, hits, block)
             VALUES ($1, $2, $3, $3)
             ON CONFLICT (subject, window_at) DO UPDATE SET
               hits = rates.hits + CASE
                 WHEN rates.hits >= $4 THEN 0
                 WHEN $4 - rates.hits < $5 THEN 1
                 ELSE ($4 - rates.hits) / $5 END,
               block = CASE
                 WHEN rates.hits >= $4 THEN 0
                 WHEN $4 - rates.hits < $5 THEN 1
                 ELSE ($4 - rates.hits) / $5 END
             RETURNING hits, block",
        )
        .bind(subject)
        .bind(window_at.0)
        .bind(first)
        .bind(limit)
        .bind(parts.max(1))
        .fetch_one()
        .await?;
    Ok(Block { total, got })
}

/// Gives reserved calls back that were not made. Give the subjects in the order of their names.
pub async fn give_back(tx: &mut Tx, unused: &[Hits]) -> Result<(), StoreError> {
    for hits in unused {
        tx.sql("UPDATE rates SET hits = hits - $3 WHERE subject = $1 AND window_at = $2")
            .bind(hits.subject.clone())
            .bind(hits.window_at.0)
            .bind(hits.hits)
            .execute()
            .await?;
    }
    Ok(())
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
