//! How the whole is: for `/readyz` and `/metrics`.

use engine::Engine;
use futures::future::BoxFuture;
use search::AccountState;

use crate::listen::{Health, Report};
use crate::measure::Measurements;

/// Asks the database and the index.
pub(crate) struct Whole {
    engine: Engine,
    measurements: Measurements,
}

impl Whole {
    /// Asks these.
    pub(crate) const fn new(engine: Engine, measurements: Measurements) -> Self {
        Self {
            engine,
            measurements,
        }
    }

    async fn report(&self) -> Report {
        let mut report = Report::default();
        if let Err(error) = store::health::is_writable(self.engine.db()).await {
            tracing::warn!(
                error = engine::error::in_full(&error),
                "the database is not writable"
            );
            let problem = if self.engine.db().is_full() {
                "the disk of the database is full"
            } else if error.is_read_only() {
                "the database only reads: it is a standby, or set so"
            } else {
                "the database cannot be written to"
            };
            report.problems.push(problem.to_owned());
            return report;
        }
        let accounts = match store::accounts::list(self.engine.db()).await {
            Ok(accounts) => accounts,
            Err(error) => {
                tracing::warn!(
                    error = engine::error::in_full(&error),
                    "the database is not readable"
                );
                report
                    .problems
                    .push("the database cannot be read".to_owned());
                return report;
            }
        };
        let skew_ms = self.engine.shared_clock().skew_ms();
        if skew_ms.abs() > engine::clock::TOLD_SKEW_MS {
            report.notes.push(format!(
                "this machine's clock is {}",
                engine::clock::in_words(skew_ms)
            ));
        }
        if accounts.is_empty() {
            report
                .notes
                .push("there is no account yet: run `switchboard init`".to_owned());
        }
        // Lists of an account whose index is not complete say so themselves, and the others are
        // not concerned: no reason to send requests elsewhere.
        for account in accounts {
            let note = match self.engine.search().state(account.id) {
                AccountState::Ready if engine::follow::has_words(&self.engine, account.id) => {
                    continue;
                }
                AccountState::Ready => {
                    "has all mentions but not all words yet; lists with words answer 503 until it \
                     is complete"
                }
                AccountState::Rebuilding => {
                    "is being rebuilt; its lists answer 503 until it is complete"
                }
                AccountState::Absent | AccountState::Loading => "is not loaded yet",
            };
            report
                .notes
                .push(format!("the index of account {} {note}", account.id));
        }
        report
    }
}

impl Health for Whole {
    fn check(&self) -> BoxFuture<'_, Report> {
        Box::pin(self.report())
    }

    fn fault(&self) -> Option<String> {
        self.engine.db().fault()
    }

    fn metrics(&self) -> String {
        let memory = self.engine.search().memory();
        let (mut rows, mut bytes) = (0, 0);
        for account in &memory.accounts {
            rows += account.rows;
            bytes += account.bytes;
        }
        set("index_rows", rows);
        set("index_bytes", bytes);
        metrics::counter!("log_lines_lost_total").absolute(crate::logs::lost());
        for load in engine::pool::loads(&self.engine) {
            let count = |count: usize| u32::try_from(count).map_or(f64::from(u32::MAX), f64::from);
            metrics::gauge!("work_running", "pool" => load.pool).set(count(load.running));
            metrics::gauge!("work_waiting", "pool" => load.pool).set(count(load.waiting));
        }
        self.measurements.text()
    }
}

/// A gauge is a floating-point number; counts beyond 2^32 are shown as that.
fn set(name: &'static str, value: u64) {
    let value = u32::try_from(value).map_or(f64::from(u32::MAX), f64::from);
    metrics::gauge!(name).set(value);
}
