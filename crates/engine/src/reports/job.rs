//! The job that makes a report.
//!
//! It reads the messages page by page and hands them to a thread that writes them; a small channel
//! between the two keeps the faster one from running away. The lease on the job is extended while
//! it runs. Whoever loses the lease, or is told to stop, leaves nothing behind; the report is then
//! made anew from its beginning.

use domain::ids::{JobId, ReportId};
use domain::report::{Report, ReportFile};
use domain::scope::Scope;
use domain::time::SECOND_MS;
use store::jobs::Job;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::output::{self, Order};
use super::read::{Read, Wanted, read};
use super::{JOB, Work, file};
use crate::error::in_full;
use crate::jobs::runner::{EXTEND_EVERY, Outcome, extend};
use crate::{Engine, Error, follow};

/// How often a report is begun before it counts as failed.
const MOST_ATTEMPTS: i64 = 3;
/// How long a report waits for the index.
const WAIT_MS: i64 = 5 * SECOND_MS;
/// Pages between reading and writing.
const PAGES_AHEAD: usize = 2;

/// How work on a report ended.
enum End {
    /// The file is complete.
    Made(ReportFile),
    /// It has to be done later, at no fault of its own; in so many milliseconds.
    Later(i64),
    /// It is no longer ours.
    Lost,
}

/// Why work on a report failed.
pub(super) struct Failed {
    /// The phase, in a sentence for the one who asked for it.
    pub(super) phase: &'static str,
    /// The cause, for the log.
    pub(super) error: String,
    /// Another attempt would end in the same way.
    pub(super) is_final: bool,
}

impl Failed {
    pub(super) fn reading(error: &Error) -> Self {
        Self {
            phase: "Reading the messages failed.",
            error: in_full(error),
            is_final: false,
        }
    }

    fn writing(error: impl std::fmt::Display) -> Self {
        Self {
            phase: "Writing the file failed.",
            error: error.to_string(),
            is_final: false,
        }
    }
}

/// Makes the report of a job; `stop` asks for an early end.
pub(crate) async fn run(engine: &Engine, job: &Job, stop: &CancellationToken) -> Outcome {
    let Some((scope, report_id)) = subject(job) else {
        return Outcome::GiveUp("the job names no report".to_owned());
    };
    let report = match begin(engine, &scope, report_id).await {
        Ok(Some(report)) => report,
        // Ready or failed already: the end of the job is all that was missing.
        Ok(None) => return Outcome::Done,
        Err(error) => return Outcome::Retry(in_full(&error), None),
    };
    let ended = if job.attempts > MOST_ATTEMPTS {
        Err(Failed {
            phase: "The work was begun several times and never came to its end.",
            error: "whoever made the report died of it".to_owned(),
            is_final: true,
        })
    } else {
        make(engine, job, &report, stop).await
    };
    let settled = match ended {
        Ok(End::Made(file)) => complete(engine, &scope, job, report_id, file).await,
        Ok(End::Later(ms)) => put_off(engine, job, ms).await,
        Ok(End::Lost) => Ok(()),
        Err(failed) if failed.is_final || job.attempts >= MOST_ATTEMPTS => {
            tracing::error!(
                report.id = %report_id,
                phase = failed.phase,
                error = failed.error,
                "a report failed"
            );
            fail(engine, &scope, job, report_id, failed.phase).await
        }
        Err(failed) => {
            return Outcome::Retry(format!("{} {}", failed.phase, failed.error), None);
        }
    };
    match settled {
        // The job ended with the report, or is somebody else's: there is nothing left to note.
        Ok(()) => Outcome::Done,
        Err(error) => Outcome::Retry(in_full(&error), None),
    }
}

fn subject(job: &Job) -> Option<(Scope, ReportId)> {
    let work: Work = serde_json::from_str(&job.payload).ok()?;
    Some((Scope::system(job.account_id?), ReportId(work.report)))
}

/// Notes the beginning; `None` when there is nothing to do any more.
async fn begin(engine: &Engine, scope: &Scope, id: ReportId) -> Result<Option<Report>, Error> {
    let (now, tx_scope) = (engine.now(), scope.clone());
    let is_open = engine
        .db()
        .write(move |tx| {
            Box::pin(
                async move { Ok::<_, Error>(store::reports::start(tx, &tx_scope, id, now).await?) },
            )
        })
        .await?;
    if !is_open {
        return Ok(None);
    }
    Ok(store::reports::find(engine.db(), scope, id).await?)
}

