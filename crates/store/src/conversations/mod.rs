//! Conversations: which mentions belong together.

mod query;

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::conversation::ConversationKey;
use domain::ids::{ConversationId, MentionId, TagId};
use domain::scope::Scope;
use domain::source::Service;
use domain::time::UnixMillis;

pub use query::{After, Assigned, Bound, ConversationSort, ListQuery, Range, SortBy};

use crate::convert::key;
use crate::db::{Tx, pieces};
use crate::error::StoreError;

/// What a conversation's mentions have, besides what its own row tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sides {
    /// Tags that at least one mention bears, by number.
    pub tags: Vec<TagId>,
    /// Where mentions were found: service and `service_id` of the profile.
    pub places: Vec<(Service, String)>,
}

/// Rows per insert and keys per list.
const ROWS: usize = 512;

/// The conversations of mentions, in the order given: the one that has the key already, or a new
/// one with the number of the first mention that has it.
pub async fn resolve(
    tx: &mut Tx,
    scope: &Scope,
    mentions: &[(ConversationKey, MentionId)],
    at: UnixMillis,
) -> Result<Vec<ConversationId>, StoreError> {
    let keys: Vec<Option<String>> = mentions
        .iter()
        .map(|(of, _)| of.as_str().map(|text| key(text).into_owned()))
        .collect();
    // Sorted, so that two transactions that open the same conversations never wait for each other.
    let mut first: BTreeMap<&str, MentionId> = BTreeMap::new();
    let mut single: Vec<(Option<&str>, MentionId)> = Vec::new();
    for (text, (_, id)) in keys.iter().zip(mentions) {
        match text {
            Some(text) => {
                first.entry(text).or_insert(*id);
            }
            None => single.push((None, *id)),
        }
    }
    let mut asked: Vec<&str> = first.keys().copied().collect();
    let rows: Vec<(Option<&str>, MentionId)> = first
        .into_iter()
        .map(|(text, id)| (Some(text), id))
        .chain(single)
        .collect();
    let mut known: HashMap<String, i64> = HashMap::with_capacity(asked.len());
    for piece in pieces(&rows, ROWS) {
        let ids: Vec<i64> = piece.iter().map(|(_, id)| id.0).collect();
        let opened: HashSet<i64> = tx
            .sql("INSERT INTO conversations (account_id, id, key, opened_at) VALUES ")
            .push_rows(piece, |row, (text, id)| {
                row.bind(scope.account_id().0)
                    .bind(id.0)
                    .bind(*text)
                    .bind(at.0);
            })
            .insert_new(&ids)
            .await?
            .into_iter()
            .collect();
        known.extend(
            piece
                .iter()
                .filter(|(_, id)| opened.contains(&id.0))
                .filter_map(|(text, id)| Some(((*text)?.to_owned(), id.0))),
        );
    }
    asked.retain(|text| !known.contains_key(*text));
    for piece in asked.chunks(ROWS) {
        let found: Vec<(String, i64)> = tx
            .sql("SELECT key, id FROM conversations WHERE account_id = ")
            .push_bind(scope.account_id().0)
            .push(" AND key IN ")
            .push_list(piece.iter().copied())
            .fetch_all()
            .await?;
        known.extend(found);
    }
    keys.iter()
        .zip(mentions)
        .map(|(text, (_, id))| match text {
            None => Ok(ConversationId(id.0)),
            Some(text) => known
                .get(text)
                .map(|id| ConversationId(*id))
                .ok_or_else(|| StoreError::broken("a conversation that was just opened is absent")),
        })
        .collect()
}
