//! What has to be done now and then: the index's housekeeping and snapshots, and forgetting what
//! nobody needs any more.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::ids::AccountId;
use domain::time::{DAY_MS, UnixMillis};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::error::in_full;
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
    let mut told = Told::default();
    loop {
        tokio::select! {
            () = cancel.cancelled() => break,
            _ = others.tick() => told.note("following other servers", crate::follow::keep_up(&engine).await),
            _ = index.tick() => told.note("the index", index_words(&engine).await),
            _ = comparing.tick() => told.note("comparing index and database", crate::follow::compare(&engine).await),
            _ = sweeping.tick() => told.note("old rows", sweep(&engine).await),
            _ = tidying.tick() => told.note("old reports", tidy_reports(&engine).await),
        }
    }
    if let Err(failure) = snapshots.await {
        tracing::error!(%failure, "writing snapshots did not end as it should");
    }
    told.note("a snapshot", save_snapshots(&engine).await);
}

/// Writes indexes to disk until cancelled; beside the rest, since it takes seconds.
async fn snapshots(engine: Engine, cancel: CancellationToken) {
    let mut look = every(SNAPSHOT_LOOK);
    let mut rests = HashMap::new();
    let mut told = Told::default();
    loop {
        tokio::select! {
            () = cancel.cancelled() => return,
            _ = look.tick() => told.note("a snapshot", save_due(&engine, &mut rests).await),
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

/// What fails at present. It is said once, not every half second.
#[derive(Debug, Default)]
pub(super) struct Told(HashSet<&'static str>);

impl Told {
    /// Says that something failed which did not fail the last time, and that it works again.
    pub(super) fn note(&mut self, what: &'static str, result: Result<(), Error>) {
        match result {
            Ok(()) => {
                if self.0.remove(what) {
                    tracing::info!(what, "it works again");
                }
            }
            Err(error) if !self.0.insert(what) => {
                tracing::debug!(what, error = in_full(&error), "it still fails");
            }
            Err(error) if error.refusal().is_some() => {
                let error = in_full(&error);
                tracing::warn!(what, error, "put off; it will be tried again");
            }
            Err(error) => {
                let error = in_full(&error);
                tracing::error!(what, error, "it failed and will be tried again");
            }
        }
    }
}

/// Lets the index commit what came since the last time. Not in turns: a commit cannot let anybody
/// in between and waits for the disk, and there is one at a time for all accounts.
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

#[cfg(test)]
mod tests {
    use domain::time::{MINUTE_MS, SECOND_MS};
    use store::both_engines;

    use super::*;
    use crate::follow::{IndexConfig, behind};
    use crate::pipeline::item;
    use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
    use crate::testing::{START, TestEngine};

    const SECOND: Duration = Duration::from_millis(SECOND_MS.unsigned_abs());
    const MINUTE: Duration = Duration::from_millis(MINUTE_MS.unsigned_abs());

    async fn add(world: &World, count: usize, name: &str) {
        let items = (0..count)
            .map(|at| new_item(EVERYTHING, Some(&format!("{name}{at}")), "a message"))
            .collect();
        item::add(world.engine(), &world.scope, items)
            .await
            .unwrap();
    }

    /// An engine whose index is kept in a directory.
    async fn keeping(db: &store::Db, directory: &std::path::Path) -> World {
        let world = world(db).await;
        let index = IndexConfig {
            snapshot_changes: 10,
            snapshot_ms: 5 * MINUTE_MS.unsigned_abs(),
            ..IndexConfig::default()
        };
        World {
            test: TestEngine::keeping(db, START, Some(directory.to_owned()), index).await,
            scope: world.scope,
        }
    }

    both_engines! {
        async fn a_snapshot_is_due_by_changes_or_by_time_and_rests_ten_times_as_long_as_it_took(db: &Db) {
            let files = tempfile::tempdir().unwrap();
            let world = keeping(db, files.path()).await;
            let is_due = |behind, since, took| is_due(world.engine(), behind, since, took);
            // There is none: at once, and after a failure that took long not at once.
            assert!(is_due(None, Duration::ZERO, Duration::ZERO));
            assert!(!is_due(None, 9 * SECOND, SECOND));
            assert!(is_due(None, 10 * SECOND, SECOND));
            // It lacks nothing.
            assert!(!is_due(Some(0), 99 * MINUTE, Duration::ZERO));
            // It lacks little: by time.
            assert!(!is_due(Some(9), 4 * MINUTE, Duration::ZERO));
            assert!(is_due(Some(1), 5 * MINUTE, MINUTE));
            // It lacks much.
            assert!(is_due(Some(10), Duration::ZERO, Duration::ZERO));
            assert!(!is_due(Some(10), 9 * SECOND, SECOND));
            assert!(is_due(Some(10), 10 * SECOND, SECOND));
        }

        async fn snapshots_that_are_due_are_written_and_the_log_is_kept_for_them(db: &Db) {
            let files = tempfile::tempdir().unwrap();
            let world = keeping(db, files.path()).await;
            let engine = world.engine();
            let mut rests = HashMap::new();
            add(&world, 3, "first").await;
            assert_eq!(behind(engine, ACCOUNT), None);
            save_due(engine, &mut rests).await.unwrap();
            assert_eq!(behind(engine, ACCOUNT), Some(0));
            // As if it had taken no time, which else decides when the next one is due.
            let at_once = |rests: &mut HashMap<AccountId, Written>| {
                rests.insert(ACCOUNT, Written { at: Instant::now(), took: Duration::ZERO });
            };
            at_once(&mut rests);
            add(&world, 9, "few").await;
            save_due(engine, &mut rests).await.unwrap();
            assert_eq!(behind(engine, ACCOUNT), Some(9));
            add(&world, 1, "enough").await;
            save_due(engine, &mut rests).await.unwrap();
            assert_eq!(behind(engine, ACCOUNT), Some(0));
            // What a later start replays begins there.
            let head = store::changes::head(db, ACCOUNT).await.unwrap();
            let next = TestEngine::keeping(db, START, Some(copy(files.path())), IndexConfig::default()).await;
            assert_eq!(next.engine.search().applied(ACCOUNT), head);
            assert_eq!(behind(&next.engine, ACCOUNT), Some(0));
        }
    }

    /// A copy of a directory that is in use.
    fn copy(directory: &std::path::Path) -> std::path::PathBuf {
        let to = tempfile::tempdir().unwrap().keep();
        let done = std::process::Command::new("cp")
            .arg("-r")
            .arg(format!("{}/.", directory.display()))
            .arg(&to)
            .status();
        assert!(done.unwrap().success());
        to
    }

    #[test]
    fn what_keeps_failing_is_told_once_until_it_works_again() {
        let mut told = Told::default();
        let fails = |told: &mut Told| told.note("x", Err(Error::unavailable("away")));
        fails(&mut told);
        assert_eq!(told.0.len(), 1);
        fails(&mut told);
        told.note("y", Ok(()));
        assert_eq!(told.0.len(), 1);
        told.note("x", Ok(()));
        assert!(told.0.is_empty());
    }
}
