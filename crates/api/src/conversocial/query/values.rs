//! Values: what a field of a thing holds, and what an argument says about it.

use domain::time::UnixMillis;
use engine::Error;

use crate::conversocial::dates::span_of;
use crate::conversocial::errors::expected;
use crate::http::dates::{Written, parse_written};

/// What a field holds, for comparisons. The order of the kinds matters only for `Null`, which
/// comes before every value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// No value.
    Null,
    /// True or false.
    Flag(bool),
    /// A whole number; also ids that are numbers.
    Number(i64),
    /// A point in time, or the first moment of a day.
    At(UnixMillis),
    /// A text; also ids that are no numbers.
    Text(String),
    /// Several values: equal to each of them.
    Many(Vec<Cell>),
}

impl Cell {
    /// A text that may be absent.
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.to_owned()))
    }

    /// A point in time that may be absent.
    ///
    /// It counts in whole seconds, because no answer shows more: a client that asks for the time
    /// it was shown must find the thing again.
    pub fn at(at: Option<UnixMillis>) -> Self {
        at.map_or(Self::Null, |at| Self::At(at.whole_seconds()))
    }

    /// The first moment of a day.
    pub fn day(day: jiff::civil::Date) -> Self {
        Self::At(UnixMillis::midnight(day))
    }
}

/// What kind of value a field has: how its arguments are read and its values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Digits in a text; compared as a number.
    Id,
    /// An identifier that is no number.
    Name,
    /// Text.
    Text,
    /// An absolute address.
    Address,
    /// True or false.
    Flag,
    /// A date with a time.
    Date,
    /// A date without a time.
    Day,
    /// A whole number.
    Number,
    /// A reference to another resource by number.
    Link,
    /// A reference to an author, whose id is no number.
    NamedLink,
    /// References to other resources by number.
    Links,
    /// Identifiers that are no numbers.
    Names,
    /// Objects of their own shape.
    Objects,
}

impl Kind {
    /// Whether `_gt`, `_gte`, `_lt` and `_lte` can be asked.
    pub const fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::Id | Self::Name | Self::Date | Self::Day | Self::Number
        )
    }
}

/// What an argument asks a field to be equal to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// This value.
    Value(Cell),
    /// Any time from the first to before the second.
    Within(UnixMillis, UnixMillis),
}

impl Wanted {
    /// Whether a field with this value is wanted.
    pub fn fits(&self, cell: &Cell) -> bool {
        match (self, cell) {
            (_, Cell::Many(cells)) => cells.iter().any(|cell| self.fits(cell)),
            (Self::Value(value), cell) => value == cell,
            (Self::Within(from, to), Cell::At(at)) => from <= at && at < to,
            (Self::Within(..), _) => false,
        }
    }
}

/// How an argument compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Later or greater than.
    Gt,
    /// That or later or greater.
    Gte,
    /// Earlier or less than.
    Lt,
    /// That or earlier or less.
    Lte,
}

impl Comparison {
    /// All of them, with the ending of their arguments.
    pub const ENDINGS: [(&'static str, Self); 4] = [
        ("_gt", Self::Gt),
        ("_gte", Self::Gte),
        ("_lt", Self::Lt),
        ("_lte", Self::Lte),
    ];
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Which side, and whether the value itself belongs to it.
    pub comparison: Comparison,
    /// The value.
    pub value: Cell,
}

impl Bound {
    /// Whether a field with this value lies on the asked side. Nothing lies nowhere.
    pub fn fits(&self, cell: &Cell) -> bool {
        if *cell == Cell::Null {
            return false;
        }
        match self.comparison {
            Comparison::Gt => *cell > self.value,
            Comparison::Gte => *cell >= self.value,
            Comparison::Lt => *cell < self.value,
            Comparison::Lte => *cell <= self.value,
        }
    }
}

/// Reads what a field is to be equal to.
///
/// # Errors
/// The text is not of the field's kind; `param` is the argument as it was sent.
pub fn read_wanted(kind: Kind, param: &str, text: &str) -> Result<Wanted, Error> {
    Ok(match kind {
        Kind::Id | Kind::Number | Kind::Link | Kind::Links => {
            Wanted::Value(Cell::Number(read_number(param, text)?))
        }
        Kind::Flag => Wanted::Value(Cell::Flag(read_flag(param, text)?)),
        Kind::Date | Kind::Day => match read_date(param, text)? {
            Written::Day(day) => {
                let (from, to) = span_of(day);
                Wanted::Within(from, to)
            }
            Written::Moment(at) => Wanted::Value(Cell::At(at)),
        },
        Kind::Name | Kind::Text | Kind::Address | Kind::NamedLink | Kind::Names | Kind::Objects => {
            Wanted::Value(Cell::Text(text.to_owned()))
        }
    })
}

/// Reads one end of a range of numbers or dates.
///
/// A day as the upper end includes the whole day: the documentation's example for "between the
/// 1st and the 14th" has both as days alone. In the other comparisons a day is its first moment
/// (inference).
///
/// # Errors
/// The text is no number or no date; `param` is the argument as it was sent.
pub fn read_bound(
    kind: Kind,
    comparison: Comparison,
    param: &str,
    text: &str,
) -> Result<Bound, Error> {
    let value = match kind {
        Kind::Date | Kind::Day => None,
        Kind::Name => Some(Cell::Text(text.to_owned())),
        _ => Some(Cell::Number(read_number(param, text)?)),
    };
    if let Some(value) = value {
        return Ok(Bound { comparison, value });
    }
    Ok(match (read_date(param, text)?, comparison) {
        (Written::Day(day), Comparison::Lte) => Bound {
            comparison: Comparison::Lt,
            value: Cell::At(span_of(day).1),
        },
        (Written::Day(day), comparison) => Bound {
            comparison,
            value: Cell::At(UnixMillis::midnight(day)),
        },
        (Written::Moment(at), comparison) => Bound {
            comparison,
            value: Cell::At(at),
        },
    })
}

/// Reads `true`, `false`, `1` or `0` in any case.
///
/// # Errors
/// It is none of them.
pub fn read_flag(param: &str, text: &str) -> Result<bool, Error> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(expected(param, "true or false", text)),
    }
}

/// Reads a whole number. One that no counter can reach is taken for the largest, which no thing
/// has.
///
/// # Errors
/// It is no whole number.
pub fn read_number(param: &str, text: &str) -> Result<i64, Error> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(expected(param, "a whole number", text));
    }
    let beyond = if digits.len() == text.len() {
        i64::MAX
    } else {
        i64::MIN
    };
    Ok(text.parse().unwrap_or(beyond))
}

fn read_date(param: &str, text: &str) -> Result<Written, Error> {
    parse_written(text)
        .ok_or_else(|| expected(param, "a date as 2014-10-01 or 2014-10-01T09:30:00", text))
}
