//! Moves SQLite's write-ahead log into the database file, away from anybody's commit.
//!
//! SQLite would do this within a commit, which then takes as long as fifty others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::statement::{Bound, first};
use super::writer::Broken;
use crate::db::failure::Failure;
use crate::error::StoreError;

/// Pages of 8 KiB after which the log is moved: 4 MiB.
const PAGES: i64 = 512;
/// Pages after which the log is to begin anew: 16 MiB. Under steady writing there is always
/// something in it that is not moved yet, so that it would grow for as long as that lasts.
const LONG: i64 = 2_048;
/// How often to look at most.
const PAUSE: Duration = Duration::from_millis(100);
/// After this time without a commit the log is emptied.
const IDLE: Duration = Duration::from_secs(5);

/// Moves everything and makes the log an empty file.
const EMPTY: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Waits little for locks: a checkpoint that is in the way is tried again later.
pub(super) const PATIENCE: Duration = Duration::from_millis(20);

/// Set when the log is so long that the writer should let it begin anew.
pub(super) type Overlong = Arc<AtomicBool>;

/// Lets the log begin anew, on the writer's own connection: nobody else ever finds the moment
/// between two of its groups. Most of the log is moved already, so this takes a moment.
pub(super) fn begin_anew(writer: &Connection, broken: &Broken) {
    let done = (|| {
        let patience: Option<(i64,)> = first(writer, "PRAGMA busy_timeout", &Bound::default())?;
        writer.busy_timeout(PATIENCE)?;
        // Readers that are in the way make it give up; it is tried again after the next look.
        let length: Result<Option<(i64, i64, i64)>, Failure> =
            first(writer, "PRAGMA wal_checkpoint(RESTART)", &Bound::default());
        let (patience,) = patience.unwrap_or_default();
        writer.busy_timeout(Duration::from_millis(
            patience.try_into().unwrap_or_default(),
        ))?;
        length
    })();
    if let Err(failure) = done {
        tell(failure, broken);
    }
}

/// Runs until it is told to stop, then empties the log a last time.
pub(super) async fn keep(
    connection: Connection,
    committed: Arc<Notify>,
    stop: Arc<Notify>,
    overlong: Overlong,
    broken: Broken,
) {
    let log = Arc::new(std::sync::Mutex::new(connection));
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
            move_when_long(&log, &overlong, &broken).await;
        } else {
            checkpoint(&log, EMPTY, &broken).await;
        }
        is_empty = !has_news;
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.notified() => break,
        }
    }
    // on a failed disk the log is all there is: it stays, and is read at the next start
    if broken.get().is_none() {
        checkpoint(&log, EMPTY, &broken).await;
    }
}

async fn move_when_long(log: &Log, overlong: &Overlong, broken: &Broken) {
    // this kind of checkpoint does nothing but tell the length of the log
    let length = checkpoint(log, "PRAGMA wal_checkpoint(NOOP)", broken).await;
    if length.is_some_and(|(_, pages, moved)| pages.saturating_sub(moved) >= PAGES) {
        checkpoint(log, "PRAGMA wal_checkpoint(PASSIVE)", broken).await;
    }
    if length.is_some_and(|(_, pages, _)| pages >= LONG) {
        overlong.store(true, Ordering::Relaxed);
    }
}

/// The connection, lent to the thread that works with it.
type Log = Arc<std::sync::Mutex<Connection>>;

/// Gives whether it was in the way of others, the pages in the log, and those already moved.
async fn checkpoint(log: &Log, text: &'static str, broken: &Broken) -> Option<(i64, i64, i64)> {
    let log = Arc::clone(log);
    let done = tokio::task::spawn_blocking(move || {
        let connection = log
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        first(&connection, text, &Bound::default())
    })
    .await
    .unwrap_or(Err(Failure::Statement("the checkpoint did not end")));
    match done {
        Ok(length) => length,
        Err(failure) => {
            tell(failure, broken);
            None
        }
    }
}

fn tell(failure: Failure, broken: &Broken) {
    let is_of_the_disk = failure.is_of_the_disk();
    let error = StoreError::from(failure);
    if is_of_the_disk {
        tracing::error!(%error, "the disk failed while the log was moved: nothing is written until the store is opened again");
        broken.get_or_init(|| error);
    } else {
        tracing::warn!(%error, "a checkpoint failed; the log grows until one succeeds");
    }
}
