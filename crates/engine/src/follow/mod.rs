//! From the change log to the index: in order, without a gap, on every node.
//!
//! A commit on this node hands over what it changed, so the index needs no query. The hand-overs
//! of one account are applied in the order of their numbers; one that is missing (another node's,
//! or a task that died between commit and hand-over) is read from the change log.
//!
//! # Organization
//! [`feed`] is where one account stands, [`mod@log`] reads the change log, [`mod@rebuild`] builds an index
//! anew, [`snapshot`] writes it to disk, [`mod@compare`] looks whether index and database agree.
//!
//! # Invariants
//! - Whoever reads, waits and then applies looks again, under the lock, at where the index stands.
//! - An answer is complete, or its caller asked for what there is.

mod compare;
mod feed;
mod log;
mod rebuild;
mod snapshot;
#[cfg(test)]
pub(crate) mod tests;

use std::time::Duration;

use domain::ids::AccountId;
use search::Loaded;

pub use compare::compare;
pub use feed::Follow;
pub use log::catch_up;
pub use rebuild::rebuild;
pub(crate) use snapshot::behind;
pub use snapshot::save;

use crate::hold::Place;
use crate::write::Effects;
use crate::{Engine, Error};
use feed::{Feed, HandOver, Stage};

/// How long a commit waits for the one before it to be handed over before it reads the log itself.
const HAND_OVER_PATIENCE: Duration = Duration::from_millis(200);
/// How long a request waits for what other nodes committed.
const FRESH_PATIENCE: Duration = Duration::from_secs(2);

/// How the index is kept.
#[derive(Debug, Clone)]
pub struct IndexConfig {
    /// How long a request waits for an index that is not complete.
    pub wait_ms: u64,
    /// The index is written to disk after so many changes.
    pub snapshot_changes: i64,
    /// The index is written to disk after this time, where it changed.
    pub snapshot_ms: u64,
    /// How long after a rebuild that failed the next one begins; twice as long after each further
    /// failure, up to a minute.
    pub retry_ms: u64,
}

impl Default for IndexConfig {
    fn default() -> Self {
        Self {
            wait_ms: 5_000,
            snapshot_changes: 20_000,
            snapshot_ms: 300_000,
            retry_ms: 1_000,
        }
    }
}

/// Whether lists answer that look for words. Until then they are refused, although others answer.
pub fn has_words(engine: &Engine, account_id: AccountId) -> bool {
    engine.follow().feed(account_id).stage() == Stage::Whole
}

/// Takes over what a commit of this node changed; returns when lists show it.
pub(crate) async fn published(
    engine: &Engine,
    account_id: AccountId,
    effects: Effects,
) -> Result<(), Error> {
    let Some(numbers) = effects.numbers.clone() else {
        return Ok(());
    };
    let feed = engine.follow().feed(account_id);
    started(engine, account_id, &feed).await?;
    let last = *numbers.end();
    let effects = effects.cut().await?;
    let is_ours = {
        let mut place = feed.place();
        let mark = place.announced(*numbers.start());
        place.hand_overs.insert(
            *numbers.start(),
            HandOver {
                last,
                mark,
                effects,
            },
        );
        apply_in_order(engine, account_id, &feed, &mut place)?;
        place.is_announced(feed.applied().next())
    };
    let mut applied = feed.watch();
    if *applied.borrow() >= last {
        return Ok(());
    }
    // What is missing is committed. If it is not this node's, nobody will hand it over.
    if is_ours {
        engine.hold(Place::HandOverAwaited).await?;
        let shown = tokio::time::timeout(HAND_OVER_PATIENCE, applied.wait_for(|at| *at >= last));
        if shown.await.is_ok() {
            return Ok(());
        }
    }
    catch_up(engine, account_id, last).await
}

/// Applies the hand-overs that follow directly on what is applied.
fn apply_in_order(
    engine: &Engine,
    account_id: AccountId,
    feed: &Feed,
    place: &mut feed::Standing<'_>,
) -> Result<(), Error> {
    while let Some(entry) = place.hand_overs.first_entry() {
        let applied = feed.applied();
        if *entry.key() > applied.next() {
            break;
        }
        let hand_over = entry.remove();
        if hand_over.last > applied {
            feed.apply(
                engine,
                account_id,
                place,
                &hand_over.effects,
                (hand_over.last, hand_over.mark),
            )?;
        }
    }
    Ok(())
}

