//! Transactions, alone and in groups.

use std::sync::Arc;

use tokio::sync::Barrier;

use super::fixtures::write;
use crate::{Db, StoreError, Tx, both_engines};

async fn put(tx: &mut Tx, kind: &str, value: i64) -> Result<(), StoreError> {
    tx.sql("INSERT INTO counters (kind, value) VALUES ($1, $2)")
        .bind(kind)
        .bind(value)
        .execute()
        .await
        .map(drop)
}

async fn kinds(db: &Db) -> Vec<String> {
    let rows: Vec<(String,)> = db
        .sql("SELECT kind FROM counters ORDER BY kind")
        .fetch_all()
        .await
        .unwrap();
    rows.into_iter().map(|(kind,)| kind).collect()
}

both_engines! {
    async fn what_was_acknowledged_is_read_at_once(db: &Db) {
        for number in 0..50 {
            write(db, move |tx| Box::pin(async move { put(tx, &format!("{number:02}"), 1).await })).await;
            assert_eq!(kinds(db).await.len(), number + 1);
        }
    }

    async fn a_failing_function_is_undone_alone(db: &Db) {
        // started together, so that SQLite gets them as one group
        let barrier = Arc::new(Barrier::new(60));
        let mut tasks = Vec::new();
        for number in 0..60_i64 {
            let (db, barrier) = (db.clone(), Arc::clone(&barrier));
            tasks.push(tokio::spawn(async move {
                barrier.wait().await;
                db.write(move |tx| Box::pin(async move {
                    put(tx, &format!("{number:02}"), number).await?;
                    match number % 3 {
                        0 => Ok(()),
                        1 => Err(StoreError::Conflict("no")),
                        // fails by a statement
                        _ => put(tx, &format!("{number:02}"), number).await,
                    }
                })).await
            }));
        }
        for (number, task) in tasks.into_iter().enumerate() {
            let result: Result<(), StoreError> = task.await.unwrap();
            assert_eq!(result.is_ok(), number % 3 == 0, "{number}: {result:?}");
        }
        let wanted: Vec<String> = (0..60).filter(|number| number % 3 == 0).map(|number| format!("{number:02}")).collect();
        assert_eq!(kinds(db).await, wanted);
    }

    async fn a_panic_is_reported_and_undone_and_others_go_on(db: &Db) {
        let panicked: Result<(), StoreError> = db.write(|tx| Box::pin(async move {
            put(tx, "a", 1).await?;
            panic!("in a write function");
        })).await;
        assert!(matches!(panicked, Err(StoreError::Broken(_))), "{panicked:?}");
        write(db, |tx| Box::pin(async move { put(tx, "b", 1).await })).await;
        assert_eq!(kinds(db).await, ["b"]);
    }

    async fn success_after_a_failed_statement_is_refused(db: &Db) {
        write(db, |tx| Box::pin(async move { put(tx, "a", 1).await })).await;
        let result: Result<(), StoreError> = db.write(|tx| Box::pin(async move {
            put(tx, "b", 1).await?;
            assert!(put(tx, "a", 1).await.is_err());
            Ok(())
        })).await;
        assert!(matches!(result, Err(StoreError::Broken(_))), "{result:?}");
        assert_eq!(kinds(db).await, ["a"]);
    }

    async fn work_goes_on_when_the_caller_goes_away(db: &Db) {
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (go, may_go) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn({
            let db = db.clone();
            async move {
                db.write(move |tx| Box::pin(async move {
                    begun.send(()).unwrap();
                    may_go.await.unwrap();
                    put(tx, "a", 1).await
                })).await
            }
        });
        has_begun.await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        go.send(()).unwrap();
        db.close().await;
        // closing waits for what has begun; a fresh look needs a fresh database
        assert!(matches!(db.write(|tx| Box::pin(async move { put(tx, "b", 1).await })).await, Err(StoreError::Unavailable(_))));
    }

    async fn reading_then_writing_at_the_same_time_is_never_busy(db: &Db) {
        write(db, |tx| Box::pin(async move { put(tx, "sum", 0).await })).await;
        let mut tasks = Vec::new();
        for _ in 0..16 {
            let db = db.clone();
            tasks.push(tokio::spawn(async move {
                for _ in 0..25 {
                    let _: Vec<(i64,)> = db.sql("SELECT value FROM counters").fetch_all().await.unwrap();
                    db.write(|tx| Box::pin(async move {
                        let (value,): (i64,) = tx
                            .sql("UPDATE counters SET value = value WHERE kind = $1 RETURNING value")
                            .bind("sum").fetch_one().await?;
                        tx.sql("UPDATE counters SET value = $2 WHERE kind = $1")
                            .bind("sum").bind(value + 1).execute().await
                    })).await.unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let (sum,): (i64,) = db.sql("SELECT value FROM counters").fetch_one().await.unwrap();
        assert_eq!(sum, 400);
    }

    async fn a_function_may_fail_with_an_error_of_its_own(db: &Db) {
        #[derive(Debug, PartialEq)]
        enum Refusal { Rule, Store }
        impl From<StoreError> for Refusal {
            fn from(_: StoreError) -> Self { Self::Store }
        }
        let result: Result<(), Refusal> = db.write(|tx| Box::pin(async move {
            put(tx, "a", 1).await?;
            Err(Refusal::Rule)
        })).await;
        assert_eq!(result, Err(Refusal::Rule));
        assert_eq!(kinds(db).await, [""; 0]);
        let result: Result<(), Refusal> = db.write(|tx| Box::pin(async move {
            put(tx, "a", 1).await?;
            put(tx, "a", 1).await?;
            Ok(())
        })).await;
        assert_eq!(result, Err(Refusal::Store));
    }
}
