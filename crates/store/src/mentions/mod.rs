//! Mentions: one row each.

mod packed;
mod prepared;

use std::collections::{HashMap, HashSet};

use domain::checksum::Checksum;
use domain::ids::{AccountId, ChangeNumber, ConversationId, MentionId, ProjectId, TopicId};
use domain::mention::{Mention, State};
use domain::scope::Scope;
use domain::time::UnixMillis;
use work::Caller;

pub use prepared::{Prepared, dedupe_key, source_key};

use crate::changes;
use crate::convert::{key, own};
use crate::db::{Dialect, Reader, Sql, Tx, pieces};
use crate::error::StoreError;
use crate::row;

/// Rows per insert: 11 values each, far below the limits of bound values.
const ROWS: usize = 256;
/// Numbers per list.
const LIST: usize = 1_024;
/// Mentions that are read on the thread that asks: some ten microseconds each.
const AT_ONCE: usize = 128;

row! {
    #[derive(Debug)]
    struct MentionRow {
        account_id: i64,
        id: i64,
        topic_id: i64,
        project_id: i64,
        conversation_id: i64,
        added_at: i64,
        published_at: Option<i64>,
        changed_by: i64,
        body: Vec<u8>,
        state: Vec<u8>,
    }
}

impl TryFrom<MentionRow> for Mention {
    type Error = StoreError;

    fn try_from(row: MentionRow) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: AccountId(row.account_id),
            topic_id: TopicId(row.topic_id),
            project_id: ProjectId(row.project_id),
            id: MentionId(row.id),
            conversation_id: ConversationId(row.conversation_id),
            added_at: UnixMillis(row.added_at),
            published_at: row.published_at.map(UnixMillis),
            body: packed::decode(&row.body, "body")?,
            state: packed::decode(&row.state, "state")?,
            changed_by: ChangeNumber(row.changed_by),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account_id, id, topic_id, project_id, conversation_id, added_at, published_at,
                changed_by, body, state
            FROM mentions ",
            $rest
        )
    };
}

/// Stores mentions and gives the numbers of those that are new; repeats are left out in silence.
pub async fn insert(
    tx: &mut Tx,
    scope: &Scope,
    mentions: &[Prepared],
) -> Result<HashSet<MentionId>, StoreError> {
    let mut inserted = HashSet::with_capacity(mentions.len());
    for piece in pieces(mentions, ROWS) {
        for mention in piece {
            own(scope, mention.account_id)?;
        }
        let ids: Vec<i64> = piece.iter().map(|mention| mention.id.0).collect();
        let new = tx
            .sql(
                "INSERT INTO mentions
                    (account_id, id, topic_id, project_id, conversation_id, dedupe_key, added_at,
                    published_at, changed_by, body, state)
                VALUES ",
            )
            .push_rows(piece, |row, mention| {
                row.bind(mention.account_id.0)
                    .bind(mention.id.0)
                    .bind(mention.topic_id.0)
                    .bind(mention.project_id.0)
                    .bind(mention.conversation_id.0)
                    .bind(mention.dedupe_key.as_deref())
                    .bind(mention.added_at.0)
                    .bind(mention.published_at.map(UnixMillis::get))
                    .bind(mention.changed_by.0)
                    .bind(&*mention.body)
                    .bind(&*mention.state);
            })
            .insert_new(&ids)
            .await?;
        inserted.extend(new.into_iter().map(MentionId));
    }
    let mut sum = Checksum::default();
    for mention in mentions {
        if inserted.contains(&mention.id) {
            sum.add(mention.id, mention.changed_by);
        }
    }
    changes::shift(tx, scope, sum).await?;
    Ok(inserted)
}

/// The mention of this topic with this number, if the topic is within reach.
pub async fn find<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    topic: TopicId,
    id: MentionId,
) -> Result<Option<Mention>, StoreError> {
    if !scope.reaches(topic) {
        return Ok(None);
    }
    from.into()
        .sql(select!(
            "WHERE account_id = $1 AND id = $2 AND topic_id = $3"
        ))
        .bind(scope.account_id().0)
        .bind(id.0)
        .bind(topic.0)
        .fetch_optional::<MentionRow>()
        .await?
        .map(Mention::try_from)
        .transpose()
}

