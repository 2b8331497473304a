//! Takes jobs from the database and runs them.
//!
//! Nothing is remembered in memory: a job is taken by a lease that is extended while the job runs.
//! When this process dies, its next start frees what it had taken; before that, the lease ends after
//! a moment and another server takes it. A wake-up makes new jobs start at once; a look every
//! second or so finds those that were added elsewhere or were put off.
//!
//! There are two lanes, so that reports, which take minutes, hold up nothing that arrives. Accounts
//! take turns with their reports, so that one that asks for many does not hold up the others.

use std::sync::Arc;
use std::time::Duration;

use domain::time::{MINUTE_MS, SECOND_MS};
use store::jobs::Job;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::maintain::Told;
use super::spread;
use crate::error::in_full;
use crate::hold::Place;
use crate::pipeline::{intake, process};
use crate::{Engine, Error, give_back, reports};

/// How long a job stays taken when nobody extends its lease.
pub(crate) const LEASE_MS: i64 = 30 * SECOND_MS;
/// How often the lease is extended while the job runs. In tests, where the clock that leases go by
/// stands still, at once.
pub(crate) const EXTEND_EVERY: Duration = if cfg!(test) {
    Duration::from_millis(10)
} else {
    Duration::from_secs(8)
};
/// Attempts after which a job is given up.
const MOST_ATTEMPTS: i64 = 20;
/// First pause after a failure, doubled with each further one.
const FIRST_PAUSE_MS: i64 = SECOND_MS;
/// Longest pause after a failure.
const LONGEST_PAUSE_MS: i64 = 10 * MINUTE_MS;
/// The kinds that this server knows.
const KINDS: &[&str] = &[intake::PROCESS, reports::JOB];

/// Jobs of one kind, which share slots.
#[derive(Debug, Clone, Copy)]
struct Lane {
    kind: &'static str,
    slots: usize,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It failed in a way that may pass: try again, not before so many milliseconds where that is
    /// known.
    Retry(String, Option<i64>),
    /// It cannot succeed: keep it for the operator.
    GiveUp(String),
}

impl From<Result<(), Error>> for Outcome {
    fn from(result: Result<(), Error>) -> Self {
        match result {
            Ok(()) => Self::Done,
            Err(Error::Limited { retry_after_ms }) => {
                Self::Retry("too many requests".to_owned(), Some(retry_after_ms))
            }
            Err(
                error @ (Error::Unavailable(_)
                | Error::Internal(_)
                | Error::Conflict(_)
                | Error::Crowded { .. }),
            ) => Self::Retry(in_full(&error), None),
            Err(error) => Self::GiveUp(in_full(&error)),
        }
    }
}

/// Runs jobs until cancelled, then waits for those that run.
pub async fn run(engine: Engine, cancel: CancellationToken) {
    let (polling, reports) = (&engine.config().polling, &engine.config().reports);
    let arrivals = Lane {
        kind: intake::PROCESS,
        slots: polling.concurrent_jobs,
    };
    let reports = Lane {
        kind: reports::JOB,
        slots: reports.concurrent,
    };
    let (jobs, slow_jobs) = (&engine.signals().jobs, &engine.signals().slow_jobs);
    tokio::join!(
        run_lane(&engine, &cancel, arrivals, jobs),
        run_lane(&engine, &cancel, reports, slow_jobs),
    );
}

