//! Reports: what was asked for and where the file is.
//!
//! A scope sees the reports whose topics all lie within its reach.

use domain::ids::{AccountId, ProfileId, ReportId, UserId};
use domain::report::{Report, ReportDate, ReportFile, ReportFormat, ReportSubject};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::time::UnixMillis;
use jiff::civil::Date;

use crate::convert::{from_json, member, own, to_json};
use crate::db::{Reader, Tx};
use crate::error::StoreError;
use crate::row;

row! {
    struct ReportRow {
        account_id: i64,
        id: i64,
        name: String,
        profile_id: Option<i64>,
        first_day: String,
        last_day: String,
        by_date: i64,
        format: i64,
        topics: String,
        user_id: Option<i64>,
        added_at: i64,
        started_at: Option<i64>,
        generated_at: Option<i64>,
        failure: Option<String>,
        file: Option<String>,
        file_bytes: Option<i64>,
        messages: Option<i64>,
        removed_at: Option<i64>,
    }
}

impl TryFrom<ReportRow> for Report {
    type Error = StoreError;

    fn try_from(row: ReportRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            id: ReportId(row.id),
            name: row.name,
            subject: row.profile_id.map_or(ReportSubject::Account, |id| {
                ReportSubject::Profile(ProfileId(id))
            }),
            first_day: day(&row.first_day)?,
            last_day: day(&row.last_day)?,
            by: member(row.by_date, ReportDate::from_number, "date of a report")?,
            format: member(row.format, ReportFormat::from_number, "format of a report")?,
            topics: from_json(&row.topics, "reach of a report")?,
            user_id: row.user_id.map(UserId),
            added_at: UnixMillis(row.added_at),
            started_at: row.started_at.map(UnixMillis),
            generated_at: row.generated_at.map(UnixMillis),
            failure: row.failure,
            file: row.file.map(|name| ReportFile {
                name,
                bytes: row.file_bytes.unwrap_or_default(),
                messages: row.messages.unwrap_or_default(),
            }),
            removed_at: row.removed_at.map(UnixMillis),
        })
    }
}

fn day(text: &str) -> Result<Date, StoreError> {
    text.parse()
        .map_err(|error| StoreError::broken(format!("a stored day cannot be read: {error}")))
}

/// What is true of a report that is neither ready nor failed.
macro_rules! open {
    () => {
        "generated_at IS NULL AND failure IS NULL"
    };
}

macro_rules! select {
    ($($rest:tt)+) => {
        concat!(
            "SELECT account_id, id, name, profile_id, first_day, last_day, by_date, format, topics,
                user_id, added_at, started_at, generated_at, failure, file, file_bytes, messages,
                removed_at
            FROM reports ",
            $($rest)+
        )
    };
}

