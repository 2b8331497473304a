//! Tags, places and assignees of conversations: what one of their mentions has is found here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::conversation::Share;
use domain::ids::{ConversationId, MentionId, TagId, UserId};
use domain::scope::Scope;
use domain::source::Service;

use super::{LIST, ROWS};
use crate::convert::{key, member};
use crate::db::{Reader, Tx, pieces};
use crate::error::StoreError;

/// What a conversation's mentions have, besides what its own row tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sides {
    /// Tags that at least one mention bears, by number.
    pub tags: Vec<TagId>,
    /// Where mentions were found: service and `service_id` of the profile.
    pub places: Vec<(Service, String)>,
}

/// Changes of tags, places and assignees that are to be written together, or what is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SideShifts {
    tags: BTreeMap<(ConversationId, TagId), i64>,
    places: BTreeMap<(ConversationId, Service, String), i64>,
    assignees: BTreeMap<(ConversationId, MentionId), Option<UserId>>,
}

impl SideShifts {
    /// One share of a mention in the place of another; an absent one is nothing.
    pub fn replace(&mut self, id: ConversationId, before: Option<&Share>, after: Option<&Share>) {
        for (share, by) in [(before, -1), (after, 1)] {
            let Some(share) = share else { continue };
            for tag in &share.tags {
                count(&mut self.tags, (id, *tag), by);
            }
            if let Some((service, profile)) = &share.place {
                count(
                    &mut self.places,
                    (id, *service, key(profile).into_owned()),
                    by,
                );
            }
        }
        let assignee = |share: Option<&Share>| share.and_then(|share| share.assignee);
        if assignee(before) != assignee(after)
            && let Some(share) = after.or(before)
        {
            self.assignees
                .insert((id, share.mention_id), assignee(after));
        }
    }

    /// The conversations in which the two differ.
    pub fn differing(&self, other: &Self) -> BTreeSet<ConversationId> {
        let tags = differing(&self.tags, &other.tags).map(|(id, _)| *id);
        let places = differing(&self.places, &other.places).map(|(id, ..)| *id);
        let assignees = differing(&self.assignees, &other.assignees).map(|(id, _)| *id);
        tags.chain(places).chain(assignees).collect()
    }

    /// The conversations whose assignees change.
    pub fn reassigned(&self) -> impl Iterator<Item = ConversationId> + '_ {
        let mut last = None;
        self.assignees
            .keys()
            .map(|(id, _)| *id)
            .filter(move |id| last.replace(*id) != Some(*id))
    }
}

fn count<K: Ord>(counts: &mut BTreeMap<K, i64>, key: K, by: i64) {
    let sum = counts.entry(key).or_default();
    *sum = sum.saturating_add(by);
}

/// The keys that only one of two maps has, or that have another value in each.
fn differing<'m, K: Ord, V: PartialEq>(
    one: &'m BTreeMap<K, V>,
    other: &'m BTreeMap<K, V>,
) -> impl Iterator<Item = &'m K> {
    let unlike = |map: &'m BTreeMap<K, V>| {
        move |(key, value): (&'m K, &'m V)| (map.get(key) != Some(value)).then_some(key)
    };
    let here = one.iter().filter_map(unlike(other));
    here.chain(other.iter().filter_map(unlike(one)))
}

