//! Writes mentions: one transaction for a whole batch.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use domain::action_type::ActionType;
use domain::change::{ChangeKind, NewChange};
use domain::conversation::Share;
use domain::ids::{ActionId, ChangeNumber, ConversationId, MentionId, ProjectId, TagId, TopicId};
use domain::limits;
use domain::mention::{Action, ActionDetail, Body, Mention, Priority, Status};
use domain::permission::Permission;
use domain::scope::Scope;
use domain::time::UnixMillis;
use search::CutWords;
use serde_json::Value;
use store::Tx;
use store::mentions::Prepared;

use super::enrich::Enriched;
use crate::hold::Place;
use crate::settings::NewTag;
use crate::write::{self, Effects};
use crate::{Directory, Engine, Error, What, contacts, conversations};

/// One message for one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The topic.
    pub topic_id: TopicId,
    /// The project of the topic.
    pub project_id: ProjectId,
    /// The message.
    pub enriched: Enriched,
    /// Where it starts in the workflow.
    pub status: Status,
    /// Its urgency.
    pub priority: Option<Priority>,
    /// How its connector tells it from others; `None` when `source.id` does.
    pub origin: Option<Origin>,
    /// When it is known with other content, the mention gets this content.
    pub is_update: bool,
}

/// How a connector tells messages of one source apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The message's identifier within the source.
    pub external_id: String,
    /// The name under which the source's messages are known, where the source is called otherwise
    /// by now.
    pub identity: Option<String>,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// New mentions, in the order given.
    pub added: Vec<MentionId>,
    /// Mentions whose content changed.
    pub updated: Vec<MentionId>,
    /// Messages that the topics had already.
    pub known: usize,
}

/// A batch that is ready to be written: compressed, with its numbers.
#[derive(Debug, Default)]
pub struct Batch {
    entries: Vec<Ready>,
    repeats: usize,
    /// Of long texts, so that nobody waits for them after the commit.
    words: Option<CutWords>,
}

#[derive(Debug)]
struct Ready {
    mention: Mention,
    prepared: Prepared,
    key: Option<String>,
    is_update: bool,
}

impl Batch {
    /// Nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Makes a batch ready: gives numbers, looks up tags (and makes those that are missing),
/// compresses. Repeats within the batch are dropped; the last version of an edited message wins.
///
/// # Errors
/// `Denied` when a tag is missing and the scope may not make one.
pub async fn prepare(engine: &Engine, scope: &Scope, entries: Vec<Entry>) -> Result<Batch, Error> {
    prepare_by(engine, scope, entries, Look::First).await
}

/// Which time the names of tags are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// In the directory.
    First,
    /// In the database: a deletion may be on its way to the directory still.
    Again,
}

async fn prepare_by(
    engine: &Engine,
    scope: &Scope,
    entries: Vec<Entry>,
    look: Look,
) -> Result<Batch, Error> {
    let tags = tags(engine, scope, &entries, look).await?;
    let now = engine.now();
    let (account_id, count) = (scope.account_id(), entries.len());
    let bytes: usize = entries
        .iter()
        .map(|entry| entry.enriched.body.content.len())
        .sum();
    let numbered: Vec<(MentionId, Entry)> = entries
        .into_iter()
        .map(|entry| (engine.new_mention_id(), entry))
        .collect();
    let build = move || build(account_id, numbered, &tags, now);
    if count <= 8 && bytes <= write::CUT_AT_ONCE {
        return build();
    }
    tokio::task::spawn_blocking(build)
        .await
        .map_err(|failure| Error::internal(format!("preparing mentions did not end: {failure}")))?
}

