//! Conversations: one row each, the sum of the mentions of one.
//!
//! The rows are written while the lock on the account's change log is held and no other way:
//! whoever works on mentions locks those first, and two transactions that went on to conversations
//! in orders of their own would wait for each other.

mod list;
mod members;
mod query;
mod row;
mod sides;

use std::collections::{HashMap, HashSet};

use domain::conversation::Conversation;
use domain::ids::{ConversationId, TopicId, UserId};
use domain::scope::Scope;
use domain::time::UnixMillis;

pub use list::list;
pub use members::{ids_after, members, oldest_members};
pub use query::{After, Assigned, Bound, ConversationSort, ListQuery, Range, SortBy};
pub use sides::{SideShifts, Sides, clear_sides, has_tag, shift_sides, sides, written_sides};

use crate::convert::{key, own};
use crate::db::{Reader, Sql, Tx, pieces};
use crate::error::StoreError;
use row::{ConversationRow, select};

/// Rows per insert.
const ROWS: usize = 256;
/// Numbers and keys per list.
const LIST: usize = 1_024;

/// The conversations that take mentions with these keys now.
///
/// Exact after [`changes::reserve`](crate::changes::reserve) or
/// [`changes::lock`](crate::changes::lock) in the same transaction.
pub async fn current(
    tx: &mut Tx,
    scope: &Scope,
    keys: &[(TopicId, String)],
) -> Result<HashMap<(TopicId, String), Conversation>, StoreError> {
    let short: Vec<(i64, String)> = keys
        .iter()
        .map(|(topic, text)| (topic.0, key(text).into_owned()))
        .collect();
    let mut stored: HashMap<(i64, String), Conversation> = HashMap::new();
    for piece in pieces(&short, LIST) {
        let rows: Vec<ConversationRow> = keyed(tx.sql(select!(from "")), scope, piece)
            .fetch_all()
            .await?;
        for row in rows {
            if let Some(key) = row.key.clone() {
                stored.insert((row.topic_id, key), row.try_into()?);
            }
        }
    }
    Ok(keys
        .iter()
        .zip(short)
        .filter_map(|(asked, short)| Some((asked.clone(), stored.get(&short)?.clone())))
        .collect())
}

/// What follows `FROM`: the conversations that take mentions with these keys.
pub(crate) fn keyed<'c, A>(sql: Sql<'c, A>, scope: &Scope, keys: &[(i64, String)]) -> Sql<'c, A> {
    sql.push_pairs(keys.iter().map(|(topic, text)| (*topic, text.as_str())))
        .push(
            " CROSS JOIN conversations
            WHERE topic_id = asked.column1 AND key = asked.column2 AND account_id = ",
        )
        .push_bind(scope.account_id().0)
}

/// The conversation with this number, if it is within reach.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    id: ConversationId,
) -> Result<Option<Conversation>, StoreError> {
    from.into()
        .sql(select!("WHERE account_id = $1 AND id = $2"))
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional::<ConversationRow>()
        .await?
        .filter(|row| scope.reaches(TopicId(row.topic_id)))
        .map(Conversation::try_from)
        .transpose()
}

/// The conversations with these numbers that are within reach, by number.
pub async fn find_many<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Conversation>, StoreError> {
    let mut reader = from.into();
    let mut found = HashMap::with_capacity(ids.len());
    for piece in ids.chunks(LIST) {
        let rows: Vec<ConversationRow> = reader
            .sql(select!("WHERE account_id = "))
            .push_bind(scope.account_id().0)
            .push(" AND id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .fetch_all()
            .await?;
        for row in rows {
            if scope.reaches(TopicId(row.topic_id)) {
                found.insert(ConversationId(row.id), row.try_into()?);
            }
        }
    }
    Ok(found)
}

/// Writes conversations, those that are known and those that are new.
///
/// Those that have given up their key are written first, so that others can have it.
pub async fn save(
    tx: &mut Tx,
    scope: &Scope,
    conversations: &[Conversation],
) -> Result<(), StoreError> {
    let mut ordered: Vec<&Conversation> = conversations.iter().collect();
    ordered.sort_by_key(|conversation| conversation.key.is_some());
    let mut seen = HashSet::with_capacity(ordered.len());
    for conversation in &ordered {
        own(scope, conversation.account_id)?;
        if !seen.insert(conversation.id) {
            return Err(StoreError::broken(
                "a conversation is written twice at once",
            ));
        }
    }
    let (without, with): (Vec<&Conversation>, Vec<&Conversation>) = ordered
        .into_iter()
        .partition(|conversation| conversation.key.is_none());
    for piece in pieces(&without, ROWS).chain(pieces(&with, ROWS)) {
        row::upsert(tx, piece).await?;
    }
    Ok(())
}

/// Dates of the oldest and newest mention and of the newest arrival, in milliseconds; `None` when
/// the conversation has no mention.
pub async fn extremes(
    tx: &mut Tx,
    scope: &Scope,
    id: ConversationId,
) -> Result<Option<[UnixMillis; 3]>, StoreError> {
    let row: (Option<i64>, Option<i64>, Option<i64>) = tx
        .sql(
            "SELECT MIN(COALESCE(published_at, added_at)), MAX(COALESCE(published_at, added_at)),
                MAX(added_at)
            FROM mentions
            WHERE account_id = $1 AND conversation_id = $2",
        )
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_one()
        .await?;
    let (Some(oldest), Some(newest), Some(added)) = row else {
        return Ok(None);
    };
    Ok(Some([oldest, newest, added].map(UnixMillis)))
}

/// The user assignee of the mention with the largest number that has one.
pub async fn assignee(
    tx: &mut Tx,
    scope: &Scope,
    id: ConversationId,
) -> Result<Option<UserId>, StoreError> {
    let row: Option<(i64,)> = tx
        .sql(
            "SELECT user_id FROM conversation_assignees
            WHERE account_id = $1 AND conversation_id = $2
            ORDER BY mention_id DESC LIMIT 1",
        )
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional()
        .await?;
    Ok(row.map(|(user,)| UserId(user)))
}
