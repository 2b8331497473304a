//! The single writer of SQLite: group commit without a timer.
//!
//! Write functions wait in a bounded queue. The writer takes all that wait, runs them one after
//! another in one transaction, each within a savepoint, commits once, and only then answers them
//! all: the time the disk needs for one commit is what gathers the next group.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{Notify, mpsc, oneshot};

use super::checkpoint::{self, Overlong};
use crate::db::Work;
use crate::db::room::Room;
use crate::db::tx::{Fault, Tx, TxConnection, run_caught};
use crate::error::StoreError;

/// Most functions in one commit.
const GROUP: usize = 512;

/// A write function that waits, its types erased.
pub(super) trait Job: Send {
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Box<dyn Ran>>;
    fn refuse(self: Box<Self>, error: StoreError);
}

/// A write function that has run and whose caller waits for the commit.
pub(super) trait Ran: Send {
    fn is_ok(&self) -> bool;
    fn answer(self: Box<Self>);
    fn refuse(self: Box<Self>, error: StoreError);
}

/// A write function and where its answer goes.
pub(super) struct Write<T, E, F> {
    pub(super) work: F,
    pub(super) reply: oneshot::Sender<Result<T, E>>,
}

struct Outcome<T, E> {
    result: Result<T, E>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Write<T, E, F>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Box<dyn Ran>> {
        let Self { work, reply } = *self;
        async move {
            let result = run_caught(work, tx).await;
            let ran: Box<dyn Ran> = Box::new(Outcome { result, reply });
            ran
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        // the caller may have gone: nobody is left to be told
        drop(self.reply.send(Err(E::from(error))));
    }
}

impl<T: Send, E: From<StoreError> + Send> Ran for Outcome<T, E> {
    fn is_ok(&self) -> bool {
        self.result.is_ok()
    }

    fn answer(self: Box<Self>) {
        drop(self.reply.send(self.result));
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        drop(self.reply.send(Err(E::from(error))));
    }
}

/// The error after which nothing may be acknowledged, told by whoever meets it first.
///
/// A disk that failed to write may report success the next time although the data is gone, so
/// only opening the database again, which reads what really is there, ends this.
pub(super) type Broken = Arc<OnceLock<StoreError>>;

/// Serves the queue until every sender is gone.
///
/// It has a thread of its own: its statements block, and most of its time is spent waiting for the
/// disk.
pub(super) async fn serve(
    mut tx: Tx,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    committed: Arc<Notify>,
    broken: Broken,
    overlong: Overlong,
    room: Room,
) {
    let _end = End(Arc::clone(&broken));
    while let Some(job) = queue.recv().await {
        if let Some(error) = broken.get() {
            job.refuse(StoreError::unavailable(format!(
                "the disk failed, and nothing is written until the server is started anew: {error}"
            )));
            continue;
        }
        let group = Group::default();
        if group.run(&mut tx, job, &mut queue, &room, &broken).await {
            committed.notify_one();
        }
        if overlong.swap(false, Ordering::Relaxed)
            && let TxConnection::Sqlite(connection) = &tx.connection
        {
            checkpoint::begin_anew(connection, &broken);
        }
    }
}

/// Tells of an end that nobody asked for: without a writer nothing is written any more, and only a
/// new start helps.
struct End(Broken);

impl Drop for End {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0
                .get_or_init(|| StoreError::unavailable("the writer ended unexpectedly"));
        }
    }
}

/// One commit in the making.
#[derive(Default)]
struct Group {
    ran: Vec<Box<dyn Ran>>,
    is_open: bool,
    /// The open transaction holds work of an earlier function.
    holds_work: bool,
    has_savepoint: bool,
    /// A function found no room.
    met_full_disk: bool,
}

impl Group {
    /// Runs everything that waits, commits, answers. An error after which nothing may be acknowledged
    /// any more is told before those who wait hear of it. Whether the disk did not fail.
    async fn run(
        mut self,
        tx: &mut Tx,
        first: Box<dyn Job>,
        queue: &mut mpsc::Receiver<Box<dyn Job>>,
        room: &Room,
        broken: &Broken,
    ) -> bool {
        let changes_before = tx.changes_so_far();
        let mut next = Some(first);
        let mut lost = None;
        while let Some(job) = next {
            if let Err(error) = self.run_one(tx, job).await {
                lost = Some(error);
                break;
            }
            next = if self.ran.len() < GROUP {
                queue.try_recv().ok()
            } else {
                None
            };
        }
        if lost.is_none() && self.is_open {
            lost = tx.sql("COMMIT").execute().await.err();
            if let (Some(error), Some(_)) = (&lost, &tx.fault.disk) {
                // The disk may have taken all of it before it failed.
                lost = Some(StoreError::uncertain(error.to_string()));
            }
        }
        if self.met_full_disk || tx.fault.is_full {
            room.note(true);
        } else if lost.is_none() && tx.changes_so_far() != changes_before {
            room.note(false);
        }
        let Some(error) = lost else {
            for ran in self.ran {
                ran.answer();
            }
            return true;
        };
        let disk = tx.fault.disk.take();
        let is_fine = disk.is_none();
        if let Some(disk) = disk {
            tracing::error!(error = %disk, "the disk failed: nothing is written until the store is opened again");
            broken.get_or_init(|| disk);
        }
        // SQLite may have rolled back by itself already; then this fails, which is as good
        drop(tx.sql("ROLLBACK").execute().await);
        for ran in self.ran {
            ran.refuse(error.clone());
        }
        is_fine
    }

    /// Runs one function; it alone is undone when it fails. An error means that the whole
    /// transaction is gone.
    async fn run_one(&mut self, tx: &mut Tx, job: Box<dyn Job>) -> Result<(), StoreError> {
        // the first function needs no savepoint: undoing it is undoing the transaction
        let enter: &[&str] = match (self.is_open, self.has_savepoint) {
            (false, _) => &["BEGIN IMMEDIATE"],
            (true, false) => &["SAVEPOINT work"],
            (true, true) => &["RELEASE work", "SAVEPOINT work"],
        };
        tx.fault = Fault::default();
        for text in enter {
            if let Err(error) = tx.sql(text).execute().await {
                job.refuse(error.clone());
                return Err(error);
            }
        }
        self.has_savepoint = self.is_open;
        self.is_open = true;
        let ran = job.run(tx).await;
        let is_ok = ran.is_ok();
        self.ran.push(ran);
        self.met_full_disk |= tx.fault.is_full;
        if let Some(error) = &tx.fault.disk {
            return Err(error.clone());
        }
        if is_ok {
            self.holds_work = true;
            return Ok(());
        }
        let cause = tx.fault.failed.take();
        let undone = if self.holds_work {
            tx.sql("ROLLBACK TO work").execute().await
        } else {
            self.is_open = false;
            self.has_savepoint = false;
            tx.sql("ROLLBACK").execute().await
        };
        match undone {
            Ok(_) => Ok(()),
            // SQLite gives up the whole transaction by itself, for instance on a full disk
            Err(error) => Err(cause.unwrap_or(error)),
        }
    }
}
