//! Token buckets: how often a connection may be asked. Time comes in from the caller.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::ids::ProfileId;
use domain::time::UnixMillis;

/// How often something may be done: `burst` times at once, then once every `every_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Number of tokens in a full bucket, at least 1.
    pub burst: u32,
    /// Milliseconds until one more token, at least 1.
    pub every_ms: i64,
}

/// The buckets of all connections. Lives in memory: after a restart everybody starts full, which
/// costs a source at most `burst` requests.
#[derive(Debug, Default)]
pub struct Limits {
    buckets: Mutex<HashMap<ProfileId, Bucket>>,
}

/// Tokens are kept as the time they are worth, so that no fraction is lost.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    saved_ms: i64,
    counted_at: UnixMillis,
}

impl Limits {
    /// Buckets, all full.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one token, or says after how many milliseconds there will be one.
    pub fn take(&self, who: ProfileId, allowance: Allowance, now: UnixMillis) -> Result<(), i64> {
        let every = allowance.every_ms.max(1);
        let full = every.saturating_mul(i64::from(allowance.burst.max(1)));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(who).or_insert(Bucket {
            saved_ms: full,
            counted_at: now,
        });
        // A clock set back neither gives nor takes tokens.
        let passed = now.since(bucket.counted_at).max(0);
        bucket.saved_ms = bucket.saved_ms.saturating_add(passed).min(full);
        bucket.counted_at = now;
        if bucket.saved_ms >= every {
            bucket.saved_ms -= every;
            Ok(())
        } else {
            Err(every - bucket.saved_ms)
        }
    }

    /// Forgets a connection that was removed.
    pub fn forget(&self, who: ProfileId) {
        self.buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&who);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: ProfileId = ProfileId(1);
    const TWO_PER_MINUTE: Allowance = Allowance {
        burst: 2,
        every_ms: 30_000,
    };

    #[test]
    fn a_burst_is_allowed_and_then_one_at_a_time() {
        let limits = Limits::new();
        let start = UnixMillis(1_000_000);
        assert_eq!(limits.take(WHO, TWO_PER_MINUTE, start), Ok(()));
        assert_eq!(limits.take(WHO, TWO_PER_MINUTE, start), Ok(()));
        assert_eq!(limits.take(WHO, TWO_PER_MINUTE, start), Err(30_000));
        assert_eq!(
            limits.take(WHO, TWO_PER_MINUTE, start.plus_ms(29_999)),
            Err(1)
        );
        assert_eq!(
            limits.take(WHO, TWO_PER_MINUTE, start.plus_ms(30_000)),
            Ok(())
        );
        assert_eq!(
            limits.take(WHO, TWO_PER_MINUTE, start.plus_ms(30_000)),
            Err(30_000)
        );
    }

    #[test]
    fn connections_do_not_share_a_bucket() {
        let limits = Limits::new();
        let one = Allowance {
            burst: 1,
            every_ms: 1_000,
        };
        assert_eq!(limits.take(WHO, one, UnixMillis(0)), Ok(()));
        assert_eq!(limits.take(ProfileId(2), one, UnixMillis(0)), Ok(()));
        assert_eq!(limits.take(WHO, one, UnixMillis(0)), Err(1_000));
        limits.forget(WHO);
        assert_eq!(limits.take(WHO, one, UnixMillis(0)), Ok(()));
    }

    #[test]
    fn a_clock_set_back_gives_no_tokens_and_takes_none() {
        let limits = Limits::new();
        let start = UnixMillis(10_000_000);
        assert_eq!(limits.take(WHO, TWO_PER_MINUTE, start), Ok(()));
        assert_eq!(
            limits.take(WHO, TWO_PER_MINUTE, start.plus_ms(-5_000_000)),
            Ok(())
        );
        assert_eq!(
            limits.take(WHO, TWO_PER_MINUTE, start.plus_ms(-5_000_000)),
            Err(30_000)
        );
    }
}
