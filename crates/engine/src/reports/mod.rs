//! Reports: asked for, made in the background, fetched by link.
//!
//! # Organization
//! [`create`] notes what is asked for, together with a job. The job reads the messages page by
//! page and writes them to a file, which takes the same memory however many they are. [`mod@link`]
//! gives what leads to a file, [`open`] what it stands for.
//!
//! # Invariants
//! - A report holds only messages of the topics that the one who asked for it could reach, and is
//!   shown only to those who reach all of these.
//! - A report is ready only when its file is complete and on disk.
//! - A report that waits ends, as ready or as failed with a reason.
//! - Whoever asks for one is in the security log, with what was asked for.

mod csv;
mod file;
mod job;
mod link;
mod output;
mod read;
mod rows;
#[cfg(test)]
mod tests;
mod upkeep;
mod workbook;

use std::path::PathBuf;

use domain::ids::{AccountId, JobId, ReportId};
use domain::permission::Permission;
use domain::report::report_name;
pub use domain::report::{Report, ReportDate, ReportFormat, ReportState, ReportSubject};
use domain::role::TopicAccess;
use domain::scope::{Actor, Scope};
use domain::time::{DAY_MS, HOUR_MS};
use jiff::civil::Date;
pub(crate) use job::run;
pub use link::{Download, Link, link, open};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::counters::Kind;
use store::jobs::NewJob;
pub(crate) use upkeep::tidy;

use crate::auth::audit::{self, Record};
use crate::auth::require;
use crate::error::Denial;
use crate::write::{self, Effects};
use crate::{Directory, Engine, Error, What};

/// The kind of the jobs that make reports.
pub const JOB: &str = "report";

/// Reports of an account that may wait or be made at the same time.
pub const MOST_WAITING: usize = 20;
/// Reports of an account whose files are kept; a newer one takes the place of the oldest. Files may
/// be large, and all accounts share the disk.
pub const MOST_FILES: i64 = 100;

/// Where reports are kept and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportsConfig {
    /// Directory of the files; servers that share a database share it. Made when it is missing.
    pub directory: PathBuf,
    /// How long a file is kept after it is ready.
    pub kept_ms: i64,
    /// How long a link is good at least; whole hours.
    pub link_ms: i64,
    /// Reports that this server makes at the same time.
    pub concurrent: usize,
}

impl ReportsConfig {
    /// Files in this directory for 30 days, links for a day, one report at a time.
    pub const fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            kept_ms: 30 * DAY_MS,
            link_ms: 24 * HOUR_MS,
            concurrent: 1,
        }
    }
}

/// A report to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReport {
    /// Whose messages.
    pub subject: ReportSubject,
    /// First day of the range, UTC.
    pub first_day: Date,
    /// Last day of the range, UTC; it belongs to it.
    pub last_day: Date,
    /// Which date has to lie in the range.
    pub by: ReportDate,
    /// Kind of file.
    pub format: ReportFormat,
}

/// What the job of a report has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Work {
    report: i64,
}

