//! From the change log to the index: in order, without a gap, on every node.
//!
//! A commit on this node hands over what it changed, so the index needs no query. The hand-overs
//! of one account are applied in the order of their numbers; one that is missing (another node's,
//! or a task that died between commit and hand-over) is read from the change log.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{AccountId, ChangeNumber, MentionId};
use domain::scope::Scope;
use futures::future::BoxFuture;
use search::{Batch, Loaded, Rebuild};
use tokio::sync::watch;

use crate::hold::Place;
use crate::write::Effects;
use crate::{Engine, Error};

/// How long a commit waits for the one before it to be handed over before it reads the log itself.
const HAND_OVER_PATIENCE: Duration = Duration::from_millis(200);
/// How long a request waits for what other nodes committed before it answers without.
const FRESH_PATIENCE: Duration = Duration::from_secs(2);
/// Rows of the change log read at once.
const LOG_PAGE: usize = 2_000;
/// Changes of an account whose index is rebuilt while the caller waits: it takes a moment only.
const SMALL: i64 = 2_000;
/// Mentions read at once when an index is rebuilt.
const REBUILD_PAGE: usize = 2_000;

/// Where the index of each account stands.
#[derive(Debug, Default)]
pub struct Follow {
    accounts: Mutex<HashMap<AccountId, Arc<Feed>>>,
}

/// One account's way from log to index.
#[derive(Debug)]
struct Feed {
    waiting: Mutex<BTreeMap<ChangeNumber, (ChangeNumber, Effects)>>,
    applied: watch::Sender<ChangeNumber>,
    /// Held while the log is read, so that it is read once.
    reading: tokio::sync::Mutex<()>,
    /// Grows when names or settings change.
    settings: std::sync::atomic::AtomicU64,
    /// The index lacks rows: lists say that they are partial.
    partial: std::sync::atomic::AtomicBool,
    /// Set when the account's index answers.
    started: tokio::sync::OnceCell<()>,
}

impl Feed {
    fn waiting(&self) -> MutexGuard<'_, BTreeMap<ChangeNumber, (ChangeNumber, Effects)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn applied(&self) -> ChangeNumber {
        *self.applied.borrow()
    }
}

impl Follow {
    fn feed(&self, account_id: AccountId) -> Arc<Feed> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(account_id).or_insert_with(|| {
            Arc::new(Feed {
                waiting: Mutex::default(),
                applied: watch::Sender::new(ChangeNumber::default()),
                reading: tokio::sync::Mutex::default(),
                settings: 0.into(),
                partial: false.into(),
                started: tokio::sync::OnceCell::new(),
            })
        }))
    }

    pub(crate) fn settings_generation(&self, account_id: AccountId) -> u64 {
        self.feed(account_id)
            .settings
            .load(std::sync::atomic::Ordering::SeqCst)
    }

    /// The newest change that lists of this node show, and news of it.
    pub fn watch(&self, account_id: AccountId) -> watch::Receiver<ChangeNumber> {
        self.feed(account_id).applied.subscribe()
    }

    /// Says that lists of the account lack rows, as while they are built anew.
    #[cfg(test)]
    pub(crate) fn set_partial(&self, account_id: AccountId, is_partial: bool) {
        self.feed(account_id)
            .partial
            .store(is_partial, std::sync::atomic::Ordering::SeqCst);
    }

    /// Lists of the account may lack rows at the moment.
    pub fn is_partial(&self, account_id: AccountId) -> bool {
        self.feed(account_id)
            .partial
            .load(std::sync::atomic::Ordering::SeqCst)
    }
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
    {
        let mut waiting = feed.waiting();
        waiting.insert(*numbers.start(), (*numbers.end(), effects));
        apply_in_order(engine, account_id, &feed, &mut waiting)?;
    }
    let mut applied = feed.applied.subscribe();
    let last = *numbers.end();
    let is_late = tokio::time::timeout(HAND_OVER_PATIENCE, applied.wait_for(|at| *at >= last))
        .await
        .is_err();
    if is_late {
        catch_up(engine, account_id, last).await?;
    }
    Ok(())
}