async fn run_lane(engine: &Engine, cancel: &CancellationToken, lane: Lane, news: &Arc<Notify>) {
    let slots = Arc::new(Semaphore::new(lane.slots.max(1)));
    let running = TaskTracker::new();
    let mut told = Told::default();
    while !cancel.is_cancelled() {
        let free = slots.available_permits();
        let mut jobs = Vec::new();
        if free > 0 {
            let claimed = claim(engine, lane.kind, free).await;
            told.note("taking jobs", claimed.map(|claimed| jobs = claimed));
        }
        let found = jobs.len();
        for job in jobs {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                break;
            };
            let (engine, cancel, news) = (engine.clone(), cancel.clone(), Arc::clone(news));
            running.spawn(async move {
                work(&engine, job, &cancel).await;
                drop(slot);
                news.notify_one();
            });
        }
        if found > 0 && found == free {
            // More may wait; the end of a job wakes.
            let pause = Duration::from_millis(1);
            tokio::time::sleep(pause).await;
            continue;
        }
        let pause = Duration::from_millis(800 + u64::from(spread(engine)) * 2 / 5);
        tokio::select! {
            () = cancel.cancelled() => {}
            () = news.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    running.close();
    running.wait().await;
}

async fn claim(engine: &Engine, kind: &'static str, limit: usize) -> Result<Vec<Job>, Error> {
    let (holder, now) = (engine.holder(), engine.now());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                if kind != reports::JOB {
                    let jobs =
                        store::jobs::claim(tx, &[kind], limit, holder, now, LEASE_MS).await?;
                    return Ok::<_, Error>(jobs);
                }
                let mut taken = Vec::new();
                while taken.len() < limit {
                    match store::jobs::claim_report(tx, kind, holder, now, LEASE_MS).await? {
                        Some(job) => taken.push(job),
                        None => break,
                    }
                }
                Ok(taken)
            })
        })
        .await
}

/// Runs the jobs that are due, one after another, until none is; returns how many ran.
pub async fn run_due(engine: &Engine) -> Result<usize, Error> {
    let (mut ran, never) = (0, CancellationToken::new());
    loop {
        let before = ran;
        for kind in KINDS {
            for job in claim(engine, kind, 1).await? {
                work(engine, job, &never).await;
                ran += 1;
            }
        }
        if ran == before {
            return Ok(ran);
        }
    }
}

/// Runs one job and notes how it ended; `stop` asks long ones for an early end.
async fn work(engine: &Engine, job: Job, stop: &CancellationToken) {
    let outcome = if job.attempts > MOST_ATTEMPTS {
        // It never came to an end, not even to an error: whoever ran it died of it.
        Outcome::GiveUp(format!("given up after {MOST_ATTEMPTS} attempts"))
    } else {
        attempt(engine, &job, stop).await
    };
    let outcome = match outcome {
        Outcome::Retry(error, _) if job.attempts >= MOST_ATTEMPTS => Outcome::GiveUp(error),
        outcome => outcome,
    };
    let word = match &outcome {
        Outcome::Done => "done",
        Outcome::Retry(error, _) => {
            tracing::warn!(job.id = %job.id, job.kind = job.kind, job.attempts, error, "a job failed and will be tried again");
            "retried"
        }
        Outcome::GiveUp(error) => {
            tracing::error!(job.id = %job.id, job.kind = job.kind, job.attempts, error, "a job was given up");
            "given_up"
        }
    };
    metrics::counter!("switchboard_jobs_total", "kind" => job.kind.clone(), "outcome" => word)
        .increment(1);
    let id = job.id;
    if let Err(error) = settle(engine, job.clone(), outcome.clone()).await {
        if give_back::may_pass(&error) {
            // It would wait for the end of its lease although nobody is at it.
            give_back::until_done(engine, "a job", move |engine| {
                let (job, outcome) = (job.clone(), outcome.clone());
                async move { settle(&engine, job, outcome).await.map(drop) }
            });
        } else {
            tracing::error!(job.id = %id, error = in_full(&error), "the end of a job cannot be noted");
        }
    }
}

