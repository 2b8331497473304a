//! What only SQLite has: one file, one writer, a log.

use std::io::Read;

use rusqlite::Connection;

use super::fixtures::{ACCOUNT, account, write};
use crate::testing::TestDb;
use crate::{Admission, Db, DbOptions, StoreError, accounts};

#[tokio::test]
async fn a_full_queue_is_busy() {
    let directory = tempfile::tempdir().unwrap();
    let options = DbOptions {
        queue: 2,
        ..DbOptions::new("sqlite:", directory.path())
    };
    let db = Db::open(&options).await.unwrap();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let blocker = tokio::spawn({
        let db = db.clone();
        async move {
            db.write::<(), StoreError, _>(move |_| {
                Box::pin(async move {
                    begun.send(()).unwrap();
                    may_go.await.unwrap();
                    Ok(())
                })
            })
            .await
        }
    });
    has_begun.await.unwrap();
    let nothing = || db.write::<(), StoreError, _>(|_| Box::pin(async move { Ok(()) }));
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut one = Box::pin(nothing());
        assert!(futures::poll!(&mut one).is_pending());
        waiting.push(one);
    }
    assert!(matches!(nothing().await, Err(StoreError::Busy)));
    go.send(()).unwrap();
    blocker.await.unwrap().unwrap();
    for one in waiting {
        one.await.unwrap();
    }
    nothing().await.unwrap();
}

#[tokio::test]
async fn the_database_survives_a_copy_taken_while_it_is_open() {
    // what is in file and log after an acknowledgement is all that a crash leaves behind
    let db = TestDb::sqlite().await;
    write(&db, |tx| {
        Box::pin(async move { accounts::create(tx, &account(ACCOUNT)).await })
    })
    .await;
    let copy = tempfile::tempdir().unwrap();
    for name in ["switchboard.db", "switchboard.db-wal"] {
        std::fs::copy(db.options().data_dir.join(name), copy.path().join(name)).unwrap();
    }
    let restarted = Db::open(&DbOptions::new("sqlite:", copy.path()))
        .await
        .unwrap();
    assert_eq!(
        accounts::find(&restarted, ACCOUNT).await.unwrap(),
        Some(account(ACCOUNT))
    );
}

#[tokio::test]
async fn closing_leaves_one_file_and_refuses_further_work() {
    let db = TestDb::sqlite().await;
    write(&db, |tx| {
        Box::pin(async move { accounts::create(tx, &account(ACCOUNT)).await })
    })
    .await;
    db.close().await;
    db.close().await;
    let directory = &db.options().data_dir;
    assert!(!directory.join("switchboard.db-wal").exists());
    assert!(matches!(
        accounts::list(&*db).await,
        Err(StoreError::Unavailable(_))
    ));
    let again = Db::open(db.options()).await.unwrap();
    assert_eq!(accounts::list(&again).await.unwrap().len(), 1);
}

async fn put(db: &Db, number: i64, bytes: usize) {
    write(db, move |tx| {
        Box::pin(async move {
            tx.sql("INSERT INTO quarantine (account_id, id, received_at, reason, raw) VALUES ($1, $2, $3, $4, $5)")
                .bind(1_i64)
                .bind(number)
                .bind(1_i64)
                .bind("")
                .bind(vec![7_u8; bytes])
                .execute()
                .await
        })
    })
    .await;
}

#[tokio::test]
async fn the_log_is_moved_into_the_file_while_writing() {
    let db = TestDb::sqlite().await;
    let file = db.options().data_dir.join("switchboard.db");
    let before = file.metadata().unwrap().len();
    // several times the size at which the log is moved; no commit of its own does it
    let mut number = 0_i64;
    while file.metadata().unwrap().len() < before + (1 << 20) {
        assert!(number < 4_000, "the log was never moved");
        number += 1;
        put(&db, number, 100_000).await;
    }
}

