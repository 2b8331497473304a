//! What conversations are shown with: their newest mentions and the work on them.

use std::collections::HashMap;

use domain::conversation::Conversation;
use domain::handling;
use domain::ids::{ConversationId, MentionId};
use domain::mention::{Mention, State};
use domain::scope::Scope;

use super::{Shown, Wants};
use crate::{Engine, Error};

/// These conversations with what is wanted of them. All together they show at most `most` mentions:
/// short ones all of theirs, the others their newest.
pub(super) async fn shown(
    engine: &Engine,
    scope: &Scope,
    conversations: Vec<Conversation>,
    wants: Wants,
    most: usize,
) -> Result<Vec<Shown>, Error> {
    let ids: Vec<ConversationId> = conversations.iter().map(|one| one.id).collect();
    let mut sides = store::conversations::sides(engine.db(), scope, &ids).await?;
    let mut content = HashMap::new();
    if wants.content_ids || wants.handling || wants.mentions {
        let all: Vec<&Conversation> = conversations.iter().collect();
        let share = share_of_each(&all, most);
        content = store::conversations::members(engine.db(), scope, &all, share).await?;
    }
    let members: Vec<MentionId> = ids
        .iter()
        .filter_map(|id| content.get(id))
        .flatten()
        .copied()
        .collect();
    let mut mentions: HashMap<ConversationId, Vec<Mention>> = HashMap::new();
    let mut states: HashMap<MentionId, State> = HashMap::new();
    if wants.mentions {
        for mention in store::mentions::find_many(engine.db(), scope, &members).await? {
            let of_one = mentions.entry(mention.conversation_id).or_default();
            of_one.push(mention);
        }
    } else if wants.handling {
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
