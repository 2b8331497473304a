//! What is measured of turns; `docs/metrics.md` says what each number means.

use std::time::Duration;

use crate::Stopped;

/// Says that there is a pool, so that its counters are there before anything was counted.
pub(crate) fn begin(pool: &'static str) {
    metrics::counter!("work_refused_total", "pool" => pool).increment(0);
    for stopped in [
        Stopped::TooMuch,
        Stopped::TooLarge,
        Stopped::NoRoom,
        Stopped::Cancelled,
    ] {
        count(pool, stopped, 0);
    }
}

/// Somebody was told to come back.
pub(crate) fn refused(pool: &'static str) {
    metrics::counter!("work_refused_total", "pool" => pool).increment(1);
}

/// A piece of work did not come to its end.
pub(crate) fn cut_short(pool: &'static str, stopped: Stopped) {
    count(pool, stopped, 1);
}

fn count(pool: &'static str, stopped: Stopped, more: u64) {
    let reason = match stopped {
        Stopped::TooMuch => "out_of_budget",
        Stopped::TooLarge => "too_large",
        Stopped::NoRoom => "no_room",
        Stopped::Cancelled => "cancelled",
    };
    metrics::counter!("work_cut_short_total", "pool" => pool, "reason" => reason).increment(more);
}

/// A piece of work is over that has waited so long for its turns, all of them.
pub(crate) fn waited(pool: &'static str, time: Duration) {
    metrics::histogram!("work_wait_seconds", "pool" => pool).record(time.as_secs_f64());
}
