//! Builds an index anew from the database: first the columns, then the words.
//!
//! One reads, others unpack, one builds. What fails is tried again, less and less often.
//!
//! Each page takes turns with the users of its account, for its statement and for its processor, and
//! holds a place for no longer than that. What comes before and after all pages (emptying and
//! committing the words, putting the new index in place) has a thread of its own: it cannot let
//! anybody in between, and mostly waits for the disk.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::{AccountId, MentionId};
use domain::mention::Mention;
use futures::future::BoxFuture;
use futures::{Stream, TryStreamExt, stream};
use search::{Batch, Prepared, PreparedTexts, Rebuild};
use store::StoreError;
use store::mentions::Packed;

use super::feed::{Feed, Stage};
use super::log::{Followed, follow};
use super::{apply_in_order, blocking};
use crate::hold::Place;
use crate::{Engine, Error, pool};

/// Mentions read at once: so few that the memory of one page is used again for the next.
const PAGE: usize = 512;
/// Pages that are read and not taken in yet.
const PAGES_AHEAD: usize = 8;
/// The newest mentions, which an empty index shows first to those who ask for what there is.
const NEWEST: usize = 10_000;
/// Units that a mention takes to be unpacked, and about as many to be taken in.
const UNITS: u64 = 100;
/// Longest pause after a rebuild that failed.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// Builds the index of an account anew from the database, and returns when the new one is
/// complete.
pub async fn rebuild(engine: &Engine, account_id: AccountId) -> Result<(), Error> {
    let feed = engine.follow().feed(account_id);
    feed.set_stage(Stage::Rebuilding);
    let wanted = want(&feed);
    columns(engine, account_id, &feed, wanted).await?;
    words(engine, account_id, &feed, wanted).await
}

fn want(feed: &Feed) -> u64 {
    let mut rebuilds = feed.rebuilds();
    rebuilds.wanted = rebuilds.wanted.saturating_add(1);
    rebuilds.wanted
}

/// Builds the index of an account anew in the background. Whoever is at it already begins again.
pub(super) fn begin(engine: &Engine, account_id: AccountId, feed: &Arc<Feed>) {
    {
        let mut rebuilds = feed.rebuilds();
        rebuilds.wanted = rebuilds.wanted.saturating_add(1);
        if std::mem::replace(&mut rebuilds.is_running, true) {
            return;
        }
    }
    tokio::spawn(boxed(engine.clone(), account_id, Arc::clone(feed)));
}

fn boxed(engine: Engine, account_id: AccountId, feed: Arc<Feed>) -> BoxFuture<'static, ()> {
    Box::pin(run(engine, account_id, feed))
}

