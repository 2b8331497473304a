//! Says in the log that callers are told to come back: once when that begins, since each call would
//! be more than a log can take. How often it happens is counted (`http_requests_total`,
//! `work_refused_total`).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::Error;
use tokio::time::Instant;

/// After so long without another one it has ended, and the next one is said again.
const OVER: Duration = Duration::from_mins(1);

/// When callers were refused last, by reason.
#[derive(Debug, Default)]
struct Refusals(BTreeMap<&'static str, Instant>);

impl Refusals {
    /// Whether this is the first one for a while.
    fn begins(&mut self, reason: &'static str, now: Instant) -> bool {
        let last = self.0.insert(reason, now);
        last.is_none_or(|last| now.duration_since(last) >= OVER)
    }
}

/// Of the process, as the log is.
static REFUSALS: Mutex<Refusals> = Mutex::new(Refusals(BTreeMap::new()));

/// Whether nothing is wrong but that the caller has to come back; that is said here then.
pub fn is_refusal(error: &Error, request_id: &str) -> bool {
    let Some(reason) = error.refusal() else {
        return false;
    };
    let mut refusals = REFUSALS.lock().unwrap_or_else(PoisonError::into_inner);
    if refusals.begins(reason, Instant::now()) {
        tracing::warn!(
            request_id,
            reason,
            "calls are refused with 503 for the moment; this is said once"
        );
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_said_when_it_begins_and_not_while_it_goes_on() {
        let mut refusals = Refusals::default();
        let start = Instant::now();
        assert!(refusals.begins("busy", start));
        for second in 0..300 {
            assert!(!refusals.begins("busy", start + Duration::from_secs(second)));
        }
        assert!(refusals.begins("not yet", start), "another one");
        let later = start + Duration::from_secs(299) + OVER;
        assert!(refusals.begins("busy", later), "it had ended");
        assert!(!refusals.begins("busy", later));
    }
}
