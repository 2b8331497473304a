//! Stretches of the calendar in a time zone, with its gaps and folds.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, UnixMillis};

use super::axis::Slots;
use super::labels::plain;
use crate::SearchError;
use crate::embedded::columns::{PAGE, index, number};
use crate::facets::{FacetLabel, Grouping};

/// Moments of the rows of a page.
type Moments = [i64; PAGE];

/// As many beginnings within a page are compared with every row.
const FEW: usize = 6;

/// Most stretches of one calendar.
const MOST: usize = 100_000;

/// Stretches that follow one another without gaps.
pub(super) struct Calendar {
    /// First moment of each.
    starts: Vec<i64>,
    /// For parts of the day or week: the part that each stretch belongs to.
    parts: Option<Vec<u32>>,
    first_label: i64,
    labels: usize,
}

impl Calendar {
    /// The stretches from the one that holds the first moment to the one that holds the last.
    pub(super) fn new(
        grouping: Grouping,
        timezone: &str,
        bounds: Option<(i64, i64)>,
    ) -> Result<Self, SearchError> {
        let zone = TimeZone::get(timezone)
            .map_err(|_| SearchError::Invalid(format!("{timezone:?} is no time zone")))?;
        let starts = match bounds {
            Some((from, to)) if from <= to => match grouping {
                Grouping::Minute => aligned(&zone, from, to, MINUTE_MS)?,
                Grouping::Hour | Grouping::HourOfDay => aligned(&zone, from, to, HOUR_MS)?,
                dates => dated(dates, &zone, from, to)?,
            },
            _ => Vec::new(),
        };
        let local = |start: &i64| UnixMillis(*start).timestamp().to_zoned(zone.clone());
        let part = |number: i8| u32::try_from(number).unwrap_or_default();
        let (parts, first_label, labels) = match grouping {
            Grouping::HourOfDay => {
                let parts = starts
                    .iter()
                    .map(|start| part(local(start).hour()))
                    .collect();
                (Some(parts), 0, 24)
            }
            Grouping::DayOfWeek => {
                let day = |start| part(local(start).weekday().to_monday_zero_offset());
                (Some(starts.iter().map(day).collect()), 1, 7)
            }
            _ => (None, 0, starts.len()),
        };
        Ok(Self {
            starts,
            parts,
            first_label,
            labels,
        })
    }

    pub(super) fn labels(&self) -> Vec<FacetLabel> {
        if self.parts.is_some() {
            (self.first_label..).take(self.labels).map(plain).collect()
        } else {
            self.starts
                .iter()
                .map(|start| plain(UnixMillis(*start).seconds()))
                .collect()
        }
    }

    /// How many stretches there are.
    pub(super) const fn stretches(&self) -> usize {
        self.starts.len()
    }

    /// The label of each stretch, by number.
    pub(super) fn buckets(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.starts).map(|(stretch, _)| {
            self.parts.as_ref().map_or(stretch, |parts| {
                parts.get(index(stretch)).copied().unwrap_or(0)
            })
        })
    }

    /// The slot of a moment: the number of its stretch from 1, or 0 before the first one.
    pub(super) fn slot(&self, moment: i64) -> u32 {
        number(self.starts.partition_point(|start| *start <= moment))
    }

    /// The slots of moments that lie between two others. A page seldom has more than a few
    /// stretches, and comparing with each of their beginnings is what processors do fastest.
    pub(super) fn slots(&self, moments: &Moments, least: i64, greatest: i64, out: &mut Slots) {
        let (first, last) = (self.slot(least), self.slot(greatest));
        out.fill(first);
        let begins = self
            .starts
            .get(index(first)..index(last))
            .unwrap_or_default();
        if moments.is_sorted() {
            // Arrivals are, and then the stretches lie one behind the other.
            for start in begins {
                let at = moments.partition_point(|moment| moment < start);
                for slot in out.iter_mut().skip(at) {
                    *slot += 1;
                }
            }
            return;
        }
        if begins.len() <= FEW {
            for start in begins {
                for (slot, moment) in out.iter_mut().zip(moments) {
                    *slot += u32::from(start <= moment);
                }
            }
            return;
        }
        let mut at = 0;
        for (slot, moment) in out.iter_mut().zip(moments) {
            // Neighbours lie close: most are in the stretch of the one before.
            let is_same = (at == 0 || begins.get(at - 1).is_some_and(|start| start <= moment))
                && begins.get(at).is_none_or(|next| moment < next);
            if !is_same {
                at = begins.partition_point(|start| start <= moment);
            }
            *slot += number(at);
        }
    }
}