/// Applies the hand-overs that follow directly on what is applied.
fn apply_in_order(
    engine: &Engine,
    account_id: AccountId,
    feed: &Feed,
    waiting: &mut BTreeMap<ChangeNumber, (ChangeNumber, Effects)>,
) -> Result<(), Error> {
    while let Some(entry) = waiting.first_entry() {
        let applied = feed.applied();
        let (first, last) = (*entry.key(), entry.get().0);
        if first > applied.next() {
            break;
        }
        let (_, effects) = entry.remove();
        if last > applied {
            apply(engine, account_id, feed, &effects, last)?;
        }
    }
    Ok(())
}

fn apply(
    engine: &Engine,
    account_id: AccountId,
    feed: &Feed,
    effects: &Effects,
    through: ChangeNumber,
) -> Result<(), Error> {
    if effects.settings {
        feed.settings
            .fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        engine.forget_directory(account_id);
    }
    engine.search().apply(
        account_id,
        Batch {
            upsert: &effects.mentions,
            delete: &effects.deleted,
            through,
        },
    )?;
    feed.applied.send_replace(through);
    Ok(())
}

/// Makes this node show at least everything that was committed when the call began, and tells
/// whether it does: it does not when that takes too long.
///
/// Costs nothing where one process owns the database; on PostgreSQL another node may have
/// written, so the newest number is asked for.
pub async fn fresh(engine: &Engine, account_id: AccountId) -> Result<bool, Error> {
    let feed = engine.follow().feed(account_id);
    started(engine, account_id, &feed).await?;
    if engine.db().dialect() == store::Dialect::Sqlite {
        return Ok(true);
    }
    let head = store::changes::head(engine.db(), account_id).await?;
    if feed.applied() >= head {
        return Ok(true);
    }
    match tokio::time::timeout(FRESH_PATIENCE, catch_up(engine, account_id, head)).await {
        Ok(caught_up) => caught_up.map(|()| true),
        Err(_) => Ok(false),
    }
}

/// Takes over what other nodes committed, so that listeners of this one hear of it.
pub async fn keep_up(engine: &Engine) -> Result<(), Error> {
    if engine.db().dialect() == store::Dialect::Sqlite {
        return Ok(());
    }
    for (account_id, head) in store::changes::heads(engine.db()).await? {
        if engine.follow().feed(account_id).applied() < head {
            fresh(engine, account_id).await?;
        }
    }
    Ok(())
}

/// Reads the change log up to a number and applies what is missing.
pub async fn catch_up(
    engine: &Engine,
    account_id: AccountId,
    to: ChangeNumber,
) -> Result<(), Error> {
    let feed = engine.follow().feed(account_id);
    let reading = feed.reading.lock().await;
    let scope = Scope::system(account_id);
    loop {
        let applied = feed.applied();
        if applied >= to {
            break;
        }
        let changes = store::changes::since(engine.db(), account_id, applied, LOG_PAGE).await?;
        if changes
            .first()
            .is_none_or(|first| first.number > applied.next())
        {
            tracing::warn!(account.id = %account_id, index = %applied, "the index is older than the change log; rebuilding it");
            drop(reading);
            return build(engine, account_id, &feed, to).await;
        }
        let through = changes.last().map_or(applied, |change| change.number);
        let touched: BTreeSet<MentionId> = changes
            .iter()
            .filter(|change| change.kind.is_mention())
            .map(|change| MentionId(change.object_id))
            .collect();
        let touched: Vec<MentionId> = touched.into_iter().collect();
        let mentions = store::mentions::find_many(engine.db(), &scope, &touched).await?;
        let present: BTreeSet<MentionId> = mentions.iter().map(|mention| mention.id).collect();
        let effects = Effects {
            deleted: touched
                .iter()
                .copied()
                .filter(|id| !present.contains(id))
                .collect(),
            mentions,
            settings: changes.iter().any(|change| !change.kind.is_mention()),
            numbers: None,
        };
        engine.hold(Place::LogRead).await;
        let mut waiting = feed.waiting();
        let at = feed.applied();
        // A hand-over may have come in the meantime; the index ignores what it already has. An
        // index that was rebuilt in the meantime may end before this page begins: what lies
        // between is read first.
        if applied <= at && at < through {
            apply(engine, account_id, &feed, &effects, through)?;
        }
        apply_in_order(engine, account_id, &feed, &mut waiting)?;
    }
    Ok(())
}

