//! When to read a feed again: what it wishes, within what the operator allows.

use domain::time::{DAY_MS, HOUR_MS, UnixMillis};
use serde::Deserialize;

use super::document::Rhythm;

/// How feeds are read. Durations are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeedSettings {
    /// Time between two polls of a feed that has no wish.
    pub interval_ms: i64,
    /// Shortest time between two polls, whatever the feed wishes.
    pub min_interval_ms: i64,
    /// Longest time between two polls, whatever the feed wishes.
    pub max_interval_ms: i64,
    /// Items that one poll brings; the rest waits for the next one.
    pub max_items: usize,
    /// Size of a feed after unpacking, in bytes.
    pub max_bytes: usize,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self {
            interval_ms: 15 * 60_000,
            min_interval_ms: 60_000,
            max_interval_ms: DAY_MS,
            max_items: 500,
            max_bytes: 10 * 1024 * 1024,
        }
    }
}

/// When to poll next. The feed's own interval may shorten the time; `max_age_ms` is how long the
/// answer stays fresh and may only lengthen it, because most servers say 0.
pub(super) fn due_at(
    settings: &FeedSettings,
    now: UnixMillis,
    max_age_ms: Option<i64>,
    rhythm: &Rhythm,
) -> UnixMillis {
    let interval = rhythm
        .interval_ms
        .unwrap_or(settings.interval_ms)
        .max(max_age_ms.unwrap_or(0))
        .min(settings.max_interval_ms)
        .max(settings.min_interval_ms);
    after_rest(now.plus_ms(interval), rhythm)
}

/// The same moment, or the first full hour after it at which the feed does not rest.
fn after_rest(due: UnixMillis, rhythm: &Rhythm) -> UnixMillis {
    let mut at = due;
    // Seven days and a bit: a feed that rests always is not taken at its word.
    for _ in 0..=7 * 24 {
        let hours = at.get().div_euclid(HOUR_MS);
        let days = at.get().div_euclid(DAY_MS);
        // 1970-01-01 was a Thursday, which is day 3 of a week that begins on Monday.
        let hour = u8::try_from(hours.rem_euclid(24)).unwrap_or(0);
        let day = u8::try_from((days + 3).rem_euclid(7)).unwrap_or(0);
        if !rhythm.skip_hours.contains(&hour) && !rhythm.skip_days.contains(&day) {
            return at;
        }
        at = UnixMillis((hours + 1) * HOUR_MS);
    }
    due
}

/// `max-age` of a `Cache-Control` header, in milliseconds.
pub(super) fn max_age_ms(cache_control: &str) -> Option<i64> {
    cache_control.split(',').find_map(|directive| {
        let (name, value) = directive.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("max-age") {
            return None;
        }
        let seconds: i64 = value.trim().trim_matches('"').parse().ok()?;
        (seconds >= 0).then(|| seconds.saturating_mul(1_000))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Friday, 2026-11-20T12:00:00Z.
    const FRIDAY_NOON: UnixMillis = UnixMillis(1_795_176_000_000);
    const MINUTE: i64 = 60_000;

    fn minutes(wish: Option<i64>, max_age: Option<i64>) -> i64 {
        let settings = FeedSettings::default();
        let rhythm = Rhythm {
            interval_ms: wish,
            ..Rhythm::default()
        };
        due_at(&settings, FRIDAY_NOON, max_age, &rhythm).since(FRIDAY_NOON) / MINUTE
    }

    #[test]
    fn wishes_are_granted_within_the_operators_bounds() {
        assert_eq!(minutes(None, None), 15);
        assert_eq!(minutes(Some(5 * MINUTE), None), 5);
        assert_eq!(minutes(Some(1), None), 1);
        assert_eq!(minutes(Some(i64::MAX), None), 24 * 60);
        assert_eq!(minutes(None, Some(0)), 15);
        assert_eq!(minutes(None, Some(30 * MINUTE)), 30);
        assert_eq!(minutes(Some(5 * MINUTE), Some(10 * MINUTE)), 10);
    }

    #[test]
    fn resting_hours_and_days_are_respected() {
        let settings = FeedSettings::default();
        let rhythm = Rhythm {
            interval_ms: None,
            skip_hours: vec![12, 13],
            skip_days: vec![],
        };
        let due = due_at(&settings, FRIDAY_NOON, None, &rhythm);
        assert_eq!(due.to_string(), "2026-11-20T14:00:00Z");
        let weekend = Rhythm {
            interval_ms: None,
            skip_hours: vec![0],
            skip_days: vec![4, 5, 6],
        };
        let due = due_at(&settings, FRIDAY_NOON, None, &weekend);
        assert_eq!(due.to_string(), "2026-11-23T01:00:00Z");
        let always = Rhythm {
            interval_ms: None,
            skip_hours: (0..24).collect(),
            skip_days: vec![],
        };
        let due = due_at(&settings, FRIDAY_NOON, None, &always);
        assert_eq!(due.to_string(), "2026-11-20T12:15:00Z");
    }

    #[test]
    fn max_age_is_found_among_other_directives() {
        assert_eq!(max_age_ms("public, Max-Age=300"), Some(300_000));
        assert_eq!(max_age_ms("no-cache"), None);
        assert_eq!(max_age_ms("s-maxage=9, max-age=-1"), None);
        assert_eq!(max_age_ms("max-age=99999999999999999999"), None);
    }
}
