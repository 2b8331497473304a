//! The sum is the sum of the shares, whatever the way it came about.

use proptest::prelude::*;

use super::*;
use crate::ids::{AccountId, ConversationId, TopicId, UserId};
use crate::mention::{Assignee, Mention, Priority, Status};
use crate::message_type::MessageType;
use crate::testing::any_mentions;
use crate::time::UnixMillis;

fn opened_by(mention: &Mention) -> Conversation {
    Conversation::open(
        mention,
        ConversationKey::of(&mention.body).as_str().map(Into::into),
    )
}

fn sum(first: &Mention, mentions: &[Mention]) -> Conversation {
    let shares: Vec<Share> = mentions.iter().map(Share::of).collect();
    let mut sum = opened_by(first);
    sum.sum(&shares);
    sum
}

fn one(mut mentions: Vec<Mention>) -> Vec<Mention> {
    for mention in &mut mentions {
        mention.account_id = AccountId(1001);
        mention.topic_id = TopicId(1001);
        mention.conversation_id = ConversationId(1);
    }
    mentions
}

proptest! {
    #[test]
    fn the_order_of_arrival_makes_no_difference(mentions in any_mentions(12)) {
        let mentions = one(mentions);
        let Some(first) = mentions.first() else { return Ok(()) };
        let mut turned = mentions.clone();
        turned.reverse();
        prop_assert_eq!(sum(first, &turned), sum(first, &mentions));
    }

    #[test]
    fn replacing_a_share_is_adding_the_new_one_instead(
        mentions in any_mentions(8),
        others in any_mentions(8),
    ) {
        let (mentions, others) = (one(mentions), one(others));
        let Some(first) = mentions.first() else { return Ok(()) };
        let mut after = mentions.clone();
        let mut conversation = sum(first, &mentions);
        for (place, other) in others.iter().enumerate().take(mentions.len()) {
            let before = Share::of(&after[place]);
            // what arrives and what was done may change, the number and the arrival do not
            after[place].body = other.body.clone();
            after[place].state = other.state.clone();
            after[place].published_at = other.published_at;
            let lost = conversation.replace(&before, &Share::of(&after[place]));
            let wanted = sum(first, &after);
            prop_assert_eq!(conversation.totals, wanted.totals);
            prop_assert!(lost.dates || (conversation.oldest_at, conversation.newest_at, conversation.added_at)
                == (wanted.oldest_at, wanted.newest_at, wanted.added_at));
            prop_assert!(lost.author || conversation.author == wanted.author);
            conversation = wanted;
        }
    }

    #[test]
    fn what_is_not_lost_by_removing_is_right(mentions in any_mentions(8), at in 0_usize..8) {
        let mut mentions = one(mentions);
        if at >= mentions.len() { return Ok(()) }
        let first = mentions[0].clone();
        let mut conversation = sum(&first, &mentions);
        let gone = mentions.remove(at);
        let lost = conversation.remove(&Share::of(&gone));
        let wanted = sum(&first, &mentions);
        prop_assert_eq!(conversation.totals, wanted.totals);
        prop_assert!(lost.author || conversation.author == wanted.author);
        prop_assert!(lost.dates || (conversation.oldest_at, conversation.newest_at, conversation.added_at)
            == (wanted.oldest_at, wanted.newest_at, wanted.added_at));
    }
}

fn mention() -> Mention {
    let body = serde_json::json!({
        "author": {"name": "jo", "id": "42"},
        "content": "Where is my order?",
        "message_type": "privatemessage",
        "source": {
            "category": "microblogs", "service": "twitter", "provider": "SearchProviderTwitter",
            "id": "9", "profile": "brand"
        }
    });
    Mention {
        account_id: AccountId(1001),
        topic_id: TopicId(1001),
        project_id: crate::ids::ProjectId(1001),
        id: crate::ids::MentionId(5),
        conversation_id: ConversationId(5),
        added_at: UnixMillis(1_795_000_000_900),
        published_at: Some(UnixMillis(1_794_999_999_999)),
        body: serde_json::from_value(body).unwrap(),
        state: crate::mention::State::default(),
        changed_by: crate::ids::ChangeNumber(1),
    }
}

