//! Lists of conversations.
//!
//! The usual order is that of an index within one status and one priority. So a list that asks for
//! several is asked once for each and put together here: each part is a short walk, where one
//! statement over all of them would read and sort every conversation that there is.

use domain::conversation::Conversation;
use domain::mention::Status;
use domain::role::TopicAccess;
use domain::scope::Scope;

use super::row::{ConversationRow, select};
use super::{After, Assigned, ConversationSort, ListQuery, Range, SortBy};
use crate::convert::key;
use crate::db::{Db, ReadOnly, Sql};
use crate::error::StoreError;

type Statement<'c> = Sql<'c, ReadOnly>;

/// Conversations within reach that have mentions, in order; what is equal in all sort fields comes
/// by number, in the direction of the last field.
pub async fn list(
    db: &Db,
    scope: &Scope,
    query: &ListQuery,
) -> Result<Vec<Conversation>, StoreError> {
    let sort = order(query);
    let skip = if query.after.is_some() { 0 } else { query.skip };
    let lanes = lanes(query, &sort);
    if let [(statuses, is_priority)] = lanes.as_slice() {
        let part = Part {
            statuses: statuses.as_deref(),
            is_priority: *is_priority,
            skip,
            limit: query.limit,
        };
        return part.fetch(db, scope, query, &sort).await;
    }
    let mut all = Vec::new();
    for (statuses, is_priority) in &lanes {
        let part = Part {
            statuses: statuses.as_deref(),
            is_priority: *is_priority,
            skip: 0,
            limit: query.limit.saturating_add(skip),
        };
        all.extend(part.fetch(db, scope, query, &sort).await?);
    }
    let first = sort.first().copied();
    all.sort_by(|one: &Conversation, other| {
        let (by, is_descending) = first.map_or((SortBy::Oldest, false), |first| {
            (first.by, first.is_descending)
        });
        let order = After::of(one, by)
            .value
            .cmp(&After::of(other, by).value)
            .then(one.id.cmp(&other.id));
        if is_descending {
            order.reverse()
        } else {
            order
        }
    });
    Ok(all.into_iter().skip(skip).take(query.limit).collect())
}

fn order(query: &ListQuery) -> Vec<ConversationSort> {
    if query.sort.is_empty() {
        return vec![ConversationSort {
            by: SortBy::Oldest,
            is_descending: false,
        }];
    }
    query.sort.clone()
}

type Lane = (Option<Vec<Status>>, Option<bool>);

/// The statuses and priorities that are asked for one by one.
fn lanes(query: &ListQuery, sort: &[ConversationSort]) -> Vec<Lane> {
    let is_walk = matches!(sort, [one] if one.by == SortBy::Oldest);
    if !is_walk {
        return vec![(query.statuses.clone(), query.is_priority)];
    }
    let mut statuses = query
        .statuses
        .clone()
        .unwrap_or_else(|| Status::ALL.to_vec());
    statuses.sort_unstable();
    statuses.dedup();
    let priorities: &[bool] = match query.is_priority {
        Some(true) => &[true],
        Some(false) => &[false],
        None => &[false, true],
    };
    statuses
        .into_iter()
        .flat_map(|status| priorities.iter().map(move |priority| (status, *priority)))
        // what is done is urgent no more
        .filter(|lane| *lane != (Status::Done, true))
        .map(|(status, priority)| (Some(vec![status]), Some(priority)))
        .collect()
}

/// One statement of a list.
struct Part<'q> {
    statuses: Option<&'q [Status]>,
    is_priority: Option<bool>,
    skip: usize,
    limit: usize,
}

impl Part<'_> {
    async fn fetch(
        &self,
        db: &Db,
        scope: &Scope,
        query: &ListQuery,
        sort: &[ConversationSort],
    ) -> Result<Vec<Conversation>, StoreError> {
        let sql = self.compose(db.sql(select!("WHERE account_id = ")), scope, query, sort);
        sql.large()
            .fetch_all::<ConversationRow>()
            .await?
            .into_iter()
            .map(Conversation::try_from)
            .collect()
    }

    fn compose<'c>(
        &self,
        sql: Statement<'c>,
        scope: &Scope,
        query: &ListQuery,
        sort: &[ConversationSort],
    ) -> Statement<'c> {
        let account = scope.account_id().0;
        let mut sql = sql.push_bind(account).push(" AND mentions > 0");
        sql = match self.statuses {
            None => sql,
            Some([one]) => sql
                .push(" AND status = ")
                .push_bind(i64::from(one.number())),
            Some(many) => sql
                .push(" AND status IN ")
                .push_list(many.iter().map(|status| i64::from(status.number()))),
        };
        if let Some(is_priority) = self.is_priority {
            sql = sql.push(" AND is_priority = ").push_bind(is_priority);
        }
        sql = facts(sql, scope, query);
        sql = sides(sql, account, query);
        if let (Some(after), Some(first)) = (query.after, sort.first()) {
            sql = place(sql, after, *first);
        }
        ordered(sql, sort)
            .push(" LIMIT ")
            .push_bind(number(self.limit))
            .push(" OFFSET ")
            .push_bind(number(self.skip))
    }
}