/// Makes this node know of everything that was committed when the call began, and tells whether it
/// does: it does not when that takes too long. Its lists may still lack rows while the index is
/// rebuilt; see [`complete`].
///
/// Costs nothing where one process owns the database; on PostgreSQL another node may have
/// written, so the newest number is asked for.
pub async fn fresh(engine: &Engine, account_id: AccountId) -> Result<bool, Error> {
    let caught_up =
        tokio::time::timeout(FRESH_PATIENCE, log::catch_up_with_all(engine, account_id));
    match caught_up.await {
        Ok(caught_up) => caught_up.map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Returns when the lists of this node show everything that was committed when the call began;
/// with words, if they are asked for.
///
/// # Errors
/// `Unavailable` when that takes longer than the settings say.
pub(crate) async fn complete(
    engine: &Engine,
    account_id: AccountId,
    with_words: bool,
) -> Result<(), Error> {
    let stage = if with_words {
        Stage::Whole
    } else {
        Stage::Columns
    };
    let feed = engine.follow().feed(account_id);
    started(engine, account_id, &feed).await?;
    let patience = Duration::from_millis(engine.config().index.wait_ms);
    if tokio::time::timeout(patience, feed.reached(stage))
        .await
        .is_err()
        || !fresh(engine, account_id).await?
    {
        return Err(incomplete());
    }
    Ok(())
}

/// The index lacks rows, and the caller wants all.
pub(crate) fn incomplete() -> Error {
    Error::not_yet("the index is not complete yet")
}

/// Takes over what other nodes and commands committed, so that listeners of this one hear of it.
pub async fn keep_up(engine: &Engine) -> Result<(), Error> {
    if engine.db().dialect() == store::Dialect::Sqlite {
        for (account_id, beside) in store::changes::besides(engine.db()).await? {
            if engine.follow().feed(account_id).position().applied < beside {
                fresh(engine, account_id).await?;
            }
        }
        return Ok(());
    }
    // Before the database is asked, so that a smaller number there means that it went back.
    let places = engine.follow().positions();
    for (account_id, head) in store::changes::all_newest(engine.db()).await? {
        let known = places.get(&account_id);
        if known.is_none_or(|known| !known.is_at(&head)) {
            fresh(engine, account_id).await?;
        }
    }
    Ok(())
}

/// Brings the index of every account up to the database: from its snapshot where there is a good
/// one; else it is built anew in the background, and lists are answered when it is complete.
///
/// Returns before the first request is taken.
pub async fn start(engine: &Engine) -> Result<(), Error> {
    for account in store::accounts::list(engine.db()).await? {
        start_account(engine, account.id).await?;
    }
    Ok(())
}

/// Brings the index of one account up to the database; see [`start`].
pub async fn start_account(engine: &Engine, account_id: AccountId) -> Result<(), Error> {
    let feed = engine.follow().feed(account_id);
    started(engine, account_id, &feed).await
}

/// Makes sure that the account's index answers, also that of an account that was made after the
/// start, by this process or another one.
async fn started(
    engine: &Engine,
    account_id: AccountId,
    feed: &std::sync::Arc<Feed>,
) -> Result<(), Error> {
    feed.started
        .get_or_try_init(|| open(engine, account_id, feed))
        .await?;
    Ok(())
}

async fn open(
    engine: &Engine,
    account_id: AccountId,
    feed: &std::sync::Arc<Feed>,
) -> Result<(), Error> {
    let head = store::changes::newest(engine.db(), account_id).await?;
    let oldest = store::changes::oldest(engine.db(), account_id).await?;
    let search = engine.search().clone();
    // Not in turns: a snapshot is read in one go, nearly always before the first request is taken,
    // and nothing of its account is answered before.
    match blocking(move || search.load(account_id)).await? {
        Loaded::Ready { through, mark } => {
            let stored = store::changes::mark(engine.db(), account_id, through).await?;
            let differs = mark
                .zip(stored)
                .is_some_and(|(mark, stored)| mark != stored);
            if through > head.number || differs {
                tracing::warn!(account.id = %account_id, snapshot = %through, log = %head.number, "the log went back: the index holds changes that the database has lost; rebuilding it");
            } else if through.next() < oldest.unwrap_or(head.number.next()) {
                tracing::warn!(account.id = %account_id, snapshot = %through, "the index is older than the change log; rebuilding it");
            } else {
                feed.resume(through, stored.or(mark));
                catch_up(engine, account_id, head.number).await?;
                return compare::account(engine, account_id).await;
            }
        }
        Loaded::Missing => {}
        Loaded::Damaged(reason) => {
            tracing::warn!(account.id = %account_id, reason, "the index is damaged; rebuilding it");
        }
    }
    log::start_over(engine, account_id, feed, &head, log::Log::Another).await;
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|failure| Error::internal(format!("work on the index did not end: {failure}")))
}