/// Asks for a report. It is made in the background. While the same report waits to be begun, for the
/// same account or profile, days, date and format and within the same reach, that one is given.
///
/// # Errors
/// `Denied` without the permissions to read insights and to export; `Invalid` at `date_to` for a
/// range that ends before it begins; `NotFound` for a profile out of reach; `Conflict` when too
/// many reports of the account wait already.
pub async fn create(engine: &Engine, scope: &Scope, new: NewReport) -> Result<Report, Error> {
    require(scope, Permission::InsightsRead)?;
    require(scope, Permission::ExportHistoryallRead)?;
    if scope.only_assigned().is_some() {
        // What is assigned changes while the report waits.
        return Err(Error::Denied(Denial::Rule(
            "A user role that sees only what is assigned to the user cannot ask for reports."
                .to_owned(),
        )));
    }
    if new.last_day < new.first_day {
        return Err(Error::invalid(
            "date_to",
            "a day not before the first day of the range was expected",
        ));
    }
    let account_id = scope.account_id();
    let directory = engine.directory(account_id).await?;
    let (subject, topics) = reach(&directory, scope, new.subject)?;
    let report = Report {
        account_id,
        id: ReportId(0),
        name: report_name(&subject, new.by, new.first_day, new.last_day),
        subject: new.subject,
        first_day: new.first_day,
        last_day: new.last_day,
        by: new.by,
        format: new.format,
        topics,
        user_id: scope.actor().user_id(),
        added_at: engine.now(),
        started_at: None,
        generated_at: None,
        failure: None,
        file: None,
        removed_at: None,
    };
    let job_id = JobId(engine.new_mention_id().0);
    let actor = scope.actor();
    let made = write::commit(engine, scope, move |tx| {
        Box::pin(async move {
            let all = Scope::system(account_id);
            let open = store::reports::list_open(&mut *tx, &all).await?;
            let same = open.iter().find(|waiting| {
                waiting.state() == ReportState::Queued && is_same(waiting, &report)
            });
            if let Some(same) = same {
                // Whoever asks gets the link, so it is an export of theirs too.
                audit::append(tx, report.added_at, record(same, actor)).await?;
                return Ok((same.clone(), Effects::none()));
            }
            if open.len() >= MOST_WAITING {
                return Err(Error::Conflict(format!(
                    "{MOST_WAITING} reports of the account wait already; ask again when one is \
                     ready."
                )));
            }
            let id = ReportId(store::counters::next(tx, Kind::Report).await?);
            let report = Report { id, ..report };
            store::reports::create(tx, &all, &report).await?;
            store::jobs::push(tx, &[job(&report, job_id)?]).await?;
            audit::append(tx, report.added_at, record(&report, actor)).await?;
            Ok((report, Effects::none()))
        })
    })
    .await?;
    engine.signals().wake();
    Ok(made)
}

/// What the security log keeps: who asked for which messages.
fn record(report: &Report, actor: Actor) -> Record {
    let profile_id = match report.subject {
        ReportSubject::Account => None,
        ReportSubject::Profile(id) => Some(id),
    };
    let key_id = match actor {
        Actor::Key(id) => Some(id),
        Actor::User(_) | Actor::System => None,
    };
    Record::export(report.account_id)
        .by(actor.user_id())
        .with(json!({
            "id": report.id,
            "key_id": key_id,
            "profile_id": profile_id,
            "first_day": report.first_day.to_string(),
            "last_day": report.last_day.to_string(),
            "by": report.by.as_str(),
            "format": report.format.as_str(),
            "topics": report.topics,
        }))
}

/// Whether two reports hold the same when they are begun at the same time.
fn is_same(one: &Report, other: &Report) -> bool {
    let asked = |report: &Report| {
        let days = (report.first_day, report.last_day, report.by);
        (report.subject, days, report.format)
    };
    asked(one) == asked(other) && one.topics == other.topics
}

/// The name of a subject and the topics whose messages may be in its report.
fn reach(
    directory: &Directory,
    scope: &Scope,
    subject: ReportSubject,
) -> Result<(String, TopicAccess), Error> {
    match subject {
        ReportSubject::Account => Ok((directory.account.name.clone(), scope.topics().clone())),
        ReportSubject::Profile(id) => {
            let profile = directory.profile_within(scope, id)?;
            // What is said there may have been found for other topics as well.
            Ok((profile.title().to_owned(), scope.topics().clone()))
        }
    }
}

fn job(report: &Report, id: JobId) -> Result<NewJob, Error> {
    Ok(NewJob {
        id,
        account_id: Some(report.account_id),
        kind: JOB.to_owned(),
        key: Some(job_key(report.account_id, report.id)),
        payload: serde_json::to_string(&Work {
            report: report.id.get(),
        })
        .map_err(|error| Error::internal(format!("a job cannot be written: {error}")))?,
        due_at: report.added_at,
        added_at: report.added_at,
    })
}

fn job_key(account_id: AccountId, id: ReportId) -> String {
    format!("{account_id}:{id}")
}

/// The reports that the scope may see, by number.
///
/// # Errors
/// `Denied` without the permission to read insights.
pub async fn list(engine: &Engine, scope: &Scope) -> Result<Vec<Report>, Error> {
    require(scope, Permission::InsightsRead)?;
    Ok(store::reports::list(engine.db(), scope).await?)
}

/// One report.
///
/// # Errors
/// `Denied` without the permission to read insights; `NotFound` when there is none or it lies out
/// of reach.
pub async fn get(engine: &Engine, scope: &Scope, id: ReportId) -> Result<Report, Error> {
    require(scope, Permission::InsightsRead)?;
    store::reports::find(engine.db(), scope, id)
        .await?
        .ok_or(Error::NotFound(What::Report))
}
