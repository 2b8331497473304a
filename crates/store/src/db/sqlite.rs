//! SQLite: readers, the one writer, and the checks that durability rests on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, SqlitePool};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

use super::options::DbOptions;
use super::tx::{Tx, TxConnection};
use super::writer::{Broken, Job, Write, serve};
use super::{Work, checkpoint};
use crate::error::StoreError;

/// The first release without the race between a committing and a checkpointing connection that
/// could corrupt the file.
const OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Prepared statements kept per connection.
const STATEMENTS: usize = 400;

#[derive(Debug)]
pub(super) struct Sqlite {
    readers: SqlitePool,
    queue: std::sync::Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    tasks: Mutex<Option<Tasks>>,
}

#[derive(Debug)]
struct Tasks {
    writer: JoinHandle<()>,
    checkpoints: JoinHandle<()>,
    stop: Arc<Notify>,
}

impl Sqlite {
    pub(super) async fn open(options: &DbOptions) -> Result<Self, StoreError> {
        let path = options.sqlite_path().ok_or_else(|| {
            StoreError::broken("the address must begin with sqlite: or postgres:")
        })?;
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| {
                StoreError::unavailable(format!("can not make {}: {error}", parent.display()))
            })?;
        }
        let mut writer = SqliteConnection::connect_with(&writer_options(&path, options)).await?;
        check(&mut writer).await?;

        let readers = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(options.read_connections.max(1))
            .acquire_timeout(Duration::from_millis(options.wait_ms))
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(common(&path, options).pragma("query_only", "ON"))
            .await?;
        let checkpointer =
            SqliteConnection::connect_with(&checkpoint::connect_options(common(&path, options)))
                .await?;

        let (sender, receiver) = mpsc::channel(options.queue.max(1));
        let (committed, stop) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let broken = Broken::default();
        let tx = Tx::new(TxConnection::Sqlite(Box::new(writer)));
        let tasks = Tasks {
            writer: tokio::spawn(serve(
                tx,
                receiver,
                Arc::clone(&committed),
                Arc::clone(&broken),
            )),
            checkpoints: tokio::spawn(checkpoint::keep(
                checkpointer,
                committed,
                Arc::clone(&stop),
                broken,
            )),
            stop,
        };
        Ok(Self {
            readers,
            queue: std::sync::Mutex::new(Some(sender)),
            tasks: Mutex::new(Some(tasks)),
        })
    }

    pub(super) const fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Box::new(Write { work, reply }))?;
        answer
            .await
            .unwrap_or_else(|_| Err(StoreError::unavailable("the store has stopped").into()))
    }

    fn enqueue(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self
            .queue
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(queue) = queue.as_ref() else {
            return Err(StoreError::unavailable("the store is closed"));
        };
        queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => {
                StoreError::unavailable("the store has stopped")
            }
        })
    }

    pub(super) async fn close(&self) {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .take(),
        );
        let Some(tasks) = self.tasks.lock().await.take() else {
            return;
        };
        if let Err(error) = tasks.writer.await {
            tracing::error!(%error, "the writer ended badly");
        }
        self.readers.close().await;
        tasks.stop.notify_one();
        if let Err(error) = tasks.checkpoints.await {
            tracing::error!(%error, "the checkpointer ended badly");
        }
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // the writer ends by itself when the queue is gone
        if let Some(tasks) = self.tasks.get_mut() {
            tasks.stop.notify_one();
        }
    }
}

fn common(path: &Path, options: &DbOptions) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_millis(options.wait_ms))
        .foreign_keys(true)
        .synchronous(SqliteSynchronous::Full)
        .statement_cache_capacity(STATEMENTS)
        .pragma("secure_delete", "ON")
        .pragma("cache_size", "-8192")
}

fn writer_options(path: &Path, options: &DbOptions) -> SqliteConnectOptions {
    common(path, options)
        .create_if_missing(true)
        .page_size(8_192)
        .journal_mode(SqliteJournalMode::Wal)
        .pragma("wal_autocheckpoint", "0")
        .pragma("journal_size_limit", "67108864")
        .pragma("cache_size", "-16384")
}

/// Refuses to work on a database that could forget what was acknowledged.
async fn check(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let (version,): (String,) = one(connection, "SELECT sqlite_version()").await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    let found: (u32, u32, u32) = (part(), part(), part());
    if found < OLDEST {
        return Err(StoreError::broken(format!(
            "SQLite {version} can corrupt files; at least 3.51.3 is needed"
        )));
    }
    let (mode,): (String,) = one(connection, "PRAGMA journal_mode").await?;
    if mode != "wal" {
        return Err(StoreError::broken(format!(
            "SQLite is in journal mode {mode} instead of wal; is the file on a network disk?"
        )));
    }
    for (pragma, wanted) in [
        ("PRAGMA synchronous", 2_i64),
        ("PRAGMA foreign_keys", 1),
        ("PRAGMA secure_delete", 1),
        ("PRAGMA wal_autocheckpoint", 0),
        ("PRAGMA journal_size_limit", 67_108_864),
    ] {
        let (found,): (i64,) = one(connection, pragma).await?;
        if found != wanted {
            return Err(StoreError::broken(format!(
                "{pragma} is {found}, must be {wanted}"
            )));
        }
    }
    Ok(())
}

async fn one<T: super::Row>(
    connection: &mut SqliteConnection,
    text: &'static str,
) -> Result<T, StoreError> {
    super::Sql::<super::ReadOnly>::new(super::Target::SqliteConnection(connection), None, text)
        .fetch_one()
        .await
}