#[test]
fn a_share_tells_whole_seconds_of_the_publication() {
    let mut mention = mention();
    assert_eq!(Share::of(&mention).at, UnixMillis(1_794_999_999_000));
    mention.published_at = None;
    assert_eq!(Share::of(&mention).at, UnixMillis(1_795_000_000_000));
}

#[test]
fn urgent_is_what_is_high_and_not_done() {
    let mut mention = mention();
    for (priority, status, wanted) in [
        (5, Status::New, false),
        (6, Status::New, true),
        (10, Status::Pending, true),
        (10, Status::Done, false),
    ] {
        mention.state.priority = Priority::new(priority);
        mention.state.status = status;
        assert_eq!(Share::of(&mention).is_urgent, wanted, "{priority} {status}");
    }
}

#[test]
fn the_status_is_the_most_urgent_of_all_mentions() {
    let mut mention = mention();
    let mut totals = Totals::default();
    let mut shares = Vec::new();
    assert_eq!(totals.status(), Status::Done);
    for status in [Status::Done, Status::Pending, Status::New] {
        mention.state.status = status;
        shares.push(Share::of(&mention));
        totals.add(&shares[shares.len() - 1]);
        assert_eq!(totals.status(), status);
    }
    totals.remove(&shares[2]);
    assert_eq!(totals.status(), Status::Pending);
}

#[test]
fn a_private_conversation_ends_when_it_is_done_or_silent() {
    let mut mention = mention();
    let conversation = sum(&mention, std::slice::from_ref(&mention));
    let key = ConversationKey::of(&mention.body);
    assert_eq!(key.renewal(), Renewal::AfterDoneOrSilence);
    let silent = mention.added_at.plus_ms(SILENCE_MS);
    assert!(conversation.takes(key.renewal(), silent.plus_ms(-1)));
    assert!(!conversation.takes(key.renewal(), silent));
    mention.state.status = Status::Done;
    let done = sum(&mention, std::slice::from_ref(&mention));
    assert!(!done.takes(key.renewal(), mention.added_at));
}

#[test]
fn a_thread_takes_mentions_for_ever() {
    let mut mention = mention();
    mention.body.message_type = Some(MessageType::Comment);
    mention.state.status = Status::Done;
    let key = ConversationKey::of(&mention.body);
    let conversation = sum(&mention, std::slice::from_ref(&mention));
    assert!(conversation.takes(key.renewal(), mention.added_at.plus_ms(2 * SILENCE_MS)));
}

#[test]
fn private_answers_of_the_company_look_for_what_they_answer_and_others_do_not() {
    let mut mention = mention();
    mention.body.source.in_reply_to = Some("8".into());
    assert_eq!(ConversationKey::answered(&mention.body), None);
    mention.body.author.managed = true;
    assert_eq!(ConversationKey::answered(&mention.body), Some("8"));
    mention.body.source.in_reply_to = None;
    mention.body.source.thread_id = Some("7".into());
    assert_eq!(ConversationKey::answered(&mention.body), Some("7"));
}

#[test]
fn public_answers_that_do_not_name_their_thread_look_for_what_they_answer() {
    let mut mention = mention();
    mention.body.message_type = Some(MessageType::Comment);
    mention.body.source.in_reply_to = Some("8".into());
    assert_eq!(ConversationKey::answered(&mention.body), Some("8"));
    mention.body.source.thread_id = Some("7".into());
    assert_eq!(ConversationKey::answered(&mention.body), None);
}

#[test]
fn our_own_messages_are_not_the_customer_and_teams_are_no_assignees() {
    let mut mention = mention();
    mention.state.assignees = vec![
        Assignee::Team(crate::ids::TeamId(3)),
        Assignee::User(UserId(8)),
        Assignee::User(UserId(7)),
    ];
    assert_eq!(Share::of(&mention).assignee, Some(UserId(8)));
    assert_eq!(
        Share::of(&mention).customer.map(|(_, key)| key).as_deref(),
        Some("42")
    );
    mention.body.author.managed = true;
    assert_eq!(Share::of(&mention).customer, None);
}
