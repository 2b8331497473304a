//! The time that all servers of an installation share.
//!
//! Servers compare times that others wrote: leases, codes, sessions, windows of limits. Where they
//! share a PostgreSQL database they take its clock: how far it is from this machine's steady clock
//! is measured at start and again and again, and between two measurements the steady clock counts
//! on. So whatever a machine's own time of day says, or is set to, all servers agree to within the
//! time of a question to the database. On SQLite there is one server, and its own clock is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::time::{Clock, SECOND_MS, SteadyMillis, UnixMillis};
use tokio_util::sync::CancellationToken;

use crate::{Engine, Error};

/// How often the database is asked for the time.
const ASK_EVERY: Duration = Duration::from_secs(10);
/// Questions of one measurement; the one that was answered fastest counts.
const QUESTIONS: usize = 3;
/// What a measurement may differ from the one before and still mean the same: answers come in
/// whole milliseconds, and machines count a little fast or slow.
const JITTER_MS: i64 = 20;
/// The difference between a machine's clock and the shared one from which people are told.
pub const TOLD_SKEW_MS: i64 = SECOND_MS;
/// Stands for "not measured".
const NONE: i64 = i64::MIN;

/// A clock that follows another machine's, once it was measured.
#[derive(Debug)]
pub struct SharedClock {
    own: Arc<dyn Clock>,
    /// Shared time minus the steady clock.
    offset_ms: AtomicI64,
    /// Own time of day minus shared time.
    skew_ms: AtomicI64,
}

impl SharedClock {
    /// A clock that says what `own` says until another was measured.
    pub(crate) fn over(own: Arc<dyn Clock>) -> Self {
        Self {
            own,
            offset_ms: AtomicI64::new(NONE),
            skew_ms: AtomicI64::new(0),
        }
    }

    /// Takes over what the other clock said between two readings of the steady one.
    pub(crate) fn observe(&self, said: UnixMillis, asked: SteadyMillis, answered: SteadyMillis) {
        let half = answered.since(asked).max(0).div_euclid(2);
        let measured = said.0.saturating_sub(asked.0.saturating_add(half));
        let known = self.offset_ms.load(Ordering::Relaxed);
        // What the question cannot tell apart is no news, or time would tremble.
        let is_news = known == NONE
            || measured.saturating_sub(known).saturating_abs() > half.saturating_add(JITTER_MS);
        if is_news {
            self.offset_ms.store(measured, Ordering::Relaxed);
        }
        let skew = self.own.now().since(self.now());
        self.skew_ms.store(skew, Ordering::Relaxed);
    }

    /// How far this machine's time of day is ahead of the shared one, as of the last measurement;
    /// negative when it is behind.
    pub fn skew_ms(&self) -> i64 {
        self.skew_ms.load(Ordering::Relaxed)
    }
}

impl Clock for SharedClock {
    fn now(&self) -> UnixMillis {
        match self.offset_ms.load(Ordering::Relaxed) {
            NONE => self.own.now(),
            offset => UnixMillis(self.own.steady().0.saturating_add(offset)),
        }
    }

    fn steady(&self) -> SteadyMillis {
        self.own.steady()
    }
}

/// A difference in a sentence that begins with "this machine's clock is".
pub fn in_words(skew_ms: i64) -> String {
    let (seconds, tenths) = (skew_ms.abs() / 1_000, skew_ms.abs() % 1_000 / 100);
    let direction = if skew_ms < 0 { "behind" } else { "ahead of" };
    format!("{seconds}.{tenths} s {direction} the database's, which is used")
}

/// Measures the database's clock, where several servers may share the database.
///
/// # Errors
/// Those of the database; the last measurement then stays in force.
pub async fn agree(engine: &Engine) -> Result<(), Error> {
    let clock = engine.shared_clock();
    let mut best: Option<(UnixMillis, SteadyMillis, SteadyMillis)> = None;
    for _ in 0..QUESTIONS {
        let asked = clock.steady();
        let Some(said) = store::health::now(engine.db()).await? else {
            return Ok(());
        };
        let answered = clock.steady();
        if best.is_none_or(|(_, from, to)| answered.since(asked) < to.since(from)) {
            best = Some((said, asked, answered));
        }
    }
    if let Some((said, asked, answered)) = best {
        clock.observe(said, asked, answered);
    }
    Ok(())
}

/// Measures again and again until it is stopped, and logs a difference that begins or ends.
pub async fn keep(engine: Engine, stop: CancellationToken) {
    let mut was_told = false;
    loop {
        let skew_ms = engine.shared_clock().skew_ms();
        let is_told = skew_ms.abs() > TOLD_SKEW_MS;
        if is_told && !was_told {
            tracing::warn!("this machine's clock is {}", in_words(skew_ms));
        } else if was_told && !is_told {
            tracing::info!(
                skew_ms,
                "this machine's clock agrees with the database's again"
            );
        }
        was_told = is_told;
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ASK_EVERY) => {}
        }
        if let Err(error) = agree(&engine).await {
            tracing::debug!(%error, "the database does not tell its time");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{MINUTE_MS, ManualClock};

    const START: UnixMillis = UnixMillis(1_795_291_200_000);

    /// A machine whose clock is wrong by so much, and its shared clock.
    fn machine(wrong_ms: i64) -> (Arc<ManualClock>, SharedClock) {
        let own = Arc::new(ManualClock::at(START.plus_ms(wrong_ms)));
        let shared = SharedClock::over(Arc::<ManualClock>::clone(&own));
        (own, shared)
    }

    #[test]
    fn machines_whose_clocks_are_minutes_apart_say_the_same_time() {
        for wrong_ms in [-5 * MINUTE_MS, 0, 5 * MINUTE_MS] {
            let (own, shared) = machine(wrong_ms);
            assert_eq!(
                shared.now(),
                START.plus_ms(wrong_ms),
                "nothing was measured"
            );
            shared.observe(START, own.steady(), own.steady());
            assert_eq!((shared.now(), shared.skew_ms()), (START, wrong_ms));
            own.advance_ms(7);
            assert_eq!(shared.now(), START.plus_ms(7));
            own.jump_ms(999 * MINUTE_MS);
            assert_eq!(shared.now(), START.plus_ms(7), "nobody can set it");
        }
    }

    #[test]
    fn half_the_time_of_the_question_is_taken_off_and_what_it_cannot_tell_changes_nothing() {
        let (own, shared) = machine(0);
        let asked = own.steady();
        own.advance_ms(40);
        shared.observe(START.plus_ms(1_020), asked, own.steady());
        assert_eq!(shared.now(), START.plus_ms(1_040));
        for (said, expected) in [(1_060, 1_040), (1_021, 1_040), (1_500, 1_500)] {
            shared.observe(START.plus_ms(said), own.steady(), own.steady());
            assert_eq!(shared.now(), START.plus_ms(expected), "{said}");
        }
    }
}
