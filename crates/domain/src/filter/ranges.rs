//! Numbers, dates and ages as bounds of the stored numbers.

use std::ops::Bound;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::ast::Range;
use crate::time::{DAY_MS, MINUTE_MS, SECOND_MS, UnixMillis};

/// What the number in a value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Itself.
    Whole,
    /// Itself, stored in hundredths.
    Hundredths,
    /// 0 to 10, or a band.
    Priority,
    /// Unix seconds or an ISO date, stored in milliseconds.
    Moment,
    /// Minutes before now, stored in milliseconds.
    Minutes,
}

type Bounds = (Bound<i64>, Bound<i64>);

/// The stored numbers within a range; `None` when an end cannot be read.
///
/// An end that covers several stored numbers (a day, a band of priorities) is included or left
/// out as a whole.
pub(super) fn bounds(range: &Range, unit: Unit, now: UnixMillis) -> Option<Bounds> {
    let read = |end: &Option<String>| match end {
        Some(text) => span(text.trim(), unit).map(Some),
        None => Some(None),
    };
    let low = match read(&range.low)? {
        None => Bound::Unbounded,
        Some((first, _)) if range.includes_low => Bound::Included(first),
        Some((_, last)) => Bound::Excluded(last),
    };
    let high = match read(&range.high)? {
        None => Bound::Unbounded,
        Some((_, last)) if range.includes_high => Bound::Included(last),
        Some((first, _)) => Bound::Excluded(first),
    };
    Some(if unit == Unit::Minutes {
        // Older is less: the ends change places.
        let before = |bound: Bound<i64>| bound.map(|age| now.0.saturating_sub(age));
        (before(high), before(low))
    } else {
        (low, high)
    })
}

/// The stored numbers that a single value stands for.
pub(super) fn single(text: &str, unit: Unit, now: UnixMillis) -> Option<Bounds> {
    let (first, last) = span(text.trim(), unit)?;
    Some(if unit == Unit::Minutes {
        // `5` is from five minutes to just before six.
        let oldest = now.0.saturating_sub(first.saturating_add(MINUTE_MS));
        (
            Bound::Excluded(oldest),
            Bound::Included(now.0.saturating_sub(first)),
        )
    } else {
        (Bound::Included(first), Bound::Included(last))
    })
}

/// First and last stored number of a value.
fn span(text: &str, unit: Unit) -> Option<(i64, i64)> {
    let same = |number: i64| (number, number);
    match unit {
        Unit::Whole => whole(text).map(same),
        Unit::Hundredths => hundredths(text).map(same),
        Unit::Minutes => whole(text)?.checked_mul(MINUTE_MS).map(same),
        Unit::Moment => moment(text),
        Unit::Priority => match text.to_ascii_lowercase().as_str() {
            "low" => Some((0, 2)),
            "medium" => Some((3, 5)),
            "high" => Some((6, 8)),
            "critical" => Some((9, 10)),
            number => whole(number)
                .filter(|number| (0..=10).contains(number))
                .map(same),
        },
    }
}

/// An integer of at most 15 digits.
fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && digits.len() <= 15)
        .then(|| text.parse().ok())
        .flatten()
}

/// A decimal number of at most 15 digits before and two after the point.
fn hundredths(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole_part, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let whole_part = whole(whole_part).filter(|_| !whole_part.starts_with('-'))?;
    let fraction = match fraction.len() {
        1 => whole(fraction)?.checked_mul(10)?,
        2 => whole(fraction)?,
        _ => return None,
    };
    (fraction >= 0).then_some(sign * (whole_part * 100 + fraction))
}

/// Unix seconds, a day, a day and time, or a full timestamp: first and last millisecond.
fn moment(text: &str) -> Option<(i64, i64)> {
    if let Some(seconds) = whole(text) {
        let first = Timestamp::from_second(seconds).ok()?.as_millisecond();
        return Some((first, first + SECOND_MS - 1));
    }
    let first = match text.parse::<Timestamp>() {
        Ok(timestamp) => timestamp,
        Err(_) => text
            .parse::<DateTime>()
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp(),
    }
    .as_millisecond();
    let length = match text.split_once(['T', 't', ' ']) {
        None => DAY_MS,
        Some((_, time)) if time.contains('.') => 1,
        Some((_, time))
            if time
                .split(['+', '-', 'Z', 'z'])
                .next()?
                .matches(':')
                .count()
                < 2 =>
        {
            MINUTE_MS
        }
        Some(_) => SECOND_MS,
    };
    Some((first, first + length - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_that_clients_send() {
        let day = 1_398_470_400_000; // 2014-04-26
        for (text, expected) in [
            ("2014-04-26", Some((day, day + DAY_MS - 1))),
            (
                "2014-04-26T22:00:00+00:00",
                Some((day + 79_200_000, day + 79_200_999)),
            ),
            (
                "2014-04-26T22:00:00Z",
                Some((day + 79_200_000, day + 79_200_999)),
            ),
            (
                "2014-04-27T00:00:00+02:00",
                Some((day + 79_200_000, day + 79_200_999)),
            ),
            (
                "2014-04-26 22:00:00",
                Some((day + 79_200_000, day + 79_200_999)),
            ),
            (
                "2014-04-26T22:00",
                Some((day + 79_200_000, day + 79_259_999)),
            ),
            (
                "2014-04-26T22:00:00.250Z",
                Some((day + 79_200_250, day + 79_200_250)),
            ),
            ("1398470400", Some((day, day + 999))),
            ("-1", Some((-1_000, -1))),
            ("2014-02-30", None),
            ("yesterday", None),
            ("", None),
            ("999999999999999", None),
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
    }

    #[test]
    fn scores_are_kept_in_hundredths() {
        for (text, expected) in [
            ("4", Some(400)),
            ("4.5", Some(450)),
            ("4.25", Some(425)),
            ("-0.5", Some(-50)),
            ("4.255", None),
            ("4.", None),
            (".5", None),
            ("4.-1", None),
            ("--4", None),
            ("1e3", None),
        ] {
            assert_eq!(hundredths(text), expected, "{text}");
        }
    }
}
