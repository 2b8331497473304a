//! Moves SQLite's write-ahead log into the database file, away from anybody's commit.
//!
//! SQLite would do this within a commit, which then takes as long as fifty others.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::sql::{ReadOnly, Sql, Target};
use crate::error::StoreError;

/// Pages of 8 KiB after which the log is moved: 4 MiB.
const PAGES: i64 = 512;
/// How often to look at most.
const PAUSE: Duration = Duration::from_millis(100);
/// After this time without a commit the log is emptied.
const IDLE: Duration = Duration::from_secs(5);

/// Waits little for locks: a checkpoint that is in the way is tried again later.
pub(super) fn connect_options(common: SqliteConnectOptions) -> SqliteConnectOptions {
    common.busy_timeout(Duration::from_millis(20))
}

/// Runs until it is told to stop, then empties the log a last time.
pub(super) async fn keep(
    mut connection: SqliteConnection,
    committed: Arc<Notify>,
    stop: Arc<Notify>,
) {
    let mut is_empty = true;
    loop {
        let wait = async {
            if is_empty {
                committed.notified().await;
                true
            } else {
                timeout(IDLE, committed.notified()).await.is_ok()
            }
        };
        let has_news = tokio::select! {
            has_news = wait => has_news,
            () = stop.notified() => break,
        };
        let done = if has_news {
            is_empty = false;
            move_when_long(&mut connection).await
        } else {
            is_empty = true;
            checkpoint(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)")
                .await
                .map(drop)
        };
        if let Err(error) = done {
            tracing::warn!(%error, "a checkpoint failed; it will be tried again");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.notified() => break,
        }
    }
    if let Err(error) = checkpoint(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)").await {
        tracing::warn!(%error, "the last checkpoint failed; the log is replayed at the next start");
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "closing the checkpointing connection failed");
    }
}

async fn move_when_long(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    // this kind of checkpoint does nothing but tell the length of the log
    let (_, pages, moved) = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)").await?;
    if pages.saturating_sub(moved) >= PAGES {
        checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)").await?;
    }
    Ok(())
}

/// Gives whether it was in the way of others, the pages in the log, and those already moved.
async fn checkpoint(
    connection: &mut SqliteConnection,
    text: &'static str,
) -> Result<(i64, i64, i64), StoreError> {
    Sql::<ReadOnly>::new(Target::SqliteConnection(connection), None, text)
        .fetch_one()
        .await
}