/// Writes them.
pub async fn shift_sides(
    tx: &mut Tx,
    scope: &Scope,
    shifts: &SideShifts,
) -> Result<(), StoreError> {
    let account = scope.account_id().0;
    let tags: Vec<_> = shifts.tags.iter().filter(|(_, by)| **by != 0).collect();
    for piece in pieces(&tags, ROWS) {
        tx.sql(
            "INSERT INTO conversation_tags (account_id, conversation_id, tag_id, mentions)
            VALUES ",
        )
        .push_rows(piece, |row, ((id, tag), by)| {
            row.bind(account).bind(id.0).bind(tag.0).bind(**by);
        })
        .push(
            " ON CONFLICT (account_id, conversation_id, tag_id) DO UPDATE SET
                mentions = conversation_tags.mentions + excluded.mentions",
        )
        .execute()
        .await?;
    }
    let places: Vec<_> = shifts.places.iter().filter(|(_, by)| **by != 0).collect();
    for piece in pieces(&places, ROWS) {
        tx.sql(
            "INSERT INTO conversation_places
                (account_id, conversation_id, service, profile_key, mentions)
            VALUES ",
        )
        .push_rows(piece, |row, ((id, service, profile), by)| {
            row.bind(account)
                .bind(id.0)
                .bind(i64::from(service.number()))
                .bind(profile.as_str())
                .bind(**by);
        })
        .push(
            " ON CONFLICT (account_id, conversation_id, service, profile_key) DO UPDATE SET
                mentions = conversation_places.mentions + excluded.mentions",
        )
        .execute()
        .await?;
    }
    forget(
        tx,
        "DELETE FROM conversation_tags WHERE account_id = ",
        account,
        tags.iter()
            .filter(|(_, by)| **by < 0)
            .map(|((id, _), _)| *id),
    )
    .await?;
    forget(
        tx,
        "DELETE FROM conversation_places WHERE account_id = ",
        account,
        places
            .iter()
            .filter(|(_, by)| **by < 0)
            .map(|((id, ..), _)| *id),
    )
    .await?;
    assign(tx, account, &shifts.assignees).await
}

/// Removes what no mention has any more.
async fn forget(
    tx: &mut Tx,
    text: &'static str,
    account: i64,
    ids: impl Iterator<Item = ConversationId>,
) -> Result<(), StoreError> {
    let mut ids: Vec<i64> = ids.map(|id| id.0).collect();
    ids.dedup();
    for piece in ids.chunks(LIST) {
        tx.sql(text)
            .push_bind(account)
            .push(" AND conversation_id IN ")
            .push_list(piece.iter().copied())
            .push(" AND mentions <= 0")
            .execute()
            .await?;
    }
    Ok(())
}

async fn assign(
    tx: &mut Tx,
    account: i64,
    assignees: &BTreeMap<(ConversationId, MentionId), Option<UserId>>,
) -> Result<(), StoreError> {
    let given: Vec<(i64, i64, i64)> = assignees
        .iter()
        .filter_map(|((id, mention), user)| Some((id.0, mention.0, (*user)?.0)))
        .collect();
    for piece in pieces(&given, ROWS) {
        tx.sql(
            "INSERT INTO conversation_assignees (account_id, conversation_id, mention_id, user_id)
            VALUES ",
        )
        .push_rows(piece, |row, (id, mention, user)| {
            row.bind(account).bind(*id).bind(*mention).bind(*user);
        })
        .push(
            " ON CONFLICT (account_id, conversation_id, mention_id) DO UPDATE SET
                user_id = excluded.user_id",
        )
        .execute()
        .await?;
    }
    for ((id, mention), _) in assignees.iter().filter(|(_, user)| user.is_none()) {
        tx.sql(
            "DELETE FROM conversation_assignees
            WHERE account_id = $1 AND conversation_id = $2 AND mention_id = $3",
        )
        .bind(account)
        .bind(id.0)
        .bind(mention.0)
        .execute()
        .await?;
    }
    Ok(())
}

/// Removes tags, places and assignees of conversations, which are then written anew.
pub async fn clear_sides(
    tx: &mut Tx,
    scope: &Scope,
    ids: &[ConversationId],
) -> Result<(), StoreError> {
    for text in [
        "DELETE FROM conversation_tags WHERE account_id = ",
        "DELETE FROM conversation_places WHERE account_id = ",
        "DELETE FROM conversation_assignees WHERE account_id = ",
    ] {
        for piece in ids.chunks(LIST) {
            tx.sql(text)
                .push_bind(scope.account_id().0)
                .push(" AND conversation_id IN ")
                .push_list(piece.iter().map(|id| id.0))
                .execute()
                .await?;
        }
    }
    Ok(())
}

