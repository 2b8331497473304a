//! What conversations are shown with: their newest mentions and the work on them.

use std::collections::HashMap;

use domain::conversation::Conversation;
use domain::handling::{self, Interval};
use domain::ids::{ConversationId, MentionId};
use domain::limits;
use domain::mention::Mention;
use domain::scope::Scope;

use super::{MOST_MENTIONS, Shown, Wants};
use crate::{Engine, Error, answers, inbox};

/// How much of conversations is shown, of one or of all of a page together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Most {
    /// Mentions, whether by number or whole.
    pub(super) mentions: usize,
    /// About so many bytes of whole mentions.
    pub(super) bytes: usize,
    /// Stretches of work.
    pub(super) stretches: usize,
}

impl Default for Most {
    fn default() -> Self {
        Self {
            mentions: MOST_MENTIONS,
            bytes: limits::PAGE_BYTES,
            stretches: limits::STRETCHES,
        }
    }
}

/// Mentions whose work is read at once.
const STATES_AT_ONCE: usize = 20;

/// About so many bytes of an answer, and of the server while it is made, are one stretch of work.
const A_STRETCH: usize = 256;

/// These conversations with what is wanted of them. All together they show at most so many mentions:
/// short ones all of theirs, the others their newest. Of whole mentions, which can be large, the
/// newest of each come first, as far as the bytes reach.
pub(super) async fn shown(
    engine: &Engine,
    scope: &Scope,
    conversations: Vec<Conversation>,
    wants: Wants,
    most: Most,
) -> Result<Vec<Shown>, Error> {
    let ids: Vec<ConversationId> = conversations.iter().map(|one| one.id).collect();
    let mut sides = store::conversations::sides(engine.db(), scope, &ids).await?;
    let mut content = HashMap::new();
    if wants.content_ids || wants.handling || wants.mentions {
        let all: Vec<&Conversation> = conversations.iter().collect();
        let share = share_of_each(&all, most.mentions);
        content = store::conversations::members(engine.db(), scope, &all, share).await?;
    }
    let ordered = newest_first(&ids, &content);
    let mut mentions: HashMap<ConversationId, Vec<Mention>> = HashMap::new();
    if wants.mentions {
        let members: Vec<MentionId> = ordered.iter().map(|(_, id)| *id).collect();
        let (found, _) = inbox::read(engine, scope, &members, most.bytes, "page_size").await?;
        for mention in found {
            let of_one = mentions.entry(mention.conversation_id).or_default();
            of_one.push(mention);
        }
    }
    let mut handling = HashMap::new();
    if wants.handling {
        handling = stretches(engine, scope, &ordered, most.stretches).await?;
    }
    Ok(conversations
        .into_iter()
        .map(|conversation| {
            let id = conversation.id;
            let mut mentions = mentions.remove(&id).unwrap_or_default();
            mentions.reverse();
            Shown {
                sides: sides.remove(&id).unwrap_or_default(),
                content: content.remove(&id).unwrap_or_default(),
                handling: handling.remove(&id).unwrap_or_default(),
                mentions,
                conversation,
            }
        })
        .collect())
}

/// The mentions of several conversations: the newest of each, then those before, and so on.
fn newest_first(
    conversations: &[ConversationId],
    content: &HashMap<ConversationId, Vec<MentionId>>,
) -> Vec<(ConversationId, MentionId)> {
    let mut rests: Vec<_> = conversations
        .iter()
        .filter_map(|id| Some((*id, content.get(id)?)))
        .map(|(id, members)| members.iter().rev().map(move |member| (id, *member)))
        .collect();
    let mut ordered = Vec::new();
    while !rests.is_empty() {
        rests.retain_mut(|rest| match rest.next() {
            Some(next) => {
                ordered.push(next);
                true
            }
            None => false,
        });
    }
    ordered
}

/// Stretches of work on mentions in this order, by conversation, until there are so many.
async fn stretches(
    engine: &Engine,
    scope: &Scope,
    ids: &[(ConversationId, MentionId)],
    most: usize,
) -> Result<HashMap<ConversationId, Vec<Interval>>, Error> {
    let (mut all, mut count) = (HashMap::<_, Vec<Interval>>::new(), 0_usize);
    for piece in ids.chunks(STATES_AT_ONCE) {
        if count >= most {
            break;
        }
        let members: Vec<MentionId> = piece.iter().map(|(_, id)| *id).collect();
        let states = store::mentions::find_states(engine.db(), scope, &members).await?;
        for (conversation, id) in piece {
            let Some(state) = states.get(id) else {
                continue;
            };
            let mut found = handling::intervals(&state.actions);
            found.sort_by_key(|interval| std::cmp::Reverse(interval.started_at));
            found.truncate(most.saturating_sub(count));
            count = count.saturating_add(found.len());
            all.entry(*conversation).or_default().extend(found);
        }
        tokio::task::yield_now().await;
    }
    for work in all.values_mut() {
        work.sort_by_key(|interval| interval.started_at);
    }
    answers::hold(engine, "fields", count.saturating_mul(A_STRETCH))?;
    Ok(all)
}

/// How many mentions each conversation may show so that together they show no more than `most`.
/// What short ones leave over is for the others.
fn share_of_each(conversations: &[&Conversation], most: usize) -> usize {
    let mut counts: Vec<usize> = conversations
        .iter()
        .map(|one| usize::try_from(one.totals.mentions).unwrap_or_default())
        .collect();
    counts.sort_unstable();
    let mut left = most;
    let rest = (1..=counts.len()).rev();
    for (count, rest) in counts.into_iter().zip(rest) {
        let share = left.checked_div(rest).unwrap_or_default();
        if count > share {
            return share;
        }
        left = left.saturating_sub(count);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::conversation::Totals;
    use domain::ids::{AccountId, TopicId};
    use domain::time::UnixMillis;
    use proptest::prelude::*;

    fn conversation(mentions: i64) -> Conversation {
        let at = UnixMillis(0);
        Conversation {
            account_id: AccountId(1),
            id: ConversationId(1),
            topic_id: TopicId(1),
            key: None,
            opened_at: at,
            added_at: at,
            oldest_at: at,
            newest_at: at,
            author: None,
            totals: Totals {
                mentions,
                ..Totals::default()
            },
            assigned_to: None,
        }
    }

    fn share(counts: &[i64], most: usize) -> usize {
        let all: Vec<Conversation> = counts.iter().copied().map(conversation).collect();
        let all: Vec<&Conversation> = all.iter().collect();
        share_of_each(&all, most)
    }

    #[test]
    fn what_short_conversations_leave_over_is_for_the_long_ones() {
        assert_eq!(share(&[], 6), 6);
        assert_eq!(share(&[9], 6), 6);
        assert_eq!(share(&[5, 1, 2], 6), 3);
        assert_eq!(share(&[5, 5, 5], 6), 2);
        assert_eq!(share(&[2, 2, 2], 6), 6);
    }

    proptest! {
        #[test]
        fn the_budget_is_kept_and_used(
            counts in proptest::collection::vec(0_i64..40, 1..12),
            most in 0_usize..200,
        ) {
            let shown = |share: usize| -> usize {
                counts.iter().map(|count| usize::try_from(*count).unwrap().min(share)).sum()
            };
            let share = share(&counts, most);
            prop_assert!(shown(share) <= most);
            prop_assert!(shown(share + 1) > most || shown(share) == shown(usize::MAX));
        }
    }
}
