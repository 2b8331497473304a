//! Parameters of routes, as data for the documents.

/// One parameter; it may come in the query, in a form or in a JSON body.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The call is refused without it.
    pub is_required: bool,
    /// What it is for.
    pub about: &'static str,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number; outside the range the nearest end counts.
    Integer {
        /// When it is absent.
        default: usize,
        /// Smallest.
        min: usize,
        /// Largest.
        max: usize,
    },
    /// `1`, `0`, `true` or `false`.
    Flag,
    /// ISO 8601 or UNIX seconds.
    Date,
    /// The number of a thing.
    Id,
    /// Numbers separated by commas.
    Ids,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A JSON object or array; in a form as JSON text.
    Json,
}

impl Parameter {
    /// A parameter that may be absent.
    pub(super) const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            is_required: false,
            about,
        }
    }

    /// The same, but it must be there.
    pub(super) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
}

pub(super) const fn limit(default: usize, min: usize, max: usize) -> Parameter {
    Parameter::new(
        "limit",
        Kind::Integer { default, min, max },
        "How many elements a page holds",
    )
}

pub(super) const PAGE_TOKEN: Parameter = Parameter::new(
    "page_token",
    Kind::Text,
    "Where to go on, from `paging.next_url` or `paging.previous_url`",
);

pub(super) const FILTER: Parameter =
    Parameter::new("filter", Kind::Text, "A query in the filter language");

pub(super) const DATE_FROM: Parameter = Parameter::new(
    "date_from",
    Kind::Date,
    "Added at or after this moment; 28 days ago when absent",
);

pub(super) const DATE_TO: Parameter = Parameter::new(
    "date_to",
    Kind::Date,
    "Added at or before this moment; now when absent",
);

pub(super) const TOPIC_IDS: Parameter = Parameter::new(
    "topic_ids",
    Kind::Ids,
    "Only these topics; all within reach when absent",
);

pub(super) const UPDATES: Parameter = Parameter::new(
    "updates",
    Kind::Json,
    "An object shaped like the answer, with the members to change",
)
.required();

/// Short lists: whole unless there are very many.
pub(super) const SETTINGS_LIST: &[Parameter] = &[limit(100, 1, 1_000), PAGE_TOKEN];
