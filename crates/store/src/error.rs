//! What can go wrong in the store. That something is absent is an `Option`, never an error.

use std::error::Error;
use std::sync::Arc;

use sqlx::error::ErrorKind;

/// Why: shared, because one failed commit is told to everyone who took part in it.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// What can go wrong in the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another object stands in the way; the words say which rule.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// Too much at once; the same call may succeed a moment later.
    #[error("the store is busy")]
    Busy,
    /// The database can not be reached or has no room; nothing was changed.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Cause),
    /// A fault of the program, of the stored data or of the disk.
    #[error("the store is broken: {0}")]
    Broken(#[source] Cause),
}

impl StoreError {
    /// A fault of the program or of stored data, in words.
    pub fn broken(reason: impl Into<String>) -> Self {
        Self::Broken(Arc::new(Reason(reason.into())))
    }

    /// An obstacle that may go away, in words.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable(Arc::new(Reason(reason.into())))
    }
}

/// A cause that is only words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Reason(String);

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(Arc::new(error)),
            sqlx::Error::Database(database) => match database.kind() {
                ErrorKind::UniqueViolation => Self::Conflict("it exists already"),
                ErrorKind::ForeignKeyViolation => {
                    Self::Conflict("something it refers to, or that refers to it, is in the way")
                }
                _ => match severity(database.as_ref()) {
                    Severity::Busy => Self::Busy,
                    Severity::Unavailable => Self::Unavailable(Arc::new(error)),
                    Severity::Fault | Severity::Disk => Self::Broken(Arc::new(error)),
                },
            },
            _ => Self::Broken(Arc::new(error)),
        }
    }
}

/// How bad an error of the database itself is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    Busy,
    Unavailable,
    Fault,
    /// What SQLite has in memory and what is on disk may differ: nothing may be acknowledged.
    Disk,
}

fn severity(error: &dyn sqlx::error::DatabaseError) -> Severity {
    let Some(code) = error.code() else {
        return Severity::Fault;
    };
    if error
        .try_downcast_ref::<sqlx::postgres::PgDatabaseError>()
        .is_some()
    {
        // serialization failure, deadlock, lock not available
        if matches!(code.as_ref(), "40001" | "40P01" | "55P03") {
            return Severity::Busy;
        }
        // connection lost, out of resources, operator intervention (shutdown), read-only standby
        let class = code.get(..2).unwrap_or_default();
        if matches!(class, "08" | "53" | "57") || code == "25006" {
            return Severity::Unavailable;
        }
        return Severity::Fault;
    }
    // SQLite: the low byte is the primary code
    match code.parse::<i64>().map(|number| number & 0xff) {
        Ok(5 | 6) => Severity::Busy,              // BUSY, LOCKED
        Ok(13 | 14 | 8) => Severity::Unavailable, // FULL, CANTOPEN, READONLY
        Ok(10 | 11 | 26) => Severity::Disk,       // IOERR, CORRUPT, NOTADB
        _ => Severity::Fault,
    }
}

/// Whether the error says that the disk can not be trusted any more.
pub(crate) fn is_disk_fault(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(database) => severity(database.as_ref()) == Severity::Disk,
        _ => false,
    }
}
