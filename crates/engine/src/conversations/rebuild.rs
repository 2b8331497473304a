//! Adds conversations up anew from their mentions.

use std::collections::BTreeSet;

use domain::conversation::{Conversation, ConversationKey, Share};
use domain::ids::{AccountId, ConversationId, MentionId};
use domain::mention::Mention;
use domain::scope::Scope;
use store::Tx;
use store::conversations::SideShifts;

use crate::{Engine, Error, contacts};

/// Conversations in one transaction: others who write wait that long.
const CONVERSATIONS: i64 = 200;
/// Mentions that are read at once.
const MENTIONS: i64 = 1_000;

/// What a rebuild found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Conversations there are.
    pub conversations: u64,
    /// Those that were not what their mentions say, or had none.
    pub mended: u64,
}

/// Adds every conversation of an account up from its mentions. Which mention belongs to which
/// conversation stays as it is. Authors without a contact get one.
///
/// Nothing changes unless the database was damaged or written by something else: every write
/// keeps the sums. The server may run meanwhile.
///
/// # Errors
/// `Unavailable` when the database is.
pub async fn rebuild(engine: &Engine, account_id: AccountId) -> Result<Rebuilt, Error> {
    let mut all = Rebuilt::default();
    let mut after: Option<ConversationId> = None;
    loop {
        let work_engine = engine.clone();
        let (part, last) = engine
            .db()
            .write(move |tx| {
                Box::pin(
                    async move { page(tx, &work_engine, &Scope::system(account_id), after).await },
                )
            })
            .await?;
        all.conversations = all.conversations.saturating_add(part.conversations);
        all.mended = all.mended.saturating_add(part.mended);
        if last.is_none() {
            return Ok(all);
        }
        after = last;
    }
}

async fn page(
    tx: &mut Tx,
    engine: &Engine,
    scope: &Scope,
    after: Option<ConversationId>,
) -> Result<(Rebuilt, Option<ConversationId>), Error> {
    store::changes::lock(tx, scope).await?;
    let ids = store::conversations::ids_after(&mut *tx, scope, after, CONVERSATIONS).await?;
    let mut known = store::conversations::find_many(&mut *tx, scope, &ids).await?;
    let mut rows: Vec<Conversation> = Vec::with_capacity(ids.len());
    let mut sides = SideShifts::default();
    let mut found = Rebuilt::default();
    let mut mended: BTreeSet<ConversationId> = BTreeSet::new();
    for id in &ids {
        let mut row = known.remove(id);
        let before = row.clone();
        let mut shares = Vec::new();
        let mut last: Option<MentionId> = None;
        loop {
            let members =
                store::conversations::oldest_members(&mut *tx, scope, *id, last, MENTIONS).await?;
            let Some(end) = members.last().copied() else {
                break;
            };
            let mentions = store::mentions::find_many(&mut *tx, scope, &members).await?;
            contacts::meet(tx, engine, scope, &mentions).await?;
            for mention in mentions {
                if row.is_none() {
                    row = Some(opened(tx, scope, *id, &mention).await?);
                }
                shares.push(Share::of(&mention));
            }
            last = Some(end);
        }
        let Some(mut row) = row else { continue };
        row.sum(&shares);
        for share in &shares {
            sides.replace(*id, None, Some(share));
        }
        found.conversations = found.conversations.saturating_add(1);
        if before.as_ref() != Some(&row) {
            mended.insert(*id);
            rows.push(row);
        }
    }
    let written = store::conversations::written_sides(tx, scope, &ids).await?;
    let differing = sides.differing(&written);
    if !differing.is_empty() {
        store::conversations::clear_sides(tx, scope, &ids).await?;
        store::conversations::shift_sides(tx, scope, &sides).await?;
    }
    mended.extend(differing);
    found.mended = u64::try_from(mended.len()).unwrap_or(u64::MAX);
    store::conversations::save(tx, scope, &rows).await?;
    Ok((found, ids.last().copied()))
}

/// The row of a conversation that has none: it takes mentions with the key of its first one, unless
/// another does.
async fn opened(
    tx: &mut Tx,
    scope: &Scope,
    id: ConversationId,
    first: &Mention,
) -> Result<Conversation, Error> {
    let key = ConversationKey::of(&first.body);
    let mut row = Conversation::open(first, None);
    row.id = id;
    if let Some(text) = key.as_str() {
        let place = (first.topic_id, text.to_owned());
        let taken = store::conversations::current(tx, scope, std::slice::from_ref(&place)).await?;
        row.key = taken.is_empty().then_some(place.1);
    }
    Ok(row)
}
