//! What has to be done now and then: the index's housekeeping and snapshots, and forgetting what
//! nobody needs any more.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::AccountId;
use domain::time::{DAY_MS, UnixMillis};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::runner::in_full;
use crate::{Engine, Error};

/// How often what other servers committed is looked for. Requests look for themselves; this is for
/// those who listen.
const KEEP_UP_EVERY: Duration = Duration::from_millis(500);
/// How often the index commits new words.
const INDEX_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether an index should be written to disk.
const SNAPSHOT_LOOK: Duration = Duration::from_secs(1);
/// So many times as long as an index took to be written, the next one waits.
const SNAPSHOT_REST: u32 = 10;
/// How often index and database are compared.
const COMPARE_EVERY: Duration = Duration::from_secs(10);
/// How often old rows are removed.
const SWEEP_EVERY: Duration = Duration::from_mins(10);
/// How often the directory of reports is tidied.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// How long the answer to a request with a key of its own is kept.
const ANSWERS_KEPT_MS: i64 = 2 * DAY_MS;
/// How long items are kept as they came after they were processed: the time in which a source that
/// repeats itself is recognised before anything is done.
const INTAKE_KEPT_MS: i64 = 30 * DAY_MS;
/// How long the record of what agents did is kept: a year and the time to make its report.
const AGENT_EVENTS_KEPT_MS: i64 = 400 * DAY_MS;
/// No job and no source is put off for longer: a source's own wish is honoured up to a day.
const LONGEST_WAIT_MS: i64 = 8 * DAY_MS;
/// Rows that are removed in one transaction, so that others get their turn.
const SWEEP_ROWS: usize = 1_000;

/// Maintains until cancelled; the index is written to disk once more at the end. Leases have a loop
/// of their own: a snapshot takes longer than they last.
pub async fn run(engine: Engine, cancel: CancellationToken) {
    tokio::join!(
        crate::idempotency::run(engine.clone(), cancel.clone()),
        keep_house(engine, cancel)
    );
}

async fn keep_house(engine: Engine, cancel: CancellationToken) {
    let mut others = every(KEEP_UP_EVERY);
    let mut index = every(INDEX_EVERY);
    let mut comparing = every(COMPARE_EVERY);
    let mut sweeping = every(SWEEP_EVERY);
    let mut tidying = every(TIDY_EVERY);
    let snapshots = tokio::spawn(snapshots(engine.clone(), cancel.clone()));
    loop {
        tokio::select! {
            () = cancel.cancelled() => break,
            _ = others.tick() => log("following other servers", crate::follow::keep_up(&engine).await),
            _ = index.tick() => log("the index", index_words(&engine).await),
            _ = comparing.tick() => log("comparing index and database", crate::follow::compare(&engine).await),
            _ = sweeping.tick() => log("old rows", sweep(&engine).await),
            _ = tidying.tick() => log("old reports", tidy_reports(&engine).await),
        }
    }
    if let Err(failure) = snapshots.await {
        tracing::error!(%failure, "writing snapshots did not end as it should");
    }
    log("a snapshot", save_snapshots(&engine).await);
}

/// Writes indexes to disk until cancelled; beside the rest, since it takes seconds.
async fn snapshots(engine: Engine, cancel: CancellationToken) {
    let mut look = every(SNAPSHOT_LOOK);
    let mut rests = HashMap::new();
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            _ = look.tick() => log("a snapshot", save_due(&engine, &mut rests).await),
        }
    }
}

/// When an index was written to disk, and how long that took.
#[derive(Debug, Clone, Copy)]
struct Written {
    at: Instant,
    took: Duration,
}

/// Writes the indexes to disk whose turn it is: the first time soon after the first change, then
/// by number of changes or by time, whichever comes first.
async fn save_due(engine: &Engine, rests: &mut HashMap<AccountId, Written>) -> Result<(), Error> {
    for account in store::accounts::list(engine.db()).await? {
        let now = Instant::now();
        let last = *rests.entry(account.id).or_insert(Written {
            at: now,
            took: Duration::ZERO,
        });
        let behind = crate::follow::behind(engine, account.id);
        if !is_due(engine, behind, now.duration_since(last.at), last.took) {
            continue;
        }
        save(engine, account.id).await?;
        let at = Instant::now();
        let took = at.duration_since(now);
        rests.insert(account.id, Written { at, took });
    }
    Ok(())
}

