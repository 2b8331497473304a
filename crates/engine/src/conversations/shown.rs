//! What conversations are shown with: their newest mentions and the work on them.

use std::collections::HashMap;

use domain::conversation::Conversation;
use domain::handling;
use domain::ids::{ConversationId, MentionId};
use domain::limits;
use domain::mention::{Mention, State};
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
}

impl Default for Most {
    fn default() -> Self {
        Self {
            mentions: MOST_MENTIONS,
            bytes: limits::PAGE_BYTES,
        }
    }
}

/// Whole mentions that are read at once.
const READ_AT_ONCE: usize = 50;

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
    let mut members: Vec<MentionId> = ids
        .iter()
        .filter_map(|id| content.get(id))
        .flatten()
        .copied()
        .collect();
    let mut mentions: HashMap<ConversationId, Vec<Mention>> = HashMap::new();
    let mut states: HashMap<MentionId, State> = HashMap::new();
    if wants.mentions {
        let found = read(engine, scope, newest_first(&ids, &content), most.bytes).await?;
        answers::hold(engine, "page_size", answers::size_of(&found))?;
        let mut found: HashMap<MentionId, Mention> =
            found.into_iter().map(|one| (one.id, one)).collect();
        let mut rest = Vec::new();
        for id in members {
            match found.remove(&id) {
                Some(mention) => mentions
                    .entry(mention.conversation_id)
                    .or_default()
                    .push(mention),
                None => rest.push(id),
            }
        }
        members = rest;
    }
    // The work on those that are not shown whole counts as well.
    if wants.handling {
        states = store::mentions::find_states(engine.db(), scope, &members).await?;
    }
    Ok(conversations
        .into_iter()
        .map(|conversation| {
            let id = conversation.id;
            let content = content.remove(&id).unwrap_or_default();
            let mentions = mentions.remove(&id).unwrap_or_default();
            let handling = if wants.handling {
                let known = mentions.iter().map(|mention| &mention.state);
                work(known.chain(content.iter().filter_map(|id| states.get(id))))
            } else {
                Vec::new()
            };
            Shown {
                sides: sides.remove(&id).unwrap_or_default(),
                conversation,
                content,
                handling,
                mentions,
            }
        })
        .collect())
}

/// The mentions of several conversations: the newest of each, then those before, and so on.
fn newest_first(
    conversations: &[ConversationId],
    content: &HashMap<ConversationId, Vec<MentionId>>,
) -> Vec<MentionId> {
    let mut rests: Vec<_> = conversations
        .iter()
        .filter_map(|id| content.get(id))
        .map(|members| members.iter().rev().copied())
        .collect();
    let mut ordered = Vec::new();
    while !rests.is_empty() {
        rests.retain_mut(|rest| match rest.next() {
            Some(id) => {
                ordered.push(id);
                true
            }
            None => false,
        });
    }
    ordered
}

/// Mentions in this order until they have about so many bytes.
async fn read(
    engine: &Engine,
    scope: &Scope,
    ids: Vec<MentionId>,
    most_bytes: usize,
) -> Result<Vec<Mention>, Error> {
    let (mut mentions, mut bytes) = (Vec::new(), 0_usize);
    for piece in ids.chunks(READ_AT_ONCE) {
        if bytes >= most_bytes {
            break;
        }
        for mention in store::mentions::find_many(engine.db(), scope, piece).await? {
            if bytes >= most_bytes {
                break;
            }
            bytes = bytes.saturating_add(inbox::weight(&mention));
            mentions.push(mention);
        }
    }
    Ok(mentions)
}

/// Stretches of work on several mentions, oldest first.
fn work<'s>(states: impl Iterator<Item = &'s State>) -> Vec<handling::Interval> {
    let mut work: Vec<handling::Interval> = states
        .flat_map(|state| handling::intervals(&state.actions))
        .collect();
    work.sort_by_key(|interval| interval.started_at);
    work
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
