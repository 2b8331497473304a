//! Migrations.

use std::collections::BTreeMap;

use super::fixtures::write;
use crate::testing::TestDb;
use crate::{Db, Dialect, StoreError, both_engines};

both_engines! {
    async fn migrating_twice_changes_nothing(db: &Db) {
        let before = columns(db).await;
        db.migrate().await.unwrap();
        assert_eq!(columns(db).await, before);
    }

    async fn a_newer_schema_is_refused(db: &Db) {
        write(db, |tx| Box::pin(async move {
            tx.sql("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)")
                .bind(9_999_i64)
                .bind("9999_future")
                .execute()
                .await
        })).await;
        let refused = db.migrate().await;
        assert!(
            matches!(&refused, Err(StoreError::Broken(cause)) if cause.to_string().contains("newer")),
            "{refused:?}"
        );
    }
}

/// Nullability and class of type per column.
type Columns = BTreeMap<(String, String), (bool, &'static str)>;

async fn columns(db: &Db) -> Columns {
    let rows: Vec<(String, String, bool, String)> = match db.dialect() {
        Dialect::Sqlite => db.sql(
            "SELECT m.name, c.name, c.\"notnull\" = 0 AND c.pk = 0, c.type
            FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
        ),
        Dialect::Postgres => db.sql(
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), is_nullable = 'YES',
                CAST(data_type AS TEXT)
            FROM information_schema.columns
            WHERE table_schema = current_schema()",
        ),
    }
    .fetch_all()
    .await
    .unwrap();
    rows.into_iter()
        .map(|(table, column, is_nullable, kind)| {
            let is_bool = ["is_", "needs_", "was_", "has_"]
                .iter()
                .any(|start| column.starts_with(start));
            let class = match &*kind {
                "INTEGER" if is_bool => "boolean",
                "boolean" => "boolean",
                "INTEGER" | "bigint" => "integer",
                "TEXT" | "text" => "text",
                "REAL" | "double precision" => "double",
                "BLOB" | "bytea" => "bytes",
                other => panic!("{table}.{column} has type {other}"),
            };
            ((table, column), (is_nullable, class))
        })
        .collect()
}

#[tokio::test]
async fn both_trees_make_the_same_tables() {
    let db = TestDb::sqlite().await;
    let sqlite = columns(&db).await;
    assert!(sqlite.len() > 100, "{}", sqlite.len());
    if let Some(postgres) = TestDb::postgres().await {
        let postgres = columns(&postgres).await;
        let odd: Vec<_> = sqlite
            .iter()
            .filter(|(name, column)| postgres.get(*name) != Some(column))
            .chain(
                postgres
                    .iter()
                    .filter(|(name, _)| !sqlite.contains_key(*name)),
            )
            .collect();
        assert!(odd.is_empty(), "{odd:?}");
    }
}

#[test]
fn the_trees_have_the_same_files() {
    let names = |engine: &str| {
        let mut names: Vec<_> = std::fs::read_dir(format!(
            "{}/migrations/{engine}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn every_text_column_of_postgres_sorts_by_code_point() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let odd: Vec<(String, String)> = db
        .sql(
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT)
            FROM information_schema.columns
            WHERE table_schema = current_schema() AND data_type = 'text'
                AND collation_name IS DISTINCT FROM 'C'",
        )
        .fetch_all()
        .await
        .unwrap();
    assert_eq!(odd, []);
}
