//! `serve`, and what `demo` shares with it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use domain::time::SystemClock;
use engine::Engine;
use engine::random::SystemRandom;
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cli::Role;
use crate::config::Config;
use crate::listen::{End, Options, Parts, Server, acceptor, bind};
use crate::output::Output;
use crate::wiring::{self, Index};
use crate::{health, logs, measure};

/// Runs the server until it is told to stop.
pub(super) async fn run(config: &Config, role: Role, output: Output) -> anyhow::Result<()> {
    let _logs = logs::start(&config.log);
    let running = start(config, role).await?;
    output.print(
        &format!("listening on {}", running.origin),
        &json!({ "listening": running.origin }),
    );
    running.finish().await
}

/// A server that accepts connections.
pub(super) struct Running {
    /// Where.
    pub(super) origin: String,
    server: Server,
    engine: Engine,
    work: TaskTracker,
    stop_work: CancellationToken,
    stop: CancellationToken,
    /// Another server took this one's number.
    is_ousted: CancellationToken,
    /// Heard from before anybody is told that it listens.
    signals: Signals,
    _lock: wiring::Lock,
}

/// SIGTERM and SIGINT.
#[derive(Debug)]
struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    /// Hears them from now on.
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

/// Opens everything and takes the address. The port is taken first, so that a second server on it
/// fails before it touches anything.
pub(super) async fn start(config: &Config, role: Role) -> anyhow::Result<Running> {
    let lock = wiring::lock(config)?;
    let address: SocketAddr = config.listen.address.parse().context("listen.address")?;
    let listener = bind(address).with_context(|| format!("{address} cannot be listened on"))?;
    let tls = if config.tls.is_on() {
        Some(acceptor(&config.tls.certificate, &config.tls.key)?)
    } else {
        None
    };
    let address = listener.local_addr()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let origin = format!("{scheme}://{address}");

    // Before anything is done that is measured.
    let measurements = measure::start();
    let db = wiring::database(config).await?;
    let public_url = wiring::public_url(config, address);
    let engine = wiring::engine(
        config,
        db,
        Index::OnDisk,
        public_url,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )
    .await?;
    let presence = wiring::presence(&engine).await?;
    engine::nodes::begin(&engine).await?;
    if store::accounts::list(engine.db()).await?.is_empty() {
        tracing::warn!("{}", super::admin::NO_ACCOUNT);
    }
    engine::auth::upkeep::start(&engine).await?;
    engine::idempotency::release_unfinished(&engine).await;
    engine::follow::start(&engine).await?;

    let stop = CancellationToken::new();
    let router = match role {
        Role::All | Role::Api => api::router(
            engine.clone(),
            api::ApiConfig {
                max_body_bytes: config.limits.body_bytes,
                shutdown: stop.clone(),
                old_permission_errors: config.conversocial.old_permission_errors,
            },
        ),
        Role::Worker => Router::new(),
    };
    let parts = Parts {
        options: options(config),
        tls,
        router,
        health: Arc::new(health::Whole::new(engine.clone(), measurements.clone())),
        name: name(&engine),
        introduce: |extensions, client| {
            extensions.insert(api::oauth::ClientAddress(client.ip));
        },
        shows_token: api::http::credentials::are_shown,
        only_reads: |method, uri| api::front::only_reads(method, uri.path()),
        refuse: |uri, refusal| {
            api::front::refuse(uri, refusal.status, refusal.error, refusal.reason)
        },
    };
    let server = Server::new(listener, parts)?;

    let (work, stop_work) = (TaskTracker::new(), CancellationToken::new());
    match role {
        Role::All | Role::Worker => engine::jobs::spawn(&engine, &work, &stop_work),
        Role::Api => {
            work.spawn(engine::jobs::maintain::run(
                engine.clone(),
                stop_work.clone(),
            ));
        }
    }
    work.spawn(engine::auth::upkeep::run(engine.clone(), stop_work.clone()));
    work.spawn(upkeep(measurements, stop_work.clone()));
    work.spawn(engine::clock::keep(engine.clone(), stop_work.clone()));
    let is_ousted = CancellationToken::new();
    work.spawn(crate::presence::keep(
        presence,
        stop_work.clone(),
        is_ousted.clone(),
    ));
    Ok(Running {
        is_ousted,
        origin,
        server,
        engine,
        work,
        stop_work,
        stop,
        signals: Signals::listen()?,
        _lock: lock,
    })
}

impl Running {
    /// Serves until SIGTERM or SIGINT; a second one ends it at once.
    pub(super) async fn finish(self) -> anyhow::Result<()> {
        let stop = self.stop.clone();
        let mut signals = self.signals;
        let impatient = CancellationToken::new();
        let watch = impatient.clone();
        tokio::spawn(async move {
            signals.next().await;
            tracing::info!("stopping");
            stop.cancel();
            signals.next().await;
            tracing::warn!("stopping at once");
            watch.cancel();
        });
        let end = tokio::select! {
            end = self.server.run(self.stop.clone()) => end,
            () = impatient.cancelled() => End::CutOff,
            // Two servers with one number must not work side by side for a moment longer.
            () = self.is_ousted.cancelled() => End::CutOff,
        };
        self.stop_work.cancel();
        self.work.close();
        tokio::select! {
            () = self.work.wait() => {}
            () = impatient.cancelled() => {}
            () = tokio::time::sleep(WORK_ENDS) => tracing::warn!("background work did not end in time"),
        }
        self.engine.db().close().await;
        if end == End::CutOff {
            tracing::warn!("some requests were cut off");
        }
        anyhow::ensure!(
            !self.is_ousted.is_cancelled(),
            "node: another server took this one's number while the database was out of reach"
        );
        Ok(())
    }
}

/// Returns at SIGTERM or SIGINT; never where these cannot be heard.
pub(super) async fn told_to_stop() {
    match Signals::listen() {
        Ok(mut signals) => signals.next().await,
        Err(_) => std::future::pending().await,
    }
}

/// How long background work may take to end; what it leaves is repeated after the next start.
const WORK_ENDS: Duration = Duration::from_secs(20);

async fn upkeep(measurements: measure::Measurements, stop: CancellationToken) {
    while tokio::time::timeout(measure::UPKEEP, stop.cancelled())
        .await
        .is_err()
    {
        measurements.upkeep();
    }
}

/// The listener's options, with no more connections than the process may open files.
fn options(config: &Config) -> Options {
    let mut options = Options::from(config);
    if let Some(files) = files_allowed() {
        // The database, the index and outbound requests need some too, and each download; so do
        // connections that were refused or sent away and are not closed yet.
        let others = options.downloads.saturating_add(256);
        let most = files.saturating_sub(others).max(files / 2);
        if options.connections > most {
            tracing::warn!(
                files,
                connections = most,
                "limits.connections is lowered to what the process may open"
            );
            options.connections = most;
        }
    }
    options
}

/// The soft limit of open files, where the system tells.
fn files_allowed() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Eight random digits that begin the number of every request of this run.
fn name(engine: &Engine) -> String {
    let mut bytes = [0; 4];
    engine.random().fill(&mut bytes);
    format!("{:08x}", u32::from_ne_bytes(bytes))
}
