//! Connections that read, each on the thread that asks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connect::Connect;
use crate::db::failure::Failure;

/// Connections that read; cheap to clone.
#[derive(Debug, Clone)]
pub(in crate::db) struct Readers {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    connect: Connect,
    patience: Duration,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// At most `most` connections; each is opened when it is first needed. A caller waits
    /// `patience` for one.
    pub(super) fn new(connect: Connect, most: u32, patience: Duration) -> Result<Self, Failure> {
        let first = connect.reader()?;
        let most = usize::try_from(most.max(1)).unwrap_or(1);
        Ok(Self {
            shared: Arc::new(Shared {
                connect,
                patience,
                permits: Arc::new(Semaphore::new(most)),
                idle: Mutex::new(vec![first]),
            }),
        })
    }

    /// Reads on the thread of the caller.
    pub(in crate::db) async fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _permit = self.permit().await?;
        self.shared.with(work)
    }

    /// Reads on a thread for work that blocks. A caller that goes away ends the statement.
    pub(in crate::db) async fn read_aside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = self.permit().await?;
        let shared = Arc::clone(&self.shared);
        let is_gone = Arc::new(AtomicBool::new(false));
        let hang_up = HangUp(Arc::clone(&is_gone));
        let done = tokio::task::spawn_blocking(move || {
            let done = shared.with(|connection| until_gone(connection, is_gone, work));
            // A caller may go away while the query runs: its place is free when the query ends,
            // else those who come next would open connections beyond the most there may be.
            drop(permit);
            done
        })
        .await;
        drop(hang_up);
        done.unwrap_or(Err(Failure::Statement("reading did not end")))
    }

    /// Refuses further reads; a connection that is in use is closed when it is given back.
    pub(super) fn close(&self) {
        self.shared.permits.close();
        self.shared.idle().clear();
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let permits = &self.shared.permits;
        if let Ok(permit) = Arc::clone(permits).try_acquire_owned() {
            return Ok(permit);
        }
        let waiting = Arc::clone(permits).acquire_owned();
        match tokio::time::timeout(self.shared.patience, waiting).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Failure::Closed),
            Err(_) => Err(Failure::Busy),
        }
    }
}

/// Steps of SQLite's machine between two looks at whether somebody still waits: some 0.1 ms.
const STEPS: i32 = 10_000;

/// Runs statements that end when nobody waits for them any more. (`sqlite3_interrupt` ends only
/// what runs at that moment: a caller who goes away a moment earlier would leave an endless one.)
fn until_gone<T>(
    connection: &Connection,
    is_gone: Arc<AtomicBool>,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if is_gone.load(Ordering::Relaxed) {
        return Err(Failure::Statement("nobody waits for the rows any more"));
    }
    connection.progress_handler(STEPS, Some(move || is_gone.load(Ordering::Relaxed)))?;
    let done = work(connection);
    connection.progress_handler(0, None::<fn() -> bool>)?;
    done
}

/// Ends the statements of a caller who goes away.
struct HangUp(Arc<AtomicBool>);

impl Drop for HangUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect.reader()?,
        };
        let done = work(&connection);
        if !self.permits.is_closed() {
            self.idle().push(connection);
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_statement_whose_caller_went_away_ends() {
        let directory = tempfile::tempdir().unwrap();
        let connect = Connect {
            path: directory.path().join("reads.db"),
            patience: Duration::ZERO,
        };
        let _writer = connect.writer().unwrap();
        let readers = Readers::new(connect, 1, Duration::ZERO).unwrap();
        let (begun, has_begun) = oneshot::channel();
        let caller = tokio::spawn({
            let readers = readers.clone();
            async move {
                readers
                    .read_aside(move |one| {
                        let mut endless = one.prepare(
                            "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n)
                            SELECT MAX(x) FROM n",
                        )?;
                        let _ = begun.send(());
                        let last: i64 = endless.query_row((), |row| row.get(0))?;
                        Ok(last)
                    })
                    .await
            }
        });
        has_begun.await.unwrap();
        caller.abort();
        let place = Arc::clone(&readers.shared.permits).acquire_owned();
        drop(place.await.unwrap());
        readers.read(|_| Ok(())).await.unwrap();
    }

    #[tokio::test]
    async fn a_query_whose_caller_went_away_keeps_its_place_until_it_ends() {
        let directory = tempfile::tempdir().unwrap();
        let connect = Connect {
            path: directory.path().join("reads.db"),
            patience: Duration::ZERO,
        };
        let _writer = connect.writer().unwrap();
        let readers = Readers::new(connect, 1, Duration::ZERO).unwrap();
        let (begun, has_begun) = oneshot::channel();
        let (end, may_end) = oneshot::channel::<()>();
        let caller = tokio::spawn({
            let readers = readers.clone();
            async move {
                let query = |_: &Connection| {
                    begun.send(()).unwrap();
                    may_end.blocking_recv().unwrap();
                    Ok(())
                };
                readers.read_aside(query).await
            }
        });
        has_begun.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        let refused = readers.read(|_| Ok(())).await;
        assert!(matches!(refused, Err(Failure::Busy)), "{refused:?}");

        end.send(()).unwrap();
        let place = Arc::clone(&readers.shared.permits).acquire_owned();
        drop(place.await.unwrap());
        readers.read(|_| Ok(())).await.unwrap();
        assert_eq!(readers.shared.idle().len(), 1);
    }
}
