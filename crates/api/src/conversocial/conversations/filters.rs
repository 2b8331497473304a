//! What a list of conversations is asked for, translated for the store.

use domain::author::AuthorId;
use domain::ids::{ConversationId, ProfileId, TagId, UserId};
use domain::mention::Status;
use domain::naming::parse_stage;
use domain::source::Service;
use domain::time::UnixMillis;
use engine::Error;
use engine::conversations::{
    After, Assigned, Bound, ConversationQuery, ConversationSort, ConversationSortBy, ListQuery,
    Range,
};

use super::fields::FIELDS;
use crate::conversocial::errors::{Failure, expected};
use crate::conversocial::ids::{nearest_hex, parse_hex};
use crate::conversocial::query::filters::each;
use crate::conversocial::query::paging::{MOST, page_size, passed_over};
use crate::conversocial::query::sort::{parts, unsortable};
use crate::conversocial::query::values::{
    Cell, Comparison, Kind, Wanted, read_bound, read_flag, read_number, read_wanted,
};
use crate::http::pairs::Pairs;

/// Conversations on a page when nothing is said (the size in the documentation's example).
pub const DEFAULT: usize = 20;

/// Values that one argument may have; each makes the statement longer.
pub const MOST_VALUES: usize = 200;

/// Conversations that can be left out at the start without `after`; all of them have to be read.
pub const MOST_SKIPPED: usize = 10_000;

/// The fields that conversations can be sorted by.
pub const SORTS: [(&str, ConversationSortBy); 6] = [
    ("oldest_sort_date", ConversationSortBy::Oldest),
    ("newest_sort_date", ConversationSortBy::Newest),
    ("id", ConversationSortBy::Id),
    ("status", ConversationSortBy::Status),
    ("is_priority", ConversationSortBy::Priority),
    ("contains_private", ConversationSortBy::Private),
];

/// Reads all arguments of a list.
///
/// # Errors
/// An argument is wrong, or the one that must be there is absent.
pub fn read(pairs: &Pairs) -> Result<ConversationQuery, Failure> {
    if ["is_priority", "is_priorty", "status"]
        .iter()
        .all(|name| pairs.last(name).is_none())
    {
        return Err(Failure::Missing {
            param: "is_priority",
            message: r#"Either "is_priority" or "status" is needed."#.to_owned(),
        });
    }
    check_counts(pairs)?;
    let mut rows = ListQuery {
        statuses: statuses(pairs)?,
        is_priority: flag(pairs, &["is_priority", "is_priorty"])?,
        has_private: flag(pairs, &["contains_private"])?,
        ids: each(pairs, "id", |_, text| Ok(parse_hex(text)))?
            .map(|ids| ids.into_iter().flatten().map(ConversationId).collect()),
        id_range: range(pairs, "id", id_bound)?,
        assigned_to: assigned(pairs)?,
        authors: authors(pairs)?,
        has_author: known(pairs, "author")?,
        tags: numbers(pairs, "tags", TagId)?,
        places: None,
        oldest: dates(pairs, "oldest_sort_date")?,
        newest: dates(pairs, "newest_sort_date")?,
        sort: sort(pairs)?,
        after: None,
        skip: skipped(pairs)?,
        limit: page_size(pairs, DEFAULT, MOST)?,
    };
    let channels = numbers(pairs, "channels", ProfileId)?;
    bounds_of_words(pairs, &mut rows)?;
    rows.after = place(pairs, &rows.sort)?;
    if asks_for_nothing(pairs)? {
        rows.ids = Some(Vec::new());
    }
    Ok(ConversationQuery { rows, channels })
}

/// How many to leave out at the start. Beside `after` the number says nothing, so it may be any.
fn skipped(pairs: &Pairs) -> Result<usize, Error> {
    let mut all = 0_usize;
    for name in ["skip", "offset"] {
        all = all.saturating_add(passed_over(pairs, name)?);
        if all > MOST_SKIPPED && pairs.last("after").is_none() {
            return Err(Error::invalid(
                name,
                format!(
                    "at most {MOST_SKIPPED} was expected; the links in \"paging\" lead further"
                ),
            ));
        }
    }
    Ok(all)
}

fn check_counts(pairs: &Pairs) -> Result<(), Error> {
    for field in FIELDS {
        let given = pairs.all(field.name).count();
        if given > MOST_VALUES {
            return Err(Error::TooMany {
                field: field.name.to_owned(),
                limit: MOST_VALUES,
                given,
            });
        }
    }
    Ok(())
}

