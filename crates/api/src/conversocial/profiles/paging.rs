//! Ranges of time and pages of the Customer Profiles API.

use domain::time::UnixMillis;
use engine::Error;

use crate::conversocial::call::Call;
use crate::conversocial::dates::span_of;
use crate::conversocial::errors::{Failure, expected};
use crate::conversocial::query::paging::{MOST, page_size};
use crate::http::dates::{Written, parse_written};
use crate::http::token::{self, Place, Purpose};

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
                span_of(day).map(|(start, end)| if is_upper { end } else { start })
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
    page_size(&call.pairs, MOST)
}

/// The place that `page_token` stands for.
///
/// # Errors
/// It was changed, or is of another list.
pub(super) fn place(call: &Call) -> Result<Option<Place>, Error> {
    let Some(text) = call.text("page_token") else {
        return Ok(None);
    };
    let secret = &call.engine.config().secret;
    let place = token::read(secret, purpose(call), text).ok_or_else(|| {
        let wanted = "the page_token of an address that this list gave";
        expected("page_token", wanted, text)
    })?;
    Ok(Some(place))
}

/// The address of the page behind a place: the same arguments with another token.
pub(super) fn next(call: &Call, sort_value: Option<i64>, id: i64) -> String {
    let place = Place {
        sort_value,
        id,
        is_backward: false,
    };
    let token = token::write(&call.engine.config().secret, purpose(call), place);
    let others = call.pairs.iter().filter(|(name, _)| *name != "page_token");
    let arguments = others.chain([("page_token", token.as_str())]);
    call.links.query(&call.path, arguments)
}

fn purpose(call: &Call) -> Purpose<'_> {
    Purpose {
        account_id: call.account_id().0,
        list: &call.path,
        sort: "customer profiles",
    }
}