/// How often the log began anew, as its header counts.
fn beginnings(log: &std::path::Path) -> Option<u32> {
    let mut header = [0; 16];
    std::fs::File::open(log)
        .ok()?
        .read_exact(&mut header)
        .ok()?;
    let [.., a, b, c, d] = header;
    Some(u32::from_be_bytes([a, b, c, d]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_begins_anew_while_somebody_writes_without_a_pause() {
    let db = TestDb::sqlite().await;
    let log = db.options().data_dir.join("switchboard.db-wal");
    let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    // Eight at once, so that there is always another group.
    let writers: Vec<_> = (0..8_i64)
        .map(|writer| {
            let (db, is_over) = ((*db).clone(), std::sync::Arc::clone(&is_over));
            tokio::spawn(async move {
                for number in 0..200 {
                    if is_over.load(std::sync::atomic::Ordering::Relaxed) {
                        return;
                    }
                    put(&db, writer * 1_000 + number, 400_000).await;
                }
            })
        })
        .collect();
    let mut first = None;
    let mut has_begun_anew = false;
    while !has_begun_anew && writers.iter().any(|writer| !writer.is_finished()) {
        let now = beginnings(&log);
        has_begun_anew = first.is_some() && now.is_some() && first != now;
        first = first.or(now);
        tokio::task::yield_now().await;
    }
    is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(has_begun_anew, "640 MB were written into one log");
}

#[tokio::test]
async fn a_database_that_is_no_database_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("switchboard.db"), [7; 9_000]).unwrap();
    let refused = Db::open(&DbOptions::new("sqlite:", directory.path())).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
    let refused = Db::open(&DbOptions::new("mysql:x", directory.path())).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
}

#[tokio::test]
async fn after_damage_nothing_is_acknowledged_until_it_is_opened_again() {
    let db = TestDb::sqlite().await;
    let path = db.options().data_dir.join("switchboard.db");
    let (root,): (i64,) = db
        .sql("SELECT rootpage FROM sqlite_schema WHERE name = $1")
        .bind("accounts")
        .fetch_one()
        .await
        .unwrap();
    db.close().await;
    // noise in the first page of the table, which a write meets before anything else
    let mut bytes = std::fs::read(&path).unwrap();
    let start = usize::try_from(root - 1).unwrap() * 8_192;
    bytes[start..start + 8_192].fill(0xa5);
    std::fs::write(&path, &bytes).unwrap();
    let db = Db::open(db.options()).await.unwrap();
    let first = db
        .write(|tx| Box::pin(async move { accounts::create(tx, &account(ACCOUNT)).await }))
        .await;
    assert!(matches!(first, Err(StoreError::Broken(_))), "{first:?}");
    let second = db
        .write::<(), StoreError, _>(|_| Box::pin(async move { Ok(()) }))
        .await;
    assert!(
        matches!(&second, Err(StoreError::Unavailable(cause)) if cause.to_string().contains("anew")),
        "{second:?}"
    );
    assert!(db.fault().is_some(), "whoever watches the process is told");
}

#[tokio::test]
async fn one_server_at_a_time_has_the_database() {
    let db = TestDb::sqlite().await;
    let kept = db.presence(0, b"secret").await.unwrap();
    assert!(matches!(kept, Admission::Admitted(_)), "{kept:?}");
    let again = Db::open(db.options()).await.unwrap();
    let refused = again.presence(1, b"secret").await.unwrap();
    assert!(matches!(refused, Admission::Taken), "{refused:?}");
    drop(kept);
    let admitted = again.presence(1, b"other").await.unwrap();
    assert!(matches!(admitted, Admission::Admitted(_)), "{admitted:?}");
}

#[tokio::test]
async fn another_process_holding_the_lock_makes_it_busy_and_leaves_no_trace() {
    let db = TestDb::sqlite().await;
    let options = DbOptions {
        wait_ms: 1,
        ..db.options().clone()
    };
    // Its own checkpoints must not be the lock that is met.
    db.close().await;
    let quick = Db::open(&options).await.unwrap();
    let other = Connection::open(options.data_dir.join("switchboard.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = quick
        .write(|tx| Box::pin(async move { accounts::create(tx, &account(ACCOUNT)).await }))
        .await;
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    other.execute_batch("ROLLBACK").unwrap();
    write(&quick, |tx| {
        Box::pin(async move { accounts::create(tx, &account(ACCOUNT)).await })
    })
    .await;
    assert_eq!(accounts::list(&quick).await.unwrap().len(), 1);
}