/// Adds a report that waits to be made.
pub async fn create(tx: &mut Tx, scope: &Scope, report: &Report) -> Result<(), StoreError> {
    own(scope, report.account_id)?;
    let profile_id = match report.subject {
        ReportSubject::Account => None,
        ReportSubject::Profile(id) => Some(id.0),
    };
    tx.sql(
        "INSERT INTO reports
            (account_id, id, name, profile_id, first_day, last_day, by_date, format, topics,
            user_id, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(report.account_id.0)
    .bind(report.id.0)
    .bind(&*report.name)
    .bind(profile_id)
    .bind(report.first_day.to_string())
    .bind(report.last_day.to_string())
    .bind(i64::from(report.by.number()))
    .bind(i64::from(report.format.number()))
    .bind(to_json::<TopicAccess>(&report.topics)?)
    .bind(report.user_id.map(UserId::get))
    .bind(report.added_at.0)
    .execute()
    .await
    .map(drop)
}

/// The report with this number, if all its topics are within reach of the scope.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: ReportId,
) -> Result<Option<Report>, StoreError> {
    Ok(from
        .into()
        .sql(select!("WHERE account_id = $1 AND id = $2"))
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<ReportRow>()
        .await?
        .map(Report::try_from)
        .transpose()?
        .filter(|report| scope.topics().covers(&report.topics)))
}

/// The reports whose topics are all within reach of the scope, by number.
pub async fn list<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<Report>, StoreError> {
    let mut reports = from
        .into()
        .sql(select!("WHERE account_id = $1 ORDER BY id"))
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<ReportRow>()
        .await?
        .into_iter()
        .map(Report::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    reports.retain(|report| scope.topics().covers(&report.topics));
    Ok(reports)
}

/// The reports of the account that are neither ready nor failed, by number; those who ask for one
/// may not reach all of them.
pub async fn list_open<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
) -> Result<Vec<Report>, StoreError> {
    from.into()
        .sql(select!(
            "WHERE account_id = $1 AND ",
            open!(),
            " ORDER BY id"
        ))
        .bind(scope.account_id().0)
        .large()
        .fetch_all::<ReportRow>()
        .await?
        .into_iter()
        .map(Report::try_from)
        .collect()
}

/// Notes that work on a report begins; the first beginning counts. `false` when there is nothing
/// to do: it is ready, it failed, or there is none.
pub async fn start(
    tx: &mut Tx,
    scope: &Scope,
    id: ReportId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    tx.sql(concat!(
        "UPDATE reports
        SET started_at = COALESCE(started_at, $3)
        WHERE account_id = $1 AND id = $2 AND ",
        open!()
    ))
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(now.0)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Notes that a report is ready; `false` when it was ready or had failed before.
pub async fn complete(
    tx: &mut Tx,
    scope: &Scope,
    id: ReportId,
    now: UnixMillis,
    file: &ReportFile,
) -> Result<bool, StoreError> {
    tx.sql(concat!(
        "UPDATE reports
        SET generated_at = $3, file = $4, file_bytes = $5, messages = $6
        WHERE account_id = $1 AND id = $2 AND ",
        open!()
    ))
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(now.0)
    .bind(&*file.name)
    .bind(file.bytes)
    .bind(file.messages)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Notes why there will be no file; `false` when the report was ready or had failed before.
pub async fn fail(
    tx: &mut Tx,
    scope: &Scope,
    id: ReportId,
    reason: &str,
) -> Result<bool, StoreError> {
    tx.sql(concat!(
        "UPDATE reports
        SET failure = $3
        WHERE account_id = $1 AND id = $2 AND ",
        open!()
    ))
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(reason)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Reports of all accounts that still have their files though they were ready before `before`, or
/// though their account has `most` newer ones, oldest first.
pub async fn old_files<'c>(
    from: impl Into<Reader<'c>>,
    before: UnixMillis,
    most: i64,
    limit: i64,
) -> Result<Vec<Report>, StoreError> {
    from.into()
        .sql(select!(
            "WHERE removed_at IS NULL AND generated_at IS NOT NULL
                AND (generated_at < $1 OR (account_id, id) IN (
                    SELECT account_id, id
                    FROM (
                        SELECT account_id, id, ROW_NUMBER() OVER (
                            PARTITION BY account_id ORDER BY generated_at DESC, id DESC) AS place
                        FROM reports
                        WHERE removed_at IS NULL AND generated_at IS NOT NULL) AS ready
                    WHERE place > $2))
            ORDER BY generated_at, account_id, id
            LIMIT $3"
        ))
        .bind(before.0)
        .bind(most)
        .bind(limit)
        .large()
        .fetch_all::<ReportRow>()
        .await?
        .into_iter()
        .map(Report::try_from)
        .collect()
}

/// Notes that the file of a report is gone; tells whether it was there until now.
pub async fn remove_file(
    tx: &mut Tx,
    scope: &Scope,
    id: ReportId,
    now: UnixMillis,
) -> Result<bool, StoreError> {
    tx.sql(
        "UPDATE reports
        SET removed_at = $3
        WHERE account_id = $1 AND id = $2 AND generated_at IS NOT NULL AND removed_at IS NULL",
    )
    .bind(scope.account_id().0)
    .bind(id.0)
    .bind(now.0)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Removes up to `limit` reports of all accounts that have no file any more, or never had one, and
/// were asked for before `before`, or whose account has `most` newer ones of that kind; gives how
/// many.
pub async fn sweep(
    tx: &mut Tx,
    before: UnixMillis,
    most: i64,
    limit: i64,
) -> Result<u64, StoreError> {
    tx.sql(
        "DELETE FROM reports
        WHERE (account_id, id) IN (
            SELECT account_id, id
            FROM (
                SELECT account_id, id, added_at,
                    ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY id DESC) AS place
                FROM reports
                WHERE removed_at IS NOT NULL OR failure IS NOT NULL) AS ended
            WHERE added_at < $1 OR place > $2
            LIMIT $3)",
    )
    .bind(before.0)
    .bind(most)
    .bind(limit)
    .execute()
    .await
}
