//! A write transaction.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use sqlx::{Executor, PgConnection};

use domain::ids::AccountId;

use super::failure::Failure;
use super::sql::{ReadWrite, Sql, Target};
use super::{Dialect, Work};
use crate::error::StoreError;

/// A write transaction, open for the length of one function given to
/// [`Db::write`](super::Db::write).
///
/// Rules for such a function: it awaits nothing but statements on this transaction, and when a
/// statement fails it fails too. (PostgreSQL gives up the transaction at the first error, so a
/// function that carried on would behave differently there; one that reports success after a
/// failed statement is rolled back and told that it is broken, on both engines.)
#[derive(Debug)]
pub struct Tx {
    pub(super) connection: TxConnection,
    pub(super) fault: Fault,
    pub(super) locks: Locks,
}

/// Which accounts a transaction holds, and whether it may still take one.
///
/// What reads and then writes, locks first: what was read before the lock may be out of date when
/// the lock is there. SQLite, where one writer excludes all others, would never show it.
#[derive(Debug, Default)]
pub(super) struct Locks {
    accounts: Vec<AccountId>,
    /// Those that it makes, of which nobody else knows yet.
    made: Vec<AccountId>,
    has_begun: bool,
    /// A test puts something there, and nothing else goes on.
    #[cfg(any(test, feature = "testing"))]
    is_arranging: bool,
}

impl Locks {
    fn take(&mut self, account_id: AccountId) -> Result<(), StoreError> {
        if self.accounts.contains(&account_id) {
            return Ok(());
        }
        if self.has_begun {
            return Err(StoreError::broken(
                "an account was locked after its transaction had begun to read or write",
            ));
        }
        if self.accounts.last().is_some_and(|last| *last > account_id) {
            return Err(StoreError::broken(
                "accounts were locked out of their order, so that two could wait for each other",
            ));
        }
        self.accounts.push(account_id);
        Ok(())
    }

    fn check(&self, account_id: AccountId) -> Result<(), StoreError> {
        #[cfg(any(test, feature = "testing"))]
        if self.is_arranging {
            return Ok(());
        }
        if self.accounts.contains(&account_id) || self.made.contains(&account_id) {
            return Ok(());
        }
        Err(StoreError::broken(
            "a setting was about to be written without the lock of its account",
        ))
    }
}

#[derive(Debug)]
pub(super) enum TxConnection {
    /// The writer's own, for its whole life.
    Sqlite(Box<rusqlite::Connection>),
    /// From the pool, for one transaction.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// What went wrong within a transaction.
#[derive(Debug, Default)]
pub(super) struct Fault {
    /// The first error of a statement.
    pub(super) failed: Option<StoreError>,
    /// The disk cannot be trusted any more.
    pub(super) disk: Option<StoreError>,
    /// The disk has no room.
    pub(super) is_full: bool,
}

impl Fault {
    /// Keeps the error and gives it as one of the store.
    pub(super) fn note(&mut self, failure: Failure) -> StoreError {
        let is_disk = failure.is_of_the_disk();
        self.is_full |= failure.is_full_disk();
        let error = StoreError::from(failure);
        self.failed.get_or_insert_with(|| error.clone());
        if is_disk {
            self.disk.get_or_insert_with(|| error.clone());
        }
        error
    }
}

impl Tx {
    pub(super) fn new(connection: TxConnection) -> Self {
        Self {
            connection,
            fault: Fault::default(),
            locks: Locks::default(),
        }
    }

    /// A statement in this transaction.
    pub fn sql(&mut self, text: &'static str) -> Sql<'_, ReadWrite> {
        self.locks.has_begun = true;
        self.statement(text)
    }

    /// The statement that locks an account, which comes before all others but those that lock
    /// accounts of lower numbers.
    ///
    /// # Errors
    /// `Broken` when it does not.
    pub(crate) fn locking(
        &mut self,
        account_id: AccountId,
        text: &'static str,
    ) -> Result<Sql<'_, ReadWrite>, StoreError> {
        self.locks.take(account_id)?;
        Ok(self.statement(text))
    }

    /// A statement that changes a setting, which only whoever holds the lock of its account may: what
    /// was decided by must not have changed since.
    ///
    /// # Errors
    /// `Broken` when this transaction does not.
    pub(crate) fn setting(
        &mut self,
        account_id: AccountId,
        text: &'static str,
    ) -> Result<Sql<'_, ReadWrite>, StoreError> {
        self.locks.check(account_id)?;
        Ok(self.sql(text))
    }

    /// This account is about to be made here.
    pub(crate) fn make_account(&mut self, account_id: AccountId) {
        self.locks.made.push(account_id);
    }

    /// Needs no locks: a test puts something there before anything else goes on.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) const fn arrange(&mut self) {
        self.locks.is_arranging = true;
    }

    fn statement(&mut self, text: &'static str) -> Sql<'_, ReadWrite> {
        let target = match &mut self.connection {
            TxConnection::Sqlite(connection) => Target::SqliteConnection(connection),
            TxConnection::Postgres(transaction) => Target::PostgresConnection(transaction),
        };
        Sql::new(target, Some(&mut self.fault), text)
    }

    /// Which engine this is, for the few statements that must differ.
    pub fn dialect(&self) -> Dialect {
        match self.connection {
            TxConnection::Sqlite(_) => Dialect::Sqlite,
            TxConnection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// How many rows this connection has changed since it was opened, where the engine counts them.
    pub(super) fn changes_so_far(&self) -> u64 {
        match &self.connection {
            TxConnection::Sqlite(connection) => connection.total_changes(),
            TxConnection::Postgres(_) => 0,
        }
    }

    /// Runs several statements without values, such as a migration.
    pub(crate) async fn script(&mut self, text: &'static str) -> Result<(), StoreError> {
        let done = match &mut self.connection {
            TxConnection::Sqlite(connection) => {
                connection.execute_batch(text).map_err(Failure::from)
            }
            TxConnection::Postgres(transaction) => postgres_script(transaction, text).await,
        };
        done.map_err(|failure| self.fault.note(failure))
    }
}

async fn postgres_script(connection: &mut PgConnection, text: &'static str) -> Result<(), Failure> {
    connection.execute(sqlx::raw_sql(text)).await?;
    Ok(())
}

/// Runs a write function; a panic in it becomes an error, and so does a success after a failed
/// statement.
pub(super) async fn run_caught<T, E, F>(work: F, tx: &mut Tx) -> Result<T, E>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send,
    E: From<StoreError>,
{
    tx.fault = Fault::default();
    tx.locks = Locks::default();
    let result = AssertUnwindSafe(async { work(tx).await })
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(StoreError::broken("a write function panicked").into()));
    if result.is_ok() && tx.fault.failed.is_some() {
        return Err(
            StoreError::broken("a write function went on after a statement had failed").into(),
        );
    }
    result
}
