//! Reads the change log, and notices when it is not the one that was followed.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::change::Change;
use domain::ids::{AccountId, ChangeNumber, MentionId};
use store::changes::Head;

use super::feed::{Feed, Stage};
use super::{apply_in_order, rebuild, started};
use crate::hold::Place;
use crate::write::Effects;
use crate::{Engine, Error, pool};

/// Changes of an account whose index is rebuilt while the caller waits.
const SMALL: i64 = 2_000;
/// Rows of the change log read at once.
const LOG_PAGE: usize = 2_000;
/// Mentions of a page of the log that are taken in on the thread that asks, which takes about a
/// millisecond. A node that is far behind takes turns for its pages.
const AT_ONCE: usize = 100;
/// Units that a mention takes to be taken in.
const UNITS: u64 = 100;

/// Takes in everything that was committed when the call began, by whichever node.
pub(super) async fn catch_up_with_all(engine: &Engine, account_id: AccountId) -> Result<(), Error> {
    let feed = engine.follow().feed(account_id);
    started(engine, account_id, &feed).await?;
    // One process owns the index of SQLite; beside it there are commands, which have none.
    if engine.db().dialect() == store::Dialect::Sqlite {
        let beside = store::changes::beside(engine.db(), account_id).await?;
        if feed.position().applied >= beside {
            return Ok(());
        }
        return catch_up(engine, account_id, beside).await;
    }
    // Before the database is asked: what was applied then was committed, so a log that ends before
    // it, or with another change, has lost its end since.
    let position = feed.position();
    let head = store::changes::newest(engine.db(), account_id).await?;
    if position.is_beyond(&head) {
        tracing::warn!(account.id = %account_id, index = %position.applied, log = %head.number, "the log went back: the index holds changes that the database has lost; rebuilding it");
        start_over(engine, account_id, &feed, &head, Log::Another).await;
        feed.reached(Stage::Columns).await;
        return Ok(());
    }
    if position.applied >= head.number {
        return Ok(());
    }
    catch_up(engine, account_id, head.number).await
}

/// Reads the change log up to a number and applies what is missing.
pub async fn catch_up(
    engine: &Engine,
    account_id: AccountId,
    to: ChangeNumber,
) -> Result<(), Error> {
    let feed = engine.follow().feed(account_id);
    if let Followed::NoMore(head) = follow(engine, account_id, &feed, to).await? {
        start_over(engine, account_id, &feed, &head, Log::Another).await;
    }
    Ok(())
}

/// How following the log ended.
pub(super) enum Followed {
    /// Where it should.
    There,
    /// The log, which ends here, does not follow on the index.
    NoMore(Head),
}

/// Reads the change log up to a number and applies what is missing, as far as the log is the one
/// that was followed until now.
pub(super) async fn follow(
    engine: &Engine,
    account_id: AccountId,
    feed: &Arc<Feed>,
    to: ChangeNumber,
) -> Result<Followed, Error> {
    let _reading = feed.reading.lock().await;
    loop {
        let position = feed.position();
        if position.applied >= to {
            return Ok(Followed::There);
        }
        // One more than is needed: the newest change that is applied must still be the same.
        let before = ChangeNumber(position.applied.0.saturating_sub(1));
        let mut changes = store::changes::since(engine.db(), account_id, before, LOG_PAGE).await?;
        let went_back = changes
            .first()
            .is_some_and(|first| position.differs(first.number, Some(first.mark())));
        changes.retain(|change| change.number > position.applied);
        if went_back
            || changes
                .first()
                .is_none_or(|first| first.number > position.applied.next())
        {
            tracing::warn!(account.id = %account_id, index = %position.applied, went_back, "the change log does not follow on the index; rebuilding it");
            let head = store::changes::newest(engine.db(), account_id).await?;
            return Ok(Followed::NoMore(head));
        }
        let effects = read(engine, account_id, &changes).await?.cut().await?;
        let last = changes.last();
        let through = last.map_or(position.applied, |change| change.number);
        engine.hold(Place::LogRead).await?;
        let page = Page {
            after: position.applied,
            through,
            mark: last.map(Change::mark),
            effects,
        };
        let count = page.effects.mentions.len() + page.effects.deleted.len();
        if count <= AT_ONCE {
            page.take_in(engine, account_id, feed)?;
        } else {
            let units = UNITS.saturating_mul(u64::try_from(count).unwrap_or(u64::MAX));
            let (with, of) = (engine.clone(), Arc::clone(feed));
            pool::of_server(engine, account_id, units, move || {
                page.take_in(&with, account_id, &of)
            })
            .await??;
        }
    }
}

/// What was read of the log, from after one number through another.
struct Page {
    after: ChangeNumber,
    through: ChangeNumber,
    mark: Option<i64>,
    effects: Effects,
}

impl Page {
    fn take_in(&self, engine: &Engine, account_id: AccountId, feed: &Feed) -> Result<(), Error> {
        let mut place = feed.place();
        let at = feed.applied();
        // A hand-over may have come in the meantime; the index ignores what it already has. An
        // index that was rebuilt in the meantime may end before this page begins: what lies
        // between is read first.
        if self.after <= at && at < self.through {
            let until = (self.through, self.mark);
            feed.apply(engine, account_id, &mut place, &self.effects, until)?;
        }
        apply_in_order(engine, account_id, feed, &mut place)
    }
}

/// What these changes did.
async fn read(
    engine: &Engine,
    account_id: AccountId,
    changes: &[Change],
) -> Result<Effects, Error> {
    let touched: BTreeSet<MentionId> = changes
        .iter()
        .filter(|change| change.kind.is_mention())
        .map(|change| MentionId(change.object_id))
        .collect();
    let touched: Vec<MentionId> = touched.into_iter().collect();
    let mentions = store::mentions::find_changed(engine.db(), account_id, &touched).await?;
    let present: BTreeSet<MentionId> = mentions.iter().map(|mention| mention.id).collect();
    Ok(Effects {
        deleted: touched
            .iter()
            .copied()
            .filter(|id| !present.contains(id))
            .collect(),
        mentions,
        settings: changes.iter().any(|change| !change.kind.is_mention()),
        ..Effects::default()
    })
}

/// What became of the log that was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    /// It goes on.
    Same,
    /// Something was lost between what was applied and what there is.
    Another,
}

/// What is applied does not lead to this log: follows it from its end, and builds the index anew
/// in the background. Waits for that where it takes a moment only; where it fails it is tried
/// again behind the back of the caller.
pub(super) async fn start_over(
    engine: &Engine,
    account_id: AccountId,
    feed: &Arc<Feed>,
    head: &Head,
    log: Log,
) {
    let mut attempts = feed.attempts();
    {
        let mut place = feed.place();
        feed.set_stage(Stage::Rebuilding);
        place.hand_overs.clear();
        feed.set(&mut place, head.number, head.mark);
        // Nothing tells which names changed in between, ...
        feed.forget_names(engine, account_id);
        // ... nor what listeners missed, or heard of and is no more.
        if log == Log::Another {
            engine.live().lose(account_id);
        }
    }
    rebuild::begin(engine, account_id, feed);
    if head.number.0 <= SMALL {
        // The sender lives as long as the feed.
        let _ = attempts.changed().await;
    }
}
