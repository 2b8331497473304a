//! What only PostgreSQL has: a way to it that may be cut, a server that may only read, and other
//! servers.

use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::scope::Scope;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;

use super::fixtures::{ACCOUNT, account};
use crate::testing::{POSTGRES, TestDb};
use crate::{Admission, Db, DbOptions, Standing, StoreError, accounts, health};

/// What the proxy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pass,
    /// It ends every connection.
    Closed,
    /// It ends a connection when the server has answered to a commit, and keeps the answer.
    CutAtCommit,
}

/// A proxy in front of the server, which knows its connections.
struct Proxy {
    directory: TempDir,
    mode: watch::Sender<Mode>,
    most: Arc<AtomicUsize>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Proxy {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let real = PgConnectOptions::from_str(&std::env::var(POSTGRES).unwrap()).unwrap();
        let name = format!(".s.PGSQL.{}", real.get_port());
        let listener = UnixListener::bind(directory.path().join(&name)).unwrap();
        let (mode, modes) = watch::channel(Mode::Pass);
        let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&most);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let now = open.fetch_add(1, Ordering::SeqCst) + 1;
                counted.fetch_max(now, Ordering::SeqCst);
                let (open, modes) = (Arc::clone(&open), modes.clone());
                let (host, port) = (real.get_host().to_owned(), real.get_port());
                let socket = real.get_socket().cloned();
                tokio::spawn(async move {
                    let folder =
                        socket.or_else(|| host.starts_with('/').then(|| host.clone().into()));
                    let server: Box<dyn Stream> = match folder {
                        Some(folder) => Box::new(
                            UnixStream::connect(folder.join(format!(".s.PGSQL.{port}")))
                                .await
                                .unwrap(),
                        ),
                        None => Box::new(TcpStream::connect((host, port)).await.unwrap()),
                    };
                    pass(client, server, modes).await;
                    open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            directory,
            mode,
            most,
        }
    }

    /// The same database through the proxy.
    fn options(&self, db: &TestDb) -> DbOptions {
        let options = db.options().clone();
        let sign = if options.url.contains('?') { '&' } else { '?' };
        let host = self.directory.path().display();
        DbOptions {
            url: format!("{}{sign}host={host}&sslmode=disable", options.url),
            wait_ms: 300,
            ..options
        }
    }
}

