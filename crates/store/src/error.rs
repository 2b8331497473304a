//! What can go wrong in the store. That something is absent is an `Option`, never an error.

use std::error::Error;
use std::sync::Arc;

use rusqlite::{ErrorCode, ffi};
use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::postgres::{PgDatabaseError, PgSeverity};

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
    /// The database cannot be reached, only reads, or has no room.
    #[error("the store is unavailable: {0}")]
    Unavailable(#[source] Cause),
    /// The answer to a commit is missing: what was to be written may be there or not.
    #[error("whether the store has committed is not known: {0}")]
    Uncertain(#[source] Cause),
    /// A fault of the program, of the stored data or of the disk.
    #[error("the store is broken: {0}")]
    Broken(#[source] Cause),
}

impl StoreError {
    /// A fault of the program or of stored data, in words.
    pub fn broken(reason: impl Into<String>) -> Self {
        Self::Broken(Arc::new(Reason(reason.into())))
    }

    /// A database that takes no writes.
    pub(crate) fn read_only() -> Self {
        Self::Unavailable(Arc::new(ReadOnly))
    }

    /// Whether the reason is that the database takes no writes, as a whole.
    pub fn is_read_only(&self) -> bool {
        let Self::Unavailable(cause) = self else {
            return false;
        };
        cause.is::<ReadOnly>()
    }

    /// A commit without an answer, in words.
    pub fn uncertain(reason: impl Into<String>) -> Self {
        Self::Uncertain(Arc::new(Reason(reason.into())))
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

/// The database takes no writes.
#[derive(Debug, thiserror::Error)]
#[error("the database is read-only: it is a standby, or set so")]
struct ReadOnly;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(database) => match database.kind() {
                ErrorKind::UniqueViolation => Self::Conflict(EXISTS),
                ErrorKind::ForeignKeyViolation => Self::Conflict(REFERRED),
                _ => match said(database.as_ref()) {
                    Said::Busy => Self::Busy,
                    Said::Away => Self::Unavailable(Arc::new(error)),
                    Said::Wrong => Self::Broken(Arc::new(error)),
                },
            },
            _ if is_of_the_way(&error) => Self::Unavailable(Arc::new(error)),
            _ => Self::Broken(Arc::new(error)),
        }
    }
}

/// Something is wrong with the way to the server, whatever a proxy or pooler made of it, and not
/// with what was asked. A message that is no message of the protocol comes of that, too.
fn is_of_the_way(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
    )
}

/// What an error of the server, or of a pooler in its name, means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// The same may succeed a moment later.
    Busy,
    /// The server, or this way to it, is of no use at present.
    Away,
    /// The statement or the data is wrong.
    Wrong,
}

fn said(error: &dyn DatabaseError) -> Said {
    let severity = error
        .try_downcast_ref::<PgDatabaseError>()
        .map(PgDatabaseError::severity);
    let code = error.code().unwrap_or_default();
    meaning(&code, severity)
}

fn meaning(code: &str, severity: Option<PgSeverity>) -> Said {
    match (code, code.get(..2).unwrap_or_default()) {
        // serialization failure, deadlock, lock not available, statement timeout
        ("40001" | "40P01" | "55P03" | "57014", _) => Said::Busy,
        // read-only standby, idle transaction ended, transaction timeout, completion unknown,
        // object not in the required state (a database being dropped or restored)
        ("25006" | "25P03" | "25P04" | "40003" | "55000" | "55006", _) => Said::Away,
        // connection lost, not let in, no such database, out of resources, operator intervention
        // (shutdown), trouble outside of the server
        (_, "08" | "28" | "3D" | "53" | "57" | "58") => Said::Away,
        // Whatever it says, the server has ended this connection; poolers say everything so.
        _ if matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic)) => Said::Away,
        _ => Said::Wrong,
    }
}

/// An error in answer to a commit.
pub(crate) fn of_commit(error: sqlx::Error) -> StoreError {
    // What the server refuses with an ordinary error is rolled back for certain; everything else
    // may have come between its commit and the answer.
    let is_refused = matches!(&error, sqlx::Error::Database(database) if database
        .try_downcast_ref::<PgDatabaseError>()
        .is_some_and(|error| error.severity() == PgSeverity::Error && error.code() != "40003"));
    if is_refused {
        error.into()
    } else {
        StoreError::Uncertain(Arc::new(error))
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
        // `rusqlite::Error` cannot be shared between threads; its words can.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn whatever_ends_the_way_to_the_server_makes_it_unavailable_and_not_broken() {
        let of_the_way = [
            sqlx::Error::Io(io::ErrorKind::UnexpectedEof.into()),
            sqlx::Error::Io(io::ErrorKind::BrokenPipe.into()),
            sqlx::Error::Io(io::ErrorKind::ConnectionReset.into()),
            sqlx::Error::Tls("closed".into()),
            sqlx::Error::Protocol("unknown message type: '\\0'".to_owned()),
            sqlx::Error::PoolClosed,
            sqlx::Error::WorkerCrashed,
            sqlx::Error::BeginFailed,
        ];
        for error in of_the_way {
            let words = error.to_string();
            let error = StoreError::from(error);
            assert!(matches!(error, StoreError::Unavailable(_)), "{words}");
        }
        let timed_out = StoreError::from(sqlx::Error::PoolTimedOut);
        assert!(matches!(timed_out, StoreError::Busy));
        let wrong = StoreError::from(sqlx::Error::RowNotFound);
        assert!(matches!(wrong, StoreError::Broken(_)));
    }

    #[test]
    fn errors_of_the_server_mean_what_the_caller_can_do() {
        for code in ["40001", "40P01", "55P03", "57014"] {
            assert_eq!(meaning(code, Some(PgSeverity::Error)), Said::Busy, "{code}");
        }
        for code in [
            "08006", "08P01", "25006", "25P03", "28P01", "3D000", "53300", "57P01", "57P05",
            "58030",
        ] {
            assert_eq!(meaning(code, Some(PgSeverity::Fatal)), Said::Away, "{code}");
            assert_eq!(meaning(code, Some(PgSeverity::Error)), Said::Away, "{code}");
        }
        assert_eq!(meaning("XX000", Some(PgSeverity::Fatal)), Said::Away);
        for code in ["22021", "23502", "42601", "42P01", "XX000"] {
            assert_eq!(
                meaning(code, Some(PgSeverity::Error)),
                Said::Wrong,
                "{code}"
            );
        }
    }

    #[test]
    fn a_commit_that_was_cut_off_may_have_been_done() {
        for error in [
            sqlx::Error::Io(io::ErrorKind::UnexpectedEof.into()),
            sqlx::Error::Protocol("x".to_owned()),
            sqlx::Error::WorkerCrashed,
        ] {
            assert!(matches!(of_commit(error), StoreError::Uncertain(_)));
        }
    }
}