fn build(
    account_id: domain::ids::AccountId,
    entries: Vec<(MentionId, Entry)>,
    tags: &BTreeMap<String, TagId>,
    now: UnixMillis,
) -> Result<Batch, Error> {
    let mut batch = Batch::default();
    let mut places: BTreeMap<(TopicId, String), usize> = BTreeMap::new();
    for (id, entry) in entries {
        let (is_update, origin) = (entry.is_update, entry.origin.clone());
        let mut mention = mention(account_id, id, entry, tags, now);
        let key = key(&mut mention.body, origin);
        let ready = Ready {
            prepared: Prepared::new(&mention, key.as_deref())?,
            mention,
            key,
            is_update,
        };
        let place = ready.key.clone().map(|key| (ready.mention.topic_id, key));
        if let Some(at) = place.as_ref().and_then(|place| places.get(place).copied()) {
            batch.repeats += 1;
            if let (true, Some(earlier)) = (is_update, batch.entries.get_mut(at)) {
                *earlier = ready;
            }
            continue;
        }
        if let Some(place) = place {
            places.insert(place, batch.entries.len());
        }
        batch.entries.push(ready);
    }
    let mentions = || batch.entries.iter().map(|ready| &ready.mention);
    if CutWords::bytes(mentions()) > write::CUT_AT_ONCE {
        batch.words = Some(CutWords::of(mentions()));
    }
    Ok(batch)
}

/// What tells repeats of a message from other messages of its topic.
fn key(body: &mut Body, origin: Option<Origin>) -> Option<String> {
    let Some(origin) = origin else {
        return store::mentions::dedupe_key(body);
    };
    // What is shown may differ from what tells messages apart: two items of one feed may claim the
    // same identifier.
    let shown = (body.source.id.take(), body.source.profile.clone());
    // Identifiers of connectors come as they are, and PostgreSQL's text holds no NUL.
    body.source.id = Some(origin.external_id.replace('\0', "\u{fffd}"));
    body.source.profile = origin.identity.or(body.source.profile.take());
    let key = store::mentions::dedupe_key(body);
    (body.source.id, body.source.profile) = shown;
    key
}

fn mention(
    account_id: domain::ids::AccountId,
    id: MentionId,
    entry: Entry,
    tags: &BTreeMap<String, TagId>,
    now: UnixMillis,
) -> Mention {
    let Enriched {
        body,
        mut state,
        published_at,
        tags: names,
    } = entry.enriched;
    state.status = entry.status;
    state.priority = entry.priority;
    state.tags = names
        .iter()
        .filter_map(|name| tags.get(&domain::tag::tag_key(name)))
        .copied()
        .collect();
    state.tags.sort_unstable();
    state.tags.dedup();
    if entry.status != Status::New {
        state.timers.last_status_at = Some(now);
    }
    if entry.status == Status::Done {
        state.timers.first_done_at = Some(now);
    }
    Mention {
        account_id,
        topic_id: entry.topic_id,
        project_id: entry.project_id,
        id,
        conversation_id: ConversationId(id.0),
        added_at: now,
        published_at,
        body,
        state,
        changed_by: ChangeNumber::default(),
    }
}

/// The tags that the entries name, by key. Missing ones are made first, each in a transaction of
/// its own: a tag more does no harm when the mentions are refused afterwards.
async fn tags(
    engine: &Engine,
    scope: &Scope,
    entries: &[Entry],
    look: Look,
) -> Result<BTreeMap<String, TagId>, Error> {
    let names: BTreeMap<String, &str> = entries
        .iter()
        .flat_map(|entry| &entry.enriched.tags)
        .map(|name| (domain::tag::tag_key(name), name.trim()))
        .filter(|(key, _)| !key.is_empty())
        .collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let directory = match look {
        Look::First => engine.directory(scope.account_id()).await?,
        Look::Again => Arc::new(Directory::load(engine.db(), scope.account_id()).await?),
    };
    let mut tags = BTreeMap::new();
    for (key, name) in names {
        let id = match directory.tag_named(name) {
            Some(tag) => tag.id,
            None => make_tag(engine, scope, &key, name).await?,
        };
        tags.insert(key, id);
    }
    Ok(tags)
}

