//! The server in one process.

use std::ops::Deref;
use std::sync::Arc;

use api::ApiConfig;
use channels::{SafeHttp, SafeHttpSettings};
use domain::ids::{AccountId, ChangeNumber};
use domain::time::{DAY_MS, ManualClock, UnixMillis};
use engine::auth::setup::{self, Initialised};
use engine::auth::{AuthConfig, LimitsConfig, PasswordCost};
use engine::follow::IndexConfig;
use engine::jobs::PollingConfig;
use engine::random::SeededRandom;
use engine::reports::ReportsConfig;
use engine::{Engine, EngineConfig};
use search::{Search, SearchOptions};
use serde_json::json;
use store::testing::TestDb;
use tempfile::TempDir;

use super::Client;

/// When the clock of every test stands: Saturday, 2026-11-21T20:00:00Z.
pub(crate) const START: UnixMillis = UnixMillis(1_795_291_200_000);

/// Scopes of the administrator's token.
const EVERY_SCOPE: &str =
    "identify accounts_read accounts_write socialprofiles email accounts_handover";

/// What a test may want otherwise.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    pub(crate) limits: Option<LimitsConfig>,
    pub(crate) index: IndexConfig,
}

/// A server with one account, one project, one topic and an administrator, as whom it is called.
pub(crate) struct App {
    /// The administrator.
    client: Client,
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) first: Initialised,
    wishes: Wishes,
    starts: u64,
    index: TempDir,
    files: TempDir,
    // dropped last
    db: TestDb,
}

impl Deref for App {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl App {
    pub(crate) async fn test() -> Self {
        Self::with(Wishes::default()).await
    }

    /// With the limits of calls that are the default.
    pub(crate) async fn limited() -> Self {
        let limits = Some(LimitsConfig::default());
        Self::with(Wishes {
            limits,
            ..Wishes::default()
        })
        .await
    }

    pub(crate) async fn with(wishes: Wishes) -> Self {
        let db = database().await;
        let clock = Arc::new(ManualClock::at(START));
        let index = tempfile::tempdir().unwrap();
        let files = tempfile::tempdir().unwrap();
        let engine = engine(&db, &clock, (&index, &files), &wishes, 1).await;
        let first = setup::init(
            &engine,
            "Northwind",
            "ines.morgado@northwind.example",
            "der Zug nach Ulm kommt nie an",
            "UTC",
        )
        .await
        .unwrap();
        engine::follow::start(&engine).await.unwrap();
        let token = setup::personal_token(&engine, &first.email, EVERY_SCOPE)
            .await
            .unwrap();
        let client = Client {
            router: api::router(engine.clone(), ApiConfig::default()),
            token: Some(token.access_token.expose().to_owned()),
            account: first.account_id.get(),
            topic: 0,
        };
        let mut app = Self {
            client,
            engine,
            clock,
            first,
            wishes,
            starts: 1,
            index,
            files,
            db,
        };
        app.settled(app.first.account_id).await;
        app.client.topic = app
            .make("topics", "topic", &json!({"name": "Support"}))
            .await["id"]
            .as_i64()
            .unwrap();
        app
    }

    /// Gives the administrator a fresh token, after a long time.
    pub(crate) async fn renew_token(&mut self) {
        self.client.token = Some(self.token(&self.first.email, EVERY_SCOPE).await);
    }

    /// A client with another token.
    pub(crate) fn with_new_token(&self, token: &str) -> Client {
        self.client.with_token(Some(token))
    }

    /// A personal token of a user.
    pub(crate) async fn token(&self, email: &str, scopes: &str) -> String {
        let token = setup::personal_token(&self.engine, email, scopes)
            .await
            .unwrap();
        token.access_token.expose().to_owned()
    }

    /// The administrator with a token of these scopes.
    pub(crate) async fn with_scopes(&self, scopes: &str) -> Client {
        self.with_new_token(&self.token(&self.first.email, scopes).await)
    }

    /// The whole server, for callers of another kind.
    pub(crate) fn router(&self) -> axum::Router {
        self.client.router.clone()
    }

    pub(crate) fn advance(&self, ms: i64) {
        self.clock.advance_ms(ms);
    }

    /// Polls what is due and does what is to be done, until nothing is left.
    pub(crate) async fn run_jobs(&self) {
        engine::jobs::run_until_idle(&self.engine).await.unwrap();
    }

