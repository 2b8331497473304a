//! The stored form of a conversation.

use domain::conversation::{Conversation, ConversationAuthor, Totals};
use domain::ids::{AccountId, ConversationId, MentionId, TopicId, UserId};
use domain::source::Service;
use domain::time::UnixMillis;

use crate::convert::{key, member};
use crate::db::Tx;
use crate::error::StoreError;
use crate::row;

row! {
    pub(super) struct ConversationRow {
        account_id: i64,
        pub(super) id: i64,
        pub(super) topic_id: i64,
        pub(super) key: Option<String>,
        opened_at: i64,
        added_at: i64,
        oldest_at: i64,
        newest_at: i64,
        author_service: Option<i64>,
        author_key: Option<String>,
        author_mention_id: Option<i64>,
        mentions: i64,
        new_mentions: i64,
        pending_mentions: i64,
        urgent_mentions: i64,
        private_mentions: i64,
        assigned_to: Option<i64>,
    }
}

/// A query for whole conversations, from the table itself or from something else that has them.
macro_rules! select {
    (from $rest:literal) => {
        concat!(
            "SELECT account_id, id, topic_id, key, opened_at, added_at, oldest_at, newest_at,
                author_service, author_key, author_mention_id, mentions, new_mentions,
                pending_mentions, urgent_mentions, private_mentions, assigned_to
            FROM ",
            $rest
        )
    };
    ($rest:literal) => {
        concat!(select!(from "conversations "), $rest)
    };
}
pub(super) use select;

impl TryFrom<ConversationRow> for Conversation {
    type Error = StoreError;

    fn try_from(row: ConversationRow) -> Result<Self, StoreError> {
        let author = match (row.author_service, row.author_key, row.author_mention_id) {
            (Some(service), Some(key), Some(mention)) => Some(ConversationAuthor {
                service: member(service, Service::from_number, "service")?,
                key,
                mention_id: MentionId(mention),
            }),
            _ => None,
        };
        Ok(Self {
            account_id: AccountId(row.account_id),
            id: ConversationId(row.id),
            topic_id: TopicId(row.topic_id),
            key: row.key,
            opened_at: UnixMillis(row.opened_at),
            added_at: UnixMillis(row.added_at),
            oldest_at: UnixMillis(row.oldest_at),
            newest_at: UnixMillis(row.newest_at),
            author,
            totals: Totals {
                mentions: row.mentions,
                new: row.new_mentions,
                pending: row.pending_mentions,
                urgent: row.urgent_mentions,
                private: row.private_mentions,
            },
            assigned_to: row.assigned_to.map(UserId),
        })
    }
}

/// The stored status: that of the mentions, or a number of its own when there is none, so that lists
/// pass over what is empty.
fn status(totals: &Totals) -> i64 {
    if totals.mentions == 0 {
        EMPTY
    } else {
        totals.status().number().into()
    }
}

/// The status of a conversation without mentions.
pub(super) const EMPTY: i64 = 3;

/// Writes rows, whether they are there or not.
pub(super) async fn upsert(tx: &mut Tx, rows: &[&Conversation]) -> Result<(), StoreError> {
    tx.sql(
        "INSERT INTO conversations
            (account_id, id, topic_id, key, opened_at, added_at, oldest_at, newest_at,
            author_service, author_key, author_mention_id, mentions, new_mentions,
            pending_mentions, urgent_mentions, private_mentions, status, is_priority, has_private,
            assigned_to)
        VALUES ",
    )
    .push_rows(rows, |row, conversation| {
        let totals = &conversation.totals;
        let author = conversation.author.as_ref();
        row.bind(conversation.account_id.0)
            .bind(conversation.id.0)
            .bind(conversation.topic_id.0)
            .bind(
                conversation
                    .key
                    .as_deref()
                    .map(|text| key(text).into_owned()),
            )
            .bind(conversation.opened_at.0)
            .bind(conversation.added_at.0)
            .bind(conversation.oldest_at.0)
            .bind(conversation.newest_at.0)
            .bind(author.map(|author| i64::from(author.service.number())))
            .bind(author.map(|author| key(&author.key).into_owned()))
            .bind(author.map(|author| author.mention_id.0))
            .bind(totals.mentions)
            .bind(totals.new)
            .bind(totals.pending)
            .bind(totals.urgent)
            .bind(totals.private)
            .bind(status(totals))
            .bind(totals.is_priority())
            .bind(totals.has_private())
            .bind(conversation.assigned_to.map(UserId::get));
    })
    .push(
        " ON CONFLICT (account_id, id) DO UPDATE SET
            key = excluded.key, added_at = excluded.added_at, oldest_at = excluded.oldest_at,
            newest_at = excluded.newest_at, author_service = excluded.author_service,
            author_key = excluded.author_key, author_mention_id = excluded.author_mention_id,
            mentions = excluded.mentions, new_mentions = excluded.new_mentions,
            pending_mentions = excluded.pending_mentions,
            urgent_mentions = excluded.urgent_mentions,
            private_mentions = excluded.private_mentions, status = excluded.status,
            is_priority = excluded.is_priority, has_private = excluded.has_private,
            assigned_to = excluded.assigned_to",
    )
    .execute()
    .await?;
    Ok(())
}