/// Reads and writes, and keeps the lease meanwhile.
async fn make(
    engine: &Engine,
    job: &Job,
    report: &Report,
    stop: &CancellationToken,
) -> Result<End, Failed> {
    let account_id = report.account_id;
    let is_fresh = follow::fresh(engine, account_id)
        .await
        .map_err(|error| Failed::reading(&error))?;
    if !is_fresh || engine.follow().is_partial(account_id) {
        return Ok(End::Later(WAIT_MS));
    }
    let names = engine
        .directory(account_id)
        .await
        .map_err(|error| Failed::reading(&error))?;
    let wanted = Wanted::of(report, &names)?;
    let end = stop.child_token();
    let order = Order {
        directory: engine.config().reports.directory.clone(),
        name: file::name(engine.random(), account_id, report.id),
        format: report.format,
        names,
        reach: report.topics.clone(),
        stop: end.clone(),
        account_id,
        turns: engine.pool().turns().clone(),
    };
    let (sender, mut parts) = mpsc::channel(PAGES_AHEAD);
    let (tell, told) = oneshot::channel();
    let writer = tokio::task::spawn_blocking(move || {
        // Nobody listens when the work was stopped.
        let _ = tell.send(output::write(&order, &mut parts));
    });
    let work = async {
        match read(engine, &wanted, sender).await? {
            Read::Partial => return Ok(End::Later(WAIT_MS)),
            // The writer says why it takes no more.
            Read::All | Read::Unwanted => {}
        }
        match told.await {
            Ok(Ok(file)) => Ok(End::Made(file)),
            Ok(Err(error)) => Err(Failed::writing(error)),
            Err(_) => Err(Failed::writing("it did not come to an end")),
        }
    };
    let ended = tokio::select! {
        ended = work => ended,
        () = keep(engine, job) => Ok(End::Lost),
        () = stop.cancelled() => Ok(End::Later(0)),
    };
    // Nothing goes on behind the back of whoever does this next.
    end.cancel();
    if let Err(failure) = writer.await {
        tracing::error!(%failure, "writing a report did not end as it should");
    }
    match ended {
        // The writer may hear of the stop before this function does, and ends with an error then.
        Err(_) if stop.is_cancelled() => Ok(End::Later(0)),
        ended => ended,
    }
}

/// Extends the lease from time to time; returns when it is lost.
async fn keep(engine: &Engine, job: &Job) {
    loop {
        tokio::time::sleep(EXTEND_EVERY).await;
        match extend(engine, job).await {
            Ok(true) => {}
            Ok(false) => return,
            // The lease is longer than a few such failures.
            Err(error) => {
                tracing::warn!(
                    error = in_full(&error),
                    "the lease of a job is not extended"
                );
            }
        }
    }
}

/// Notes that the report is ready and ends the job, both or neither.
async fn complete(
    engine: &Engine,
    scope: &Scope,
    job: &Job,
    id: ReportId,
    file: ReportFile,
) -> Result<(), Error> {
    let (now, scope, job) = (engine.now(), scope.clone(), job.clone());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                // A file that nobody names is found by the housekeeping.
                if store::jobs::finish(tx, &job).await? {
                    store::reports::complete(tx, &scope, id, now, &file).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}

/// Notes that the report failed and ends the job.
async fn fail(
    engine: &Engine,
    scope: &Scope,
    job: &Job,
    id: ReportId,
    reason: &'static str,
) -> Result<(), Error> {
    let (scope, job) = (scope.clone(), job.clone());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                if store::jobs::finish(tx, &job).await? {
                    store::reports::fail(tx, &scope, id, reason).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}

/// Begins anew later, with a new job: what was no failure does not count as one.
async fn put_off(engine: &Engine, job: &Job, ms: i64) -> Result<(), Error> {
    let next = store::jobs::NewJob {
        id: JobId(engine.new_mention_id().0),
        account_id: job.account_id,
        kind: JOB.to_owned(),
        key: subject(job).map(|(scope, id)| super::job_key(scope.account_id(), id)),
        payload: job.payload.clone(),
        due_at: engine.now().plus_ms(ms),
        added_at: job.added_at,
    };
    let job = job.clone();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                if store::jobs::finish(tx, &job).await? {
                    store::jobs::push(tx, &[next]).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}
