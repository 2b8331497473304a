//! Databases for tests: a fresh one per test, on both engines, removed afterwards.
//!
//! SQLite is always there. PostgreSQL is used when `SWITCHBOARD_TEST_POSTGRES` holds the address of
//! a server on which the test may make schemas; when it does not, tests say that it was not tried.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "this is test code, compiled into the library for the tests of other crates"
)]

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::db::{Db, DbOptions, Dialect, Tx};

/// The variable with the address of a PostgreSQL server.
pub const POSTGRES: &str = "SWITCHBOARD_TEST_POSTGRES";

/// An empty, migrated database; removed when it is dropped.
#[derive(Debug)]
pub struct TestDb {
    db: Db,
    options: DbOptions,
    _place: Place,
}

#[derive(Debug)]
enum Place {
    // held for its `Drop`
    Directory { _directory: TempDir },
    Schema { url: String, name: String },
}

impl TestDb {
    /// A database in a file.
    pub async fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let options = DbOptions {
            read_connections: 4,
            ..DbOptions::new("sqlite:", directory.path())
        };
        std::fs::copy(template().await, directory.path().join("switchboard.db"))
            .expect("a copy of the template");
        Self {
            db: Db::open(&options).await.expect("an SQLite database"),
            options,
            _place: Place::Directory {
                _directory: directory,
            },
        }
    }

    /// A schema on the server that the variable names; `None` without it.
    pub async fn postgres() -> Option<Self> {
        let Ok(url) = std::env::var(POSTGRES) else {
            println!("{POSTGRES} is not set: PostgreSQL was not tried");
            return None;
        };
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        execute(&url, format!("DROP SCHEMA IF EXISTS {name} CASCADE"))
            .await
            .expect("a PostgreSQL server");
        execute(&url, format!("CREATE SCHEMA {name}"))
            .await
            .expect("the right to make a schema");
        let options = DbOptions {
            read_connections: 4,
            write_connections: 4,
            wait_ms: 30_000,
            schema: Some(name.clone()),
            ..DbOptions::new(url.clone(), ".")
        };
        let db = Db::open(&options).await.expect("a PostgreSQL database");
        db.migrate().await.expect("a schema");
        Some(Self {
            db,
            options,
            _place: Place::Schema { url, name },
        })
    }

    /// The settings it was opened with, for opening it again.
    pub const fn options(&self) -> &DbOptions {
        &self.options
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Schema { url, name } = self else {
            return;
        };
        let (url, name) = (std::mem::take(url), std::mem::take(name));
        // a runtime of its own, because this may run while the test's runtime shuts down
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let text = format!("SET lock_timeout = 5000; DROP SCHEMA {name} CASCADE");
                if let Err(error) = execute(&url, text).await {
                    println!("the schema {name} is left behind: {error}");
                }
            });
        });
        // a panic here would hide the test's own
        drop(dropper.join());
    }
}

/// Lets a transaction write settings without the locks of their accounts, as a test does that puts
/// something there before anything else goes on.
pub const fn arrange(tx: &mut Tx) {
    tx.arrange();
}

/// The connection of a write transaction, where there are several that may wait for each other.
pub async fn connection(tx: &mut Tx) -> Option<i64> {
    match tx.dialect() {
        Dialect::Sqlite => None,
        Dialect::Postgres => {
            let (id,): (i64,) = tx
                .sql("SELECT CAST(pg_backend_pid() AS BIGINT)")
                .fetch_one()
                .await
                .expect("the number of a connection");
            Some(id)
        }
    }
}

/// Whether another connection waits for something that this one has locked.
pub async fn is_waited_for(db: &Db, connection: i64) -> bool {
    let (waiting,): (i64,) = db
        .sql(
            "SELECT COUNT(*)
            FROM pg_stat_activity
            WHERE CAST($1 AS INTEGER) = ANY(pg_blocking_pids(pid))",
        )
        .bind(connection)
        .fetch_one()
        .await
        .expect("the connections that wait");
    waiting > 0
}

async fn execute(url: &str, text: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(text)))
        .await?;
    connection.close().await
}

/// A migrated file that tests copy, which is faster than migrating each.
async fn template() -> PathBuf {
    static TEMPLATE: OnceCell<(TempDir, PathBuf)> = OnceCell::const_new();
    let (_, path) = TEMPLATE
        .get_or_init(|| async {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let options = DbOptions::new("sqlite:", directory.path());
            let db = Db::open(&options).await.expect("an SQLite database");
            db.migrate().await.expect("a schema");
            db.close().await;
            let path = directory.path().join("switchboard.db");
            (directory, path)
        })
        .await;
    path.clone()
}

/// Makes two tests of a function over `&Db`: `on_sqlite` and `on_postgres`, in a module with the
/// function's name.
#[macro_export]
macro_rules! both_engines {
    ($(async fn $name:ident($db:ident: &Db) $body:block)+) => {
        $(mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test needs them")]
            use super::*;

            async fn run($db: &$crate::Db) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let db = $crate::testing::TestDb::sqlite().await;
                run(&db).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(db) = $crate::testing::TestDb::postgres().await {
                    run(&db).await;
                }
            }
        })+
    };
}
