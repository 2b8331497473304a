//! Points in time as clients write them.

use domain::time::UnixMillis;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

/// A date as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A day alone.
    Day(Date),
    /// A point in time.
    Moment(UnixMillis),
}

/// Reads a date like [`parse_date`], and tells whether it was a day without a time.
pub fn parse_written(text: &str) -> Option<Written> {
    let text = text.trim();
    if unix_seconds(text).is_none()
        && !text.contains(['T', 't', ' '])
        && let Ok(day) = text.parse::<Date>()
    {
        return Some(Written::Day(day));
    }
    parse_date(text).map(Written::Moment)
}

/// Reads a date as recorded clients send it: ISO 8601 with or without a zone, a day alone, with a
/// space for the `T` (Python's `str(datetime)`), with a zone as Ruby's `Time#to_s` has it (` UTC`
/// or ` +0100`), or UNIX seconds. Without a zone it means UTC.
pub fn parse_date(text: &str) -> Option<UnixMillis> {
    let text = text.trim();
    if let Some(seconds) = unix_seconds(text) {
        return Some(seconds);
    }
    let joined = with_zone_joined(text);
    let text = joined.as_deref().unwrap_or(text);
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.into());
    }
    if has_zone(text) {
        return None;
    }
    let civil = text.parse::<DateTime>().ok().or_else(|| {
        Some(
            text.parse::<Date>()
                .ok()?
                .to_datetime(jiff::civil::Time::midnight()),
        )
    })?;
    Some(UnixMillis::from_civil(civil))
}

/// Digits are UNIX seconds, but eight of them that look like a day of this or the last century are
/// that day, in the short form of ISO 8601.
fn unix_seconds(text: &str) -> Option<UnixMillis> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || digits.len() > 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if text.len() == 8 && (text.starts_with("19") || text.starts_with("20")) {
        let is_day = text.get(4..6)? <= "12" && text.get(6..8)? <= "31";
        if is_day && text.parse::<Date>().is_ok() {
            return None;
        }
    }
    text.parse().ok().map(UnixMillis::from_seconds)
}

/// A moment with the zone after a space, put as ISO 8601 has it. A plus that was not
/// percent-encoded in a query arrives as a space, too.
fn with_zone_joined(text: &str) -> Option<String> {
    let (moment, zone) = text.rsplit_once(' ')?;
    let moment = moment.trim_end();
    if !moment.contains(['T', 't', ' ']) {
        return None;
    }
    if zone.eq_ignore_ascii_case("UTC") {
        return Some(format!("{moment}Z"));
    }
    let (sign, offset) = match zone.strip_prefix('-') {
        Some(offset) => ('-', offset),
        None => ('+', zone.strip_prefix('+').unwrap_or(zone)),
    };
    is_offset(offset).then(|| format!("{moment}{sign}{offset}"))
}

fn is_offset(text: &str) -> bool {
    matches!(text.len(), 4 | 5)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b':')
        && text.bytes().filter(u8::is_ascii_digit).count() == 4
}

/// Whether a zone follows the time; one that could not be read must not be dropped in silence.
fn has_zone(text: &str) -> bool {
    let time = text
        .split_once(['T', 't', ' '])
        .map_or("", |(_, time)| time);
    time.ends_with(['Z', 'z']) || time.contains(['+', '-', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_may_follow_after_a_space() {
        let at = |text: &str| parse_date(text).map(UnixMillis::seconds);
        let midnight = at("2026-11-15T00:00:00Z");
        assert!(midnight.is_some());
        for text in [
            "2026-11-15 00:00:00 UTC",
            "2026-11-15 00:00:00 utc",
            "2026-11-15T00:00:00 UTC",
            "2026-11-15 00:00:00 +0000",
            // the plus became a space
            "2026-11-15 00:00:00  0000",
            "2026-11-15 00:00:00 0000",
            "2026-11-15 01:30:00 +0130",
            "2026-11-15 01:30:00  01:30",
            "2026-11-14 19:00:00 -0500",
            "2026-11-14T19:00:00 -05:00",
        ] {
            assert_eq!(at(text), midnight, "{text}");
        }
        for text in [
            "2026-11-15 UTC",
            "2026-11-15 +0000",
            "2026-11-15  0000",
            "2026-11-15 00:00:00 CET",
            "2026-11-15 00:00:00Z UTC",
            "2026-11-15 00:00:00 +00000",
            "2026-11-15 00:00:00 --0000",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_told_from_its_first_moment() {
        let day = Some(Written::Day(jiff::civil::date(2014, 10, 1)));
        for (text, expected) in [
            ("2014-10-01", day),
            (" 20141001 ", day),
            (
                "2014-10-01T00:00:00",
                Some(Written::Moment(UnixMillis::from_seconds(1_412_121_600))),
            ),
            (
                "1412121600",
                Some(Written::Moment(UnixMillis::from_seconds(1_412_121_600))),
            ),
            ("2014-13-01", None),
            ("soon", None),
        ] {
            assert_eq!(parse_written(text), expected, "{text}");
        }
    }
}
