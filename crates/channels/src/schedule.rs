//! When to ask a source again after a failure: later and later, never "never".
//!
//! Giving up after a few failures is how messages are lost in an outage, so only a source that
//! says it is gone for good ends polling.

use domain::time::{HOUR_MS, MINUTE_MS, UnixMillis};

use crate::channel::{PollError, PollErrorKind};

/// First pause after a failure, in milliseconds.
const FIRST_MS: i64 = MINUTE_MS;
/// Longest pause after network trouble: back within the hour after any outage.
const LONGEST_MS: i64 = HOUR_MS;
/// Longest pause where a person has to act first.
const LONGEST_REFUSED_MS: i64 = 6 * HOUR_MS;
/// Longest wish of a source that is honoured.
const LONGEST_WISH_MS: i64 = 24 * HOUR_MS;

/// When to try again, or `None` when the connection is to be disabled.
///
/// `failures` counts the failures in a row, this one included. `spread` (0 to 999, from the
/// caller's random numbers) lengthens the pause by up to a tenth, so that connections that failed
/// together do not return together.
pub fn after_failure(
    error: &PollError,
    failures: i64,
    spread: u16,
    now: UnixMillis,
) -> Option<UnixMillis> {
    if error.is_final() {
        return None;
    }
    let longest = if error.kind == PollErrorKind::Refused {
        LONGEST_REFUSED_MS
    } else {
        LONGEST_MS
    };
    let doublings = u32::try_from(failures.clamp(1, 16) - 1).unwrap_or(0);
    let pause = FIRST_MS.saturating_mul(1 << doublings).min(longest);
    let wish = error.retry_after_ms.unwrap_or(0).clamp(0, LONGEST_WISH_MS);
    let pause = pause.max(wish);
    let extra = pause / 10 * i64::from(spread.min(999)) / 1_000;
    Some(now.plus_ms(pause + extra))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_291_200_000);

    fn pause(kind: PollErrorKind, failures: i64) -> i64 {
        after_failure(&PollError::new(kind, "x"), failures, 0, NOW)
            .unwrap()
            .since(NOW)
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_never_end() {
        let pauses: Vec<i64> = (1..=8)
            .map(|failures| pause(PollErrorKind::Transient, failures) / MINUTE_MS)
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause(PollErrorKind::Transient, i64::MAX), HOUR_MS);
        assert_eq!(pause(PollErrorKind::Refused, i64::MAX), 6 * HOUR_MS);
    }

    #[test]
    fn the_wish_of_the_source_is_honoured_up_to_a_day() {
        let mut error = PollError::new(PollErrorKind::RateLimited, "x");
        error.retry_after_ms = Some(3 * HOUR_MS);
        assert_eq!(
            after_failure(&error, 1, 0, NOW),
            Some(NOW.plus_ms(3 * HOUR_MS))
        );
        error.retry_after_ms = Some(i64::MAX);
        assert_eq!(
            after_failure(&error, 1, 0, NOW),
            Some(NOW.plus_ms(24 * HOUR_MS))
        );
        error.retry_after_ms = Some(-5);
        assert_eq!(
            after_failure(&error, 1, 0, NOW),
            Some(NOW.plus_ms(MINUTE_MS))
        );
    }

    #[test]
    fn a_source_that_is_gone_is_not_asked_again() {
        let error = PollError::new(PollErrorKind::Gone, "x");
        assert_eq!(after_failure(&error, 1, 0, NOW), None);
    }
}
