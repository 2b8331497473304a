//! Lists of conversations.
//!
//! The usual orders are those of indexes within one status and one priority. So a list that asks for
//! several is asked once for each and put together here: each part is a walk over its index
//! alone, which reads the rows of what it has found only. One statement over all of them would
//! read and sort every conversation that there is.
//!
//! What only few conversations have, a customer, an assignee, a rare tag or a private message, is
//! looked up first instead.

mod clauses;
#[cfg(test)]
mod plans;

use domain::conversation::Conversation;
use domain::mention::Status;
use domain::scope::Scope;

use clauses::{assigned, facts, number, ordered, place, sides};

use super::row::{ConversationRow, EMPTY, select};
use super::{After, Assigned, ConversationSort, ListQuery, SortBy};
use crate::convert::key;
use crate::db::{Db, ReadOnly, Sql};
use crate::error::StoreError;

type Statement<'c> = Sql<'c, ReadOnly>;

/// With more conversations than this that have a thing, walking meets enough of them soon.
const FEW: i64 = 4_096;

/// Conversations within reach that have mentions, in order; what is equal in all sort fields comes
/// by number, in the direction of the last field.
pub async fn list(
    db: &Db,
    scope: &Scope,
    query: &ListQuery,
) -> Result<Vec<Conversation>, StoreError> {
    let sort = order(query);
    let skip = if query.after.is_some() { 0 } else { query.skip };
    let rare = rare(db, scope, query).await?;
    let lanes = if rare.is_some() {
        vec![(query.statuses.clone(), query.is_priority)]
    } else {
        lanes(query, &sort)
    };
    let is_one = lanes.len() == 1;
    let mut all = Vec::new();
    for (statuses, is_priority) in &lanes {
        let part = Part {
            statuses: statuses.as_deref(),
            is_priority: *is_priority,
            skip: if is_one { skip } else { 0 },
            limit: if is_one {
                query.limit
            } else {
                query.limit.saturating_add(skip)
            },
        };
        let statement = match rare {
            Some(rare) => part.looked_up(db.sql(LOOKED_UP), scope, query, &sort, rare),
            None => part.walked(db.sql(WALKED), scope, query, &sort),
        };
        let rows = statement
            .large_for(scope)
            .fetch_all::<ConversationRow>()
            .await?;
        for row in rows {
            all.push(Conversation::try_from(row)?);
        }
    }
    all.sort_by(|one, other| compare(one, other, &sort));
    let skip = if is_one { 0 } else { skip };
    Ok(all.into_iter().skip(skip).take(query.limit).collect())
}

fn compare(
    one: &Conversation,
    other: &Conversation,
    sort: &[ConversationSort],
) -> std::cmp::Ordering {
    let mut order = std::cmp::Ordering::Equal;
    let mut is_descending = false;
    let turned = |order: std::cmp::Ordering, is_descending: bool| {
        if is_descending {
            order.reverse()
        } else {
            order
        }
    };
    for field in sort {
        let [one, other] = [one, other].map(|one| After::of(one, field.by).value);
        is_descending = field.is_descending;
        order = order.then(turned(one.cmp(&other), is_descending));
    }
    order.then(turned(one.id.cmp(&other.id), is_descending))
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

/// The statuses and priorities that are asked for one by one. By number it is the table itself
/// that is walked, in which they lie mixed.
fn lanes(query: &ListQuery, sort: &[ConversationSort]) -> Vec<Lane> {
    if matches!(sort, [one, ..] if one.by == SortBy::Id) {
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
        .filter(|(status, priority)| !priority || status.can_be_urgent())
        .map(|(status, priority)| (Some(vec![status]), Some(priority)))
        .collect()
}

/// What is looked up first, because few conversations have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rare {
    Authors,
    Assignees,
    Tags,
    Places,
    Private,
}

async fn rare(db: &Db, scope: &Scope, query: &ListQuery) -> Result<Option<Rare>, StoreError> {
    if query.authors.is_some() {
        return Ok(Some(Rare::Authors));
    }
    let account = scope.account_id().0;
    if query.assigned_to.as_ref().is_some_and(Assigned::is_set) {
        let few = db
            .sql("SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE account_id = ")
            .push_bind(account);
        if is_few(assigned(few, query), scope).await? {
            return Ok(Some(Rare::Assignees));
        }
    }
    if let Some(tags) = &query.tags {
        let few = db
            .sql("SELECT COUNT(*) FROM (SELECT 1 FROM conversation_tags WHERE account_id = ")
            .push_bind(account)
            .push(" AND tag_id IN ")
            .push_list(tags.iter().map(|tag| tag.0));
        if is_few(few, scope).await? {
            return Ok(Some(Rare::Tags));
        }
    }
    if query.places.is_some() {
        let few = db
            .sql("SELECT COUNT(*) FROM (SELECT 1 FROM conversation_places WHERE account_id = ")
            .push_bind(account);
        if is_few(at_places(few, query), scope).await? {
            return Ok(Some(Rare::Places));
        }
    }
    if query.has_private == Some(true) {
        let few = db
            .sql("SELECT COUNT(*) FROM (SELECT 1 FROM conversations WHERE account_id = ")
            .push_bind(account)
            .push(PRIVATE);
        if is_few(few, scope).await? {
            return Ok(Some(Rare::Private));
        }
    }
    Ok(None)
}

/// In the words of the index's condition: with a bound value SQLite would not use it.
const PRIVATE: &str = " AND has_private = TRUE";

async fn is_few(sql: Statement<'_>, scope: &Scope) -> Result<bool, StoreError> {
    let (count,): (i64,) = sql
        .push(" LIMIT ")
        .push_bind(FEW)
        .push(") AS few")
        .large_for(scope)
        .fetch_one()
        .await?;
    Ok(count < FEW)
}

/// At places that have a service and a profile of those asked for, though maybe not together.
fn at_places<'c>(sql: Statement<'c>, query: &ListQuery) -> Statement<'c> {
    let places = query.places.as_deref().unwrap_or_default();
    sql.push(" AND service IN ")
        .push_list(
            places
                .iter()
                .map(|(service, _)| i64::from(service.number())),
        )
        .push(" AND profile_key IN ")
        .push_list(places.iter().map(|(_, profile)| key(profile).into_owned()))
}