/// Rebuilds until nothing more is wanted.
async fn run(engine: Engine, account_id: AccountId, feed: Arc<Feed>) {
    let first_pause = Duration::from_millis(engine.config().index.retry_ms);
    let mut pause = first_pause;
    let (mut at, mut has_columns) = (0, false);
    loop {
        let wanted = feed.rebuilds().wanted;
        if at != wanted {
            (at, has_columns) = (wanted, false);
        }
        // In a task of its own, so that a defect is a failure like others.
        let (with, of) = (engine.clone(), Arc::clone(&feed));
        let step = tokio::spawn(async move {
            if has_columns {
                words(&with, account_id, &of, wanted).await
            } else {
                columns(&with, account_id, &of, wanted).await
            }
        });
        let done = step
            .await
            .unwrap_or_else(|failure| Err(Error::internal(format!("it did not end: {failure}"))));
        match done {
            Ok(()) if has_columns => {
                let mut rebuilds = feed.rebuilds();
                if rebuilds.wanted == at {
                    rebuilds.is_running = false;
                    drop(rebuilds);
                    feed.note_attempt();
                    return;
                }
            }
            Ok(()) => {
                has_columns = true;
                pause = first_pause;
            }
            Err(_) if feed.rebuilds().wanted != wanted => {}
            // The server ends; its next start begins again.
            Err(_) if engine.db().is_closed() => {
                feed.rebuilds().is_running = false;
                return;
            }
            Err(error) => {
                metrics::counter!("index_rebuild_failures").increment(1);
                tracing::error!(account.id = %account_id, error = crate::error::in_full(&error), again_in = ?pause, "the index could not be rebuilt; it will be tried again");
                feed.note_attempt();
                tokio::time::sleep(pause).await;
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Reads every mention into new columns and puts them in place.
async fn columns(
    engine: &Engine,
    account_id: AccountId,
    feed: &Arc<Feed>,
    wanted: u64,
) -> Result<(), Error> {
    let search = engine.search().clone();
    let is_new = search.applied(account_id).0 == 0;
    let mut aside = blocking(move || search.begin_rebuild(account_id)).await??;
    // What was committed before this number is read, is in the pages below.
    let head = store::changes::newest(engine.db(), account_id).await?;
    if is_new {
        show_newest(engine, account_id).await?;
    }
    let mut pages = std::pin::pin!(pages(engine, account_id, |packed| {
        Ok(Prepared::of(unpack(packed)?))
    }));
    while let Some((count, page)) = pages.try_next().await? {
        aside = pool::of_server(engine, account_id, units(count), move || {
            aside.push_columns(&page);
            aside
        })
        .await?;
    }
    let aside: Rebuild = blocking(move || aside.clear().map(|()| aside)).await??;
    engine.hold(Place::RebuildRead).await?;
    {
        // What was applied to the old index beyond `head` is not in the new one yet.
        let mut place = feed.place();
        if feed.rebuilds().wanted != wanted {
            return Err(super::incomplete());
        }
        engine.search().finish_rebuild(aside, head.number)?;
        feed.set(&mut place, head.number, head.mark);
        apply_in_order(engine, account_id, feed, &mut place)?;
    }
    engine.hold(Place::RebuildPlaced).await?;
    let newest = store::changes::head(engine.db(), account_id).await?;
    match follow(engine, account_id, feed, newest).await? {
        Followed::There => advance(feed, wanted, Stage::Columns),
        Followed::NoMore(_) => Err(Error::unavailable("the change log does not reach back")),
    }
}

/// Says that more of the index answers, unless another one is wanted by now.
fn advance(feed: &Feed, wanted: u64, to: Stage) -> Result<(), Error> {
    // Held, so that nobody can want another one in between.
    let rebuilds = feed.rebuilds();
    if rebuilds.wanted != wanted {
        return Err(super::incomplete());
    }
    feed.set_stage(to);
    Ok(())
}

/// Reads every mention once more, for its words.
async fn words(
    engine: &Engine,
    account_id: AccountId,
    feed: &Feed,
    wanted: u64,
) -> Result<(), Error> {
    let search = engine.search().clone();
    let mut index = blocking(move || search.begin_words(account_id)).await??;
    let mut pages = std::pin::pin!(pages(engine, account_id, |packed| {
        Ok(PreparedTexts::of(&all(packed, Packed::unpack_body)?))
    }));
    while let Some((count, page)) = pages.try_next().await? {
        let push = move || index.push(&page).map(|()| index);
        index = pool::of_server(engine, account_id, units(count), push).await??;
    }
    engine.hold(Place::WordsRead).await?;
    blocking(move || index.finish()).await??;
    advance(feed, wanted, Stage::Whole)?;
    tracing::info!(account.id = %account_id, "the index is complete");
    Ok(())
}

/// Shows the newest mentions in the index that is there until the new one is.
async fn show_newest(engine: &Engine, account_id: AccountId) -> Result<(), Error> {
    let mut newest = store::mentions::packed_newest(engine.db(), account_id, NEWEST).await?;
    while !newest.is_empty() {
        let page = newest.split_off(newest.len().saturating_sub(PAGE));
        let search = engine.search().clone();
        let units = units(page.len()).saturating_mul(2);
        pool::of_server(engine, account_id, units, move || {
            let newest = unpack(page)?;
            search.apply(
                account_id,
                Batch {
                    upsert: &newest,
                    ..Batch::default()
                },
            )?;
            Ok::<_, Error>(())
        })
        .await??;
    }
    Ok(())
}

/// What so many mentions take.
fn units(mentions: usize) -> u64 {
    UNITS.saturating_mul(u64::try_from(mentions).unwrap_or(u64::MAX))
}

fn unpack(packed: Vec<Packed>) -> Result<Vec<Mention>, StoreError> {
    all(packed, Packed::unpack)
}

/// Mentions are large, so room for all of them is made once.
fn all(
    packed: Vec<Packed>,
    unpack: fn(Packed) -> Result<Mention, StoreError>,
) -> Result<Vec<Mention>, StoreError> {
    let mut mentions = Vec::with_capacity(packed.len());
    for one in packed {
        mentions.push(unpack(one)?);
    }
    Ok(mentions)
}

/// All mentions of an account by number, page by page, each made into something on a thread of its
/// own while further ones are read; with how many they are.
fn pages<T: Send + 'static>(
    engine: &Engine,
    account_id: AccountId,
    make: fn(Vec<Packed>) -> Result<T, StoreError>,
) -> impl Stream<Item = Result<(usize, T), Error>> + Send {
    let (db, engine) = (engine.db().clone(), engine.clone());
    let read = move |after: Option<MentionId>| {
        let db = db.clone();
        async move {
            let page = store::mentions::packed_after(&db, account_id, after, PAGE).await?;
            let last = page.last().map(Packed::id);
            Ok::<_, Error>(last.map(|last| (page, Some(last))))
        }
    };
    stream::try_unfold(None, read)
        .map_ok(move |page| {
            let (engine, count) = (engine.clone(), page.len());
            // Begins now, whoever waits for it.
            let made = tokio::spawn(async move {
                let make = move || make(page);
                pool::unpack_of_server(&engine, account_id, units(count), make).await
            });
            async move {
                let made = made.await.map_err(|failure| {
                    Error::internal(format!("a page was not made ready: {failure}"))
                })?;
                Ok((count, made??))
            }
        })
        .try_buffered(PAGES_AHEAD)
}
