//! The mentions of conversations.

use std::collections::HashMap;

use domain::conversation::Conversation;
use domain::ids::{ConversationId, MentionId};
use domain::scope::Scope;

use super::LIST;
use crate::db::{Reader, Tx};
use crate::error::StoreError;

/// The mentions of these conversations, which the caller has found to be within reach: oldest
/// first by date of publication (else arrival), of longer conversations the newest `most`.
pub async fn members<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    conversations: &[&Conversation],
    most: usize,
) -> Result<HashMap<ConversationId, Vec<MentionId>>, StoreError> {
    let mut reader = from.into();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut all: HashMap<ConversationId, Vec<MentionId>> = HashMap::new();
    let (long, short): (Vec<&Conversation>, Vec<&Conversation>) = conversations
        .iter()
        .copied()
        .partition(|conversation| conversation.totals.mentions > most);
    for piece in short.chunks(LIST) {
        let rows: Vec<(i64, i64)> = reader
            .sql("SELECT conversation_id, id FROM mentions WHERE account_id = ")
            .push_bind(scope.account_id().0)
            .push(" AND conversation_id IN ")
            .push_list(piece.iter().map(|conversation| conversation.id.0))
            .push(" ORDER BY conversation_id, COALESCE(published_at, added_at), id")
            .large_for(scope)
            .fetch_all()
            .await?;
        for (conversation, id) in rows {
            all.entry(ConversationId(conversation))
                .or_default()
                .push(MentionId(id));
        }
    }
    for conversation in long {
        let mut rows: Vec<(i64,)> = reader
            .sql(
                "SELECT id FROM mentions
                WHERE account_id = $1 AND conversation_id = $2
                ORDER BY COALESCE(published_at, added_at) DESC, id DESC LIMIT $3",
            )
            .bind(scope.account_id().0)
            .bind(conversation.id.0)
            .bind(most)
            .large_for(scope)
            .fetch_all()
            .await?;
        rows.reverse();
        all.insert(
            conversation.id,
            rows.into_iter().map(|(id,)| MentionId(id)).collect(),
        );
    }
    Ok(all)
}

/// Numbers of the mentions of a conversation after `after`, by number.
pub async fn oldest_members(
    tx: &mut Tx,
    scope: &Scope,
    id: ConversationId,
    after: Option<MentionId>,
    limit: i64,
) -> Result<Vec<MentionId>, StoreError> {
    let rows: Vec<(i64,)> = tx
        .sql(
            "SELECT id FROM mentions
            WHERE account_id = $1 AND conversation_id = $2 AND id > $3
            ORDER BY id LIMIT $4",
        )
        .bind(scope.account_id().0)
        .bind(id.0)
        .bind(after.map_or(i64::MIN, MentionId::get))
        .bind(limit)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| MentionId(id)).collect())
}

/// Numbers of conversations after `after` that have a row or mentions, by number.
pub async fn ids_after<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    after: Option<ConversationId>,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    let rows: Vec<(i64,)> = from
        .into()
        .sql(
            "SELECT id FROM conversations WHERE account_id = $1 AND id > $2
            UNION
            SELECT conversation_id FROM mentions WHERE account_id = $1 AND conversation_id > $2
            ORDER BY 1 LIMIT $3",
        )
        .bind(scope.account_id().0)
        .bind(after.map_or(i64::MIN, |id| id.0))
        .bind(limit)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
}