// SQLite takes the tables of a cross join in the order they are written in.
const WALKED: &str = select!(from "(SELECT id AS found FROM conversations WHERE account_id = ");
const LOOKED_UP: &str = select!(from "(SELECT DISTINCT ");

/// One statement of a list.
struct Part<'q> {
    statuses: Option<&'q [Status]>,
    is_priority: Option<bool>,
    skip: usize,
    limit: usize,
}

impl Part<'_> {
    /// Finds by the index and reads the rows of what was found.
    fn walked<'c>(
        &self,
        sql: Statement<'c>,
        scope: &Scope,
        query: &ListQuery,
        sort: &[ConversationSort],
    ) -> Statement<'c> {
        let account = scope.account_id().0;
        let sql = self.asked(sql.push_bind(account), scope, query, sort);
        sql.push(") AS d CROSS JOIN conversations WHERE account_id = ")
            .push_bind(account)
            .push(" AND id = d.found")
    }

    /// Reads the rows that have what is rare, and asks them for everything else.
    fn looked_up<'c>(
        &self,
        sql: Statement<'c>,
        scope: &Scope,
        query: &ListQuery,
        sort: &[ConversationSort],
        rare: Rare,
    ) -> Statement<'c> {
        let account = scope.account_id().0;
        let sql = match rare {
            Rare::Authors => {
                let authors = query.authors.as_deref().unwrap_or_default();
                sql.push("id AS found FROM conversations WHERE account_id = ")
                    .push_bind(account)
                    .push(" AND author_key IN ")
                    .push_list(authors.iter().map(|(_, author)| key(author).into_owned()))
                    .push(" AND author_service IN ")
                    .push_list(
                        authors
                            .iter()
                            .map(|(service, _)| i64::from(service.number())),
                    )
            }
            Rare::Assignees => assigned(
                sql.push("id AS found FROM conversations WHERE account_id = ")
                    .push_bind(account),
                query,
            ),
            Rare::Tags => sql
                .push("conversation_id AS found FROM conversation_tags WHERE account_id = ")
                .push_bind(account)
                .push(" AND tag_id IN ")
                .push_list(query.tags.iter().flatten().map(|tag| tag.0)),
            Rare::Places => at_places(
                sql.push("conversation_id AS found FROM conversation_places WHERE account_id = ")
                    .push_bind(account),
                query,
            ),
            Rare::Private => sql
                .push("id AS found FROM conversations WHERE account_id = ")
                .push_bind(account)
                .push(PRIVATE),
        };
        let sql = sql
            .push(") AS d CROSS JOIN conversations WHERE id = d.found AND account_id = ")
            .push_bind(account);
        self.asked(sql, scope, query, sort)
    }

    /// Everything that is asked of a row, and the order.
    fn asked<'c>(
        &self,
        mut sql: Statement<'c>,
        scope: &Scope,
        query: &ListQuery,
        sort: &[ConversationSort],
    ) -> Statement<'c> {
        sql = match self.statuses {
            None => sql.push(" AND status < ").push_bind(EMPTY),
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
        sql = sides(sql, scope.account_id().0, query);
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
