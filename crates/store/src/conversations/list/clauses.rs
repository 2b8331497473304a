//! What is asked of the rows of a list, and their order.

use domain::role::TopicAccess;
use domain::scope::Scope;

use super::Statement;
use crate::conversations::{After, Assigned, ConversationSort, ListQuery, Range, SortBy};
use crate::convert::key;

/// What the row itself tells.
pub(super) fn facts<'c>(mut sql: Statement<'c>, scope: &Scope, query: &ListQuery) -> Statement<'c> {
    if let TopicAccess::Only(topics) = scope.topics() {
        sql = sql
            .push(" AND topic_id IN ")
            .push_list(topics.iter().map(|topic| topic.0));
    }
    if let Some(has_private) = query.has_private {
        sql = sql.push(" AND has_private = ").push_bind(has_private);
    }
    if let Some(ids) = &query.ids {
        sql = sql.push(" AND id IN ").push_list(ids.iter().map(|id| id.0));
    }
    sql = assigned(sql, query);
    sql = match query.has_author {
        None => sql,
        Some(true) => sql.push(" AND author_key IS NOT NULL"),
        Some(false) => sql.push(" AND author_key IS NULL"),
    };
    if let Some(authors) = &query.authors {
        sql = sql.push(" AND (1 = 0");
        for (service, author) in authors {
            sql = sql
                .push(" OR (author_key = ")
                .push_bind(key(author).into_owned())
                .push(" AND author_service = ")
                .push_bind(i64::from(service.number()))
                .push(")");
        }
        sql = sql.push(")");
    }
    sql = within(
        sql,
        query.id_range,
        [" AND id >= ", " AND id > ", " AND id <= ", " AND id < "],
    );
    sql = within_one(
        sql,
        query.oldest.as_deref(),
        [
            " AND oldest_at >= ",
            " AND oldest_at > ",
            " AND oldest_at <= ",
            " AND oldest_at < ",
        ],
    );
    within_one(
        sql,
        query.newest.as_deref(),
        [
            " AND newest_at >= ",
            " AND newest_at > ",
            " AND newest_at <= ",
            " AND newest_at < ",
        ],
    )
}

/// Who is to handle it.
pub(super) fn assigned<'c>(sql: Statement<'c>, query: &ListQuery) -> Statement<'c> {
    match &query.assigned_to {
        None => sql,
        Some(Assigned::Nobody) => sql.push(" AND assigned_to IS NULL"),
        Some(Assigned::Somebody) => sql.push(" AND assigned_to IS NOT NULL"),
        Some(Assigned::Any(users)) => sql
            .push(" AND assigned_to IN ")
            .push_list(users.iter().map(|user| user.0)),
    }
}

/// The signs of a field: at least, above, at most, below.
type Signs = [&'static str; 4];

/// Alternatives. One alone is a stretch of an index.
fn within_one<'c>(mut sql: Statement<'c>, ranges: Option<&[Range]>, signs: Signs) -> Statement<'c> {
    match ranges {
        None => sql,
        Some([one]) => within(sql, *one, signs),
        Some(many) => {
            sql = sql.push(" AND (1 = 0");
            for range in many {
                sql = within(sql.push(" OR (1 = 1"), *range, signs).push(")");
            }
            sql.push(")")
        }
    }
}

fn within(
    mut sql: Statement<'_>,
    range: Range,
    [at_least, above, at_most, below]: Signs,
) -> Statement<'_> {
    if let Some(from) = range.from {
        let sign = if from.is_inclusive { at_least } else { above };
        sql = sql.push(sign).push_bind(from.value);
    }
    if let Some(to) = range.to {
        let sign = if to.is_inclusive { at_most } else { below };
        sql = sql.push(sign).push_bind(to.value);
    }
    sql
}

/// What its mentions have.
pub(super) fn sides<'c>(mut sql: Statement<'c>, account: i64, query: &ListQuery) -> Statement<'c> {
    if let Some(tags) = &query.tags {
        sql = sql
            .push(
                " AND EXISTS (SELECT 1 FROM conversation_tags AS t
                WHERE t.conversation_id = conversations.id AND t.account_id = ",
            )
            .push_bind(account)
            .push(" AND t.tag_id IN ")
            .push_list(tags.iter().map(|tag| tag.0))
            .push(")");
    }
    if let Some(places) = &query.places {
        sql = sql.push(" AND (1 = 0");
        for (service, profile) in places {
            sql = sql
                .push(
                    " OR EXISTS (SELECT 1 FROM conversation_places AS p
                    WHERE p.conversation_id = conversations.id AND p.account_id = ",
                )
                .push_bind(account)
                .push(" AND p.service = ")
                .push_bind(i64::from(service.number()))
                .push(" AND p.profile_key = ")
                .push_bind(key(profile).into_owned())
                .push(")");
        }
        sql = sql.push(")");
    }
    sql
}

/// Only what comes after a place: the first half lets the walk begin there, the second leaves out
/// what is equal and was given already.
pub(super) fn place(sql: Statement<'_>, after: After, sort: ConversationSort) -> Statement<'_> {
    let [at, beyond] = match (sort.by, sort.is_descending) {
        (SortBy::Oldest, false) => [" AND oldest_at >= ", " AND (oldest_at > "],
        (SortBy::Oldest, true) => [" AND oldest_at <= ", " AND (oldest_at < "],
        (SortBy::Newest, false) => [" AND newest_at >= ", " AND (newest_at > "],
        (SortBy::Newest, true) => [" AND newest_at <= ", " AND (newest_at < "],
        (SortBy::Status, false) => [" AND status >= ", " AND (status > "],
        (SortBy::Status, true) => [" AND status <= ", " AND (status < "],
        (SortBy::Priority | SortBy::Private, is_descending) => {
            let [start, end, close] = match (is_descending, after.value != 0) {
                (false, false) => [" AND (", " OR id > ", ")"],
                (false, true) => [" AND ", " AND id > ", ""],
                (true, true) => [" AND (NOT ", " OR id < ", ")"],
                (true, false) => [" AND NOT ", " AND id < ", ""],
            };
            return later(
                sql.push(start).push(column(sort.by)).push(end),
                after,
                close,
            );
        }
        (SortBy::Id, false) => return later(sql.push(" AND id > "), after, ""),
        (SortBy::Id, true) => return later(sql.push(" AND id < "), after, ""),
    };
    let sql = sql
        .push(at)
        .push_bind(after.value)
        .push(beyond)
        .push_bind(after.value)
        .push(if sort.is_descending {
            " OR id < "
        } else {
            " OR id > "
        });
    later(sql, after, ")")
}

fn later<'c>(sql: Statement<'c>, after: After, end: &'static str) -> Statement<'c> {
    sql.push_bind(after.id.0).push(end)
}

pub(super) fn ordered<'c>(mut sql: Statement<'c>, sort: &[ConversationSort]) -> Statement<'c> {
    let mut is_descending = false;
    for (position, field) in sort.iter().enumerate() {
        is_descending = field.is_descending;
        sql = sql
            .push(if position == 0 { " ORDER BY " } else { ", " })
            .push(column(field.by))
            .push(if is_descending { " DESC" } else { "" });
    }
    sql.push(if is_descending { ", id DESC" } else { ", id" })
}

const fn column(by: SortBy) -> &'static str {
    match by {
        SortBy::Oldest => "oldest_at",
        SortBy::Newest => "newest_at",
        SortBy::Id => "id",
        SortBy::Status => "status",
        SortBy::Priority => "is_priority",
        SortBy::Private => "has_private",
    }
}

pub(super) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