/// Brings the index of every account up to the database: from its snapshot where there is a good
/// one; else it is built anew in the background, and lists say that they are partial meanwhile.
///
/// Returns when every account answers, before the first request is taken.
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
async fn started(engine: &Engine, account_id: AccountId, feed: &Feed) -> Result<(), Error> {
    feed.started
        .get_or_try_init(|| open(engine, account_id, feed))
        .await?;
    Ok(())
}

async fn open(engine: &Engine, account_id: AccountId, feed: &Feed) -> Result<(), Error> {
    let head = store::changes::head(engine.db(), account_id).await?;
    let oldest = store::changes::oldest(engine.db(), account_id).await?;
    let search = engine.search().clone();
    match blocking(move || search.load(account_id)).await? {
        Loaded::Ready { through }
            if through <= head && through.next() >= oldest.unwrap_or(head.next()) =>
        {
            feed.applied.send_replace(through);
            return catch_up(engine, account_id, head).await;
        }
        Loaded::Ready { through } if through <= head => {
            tracing::warn!(account.id = %account_id, snapshot = %through, "the index is older than the change log; rebuilding it");
        }
        Loaded::Ready { through } => {
            tracing::warn!(account.id = %account_id, snapshot = %through, log = %head, "the index is ahead of the database; rebuilding it");
        }
        Loaded::Missing => {}
        Loaded::Damaged(reason) => {
            tracing::warn!(account.id = %account_id, reason, "the index is damaged; rebuilding it");
        }
    }
    build(engine, account_id, feed, head).await
}

/// Builds the index of an account anew: at once where that takes a moment only, else in the
/// background.
fn build<'a>(
    engine: &'a Engine,
    account_id: AccountId,
    feed: &'a Feed,
    head: ChangeNumber,
) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let aside = begin_rebuild(engine, account_id, feed).await?;
        feed.applied.send_replace(head);
        if head.0 <= SMALL {
            return fill(engine, account_id, aside).await;
        }
        let engine = engine.clone();
        tokio::spawn(async move {
            if let Err(error) = fill(&engine, account_id, aside).await {
                tracing::error!(account.id = %account_id, %error, "the index could not be rebuilt; it stays partial");
            }
        });
        Ok(())
    })
}

/// Builds the index of an account anew from the database while the present one goes on answering,
/// and returns when the new one is in place.
pub async fn rebuild(engine: &Engine, account_id: AccountId) -> Result<(), Error> {
    let feed = engine.follow().feed(account_id);
    let aside = begin_rebuild(engine, account_id, &feed).await?;
    fill(engine, account_id, aside).await
}

async fn begin_rebuild(
    engine: &Engine,
    account_id: AccountId,
    feed: &Feed,
) -> Result<Rebuild, Error> {
    feed.partial
        .store(true, std::sync::atomic::Ordering::SeqCst);
    engine.live().forget(account_id);
    let search = engine.search().clone();
    Ok(blocking(move || search.begin_rebuild(account_id)).await??)
}

/// Reads every mention into the new index and puts it in place.
async fn fill(engine: &Engine, account_id: AccountId, mut aside: Rebuild) -> Result<(), Error> {
    // What was committed before this number is read, is in the pages below.
    let head = store::changes::head(engine.db(), account_id).await?;
    let scope = Scope::system(account_id);
    let mut after = None;
    loop {
        let page = store::mentions::page_after(engine.db(), &scope, after, REBUILD_PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        aside = blocking(move || {
            aside.push(&page)?;
            Ok::<_, search::SearchError>(aside)
        })
        .await??;
    }
    let feed = engine.follow().feed(account_id);
    engine.hold(Place::RebuildRead).await;
    {
        // What was applied to the old index beyond `head` is not in the new one yet.
        let mut waiting = feed.waiting();
        engine.search().finish_rebuild(aside, head)?;
        feed.applied.send_replace(head);
        apply_in_order(engine, account_id, &feed, &mut waiting)?;
    }
    engine.hold(Place::RebuildPlaced).await;
    let newest = store::changes::head(engine.db(), account_id).await?;
    catch_up(engine, account_id, newest).await?;
    feed.partial
        .store(false, std::sync::atomic::Ordering::SeqCst);
    tracing::info!(account.id = %account_id, "the index is complete");
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|failure| Error::internal(format!("work on the index did not end: {failure}")))
}
