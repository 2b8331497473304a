//! What a check of the installation asks the database.

use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::db::{Db, Dialect, Tx};
use crate::error::StoreError;

/// Versions of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaVersions {
    /// In the database; 0 before the first migration.
    pub found: i64,
    /// The newest that this program knows.
    pub known: i64,
}

/// Which schema the database has, without changing it.
///
/// # Errors
/// `Broken` also when there is no schema at all.
pub async fn schema_versions(db: &Db) -> Result<SchemaVersions, StoreError> {
    let (found,): (i64,) = db
        .sql("SELECT COALESCE(MAX(version), CAST(0 AS BIGINT)) FROM schema_migrations")
        .fetch_one()
        .await?;
    Ok(SchemaVersions {
        found,
        known: crate::schema::newest(),
    })
}

/// What is damaged in the database file, a sentence each; nothing when it is sound. PostgreSQL
/// checks its files itself, so there is nothing to ask it.
pub async fn damage(db: &Db) -> Result<Vec<String>, StoreError> {
    if db.dialect() != Dialect::Sqlite {
        return Ok(Vec::new());
    }
    let mut found: Vec<(String,)> = db.sql("PRAGMA quick_check(20)").large().fetch_all().await?;
    found.extend(
        db.sql("SELECT \"table\" || ' refers to a missing row of ' || parent FROM pragma_foreign_key_check LIMIT 20")
            .large()
            .fetch_all::<(String,)>()
            .await?,
    );
    Ok(found
        .into_iter()
        .map(|(line,)| line)
        .filter(|line| line != "ok")
        .collect())
}

/// Proves that a write transaction can be had and committed. When the last write found the disk
/// full, it writes something, so that this too is known to be over.
///
/// # Errors
/// `Unavailable` while the disk is full; [`Db::is_full`] then says so. `Unavailable` also on a
/// standby and wherever else the database only reads.
pub async fn is_writable(db: &Db) -> Result<(), StoreError> {
    let is_full = db.is_full();
    db.write(move |tx| {
        Box::pin(async move {
            if is_full {
                return write_something(tx).await;
            }
            if tx.dialect() == Dialect::Postgres {
                // An empty transaction succeeds on a standby, too.
                let (is_read_only,): (bool,) = tx
                    .sql(
                        "SELECT pg_is_in_recovery()
                            OR current_setting('transaction_read_only') = 'on'",
                    )
                    .fetch_one()
                    .await?;
                if is_read_only {
                    return Err(StoreError::read_only());
                }
            }
            Ok(())
        })
    })
    .await
}

/// Writes a row anew that stays as it is: both engines put it on disk again.
async fn write_something(tx: &mut Tx) -> Result<(), StoreError> {
    tx.sql("UPDATE schema_migrations SET version = version")
        .execute()
        .await
        .map(drop)
}

/// The time of the database server, which all servers share; `None` on SQLite.
///
/// This is the one place that asks a database for the time.
pub async fn now(db: &Db) -> Result<Option<UnixMillis>, StoreError> {
    if db.dialect() == Dialect::Sqlite {
        return Ok(None);
    }
    let (now,): (i64,) = db
        .sql("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")
        .fetch_one()
        .await?;
    Ok(Some(UnixMillis(now)))
}

/// How many mentions an account has.
pub async fn count_mentions(db: &Db, scope: &Scope) -> Result<i64, StoreError> {
    let (count,): (i64,) = db
        .sql("SELECT CAST(COUNT(*) AS BIGINT) FROM mentions WHERE account_id = $1")
        .bind(scope.account_id().0)
        .fetch_one()
        .await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestDb;
    use domain::ids::AccountId;

    #[tokio::test]
    async fn a_fresh_database_is_sound_current_and_empty() {
        let postgres = TestDb::postgres().await;
        for db in [Some(TestDb::sqlite().await), postgres]
            .into_iter()
            .flatten()
        {
            let versions = schema_versions(&db).await.unwrap();
            assert_eq!(versions.found, versions.known);
            assert_eq!(damage(&db).await.unwrap(), Vec::<String>::new());
            is_writable(&db).await.unwrap();
            let scope = Scope::system(AccountId(1));
            assert_eq!(count_mentions(&db, &scope).await.unwrap(), 0);
        }
    }
}