/// Whether an index should be written to disk that lacks so many changes there (`None` when it is
/// not there at all), so long after the last time, which took so long.
fn is_due(engine: &Engine, behind: Option<i64>, since: Duration, took: Duration) -> bool {
    let index = &engine.config().index;
    match behind {
        Some(0) => false,
        None => since >= took.saturating_mul(SNAPSHOT_REST),
        Some(behind) => {
            let is_much =
                behind >= index.snapshot_changes && since >= took.saturating_mul(SNAPSHOT_REST);
            is_much || since >= Duration::from_millis(index.snapshot_ms)
        }
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn log(what: &str, result: Result<(), Error>) {
    if let Err(error) = result {
        tracing::error!(
            what,
            error = in_full(&error),
            "housekeeping failed; it will be tried again"
        );
    }
}

/// Lets the index commit what came since the last time.
pub async fn index_words(engine: &Engine) -> Result<(), Error> {
    let search = engine.search().clone();
    tokio::task::spawn_blocking(move || search.maintain())
        .await
        .map_err(|failure| Error::internal(format!("the index did not end: {failure}")))??;
    Ok(())
}

/// Writes the index of an account to disk and keeps what follows on it in the log.
async fn save(engine: &Engine, account_id: AccountId) -> Result<(), Error> {
    if let Some(through) = crate::follow::save(engine, account_id).await? {
        super::trim::note_snapshot(engine, account_id, through).await?;
    }
    Ok(())
}

/// Writes the index of every account to disk that changed since it was written there.
pub async fn save_snapshots(engine: &Engine) -> Result<(), Error> {
    for account in store::accounts::list(engine.db()).await? {
        if crate::follow::behind(engine, account.id) != Some(0) {
            save(engine, account.id).await?;
        }
    }
    Ok(())
}

/// Removes old reports, and files that no report has.
pub async fn tidy_reports(engine: &Engine) -> Result<(), Error> {
    crate::reports::tidy(engine).await
}

/// Removes what nobody needs any more, a little at a time.
pub async fn sweep(engine: &Engine) -> Result<(), Error> {
    bring_back(engine).await?;
    let Some(now) = engine.purge_time() else {
        return Ok(());
    };
    while sweep_some(engine, now).await? {
        tokio::task::yield_now().await;
    }
    super::trim::run(engine, now).await
}

/// Takes up what a clock that stood in the future put off for longer than anything ever is.
async fn bring_back(engine: &Engine) -> Result<(), Error> {
    let now = engine.now();
    let beyond = now.plus_ms(LONGEST_WAIT_MS);
    let (jobs, profiles) = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let jobs = store::jobs::bring_back(tx, beyond, now).await?;
                let profiles = store::profiles::bring_back(tx, beyond, now).await?;
                Ok::<_, Error>((jobs, profiles))
            })
        })
        .await?;
    if jobs > 0 || profiles > 0 {
        tracing::warn!(
            jobs,
            profiles,
            "work was put off by a clock that was ahead; it is taken up"
        );
    }
    Ok(())
}

/// Removes one portion; tells whether more may be left.
async fn sweep_some(engine: &Engine, now: UnixMillis) -> Result<bool, Error> {
    let removed = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let answers =
                    store::idempotency::sweep(tx, now.plus_ms(-ANSWERS_KEPT_MS), SWEEP_ROWS)
                        .await?;
                let items =
                    store::intake::sweep(tx, now.plus_ms(-INTAKE_KEPT_MS), SWEEP_ROWS).await?;
                let events =
                    store::agent_events::sweep(tx, now.plus_ms(-AGENT_EVENTS_KEPT_MS), SWEEP_ROWS)
                        .await?;
                Ok::<_, Error>(answers.max(items).max(events))
            })
        })
        .await?;
    Ok(usize::try_from(removed).is_ok_and(|removed| removed >= SWEEP_ROWS))
}
