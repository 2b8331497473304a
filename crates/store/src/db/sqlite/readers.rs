//! Connections that read, each on the thread that asks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle};
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
        let running = Arc::new(Mutex::new(Running::NotBegun));
        let hang_up = HangUp(Arc::clone(&running));
        let done = tokio::task::spawn_blocking(move || {
            let done = shared.with(|connection| {
                if !begin(&running, connection) {
                    return Err(Failure::Statement("nobody waits for the rows any more"));
                }
                let done = work(connection);
                // From here on the connection is another's: it must not be interrupted.
                *lock(&running) = Running::Ended;
                done
            });
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

/// What a statement on another thread does.
enum Running {
    NotBegun,
    Now(InterruptHandle),
    Ended,
}

fn lock(running: &Mutex<Running>) -> MutexGuard<'_, Running> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes that a statement begins, unless nobody waits for it any more.
fn begin(running: &Mutex<Running>, connection: &Connection) -> bool {
    let mut running = lock(running);
    let is_wanted = matches!(*running, Running::NotBegun);
    if is_wanted {
        *running = Running::Now(connection.get_interrupt_handle());
    }
    is_wanted
}

/// Ends a statement whose caller goes away.
struct HangUp(Arc<Mutex<Running>>);

impl Drop for HangUp {
    fn drop(&mut self) {
        let mut running = lock(&self.0);
        if let Running::Now(statement) = &*running {
            statement.interrupt();
        }
        *running = Running::Ended;
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