    /// The newest change of an account.
    pub(crate) async fn head_of(&self, account: i64) -> ChangeNumber {
        store::changes::head(self.engine.db(), AccountId(account))
            .await
            .unwrap()
    }

    /// Writes snapshots, stops, and starts anew over the same database and index directory.
    pub(crate) async fn restart(&mut self) {
        engine::jobs::maintain::save_snapshots(&self.engine)
            .await
            .unwrap();
        self.start_again().await;
    }

    /// Stops without a new snapshot, and starts anew with the last one.
    pub(crate) async fn restart_without_snapshot(&mut self) {
        self.start_again().await;
    }

    /// Stops without a snapshot, loses the index directory, and starts anew.
    pub(crate) async fn restart_without_index(&mut self) {
        self.index = tempfile::tempdir().unwrap();
        self.start_again().await;
    }

    async fn start_again(&mut self) {
        self.starts += 1;
        // The old index lets go of its directory before the new one opens it.
        self.engine = bare_engine(&self.db, &self.clock, &self.files, &self.wishes).await;
        self.client.router = axum::Router::new();
        self.engine = engine(
            &self.db,
            &self.clock,
            (&self.index, &self.files),
            &self.wishes,
            self.starts,
        )
        .await;
        engine::follow::start(&self.engine).await.unwrap();
        for account in store::accounts::list(self.engine.db()).await.unwrap() {
            self.settled(account.id).await;
        }
        self.client.router = api::router(self.engine.clone(), ApiConfig::default());
    }

    /// Waits until the index of an account, which is built in the background, is in place.
    pub(super) async fn settled(&self, account: AccountId) {
        while self.engine.search().state(account) != search::AccountState::Ready {
            tokio::task::yield_now().await;
        }
    }
}

/// SQLite, or PostgreSQL where the whole suite is asked to run on it.
async fn database() -> TestDb {
    match std::env::var("SWITCHBOARD_TEST_STORE").as_deref() {
        Ok("postgres") => TestDb::postgres()
            .await
            .expect("SWITCHBOARD_TEST_STORE=postgres needs SWITCHBOARD_TEST_POSTGRES"),
        Ok("sqlite") | Err(_) => TestDb::sqlite().await,
        Ok(other) => panic!("SWITCHBOARD_TEST_STORE is sqlite or postgres, not {other:?}"),
    }
}

async fn engine(
    db: &TestDb,
    clock: &Arc<ManualClock>,
    (index, files): (&TempDir, &TempDir),
    wishes: &Wishes,
    seed: u64,
) -> Engine {
    let directory = Some(index.path().to_owned());
    let search = Search::open(&SearchOptions { directory }).unwrap();
    assemble(db, search, clock, files, wishes, seed).await
}

async fn bare_engine(
    db: &TestDb,
    clock: &Arc<ManualClock>,
    files: &TempDir,
    wishes: &Wishes,
) -> Engine {
    let search = Search::open(&SearchOptions { directory: None }).unwrap();
    assemble(db, search, clock, files, wishes, 0).await
}

async fn assemble(
    db: &TestDb,
    search: Search,
    clock: &Arc<ManualClock>,
    files: &TempDir,
    wishes: &Wishes,
    seed: u64,
) -> Engine {
    let http = SafeHttp::new(SafeHttpSettings {
        allow: vec!["127.0.0.0/8".to_owned()],
        ..SafeHttpSettings::default()
    })
    .unwrap();
    let unlimited = LimitsConfig {
        enabled: false,
        ..LimitsConfig::default()
    };
    let config = EngineConfig {
        public_url: "https://switchboard.example".to_owned(),
        secret: [7; 32],
        auth: AuthConfig {
            // What a password check costs is not what these tests are about.
            password: PasswordCost {
                memory_kib: 8,
                passes: 1,
                lanes: 1,
            },
            password_queue_ms: 60_000,
            limits: wishes.limits.unwrap_or(unlimited),
            ..AuthConfig::default()
        },
        polling: PollingConfig::default(),
        changes_kept_ms: 30 * DAY_MS,
        index: wishes.index.clone(),
        reports: ReportsConfig::new(files.path().to_owned()),
        streams: engine::live::StreamsConfig::default(),
    };
    let random = Arc::new(SeededRandom::new(seed));
    Engine::new(
        (*db).clone(),
        search,
        http,
        Arc::<ManualClock>::clone(clock),
        random,
        0,
        config,
    )
    .await
    .unwrap()
}
