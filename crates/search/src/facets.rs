//! Questions and answers of facets: mentions counted along two axes.

use domain::filter::{IdField, NumberField, Predicate, WordField};
use domain::ids::TopicId;
use domain::time::UnixMillis;

use crate::SearchError;

/// A stretch of the calendar or a part of the day or week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grouping {
    /// Each minute.
    Minute,
    /// Each hour.
    Hour,
    /// Each day.
    Day,
    /// Each week, from Monday.
    Week,
    /// Each month.
    Month,
    /// Each quarter.
    Quarter,
    /// Each year.
    Year,
    /// 0 to 23, over all days.
    HourOfDay,
    /// 1 (Monday) to 7 (Sunday), over all weeks.
    DayOfWeek,
}

/// What mentions are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// By word; a mention with several counts in each.
    Word(WordField),
    /// By number; a mention with several counts in each.
    Id(IdField),
    /// By calendar.
    Date {
        /// Which moment: `Added`, `Published`, `LastAction`, `LastStatus` or `FirstReply`.
        field: NumberField,
        /// How coarse.
        grouping: Grouping,
    },
}

/// What the rows of the table are.
#[derive(Debug, Clone, PartialEq)]
pub enum Segmentation {
    /// The values of a field.
    Field(Axis),
    /// Named filters, in this order.
    Custom(Vec<(String, Predicate)>),
}

/// What is measured in each cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Number of mentions.
    Mentions,
    /// Number of different authors, exact.
    AuthorCardinality,
    /// Mean of a number, over the mentions that have it. Scores are in their own unit, not in the
    /// hundredths in which filters compare them.
    Average(NumberField),
    /// Sum of a number, in the same unit.
    Sum(NumberField),
}

/// Most columns of words or numbers.
pub const MOST_KEYS: usize = 1_000;

/// A table to be counted.
#[derive(Debug, Clone)]
pub struct FacetQuery<'a> {
    /// What the mentions must answer with yes.
    pub predicate: &'a Predicate,
    /// Only these topics; `None` for all within reach.
    pub topics: Option<&'a [TopicId]>,
    /// Arrived at or after the first moment and at or before the second.
    pub added: (UnixMillis, UnixMillis),
    /// Columns; `None` for a single one. Of words and numbers the [`MOST_KEYS`] most frequent are
    /// given, of calendars all.
    pub key: Option<Axis>,
    /// What is in the cells.
    pub value: Metric,
    /// Rows; `None` for a single one.
    pub segmentation: Option<Segmentation>,
    /// Most rows, for words and numbers.
    pub size: usize,
    /// IANA name of the time zone of calendars.
    pub timezone: &'a str,
}

/// What a row or column stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct FacetLabel {
    /// The word folded, the number, the first moment of a stretch of the calendar in Unix
    /// seconds, the hour (0 to 23), the day of the week (1 to 7) or the label of a filter. Empty
    /// where there is no axis.
    pub id: String,
    /// The word as it was first written; the same as `id` for everything else.
    pub text: String,
}

/// A counted table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FacetTable {
    /// Columns. Calendars in order, with the empty ones; words and numbers by number of
    /// mentions, then by label.
    pub keys: Vec<FacetLabel>,
    /// Rows, in the same manner.
    pub segments: Vec<FacetLabel>,
    /// A number for each row and column; `None` for a mean of nothing.
    pub data: Vec<Vec<Option<f64>>>,
    /// The account's index is not complete yet.
    pub is_partial: bool,
}

/// Most cells of the tables of one call together.
pub const MOST_CELLS: usize = 500_000;

/// Why tables were not counted.
#[derive(Debug, thiserror::Error)]
#[error("table {at}: {error}")]
pub struct FacetFailure {
    /// Which one of those asked for, from 0.
    pub at: usize,
    /// Why.
    #[source]
    pub error: SearchError,
}
