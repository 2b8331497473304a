//! Walks through the index: counted, in turns, and ended when nobody waits for them any more.
//!
//! A list begins on the thread that serves the request, with so little work allowed that nobody
//! notices; nearly all lists need no more. Whatever needs more is handed to a thread of the pool,
//! where accounts and users take turns.

#[cfg(test)]
mod tests;

use std::time::Duration;

use search::{
    FacetFailure, FacetQuery, FacetTable, ListPage, ListQuery, SearchError, Segmentation,
};
pub use work::Load;
use work::{Caller, Places, Refused, Room, Stopped, Turns, Work};

use domain::filter::Predicate;
use domain::ids::{AccountId, TopicId};
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::query::{Axis, Metric};
use crate::{Cause, Engine, Error};

/// Units that a list may take on the thread that serves the request: less than half a millisecond.
const AT_ONCE: u64 = 3_000;

/// Units that one call may take: some two seconds.
const MOST: u64 = 20_000_000;

/// How long a walk waits for its first turn. Tests hold all places for as long as they need.
const PATIENCE: Duration = if cfg!(test) {
    Duration::from_mins(10)
} else {
    Duration::from_secs(10)
};

/// Bytes that all answers in the making may take together.
const MOST_BYTES: usize = 256 << 20;

/// The pool.
#[derive(Debug)]
pub(crate) struct Pool {
    turns: Turns,
    /// Turns of those whose large answers are written; many may wait, for what each one holds is
    /// counted in the room.
    writing: Turns,
    /// Turns of what is read to build indexes anew, until it is ready to be taken in.
    unpacking: Turns,
    room: Room,
}

impl Pool {
    pub(crate) fn new() -> Self {
        Self {
            turns: Turns::new(
                "index",
                Places {
                    patience: PATIENCE,
                    ..Places::beside_serving()
                },
            ),
            writing: Turns::new(
                "answers",
                Places {
                    patience: PATIENCE,
                    tickets: 512,
                    tickets_of_account: 256,
                    tickets_of_caller: 64,
                    ..Places::beside_serving()
                },
            ),
            unpacking: Turns::new(
                "unpacking",
                Places {
                    patience: PATIENCE,
                    ..Places::beside_serving()
                },
            ),
            room: Room::new(MOST_BYTES),
        }
    }

    /// The bytes of answers in the making.
    pub(crate) const fn room(&self) -> &Room {
        &self.room
    }

    /// The turns of those whose large answers are written.
    pub(crate) const fn writing(&self) -> &Turns {
        &self.writing
    }

    /// Who works and who waits.
    pub(crate) const fn turns(&self) -> &Turns {
        &self.turns
    }
}

/// One page of mentions.
pub(crate) async fn list(
    engine: &Engine,
    scope: &Scope,
    query: &ListQuery<'_>,
) -> Result<ListPage, Error> {
    let at_once = Work::new(AT_ONCE, engine.pool().room.clone());
    match engine.search().list(scope, query, &at_once) {
        Err(SearchError::Stopped(Stopped::TooMuch)) => {}
        done => return Ok(done?),
    }
    let (predicate, topics) = (
        query.predicate.clone(),
        query.topics.map(<[TopicId]>::to_vec),
    );
    let (added, sort, cursor, limit) = (query.added, query.sort, query.cursor, query.limit);
    let (is_backward, count) = (query.is_backward, query.count);
    let (search, of) = (engine.search().clone(), scope.clone());
    let done = run(engine, scope, move |work| {
        let query = ListQuery {
            predicate: &predicate,
            topics: topics.as_deref(),
            added,
            sort,
            cursor,
            is_backward,
            limit,
            count,
        };
        search.list(&of, &query, work)
    });
    Ok(done.await??)
}

/// What a table counts, for a thread of the pool.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) predicate: Predicate,
    pub(crate) key: Option<Axis>,
    pub(crate) value: Metric,
    pub(crate) segmentation: Option<Segmentation>,
    pub(crate) size: usize,
}

/// What all tables of a call have in common.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) topics: Option<Vec<TopicId>>,
    pub(crate) added: (UnixMillis, UnixMillis),
    pub(crate) timezone: String,
}

/// Counted tables.
pub(crate) async fn facets(
    engine: &Engine,
    scope: &Scope,
    common: Common,
    tables: Vec<Table>,
) -> Result<Result<Vec<FacetTable>, FacetFailure>, Error> {
    let (search, of) = (engine.search().clone(), scope.clone());
    run(engine, scope, move |work| {
        let queries: Vec<FacetQuery<'_>> = tables
            .iter()
            .map(|table| FacetQuery {
                predicate: &table.predicate,
                topics: common.topics.as_deref(),
                added: common.added,
                key: table.key,
                value: table.value,
                segmentation: table.segmentation.clone(),
                size: table.size,
                timezone: &common.timezone,
            })
            .collect();
        search.facets(&of, &queries, work)
    })
    .await
}

async fn run<T: Send + 'static>(
    engine: &Engine,
    scope: &Scope,
    job: impl FnOnce(&Work) -> T + Send + 'static,
) -> Result<T, Error> {
    let Pool { turns, room, .. } = engine.pool();
    Ok(turns.run(Caller::from(scope), MOST, room, job).await?)
}

/// What the server does for an account beside those whom it serves: it takes turns with them, so
/// that neither starves the other, and is never told to come back. `units` are what it takes, which
/// should be less than a slice: it lets nobody in between.
///
/// The job holds a place, so it waits for nothing that might need one: no statement, no other job.
pub(crate) async fn of_server<T: Send + 'static>(
    engine: &Engine,
    account_id: AccountId,
    units: u64,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    of_server_in(&engine.pool().turns, account_id, units, job).await
}

/// The same for what an index is built of. Its turns are its own, so that on the way to a complete
/// index one thread unpacks while another takes in; each is one of many that the system lets run.
pub(crate) async fn unpack_of_server<T: Send + 'static>(
    engine: &Engine,
    account_id: AccountId,
    units: u64,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    of_server_in(&engine.pool().unpacking, account_id, units, job).await
}

async fn of_server_in<T: Send + 'static>(
    turns: &Turns,
    account_id: AccountId,
    units: u64,
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let (caller, room) = (Caller::system(account_id), Room::endless());
    let done = turns.run(caller, u64::MAX, &room, move |work| {
        work.spend(units)?;
        Ok::<_, Stopped>(job())
    });
    done.await?
        .map_err(|stopped| Error::unavailable(stopped.to_string()))
}

/// How much goes on where callers take turns.
pub fn loads(engine: &Engine) -> [Load; 4] {
    let pool = engine.pool();
    [
        pool.turns.load(),
        pool.writing.load(),
        pool.unpacking.load(),
        engine.db().load(),
    ]
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Busy => Self::busy(),
            Refused::Broken => Self::internal(refused.to_string()),
        }
    }
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Stopped(stopped) => Self::stopped("filter", stopped),
            error => Self::Internal(Cause::Search(error)),
        }
    }
}

impl Error {
    /// Work that ended before its end; `field` is what asked for it.
    pub(crate) fn stopped(field: impl Into<String>, stopped: Stopped) -> Self {
        match stopped {
            Stopped::TooMuch => Self::invalid(
                field,
                "This asks for more work than one call may take. Ask with fewer words that have * \
                 or ?, for less time or for fewer values.",
            ),
            Stopped::TooLarge => Self::invalid(
                field,
                "The answer would be larger than one call may make. Ask for less.",
            ),
            Stopped::NoRoom => Self::busy(),
            Stopped::Cancelled => Self::unavailable("nobody waits for the answer any more"),
        }
    }
}
