//! The facade over the two database drivers.
//!
//! SQLite: a pool of readers and one writer, on a thread of its own, that commits in groups.
//! PostgreSQL: one pool for reads and one for writes. Reads take `&Db`, writes exist only on
//! `&mut Tx`.

mod aside;
mod failure;
mod options;
mod postgres;
mod presence;
mod read;
mod room;
mod row;
mod sql;
mod sqlite;
mod tx;
mod value;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub use options::DbOptions;
pub use presence::{Admission, Presence, Standing};
pub use read::Reader;
pub use row::{Cells, Row, SqlitePart, SqliteRow};
pub use sql::{ReadOnly, ReadWrite, RowValues, Sql, pieces};
pub use sqlite::Commits;
pub use tx::Tx;
pub use value::Value;

use work::{Load, Places, Turns};

use crate::error::StoreError;
use postgres::Postgres;
use sql::Target;
use sqlite::Sqlite;

/// What a write function gives: a boxed future that may borrow the transaction.
pub type Work<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// Which engine a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

/// Half of the connections are left to statements that take no time. Many may wait: most of these
/// statements are short, and who waits holds nothing.
fn places(options: &DbOptions) -> Places {
    let places = Places::beside_serving();
    let connections = usize::try_from(options.read_connections / 2).unwrap_or(1);
    Places {
        running: if options.is_postgres() {
            connections.max(1)
        } else {
            connections.clamp(1, places.running)
        },
        patience: Duration::from_millis(options.wait_ms),
        tickets: 512,
        tickets_of_account: 192,
        tickets_of_caller: 48,
    }
}

/// A database, cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    engine: Arc<Engine>,
    /// Writes are refused, as on a full disk.
    #[cfg(any(test, feature = "testing"))]
    refuses: Arc<AtomicBool>,
    /// For statements whose answers may be large.
    turns: Turns,
    is_closed: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Engine {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

impl Db {
    /// Opens a database and checks that it keeps what it acknowledges.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be reached, `Broken` when the address is wrong, when the
    /// library is too old, or when a setting that durability rests on is not in force.
    pub async fn open(options: &DbOptions) -> Result<Self, StoreError> {
        let engine = if options.is_postgres() {
            Engine::Postgres(Box::new(Postgres::open(options).await?))
        } else {
            Engine::Sqlite(Box::new(Sqlite::open(options).await?))
        };
        Ok(Self {
            engine: Arc::new(engine),
            #[cfg(any(test, feature = "testing"))]
            refuses: Arc::default(),
            turns: Turns::new("database", places(options)),
            is_closed: Arc::default(),
        })
    }

    /// Brings the schema up to date; safe to run twice and by several nodes at once.
    ///
    /// # Errors
    /// `Broken` when the schema is newer than this program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        crate::schema::migrate(self).await
    }

    /// Which engine this is.
    pub fn dialect(&self) -> Dialect {
        match *self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// What has been committed up to now, by whichever process; `None` where only a query could
    /// tell. As long as it is the same, every statement gives the same rows.
    pub fn commits(&self) -> Option<Commits> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.commits(),
            Engine::Postgres(_) => None,
        }
    }

    /// The last write that changed something failed because the disk is full.
    pub fn is_full(&self) -> bool {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.room().is_full(),
            Engine::Postgres(postgres) => postgres.room().is_full(),
        }
    }

    /// Why nothing is written any more until the database is opened again, that is until this
    /// process is started anew; `None` while all is well. A database server that cannot be
    /// reached is no such reason.
    pub fn fault(&self) -> Option<String> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.fault(),
            Engine::Postgres(_) => None,
        }
    }

    /// Takes the number `node` for a server that works on this database, after the schema is up to
    /// date. `secret` is the fingerprint of what all servers must share.
    ///
    /// # Errors
    /// `Unavailable` or `Busy` when the database cannot say.
    pub async fn presence(&self, node: u8, secret: &[u8]) -> Result<Admission, StoreError> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.presence(),
            Engine::Postgres(postgres) => postgres.presence(node, secret).await,
        }
    }

    /// A statement that reads.
    pub fn sql(&self, text: &'static str) -> Sql<'_> {
        let target = match &*self.engine {
            Engine::Sqlite(sqlite) => Target::SqliteReaders(sqlite.readers()),
            Engine::Postgres(postgres) => Target::PostgresPool(postgres.readers()),
        };
        Sql::new(target, None, text).in_turns(&self.turns)
    }

    /// How many statements whose answers may be large run and wait for their turn.
    pub fn load(&self) -> Load {
        self.turns.load()
    }

    /// Where those statements take turns.
    #[cfg(any(test, feature = "testing"))]
    pub const fn turns(&self) -> &Turns {
        &self.turns
    }

    /// Runs a function in one durable transaction.
    ///
    /// What reads and then writes, locks first: a function that decides by what it reads of an
    /// account takes the account's lock ([`changes::lock`](crate::changes::lock)) before its first
    /// statement, since on PostgreSQL others write between two statements.
    ///
    /// On SQLite it is grouped with others that wait, each in a savepoint of its own. When this
    /// returns `Ok`, the work is on disk. Dropping the future does not stop work that has begun.
    /// The function must not call `write` itself.
    ///
    /// # Errors
    /// Those of the function; `Busy` when too many wait; `Uncertain` when the commit was cut off;
    /// `Unavailable` or `Broken` when it failed.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        #[cfg(any(test, feature = "testing"))]
        if self.refuses.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("writes are refused by a test").into());
        }
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work).await,
            Engine::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// Refuses all writes from now on, as a full disk does, or takes them again.
    #[cfg(any(test, feature = "testing"))]
    pub fn refuse_writes(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::SeqCst);
    }

    /// [`Db::close`] was called, on this or another clone.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::SeqCst)
    }

    /// Finishes what waits, empties SQLite's log into its file, and closes all connections.
    ///
    /// Reads and writes of other clones fail afterwards.
    pub async fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        match &*self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}
