//! Dates in answers and arguments: UTC, without a zone.

use domain::time::{DAY_MS, UnixMillis};
use engine::Error;
use jiff::civil::Date;

use crate::http::dates::{Written, parse_written};

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

/// Milliseconds from the first to the one after the last that a written date means: a whole day
/// when only the day was written, else a whole second, which is all that the form can say.
///
/// # Errors
/// `Invalid` at the argument when it is no date.
pub fn span(name: &str, text: &str) -> Result<(UnixMillis, UnixMillis), Error> {
    let span = match parse_written(text) {
        Some(Written::Day(day)) => span_of(day),
        Some(Written::Moment(at)) => {
            let start = UnixMillis::from_seconds(at.0.div_euclid(1_000));
            Some((start, start.plus_ms(1_000)))
        }
        None => None,
    };
    span.ok_or_else(|| {
        super::errors::expected(name, "a date as 2014-10-01 or 2014-10-01T12:00:00", text)
    })
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
    fn a_day_is_a_span_of_a_day_and_a_moment_one_of_a_second() {
        let midnight = UnixMillis::from_seconds(1_412_121_600);
        assert_eq!(
            span("x", "2014-10-01").unwrap(),
            (midnight, midnight.plus_ms(DAY_MS))
        );
        assert_eq!(
            span("x", "2014-10-01T00:00:00").unwrap(),
            (midnight, midnight.plus_ms(1_000))
        );
        assert!(span("x", "yesterday").is_err());
    }
}
