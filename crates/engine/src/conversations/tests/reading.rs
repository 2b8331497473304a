//! Lists and single reads.

use domain::ids::{ConversationId, ProfileId, TopicId};
use domain::mention::{Sentiment, Status};
use domain::permission::{Permission, PermissionSet};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::source::Service;
use domain::time::MINUTE_MS;
use store::both_engines;

use super::world::{AGENTS, Message, hire, ours, private, public};
use crate::conversations::shown::{Most, shown};
use crate::conversations::{
    After, ConversationQuery, ConversationSortBy, ListQuery, Wants, get, list, parents,
};
use crate::inbox::{DeleteOptions, MentionUpdate, UpdateRules, delete, update};
use crate::pipeline::item::add;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, KEYWORDS, World, new_item, world};
use crate::{Error, What};

const ALL: Wants = Wants {
    content_ids: true,
    handling: true,
    mentions: true,
};

fn many(limit: usize) -> ConversationQuery {
    let rows = ListQuery {
        limit,
        ..ListQuery::default()
    };
    ConversationQuery {
        rows,
        channels: None,
    }
}

async fn ids(world: &World, query: &ConversationQuery) -> Vec<i64> {
    let page = list(world.engine(), &world.scope, query, Wants::default())
        .await
        .unwrap();
    page.items.iter().map(|one| one.conversation.id.0).collect()
}