/// The mention of this topic with this number, which nobody else changes until the transaction
/// ends.
pub async fn lock(
    tx: &mut Tx,
    scope: &Scope,
    topic: TopicId,
    id: MentionId,
) -> Result<Option<Mention>, StoreError> {
    if !scope.reaches(topic) {
        return Ok(None);
    }
    let text = match tx.dialect() {
        // the one writer excludes all others
        Dialect::Sqlite => select!("WHERE account_id = $1 AND id = $2 AND topic_id = $3"),
        Dialect::Postgres => {
            select!("WHERE account_id = $1 AND id = $2 AND topic_id = $3 FOR UPDATE")
        }
    };
    tx.sql(text)
        .bind(scope.account_id().0)
        .bind(id.0)
        .bind(topic.0)
        .fetch_optional::<MentionRow>()
        .await?
        .map(Mention::try_from)
        .transpose()
}

/// The mentions with these numbers, in the order asked for; those that are absent or out of reach
/// are left out.
pub async fn find_many<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    ids: &[MentionId],
) -> Result<Vec<Mention>, StoreError> {
    let mut reader = from.into();
    let mut found = HashMap::with_capacity(ids.len());
    for piece in ids.chunks(LIST) {
        let rows: Vec<MentionRow> = aside(numbered(&mut reader, scope, piece), scope, piece)
            .fetch_all()
            .await?;
        for row in rows {
            if scope.reaches(TopicId(row.topic_id)) {
                found.insert(row.id, Mention::try_from(row)?);
            }
        }
    }
    // a number asked for twice is answered twice
    let mut left: HashMap<i64, usize> = HashMap::with_capacity(found.len());
    for id in ids {
        *left.entry(id.0).or_default() += 1;
    }
    Ok(ids
        .iter()
        .filter_map(|id| {
            let left = left.get_mut(&id.0)?;
            *left = left.saturating_sub(1);
            if *left == 0 {
                found.remove(&id.0)
            } else {
                found.get(&id.0).cloned()
            }
        })
        .collect())
}

/// Those of these mentions that there are, for an index that follows the log. It waits for nobody's
/// turn: on PostgreSQL the statement of a user keeps its place until it has ended, and every list of
/// the account waits for what is read here.
pub async fn find_changed<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    ids: &[MentionId],
) -> Result<Vec<Mention>, StoreError> {
    let (mut reader, scope) = (from.into(), Scope::system(account_id));
    let mut found = Vec::with_capacity(ids.len());
    for piece in ids.chunks(LIST) {
        let sql = numbered(&mut reader, &scope, piece);
        let rows: Vec<MentionRow> = sql.large().fetch_all().await?;
        for row in rows {
            found.push(Mention::try_from(row)?);
        }
    }
    Ok(found)
}

/// The mentions with these numbers.
fn numbered<'r>(reader: &'r mut Reader<'_>, scope: &Scope, ids: &[MentionId]) -> Sql<'r> {
    reader
        .sql(select!("WHERE account_id = "))
        .push_bind(scope.account_id().0)
        .push(" AND id IN ")
        .push_list(ids.iter().map(|id| id.0))
}

/// What was done with the mentions with these numbers, by number, without their bodies, which are
/// larger; those that are absent or out of reach are left out.
pub async fn find_states<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    ids: &[MentionId],
) -> Result<HashMap<MentionId, State>, StoreError> {
    let mut reader = from.into();
    let mut found = HashMap::with_capacity(ids.len());
    for piece in ids.chunks(LIST) {
        let sql = reader
            .sql("SELECT id, topic_id, state FROM mentions WHERE account_id = ")
            .push_bind(scope.account_id().0)
            .push(" AND id IN ")
            .push_list(piece.iter().map(|id| id.0));
        let rows: Vec<(i64, i64, Vec<u8>)> = aside(sql, scope, piece).fetch_all().await?;
        for (id, topic, state) in rows {
            if scope.reaches(TopicId(topic)) {
                found.insert(MentionId(id), packed::decode(&state, "state")?);
            }
        }
    }
    Ok(found)
}

