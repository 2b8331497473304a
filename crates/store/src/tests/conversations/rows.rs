//! Rows of conversations and what stands beside them.

use domain::conversation::Share;
use domain::ids::{ConversationId, MentionId, TagId, TopicId, UserId};
use domain::mention::Assignee;
use domain::scope::Scope;
use domain::source::Service;

use super::fixture::{conversation, member, saved, shifted};
use crate::conversations::{
    SideShifts, assignee, clear_sides, current, extremes, find, find_many, has_tag, ids_after,
    members, oldest_members, sides, written_sides,
};
use crate::tests::fixtures::{NOW, OTHER, TOPIC, narrow, scope, store, write};
use crate::{Db, both_engines, mentions};

fn keys(texts: &[&str]) -> Vec<(TopicId, String)> {
    texts
        .iter()
        .map(|text| (TOPIC, (*text).to_owned()))
        .collect()
}

async fn current_ids(db: &Db, scope: Scope, asked: Vec<(TopicId, String)>) -> Vec<Option<i64>> {
    write(db, move |tx| {
        Box::pin(async move {
            let found = current(tx, &scope, &asked).await?;
            Ok(asked
                .iter()
                .map(|key| found.get(key).map(|one| one.id.0))
                .collect())
        })
    })
    .await
}

both_engines! {
    async fn what_is_written_is_read(db: &Db) {
        let mut one = conversation(7, Some("a"));
        one.assigned_to = Some(UserId(9));
        saved(db, vec![one.clone()]).await;
        assert_eq!(find(db, &scope(), one.id).await.unwrap(), Some(one.clone()));
        one.totals.mentions = 5;
        one.author = None;
        one.assigned_to = None;
        saved(db, vec![one.clone()]).await;
        assert_eq!(find(db, &scope(), one.id).await.unwrap(), Some(one.clone()));
        assert_eq!(find(db, &narrow(&[TopicId(1)]), one.id).await.unwrap(), None);
        assert_eq!(find(db, &Scope::system(OTHER), one.id).await.unwrap(), None);
        let many = [ConversationId(7), ConversationId(8)];
        assert_eq!(find_many(db, &scope(), &many).await.unwrap().len(), 1);
        assert_eq!(find_many(db, &narrow(&[TopicId(1)]), &many).await.unwrap().len(), 0);
    }

    async fn a_key_finds_the_conversation_that_has_it_in_the_topic(db: &Db) {
        let long = "k".repeat(4_000);
        let mut elsewhere = conversation(3, Some("a"));
        elsewhere.topic_id = TopicId(1002);
        saved(db, vec![conversation(1, Some("a")), conversation(2, Some(&long)), elsewhere]).await;
        let asked = keys(&["a", "b", &long]);
        assert_eq!(current_ids(db, scope(), asked).await, [Some(1), None, Some(2)]);
        let asked = vec![(TopicId(1002), "a".to_owned())];
        assert_eq!(current_ids(db, scope(), asked.clone()).await, [Some(3)]);
        assert_eq!(current_ids(db, Scope::system(OTHER), asked).await, [None]);
    }

    async fn a_key_can_be_handed_on_in_one_write(db: &Db) {
        let mut old = conversation(1, Some("a"));
        saved(db, vec![old.clone()]).await;
        old.key = None;
        // the new one stands first, and the old one has to let go before it
        saved(db, vec![conversation(2, Some("a")), old]).await;
        assert_eq!(current_ids(db, scope(), keys(&["a"])).await, [Some(2)]);
    }

    async fn a_thousand_conversations_are_written_at_once(db: &Db) {
        let rows = (0..1_000).map(|id| conversation(id, Some(&id.to_string()))).collect();
        saved(db, rows).await;
        let texts: Vec<String> = (0..1_001).map(|id| id.to_string()).collect();
        let asked: Vec<_> = texts.iter().map(|text| (TOPIC, text.clone())).collect();
        let found = current_ids(db, scope(), asked).await;
        assert_eq!(found.iter().filter(|id| id.is_some()).count(), 1_000);
    }

    async fn sides_count_mentions_and_go_with_the_last_one(db: &Db) {
        let id = ConversationId(1);
        let mut first = member(1, 1);
        first.state.tags = vec![TagId(4), TagId(5)];
        first.body.source.profile = Some("brand".into());
        let mut second = member(2, 1);
        second.state.tags = vec![TagId(5)];
        second.state.assignees = vec![Assignee::User(UserId(8))];
        let (first, second) = (Share::of(&first), Share::of(&second));
        let mut all = SideShifts::default();
        all.replace(id, None, Some(&first));
        all.replace(id, None, Some(&second));
        assert_eq!(all.reassigned().collect::<Vec<_>>(), [id]);
        shifted(db, all).await;
        let shown = sides(db, &scope(), &[id]).await.unwrap().remove(&id).unwrap();
        assert_eq!(shown.tags, [TagId(4), TagId(5)]);
        assert_eq!(shown.places, [(Service::Twitter, "brand".to_owned())]);
        assert!(has_tag(db, &scope(), TagId(4)).await.unwrap());
        assert!(!has_tag(db, &scope(), TagId(6)).await.unwrap());
        assert!(!has_tag(db, &Scope::system(OTHER), TagId(4)).await.unwrap());

        let mut gone = SideShifts::default();
        gone.replace(id, Some(&first), None);
        shifted(db, gone).await;
        let shown = sides(db, &scope(), &[id]).await.unwrap().remove(&id).unwrap();
        assert_eq!((shown.tags, shown.places), (vec![TagId(5)], Vec::new()));
        assert!(!has_tag(db, &scope(), TagId(4)).await.unwrap());
        assert!(has_tag(db, &scope(), TagId(5)).await.unwrap());
        let foreign = sides(db, &Scope::system(OTHER), &[id]).await.unwrap().remove(&id).unwrap();
        assert_eq!(foreign, crate::conversations::Sides::default());

        write(db, move |tx| Box::pin(async move { clear_sides(tx, &scope(), &[id]).await })).await;
        let shown = sides(db, &scope(), &[id]).await.unwrap().remove(&id).unwrap();
        assert_eq!(shown.tags, []);
    }

    async fn what_differs_from_what_is_written_is_told_by_conversation(db: &Db) {
        let share = |number: i64, id: i64| {
            let mut mention = member(number, id);
            mention.state.tags = vec![TagId(4)];
            mention.state.assignees = vec![Assignee::User(UserId(8))];
            mention.body.source.profile = Some("brand".into());
            Share::of(&mention)
        };
        let ids: Vec<ConversationId> = (1..=5).map(ConversationId).collect();
        let mut all = SideShifts::default();
        for id in &ids {
            all.replace(*id, None, Some(&share(id.0 * 10, id.0)));
        }
        shifted(db, all.clone()).await;
        let asked = ids.clone();
        let (written, foreign) = write(db, move |tx| Box::pin(async move {
            let foreign = written_sides(tx, &Scope::system(OTHER), &asked).await?;
            Ok((written_sides(tx, &scope(), &asked).await?, foreign))
        })).await;
        assert_eq!(written, all);
        assert_eq!(foreign, SideShifts::default());
        let mut other = SideShifts::default();
        for id in &ids[..4] {
            let mut share = share(id.0 * 10, id.0);
            match id.0 {
                1 => share.tags = vec![TagId(4), TagId(5)],
                2 => share.place = None,
                3 => share.assignee = Some(UserId(9)),
                _ => {}
            }
            other.replace(*id, None, Some(&share));
        }
        let differing: Vec<i64> = all.differing(&other).into_iter().map(|id| id.0).collect();
        assert_eq!(differing, [1, 2, 3, 5]);
        assert_eq!(other.differing(&all), all.differing(&other));
    }

    async fn the_assignee_is_that_of_the_largest_mention(db: &Db) {
        let id = ConversationId(1);
        let share = |number: i64, user: Option<i64>| {
            let mut mention = member(number, 1);
            mention.state.assignees = user.map(|user| Assignee::User(UserId(user))).into_iter().collect();
            Share::of(&mention)
        };
        for (before, after, wanted) in [
            (None, Some(share(2, Some(8))), Some(8)),
            (None, Some(share(1, Some(7))), Some(8)),
            (Some(share(2, Some(8))), Some(share(2, Some(9))), Some(9)),
            (Some(share(2, Some(9))), Some(share(2, None)), Some(7)),
            (Some(share(1, Some(7))), None, None),
        ] {
            let mut shifts = SideShifts::default();
            shifts.replace(id, before.as_ref(), after.as_ref());
            shifted(db, shifts).await;
            let found = write(db, move |tx| Box::pin(async move { assignee(tx, &scope(), id).await })).await;
            assert_eq!(found, wanted.map(UserId));
        }
    }

    async fn members_come_oldest_first_and_the_newest_of_many(db: &Db) {
        // even ones were published before all others came
        let all: Vec<_> = (1..=6).map(|id| member(id, 1)).collect();
        store(db, &all).await;
        let mut row = conversation(1, None);
        row.totals.mentions = 6;
        let found = members(db, &scope(), &[&row], 10).await.unwrap();
        let ids = |found: &[MentionId]| found.iter().map(|id| id.0).collect::<Vec<_>>();
        assert_eq!(ids(&found[&row.id]), [2, 4, 6, 1, 3, 5]);
        let found = members(db, &scope(), &[&row], 4).await.unwrap();
        assert_eq!(ids(&found[&row.id]), [6, 1, 3, 5]);
        assert!(members(db, &Scope::system(OTHER), &[&row], 4).await.unwrap().values().all(Vec::is_empty));

        let id = row.id;
        let (dates, pages) = write(db, move |tx| Box::pin(async move {
            let dates = extremes(tx, &scope(), id).await?;
            let first = oldest_members(tx, &scope(), id, None, 4).await?;
            let rest = oldest_members(tx, &scope(), id, first.last().copied(), 4).await?;
            assert_eq!(extremes(tx, &scope(), ConversationId(99)).await?, None);
            Ok((dates, [first, rest]))
        })).await;
        assert_eq!(dates, Some([NOW, NOW.plus_ms(5), NOW.plus_ms(6)]));
        assert_eq!(pages.map(|page| ids(&page)), [vec![1, 2, 3, 4], vec![5, 6]]);
    }

    async fn conversations_are_found_by_row_and_by_mention(db: &Db) {
        store(db, &[member(5, 2), member(6, 9)]).await;
        saved(db, vec![conversation(1, None), conversation(2, None)]).await;
        let all = ids_after(db, &scope(), None, 10).await.unwrap();
        assert_eq!(all, [1, 2, 9].map(ConversationId));
        let some = ids_after(db, &scope(), Some(ConversationId(1)), 1).await.unwrap();
        assert_eq!(some, [ConversationId(2)]);
    }

    async fn the_conversation_of_a_message_is_found_by_its_source(db: &Db) {
        store(db, &[member(5, 2)]).await;
        let key = mentions::dedupe_key(&member(5, 2).body).unwrap();
        let asked = [(TOPIC, key.clone()), (TopicId(7), key)];
        let found = mentions::conversations_by_source(db, &scope(), &asked).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[&asked[0]], (MentionId(5), ConversationId(2)));
        let narrow = narrow(&[TopicId(7)]);
        assert!(mentions::conversations_by_source(db, &narrow, &asked).await.unwrap().is_empty());
    }
}