fn too_many() -> SearchError {
    SearchError::Invalid(format!("the calendar has more than {MOST} stretches"))
}

/// Minutes or hours of the local clock: they begin where the clock shows a full one, and where it
/// is put forward or back.
fn aligned(zone: &TimeZone, from: i64, to: i64, step: i64) -> Result<Vec<i64>, SearchError> {
    if to.saturating_sub(from) / step > i64::try_from(MOST).unwrap_or(i64::MAX) {
        return Err(too_many());
    }
    let offset_at =
        |at: i64| i64::from(zone.to_offset(UnixMillis(at).timestamp()).seconds()) * 1_000;
    let full = |at: i64, offset: i64| at.saturating_sub(at.saturating_add(offset).rem_euclid(step));
    let mut offset = offset_at(from);
    let mut at = full(from, offset);
    if offset_at(at) != offset {
        // The clock was changed within this stretch.
        let before = UnixMillis(from.saturating_add(1)).timestamp();
        at = zone
            .preceding(before)
            .next()
            .map_or(at, |change| change.timestamp().as_millisecond());
    }
    let mut starts = Vec::new();
    for change in zone.following(UnixMillis(from).timestamp()) {
        let moment = change.timestamp().as_millisecond();
        if moment > to {
            break;
        }
        if i64::from(change.offset().seconds()) * 1_000 == offset {
            continue;
        }
        while at < moment {
            starts.push(at);
            at = full(at, offset).saturating_add(step);
        }
        at = moment;
        offset = i64::from(change.offset().seconds()) * 1_000;
    }
    while at <= to {
        starts.push(at);
        at = full(at, offset).saturating_add(step);
    }
    Ok(starts)
}

/// Days and what is made of days.
fn dated(grouping: Grouping, zone: &TimeZone, from: i64, to: i64) -> Result<Vec<i64>, SearchError> {
    let outside = |_| SearchError::Invalid("the calendar ends before that".to_owned());
    let last = UnixMillis(to).timestamp();
    let mut date = first(
        grouping,
        UnixMillis(from).timestamp().to_zoned(zone.clone()).date(),
    )
    .map_err(outside)?;
    let mut starts = Vec::new();
    loop {
        let start: Timestamp = match date.to_zoned(zone.clone()) {
            Ok(start) => start.timestamp(),
            // Before the first moment that can be told in this zone.
            Err(_) if starts.is_empty() => Timestamp::MIN,
            Err(_) => break,
        };
        if start > last && !starts.is_empty() {
            break;
        }
        if starts.len() >= MOST {
            return Err(too_many());
        }
        let start = start.as_millisecond();
        // A date that a zone skipped begins when the next one does.
        if starts.last() != Some(&start) {
            starts.push(start);
        }
        // Far from a change of the clock dates begin 24 hours after one another; asking the zone
        // for each of them would take longer than counting.
        let days = match grouping {
            Grouping::Week => 7,
            Grouping::Month | Grouping::Quarter | Grouping::Year => 0,
            _ => 1,
        };
        if days > 0 {
            let plain = plain_dates(zone, start, to, days, MOST - starts.len());
            date = date
                .checked_add((i64::try_from(plain.len()).unwrap_or(0) * days).days())
                .map_err(outside)?;
            starts.extend(plain);
        }
        let next = match grouping {
            Grouping::Week => date.checked_add(1.week()),
            Grouping::Month => date.checked_add(1.month()),
            Grouping::Quarter => date.checked_add(3.months()),
            Grouping::Year => date.checked_add(1.year()),
            _ => date.checked_add(1.day()),
        };
        match next {
            Ok(next) => date = next,
            Err(_) => break,
        }
    }
    Ok(starts)
}

/// The beginnings of dates, so many days apart, that follow a midnight before the clock of the
/// zone changes and up to a moment; at most `most`.
fn plain_dates(zone: &TimeZone, midnight: i64, to: i64, days: i64, most: usize) -> Vec<i64> {
    let start = UnixMillis(midnight).timestamp();
    let offset = i64::from(zone.to_offset(start).seconds()) * 1_000;
    if midnight.saturating_add(offset).rem_euclid(DAY_MS) != 0 {
        // The date began later than at midnight.
        return Vec::new();
    }
    let change = zone
        .following(start)
        .next()
        .map_or(i64::MAX, |change| change.timestamp().as_millisecond());
    // As far as a calendar reaches.
    let end = to
        .min(change.saturating_sub(1))
        .min(Timestamp::MAX.as_millisecond());
    let step = days * DAY_MS;
    let mut at = midnight;
    std::iter::from_fn(move || {
        at = at.checked_add(step).filter(|at| *at <= end)?;
        Some(at)
    })
    .take(most)
    .collect()
}

