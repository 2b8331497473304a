//! Ranges of time and sizes of pages of the Customer Profiles API.

use domain::time::UnixMillis;
use engine::Error;

use crate::conversocial::call::Call;
use crate::conversocial::dates::span_of;
use crate::conversocial::errors::{Failure, expected};
use crate::conversocial::query::paging::{MOST, page_size};
use crate::http::dates::{Written, parse_written};

/// What was written at or after the first moment and before the second.
///
/// Both ends have to be given. A day alone stands for its start, but as the upper end for its end:
/// `created_date_to=2016-03-15` has everything of that day (vendor's overview page).
///
/// # Errors
/// An end is absent or no date.
pub(super) fn range(call: &Call) -> Result<(UnixMillis, UnixMillis), Failure> {
    let given = |param: &'static str| {
        call.text(param).ok_or(Failure::Missing {
            param,
            message: "created_date_from and created_date_to are needed.".to_owned(),
        })
    };
    let (from, to) = (given("created_date_from")?, given("created_date_to")?);
    let read = |param: &str, text: &str, is_upper: bool| {
        let moment = match parse_written(text) {
            Some(Written::Moment(at)) => Some(at.plus_ms(i64::from(has_rest(text)))),
            Some(Written::Day(day)) => {
                let (start, end) = span_of(day);
                Some(if is_upper { end } else { start })
            }
            None => None,
        };
        let wanted = "a date as 2016-03-15 or 2016-03-15T17:48:49";
        moment.ok_or_else(|| expected(param, wanted, text))
    };
    Ok((
        read("created_date_from", from, false)?,
        read("created_date_to", to, true)?,
    ))
}

/// Whether a written moment is later than its whole milliseconds. Entries have whole ones, so those
/// before or after such a moment are those before or after the next millisecond.
fn has_rest(text: &str) -> bool {
    let digits = text.split_once('.').map_or("", |(_, fraction)| fraction);
    digits
        .chars()
        .take_while(char::is_ascii_digit)
        .skip(3)
        .any(|digit| digit != '0')
}

/// How many things are on a page: as many as fit when nothing is said.
///
/// # Errors
/// `page_size` is no number above nought.
pub(super) fn limit(call: &Call) -> Result<usize, Error> {
    page_size(&call.pairs, MOST, MOST)
}
