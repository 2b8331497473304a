//! Telling cheaply whether anything was committed.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

/// What had been committed at some moment. Another value means that something was committed in
/// between; values of different openings of a database cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commits(i64);

/// A connection that only watches: SQLite counts for it the commits of all others.
#[derive(Debug)]
pub(super) struct Watch {
    connection: Mutex<Option<Connection>>,
}

impl Watch {
    pub(super) const fn new(connection: Connection) -> Self {
        Self {
            connection: Mutex::new(Some(connection)),
        }
    }

    /// `None` when SQLite does not say.
    pub(super) fn commits(&self) -> Option<Commits> {
        let connection = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut statement = connection
            .as_ref()?
            .prepare_cached("PRAGMA data_version")
            .ok()?;
        let number = statement.query_row((), |row| row.get(0)).ok()?;
        Some(Commits(number))
    }

    pub(super) fn close(&self) {
        drop(
            self.connection
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }
}
