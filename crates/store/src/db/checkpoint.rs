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
use super::tx::Fault;
use super::writer::Broken;

/// Pages of 8 KiB after which the log is moved: 4 MiB.
const PAGES: i64 = 512;
/// How often to look at most.
const PAUSE: Duration = Duration::from_millis(100);
/// After this time without a commit the log is emptied.
const IDLE: Duration = Duration::from_secs(5);

/// Moves everything and makes the log an empty file.
const EMPTY: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Waits little for locks: a checkpoint that is in the way is tried again later.
pub(super) fn connect_options(common: SqliteConnectOptions) -> SqliteConnectOptions {
    common.busy_timeout(Duration::from_millis(20))
}

/// Runs until it is told to stop, then empties the log a last time.
pub(super) async fn keep(
    mut connection: SqliteConnection,
    committed: Arc<Notify>,
    stop: Arc<Notify>,
    broken: Broken,
) {
    let mut is_empty = true;
    while broken.get().is_none() {
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
        if has_news {
            move_when_long(&mut connection, &broken).await;
        } else {
            checkpoint(&mut connection, EMPTY, &broken).await;
        }
        is_empty = !has_news;
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.notified() => break,
        }
    }
    // on a failed disk the log is all there is: it stays, and is read at the next start
    if broken.get().is_none() {
        checkpoint(&mut connection, EMPTY, &broken).await;
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "closing the checkpointing connection failed");
    }
}

async fn move_when_long(connection: &mut SqliteConnection, broken: &Broken) {
    // this kind of checkpoint does nothing but tell the length of the log
    let length = checkpoint(connection, "PRAGMA wal_checkpoint(NOOP)", broken).await;
    if length.is_some_and(|(_, pages, moved)| pages.saturating_sub(moved) >= PAGES) {
        checkpoint(connection, "PRAGMA wal_checkpoint(PASSIVE)", broken).await;
    }
}

/// Gives whether it was in the way of others, the pages in the log, and those already moved.
async fn checkpoint(
    connection: &mut SqliteConnection,
    text: &'static str,
    broken: &Broken,
) -> Option<(i64, i64, i64)> {
    let mut fault = Fault::default();
    let done = Sql::<ReadOnly>::new(Target::SqliteConnection(connection), Some(&mut fault), text)
        .fetch_one()
        .await;
    if let Some(error) = fault.disk {
        tracing::error!(%error, "the disk failed while the log was moved: nothing is written until the store is opened again");
        broken.get_or_init(|| error);
    }
    match done {
        Ok(length) => Some(length),
        Err(error) => {
            tracing::warn!(%error, "a checkpoint failed; the log grows until one succeeds");
            None
        }
    }
}
