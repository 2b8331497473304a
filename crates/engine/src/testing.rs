//! An engine for tests: a clock that stands still, seeded randomness, an index in memory, and a way
//! out that reaches this machine only.

#![expect(
    clippy::unwrap_used,
    reason = "this is test code, compiled into the library for the tests of other crates"
)]

mod together;

use std::path::PathBuf;
use std::sync::Arc;

use channels::{SafeHttp, SafeHttpSettings};
use domain::time::{DAY_MS, ManualClock, UnixMillis};
use search::{Search, SearchOptions};
use store::Db;
use tempfile::TempDir;
use work::{Caller, Held, Place, Turns};

pub use together::one_while_the_other;

use crate::auth::{AuthConfig, PasswordCost};
use crate::follow::IndexConfig;
use crate::jobs::PollingConfig;
use crate::random::SeededRandom;
use crate::reports::ReportsConfig;
use crate::{Engine, EngineConfig};

/// When the clock of every test stands: 2026-11-21T20:00:00Z.
pub const START: UnixMillis = UnixMillis(1_795_291_200_000);

/// An engine and its clock.
#[derive(Debug)]
pub struct TestEngine {
    /// The engine.
    pub engine: Engine,
    /// Its clock, which moves only when told to.
    pub clock: Arc<ManualClock>,
    /// Its directory of reports.
    pub files: TempDir,
}

impl TestEngine {
    /// An engine over a database, with its index up to date.
    pub async fn new(db: &Db) -> Self {
        Self::at(db, START).await
    }

    /// The same at another time, as after a restart.
    pub async fn at(db: &Db, now: UnixMillis) -> Self {
        Self::keeping(db, now, None, IndexConfig::default()).await
    }

    /// Another server on the same database, which numbers mentions in its own way.
    pub async fn second(db: &Db) -> Self {
        Self::node(db, START, None, IndexConfig::default(), 1).await
    }

    /// The same with an index that is kept in a directory, and in a certain way.
    pub async fn keeping(
        db: &Db,
        now: UnixMillis,
        directory: Option<PathBuf>,
        index: IndexConfig,
    ) -> Self {
        Self::node(db, now, directory, index, 0).await
    }

    async fn node(
        db: &Db,
        now: UnixMillis,
        directory: Option<PathBuf>,
        index: IndexConfig,
        node: u8,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(now));
        let files = tempfile::tempdir().unwrap();
        let http = SafeHttp::new(SafeHttpSettings {
            allow: vec!["127.0.0.0/8".to_owned()],
            ..SafeHttpSettings::default()
        })
        .unwrap();
        let config = EngineConfig {
            public_url: "https://switchboard.example".to_owned(),
            secret: [7; 32],
            auth: cheap_passwords(),
            polling: PollingConfig::default(),
            changes_kept_ms: 30 * DAY_MS,
            index: IndexConfig {
                retry_ms: 1,
                ..index
            },
            reports: ReportsConfig::new(files.path().to_owned()),
            streams: crate::live::StreamsConfig::default(),
        };
        let engine = Engine::new(
            db.clone(),
            Search::open(&SearchOptions { directory }).unwrap(),
            http,
            Arc::<ManualClock>::clone(&clock),
            Arc::new(SeededRandom::new(1)),
            node,
            config,
        )
        .await
        .unwrap();
        crate::follow::start(&engine).await.unwrap();
        Self {
            engine,
            clock,
            files,
        }
    }
}

/// Where those who search and count take turns.
pub fn index_turns(engine: &Engine) -> &Turns {
    engine.pool().turns()
}

/// Takes all room that answers in the making have, until what is returned is dropped.
pub fn all_room(engine: &Engine) -> Held {
    engine.pool().room().count(1 << 30)
}

/// Takes all places until what is returned is dropped.
pub async fn all_places(turns: &Turns) -> Vec<Place> {
    let mut places = Vec::new();
    for _ in 0..turns.places().running {
        places.push(turns.place(Caller::SERVER).await.unwrap());
    }
    places
}

/// Returns when so many pieces of work wait for their turn.
pub async fn until_waiting(turns: &Turns, count: usize) {
    while turns.load().waiting != count {
        tokio::task::yield_now().await;
    }
}

/// Password checks that take no time: what they cost is not what most tests are about.
fn cheap_passwords() -> AuthConfig {
    AuthConfig {
        password: PasswordCost {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        },
        password_queue_ms: 60_000,
        ..AuthConfig::default()
    }
}
