//! Work in the background: polling sources, processing what arrived, housekeeping.
//!
//! # Organization
//! [`runner`] takes jobs from the database and runs them, [`poll`] asks the sources that are due,
//! [`maintain`] does what has to be done now and then. [`spawn`] starts all three.
//!
//! # Invariants
//! - Everything that must not be lost is in the database before it is worked on; a process may die
//!   at any point.
//! - A job has no effect that its repetition would double.
//! - Failures are logged here and nowhere below.

pub mod maintain;
pub mod poll;
pub(crate) mod poll_profile;
mod position;
pub mod runner;
mod trim;
mod turns;

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{Engine, Error};

/// How sources are polled and jobs are run.
#[derive(Debug, Clone)]
pub struct PollingConfig {
    /// Whether this server polls sources at all.
    pub is_enabled: bool,
    /// Sources that are asked at the same time and answer at once.
    pub concurrent_polls: usize,
    /// How long that is.
    pub quick_ms: u64,
    /// Sources that are waited for beside them because they take longer.
    pub slow_polls: usize,
    /// Sources of one host, of either kind.
    pub polls_per_host: usize,
    /// Jobs that run at the same time.
    pub concurrent_jobs: usize,
}

impl Default for PollingConfig {
    fn default() -> Self {
        Self {
            is_enabled: true,
            concurrent_polls: 8,
            quick_ms: 2_000,
            slow_polls: 32,
            polls_per_host: 4,
            concurrent_jobs: 2,
        }
    }
}

/// News for those who wait for work.
#[derive(Debug, Default)]
pub struct Signals {
    jobs: Arc<Notify>,
    slow_jobs: Arc<Notify>,
    polls: Notify,
    limits: channels::limit::Limits,
}

impl Signals {
    /// There may be something to do.
    pub fn wake(&self) {
        self.jobs.notify_one();
        self.slow_jobs.notify_one();
        self.polls.notify_one();
    }
}

/// Starts all work in the background; it ends in an orderly way when `cancel` is cancelled, and
/// the tracker's tasks end with it.
pub fn spawn(engine: &Engine, tracker: &TaskTracker, cancel: &CancellationToken) {
    tracker.spawn(runner::run(engine.clone(), cancel.clone()));
    if engine.config().polling.is_enabled {
        tracker.spawn(poll::run(engine.clone(), cancel.clone()));
    }
    tracker.spawn(maintain::run(engine.clone(), cancel.clone()));
}

/// Does what is due now, and what comes of it, until nothing is left. For tests and
/// demonstrations, where time stands still meanwhile.
pub async fn run_until_idle(engine: &Engine) -> Result<(), Error> {
    loop {
        let polled = poll::poll_due(engine).await?;
        let worked = runner::run_due(engine).await?;
        if polled == 0 && worked == 0 {
            return Ok(());
        }
    }
}

/// A number from 0 to 999, for spreading what would otherwise happen at once.
fn spread(engine: &Engine) -> u16 {
    let mut bytes = [0; 2];
    engine.random().fill(&mut bytes);
    u16::from_le_bytes(bytes) % 1_000
}

#[cfg(test)]
mod tests;