/// Carries bytes both ways until one side or the proxy ends it.
async fn pass(
    mut client: UnixStream,
    mut server: Box<dyn Stream>,
    mut modes: watch::Receiver<Mode>,
) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    while *modes.borrow() != Mode::Closed {
        tokio::select! {
            changed = modes.changed() => if changed.is_err() { return },
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                let asked = &asked[..length];
                if server.write_all(asked).await.is_err() {
                    return;
                }
                let is_commit = asked.windows(6).any(|bytes| bytes == b"COMMIT");
                if is_commit && *modes.borrow() == Mode::CutAtCommit {
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn make(db: &Db) -> Result<(), StoreError> {
    db.write(|tx| Box::pin(async move { accounts::create(tx, &account(ACCOUNT)).await }))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_closes_is_no_defect_and_when_it_is_back_all_is_well() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    let proxy = Proxy::start();
    let db = Db::open(&proxy.options(&direct)).await.unwrap();
    make(&db).await.unwrap();
    for _ in 0..3 {
        accounts::list(&db).await.unwrap();
        proxy.mode.send(Mode::Closed).unwrap();
        for _ in 0..3 {
            let read = accounts::list(&db).await.map(drop);
            let written = db.write(|tx| {
                Box::pin(async move { accounts::find(&mut *tx, ACCOUNT).await.map(drop) })
            });
            for ended in [read, written.await] {
                assert!(
                    matches!(ended, Err(StoreError::Unavailable(_) | StoreError::Busy)),
                    "{ended:?}"
                );
            }
        }
        proxy.mode.send(Mode::Pass).unwrap();
        assert_eq!(accounts::list(&db).await.unwrap().len(), 1);
        health::is_writable(&db).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_cut_off_is_uncertain_and_may_have_been_done() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    let proxy = Proxy::start();
    let db = Db::open(&proxy.options(&direct)).await.unwrap();
    proxy.mode.send(Mode::CutAtCommit).unwrap();
    let ended = make(&db).await;
    assert!(matches!(ended, Err(StoreError::Uncertain(_))), "{ended:?}");
    assert_eq!(
        accounts::list(&*direct).await.unwrap().len(),
        1,
        "it was done"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_opens_no_more_connections_than_its_settings_say() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    let proxy = Proxy::start();
    let options = DbOptions {
        read_connections: 2,
        write_connections: 3,
        wait_ms: 60_000,
        ..proxy.options(&direct)
    };
    let db = Db::open(&options).await.unwrap();
    let _presence = db.presence(1, b"secret").await.unwrap();
    let calls = (0..40).map(|number| {
        let db = db.clone();
        async move {
            if number % 2 == 0 {
                accounts::list(&db).await.map(drop)
            } else {
                health::is_writable(&db).await
            }
        }
    });
    futures::future::try_join_all(calls).await.unwrap();
    assert_eq!(proxy.most.load(Ordering::SeqCst), 2 + 3 + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_only_reads_is_not_writable() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    health::is_writable(&direct).await.unwrap();
    let options = direct.options().clone();
    let sign = if options.url.contains('?') { '&' } else { '?' };
    let only_reads = DbOptions {
        url: format!(
            "{}{sign}options=-c%20default_transaction_read_only%3Don",
            options.url
        ),
        ..options
    };
    let db = Db::open(&only_reads).await.unwrap();
    let refused = health::is_writable(&db).await.unwrap_err();
    assert!(refused.is_read_only(), "{refused:?}");
    let refused = make(&db).await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_readers_nor_writers_wait_without_end() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    let options = DbOptions {
        wait_ms: 100,
        statement_ms: 100,
        ..direct.options().clone()
    };
    let db = Db::open(&options).await.unwrap();
    let slow = "SELECT pg_sleep(600) IS NULL";
    let read = db.sql(slow).fetch_all::<(bool,)>().await.map(drop);
    let written = db
        .write(move |tx| Box::pin(async move { tx.sql(slow).execute().await.map(drop) }))
        .await;
    // A lock that somebody else holds is no better than a statement that does not end.
    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let holder = tokio::spawn({
        let direct = (*direct).clone();
        async move {
            direct
                .write(move |tx| {
                    Box::pin(async move {
                        tx.script("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
                            .await?;
                        locked.send(()).unwrap();
                        may_go.await.unwrap();
                        Ok::<_, StoreError>(())
                    })
                })
                .await
        }
    });
    is_locked.await.unwrap();
    let options = DbOptions {
        statement_ms: 600_000,
        ..options
    };
    let patient = Db::open(&options).await.unwrap();
    let shut_out = accounts::list(&patient).await.map(drop);
    let not_made = make(&patient).await;
    go.send(()).unwrap();
    holder.await.unwrap().unwrap();
    for ended in [read, written, shut_out, not_made] {
        assert!(matches!(ended, Err(StoreError::Busy)), "{ended:?}");
    }
}

/// How many statements with this word in them the server works on.
async fn at_work(db: &Db, word: &str) -> i64 {
    let (count,): (i64,) = db
        .sql(
            "SELECT COUNT(*)
            FROM pg_stat_activity
            WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'",
        )
        .bind(word)
        .fetch_one()
        .await
        .unwrap();
    count
}

async fn until_at_work(db: &Db, word: &str, count: i64) {
    while at_work(db, word).await != count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_statement_whose_caller_went_away_ends_at_the_server_and_frees_its_place() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    // So that nothing but the end of its caller can end it.
    let options = DbOptions {
        statement_ms: 3_600_000,
        ..direct.options().clone()
    };
    let db = Db::open(&options).await.unwrap();
    // More than there are connections, one after the other.
    for round in 0..6 {
        let caller = tokio::spawn({
            let db = db.clone();
            async move {
                let endless = db.sql("SELECT pg_sleep(3600) IS NULL AS for_nobody");
                match round % 3 {
                    0 => endless.large().fetch_all::<(bool,)>().await.map(drop),
                    1 => {
                        let scope = Scope::system(ACCOUNT);
                        endless
                            .large_for(&scope)
                            .fetch_all::<(bool,)>()
                            .await
                            .map(drop)
                    }
                    _ => {
                        let scope = Scope::system(ACCOUNT);
                        endless
                            .large_for(&scope)
                            .fetch_one::<(bool,)>()
                            .await
                            .map(drop)
                    }
                }
            }
        });
        until_at_work(&direct, "for_nobody", 1).await;
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        until_at_work(&direct, "for_nobody", 0).await;
        while db.turns().in_use() != (0, 0) {
            tokio::task::yield_now().await;
        }
    }
    // What comes next on these connections is not ended in its place.
    for _ in 0..8 {
        let rows: Vec<(bool,)> = db.sql("SELECT TRUE").large().fetch_all().await.unwrap();
        assert_eq!(rows, [(true,)]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_statement_that_takes_too_long_ends_at_the_server_and_frees_its_place() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    let options = DbOptions {
        statement_ms: 100,
        ..direct.options().clone()
    };
    let db = Db::open(&options).await.unwrap();
    let slow = db.sql("SELECT pg_sleep(3600) IS NULL AS for_too_long");
    let scope = Scope::system(ACCOUNT);
    let ended = slow.large_for(&scope).fetch_all::<(bool,)>().await;
    assert!(matches!(ended, Err(StoreError::Busy)), "{ended:?}");
    assert_eq!(at_work(&direct, "for_too_long").await, 0);
    assert_eq!(db.turns().in_use(), (0, 0));
}

/// A server that has its number.
fn admitted(admission: Admission) -> crate::Presence {
    match admission {
        Admission::Admitted(presence) => presence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_belongs_to_one_server_and_a_secret_to_all() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let hasty = DbOptions {
        wait_ms: 100,
        ..db.options().clone()
    };
    let other = Db::open(&hasty).await.unwrap();
    let first = admitted(db.presence(3, b"one").await.unwrap());
    let refused = other.presence(3, b"one").await.unwrap();
    assert!(matches!(refused, Admission::Taken), "{refused:?}");
    let refused = other.presence(4, b"two").await.unwrap();
    assert!(matches!(refused, Admission::OtherSecret), "{refused:?}");
    let second = admitted(other.presence(4, b"one").await.unwrap());
    drop(first);
    // It waits until the database has noticed.
    let again = admitted(db.presence(3, b"one").await.unwrap());
    drop((second, again));
    let fresh = TestDb::postgres().await.unwrap();
    let elsewhere = admitted(fresh.presence(3, b"two").await.unwrap());
    drop(elsewhere);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_lost_its_claim_makes_it_anew_or_learns_that_another_was_faster() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    let proxy = Proxy::start();
    let db = Db::open(&proxy.options(&direct)).await.unwrap();
    let mut presence = admitted(db.presence(5, b"one").await.unwrap());
    assert!(matches!(presence.check().await, Standing::Held));
    proxy.mode.send(Mode::Closed).unwrap();
    assert!(matches!(presence.check().await, Standing::Away(_)));
    proxy.mode.send(Mode::Pass).unwrap();
    assert!(matches!(presence.check().await, Standing::Renewed));
    assert!(matches!(presence.check().await, Standing::Held));
    proxy.mode.send(Mode::Closed).unwrap();
    let faster = admitted(direct.presence(5, b"one").await.unwrap());
    proxy.mode.send(Mode::Pass).unwrap();
    assert!(matches!(presence.check().await, Standing::Taken));
    drop(faster);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_time_of_the_database_is_asked_for() {
    let sqlite = TestDb::sqlite().await;
    assert_eq!(health::now(&sqlite).await.unwrap(), None);
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let first = health::now(&db).await.unwrap().unwrap();
    assert!(health::now(&db).await.unwrap().unwrap() >= first);
}

#[tokio::test]
async fn a_schema_that_is_not_there_is_named() {
    let Some(direct) = TestDb::postgres().await else {
        return;
    };
    let options = DbOptions {
        schema: Some("nowhere".to_owned()),
        ..direct.options().clone()
    };
    let refused = Db::open(&options).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the store is broken: there is no schema nowhere in the PostgreSQL database, or it cannot \
         be used by this user; make it with CREATE SCHEMA"
    );
}
