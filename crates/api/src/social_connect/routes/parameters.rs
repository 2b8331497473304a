//! Parameters that several routes take.

use crate::http::params::{Kind, Parameter};

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

pub(super) const PARTIAL: Parameter = Parameter::new(
    "partial",
    Kind::Flag,
    "While the index is being rebuilt: answer at once with what there is, newest first, and say so \
     in `meta.partial`. Without it such a call waits a few seconds and is then refused with 503 and \
     `Retry-After`, because mentions would be missing. Not in the vendor's API",
);

pub(super) const UPDATES: Parameter = Parameter::new(
    "updates",
    Kind::Json,
    "An object shaped like the answer, with the members to change",
)
.required();

/// Short lists: whole unless there are very many.
pub(super) const SETTINGS_LIST: &[Parameter] = &[limit(100, 1, 1_000), PAGE_TOKEN];