async fn make_tag(engine: &Engine, scope: &Scope, key: &str, name: &str) -> Result<TagId, Error> {
    if !scope.may(Permission::TagsCreate) {
        return Err(Error::lacks(Permission::TagsCreate));
    }
    let new = NewTag {
        name: name.to_owned(),
        ..NewTag::default()
    };
    match crate::idempotency::aside(crate::settings::create_tag(engine, scope, new)).await {
        Ok(tag) => Ok(tag.id),
        // Somebody else was faster.
        Err(Error::Conflict(reason)) => {
            let directory = Directory::load(engine.db(), scope.account_id()).await?;
            directory
                .tags
                .values()
                .find(|tag| domain::tag::tag_key(&tag.name) == key)
                .map(|tag| tag.id)
                .ok_or(Error::Conflict(reason))
        }
        Err(error) => Err(error),
    }
}

/// How often the tags of a batch are looked up where one of them is deleted meanwhile.
const LOOKS: usize = 3;

/// Makes a batch ready and writes it. Where a tag is deleted in between, its name is looked up again:
/// the answer is that of a call which comes after the deletion, be it that the tag is made anew or
/// that the scope may not make one.
///
/// # Errors
/// Those of [`prepare`] and [`record`]; `Conflict` when a tag is deleted again and again.
pub async fn add(engine: &Engine, scope: &Scope, entries: Vec<Entry>) -> Result<Recorded, Error> {
    let (mut look, mut looks) = (Look::First, 1);
    // Nothing is looked up for mentions without tags, so they need no second copy.
    let bears_tags = |entry: &Entry| !entry.enriched.tags.is_empty();
    while looks < LOOKS && entries.iter().any(bears_tags) {
        match prepare_and_record(engine, scope, entries.clone(), look).await {
            Err(Error::NotFound(What::Tag)) => {}
            done => return done,
        }
        (look, looks) = (Look::Again, looks + 1);
    }
    match prepare_and_record(engine, scope, entries, look).await {
        Err(Error::NotFound(What::Tag)) => Err(Error::Conflict(
            "A tag of the mentions was deleted again while they were added; nothing was added."
                .to_owned(),
        )),
        done => done,
    }
}

async fn prepare_and_record(
    engine: &Engine,
    scope: &Scope,
    entries: Vec<Entry>,
    look: Look,
) -> Result<Recorded, Error> {
    let batch = prepare_by(engine, scope, entries, look).await?;
    engine.hold(Place::Prepared).await?;
    record(engine, scope, batch).await
}

/// Writes a batch and returns when its mentions are durable and in every list.
pub async fn record(engine: &Engine, scope: &Scope, batch: Batch) -> Result<Recorded, Error> {
    let (work_engine, work_scope) = (engine.clone(), scope.clone());
    write::commit(engine, scope, move |tx| {
        Box::pin(async move { write(tx, &work_engine, &work_scope, batch).await })
    })
    .await
}

