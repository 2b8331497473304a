//! Keeps conversations the sums of their mentions when mentions change.

use std::collections::{BTreeMap, BTreeSet};

use domain::conversation::{Conversation, ConversationAuthor, Lost, Share};
use domain::ids::{ConversationId, MentionId};
use domain::scope::Scope;
use store::Tx;
use store::conversations::SideShifts;

use crate::Error;

/// Mentions whose authors are read at once while a customer is looked for.
const AUTHORS: i64 = 32;

/// One share of a mention in the place of another.
#[derive(Debug, Clone)]
pub(crate) struct Shift {
    /// The mention's conversation.
    pub(crate) id: ConversationId,
    /// What it added.
    pub(crate) before: Share,
    /// What it adds now; `None` when it is gone.
    pub(crate) after: Option<Share>,
}

/// Brings conversations up to date with mentions that were changed or removed in this transaction.
///
/// The account's lock on the change log must be held, and the mentions must be written already.
pub(crate) async fn shift(tx: &mut Tx, scope: &Scope, shifts: &[Shift]) -> Result<(), Error> {
    let shifts: Vec<&Shift> = shifts
        .iter()
        .filter(|shift| shift.after.as_ref() != Some(&shift.before))
        .collect();
    if shifts.is_empty() {
        return Ok(());
    }
    let ids: BTreeSet<ConversationId> = shifts.iter().map(|shift| shift.id).collect();
    let ids: Vec<ConversationId> = ids.into_iter().collect();
    let found = store::conversations::find_many(&mut *tx, scope, &ids).await?;
    let mut rows: BTreeMap<ConversationId, Conversation> = found.into_iter().collect();
    let mut sides = SideShifts::default();
    let mut lost: BTreeMap<ConversationId, Lost> = BTreeMap::new();
    for shift in shifts {
        let Some(row) = rows.get_mut(&shift.id) else {
            tracing::error!(
                conversation = shift.id.0,
                "a mention has no conversation; `switchboard index rebuild` makes it anew"
            );
            continue;
        };
        let gone = match &shift.after {
            Some(after) => row.replace(&shift.before, after),
            None => row.remove(&shift.before),
        };
        let all = lost.entry(shift.id).or_default();
        all.dates |= gone.dates;
        all.author |= gone.author;
        sides.replace(shift.id, Some(&shift.before), shift.after.as_ref());
    }
    for (id, lost) in lost {
        if let Some(row) = rows.get_mut(&id) {
            find_again(tx, scope, row, lost).await?;
        }
    }
    write(tx, scope, rows, &sides).await
}

/// Writes conversations with their tags, places and assignees.
pub(super) async fn write(
    tx: &mut Tx,
    scope: &Scope,
    mut rows: BTreeMap<ConversationId, Conversation>,
    sides: &SideShifts,
) -> Result<(), Error> {
    store::conversations::shift_sides(tx, scope, sides).await?;
    for id in sides.reassigned() {
        if let Some(row) = rows.get_mut(&id) {
            row.assigned_to = store::conversations::assignee(tx, scope, id).await?;
        }
    }
    let rows: Vec<Conversation> = rows.into_values().collect();
    store::conversations::save(tx, scope, &rows).await?;
    Ok(())
}

/// Looks up what left with a mention.
async fn find_again(
    tx: &mut Tx,
    scope: &Scope,
    row: &mut Conversation,
    lost: Lost,
) -> Result<(), Error> {
    if lost.dates {
        match store::conversations::extremes(tx, scope, row.id).await? {
            Some([oldest, newest, added]) => {
                row.oldest_at = oldest.whole_seconds();
                row.newest_at = newest.whole_seconds();
                row.added_at = added;
            }
            None => row.clear_dates(),
        }
    }
    if lost.author {
        row.author = first_customer(tx, scope, row.id).await?;
    }
    Ok(())
}

async fn first_customer(
    tx: &mut Tx,
    scope: &Scope,
    id: ConversationId,
) -> Result<Option<ConversationAuthor>, Error> {
    let mut after: Option<MentionId> = None;
    loop {
        let ids = store::conversations::oldest_members(&mut *tx, scope, id, after, AUTHORS).await?;
        let Some(last) = ids.last().copied() else {
            return Ok(None);
        };
        for mention in store::mentions::find_many(&mut *tx, scope, &ids).await? {
            if let Some((service, key)) = Share::of(&mention).customer {
                return Ok(Some(ConversationAuthor {
                    service,
                    key,
                    mention_id: mention.id,
                }));
            }
        }
        after = Some(last);
    }
}