/// Whether any mention bears a tag, in whichever topic.
///
/// Exact while the account is locked; the database knows it of every mention, also of those that no
/// index has yet.
pub async fn has_tag<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    tag_id: TagId,
) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = from
        .into()
        .sql(
            "SELECT conversation_id
            FROM conversation_tags
            WHERE account_id = $1 AND tag_id = $2
            LIMIT 1",
        )
        .bind(scope.account_id().0)
        .bind(tag_id.0)
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// What is written of tags, places and assignees of these conversations, as [`shift_sides`] would
/// write it.
pub async fn written_sides(
    tx: &mut Tx,
    scope: &Scope,
    ids: &[ConversationId],
) -> Result<SideShifts, StoreError> {
    let mut all = SideShifts::default();
    for piece in ids.chunks(LIST) {
        let tags: Vec<(i64, i64, i64)> = tx
            .sql(
                "SELECT conversation_id, tag_id, mentions FROM conversation_tags
                WHERE account_id = ",
            )
            .push_bind(scope.account_id().0)
            .push(" AND conversation_id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .fetch_all()
            .await?;
        let tags = tags
            .into_iter()
            .map(|(id, tag, mentions)| ((ConversationId(id), TagId(tag)), mentions));
        all.tags.extend(tags);
        let places: Vec<(i64, i64, String, i64)> = tx
            .sql(
                "SELECT conversation_id, service, profile_key, mentions FROM conversation_places
                WHERE account_id = ",
            )
            .push_bind(scope.account_id().0)
            .push(" AND conversation_id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .fetch_all()
            .await?;
        for (id, service, profile, mentions) in places {
            let service = member(service, Service::from_number, "service")?;
            all.places
                .insert((ConversationId(id), service, profile), mentions);
        }
        let assignees: Vec<(i64, i64, i64)> = tx
            .sql(
                "SELECT conversation_id, mention_id, user_id FROM conversation_assignees
                WHERE account_id = ",
            )
            .push_bind(scope.account_id().0)
            .push(" AND conversation_id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .fetch_all()
            .await?;
        let assignees = assignees.into_iter().map(|(id, mention, user)| {
            ((ConversationId(id), MentionId(mention)), Some(UserId(user)))
        });
        all.assignees.extend(assignees);
    }
    Ok(all)
}

/// Tags and places of these conversations, which the caller has found to be within reach; every one
/// asked for is answered.
pub async fn sides<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Sides>, StoreError> {
    let mut reader = from.into();
    let mut all: HashMap<ConversationId, Sides> =
        ids.iter().map(|id| (*id, Sides::default())).collect();
    for piece in ids.chunks(LIST) {
        let tags: Vec<(i64, i64)> = reader
            .sql("SELECT conversation_id, tag_id FROM conversation_tags WHERE account_id = ")
            .push_bind(scope.account_id().0)
            .push(" AND conversation_id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .push(" ORDER BY conversation_id, tag_id")
            .fetch_all()
            .await?;
        for (id, tag) in tags {
            if let Some(sides) = all.get_mut(&ConversationId(id)) {
                sides.tags.push(TagId(tag));
            }
        }
        let places: Vec<(i64, i64, String)> = reader
            .sql(
                "SELECT conversation_id, service, profile_key FROM conversation_places
                WHERE account_id = ",
            )
            .push_bind(scope.account_id().0)
            .push(" AND conversation_id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .push(" ORDER BY conversation_id, service, profile_key")
            .fetch_all()
            .await?;
        for (id, service, profile) in places {
            if let Some(sides) = all.get_mut(&ConversationId(id)) {
                let service = member(service, Service::from_number, "service")?;
                sides.places.push((service, profile));
            }
        }
    }
    Ok(all)
}
