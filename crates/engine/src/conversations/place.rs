//! Which conversations new mentions belong to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::conversation::{Conversation, ConversationKey, Share};
use domain::ids::{ConversationId, TopicId};
use domain::mention::Mention;
use domain::scope::Scope;
use domain::time::UnixMillis;
use store::Tx;
use store::conversations::SideShifts;
use store::mentions::source_key;

use super::shift;
use crate::Error;

/// A new mention that is to be placed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct New<'m> {
    /// The mention.
    pub(crate) mention: &'m Mention,
    /// What tells its repeats from other messages of the topic.
    pub(crate) source: Option<&'m str>,
}

/// Finds or opens the conversations of new mentions, adds the mentions to them and writes them;
/// gives their numbers in order.
///
/// The account's lock on the change log must be held.
pub(crate) async fn place(
    tx: &mut Tx,
    scope: &Scope,
    new: &[New<'_>],
    now: UnixMillis,
) -> Result<Vec<ConversationId>, Error> {
    let mut desk = Desk::load(tx, scope, new).await?;
    let ids: Vec<ConversationId> = new.iter().map(|one| desk.add(one, now)).collect();
    let Desk {
        rows,
        changed,
        sides,
        ..
    } = desk;
    let rows = rows
        .into_iter()
        .filter(|(id, _)| changed.contains(id))
        .collect();
    shift::write(tx, scope, rows, &sides).await?;
    Ok(ids)
}

/// A message of a topic.
type Source = (TopicId, String);

/// The conversations that a batch of new mentions has to do with.
struct Desk {
    rows: BTreeMap<ConversationId, Conversation>,
    /// Those that take mentions with these keys.
    by_key: HashMap<(TopicId, String), ConversationId>,
    /// Those of the messages that are answered.
    by_source: HashMap<Source, ConversationId>,
    changed: BTreeSet<ConversationId>,
    sides: SideShifts,
}

impl Desk {
    async fn load(tx: &mut Tx, scope: &Scope, new: &[New<'_>]) -> Result<Self, Error> {
        let keys: BTreeSet<(TopicId, String)> = new
            .iter()
            .filter_map(|one| {
                let key = ConversationKey::of(&one.mention.body);
                Some((one.mention.topic_id, key.as_str()?.to_owned()))
            })
            .collect();
        let keys: Vec<(TopicId, String)> = keys.into_iter().collect();
        let answered: BTreeSet<Source> = new.iter().filter_map(answered).collect();
        let answered: Vec<Source> = answered.into_iter().collect();

        let current = store::conversations::current(tx, scope, &keys).await?;
        let sources = store::mentions::conversations_by_source(&mut *tx, scope, &answered).await?;
        let by_key = current
            .iter()
            .map(|(key, conversation)| (key.clone(), conversation.id))
            .collect();
        let mut rows: BTreeMap<ConversationId, Conversation> = current
            .into_values()
            .map(|conversation| (conversation.id, conversation))
            .collect();
        let missing: BTreeSet<ConversationId> = sources
            .values()
            .map(|(_, conversation)| *conversation)
            .filter(|id| !rows.contains_key(id))
            .collect();
        let missing: Vec<ConversationId> = missing.into_iter().collect();
        rows.extend(store::conversations::find_many(&mut *tx, scope, &missing).await?);
        Ok(Self {
            by_source: sources
                .into_iter()
                .map(|(source, (_, conversation))| (source, conversation))
                .filter(|(_, conversation)| rows.contains_key(conversation))
                .collect(),
            rows,
            by_key,
            changed: BTreeSet::new(),
            sides: SideShifts::default(),
        })
    }

    fn add(&mut self, new: &New<'_>, now: UnixMillis) -> ConversationId {
        let mention = new.mention;
        let id = answered(new)
            .and_then(|source| self.by_source.get(&source).copied())
            .unwrap_or_else(|| self.by_key(mention, now));
        let share = Share::of(mention);
        if let Some(row) = self.rows.get_mut(&id) {
            row.add(&share);
        }
        self.sides.replace(id, None, Some(&share));
        self.changed.insert(id);
        if let Some(source) = new.source {
            self.by_source
                .insert((mention.topic_id, source.to_owned()), id);
        }
        id
    }

    /// The conversation that takes mentions with this one's key, or a new one.
    fn by_key(&mut self, mention: &Mention, now: UnixMillis) -> ConversationId {
        let key = ConversationKey::of(&mention.body);
        let place = key.as_str().map(|text| (mention.topic_id, text.to_owned()));
        let present = place
            .as_ref()
            .and_then(|place| self.by_key.get(place))
            .and_then(|id| self.rows.get_mut(id));
        if let Some(present) = present {
            if present.takes(key.renewal(), now) {
                return present.id;
            }
            present.key = None;
            self.changed.insert(present.id);
        }
        let opened = Conversation::open(mention, place.as_ref().map(|(_, text)| text.clone()));
        let id = opened.id;
        self.rows.insert(id, opened);
        if let Some(place) = place {
            self.by_key.insert(place, id);
        }
        id
    }
}

/// The message whose conversation a mention joins, as the store knows messages.
fn answered(new: &New<'_>) -> Option<Source> {
    let body = &new.mention.body;
    let id = ConversationKey::answered(body)?;
    Some((new.mention.topic_id, source_key(&body.source, id)))
}
