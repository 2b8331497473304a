//! Where a database is and how it is opened.

use std::path::{Path, PathBuf};

/// Where a database is and how it is opened.
#[derive(Clone)]
pub struct DbOptions {
    /// `sqlite:` (a file in the data directory), `sqlite:PATH`, or `postgres:…`.
    pub url: String,
    /// Relative paths start here.
    pub data_dir: PathBuf,
    /// Connections for reading.
    pub read_connections: u32,
    /// Connections for writing; SQLite has one whatever is said here. A server on PostgreSQL has
    /// one more, which [`presence`](crate::Db::presence) keeps.
    pub write_connections: u32,
    /// Writes that may wait on SQLite; more are told that the store is busy.
    pub queue: usize,
    /// How long to wait for a connection or a lock, in milliseconds.
    pub wait_ms: u64,
    /// How long one statement may take on PostgreSQL, in milliseconds.
    pub statement_ms: u64,
    /// PostgreSQL schema to work in, when it is not the server's default.
    pub schema: Option<String>,
}

impl std::fmt::Debug for DbOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // the address of a server may hold a password
        f.debug_struct("DbOptions")
            .field("data_dir", &self.data_dir)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl DbOptions {
    /// The usual settings.
    pub fn new(url: impl Into<String>, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            url: url.into(),
            data_dir: data_dir.into(),
            read_connections: 8,
            write_connections: 8,
            queue: 4_096,
            wait_ms: 5_000,
            statement_ms: 60_000,
            schema: None,
        }
    }

    /// Whether the address is that of a PostgreSQL server.
    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres:") || self.url.starts_with("postgresql:")
    }

    /// The file of an SQLite database; `None` when the address is not one.
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        let path = self.url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = if path.is_empty() {
            "switchboard.db"
        } else {
            path
        };
        Some(self.data_dir.join(Path::new(path)))
    }
}