/// A page of a list is read at once, more than that off the threads that serve requests.
fn aside<'c, A>(sql: Sql<'c, A>, scope: &Scope, ids: &[MentionId]) -> Sql<'c, A> {
    if ids.len() > AT_ONCE {
        sql.large_for(scope)
    } else {
        sql
    }
}

/// The mention of this topic with this [`dedupe_key`].
pub async fn find_by_source<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    topic: TopicId,
    dedupe_key: &str,
) -> Result<Option<Mention>, StoreError> {
    if !scope.reaches(topic) {
        return Ok(None);
    }
    from.into()
        .sql(select!(
            "WHERE account_id = $1 AND topic_id = $2 AND dedupe_key = $3"
        ))
        .bind(scope.account_id().0)
        .bind(topic.0)
        .bind(&*key(dedupe_key))
        .fetch_optional::<MentionRow>()
        .await?
        .map(Mention::try_from)
        .transpose()
}

/// What follows `FROM`: the mentions that have these keys.
pub(crate) fn keyed<'c, A>(sql: Sql<'c, A>, scope: &Scope, keys: &[(i64, String)]) -> Sql<'c, A> {
    sql.push_pairs(keys.iter().map(|(topic, text)| (*topic, text.as_str())))
        .push(
            " CROSS JOIN mentions
            WHERE topic_id = asked.column1 AND dedupe_key = asked.column2 AND account_id = ",
        )
        .push_bind(scope.account_id().0)
}

/// Which of these keys the topics have already.
///
/// Exact after [`changes::reserve`] or
/// [`changes::lock`] in the same transaction; before, another transaction
/// may be about to add one.
pub async fn known_keys(
    tx: &mut Tx,
    scope: &Scope,
    keys: &[(TopicId, String)],
) -> Result<HashSet<(TopicId, String)>, StoreError> {
    let mut known = HashSet::new();
    let short: Vec<(i64, String)> = keys
        .iter()
        .map(|(topic, text)| (topic.0, key(text).into_owned()))
        .collect();
    let mut stored: HashSet<(i64, String)> = HashSet::new();
    for piece in pieces(&short, LIST) {
        let sql = tx.sql("SELECT topic_id, dedupe_key FROM ");
        let rows: Vec<(i64, String)> = keyed(sql, scope, piece).fetch_all().await?;
        stored.extend(rows);
    }
    for ((topic, text), short) in keys.iter().zip(short) {
        if stored.contains(&short) {
            known.insert((*topic, text.clone()));
        }
    }
    Ok(known)
}

/// The mentions and conversations of messages by their [`dedupe_key`], as far as the topics have
/// them.
pub async fn conversations_by_source<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    keys: &[(TopicId, String)],
) -> Result<HashMap<(TopicId, String), (MentionId, ConversationId)>, StoreError> {
    let mut reader = from.into();
    let short: Vec<(i64, String)> = keys
        .iter()
        .map(|(topic, text)| (topic.0, key(text).into_owned()))
        .collect();
    let mut stored: HashMap<(i64, String), (MentionId, ConversationId)> = HashMap::new();
    for piece in pieces(&short, LIST) {
        let sql = reader.sql("SELECT topic_id, dedupe_key, id, conversation_id FROM ");
        let rows: Vec<(i64, String, i64, i64)> = keyed(sql, scope, piece).fetch_all().await?;
        let reached = rows
            .into_iter()
            .filter(|(topic, ..)| scope.reaches(TopicId(*topic)));
        stored.extend(reached.map(|(topic, text, id, conversation)| {
            ((topic, text), (MentionId(id), ConversationId(conversation)))
        }));
    }
    Ok(keys
        .iter()
        .zip(short)
        .filter_map(|(asked, short)| Some((asked.clone(), *stored.get(&short)?)))
        .collect())
}

