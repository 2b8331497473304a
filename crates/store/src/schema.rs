//! Migrations: two trees with the same file names, one per engine.

use crate::db::{Db, Dialect, Tx};
use crate::error::StoreError;

/// One step: its number, its name and its text for each engine.
struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal,)+) => {
        const MIGRATIONS: &[Migration] = &[$(Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        },)+];
    };
}

migrations! {
    1 "0001_accounts",
    2 "0002_mentions",
    3 "0003_work",
    4 "0004_auth",
    5 "0005_conversations",
    6 "0006_contacts",
    7 "0007_keys",
    8 "0008_reports",
}

/// The newest schema that this program knows.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// Brings the schema up to date, all steps in one transaction.
pub(crate) async fn migrate(db: &Db) -> Result<(), StoreError> {
    db.write(|tx| Box::pin(run(tx))).await
}

async fn run(tx: &mut Tx) -> Result<(), StoreError> {
    // several nodes may start at once; SQLite's writing transaction excludes others by itself
    if tx.dialect() == Dialect::Postgres {
        tx.script(
            "SET LOCAL lock_timeout = 0;
            SET LOCAL statement_timeout = 0;
            SELECT pg_advisory_xact_lock(7226171902841)",
        )
        .await?;
    }
    tx.script(match tx.dialect() {
        Dialect::Sqlite => {
            "CREATE TABLE IF NOT EXISTS schema_migrations (
                version INTEGER NOT NULL PRIMARY KEY,
                name TEXT NOT NULL
            ) STRICT"
        }
        Dialect::Postgres => {
            "CREATE TABLE IF NOT EXISTS schema_migrations (
                version BIGINT NOT NULL PRIMARY KEY,
                name TEXT COLLATE \"C\" NOT NULL
            )"
        }
    })
    .await?;
    let (found,): (i64,) = tx
        .sql("SELECT COALESCE(MAX(version), CAST(0 AS BIGINT)) FROM schema_migrations")
        .fetch_one()
        .await?;
    let known = newest();
    if found > known {
        return Err(StoreError::broken(format!(
            "the database has schema {found}, newer than this program, which knows {known}: \
             start a newer program or restore an older backup"
        )));
    }
    for migration in MIGRATIONS {
        if migration.version <= found {
            continue;
        }
        let text = match tx.dialect() {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        };
        tx.script(text).await?;
        tx.sql("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)")
            .bind(migration.version)
            .bind(migration.name)
            .execute()
            .await?;
    }
    Ok(())
}