both_engines! {
    async fn a_conversation_is_shown_with_its_mentions_and_the_work_on_them(db: &Db) {
        let world = world(db).await;
        hire(db).await;
        let question = private("1", "anna");
        let first = world.place(question.clone()).await;
        world.place(ours("2", "1", &question)).await;
        let mentions = world.stored().await;
        let agent = Scope::for_member(
            ACCOUNT, AGENTS[0], TopicAccess::All,
            [Permission::SentimentUpdate, Permission::InboxRead].into_iter().collect(),
        );
        for tone in [Sentiment::Negative, Sentiment::Neutral] {
            let change = MentionUpdate { sentiment: Some(tone), ..MentionUpdate::default() };
            let rules = UpdateRules { refuse_same_status: false };
            update(world.engine(), &agent, EVERYTHING, mentions[0].id, change, None, rules).await.unwrap();
            world.test.clock.advance_ms(2 * MINUTE_MS);
        }
        let id = ConversationId(first);
        let (shown, _) = get(world.engine(), &agent, id, ALL).await.unwrap();
        assert_eq!(shown.content, [mentions[0].id, mentions[1].id]);
        let work: Vec<(i64, i64)> = shown.handling.iter().map(|one| (one.user_id.0, one.ms())).collect();
        assert_eq!(work, [(7, 2 * MINUTE_MS)]);
        let stored = world.mention(mentions[0].id).await;
        assert_eq!(stored.state.timers.handle_ms, 2 * MINUTE_MS);

        assert_eq!(shown.mentions, [stored, mentions[1].clone()]);

        // the work on mentions is the same whether they are read as a whole or not
        let (work, _) = get(world.engine(), &agent, id, Wants { mentions: false, ..ALL }).await.unwrap();
        assert_eq!((work.handling, work.mentions), (shown.handling.clone(), vec![]));
        let few = Most { stretches: 1, ..Most::default() };
        let newest = crate::conversations::shown::shown(world.engine(), &agent, vec![shown.conversation.clone()], ALL, few);
        let newest = newest.await.unwrap();
        assert_eq!(newest.iter().map(|one| one.handling.len()).collect::<Vec<_>>(), [1]);
        let (bare, _) = get(world.engine(), &agent, id, Wants { handling: false, ..ALL }).await.unwrap();
        assert_eq!((bare.handling, bare.mentions), (vec![], shown.mentions.clone()));
        let with: Vec<_> = shown.mentions.iter().collect();
        let answered = parents(world.engine(), &agent, &with).await.unwrap();
        assert_eq!(answered.get(&mentions[1].id), Some(&mentions[0].id));
        assert_eq!(answered.len(), 1);
    }

    async fn conversations_of_a_page_share_what_may_be_shown(db: &Db) {
        let world = world(db).await;
        let mut messages = Vec::new();
        for (thread, count) in [("a", 5), ("b", 1), ("c", 2)] {
            for number in 0..count {
                let id = format!("{thread}{number}");
                messages.push(Message { thread: Some(thread.to_owned()), ..public(&id, "anna") });
            }
        }
        world.arrive(&messages).await;
        let page = list(world.engine(), &world.scope, &many(9), Wants::default()).await.unwrap();
        let found = page.items.into_iter().map(|one| one.conversation).collect();
        let items = shown(world.engine(), &world.scope, found, ALL, Most { mentions: 6, ..Most::default() }).await.unwrap();
        let stored: Vec<_> = world.stored().await.iter().map(|one| one.id).collect();
        let content: Vec<_> = items.iter().map(|one| one.content.as_slice()).collect();
        assert_eq!(content, [&stored[2..5], &stored[5..6], &stored[6..]]);
        for one in &items {
            let read: Vec<_> = one.mentions.iter().map(|mention| mention.id).collect();
            assert_eq!(read, one.content);
        }
    }

    async fn large_mentions_of_a_page_end_where_its_bytes_end_and_the_newest_come_first(db: &Db) {
        let world = world(db).await;
        let mut messages = Vec::new();
        for thread in ["a", "b"] {
            for number in 0..3 {
                let id = format!("{thread}{number}");
                let text = "x".repeat(30_000);
                messages.push(Message { thread: Some(thread.to_owned()), text, ..public(&id, "anna") });
            }
        }
        world.arrive(&messages).await;
        let page = list(world.engine(), &world.scope, &many(9), Wants::default()).await.unwrap();
        let found = page.items.into_iter().map(|one| one.conversation).collect();
        // The text is shown twice in the other dialect.
        let most = Most { bytes: 3 * 70_000, ..Most::default() };
        let items = shown(world.engine(), &world.scope, found, ALL, most).await.unwrap();
        let counts: Vec<_> = items.iter().map(|one| (one.content.len(), one.mentions.len())).collect();
        assert_eq!(counts, [(3, 2), (3, 1)]);
        for one in &items {
            let read: Vec<_> = one.mentions.iter().map(|mention| mention.id).collect();
            assert_eq!(read, one.content[3 - read.len()..], "the newest, oldest first");
        }
    }

    async fn pages_follow_each_other_and_the_last_one_says_so(db: &Db) {
        let world = world(db).await;
        let messages: Vec<Message> = (0..5).map(|id| public(&format!("m{id}"), "anna")).collect();
        world.arrive(&messages).await;
        let page = list(world.engine(), &world.scope, &many(3), Wants::default()).await.unwrap();
        assert!(page.has_more);
        let last = page.items.last().unwrap();
        let mut rest = many(2);
        rest.rows.after = Some(After::of(&last.conversation, ConversationSortBy::Oldest));
        let next = list(world.engine(), &world.scope, &rest, Wants::default()).await.unwrap();
        assert!(!next.has_more);
        let both: Vec<i64> = page.items.iter().chain(&next.items).map(|one| one.conversation.id.0).collect();
        assert_eq!(both, ids(&world, &many(50)).await);
        assert!(!list(world.engine(), &world.scope, &many(5), Wants::default()).await.unwrap().has_more);
        assert!(list(world.engine(), &world.scope, &many(0), Wants::default()).await.unwrap().has_more);
    }

    async fn a_message_is_at_its_page_whichever_topic_that_is_connected_to(db: &Db) {
        let world = world(db).await;
        for (id, topic, page) in [(5, KEYWORDS, "page"), (6, EVERYTHING, "page"), (7, KEYWORDS, "other")] {
            world.connect(id, topic, page).await;
        }
        let mut found = Vec::new();
        for (topic, page) in [(EVERYTHING, "page"), (EVERYTHING, "other"), (KEYWORDS, "page")] {
            let mut item = new_item(topic, Some(&format!("{topic} {page}")), "The train was late");
            item.draft.source.service = Service::Rss;
            item.draft.source.profile = Some(page.to_owned());
            add(world.engine(), &world.scope, vec![item]).await.unwrap();
            found.push(world.stored().await.last().unwrap().conversation_id);
        }
        let [here, there, elsewhere] = found[..] else { panic!("{found:?}") };
        let near = Scope::for_member(
            ACCOUNT, AGENTS[0], TopicAccess::Only([EVERYTHING].into()),
            [Permission::InboxRead].into_iter().collect(),
        );
        let at = async |scope: &Scope, id| {
            let (shown, directory) = get(world.engine(), scope, id, ALL).await.unwrap();
            shown.channels(&directory, scope.topics()).iter().map(|id| id.0).collect::<Vec<_>>()
        };
        // its own topic's profile first, else another's; never one out of reach
        for (id, wide, narrow) in [(here, vec![6], vec![6]), (there, vec![7], vec![])] {
            assert_eq!(at(&world.scope, id).await, wide);
            assert_eq!(at(&near, id).await, narrow);
        }
        assert_eq!(at(&world.scope, elsewhere).await, [5]);
        let on = async |scope: &Scope, channel| {
            let query = ConversationQuery { channels: Some(vec![ProfileId(channel)]), ..many(9) };
            let page = list(world.engine(), scope, &query, Wants::default()).await.unwrap();
            page.items.iter().map(|one| one.conversation.id).collect::<Vec<_>>()
        };
        for channel in [5, 6] {
            assert_eq!(on(&world.scope, channel).await, [here, elsewhere], "{channel}");
        }
        assert_eq!(on(&world.scope, 7).await, [there]);
        assert_eq!(on(&near, 6).await, [here]);
        for channel in [5, 7] {
            assert_eq!(on(&near, channel).await, [], "{channel}");
        }
    }

    async fn channels_are_connected_profiles(db: &Db) {
        let world = world(db).await;
        world.connect(5, EVERYTHING, "brand").await;
        world.connect(6, KEYWORDS, "brand").await;
        let id = world.place(public("1", "anna")).await;
        // an item of the first topic's feed; that of the other topic has the same address
        let mut item = new_item(EVERYTHING, Some("2"), "hello");
        item.draft.source.service = Service::Rss;
        item.draft.source.profile = Some("brand".to_owned());
        add(world.engine(), &world.scope, vec![item]).await.unwrap();
        let found = world.stored().await.pop().unwrap().conversation_id;
        let on = |channels: &[i64]| ConversationQuery {
            channels: Some(channels.iter().copied().map(ProfileId).collect()), ..many(9)
        };
        // the message is no item of a feed, though it was found on a page of this name
        assert_eq!(ids(&world, &on(&[5, 6, 99])).await, [found.0]);
        assert_eq!(ids(&world, &on(&[6, 99])).await, [found.0]);
        assert_eq!(ids(&world, &on(&[99])).await, Vec::<i64>::new());
        let (shown, directory) = get(world.engine(), &world.scope, found, ALL).await.unwrap();
        assert_eq!(shown.channels(&directory, world.scope.topics()), [ProfileId(5)]);
        let (shown, directory) = get(world.engine(), &world.scope, ConversationId(id), ALL).await.unwrap();
        assert_eq!(shown.channels(&directory, world.scope.topics()), []);
        assert_eq!(shown.sides.places.len(), 1);
    }

    async fn what_is_out_of_reach_is_absent(db: &Db) {
        let world = world(db).await;
        let first = world.place(public("1", "anna")).await;
        let member = |topics: TopicAccess, permissions: PermissionSet| {
            Scope::for_member(ACCOUNT, AGENTS[0], topics, permissions)
        };
        let read: PermissionSet = [Permission::InboxRead].into_iter().collect();
        let other = member(TopicAccess::Only([TopicId(77)].into()), read);
        let absent = |result: Result<_, Error>| {
            assert!(matches!(result, Err(Error::NotFound(What::Conversation))), "{:?}", result.err());
        };
        absent(get(world.engine(), &other, ConversationId(first), ALL).await.map(|_| ()));
        absent(get(world.engine(), &world.scope, ConversationId(1), ALL).await.map(|_| ()));
        let page = list(world.engine(), &other, &many(9), ALL).await.unwrap();
        assert!(page.items.is_empty());
        for permissions in [
            PermissionSet::default(),
            [Permission::InboxRead, Permission::InboxonlyassignedtomeRead].into_iter().collect(),
        ] {
            let scope = member(TopicAccess::All, permissions);
            assert!(matches!(list(world.engine(), &scope, &many(9), ALL).await, Err(Error::Denied(_))));
            assert!(matches!(get(world.engine(), &scope, ConversationId(first), ALL).await, Err(Error::Denied(_))));
        }
    }

    async fn a_conversation_goes_with_its_last_mention(db: &Db) {
        let world = world(db).await;
        let first = world.place(private("1", "anna")).await;
        let id = world.stored().await[0].id;
        delete(world.engine(), &world.scope, EVERYTHING, id, DeleteOptions::default()).await.unwrap();
        assert_eq!(ids(&world, &many(9)).await, Vec::<i64>::new());
        assert!(get(world.engine(), &world.scope, ConversationId(first), ALL).await.is_err());
        assert_eq!(world.row(first).await.totals.status(), Status::Done);
        assert_ne!(world.place(private("2", "anna")).await, first);
        world.check_sums("in the end").await;
    }
}
