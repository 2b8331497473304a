//! Opening the file, and the checks that durability rests on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::statement::{Bound, first};
use crate::db::failure::Failure;
use crate::db::row::SqliteRow;
use crate::error::StoreError;

/// The first release without the race between a committing and a checkpointing connection that
/// could corrupt the file.
const OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Prepared statements kept per connection.
const STATEMENTS: usize = 400;

/// How the file is opened.
#[derive(Debug, Clone)]
pub(super) struct Connect {
    pub(super) path: PathBuf,
    pub(super) patience: Duration,
}

impl Connect {
    fn open(&self, flags: OpenFlags) -> Result<Connection, Failure> {
        // A connection is used by one thread at a time, so it needs no lock of its own.
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.patience)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }

    /// A connection that reads.
    pub(super) fn reader(&self) -> Result<Connection, Failure> {
        let connection = self.open(OpenFlags::empty())?;
        connection.execute_batch(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
             PRAGMA cache_size = -8192; PRAGMA query_only = ON;",
        )?;
        Ok(connection)
    }

    /// The connection that moves the log into the file.
    pub(super) fn checkpointer(&self, patience: Duration) -> Result<Connection, Failure> {
        let connection = self.open(OpenFlags::empty())?;
        connection.busy_timeout(patience)?;
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -8192;",
        )?;
        Ok(connection)
    }

    /// The one connection that writes; it makes the file when there is none.
    ///
    /// What it needs to undo a savepoint is kept in memory: SQLite would write it to a file that
    /// nobody ever reads, more bytes than the changes themselves.
    pub(super) fn writer(&self) -> Result<Connection, Failure> {
        private(&self.path)?;
        let connection = self.open(OpenFlags::SQLITE_OPEN_CREATE)?;
        // The size of a page can be chosen only before the file has its first.
        connection.execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;
             PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
             PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;
             PRAGMA cache_size = -65536;
             PRAGMA temp_store = MEMORY;",
        )?;
        Ok(connection)
    }
}

/// Moves what the log holds into the file, and flushes it, before anything new is acknowledged.
///
/// When a disk failed to flush, the system may show what it never wrote: the end of the log, which
/// would be missing after a power cut together with whatever was appended to it. Written anew into
/// the file it is on disk, or the failure shows here. While another process works on the file, the
/// log is its own.
pub(super) fn settle(connection: &Connection, patience: Duration) -> Result<(), Failure> {
    connection.busy_timeout(Duration::from_millis(20))?;
    let _: Option<(i64, i64, i64)> = first(
        connection,
        "PRAGMA wal_checkpoint(TRUNCATE)",
        &Bound::default(),
    )?;
    connection.busy_timeout(patience)?;
    Ok(())
}

/// Makes the file where it is missing and keeps everybody but its owner out of it and what stands
/// beside it, also where it was copied or restored by somebody who did not. SQLite gives the files
/// that it makes later the same mode.
fn private(path: &Path) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

        let failed = |error: std::io::Error| {
            Failure::from(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
                Some(format!("{}: {error}", path.display())),
            ))
        };
        std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        for ending in ["", "-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            let Ok(found) = std::fs::metadata(&name) else {
                continue;
            };
            if found.permissions().mode() & 0o077 != 0 {
                std::fs::set_permissions(&name, std::fs::Permissions::from_mode(0o600))
                    .map_err(failed)?;
            }
        }
    }
    Ok(())
}

/// Refuses to work on a database that could forget what was acknowledged.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let (version,): (String,) = one(connection, "SELECT sqlite_version()")?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    let found: (u32, u32, u32) = (part(), part(), part());
    if found < OLDEST {
        return Err(StoreError::broken(format!(
            "SQLite {version} can corrupt files; at least 3.51.3 is needed"
        )));
    }
    let (mode,): (String,) = one(connection, "PRAGMA journal_mode")?;
    if mode != "wal" {
        return Err(StoreError::broken(format!(
            "SQLite is in journal mode {mode} instead of wal; is the file on a network disk?"
        )));
    }
    for (pragma, wanted) in [
        ("PRAGMA synchronous", 2_i64),
        ("PRAGMA foreign_keys", 1),
        ("PRAGMA secure_delete", 1),
        ("PRAGMA wal_autocheckpoint", 0),
        ("PRAGMA journal_size_limit", 67_108_864),
    ] {
        let (found,): (i64,) = one(connection, pragma)?;
        if found != wanted {
            return Err(StoreError::broken(format!(
                "{pragma} is {found}, must be {wanted}"
            )));
        }
    }
    Ok(())
}

fn one<T: SqliteRow>(connection: &Connection, text: &str) -> Result<T, StoreError> {
    first(connection, text, &Bound::default())?
        .ok_or_else(|| StoreError::broken("a statement that always gives a row gave none"))
}
