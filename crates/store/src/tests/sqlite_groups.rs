//! What happens to a group of writes that SQLite commits together.

use std::future::Future;
use std::pin::Pin;

use super::fixtures::write;
use crate::testing::TestDb;
use crate::{Db, StoreError, Tx, Work};

type Function = fn(&mut Tx) -> Work<'_, (), StoreError>;
type Answer<'d> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'd>>;

async fn put(tx: &mut Tx, id: i64, bytes: usize) -> Result<(), StoreError> {
    tx.sql("INSERT INTO quarantine (account_id, id, received_at, reason, raw) VALUES ($1, $2, $3, $4, $5)")
        .bind(1_i64)
        .bind(id)
        .bind(1_i64)
        .bind("")
        .bind(vec![7_u8; bytes])
        .execute()
        .await
        .map(drop)
}

async fn stored(db: &Db) -> Vec<i64> {
    let rows: Vec<(i64,)> = db
        .sql("SELECT id FROM quarantine ORDER BY id")
        .fetch_all()
        .await
        .unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

/// Holds the writer back until all functions wait, so that they are one group with the first.
async fn together(db: &Db, functions: Vec<Function>) -> Vec<Result<(), StoreError>> {
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let mut first: Answer<'_> = Box::pin(db.write(move |_| {
        Box::pin(async move {
            begun.send(()).unwrap();
            may_go.await.unwrap();
            Ok(())
        })
    }));
    assert!(futures::poll!(&mut first).is_pending());
    has_begun.await.unwrap();
    let mut waiting: Vec<Answer<'_>> = Vec::new();
    for function in functions {
        let mut answer: Answer<'_> = Box::pin(db.write(function));
        assert!(futures::poll!(&mut answer).is_pending());
        waiting.push(answer);
    }
    go.send(()).unwrap();
    let mut answers = vec![first.await];
    for answer in waiting {
        answers.push(answer.await);
    }
    answers
}

#[tokio::test]
async fn within_a_group_each_function_stands_for_itself() {
    let db = TestDb::sqlite().await;
    let answers = together(
        &db,
        vec![
            |tx| Box::pin(put(tx, 1, 1)),
            |tx| {
                Box::pin(async move {
                    put(tx, 2, 1).await?;
                    Err(StoreError::Conflict("no"))
                })
            },
            |tx| {
                Box::pin(async move {
                    put(tx, 3, 1).await?;
                    panic!("in a write function")
                })
            },
            |tx| {
                Box::pin(async move {
                    put(tx, 4, 1).await?;
                    put(tx, 1, 1).await
                })
            },
            |tx| Box::pin(put(tx, 5, 1)),
        ],
    )
    .await;
    let are_kept: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(are_kept, [true, true, false, false, false, true]);
    assert!(matches!(answers[2], Err(StoreError::Conflict("no"))));
    assert!(matches!(answers[3], Err(StoreError::Broken(_))));
    assert_eq!(stored(&db).await, [1, 5]);
}

#[tokio::test]
async fn when_the_first_function_fails_the_rest_of_the_group_is_kept() {
    let db = TestDb::sqlite().await;
    write(&db, |tx| Box::pin(put(tx, 1, 1))).await;
    let answers = together(
        &db,
        vec![
            |tx| Box::pin(put(tx, 1, 1)),
            |tx| Box::pin(put(tx, 1, 1)),
            |tx| Box::pin(put(tx, 2, 1)),
        ],
    )
    .await;
    let are_kept: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(are_kept, [true, false, false, true]);
    assert_eq!(stored(&db).await, [1, 2]);
}

#[tokio::test]
async fn when_the_commit_fails_nobody_in_the_group_is_acknowledged() {
    let db = TestDb::sqlite().await;
    let answers = together(
        &db,
        vec![
            |tx| Box::pin(put(tx, 1, 1)),
            |tx| {
                Box::pin(async move {
                    // a broken reference that shows at the commit only
                    tx.sql("PRAGMA defer_foreign_keys = ON").execute().await?;
                    tx.sql("INSERT INTO projects (account_id, id, name, added_at) VALUES ($1, $2, $3, $4)")
                        .bind(77_i64)
                        .bind(1_i64)
                        .bind("lost")
                        .bind(1_i64)
                        .execute()
                        .await
                        .map(drop)
                })
            },
            |tx| Box::pin(put(tx, 2, 1)),
        ],
    )
    .await;
    for answer in &answers {
        assert!(
            matches!(answer, Err(StoreError::Conflict(_))),
            "{answers:?}"
        );
    }
    assert_eq!(stored(&db).await, [0_i64; 0]);
    write(&db, |tx| Box::pin(put(tx, 3, 1))).await;
    assert_eq!(stored(&db).await, [3]);
}

#[tokio::test]
async fn on_a_full_disk_what_is_acknowledged_is_there_and_writing_goes_on_later() {
    let db = TestDb::sqlite().await;
    write(&db, |tx| {
        Box::pin(async move {
            let (pages,): (i64,) = tx.sql("PRAGMA page_count").fetch_one().await?;
            assert!(pages < 200);
            tx.sql("PRAGMA max_page_count = 200").execute().await
        })
    })
    .await;
    let answers = together(
        &db,
        vec![
            |tx| Box::pin(put(tx, 1, 1)),
            |tx| Box::pin(put(tx, 2, 4_000_000)),
            |tx| Box::pin(put(tx, 3, 1)),
        ],
    )
    .await;
    assert!(
        matches!(answers[2], Err(StoreError::Unavailable(_))),
        "{answers:?}"
    );
    let acknowledged: Vec<i64> = (0_i64..)
        .zip(&answers)
        .skip(1)
        .filter(|(_, answer)| answer.is_ok())
        .map(|(id, _)| id)
        .collect();
    assert_eq!(stored(&db).await, acknowledged);
    write(&db, |tx| {
        Box::pin(async move {
            tx.sql("PRAGMA max_page_count = 100000").execute().await?;
            put(tx, 9, 4_000_000).await
        })
    })
    .await;
    assert!(stored(&db).await.contains(&9));
}

#[tokio::test]
async fn the_settings_that_durability_rests_on_are_in_force_in_the_writer() {
    let db = TestDb::sqlite().await;
    let found = write(&db, |tx| {
        Box::pin(async move {
            let (mode,): (String,) = tx.sql("PRAGMA journal_mode").fetch_one().await?;
            let mut found = vec![mode];
            for pragma in [
                "PRAGMA synchronous",
                "PRAGMA foreign_keys",
                "PRAGMA secure_delete",
                "PRAGMA wal_autocheckpoint",
                "PRAGMA busy_timeout",
                "PRAGMA page_size",
            ] {
                let (value,): (i64,) = tx.sql(pragma).fetch_one().await?;
                found.push(value.to_string());
            }
            Ok(found)
        })
    })
    .await;
    assert_eq!(found, ["wal", "2", "1", "1", "0", "5000", "8192"]);
    let (is_reader,): (i64,) = db.sql("PRAGMA query_only").fetch_one().await.unwrap();
    assert_eq!(is_reader, 1);
}
