//! SQLite: readers, the one writer, and whoever moves the log into the file.

mod checkpoint;
mod commits;
mod connect;
mod readers;
mod statement;
mod writer;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio::task;

pub use commits::Commits;
pub(super) use readers::Readers;
pub(super) use statement::{Bound, all, changed, execute, first};

use super::Work;
use super::options::DbOptions;
use super::presence::{self, Admission};
use super::room::Room;
use super::tx::{Tx, TxConnection};
use crate::error::StoreError;
use checkpoint::Overlong;
use connect::Connect;
use writer::{Broken, Job, Write, serve};

#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    broken: Broken,
    readers: Readers,
    watch: commits::Watch,
    room: Room,
    queue: std::sync::Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    tasks: Mutex<Option<Tasks>>,
}

#[derive(Debug)]
struct Tasks {
    writer: JoinHandle<()>,
    checkpoints: task::JoinHandle<()>,
    stop: Arc<Notify>,
}

impl Sqlite {
    pub(super) async fn open(options: &DbOptions) -> Result<Self, StoreError> {
        let path = options.sqlite_path().ok_or_else(|| {
            StoreError::broken("the address must begin with sqlite: or postgres:")
        })?;
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| {
                StoreError::unavailable(format!("cannot make {}: {error}", parent.display()))
            })?;
        }
        let patience = Duration::from_millis(options.wait_ms);
        let connect = Connect {
            path: path.clone(),
            patience,
        };
        let most = options.read_connections;
        let (writer, readers, watch, checkpointer) = task::spawn_blocking(move || {
            let writer = connect.writer()?;
            connect::check(&writer)?;
            connect::settle(&writer, patience)?;
            let checkpointer = connect.checkpointer(checkpoint::PATIENCE)?;
            let watch = commits::Watch::new(connect.reader()?);
            let readers = Readers::new(connect, most, patience)?;
            Ok::<_, StoreError>((writer, readers, watch, checkpointer))
        })
        .await
        .unwrap_or_else(|_| Err(StoreError::unavailable("opening did not end")))?;

        let (sender, receiver) = mpsc::channel(options.queue.max(1));
        let (committed, stop) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (broken, room) = (Broken::default(), Room::default());
        let overlong = Overlong::default();
        let tx = Tx::new(TxConnection::Sqlite(Box::new(writer)));
        let work = serve(
            tx,
            receiver,
            Arc::clone(&committed),
            Arc::clone(&broken),
            Arc::clone(&overlong),
            room.clone(),
        );
        let tasks = Tasks {
            writer: std::thread::Builder::new()
                .name("sqlite-writer".to_owned())
                .spawn(move || futures::executor::block_on(work))
                .map_err(|error| {
                    StoreError::unavailable(format!("no thread for the writer: {error}"))
                })?,
            checkpoints: tokio::spawn(checkpoint::keep(
                checkpointer,
                committed,
                Arc::clone(&stop),
                overlong,
                Arc::clone(&broken),
            )),
            stop,
        };
        Ok(Self {
            path,
            broken,
            readers,
            watch,
            room,
            queue: std::sync::Mutex::new(Some(sender)),
            tasks: Mutex::new(Some(tasks)),
        })
    }

    pub(super) fn commits(&self) -> Option<Commits> {
        self.watch.commits()
    }

    pub(super) const fn room(&self) -> &Room {
        &self.room
    }

    /// See [`super::Db::fault`].
    pub(super) fn fault(&self) -> Option<String> {
        self.broken.get().map(ToString::to_string)
    }

    pub(super) fn presence(&self) -> Result<Admission, StoreError> {
        presence::take_file(&self.path)
    }

    pub(super) const fn readers(&self) -> &Readers {
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
            .unwrap_or_else(|_| Err(StoreError::uncertain("the store has stopped").into()))
    }

    fn enqueue(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
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
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let Some(tasks) = self.tasks.lock().await.take() else {
            return;
        };
        if !matches!(
            task::spawn_blocking(|| tasks.writer.join()).await,
            Ok(Ok(()))
        ) {
            tracing::error!("the writer ended badly");
        }
        self.readers.close();
        self.watch.close();
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