/// The same within a transaction that does more and that holds the account's lock: nobody adds one
/// of these messages, or removes a topic or a tag of theirs, before it ends.
///
/// # Errors
/// `NotFound` when a topic or a tag of theirs was removed since they were made ready.
pub(crate) async fn write(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    batch: Batch,
) -> Result<(Recorded, Effects), Error> {
    let Batch {
        entries,
        repeats,
        words,
    } = batch;
    let now = engine.now();
    let keys: Vec<(TopicId, String)> = entries
        .iter()
        .filter_map(|entry| Some((entry.mention.topic_id, entry.key.clone()?)))
        .collect();
    check_targets(tx, scope, &entries).await?;
    let mut edits = lock_edited(tx, scope, &entries).await?;
    let known = store::mentions::known_keys(tx, scope, &keys).await?;
    let (old, mut new): (Vec<Ready>, Vec<Ready>) = entries.into_iter().partition(|entry| {
        entry
            .key
            .as_ref()
            .is_some_and(|key| known.contains(&(entry.mention.topic_id, key.clone())))
    });
    let mut recorded = Recorded {
        known: repeats,
        ..Recorded::default()
    };
    let mut updated = Vec::new();
    for entry in old {
        match edits.remove(&entry.mention.id) {
            Some(present) => {
                let before = Share::of(&present);
                updated.push((before, edited(present, entry.mention, now)));
            }
            None => recorded.known += 1,
        }
    }
    let count = new.len() + updated.len();
    if count == 0 {
        return Ok((recorded, Effects::none()));
    }
    let placed: Vec<conversations::New<'_>> = new
        .iter()
        .map(|entry| conversations::New {
            mention: &entry.mention,
            source: entry.key.as_deref(),
        })
        .collect();
    let placed = conversations::place(tx, scope, &placed, now).await?;
    let numbers = write::number(tx, scope, count).await?;
    let mut number = *numbers.start();
    let mut changes = Vec::with_capacity(count);
    for (entry, conversation_id) in new.iter_mut().zip(placed) {
        entry.mention.conversation_id = conversation_id;
        entry.mention.changed_by = number;
        entry.prepared.conversation_id = conversation_id;
        entry.prepared.changed_by = number;
        number = number.next();
        changes.push(change(
            ChangeKind::MentionAdded,
            &entry.mention,
            Value::Null,
        ));
    }
    let (prepared, added): (Vec<Prepared>, Vec<Mention>) = new
        .into_iter()
        .map(|entry| (entry.prepared, entry.mention))
        .unzip();
    let inserted: HashSet<MentionId> = store::mentions::insert(tx, scope, &prepared).await?;
    if inserted.len() != added.len() {
        // The lock makes this impossible; if it happens all the same, nothing must be told of it.
        return Err(Error::unavailable("mentions were added twice at once"));
    }
    recorded.added = added.iter().map(|mention| mention.id).collect();
    let mut mentions = added;
    let mut shifts = Vec::with_capacity(updated.len());
    for (before, mut mention) in updated {
        mention.changed_by = number;
        number = number.next();
        // The key of a stored mention stays as it is.
        let prepared = Prepared::new(&mention, None)?;
        store::mentions::replace_body(tx, scope, &prepared).await?;
        changes.push(change(
            ChangeKind::MentionUpdated,
            &mention,
            crate::assigned::detail(
                &["content"],
                &mention.state.assignees,
                &mention.state.assignees,
            ),
        ));
        recorded.updated.push(mention.id);
        shifts.push(conversations::Shift {
            id: mention.conversation_id,
            before,
            after: Some(Share::of(&mention)),
        });
        mentions.push(mention);
    }
    conversations::shift(tx, scope, &shifts).await?;
    contacts::meet(tx, engine, scope, &mentions).await?;
    write::log(tx, scope, engine, &numbers, &changes).await?;
    let effects = Effects {
        mentions,
        numbers: Some(numbers),
        words,
        ..Effects::default()
    };
    Ok((recorded, effects))
}

/// What the messages are for and what they bear was looked up before the account was locked, and
/// must still be there: a message of a topic that is gone would be in no list, and a tag that is
/// gone would have no name.
async fn check_targets(tx: &mut Tx, scope: &Scope, entries: &[Ready]) -> Result<(), Error> {
    let topics: BTreeSet<TopicId> = entries.iter().map(|it| it.mention.topic_id).collect();
    for id in topics {
        store::topics::find(&mut *tx, scope, id)
            .await?
            .ok_or(Error::NotFound(What::Topic))?;
    }
    let tags: BTreeSet<TagId> = entries
        .iter()
        .flat_map(|it| it.mention.state.tags.iter().copied())
        .collect();
    let tags: Vec<TagId> = tags.into_iter().collect();
    let found = store::tags::find_many(&mut *tx, scope, &tags).await?;
    if found.len() < tags.len() {
        return Err(Error::NotFound(What::Tag));
    }
    Ok(())
}

