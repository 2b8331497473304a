//! Counts of failed sign-ins. What they mean is decided by the caller.

use domain::time::UnixMillis;

use crate::Tx;
use crate::error::StoreError;

/// Failed sign-ins of one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Failures {
    /// How many.
    pub count: i64,
    /// When the last one was.
    pub failed_at: UnixMillis,
    /// No sign-in is taken before; 0 when none is locked out.
    pub locked_until: UnixMillis,
}

/// The failures of a bucket; nobody else changes them until the transaction ends.
///
/// Take several buckets in the order of their names, so that two transactions never wait for each
/// other.
pub async fn lock(tx: &mut Tx, bucket: &str) -> Result<Failures, StoreError> {
    let (count, failed_at, locked_until): (i64, i64, i64) = tx
        .sql(
            "INSERT INTO throttle (bucket, failures, failed_at, locked_until)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (bucket) DO UPDATE SET bucket = excluded.bucket
             RETURNING failures, failed_at, locked_until",
        )
        .bind(bucket.to_owned())
        .bind(0_i64)
        .bind(0_i64)
        .bind(0_i64)
        .fetch_one()
        .await?;
    Ok(Failures {
        count,
        failed_at: UnixMillis(failed_at),
        locked_until: UnixMillis(locked_until),
    })
}

/// Replaces the failures of a bucket that was taken with [`lock`].
pub async fn update(tx: &mut Tx, bucket: &str, failures: Failures) -> Result<(), StoreError> {
    tx.sql(
        "UPDATE throttle
         SET failures = $1, failed_at = $2, locked_until = $3
         WHERE bucket = $4",
    )
    .bind(failures.count)
    .bind(failures.failed_at.0)
    .bind(failures.locked_until.0)
    .bind(bucket.to_owned())
    .execute()
    .await?;
    Ok(())
}

/// Forgets a bucket; gives what was in it.
pub async fn delete(tx: &mut Tx, bucket: &str) -> Result<Option<Failures>, StoreError> {
    let row: Option<(i64, i64, i64)> = tx
        .sql(
            "DELETE FROM throttle
             WHERE bucket = $1
             RETURNING failures, failed_at, locked_until",
        )
        .bind(bucket.to_owned())
        .fetch_optional()
        .await?;
    Ok(row.map(|(count, failed_at, locked_until)| Failures {
        count,
        failed_at: UnixMillis(failed_at),
        locked_until: UnixMillis(locked_until),
    }))
}

/// Forgets the buckets whose names begin so; gives how many of them were locked at this time.
///
/// `from` is the beginning and `before` the first text behind all that begin so.
pub async fn delete_range(
    tx: &mut Tx,
    from: &str,
    before: &str,
    now: UnixMillis,
) -> Result<usize, StoreError> {
    let rows: Vec<(i64,)> = tx
        .sql(
            "DELETE FROM throttle
             WHERE bucket >= $1 AND bucket < $2
             RETURNING locked_until",
        )
        .bind(from.to_owned())
        .bind(before.to_owned())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().filter(|(until,)| *until > now.0).count())
}

/// Forgets buckets whose last failure and lock lie before a point in time.
pub async fn prune(tx: &mut Tx, before: UnixMillis) -> Result<u64, StoreError> {
    tx.sql("DELETE FROM throttle WHERE failed_at < $1 AND locked_until < $1")
        .bind(before.0)
        .execute()
        .await
}
