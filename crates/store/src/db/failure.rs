//! What a driver reports when a statement fails.

use crate::error::StoreError;

/// What a driver reports when a statement fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// SQLite or its driver.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL, its driver or the way to it.
    #[error(transparent)]
    Postgres(#[from] sqlx::Error),
    /// The statement is not what its values need.
    #[error("{0}")]
    Statement(&'static str),
    /// No connection was to be had in time.
    #[error("every connection is in use")]
    Busy,
    /// The database is closed.
    #[error("the store is closed")]
    Closed,
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) => error.into(),
            Failure::Postgres(error) => error.into(),
            Failure::Statement(reason) => Self::broken(reason),
            Failure::Busy => Self::Busy,
            Failure::Closed => Self::unavailable("the store is closed"),
        }
    }
}

impl Failure {
    /// The failure as the answer to a commit.
    pub(super) fn of_commit(self) -> StoreError {
        match self {
            Self::Postgres(error) => crate::error::of_commit(error),
            // The disk may have taken all of it before it failed.
            Self::Sqlite(error) if crate::error::is_disk_fault(&error) => {
                StoreError::uncertain(error.to_string())
            }
            other => other.into(),
        }
    }

    /// The disk has no room.
    pub(crate) fn is_full_disk(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            // disk_full
            Self::Postgres(sqlx::Error::Database(error)) => {
                error.code().as_deref() == Some("53100")
            }
            _ => false,
        }
    }

    /// The statement was ended before its end: by whoever does not wait for it any more, or on
    /// PostgreSQL by the server's clock.
    pub(super) fn is_interrupted(&self) -> bool {
        match self {
            Self::Sqlite(error) => {
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted)
            }
            // query_canceled
            Self::Postgres(sqlx::Error::Database(error)) => {
                error.code().as_deref() == Some("57014")
            }
            _ => false,
        }
    }

    /// The disk cannot be trusted any more.
    pub(crate) fn is_of_the_disk(&self) -> bool {
        matches!(self, Self::Sqlite(error) if crate::error::is_disk_fault(error))
    }
}
