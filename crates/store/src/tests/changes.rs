//! The change log.

use domain::change::{ChangeKind, NewChange};
use domain::ids::{ChangeNumber, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;
use serde_json::{Value, json};

use super::fixtures::{ACCOUNT, NOW, OTHER, TOPIC, narrow, scope, write};
use crate::changes::{
    append, cursor, head, heads, lock, move_cursor, oldest, reserve, since, slowest_cursor, trim,
    written_before,
};
use crate::{Db, StoreError, both_engines};

fn change(object_id: i64) -> NewChange {
    NewChange {
        kind: ChangeKind::MentionUpdated,
        object_id,
        topic_id: Some(TOPIC),
        detail: json!({"status": "done", "before": ["new", null]}),
    }
}

/// Logs as many changes as there are objects.
async fn log(db: &Db, scope: Scope, objects: std::ops::Range<i64>) {
    write(db, move |tx| {
        Box::pin(async move {
            let changes: Vec<NewChange> = objects.map(change).collect();
            let numbers = reserve(tx, &scope, changes.len()).await?;
            append(tx, &scope, NOW, *numbers.start(), &changes).await
        })
    })
    .await;
}

both_engines! {
    async fn changes_come_back_as_they_were(db: &Db) {
        let member = narrow(&[TOPIC]);
        write(db, move |tx| Box::pin(async move {
            let tag = NewChange { kind: ChangeKind::TagAdded, object_id: 3, topic_id: None, detail: Value::Null };
            let numbers = reserve(tx, &member, 2).await?;
            assert_eq!(numbers, ChangeNumber(1)..=ChangeNumber(2));
            append(tx, &member, NOW, *numbers.start(), &[change(5), tag]).await
        })).await;
        let log = since(db, ACCOUNT, ChangeNumber(0), 10).await.unwrap();
        assert_eq!(log.len(), 2);
        assert_eq!((log[0].number, log[0].kind, log[0].object_id), (ChangeNumber(1), ChangeKind::MentionUpdated, 5));
        assert_eq!(log[0].detail, json!({"status": "done", "before": ["new", null]}));
        assert_eq!((log[0].topic_id, log[0].user_id, log[0].at), (Some(TOPIC), Some(UserId(7)), NOW));
        assert_eq!((log[1].number, log[1].topic_id, &log[1].detail), (ChangeNumber(2), None, &Value::Null));
    }

    async fn each_account_counts_for_itself(db: &Db) {
        log(db, scope(), 0..1_500).await;
        log(db, Scope::system(OTHER), 0..2).await;
        log(db, scope(), 0..1).await;
        assert_eq!(head(db, ACCOUNT).await.unwrap(), ChangeNumber(1_501));
        assert_eq!(head(db, OTHER).await.unwrap(), ChangeNumber(2));
        let mut expected = [(ACCOUNT, ChangeNumber(1_501)), (OTHER, ChangeNumber(2))];
        expected.sort_unstable();
        assert_eq!(heads(db).await.unwrap(), expected);
        assert_eq!(since(db, OTHER, ChangeNumber(0), 10).await.unwrap().len(), 2);
        let page = since(db, ACCOUNT, ChangeNumber(1_499), 10).await.unwrap();
        assert_eq!(page.iter().map(|one| one.number.0).collect::<Vec<_>>(), [1_500, 1_501]);
        assert_eq!(since(db, ACCOUNT, ChangeNumber(0), 10).await.unwrap().len(), 10);
    }

    async fn numbers_of_a_failed_transaction_are_given_again(db: &Db) {
        let failed: Result<(), StoreError> = db.write(|tx| Box::pin(async move {
            reserve(tx, &scope(), 5).await?;
            Err(StoreError::Conflict("changed my mind"))
        })).await;
        assert!(matches!(failed, Err(StoreError::Conflict(_))));
        assert_eq!(head(db, ACCOUNT).await.unwrap(), ChangeNumber(0));
        log(db, scope(), 0..1).await;
        assert_eq!(head(db, ACCOUNT).await.unwrap(), ChangeNumber(1));
        let locked = write(db, |tx| Box::pin(async move { lock(tx, &scope()).await })).await;
        assert_eq!(locked, ChangeNumber(1));
    }

    async fn an_account_is_locked_before_anything_is_read_or_written(db: &Db) {
        let late: Result<(), StoreError> = db.write(|tx| Box::pin(async move {
            head(&mut *tx, ACCOUNT).await?;
            lock(tx, &scope()).await?;
            Ok(())
        })).await;
        assert!(matches!(late, Err(StoreError::Broken(_))), "{late:?}");
        let late: Result<(), StoreError> = db.write(|tx| Box::pin(async move {
            move_cursor(tx, ACCOUNT, "index", ChangeNumber(1)).await?;
            reserve(tx, &scope(), 1).await?;
            Ok(())
        })).await;
        assert!(matches!(late, Err(StoreError::Broken(_))), "{late:?}");
        assert_eq!(cursor(db, ACCOUNT, "index").await.unwrap(), ChangeNumber(0));
        // Whoever holds it may go on and take numbers; the next transaction begins anew.
        let numbers = write(db, |tx| Box::pin(async move {
            lock(tx, &scope()).await?;
            head(&mut *tx, ACCOUNT).await?;
            lock(tx, &scope()).await?;
            reserve(tx, &scope(), 2).await
        })).await;
        assert_eq!(numbers, ChangeNumber(1)..=ChangeNumber(2));
    }

    async fn several_accounts_are_locked_in_the_order_of_their_numbers(db: &Db) {
        let (low, high) = (ACCOUNT.min(OTHER), ACCOUNT.max(OTHER));
        write(db, move |tx| Box::pin(async move {
            lock(tx, &Scope::system(low)).await?;
            lock(tx, &Scope::system(high)).await
        })).await;
        let turned: Result<ChangeNumber, StoreError> = db.write(move |tx| Box::pin(async move {
            lock(tx, &Scope::system(high)).await?;
            lock(tx, &Scope::system(low)).await
        })).await;
        assert!(matches!(turned, Err(StoreError::Broken(_))), "{turned:?}");
    }

    async fn concurrent_writers_leave_no_gap_and_a_reader_skips_nothing(db: &Db) {
        const WRITERS: i64 = 8;
        const EACH: i64 = 20;
        let mut writers = Vec::new();
        for writer in 0..WRITERS {
            let db = db.clone();
            writers.push(tokio::spawn(async move {
                for step in 0..EACH {
                    let first = writer * 1_000 + step * 3;
                    log(&db, scope(), first..first + 1 + step % 3).await;
                    tokio::task::yield_now().await;
                }
            }));
        }
        let total: i64 = WRITERS * (0..EACH).map(|step| 1 + step % 3).sum::<i64>();
        // what was read at a number is never added to later: each page continues the one before
        let mut seen = ChangeNumber(0);
        while seen.0 < total {
            for change in since(db, ACCOUNT, seen, 7).await.unwrap() {
                assert_eq!(change.number, seen.next(), "a number was skipped");
                seen = change.number;
            }
        }
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(head(db, ACCOUNT).await.unwrap(), seen);
        assert_eq!(since(db, ACCOUNT, ChangeNumber(0), 10_000).await.unwrap().len(), usize::try_from(total).unwrap());
    }

    async fn a_cursor_is_kept_and_never_goes_back(db: &Db) {
        assert_eq!(cursor(db, ACCOUNT, "index").await.unwrap(), ChangeNumber(0));
        for to in [5, 3, 8] {
            write(db, move |tx| Box::pin(async move { move_cursor(tx, ACCOUNT, "index", ChangeNumber(to)).await })).await;
        }
        assert_eq!(cursor(db, ACCOUNT, "index").await.unwrap(), ChangeNumber(8));
        assert_eq!(cursor(db, ACCOUNT, "live").await.unwrap(), ChangeNumber(0));
        assert_eq!(cursor(db, OTHER, "index").await.unwrap(), ChangeNumber(0));
    }

    async fn the_slowest_follower_is_the_one_that_has_come_least_far(db: &Db) {
        assert_eq!(slowest_cursor(db, ACCOUNT).await.unwrap(), None);
        for (follower, to) in [("index 0", 7), ("index 1", 4), ("index 2", 9)] {
            write(db, move |tx| Box::pin(async move { move_cursor(tx, ACCOUNT, follower, ChangeNumber(to)).await })).await;
        }
        assert_eq!(slowest_cursor(db, ACCOUNT).await.unwrap(), Some(ChangeNumber(4)));
        assert_eq!(slowest_cursor(db, OTHER).await.unwrap(), None);
    }

    async fn what_was_written_before_a_moment_ends_at_the_first_younger_row(db: &Db) {
        assert_eq!(written_before(db, ACCOUNT, UnixMillis(99), 10).await.unwrap(), None);
        // The clock was set back before the fourth.
        for at in [10, 20, 30, 5, 40] {
            write(db, move |tx| Box::pin(async move {
                let scope = scope();
                let numbers = reserve(tx, &scope, 1).await?;
                append(tx, &scope, UnixMillis(at), *numbers.start(), &[change(at)]).await
            })).await;
        }
        let before = async |at, limit| written_before(db, ACCOUNT, UnixMillis(at), limit).await.unwrap();
        assert_eq!(before(10, 10).await, None);
        assert_eq!(before(11, 10).await, Some(ChangeNumber(1)));
        assert_eq!(before(30, 10).await, Some(ChangeNumber(2)));
        assert_eq!(before(31, 10).await, Some(ChangeNumber(4)));
        assert_eq!(before(99, 10).await, Some(ChangeNumber(5)));
        assert_eq!(before(99, 3).await, Some(ChangeNumber(3)));
        assert_eq!(written_before(db, OTHER, UnixMillis(99), 10).await.unwrap(), None);
    }

    async fn trimming_removes_the_oldest_and_keeps_the_numbers(db: &Db) {
        log(db, scope(), 0..10).await;
        log(db, Scope::system(OTHER), 0..10).await;
        assert_eq!(oldest(db, ACCOUNT).await.unwrap(), Some(ChangeNumber(1)));
        let trimmed = write(db, |tx| Box::pin(async move { trim(tx, ACCOUNT, ChangeNumber(6), 4).await })).await;
        assert_eq!(trimmed, 4);
        assert_eq!(oldest(db, ACCOUNT).await.unwrap(), Some(ChangeNumber(5)));
        let trimmed = write(db, |tx| Box::pin(async move { trim(tx, ACCOUNT, ChangeNumber(6), 100).await })).await;
        assert_eq!(trimmed, 2);
        log(db, scope(), 0..1).await;
        assert_eq!(head(db, ACCOUNT).await.unwrap(), ChangeNumber(11));
        assert_eq!(oldest(db, OTHER).await.unwrap(), Some(ChangeNumber(1)));
        write(db, |tx| Box::pin(async move { trim(tx, ACCOUNT, ChangeNumber(11), 100).await })).await;
        assert_eq!(oldest(db, ACCOUNT).await.unwrap(), None);
        assert_eq!(head(db, ACCOUNT).await.unwrap(), ChangeNumber(11));
    }
}
