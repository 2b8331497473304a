//! Dates as feeds write them: mail format, ISO format, and the slips between.

use domain::time::UnixMillis;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// Reads a date. A missing time is midnight, a missing zone is UTC.
pub(crate) fn parse(text: &str) -> Option<UnixMillis> {
    let text = text.trim();
    // No real date is longer; junk is not worth the search.
    if text.is_empty() || text.len() > 100 {
        return None;
    }
    iso(text).or_else(|| worded(text))
}

/// `2026-11-21T10:20:30.5+01:00` and shorter forms, with `-` or without, `T` or blank.
fn iso(text: &str) -> Option<UnixMillis> {
    let split = text
        .char_indices()
        .find(|(_, c)| matches!(c, 'T' | 't' | ' '))
        .map(|(index, _)| index);
    let (date, time) = match split {
        Some(index) => (text.get(..index)?, text.get(index + 1..)?.trim()),
        None => (text, ""),
    };
    let date = iso_date(date)?;
    let zone_at = time.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.' | ',')));
    let (clock, zone) = match zone_at {
        Some(index) => (time.get(..index)?, time.get(index..)?),
        None => (time, ""),
    };
    let clock = if clock.is_empty() {
        Time::midnight()
    } else {
        clock_time(clock)?
    };
    moment(date, clock, offset(zone.trim())?)
}

fn iso_date(text: &str) -> Option<Date> {
    let digits = |part: &str| -> Option<i16> {
        part.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| part.parse().ok())?
    };
    let mut parts = text.split('-');
    let first = parts.next()?;
    let (year, month, day) = match (parts.next(), parts.next(), parts.next()) {
        (None, None, None) => match first.len() {
            4 => (digits(first)?, 1, 1),
            8 => (
                digits(first.get(..4)?)?,
                digits(first.get(4..6)?)?,
                digits(first.get(6..)?)?,
            ),
            _ => return None,
        },
        (Some(month), None, None) => (digits(first)?, digits(month)?, 1),
        (Some(month), Some(day), None) => (digits(first)?, digits(month)?, digits(day)?),
        _ => return None,
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
        .filter(|_| first.len() >= 4)
}

/// `Sat, 21 Nov 2026 10:20:30 GMT`, `Sat Nov 21 10:20:30 2026`, `21-Nov-26`, and the like: the
/// pieces are known by their form, not by their place.
fn worded(text: &str) -> Option<UnixMillis> {
    let mut day = None;
    let mut month = None;
    let mut year = None;
    let mut clock = None;
    let mut zone = None;
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '/' | '(' | ')')) {
        let is_zone = clock.is_some() && word.starts_with(['+', '-']);
        if word.is_empty() {
        } else if is_zone {
            zone = zone.or(Some(offset(word)?));
        } else if word.contains(':') {
            let end = word
                .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
                .unwrap_or(word.len());
            clock = clock.or(Some(clock_time(word.get(..end)?)?));
            if let Some(rest) = word.get(end..).filter(|rest| !rest.is_empty()) {
                zone = zone.or(Some(offset(rest)?));
            }
        } else {
            for part in word.split('-').filter(|part| !part.is_empty()) {
                if let Ok(number) = part.parse::<i16>() {
                    if day.is_none() && part.len() <= 2 {
                        day = Some(number);
                    } else if year.is_none() {
                        year = Some(full_year(number, part.len()));
                    }
                } else if let Some(number) = month_number(part) {
                    month = month.or(Some(number));
                } else if clock.is_some() && zone.is_none() {
                    zone = offset(part);
                }
            }
        }
    }
    let date = Date::new(year?, month?, i8::try_from(day?).ok()?).ok()?;
    moment(
        date,
        clock.unwrap_or_else(Time::midnight),
        zone.unwrap_or(Offset::UTC),
    )
}

const fn full_year(number: i16, digits: usize) -> i16 {
    match (digits, number) {
        (..=2, 0..=68) => number + 2_000,
        (..=2, _) => number + 1_900,
        _ => number,
    }
}

fn month_number(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let head = word.get(..3)?.to_ascii_lowercase();
    let index = MONTHS.iter().position(|month| *month == head)?;
    i8::try_from(index + 1).ok()
}

