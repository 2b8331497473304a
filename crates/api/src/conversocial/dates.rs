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

/// `2026-05-26`; days before the year 0 as `-000044-03-15`.
pub fn day(day: Date) -> String {
    day.to_string()
}

fn written(at: UnixMillis, format: &str) -> String {
    at.civil().strftime(format).to_string()
}

/// The first millisecond of a day and the first of the next.
pub fn span_of(day: Date) -> (UnixMillis, UnixMillis) {
    let start = UnixMillis::midnight(day);
    (start, start.plus_ms(DAY_MS))
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
        assert_eq!(day(Date::MAX), "9999-12-31");
        assert_eq!(day(Date::MIN), "-009999-01-01");
    }

    #[test]
    fn a_day_lasts_until_the_next_begins() {
        let midnight = UnixMillis::from_seconds(1_412_121_600);
        let span = span_of(jiff::civil::date(2014, 10, 1));
        assert_eq!(span, (midnight, midnight.plus_ms(DAY_MS)));
    }
}
