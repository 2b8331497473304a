//! Traps between the two engines.

use super::fixtures::{account, write};
use crate::db::pieces;
use crate::row;
use crate::{Dialect, StoreError, Tx, both_engines};
use domain::ids::AccountId;

/// A table with every kind of column.
async fn scratch(tx: &mut Tx) -> Result<(), StoreError> {
    let text = match tx.dialect() {
        Dialect::Sqlite => {
            "CREATE TABLE scratch (
                id INTEGER NOT NULL PRIMARY KEY, number INTEGER, word TEXT, share REAL,
                is_on INTEGER, raw BLOB
            ) STRICT"
        }
        Dialect::Postgres => {
            "CREATE TABLE scratch (
                id BIGINT NOT NULL PRIMARY KEY, number BIGINT, word TEXT COLLATE \"C\",
                share DOUBLE PRECISION, is_on BOOLEAN, raw BYTEA
            )"
        }
    };
    tx.script(text).await
}

row! {
    #[derive(Debug, PartialEq)]
    struct Scratch {
        id: i64,
        number: Option<i64>,
        word: Option<String>,
        share: Option<f64>,
        is_on: Option<bool>,
        raw: Option<Vec<u8>>,
    }
}

both_engines! {
    async fn every_kind_of_value_goes_in_and_comes_out(db: &Db) {
        let full = Scratch {
            id: 1,
            number: Some(i64::MIN),
            word: Some("Größe 🚚 '; DROP TABLE scratch; --".to_owned()),
            share: Some(-0.1),
            is_on: Some(true),
            raw: Some(vec![0, 255]),
        };
        let empty = Scratch { id: 2, number: None, word: None, share: None, is_on: None, raw: None };
        let rows = write(db, |tx| Box::pin(async move {
            scratch(tx).await?;
            // the empty one first: a statement is prepared for the types, not for the values
            for row in [
                Scratch { id: 2, number: None, word: None, share: None, is_on: None, raw: None },
                Scratch {
                    id: 1, number: Some(i64::MIN), word: Some("Größe 🚚 '; DROP TABLE scratch; --".to_owned()),
                    share: Some(-0.1), is_on: Some(true), raw: Some(vec![0, 255]),
                        },
            ] {
                tx.sql("INSERT INTO scratch (id, number, word, share, is_on, raw) VALUES ($1, $2, $3, $4, $5, $6)")
                    .bind(row.id).bind(row.number).bind(row.word).bind(row.share)
                    .bind(row.is_on).bind(row.raw)
                    .execute().await?;
            }
            tx.sql("SELECT * FROM scratch ORDER BY id").fetch_all::<Scratch>().await
        })).await;
        assert_eq!(rows, [full, empty]);
    }

    async fn a_composed_text_with_other_types_is_another_statement(db: &Db) {
        // the same pieces of text, bound with a text, a number and a bool in turn
        for _ in 0..3 {
            let (text,): (String,) = db.sql("SELECT CAST(").push_bind("12").push(" AS TEXT)").fetch_one().await.unwrap();
            assert_eq!(text, "12");
            let (text,): (String,) = db.sql("SELECT CAST(").push_bind(12_i64).push(" AS TEXT)").fetch_one().await.unwrap();
            assert_eq!(text, "12");
            let (is_on,): (bool,) = db.sql("SELECT ").push_bind(true).push("").fetch_one().await.unwrap();
            assert!(is_on);
            let (share,): (f64,) = db.sql("SELECT ").push_bind(0.5_f64).push("").fetch_one().await.unwrap();
            assert!((share - 0.5).abs() < f64::EPSILON);
            let (raw,): (Vec<u8>,) = db.sql("SELECT ").push_bind(vec![1_u8, 2]).push("").fetch_one().await.unwrap();
            assert_eq!(raw, [1, 2]);
            let (none,): (Option<f64>,) = db.sql("SELECT ").push_bind(None::<f64>).push("").fetch_one().await.unwrap();
            assert_eq!(none, None);
        }
    }

    async fn empty_columns_sort_where_the_statement_says(db: &Db) {
        let sorted = write(db, |tx| Box::pin(async move {
            scratch(tx).await?;
            tx.sql("INSERT INTO scratch (id, number, word) VALUES ")
                .push_rows([(1_i64, Some(5_i64), "b"), (2, None, "B"), (3, Some(3), "ä"), (4, Some(3), "a")], |row, (id, number, word)| {
                    row.bind(id).bind(number).bind(word);
                })
                .execute().await?;
            let last: Vec<(i64,)> = tx.sql("SELECT id FROM scratch ORDER BY number NULLS LAST, id").fetch_all().await?;
            let first: Vec<(i64,)> = tx.sql("SELECT id FROM scratch ORDER BY number DESC NULLS FIRST, id").fetch_all().await?;
            let words: Vec<(i64,)> = tx.sql("SELECT id FROM scratch ORDER BY word").fetch_all().await?;
            Ok([last, first, words].map(|rows| rows.into_iter().map(|(id,)| id).collect::<Vec<_>>()))
        })).await;
        assert_eq!(sorted, [vec![3, 4, 1, 2], vec![2, 1, 3, 4], vec![2, 4, 1, 3]]);
    }

    async fn sums_and_averages_are_cast(db: &Db) {
        let found = write(db, |tx| Box::pin(async move {
            scratch(tx).await?;
            tx.sql("INSERT INTO scratch (id, number) VALUES ($1, $2), ($3, $4)")
                .bind(1_i64).bind(1_i64).bind(2_i64).bind(2_i64)
                .execute().await?;
            tx.sql("SELECT CAST(SUM(number) AS BIGINT), CAST(AVG(number) AS DOUBLE PRECISION) FROM scratch")
                .fetch_one::<(i64, f64)>().await
        })).await;
        assert_eq!(found.0, 3);
        assert!((found.1 - 1.5).abs() < f64::EPSILON);
    }

    async fn a_list_finds_its_members_whatever_its_length(db: &Db) {
        write(db, |tx| Box::pin(async move {
            scratch(tx).await?;
            let ids: Vec<i64> = (0..3_000).collect();
            for piece in pieces(&ids, 1_000) {
                tx.sql("INSERT INTO scratch (id) VALUES ")
                    .push_rows(piece, |row, id| { row.bind(*id); })
                    .execute().await?;
            }
            Ok(())
        })).await;
        for length in [0_i64, 1, 2, 3, 7, 8, 9, 1_000, 3_000] {
            let (count,): (i64,) = db
                .sql("SELECT COUNT(*) FROM scratch WHERE id IN ")
                .push_list(0..length)
                .fetch_one().await.unwrap();
            assert_eq!(count, length);
        }
    }

    async fn a_text_with_nul_is_an_error_or_kept_but_never_a_panic(db: &Db) {
        let mut odd = account(AccountId(1));
        odd.name = "a\0b".to_owned();
        let result = db.write(move |tx| Box::pin(async move { crate::accounts::create(tx, &odd).await })).await;
        match db.dialect() {
            Dialect::Sqlite => assert!(result.is_ok()),
            Dialect::Postgres => assert!(matches!(result, Err(StoreError::Broken(_))), "{result:?}"),
        }
        // the connection goes on
        let result = db.write(|tx| Box::pin(async move { crate::accounts::create(tx, &account(AccountId(2))).await })).await;
        assert!(result.is_ok(), "{result:?}");
    }

    async fn a_reading_statement_cannot_write(db: &Db) {
        let refused = db
            .sql("INSERT INTO counters (kind, value) VALUES ($1, $2) RETURNING value")
            .bind("x")
            .bind(1_i64)
            .fetch_one::<(i64,)>()
            .await;
        assert!(refused.is_err());
        let rows: Vec<(String,)> = db.sql("SELECT kind FROM counters").fetch_all().await.unwrap();
        assert!(rows.is_empty());
    }

    async fn broken_references_and_doubles_are_conflicts(db: &Db) {
        let refused = db.write(super::super::fixtures::arranged(|tx| Box::pin(async move {
            crate::projects::create(tx, &domain::scope::Scope::system(AccountId(5)), &super::super::fixtures::project(AccountId(5))).await
        }))).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    }
}

#[test]
fn pieces_are_powers_of_two_and_miss_nothing() {
    for length in 0..300 {
        let rows: Vec<usize> = (0..length).collect();
        let cut: Vec<&[usize]> = pieces(&rows, 64).collect();
        assert!(
            cut.iter()
                .all(|piece| piece.len().is_power_of_two() && piece.len() <= 64)
        );
        assert_eq!(cut.concat(), rows);
    }
    assert_eq!(pieces(&[1, 2, 3], 0).count(), 3);
    assert_eq!(pieces(&[1; 100], 50).next().map(<[i32]>::len), Some(32));
}
