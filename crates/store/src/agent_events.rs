//! What agents did. Rows are only added, and removed when they are old.

use domain::agent_event::{AgentEvent, AgentEventKind};
use domain::ids::{AccountId, AgentEventId, ConversationId, ProfileId, TopicId, UserId};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::time::UnixMillis;

use crate::convert::{member, own};
use crate::db::{Reader, Tx, pieces};
use crate::error::StoreError;
use crate::{Db, row};

/// Rows per insert.
const ROWS: usize = 512;

row! {
    struct EventRow {
        account_id: i64,
        id: i64,
        at: i64,
        user_id: i64,
        kind: i64,
        conversation_id: Option<i64>,
        topic_id: Option<i64>,
        profile_id: Option<i64>,
        duration_ms: Option<i64>,
    }
}

impl TryFrom<EventRow> for AgentEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            id: AgentEventId(row.id),
            at: UnixMillis(row.at),
            user_id: UserId(row.user_id),
            kind: member(row.kind, AgentEventKind::from_number, "kind of an event")?,
            conversation_id: row.conversation_id.map(ConversationId),
            topic_id: row.topic_id.map(TopicId),
            profile_id: row.profile_id.map(ProfileId),
            duration_ms: row.duration_ms,
        })
    }
}

/// Adds events under unused numbers.
pub async fn add(tx: &mut Tx, scope: &Scope, events: &[AgentEvent]) -> Result<(), StoreError> {
    for piece in pieces(events, ROWS) {
        for event in piece {
            own(scope, event.account_id)?;
        }
        tx.sql(
            "INSERT INTO agent_events
                (account_id, id, at, user_id, kind, conversation_id, topic_id, profile_id,
                duration_ms)
            VALUES ",
        )
        .push_rows(piece, |row, event| {
            row.bind(event.account_id.0)
                .bind(event.id.0)
                .bind(event.at.0)
                .bind(event.user_id.0)
                .bind(i64::from(event.kind.number()))
                .bind(event.conversation_id.map(ConversationId::get))
                .bind(event.topic_id.map(TopicId::get))
                .bind(event.profile_id.map(ProfileId::get))
                .bind(event.duration_ms);
        })
        .execute()
        .await?;
    }
    Ok(())
}

/// Whether a person did this with a conversation at a time or later.
pub async fn has_since(
    tx: &mut Tx,
    scope: &Scope,
    conversation_id: ConversationId,
    user_id: UserId,
    kind: AgentEventKind,
    since: UnixMillis,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = tx
        .sql(
            "SELECT id
            FROM agent_events
            WHERE account_id = $1 AND conversation_id = $2 AND at >= $3
                AND user_id = $4 AND kind = $5
            LIMIT 1",
        )
        .bind(scope.account_id().0)
        .bind(conversation_id.0)
        .bind(since.0)
        .bind(user_id.0)
        .bind(i64::from(kind.number()))
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// Part of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRange {
    /// At or after.
    pub from: UnixMillis,
    /// Before.
    pub to: UnixMillis,
    /// Behind this one.
    pub after: Option<(UnixMillis, AgentEventId)>,
    /// Most rows.
    pub limit: usize,
}

/// Events within a range of time, oldest first: those about topics within reach, and those about
/// no topic.
pub async fn list(
    db: &Db,
    scope: &Scope,
    range: &EventRange,
) -> Result<Vec<AgentEvent>, StoreError> {
    let mut statement = db
        .sql(
            "SELECT account_id, id, at, user_id, kind, conversation_id, topic_id, profile_id,
                duration_ms
            FROM agent_events
            WHERE account_id = ",
        )
        .push_bind(scope.account_id().0)
        .push(" AND at >= ")
        .push_bind(range.from.0)
        .push(" AND at < ")
        .push_bind(range.to.0);
    if let Some((at, id)) = range.after {
        statement = statement
            .push(" AND (at, id) > (")
            .push_bind(at.0)
            .push(", ")
            .push_bind(id.0)
            .push(")");
    }
    if let TopicAccess::Only(topics) = scope.topics() {
        statement = statement
            .push(" AND (topic_id IS NULL OR topic_id IN ")
            .push_list(topics.iter().map(|topic| topic.0))
            .push(")");
    }
    statement
        .push(" ORDER BY at, id LIMIT ")
        .push_bind(i64::try_from(range.limit).unwrap_or(i64::MAX))
        .large_for(scope)
        .fetch_all::<EventRow>()
        .await?
        .into_iter()
        .map(AgentEvent::try_from)
        .collect()
}

/// Removes up to `most` events that are older than `before`, of all accounts; gives how many.
pub async fn sweep(tx: &mut Tx, before: UnixMillis, most: usize) -> Result<u64, StoreError> {
    let mut removed = 0_u64;
    for account in crate::accounts::list(&mut *tx).await? {
        let left = u64::try_from(most)
            .unwrap_or(u64::MAX)
            .saturating_sub(removed);
        if left == 0 {
            break;
        }
        removed = removed.saturating_add(
            tx.sql(
                "DELETE FROM agent_events
                WHERE account_id = $1 AND id IN (
                    SELECT id FROM agent_events
                    WHERE account_id = $1 AND at < $2
                    ORDER BY at, id
                    LIMIT $3)",
            )
            .bind(account.id.0)
            .bind(before.0)
            .bind(i64::try_from(left).unwrap_or(i64::MAX))
            .execute()
            .await?,
        );
    }
    Ok(removed)
}

/// The highest number of an event, of all accounts.
pub async fn max_id<'c>(from: impl Into<Reader<'c>>) -> Result<Option<i64>, StoreError> {
    let mut reader = from.into();
    let (id,): (Option<i64>,) = reader
        .sql(
            "SELECT MAX((SELECT MAX(agent_events.id) FROM agent_events
                WHERE agent_events.account_id = accounts.id))
            FROM accounts",
        )
        .fetch_one()
        .await?;
    Ok(id)
}
