//! Which server this is: one at a time has a number, and all have one secret.
//!
//! On PostgreSQL a connection of its own holds a lock on the server's number for as long as the
//! server lives; the database ends the lock with the connection, so a server that was killed is
//! not in the way of its own restart. On SQLite a lock on a file beside the database does the same
//! for the only server that there may be.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use super::sql::{ReadOnly, ReadWrite, Sql, Target};
use crate::error::StoreError;

/// The name under which the secret's fingerprint is kept.
const SECRET: &str = "secret";

/// Whether a server may work on the database.
#[derive(Debug)]
pub enum Admission {
    /// It may, for as long as this is kept.
    Admitted(Presence),
    /// Another server has the number, or on SQLite the database.
    Taken,
    /// Other servers are there, and they have another secret.
    OtherSecret,
}

/// Keeps other servers from the number of this one.
#[derive(Debug)]
pub struct Presence(Kept);

#[derive(Debug)]
enum Kept {
    File(#[expect(dead_code, reason = "held for the lock on it")] File),
    Session(Box<Session>),
}

/// How a server's claim on its number stands.
#[derive(Debug)]
pub enum Standing {
    /// It is in force.
    Held,
    /// It was lost with its connection, and is in force again.
    Renewed,
    /// The database cannot be reached, so that nobody can work on it either.
    Away(StoreError),
    /// Another server has the number by now.
    Taken,
}

impl Presence {
    /// Looks whether the claim is in force, and renews it when its connection was lost.
    pub async fn check(&mut self) -> Standing {
        match &mut self.0 {
            Kept::File(_) => Standing::Held,
            Kept::Session(session) => session.check().await,
        }
    }
}

/// Takes an SQLite database for one server.
pub(super) fn take_file(database: &Path) -> Result<Admission, StoreError> {
    let mut name = database.as_os_str().to_owned();
    name.push("-server");
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&name).map_err(|error| {
        StoreError::unavailable(format!("cannot open {}: {error}", name.display()))
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Admission::Admitted(Presence(Kept::File(file)))),
        Err(TryLockError::WouldBlock) => Ok(Admission::Taken),
        Err(TryLockError::Error(error)) => Err(StoreError::unavailable(format!(
            "cannot lock {}: {error}",
            name.display()
        ))),
    }
}

/// The connection that holds the lock.
#[derive(Debug)]
pub(super) struct Session {
    connect: PgConnectOptions,
    node: u8,
    connection: Option<PgConnection>,
}

impl Session {
    pub(super) async fn begin(
        connect: PgConnectOptions,
        wait_ms: u64,
        node: u8,
        secret: &[u8],
    ) -> Result<Admission, StoreError> {
        let connect = connect.options([
            // It waits for the moment in which the database notices that the last run has ended.
            ("lock_timeout", wait_ms.to_string()),
            ("statement_timeout", "0".to_owned()),
            ("idle_session_timeout", "0".to_owned()),
            // A machine that lost its power does not say goodbye.
            ("tcp_keepalives_idle", "10".to_owned()),
            ("tcp_keepalives_interval", "5".to_owned()),
            ("tcp_keepalives_count", "3".to_owned()),
        ]);
        let mut session = Self {
            connect,
            node,
            connection: None,
        };
        let mut connection = session.connect.connect().await?;
        if !lock(&mut connection, i64::from(node)).await? {
            return Ok(Admission::Taken);
        }
        // One start at a time compares its secret, or two first starts would both be alone.
        if !lock(&mut connection, STARTING).await? {
            return Err(StoreError::Busy);
        }
        let agrees = agrees(&mut connection, secret).await?;
        execute(&mut connection, UNLOCK, STARTING).await?;
        if !agrees {
            return Ok(Admission::OtherSecret);
        }
        session.connection = Some(connection);
        Ok(Admission::Admitted(Presence(Kept::Session(Box::new(
            session,
        )))))
    }

    async fn check(&mut self) -> Standing {
        if let Some(connection) = &mut self.connection {
            if connection.ping().await.is_ok() {
                return Standing::Held;
            }
            self.connection = None;
        }
        let again = async {
            let mut connection = self.connect.connect().await?;
            let is_held = lock(&mut connection, i64::from(self.node)).await?;
            Ok::<_, StoreError>(is_held.then_some(connection))
        };
        match again.await {
            Ok(Some(connection)) => {
                self.connection = Some(connection);
                Standing::Renewed
            }
            Ok(None) => Standing::Taken,
            Err(error) => Standing::Away(error),
        }
    }
}

/// Beside the numbers of servers: held while a server compares its secret.
const STARTING: i64 = 1_000;
/// Locks of a database's schema do not meet those of another's.
const LOCK: &str = "SELECT pg_advisory_lock(
    hashtext('switchboard server ' || current_schema()), CAST($1 AS INTEGER))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(
    hashtext('switchboard server ' || current_schema()), CAST($1 AS INTEGER))";

/// Takes a lock of the session; `false` when another session keeps it.
async fn lock(connection: &mut PgConnection, number: i64) -> Result<bool, StoreError> {
    match execute(connection, LOCK, number).await {
        Ok(()) => Ok(true),
        // the time to wait for it is over
        Err(StoreError::Busy) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn execute(
    connection: &mut PgConnection,
    text: &'static str,
    number: i64,
) -> Result<(), StoreError> {
    Sql::<ReadWrite>::new(Target::PostgresConnection(connection), None, text)
        .bind(number)
        .execute()
        .await
        .map(drop)
}

/// Whether a secret is that of the servers that run. One that is alone brings its own: the file may
/// have been lost, or the database restored elsewhere.
async fn agrees(connection: &mut PgConnection, secret: &[u8]) -> Result<bool, StoreError> {
    let (others,): (i64,) = Sql::<ReadOnly>::new(
        Target::PostgresConnection(connection),
        None,
        "SELECT CAST(COUNT(*) AS BIGINT)
        FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND pid <> pg_backend_pid()
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            AND CAST(CAST(classid AS BIGINT) AS BIT(32))
                = CAST(hashtext('switchboard server ' || current_schema()) AS BIT(32))",
    )
    .fetch_one()
    .await?;
    let stored: Option<(Vec<u8>,)> = Sql::<ReadOnly>::new(
        Target::PostgresConnection(connection),
        None,
        "SELECT value FROM agreements WHERE name = $1",
    )
    .bind(SECRET)
    .fetch_optional()
    .await?;
    match stored {
        Some((stored,)) if stored == secret => Ok(true),
        Some(_) if others > 0 => Ok(false),
        _ => {
            Sql::<ReadWrite>::new(
                Target::PostgresConnection(connection),
                None,
                "INSERT INTO agreements (name, value) VALUES ($1, $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .bind(SECRET)
            .bind(secret)
            .execute()
            .await?;
            Ok(true)
        }
    }
}