/// The mentions whose messages changed at their source, by the number of the entry that says so.
async fn lock_edited(
    tx: &mut Tx,
    scope: &Scope,
    entries: &[Ready],
) -> Result<BTreeMap<MentionId, Mention>, Error> {
    let edits: Vec<(&Ready, (TopicId, String))> = entries
        .iter()
        .filter(|entry| entry.is_update)
        .filter_map(|entry| Some((entry, (entry.mention.topic_id, entry.key.clone()?))))
        .collect();
    if edits.is_empty() {
        return Ok(BTreeMap::new());
    }
    let keys: Vec<(TopicId, String)> = edits.iter().map(|(_, key)| key.clone()).collect();
    let known = store::mentions::known_keys(tx, scope, &keys).await?;
    let mut changed = Vec::new();
    for (entry, (topic, key)) in edits.iter().filter(|(_, key)| known.contains(key)) {
        let present = store::mentions::find_by_source(&mut *tx, scope, *topic, key).await?;
        if let Some(present) = present.filter(|present| present.body != entry.mention.body) {
            changed.push((present.id, *topic, entry.mention.id));
        }
    }
    changed.sort_unstable();
    let mut locked = BTreeMap::new();
    for (id, topic, entry) in changed {
        if let Some(present) = store::mentions::lock(tx, scope, topic, id).await? {
            locked.insert(entry, present);
        }
    }
    Ok(locked)
}

/// A mention with the new content of its message. What people did with it stays; its language
/// follows the text unless somebody set a property.
fn edited(mut mention: Mention, new: Mention, now: UnixMillis) -> Mention {
    mention.body = new.body;
    mention.published_at = mention.published_at.or(new.published_at);
    let actions = &mut mention.state.actions;
    if !actions
        .iter()
        .any(|action| action.kind == ActionType::Property)
    {
        mention.state.language = new.state.language;
    }
    // A source can change its message for ever. From so many entries on the changes are not in the
    // history, which is kept for what people do.
    if actions.len() < limits::NOTED_ACTIONS {
        actions.push(Action {
            id: ActionId(
                actions
                    .last()
                    .map_or(1, |action| action.id.0.saturating_add(1)),
            ),
            user_id: None,
            kind: ActionType::Updated,
            detail: ActionDetail::default(),
            at: now,
        });
    }
    mention.state.timers.last_action_at = Some(now);
    mention
}

fn change(kind: ChangeKind, mention: &Mention, detail: Value) -> NewChange {
    NewChange {
        kind,
        object_id: mention.id.0,
        topic_id: Some(mention.topic_id),
        detail,
    }
}

#[cfg(test)]
mod tests {
    use channels::Draft;
    use domain::ids::AccountId;
    use domain::source::{Category, Provider, Service};
    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;

    use super::super::enrich::enrich;
    use super::*;
    use crate::testing::START;

    #[test]
    fn a_message_that_changes_for_ever_leaves_room_in_its_history() {
        let mut runner = TestRunner::deterministic();
        let mention = domain::testing::any_mention();
        let mention = mention.new_tree(&mut runner).unwrap().current();
        let mut changed = mention.clone();
        for _ in 0..limits::NOTED_ACTIONS + 10 {
            changed = edited(changed, mention.clone(), UnixMillis(1));
        }
        assert_eq!(changed.state.actions.len(), limits::NOTED_ACTIONS);
        assert_eq!(changed.state.timers.last_action_at, Some(UnixMillis(1)));
    }

    #[test]
    fn long_texts_are_cut_into_words_before_the_commit_and_not_while_others_wait_for_it() {
        for (words, are_cut) in [(10, false), (10_000, true)] {
            let mut draft = Draft::new(Service::Rss, Provider::SearchProviderRss, Category::Blogs);
            draft.content = "word ".repeat(words);
            let entry = Entry {
                topic_id: TopicId(1),
                project_id: ProjectId(1),
                enriched: enrich(draft, START),
                status: Status::New,
                priority: None,
                origin: None,
                is_update: false,
            };
            let numbered = vec![(MentionId(7), entry)];
            let batch = build(AccountId(1), numbered, &BTreeMap::new(), START).unwrap();
            let mention = &batch.entries[0].mention;
            assert_eq!(batch.words.is_some_and(|cut| cut.has(mention)), are_cut);
        }
    }
}
