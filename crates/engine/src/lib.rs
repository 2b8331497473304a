//! Use cases: the only place where rules, store, search and channels meet.
//!
//! # Organization
//! One module per use case with plain functions over [`Engine`] and a
//! [`Scope`](domain::scope::Scope): [`inbox`], [`insights`], [`settings`], [`live`], [`auth`].
//! [`pipeline`] takes in what arrives, [`jobs`] works in the background, [`mod@write`] and [`follow`]
//! carry every change from the store to the index and the listeners.
//!
//! # Invariants
//! - Nothing here knows a public API: no JSON names, no HTTP status.
//! - Only [`auth`] makes a scope for a person.
//! - A change is acknowledged after it is durable and in the index of this node.

#![warn(missing_docs)]

mod address;
pub mod agent_events;
pub mod answers;
mod assigned;
pub mod auth;
pub mod authors;
pub mod clock;
pub mod contacts;
pub mod conversations;
pub mod directory;
pub mod error;
pub mod follow;
pub mod give_back;
pub mod hold;
pub mod idempotency;
pub mod inbox;
pub mod insights;
pub mod jobs;
pub mod key_values;
pub mod live;
mod looks;
pub mod nodes;
pub mod pipeline;
pub mod pool;
pub mod random;
pub mod reports;
pub(crate) mod room;
mod seal;
pub mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod write;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use channels::{Registry, SafeHttp};
use domain::ids::{AccountId, IdSource, MentionId};
use domain::time::{Clock, SteadyMillis, UnixMillis};
use search::Search;
use store::Db;
use store::nodes::Holder;

/// Words of lists and facets that callers ask with.
pub mod query {
    pub use search::{Axis, Cursor, FacetLabel, FacetTable, Grouping, Metric, Sort, SortField};
}

pub use directory::Directory;
pub use error::{Cause, Denial, Detail, Error, What};
pub use random::Random;

/// What the use cases need to be told.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Origin under which users and programs reach the server, without a slash at the end.
    pub public_url: String,
    /// Signs cursors and form tokens; 32 random bytes kept in the data directory.
    pub secret: [u8; 32],
    /// Sign-in, tokens and limits.
    pub auth: auth::AuthConfig,
    /// Connectors.
    pub polling: jobs::PollingConfig,
    /// How long the change log is kept.
    pub changes_kept_ms: i64,
    /// How the index is kept.
    pub index: follow::IndexConfig,
    /// Where reports are kept and for how long.
    pub reports: reports::ReportsConfig,
    /// How many live streams may be open.
    pub streams: live::StreamsConfig,
}

/// The use cases and what they work with; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    parts: Arc<Parts>,
}

struct Parts {
    db: Db,
    search: Search,
    http: SafeHttp,
    channels: Registry,
    clock: Arc<clock::SharedClock>,
    looks: Mutex<looks::Looks>,
    random: Arc<dyn Random>,
    ids: IdSource,
    config: EngineConfig,
    node: u8,
    /// Which of this server's starts this is; 0 before [`nodes::begin`].
    start: AtomicI64,
    auth: auth::State,
    follow: follow::Follow,
    live: live::State,
    jobs: jobs::Signals,
    runs: idempotency::Runs,
    give_backs: Arc<give_back::GiveBacks>,
    pool: pool::Pool,
    directories: Mutex<HashMap<AccountId, Arc<Directory>>>,
    #[cfg(any(test, feature = "testing"))]
    holds: hold::testing::Holds,
}

impl Engine {
    /// Puts the parts together. The index is empty until [`follow::start`] has filled it.
    ///
    /// `node` tells servers that share a database apart; it becomes part of new mentions' numbers.
    pub async fn new(
        db: Db,
        search: Search,
        http: SafeHttp,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        node: u8,
        config: EngineConfig,
    ) -> Result<Self, Error> {
        let ids = IdSource::new(node);
        let newest = [
            store::mentions::max_id(&db).await?.map(MentionId::get),
            store::contacts::max_id(&db).await?,
            store::agent_events::max_id(&db).await?,
        ];
        for newest in newest.into_iter().flatten() {
            ids.observe(newest);
        }
        let auth = auth::State::new(&config.auth);
        let parts = Parts {
            db,
            search,
            http,
            channels: Registry::standard(),
            looks: Mutex::new(looks::Looks::begin(clock.as_ref())),
            clock: Arc::new(clock::SharedClock::over(clock)),
            random,
            ids,
            config,
            node,
            start: AtomicI64::new(0),
            auth,
            follow: follow::Follow::default(),
            live: live::State::default(),
            jobs: jobs::Signals::default(),
            runs: idempotency::Runs::default(),
            give_backs: Arc::default(),
            pool: pool::Pool::new(),
            directories: Mutex::default(),
            #[cfg(any(test, feature = "testing"))]
            holds: hold::testing::Holds::default(),
        };
        Ok(Self {
            parts: Arc::new(parts),
        })
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.parts.db
    }