/// Runs a job in a task of its own, so that a panic ends the job and not the runner.
async fn attempt(engine: &Engine, job: &Job, stop: &CancellationToken) -> Outcome {
    let (engine, job, stop) = (engine.clone(), job.clone(), stop.clone());
    let task = tokio::spawn({
        let (engine, job) = (engine.clone(), job.clone());
        async move { dispatch(&engine, &job, &stop).await }
    });
    tokio::pin!(task);
    // A report looks after its lease itself, because it ends early when the lease is lost.
    let mut is_ours = job.kind != reports::JOB;
    loop {
        tokio::select! {
            ended = &mut task => return match ended {
                Ok(outcome) => outcome,
                Err(failure) => Outcome::Retry(format!("it did not end: {failure}"), None),
            },
            () = tokio::time::sleep(EXTEND_EVERY), if is_ours => {
                is_ours = extend_or_log(&engine, &job).await;
            }
        }
    }
}

/// Extends the lease; `false` when it is lost: whoever has the job now does it again, which its
/// effects bear.
async fn extend_or_log(engine: &Engine, job: &Job) -> bool {
    match extend(engine, job).await {
        Ok(is_ours) => is_ours,
        Err(error) => {
            // The lease is longer than a few such failures.
            tracing::warn!(job.id = %job.id, error = in_full(&error), "the lease of a job is not extended");
            true
        }
    }
}

/// Gives this server more time for a job; `false` when another has taken it.
pub(crate) async fn extend(engine: &Engine, job: &Job) -> Result<bool, Error> {
    let (until, job) = (engine.now().plus_ms(LEASE_MS), job.clone());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move { Ok::<_, Error>(store::jobs::extend(tx, &job, until).await?) })
        })
        .await
}

async fn dispatch(engine: &Engine, job: &Job, stop: &CancellationToken) -> Outcome {
    if let Err(error) = engine.hold(Place::JobTaken).await {
        return Outcome::from(Err(error));
    }
    match job.kind.as_str() {
        intake::PROCESS => process::run(engine, job).await.map(drop).into(),
        reports::JOB => reports::run(engine, job, stop).await,
        kind => Outcome::GiveUp(format!("there is no job of the kind {kind:?}")),
    }
}

async fn settle(engine: &Engine, job: Job, outcome: Outcome) -> Result<bool, Error> {
    let now = engine.now();
    let pause = pause_ms(job.attempts, spread(engine));
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let is_ours = match outcome {
                    Outcome::Done => store::jobs::finish(tx, &job).await?,
                    Outcome::Retry(error, wish) => {
                        let at = now.plus_ms(pause.max(wish.unwrap_or(0)));
                        store::jobs::retry(tx, &job, at, &error).await?
                    }
                    Outcome::GiveUp(error) => store::jobs::bury(tx, &job, &error).await?,
                };
                Ok::<_, Error>(is_ours)
            })
        })
        .await
}

/// The pause after the `attempts`-th failure: doubling, and up to a quarter longer by chance.
fn pause_ms(attempts: i64, spread: u16) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let pause = FIRST_PAUSE_MS
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE_MS);
    pause + pause / 4 * i64::from(spread.min(999)) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        assert_eq!(pause_ms(1, 0), 1_000);
        assert_eq!(pause_ms(4, 0), 8_000);
        assert_eq!(pause_ms(i64::MAX, 0), LONGEST_PAUSE_MS);
        assert!((LONGEST_PAUSE_MS..LONGEST_PAUSE_MS * 5 / 4).contains(&pause_ms(20, 999)));
        assert_eq!(pause_ms(-3, 0), 1_000);
    }

    #[test]
    fn what_may_pass_is_tried_again_and_what_cannot_is_given_up() {
        assert_eq!(Outcome::from(Ok(())), Outcome::Done);
        assert!(matches!(
            Outcome::from(Err(Error::unavailable("x"))),
            Outcome::Retry(_, None)
        ));
        assert!(matches!(
            Outcome::from(Err(Error::internal("x"))),
            Outcome::Retry(_, None)
        ));
        assert!(matches!(
            Outcome::from(Err(Error::invalid("job", "x"))),
            Outcome::GiveUp(_)
        ));
        assert_eq!(
            Outcome::from(Err(Error::Limited { retry_after_ms: 7 })),
            Outcome::Retry("too many requests".into(), Some(7))
        );
    }
}
