//! PostgreSQL: a pool that can only read and a pool that writes.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};

use super::Work;
use super::failure::Failure;
use super::options::DbOptions;
use super::presence::{Admission, Session};
use super::room::Room;
use super::sql::{ReadOnly, Sql, Target};
use super::tx::{Tx, TxConnection, run_caught};
use crate::error::StoreError;

#[derive(Debug)]
pub(super) struct Postgres {
    connect: PgConnectOptions,
    wait_ms: u64,
    readers: PgPool,
    writers: PgPool,
    room: Room,
}

impl Postgres {
    pub(super) async fn open(options: &DbOptions) -> Result<Self, StoreError> {
        let mut connect = PgConnectOptions::from_str(&options.url)
            .map_err(|_| StoreError::broken("the PostgreSQL address cannot be understood"))?
            .statement_cache_capacity(400)
            .application_name("switchboard");
        if let Some(schema) = &options.schema {
            connect = connect.options([("search_path", schema)]);
        }
        let pool = |connections: u32| {
            PgPoolOptions::new()
                .max_connections(connections.max(1))
                .acquire_timeout(Duration::from_millis(options.wait_ms))
        };
        // A lock that is not had in time makes the store busy, as on SQLite, and so does a
        // statement that does not end; a transaction whose process hangs is ended by the server,
        // so that it does not hold its locks for ever.
        let connect_both = connect.clone().options([
            ("lock_timeout", options.wait_ms.to_string()),
            ("statement_timeout", options.statement_ms.to_string()),
            ("idle_in_transaction_session_timeout", "60000".to_owned()),
        ]);
        let writers = match pool(options.write_connections)
            .connect_with(connect_both.clone())
            .await
        {
            // A pool tries until its time is over and does not tell what it met.
            Err(sqlx::Error::PoolTimedOut) => return Err(why_not(&connect).await),
            writers => writers?,
        };
        // what is meant to read cannot write by accident, as on SQLite
        let readers = pool(options.read_connections)
            .connect_with(connect_both.options([("default_transaction_read_only", "on")]))
            .await?;
        check(&writers).await?;
        Ok(Self {
            connect,
            wait_ms: options.wait_ms,
            readers,
            writers,
            room: Room::default(),
        })
    }

    pub(super) const fn room(&self) -> &Room {
        &self.room
    }

    pub(super) const fn readers(&self) -> &PgPool {
        &self.readers
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (pool, room) = (self.writers.clone(), self.room.clone());
        // a task of its own, so that a caller that goes away leaves no half-done call behind
        let task = tokio::spawn(async move {
            let transaction = pool.begin().await.map_err(StoreError::from)?;
            let mut tx = Tx::new(TxConnection::Postgres(transaction));
            let result = run_caught(work, &mut tx).await;
            if tx.fault.is_full {
                room.note(true);
            }
            let TxConnection::Postgres(transaction) = tx.connection else {
                return Err(StoreError::broken("the transaction changed its engine").into());
            };
            match result {
                Ok(value) => {
                    if let Err(failed) = transaction.commit().await.map_err(Failure::from) {
                        if failed.is_full_disk() {
                            room.note(true);
                        }
                        return Err(failed.of_commit().into());
                    }
                    if room.is_full() {
                        room.note(false);
                    }
                    Ok(value)
                }
                Err(error) => {
                    if let Err(failed) = transaction.rollback().await {
                        tracing::debug!(error = %failed, "rolling back failed; the connection is dropped");
                    }
                    Err(error)
                }
            }
        });
        task.await
            .unwrap_or_else(|_| Err(StoreError::uncertain("the store has stopped").into()))
    }

    /// A session that says which server this is; see [`super::Db::presence`].
    pub(super) async fn presence(&self, node: u8, secret: &[u8]) -> Result<Admission, StoreError> {
        Session::begin(self.connect.clone(), self.wait_ms, node, secret).await
    }

    pub(super) async fn close(&self) {
        self.writers.close().await;
        self.readers.close().await;
    }
}

/// Why there is no connection.
async fn why_not(connect: &PgConnectOptions) -> StoreError {
    let Err(error) = connect.connect().await else {
        return StoreError::Busy;
    };
    let place = connect.get_socket().map_or_else(
        || format!("{}:{}", connect.get_host(), connect.get_port()),
        |socket| socket.display().to_string(),
    );
    StoreError::unavailable(format!("no connection to PostgreSQL at {place}: {error}"))
}

/// Refuses a server that forgets what was acknowledged or that cannot hold every text.
async fn check(pool: &PgPool) -> Result<(), StoreError> {
    let setting = async |text| -> Result<String, StoreError> {
        let (value,) = Sql::<ReadOnly>::new(Target::PostgresPool(pool), None, text)
            .fetch_one::<(String,)>()
            .await?;
        Ok(value)
    };
    if setting("SHOW synchronous_commit").await? == "off" {
        return Err(StoreError::broken(
            "PostgreSQL runs with synchronous_commit off: it would forget acknowledged writes",
        ));
    }
    let encoding = setting("SHOW server_encoding").await?;
    if encoding != "UTF8" {
        return Err(StoreError::broken(format!(
            "the PostgreSQL database has encoding {encoding}, must be UTF8"
        )));
    }
    if setting("SELECT coalesce(current_schema()::text, '')")
        .await?
        .is_empty()
    {
        let schema = setting("SHOW search_path").await?;
        return Err(StoreError::broken(format!(
            "there is no schema {schema} in the PostgreSQL database, or it cannot be used by this \
             user; make it with CREATE SCHEMA"
        )));
    }
    Ok(())
}