/// Both values of a truth ask for nothing.
fn flag(pairs: &Pairs, names: &[&str]) -> Result<Option<bool>, Error> {
    let mut asked = None;
    let mut is_either = false;
    for name in names {
        for value in each(pairs, name, read_flag)?.into_iter().flatten() {
            is_either |= asked.is_some_and(|asked| asked != value);
            asked = Some(value);
        }
    }
    Ok(asked.filter(|_| !is_either))
}

/// `_isnull` of a field: whether it must have a value.
fn known(pairs: &Pairs, name: &str) -> Result<Option<bool>, Error> {
    let is_null = flag(pairs, &[&format!("{name}_isnull")])?;
    Ok(is_null.map(|is_null| !is_null))
}

/// Whether a field that always has a value is asked to have none.
fn asks_for_nothing(pairs: &Pairs) -> Result<bool, Error> {
    for field in FIELDS {
        let can_be_null = ["author", "assigned_to"].contains(&field.name);
        if !can_be_null && known(pairs, field.name)? == Some(false) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Unknown words fit nothing: nobody published the whole list of statuses.
fn statuses(pairs: &Pairs) -> Result<Option<Vec<Status>>, Error> {
    let asked = each(pairs, "status", |_, text| Ok(parse_stage(text.trim())))?;
    Ok(asked.map(|statuses| statuses.into_iter().flatten().collect()))
}

fn numbers<T>(pairs: &Pairs, name: &str, make: fn(i64) -> T) -> Result<Option<Vec<T>>, Error> {
    let asked = each(pairs, name, read_number)?;
    Ok(asked.map(|numbers| numbers.into_iter().map(make).collect()))
}

fn assigned(pairs: &Pairs) -> Result<Option<Assigned>, Error> {
    let users = numbers(pairs, "assigned_to", UserId)?;
    Ok(match (users, known(pairs, "assigned_to")?) {
        (Some(_), Some(false)) => Some(Assigned::Any(Vec::new())),
        (Some(users), _) => Some(Assigned::Any(users)),
        (None, Some(false)) => Some(Assigned::Nobody),
        (None, Some(true)) => Some(Assigned::Somebody),
        (None, None) => None,
    })
}

/// Texts that are no author fit nothing.
fn authors(pairs: &Pairs) -> Result<Option<Vec<(Service, String)>>, Error> {
    let asked = each(pairs, "author", |_, text| Ok(AuthorId::parse(text)))?;
    Ok(asked.map(|authors| {
        let authors = authors.iter().flatten();
        authors
            .flat_map(|author| {
                let services = author.network().services().iter();
                services.map(|service| (*service, author.key().to_owned()))
            })
            .collect()
    }))
}

/// The range that the comparisons of a field make. Values of one argument widen, arguments narrow.
fn range(
    pairs: &Pairs,
    name: &str,
    read: impl Fn(Comparison, &str, &str) -> Result<Bound, Error>,
) -> Result<Range, Error> {
    let mut asked = Range::default();
    for (ending, comparison) in Comparison::ENDINGS {
        let argument = format!("{name}{ending}");
        let bounds = each(pairs, &argument, |param, text| {
            read(comparison, param, text)
        })?;
        let bounds = bounds.into_iter().flatten();
        let is_lower = matches!(comparison, Comparison::Gt | Comparison::Gte);
        let rank = |bound: &Bound| (bound.value, bound.is_inclusive != is_lower);
        asked = asked.and(if is_lower {
            Range {
                from: bounds.min_by_key(rank),
                to: None,
            }
        } else {
            Range {
                from: None,
                to: bounds.max_by_key(rank),
            }
        });
    }
    Ok(asked)
}

fn id_bound(comparison: Comparison, param: &str, text: &str) -> Result<Bound, Error> {
    let value = nearest_hex(text)
        .ok_or_else(|| expected(param, "an identifier of 24 hexadecimal digits", text))?;
    Ok(Bound {
        value,
        is_inclusive: matches!(comparison, Comparison::Gte | Comparison::Lte),
    })
}

fn date_bound(comparison: Comparison, param: &str, text: &str) -> Result<Bound, Error> {
    let bound = read_bound(Kind::Date, comparison, param, text)?;
    Ok(Bound {
        value: millis(&bound.value),
        is_inclusive: matches!(bound.comparison, Comparison::Gte | Comparison::Lte),
    })
}

fn millis(cell: &Cell) -> i64 {
    match cell {
        Cell::At(UnixMillis(at)) => *at,
        _ => 0,
    }
}

/// Comparisons of a date, and equality, which is a day or a second.
fn dates(pairs: &Pairs, name: &str) -> Result<Option<Vec<Range>>, Error> {
    let compared = range(pairs, name, date_bound)?;
    let equal = each(pairs, name, |param, text| {
        read_wanted(Kind::Date, param, text)
    })?;
    Ok(match equal {
        Some(dates) => Some(
            dates
                .iter()
                .map(|date| stretch(date).and(compared))
                .collect(),
        ),
        None => Some(vec![compared]).filter(|_| !compared.is_open()),
    })
}

fn stretch(date: &Wanted) -> Range {
    let (from, to, is_inclusive) = match date {
        Wanted::Within(from, to) => (from.0, to.0, false),
        Wanted::Value(value) => (millis(value), millis(value), true),
    };
    Range {
        from: Some(bound(from, true)),
        to: Some(bound(to, is_inclusive)),
    }
}

const fn bound(value: i64, is_inclusive: bool) -> Bound {
    Bound {
        value,
        is_inclusive,
    }
}

/// The order; the oldest message's date when nothing is said (conversations page).
fn sort(pairs: &Pairs) -> Result<Vec<ConversationSort>, Failure> {
    let mut order = Vec::new();
    for part in parts(pairs) {
        let by = SORTS
            .iter()
            .find(|(name, _)| *name == part.name)
            .map(|(_, by)| *by)
            .ok_or_else(|| unsortable(part.name))?;
        order.push(ConversationSort {
            by,
            is_descending: part.is_descending,
        });
    }
    if order.is_empty() {
        order.push(ConversationSort {
            by: ConversationSortBy::Oldest,
            is_descending: false,
        });
    }
    Ok(order)
}

/// Links from page to page have bounds of these fields as well.
fn bounds_of_words(pairs: &Pairs, query: &mut ListQuery) -> Result<(), Error> {
    let range_of_words = |name: &str, by| {
        range(pairs, name, |comparison, param, text| {
            Ok(Bound {
                value: word_value(by, param, text)?,
                is_inclusive: matches!(comparison, Comparison::Gte | Comparison::Lte),
            })
        })
    };
    let words = range_of_words("status", ConversationSortBy::Status)?;
    if !words.is_open() {
        let asked = query.statuses.take().unwrap_or(Status::ALL.to_vec());
        query.statuses = Some(
            asked
                .into_iter()
                .filter(|status| words.contains(status.number().into()))
                .collect(),
        );
    }
    for (name, by, asked) in [
        (
            "is_priority",
            ConversationSortBy::Priority,
            &mut query.is_priority,
        ),
        (
            "contains_private",
            ConversationSortBy::Private,
            &mut query.has_private,
        ),
    ] {
        let flags = range_of_words(name, by)?;
        if flags.is_open() {
            continue;
        }
        let left: Vec<bool> = [false, true]
            .into_iter()
            .filter(|flag| asked.is_none_or(|asked| asked == *flag))
            .filter(|flag| flags.contains((*flag).into()))
            .collect();
        match left.as_slice() {
            [] => query.ids = Some(Vec::new()),
            [one] => *asked = Some(*one),
            _ => {}
        }
    }
    Ok(())
}

/// The number that the store compares for a value of a field as links write it.
fn word_value(by: ConversationSortBy, param: &str, text: &str) -> Result<i64, Error> {
    Ok(match by {
        ConversationSortBy::Oldest | ConversationSortBy::Newest => {
            date_bound(Comparison::Gte, param, text)?.value
        }
        ConversationSortBy::Id => id_bound(Comparison::Gte, param, text)?.value,
        ConversationSortBy::Status => parse_stage(text.trim())
            .map(|status| status.number().into())
            .ok_or_else(|| expected(param, "unread, read or archived", text))?,
        ConversationSortBy::Priority | ConversationSortBy::Private => {
            read_flag(param, text)?.into()
        }
    })
}

/// The argument that has the boundary in links of an order.
pub fn boundary(name: &str, is_descending: bool) -> String {
    format!("{name}{}", if is_descending { "_lte" } else { "_gte" })
}

/// The place that a link continues at: the boundary and `after`.
fn place(pairs: &Pairs, sort: &[ConversationSort]) -> Result<Option<After>, Error> {
    let Some(text) = pairs.last("after") else {
        return Ok(None);
    };
    let id = id_bound(Comparison::Gte, "after", text)?.value;
    let [order] = sort else {
        return Err(Error::invalid(
            "after",
            "exactly one field in \"sort\" was expected with it",
        ));
    };
    let name = name_of(order.by);
    let boundary = boundary(name, order.is_descending);
    let value = pairs
        .last(&boundary)
        .ok_or_else(|| Error::invalid("after", format!("\"{boundary}\" was expected with it")))?;
    Ok(Some(After {
        value: word_value(order.by, &boundary, value)?,
        id: ConversationId(id),
    }))
}

/// The field of an order.
pub fn name_of(by: ConversationSortBy) -> &'static str {
    SORTS
        .iter()
        .find(|(_, known)| *known == by)
        .map_or("oldest_sort_date", |(name, _)| name)
}
