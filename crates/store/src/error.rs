//! What can go wrong in the store. That something is absent is an `Option`, never an error.

use std::error::Error;
use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};
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
                ErrorKind::UniqueViolation => Self::Conflict(EXISTS),
                ErrorKind::ForeignKeyViolation => Self::Conflict(REFERRED),
                _ => {
                    let code = database.code().unwrap_or_default();
                    let class = code.get(..2).unwrap_or_default();
                    if matches!(code.as_ref(), "40001" | "40P01" | "55P03") {
                        // serialization failure, deadlock, lock not available
                        Self::Busy
                    } else if matches!(class, "08" | "53" | "57") || code == "25006" {
                        // connection lost, out of resources, operator intervention (shutdown),
                        // read-only standby
                        Self::Unavailable(Arc::new(error))
                    } else {
                        Self::Broken(Arc::new(error))
                    }
                }
            },
            _ => Self::Broken(Arc::new(error)),
        }
    }
}

const EXISTS: &str = "it exists already";
const REFERRED: &str = "something it refers to, or that refers to it, is in the way";

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error() else {
            return Self::Broken(Arc::new(Reason(error.to_string())));
        };
        match code.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => {
                return Self::Conflict(EXISTS);
            }
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return Self::Conflict(REFERRED),
            _ => {}
        }
        // `rusqlite::Error` can not be shared between threads; its words can.
        let cause = Arc::new(Reason(error.to_string()));
        match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DiskFull | ErrorCode::CannotOpen | ErrorCode::ReadOnly => {
                Self::Unavailable(cause)
            }
            _ => Self::Broken(cause),
        }
    }
}

/// What SQLite has in memory and what is on disk may differ: nothing may be acknowledged any more.
pub(crate) fn is_disk_fault(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}