/// What the row itself tells.
fn facts<'c>(mut sql: Statement<'c>, scope: &Scope, query: &ListQuery) -> Statement<'c> {
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
    sql = match &query.assigned_to {
        None => sql,
        Some(Assigned::Nobody) => sql.push(" AND assigned_to IS NULL"),
        Some(Assigned::Somebody) => sql.push(" AND assigned_to IS NOT NULL"),
        Some(Assigned::Any(users)) => sql
            .push(" AND assigned_to IN ")
            .push_list(users.iter().map(|user| user.0)),
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
    sql = range(
        sql,
        [" AND id >= ", " AND id > ", " AND id <= ", " AND id < "],
        query.id_range,
    );
    sql = range(
        sql,
        [
            " AND oldest_at >= ",
            " AND oldest_at > ",
            " AND oldest_at <= ",
            " AND oldest_at < ",
        ],
        query.oldest,
    );
    range(
        sql,
        [
            " AND newest_at >= ",
            " AND newest_at > ",
            " AND newest_at <= ",
            " AND newest_at < ",
        ],
        query.newest,
    )
}

fn range<'c>(
    mut sql: Statement<'c>,
    [at_least, above, at_most, below]: [&'static str; 4],
    range: Range,
) -> Statement<'c> {
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
fn sides<'c>(mut sql: Statement<'c>, account: i64, query: &ListQuery) -> Statement<'c> {
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
        for (topic, service, profile) in places {
            sql = sql
                .push(" OR (topic_id = ")
                .push_bind(topic.0)
                .push(
                    " AND EXISTS (SELECT 1 FROM conversation_places AS p
                    WHERE p.conversation_id = conversations.id AND p.account_id = ",
                )
                .push_bind(account)
                .push(" AND p.service = ")
                .push_bind(i64::from(service.number()))
                .push(" AND p.profile_key = ")
                .push_bind(key(profile).into_owned())
                .push("))");
        }
        sql = sql.push(")");
    }
    sql
}

/// Only what comes after a place: the first half lets the walk begin there, the second leaves out
/// what is equal and was given already.
fn place(sql: Statement<'_>, after: After, sort: ConversationSort) -> Statement<'_> {
    let [at, beyond] = match (sort.by, sort.is_descending) {
        (SortBy::Oldest, false) => [" AND oldest_at >= ", " AND (oldest_at > "],
        (SortBy::Oldest, true) => [" AND oldest_at <= ", " AND (oldest_at < "],
        (SortBy::Newest, false) => [" AND newest_at >= ", " AND (newest_at > "],
        (SortBy::Newest, true) => [" AND newest_at <= ", " AND (newest_at < "],
        (SortBy::Status, false) => [" AND status >= ", " AND (status > "],
        (SortBy::Status, true) => [" AND status <= ", " AND (status < "],
        (SortBy::Priority, is_descending) => {
            let is_priority = after.value != 0;
            return match (is_descending, is_priority) {
                (false, false) => later(sql.push(" AND (is_priority OR id > "), after, ")"),
                (false, true) => later(sql.push(" AND is_priority AND id > "), after, ""),
                (true, true) => later(sql.push(" AND (NOT is_priority OR id < "), after, ")"),
                (true, false) => later(sql.push(" AND NOT is_priority AND id < "), after, ""),
            };
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

fn ordered<'c>(mut sql: Statement<'c>, sort: &[ConversationSort]) -> Statement<'c> {
    let mut is_descending = false;
    for (position, field) in sort.iter().enumerate() {
        is_descending = field.is_descending;
        sql = sql
            .push(if position == 0 { " ORDER BY " } else { ", " })
            .push(match field.by {
                SortBy::Oldest => "oldest_at",
                SortBy::Newest => "newest_at",
                SortBy::Id => "id",
                SortBy::Status => "status",
                SortBy::Priority => "is_priority",
            })
            .push(if is_descending { " DESC" } else { "" });
    }
    sql.push(if is_descending { ", id DESC" } else { ", id" })
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