/// `10:20`, `10:20:30`, `10:20:30.25`, `102030`.
fn clock_time(text: &str) -> Option<Time> {
    let (text, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let number = |part: Option<&str>| -> Option<i8> {
        match part {
            None => Some(0),
            Some(part) => part.parse().ok(),
        }
    };
    let (hour, minute, second) = if text.contains(':') {
        let mut parts = text.split(':');
        (
            number(parts.next())?,
            number(parts.next())?,
            number(parts.next())?,
        )
    } else {
        (
            number(text.get(..2))?,
            number(text.get(2..4))?,
            number(text.get(4..6))?,
        )
    };
    let millis: i32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    // A leap second is counted as the one before it, 24:00 as the midnight before.
    let hour = if hour == 24 { 0 } else { hour };
    let second = if second == 60 { 59 } else { second };
    Time::new(hour, minute, second, millis * 1_000_000).ok()
}

/// `Z`, `+01:00`, `-0500`, `EST`; nothing is UTC, and so is a name nobody knows.
fn offset(text: &str) -> Option<Offset> {
    if let Some(sign) = text.chars().next().filter(|c| matches!(c, '+' | '-')) {
        let digits: String = text
            .chars()
            .skip(1)
            .filter(|c| *c != ':')
            .take_while(char::is_ascii_digit)
            .collect();
        let hours: i32 = digits.get(..2)?.parse().ok()?;
        let minutes: i32 = digits.get(2..4).unwrap_or("0").parse().ok()?;
        let seconds = hours * 3_600 + minutes * 60;
        return Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).ok();
    }
    let hours = match text.to_ascii_uppercase().as_str() {
        "EDT" | "AST" => -4,
        "EST" | "CDT" | "ET" => -5,
        "CST" | "MDT" | "CT" => -6,
        "MST" | "PDT" | "MT" => -7,
        "PST" | "PT" => -8,
        "BST" | "CET" | "WEST" => 1,
        "CEST" | "EET" => 2,
        "EEST" | "MSK" => 3,
        "JST" | "KST" => 9,
        "AEST" => 10,
        _ => 0,
    };
    Offset::from_hours(hours).ok()
}

fn moment(date: Date, time: Time, offset: Offset) -> Option<UnixMillis> {
    let zoned = DateTime::from_parts(date, time)
        .to_zoned(TimeZone::fixed(offset))
        .ok()?;
    Some(zoned.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_that_feeds_use() {
        // 2026-11-21T10:20:30Z
        let expected = UnixMillis(1_795_256_430_000);
        for text in [
            "2026-11-21T10:20:30Z",
            "2026-11-21T11:20:30+01:00",
            "2026-11-21T05:20:30-0500",
            "2026-11-21 10:20:30",
            "20261121T102030Z",
            "2026-11-21T10:20:30.000Z",
            "Sat, 21 Nov 2026 10:20:30 GMT",
            "Sat, 21 Nov 26 10:20:30 GMT",
            "21 Nov 2026 10:20:30 +0000",
            "21 November 2026 05:20:30 EST",
            "Sat Nov 21 10:20:30 2026",
            "Saturday, 21-Nov-26 10:20:30 GMT",
            "Sat, 21 Nov 2026 11:20:30 +0100 (CET)",
            "sat,21 nov 2026 10:20:30 UT",
            "Nov 21, 2026 10:20:30 UTC",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_filled_in() {
        for (text, full) in [
            ("2026", "2026-01-01T00:00:00Z"),
            ("2026-11", "2026-11-01T00:00:00Z"),
            ("2026-11-21", "2026-11-21T00:00:00Z"),
            ("20261121", "2026-11-21T00:00:00Z"),
            ("2026-11-21T10:20", "2026-11-21T10:20:00Z"),
            ("21 Nov 2026", "2026-11-21T00:00:00Z"),
            ("Sat, 21 Nov 2026 10:20 GMT", "2026-11-21T10:20:00Z"),
            ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59Z"),
        ] {
            assert_eq!(parse(text), parse(full), "{text}");
            assert!(parse(text).is_some(), "{text}");
        }
    }

    #[test]
    fn junk_is_no_date() {
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "32 Nov 2026",
            "Nov 2026",
            "99:99",
            "2026-11-21T99:00:00Z",
            "-",
            "é",
            "12é",
            &"1".repeat(200),
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
