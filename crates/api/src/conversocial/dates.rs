//! Dates in answers and arguments: UTC, without a zone.

use domain::time::{DAY_MS, UnixMillis};
use jiff::civil::Date;

/// `2013-11-18T11:20:24`: a recorded client appends ` UTC` before it parses, so neither a zone nor
/// a fraction may follow.
pub fn seconds(at: UnixMillis) -> String {
    written(at, "%Y-%m-%dT%H:%M:%S")
}

/// `2016-03-15T17:48:49.988000`, the form of lists of the Customer Profiles API.
pub fn microseconds(at: UnixMillis) -> String {
    written(at, "%Y-%m-%dT%H:%M:%S.%6f")
}

/// `2026-05-26`.
pub fn day(day: Date) -> String {
    day.strftime("%Y-%m-%d").to_string()
}

fn written(at: UnixMillis, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .unwrap_or_default()
        .strftime(format)
        .to_string()
}

/// The first millisecond of a day and the first of the next.
pub fn span_of(day: Date) -> Option<(UnixMillis, UnixMillis)> {
    let start = jiff::tz::TimeZone::UTC
        .to_ambiguous_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
        .compatible()
        .ok()?;
    let start = UnixMillis(start.as_millisecond());
    Some((start, start.plus_ms(DAY_MS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_neither_zone_nor_fraction() {
        let at = UnixMillis(1_384_773_624_988);
        assert_eq!(seconds(at), "2013-11-18T11:20:24");
        assert_eq!(microseconds(at), "2013-11-18T11:20:24.988000");
        assert_eq!(day(jiff::civil::date(2026, 5, 6)), "2026-05-06");
    }

    #[test]
    fn a_day_lasts_until_the_next_begins() {
        let midnight = UnixMillis::from_seconds(1_412_121_600);
        let span = span_of(jiff::civil::date(2014, 10, 1));
        assert_eq!(span, Some((midnight, midnight.plus_ms(DAY_MS))));
    }
}
