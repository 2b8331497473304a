//! Points in time and the clock. Business-hours arithmetic is not here yet.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The number of milliseconds.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whole seconds, rounded down: the form of the Social Connect API.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This point, rounded down to a whole second.
    pub const fn whole_seconds(self) -> Self {
        Self::from_seconds(self.seconds())
    }

    /// The point `seconds` after the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// This point moved by a number of milliseconds.
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this point; negative when it is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The first moment of a day, UTC.
    pub fn midnight(day: Date) -> Self {
        Self::from_civil(day.to_datetime(Time::midnight()))
    }

    /// The point at this date and time of day, UTC, rounded down to a millisecond.
    ///
    /// Every date has one. A [`Timestamp`] does not reach as far as dates do, because it leaves room
    /// for every zone at both ends.
    pub fn from_civil(at: DateTime) -> Self {
        let since = at.duration_since(EPOCH);
        let parts = i64::from(since.subsec_nanos()).div_euclid(1_000_000);
        Self::from_seconds(since.as_secs()).plus_ms(parts)
    }

    /// Date and time of day, UTC; points outside years -9999..9999 are clamped.
    pub fn civil(self) -> DateTime {
        EPOCH.saturating_add(SignedDuration::from_millis(self.0))
    }

    /// The day, UTC; points outside years -9999..9999 are clamped.
    pub fn day(self) -> Date {
        self.civil().date()
    }

    /// The same point for calendar arithmetic; points outside years -9999..9999 are clamped.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }
}

/// The point from which milliseconds are counted.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl From<Timestamp> for UnixMillis {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

impl std::fmt::Display for UnixMillis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.timestamp().fmt(f)
    }
}

/// Milliseconds in a second, minute, hour and day.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day of 24 hours.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// A reading of a clock that nobody sets and that never goes back. Only the time between two
/// readings of one clock means anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SteadyMillis(pub i64);

impl SteadyMillis {
    /// Milliseconds from `earlier` to this reading.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present time of day, which somebody may set to anything at any moment.
    fn now(&self) -> UnixMillis;

    /// How far time has gone on, whatever the time of day was set to meanwhile.
    fn steady(&self) -> SteadyMillis;
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMillis {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the wall clock"
        )]
        Timestamp::now().into()
    }

    fn steady(&self) -> SteadyMillis {
        static START: OnceLock<Instant> = OnceLock::new();
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the steady clock"
        )]
        let now = Instant::now();
        let passed = now.saturating_duration_since(*START.get_or_init(|| now));
        SteadyMillis(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that moves only when told to: for tests, the demo's history and replays.
#[derive(Debug)]
pub struct ManualClock {
    now: AtomicI64,
    steady: AtomicI64,
}

impl ManualClock {
    /// A clock standing at `now`.
    pub const fn at(now: UnixMillis) -> Self {
        Self {
            now: AtomicI64::new(now.0),
            steady: AtomicI64::new(0),
        }
    }

    /// Lets so much time pass; a negative number sets the time of day back.
    pub fn advance_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
        self.steady.fetch_add(ms.max(0), Ordering::SeqCst);
    }

    /// Lets time pass until `now`, or sets the time of day back to it.
    pub fn set(&self, now: UnixMillis) {
        let before = self.now.swap(now.0, Ordering::SeqCst);
        let passed = now.since(UnixMillis(before)).max(0);
        self.steady.fetch_add(passed, Ordering::SeqCst);
    }

    /// Sets the time of day forward or back while no time passes.
    pub fn jump_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> UnixMillis {
        UnixMillis(self.now.load(Ordering::SeqCst))
    }

    fn steady(&self) -> SteadyMillis {
        SteadyMillis(self.steady.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_day_has_a_midnight_that_lies_in_it() {
        for day in [
            Date::MIN,
            date(-9999, 1, 2),
            date(1969, 12, 31),
            date(1970, 1, 1),
            date(2024, 2, 29),
            date(9999, 12, 30),
            Date::MAX,
        ] {
            let midnight = UnixMillis::midnight(day);
            assert_eq!(midnight.0.rem_euclid(DAY_MS), 0, "{day}");
            assert_eq!(midnight.day(), day);
            assert_eq!(midnight.civil(), day.at(0, 0, 0, 0));
            assert_eq!(midnight.plus_ms(DAY_MS - 1).day(), day);
        }
        assert_eq!(UnixMillis::midnight(date(1970, 1, 2)), UnixMillis(DAY_MS));
        assert_eq!(
            UnixMillis::midnight(date(1969, 12, 31)),
            UnixMillis(-DAY_MS)
        );
    }

    #[test]
    fn dates_and_times_read_back_and_what_is_beyond_them_is_clamped() {
        for at in [-1, 0, 1, 1_384_773_624_988, -62_167_219_200_001] {
            let at = UnixMillis(at);
            assert_eq!(UnixMillis::from_civil(at.civil()), at);
        }
        let last = date(1969, 12, 31).at(23, 59, 59, 999_999_999);
        assert_eq!(UnixMillis::from_civil(last), UnixMillis(-1));
        assert_eq!(UnixMillis(i64::MAX).day(), Date::MAX);
        assert_eq!(UnixMillis(i64::MIN).day(), Date::MIN);
    }

    #[test]
    fn whole_seconds_are_rounded_down() {
        for (at, whole) in [
            (1_999, 1_000),
            (1_000, 1_000),
            (-1, -1_000),
            (-1_000, -1_000),
        ] {
            assert_eq!(UnixMillis(at).whole_seconds(), UnixMillis(whole));
        }
    }
}