/// Writes state and change number of a mention; tells whether it exists. The body stays.
pub async fn update(tx: &mut Tx, scope: &Scope, mention: &Mention) -> Result<bool, StoreError> {
    own(scope, mention.account_id)?;
    if !scope.reaches(mention.topic_id) {
        return Ok(false);
    }
    let Some(sum) = exchange(tx, scope, mention.id, mention.changed_by).await? else {
        return Ok(false);
    };
    changes::shift(tx, scope, sum).await?;
    tx.sql(
        "UPDATE mentions
        SET state = $3, changed_by = $4
        WHERE account_id = $1 AND id = $2",
    )
    .bind(mention.account_id.0)
    .bind(mention.id.0)
    .bind(packed::encode(&mention.state)?)
    .bind(mention.changed_by.0)
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// Writes another body and date of publication in place of the old ones, for erasure and for
/// messages that changed at their source; tells whether the mention exists.
pub async fn replace_body(
    tx: &mut Tx,
    scope: &Scope,
    mention: &Prepared,
) -> Result<bool, StoreError> {
    own(scope, mention.account_id)?;
    if !scope.reaches(mention.topic_id) {
        return Ok(false);
    }
    let Some(sum) = exchange(tx, scope, mention.id, mention.changed_by).await? else {
        return Ok(false);
    };
    changes::shift(tx, scope, sum).await?;
    tx.sql(
        "UPDATE mentions
        SET body = $3, state = $4, changed_by = $5, published_at = $6
        WHERE account_id = $1 AND id = $2",
    )
    .bind(mention.account_id.0)
    .bind(mention.id.0)
    .bind(&*mention.body)
    .bind(&*mention.state)
    .bind(mention.changed_by.0)
    .bind(mention.published_at.map(UnixMillis::get))
    .execute()
    .await
    .map(|rows| rows > 0)
}

/// What another version of a mention changes of what the account's mentions come to; `None` when
/// there is no such mention.
async fn exchange(
    tx: &mut Tx,
    scope: &Scope,
    id: MentionId,
    version: ChangeNumber,
) -> Result<Option<Checksum>, StoreError> {
    let before: Option<(i64,)> = tx
        .sql("SELECT changed_by FROM mentions WHERE account_id = $1 AND id = $2")
        .bind(scope.account_id().0)
        .bind(id.0)
        .fetch_optional()
        .await?;
    Ok(before.map(|(before,)| {
        let mut sum = Checksum::default();
        sum.remove(id, ChangeNumber(before));
        sum.add(id, version);
        sum
    }))
}

/// Removes mentions that are within reach and gives how many there were.
pub async fn delete(tx: &mut Tx, scope: &Scope, ids: &[MentionId]) -> Result<u64, StoreError> {
    let mut reached = Vec::with_capacity(ids.len());
    let mut deleted = 0_u64;
    let mut sum = Checksum::default();
    let mut seen = HashSet::with_capacity(ids.len());
    for piece in ids.chunks(LIST) {
        let rows: Vec<(i64, i64, i64)> = tx
            .sql("SELECT id, topic_id, changed_by FROM mentions WHERE account_id = ")
            .push_bind(scope.account_id().0)
            .push(" AND id IN ")
            .push_list(piece.iter().map(|id| id.0))
            .fetch_all()
            .await?;
        reached.clear();
        for (id, _, version) in rows
            .into_iter()
            .filter(|(_, topic, _)| scope.reaches(TopicId(*topic)))
        {
            if seen.insert(id) {
                sum.remove(MentionId(id), ChangeNumber(version));
            }
            reached.push(id);
        }
        deleted = deleted.saturating_add(
            tx.sql("DELETE FROM mentions WHERE account_id = ")
                .push_bind(scope.account_id().0)
                .push(" AND id IN ")
                .push_list(reached.iter().copied())
                .execute()
                .await?,
        );
    }
    changes::shift(tx, scope, sum).await?;
    Ok(deleted)
}

/// Whether the topic has a mention.
pub async fn topic_has_any<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    topic: TopicId,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = from
        .into()
        .sql("SELECT id FROM mentions WHERE account_id = $1 AND topic_id = $2 LIMIT 1")
        .bind(scope.account_id().0)
        .bind(topic.0)
        .fetch_optional()
        .await?;
    Ok(row.is_some())
}