    /// The index.
    pub fn search(&self) -> &Search {
        &self.parts.search
    }

    /// The way out.
    pub fn http(&self) -> &SafeHttp {
        &self.parts.http
    }

    /// The connectors there are.
    pub fn channels(&self) -> &Registry {
        &self.parts.channels
    }

    /// The time, the same on all servers that share a database.
    pub fn now(&self) -> UnixMillis {
        self.parts.clock.now()
    }

    /// The clock, for what outlives a call.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::<clock::SharedClock>::clone(&self.parts.clock)
    }

    /// The clock and how it compares with this machine's.
    pub fn shared_clock(&self) -> &clock::SharedClock {
        &self.parts.clock
    }

    /// A reading of the clock that nobody sets.
    pub(crate) fn steady(&self) -> SteadyMillis {
        self.parts.clock.steady()
    }

    /// The time by which things may be removed for good; `None` until the clock was looked at
    /// twice. Whatever is purged is compared with this and not with [`now`](Self::now).
    pub(crate) fn purge_time(&self) -> Option<UnixMillis> {
        self.parts
            .looks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .again(self.parts.clock.as_ref())
    }

    /// Random bytes.
    pub fn random(&self) -> &dyn Random {
        self.parts.random.as_ref()
    }

    /// What the use cases were told.
    pub fn config(&self) -> &EngineConfig {
        &self.parts.config
    }

    /// What tells this server from others that share its database.
    pub fn node(&self) -> u8 {
        self.parts.node
    }

    /// What work that this server takes is marked with.
    pub(crate) fn holder(&self) -> Holder {
        Holder {
            node: self.parts.node,
            start: self.parts.start.load(Ordering::Relaxed),
        }
    }

    /// The requests with a key that run here.
    pub(crate) fn runs(&self) -> &idempotency::Runs {
        &self.parts.runs
    }

    /// What is still to be given back.
    pub(crate) fn give_backs(&self) -> &Arc<give_back::GiveBacks> {
        &self.parts.give_backs
    }

    /// A number for a new mention.
    pub fn new_mention_id(&self) -> MentionId {
        MentionId(self.parts.ids.next(self.now()))
    }

    /// A number for anything else of which there are many.
    pub(crate) fn new_id(&self) -> i64 {
        self.parts.ids.next(self.now())
    }

    pub(crate) fn auth_state(&self) -> &auth::State {
        &self.parts.auth
    }

    pub(crate) fn follow(&self) -> &follow::Follow {
        &self.parts.follow
    }

    pub(crate) fn live(&self) -> &live::State {
        &self.parts.live
    }

    pub(crate) fn pool(&self) -> &pool::Pool {
        &self.parts.pool
    }

    pub(crate) fn signals(&self) -> &jobs::Signals {
        &self.parts.jobs
    }

    /// Names and settings of an account, as they were when the call began or are by now.
    ///
    /// # Errors
    /// [`What::Account`] when there is no such account; `Unavailable` when another server's
    /// changes take too long to come.
    pub async fn directory(&self, account_id: AccountId) -> Result<Arc<Directory>, Error> {
        if !follow::fresh(self, account_id).await? {
            return Err(Error::not_yet("another server's changes are not here yet"));
        }
        self.directory_as_known(account_id).await
    }

    /// The same as this node knows it, for callers that have made sure that it knows enough.
    pub(crate) async fn directory_as_known(
        &self,
        account_id: AccountId,
    ) -> Result<Arc<Directory>, Error> {
        if let Some(known) = self.directories().get(&account_id) {
            return Ok(Arc::clone(known));
        }
        // The generation is read before the database: a change during the load drops the result.
        let generation = self.follow().settings_generation(account_id);
        let loaded = Arc::new(Directory::load(self.db(), account_id).await?);
        let mut directories = self.directories();
        if self.follow().settings_generation(account_id) == generation {
            directories.insert(account_id, Arc::clone(&loaded));
        }
        Ok(loaded)
    }

    pub(crate) fn forget_directory(&self, account_id: AccountId) {
        self.directories().remove(&account_id);
    }

    fn directories(&self) -> std::sync::MutexGuard<'_, HashMap<AccountId, Arc<Directory>>> {
        self.parts
            .directories
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("public_url", &self.parts.config.public_url)
            .finish_non_exhaustive()
    }
}
