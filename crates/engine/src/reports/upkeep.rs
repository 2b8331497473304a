//! Removing files: those that are old, and those that nobody needs. Forgetting reports.

use domain::ids::{AccountId, ReportId};
use domain::report::ReportState;
use domain::scope::Scope;
use domain::time::{DAY_MS, UnixMillis};

use super::{MOST_FILES, file};
use crate::{Engine, Error};

/// Reports that are looked at in one go.
const PORTION: i64 = 100;
/// How long a report without a file is told of: a year, so that whoever looks at what was exported
/// finds the whole of the last one. The security log tells of it for longer.
const KEPT_MS: i64 = 365 * DAY_MS;
/// Reports of an account without a file that are told of: a list reads all of them.
const MOST_KEPT: i64 = 1_000;

/// Removes the files of reports that were ready long ago, those beyond as many as an account may
/// have, and files that no report has; forgets reports whose files are long gone.
pub(crate) async fn tidy(engine: &Engine) -> Result<(), Error> {
    // On a full disk nothing can be marked, and what nobody needs is what may make room.
    let orphans = sweep(engine).await;
    // Before the second look at the clock nothing is old, and there can be too many all the same.
    let old_since = engine.purge_time().unwrap_or_default();
    retire(engine, old_since).await?;
    forget(engine, old_since).await?;
    orphans?;
    sweep(engine).await
}

/// Marks reports as removed: their links end at once, and their files are then not needed.
async fn retire(engine: &Engine, old_since: UnixMillis) -> Result<(), Error> {
    let now = engine.now();
    let before = old_since.plus_ms(-engine.config().reports.kept_ms);
    loop {
        let old = store::reports::old_files(engine.db(), before, MOST_FILES, PORTION).await?;
        if old.is_empty() {
            return Ok(());
        }
        engine
            .db()
            .write(move |tx| {
                Box::pin(async move {
                    for report in old {
                        let scope = Scope::system(report.account_id);
                        store::reports::remove_file(tx, &scope, report.id, now).await?;
                    }
                    Ok::<_, Error>(())
                })
            })
            .await?;
    }
}

/// Removes the rows of reports that nobody looks for any more.
async fn forget(engine: &Engine, old_since: UnixMillis) -> Result<(), Error> {
    let before = old_since.plus_ms(-KEPT_MS);
    loop {
        let forgotten = engine
            .db()
            .write(move |tx| {
                Box::pin(async move {
                    Ok::<_, Error>(store::reports::sweep(tx, before, MOST_KEPT, PORTION).await?)
                })
            })
            .await?;
        if i64::try_from(forgotten).unwrap_or(i64::MAX) < PORTION {
            return Ok(());
        }
    }
}

/// Removes every file that is no ready report's and that no server is writing.
async fn sweep(engine: &Engine) -> Result<(), Error> {
    let directory = engine.config().reports.directory.clone();
    let place = directory.clone();
    let files = blocking(move || file::all(&place)).await?;
    for (name, account_id, report_id) in files {
        if !is_needed(engine, &name, account_id, report_id).await? {
            let path = directory.join(name);
            blocking(move || file::remove(&path)).await?;
        }
    }
    Ok(())
}

async fn is_needed(
    engine: &Engine,
    name: &str,
    account_id: AccountId,
    report_id: ReportId,
) -> Result<bool, Error> {
    let scope = Scope::system(account_id);
    let report = store::reports::find(engine.db(), &scope, report_id).await?;
    Ok(report.is_some_and(|report| match report.state() {
        ReportState::Queued | ReportState::Generating => true,
        ReportState::Failed => false,
        ReportState::Done => {
            report.removed_at.is_none() && report.file.is_some_and(|file| file.name == name)
        }
    }))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|failure| Error::internal(format!("removing reports did not end: {failure}")))?
        .map_err(|error| Error::unavailable(format!("old reports cannot be removed: {error}")))
}