/// First date of the stretch that holds this one.
fn first(grouping: Grouping, date: Date) -> Result<Date, jiff::Error> {
    match grouping {
        Grouping::Week => {
            date.checked_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
        }
        Grouping::Month => Ok(date.first_of_month()),
        Grouping::Quarter => Date::new(date.year(), (date.month() - 1) / 3 * 3 + 1, 1),
        Grouping::Year => Ok(date.first_of_year()),
        _ => Ok(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn starts(grouping: Grouping, zone: &str, from: &str, to: &str) -> Vec<String> {
        Calendar::new(grouping, zone, Some((at(from), at(to))))
            .unwrap()
            .starts
            .iter()
            .map(|start| UnixMillis(*start).timestamp().to_string())
            .collect()
    }

    #[test]
    fn days_have_23_and_25_hours_when_the_clock_changes() {
        assert_eq!(
            starts(
                Grouping::Day,
                "Europe/Brussels",
                "2026-03-28T12:00:00Z",
                "2026-03-30T12:00:00Z"
            ),
            [
                "2026-03-27T23:00:00Z",
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z"
            ]
        );
        assert_eq!(
            starts(
                Grouping::Hour,
                "Europe/Brussels",
                "2026-10-25T00:30:00Z",
                "2026-10-25T02:30:00Z"
            ),
            [
                "2026-10-25T00:00:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T02:00:00Z"
            ]
        );
    }

    #[test]
    fn hours_follow_a_clock_that_moves_by_half_an_hour() {
        // Lord Howe: from +10:30 to +11:00 on 2026-10-03T15:30:00Z.
        assert_eq!(
            starts(
                Grouping::Hour,
                "Australia/Lord_Howe",
                "2026-10-03T14:45:00Z",
                "2026-10-03T16:10:00Z"
            ),
            [
                "2026-10-03T14:30:00Z",
                "2026-10-03T15:30:00Z",
                "2026-10-03T16:00:00Z"
            ]
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_quarters_in_their_month() {
        assert_eq!(
            starts(
                Grouping::Week,
                "UTC",
                "2026-11-21T10:00:00Z",
                "2026-11-23T00:00:00Z"
            ),
            ["2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"]
        );
        assert_eq!(
            starts(
                Grouping::Quarter,
                "UTC",
                "2026-05-21T10:00:00Z",
                "2026-07-01T00:00:00Z"
            ),
            ["2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z"]
        );
    }

    #[test]
    fn every_date_begins_where_the_zone_says() {
        let (from, to) = (at("1994-06-01T12:00:00Z"), at("2030-01-01T12:00:00Z"));
        for name in [
            "UTC",
            "Europe/Brussels",
            "America/Sao_Paulo",
            "Pacific/Apia",
            "Asia/Kathmandu",
            "Africa/Cairo",
            "Australia/Lord_Howe",
        ] {
            let zone = TimeZone::get(name).unwrap();
            for (grouping, days) in [(Grouping::Day, 1), (Grouping::Week, 7)] {
                let found = Calendar::new(grouping, name, Some((from, to))).unwrap();
                let mut date = UnixMillis(from).timestamp().to_zoned(zone.clone()).date();
                date = first(grouping, date).unwrap();
                let mut expected = Vec::new();
                loop {
                    let start = date.to_zoned(zone.clone()).unwrap().timestamp();
                    if start.as_millisecond() > to {
                        break;
                    }
                    expected.push(start.as_millisecond());
                    date = date.checked_add(days.days()).unwrap();
                }
                expected.dedup();
                assert_eq!(found.starts, expected, "{name} {grouping:?}");
            }
        }
    }

    #[test]
    fn a_skipped_date_is_no_stretch() {
        // Samoa had no 30 December 2011.
        assert_eq!(
            starts(
                Grouping::Day,
                "Pacific/Apia",
                "2011-12-30T00:00:00Z",
                "2011-12-31T12:00:00Z"
            )
            .len(),
            3
        );
    }

    #[test]
    fn unknown_zones_and_endless_calendars_are_refused() {
        assert!(Calendar::new(Grouping::Day, "Mars/Olympus", None).is_err());
        assert!(
            Calendar::new(
                Grouping::Minute,
                "UTC",
                Some((0, at("2026-01-01T00:00:00Z")))
            )
            .is_err()
        );
    }
}