/// Mentions within reach whose numbers come after `after`, by number, for reading all of them.
///
/// Fewer than `limit` may come although more follow, when some are out of reach; an empty page is
/// the end for a scope that reaches every topic.
pub async fn page_after<'c>(
    from: impl Into<Reader<'c>>,
    scope: &Scope,
    after: Option<MentionId>,
    limit: usize,
) -> Result<Vec<Mention>, StoreError> {
    from.into()
        .sql(select!(
            "WHERE account_id = $1 AND id > $2
            ORDER BY id
            LIMIT $3"
        ))
        .bind(scope.account_id().0)
        .bind(after.map_or(i64::MIN, MentionId::get))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .large()
        .fetch_all::<MentionRow>()
        .await?
        .into_iter()
        .filter(|row| scope.reaches(TopicId(row.topic_id)))
        .map(Mention::try_from)
        .collect()
}

/// A mention as it is stored. Unpacking costs more than reading, and needs no database.
#[derive(Debug)]
pub struct Packed(MentionRow);

impl Packed {
    /// Its number.
    pub const fn id(&self) -> MentionId {
        MentionId(self.0.id)
    }

    /// The mention.
    pub fn unpack(self) -> Result<Mention, StoreError> {
        Mention::try_from(self.0)
    }

    /// The mention with what was said, and nothing of what was done with it.
    pub fn unpack_body(self) -> Result<Mention, StoreError> {
        let row = self.0;
        Ok(Mention {
            account_id: AccountId(row.account_id),
            topic_id: TopicId(row.topic_id),
            project_id: ProjectId(row.project_id),
            id: MentionId(row.id),
            conversation_id: ConversationId(row.conversation_id),
            added_at: UnixMillis(row.added_at),
            published_at: row.published_at.map(UnixMillis),
            body: packed::decode(&row.body, "body")?,
            state: State::default(),
            changed_by: ChangeNumber(row.changed_by),
        })
    }
}

/// Mentions of a whole account whose numbers come after `after`, by number, as they are stored.
pub async fn packed_after<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    after: Option<MentionId>,
    limit: usize,
) -> Result<Vec<Packed>, StoreError> {
    let rows = from
        .into()
        .sql(select!(
            "WHERE account_id = $1 AND id > $2
            ORDER BY id
            LIMIT $3"
        ))
        .bind(account_id.0)
        .bind(after.map_or(i64::MIN, MentionId::get))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .large_for(Caller::system(account_id))
        .fetch_all::<MentionRow>()
        .await?;
    Ok(rows.into_iter().map(Packed).collect())
}

/// The mentions of an account with the greatest numbers, in ascending order.
pub async fn packed_newest<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    limit: usize,
) -> Result<Vec<Packed>, StoreError> {
    let rows = from
        .into()
        .sql(select!(
            "WHERE account_id = $1
            ORDER BY id DESC
            LIMIT $2"
        ))
        .bind(account_id.0)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .large_for(Caller::system(account_id))
        .fetch_all::<MentionRow>()
        .await?;
    Ok(rows.into_iter().rev().map(Packed).collect())
}

/// Which versions there are of an account's mentions whose numbers come after `after`, by number.
pub async fn versions_after<'c>(
    from: impl Into<Reader<'c>>,
    account_id: AccountId,
    after: Option<MentionId>,
    limit: usize,
) -> Result<Vec<(MentionId, ChangeNumber)>, StoreError> {
    let rows: Vec<(i64, i64)> = from
        .into()
        .sql(
            "SELECT id, changed_by
            FROM mentions
            WHERE account_id = $1 AND id > $2
            ORDER BY id
            LIMIT $3",
        )
        .bind(account_id.0)
        .bind(after.map_or(i64::MIN, MentionId::get))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .large_for(Caller::system(account_id))
        .fetch_all()
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, version)| (MentionId(id), ChangeNumber(version)))
        .collect())
}

/// The largest number in the installation, after which new ones are made.
pub async fn max_id<'c>(from: impl Into<Reader<'c>>) -> Result<Option<MentionId>, StoreError> {
    let mut reader = from.into();
    // one look into the key per account instead of a walk over all mentions
    let (id,): (Option<i64>,) = reader
        .sql(
            "SELECT MAX((SELECT MAX(mentions.id) FROM mentions
                WHERE mentions.account_id = accounts.id))
            FROM accounts",
        )
        .fetch_one()
        .await?;
    Ok(id.map(MentionId))
}
