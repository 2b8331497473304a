//! What programs add.

use domain::ids::TopicId;
use domain::mention::{Priority, Status};
use domain::message_type::MessageType;
use domain::permission::{Permission, PermissionSet};
use domain::role::TopicAccess;
use domain::scope::Scope;
use store::both_engines;

use super::world::{ACCOUNT, EVERYTHING, KEYWORDS, new_item, world};
use crate::Error;
use crate::hold::Place;
use crate::pipeline::item::{MAX_ITEMS, NewItem, add};
use crate::settings::{NewTag, create_tag, delete_tag};

fn field(result: Result<impl std::fmt::Debug, Error>) -> String {
    match result {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

both_engines! {
    async fn what_is_added_is_stored_and_in_every_list_when_the_call_returns(db: &Db) {
        let world = world(db).await;
        let mut item = new_item(EVERYTHING, Some("form-1"), "The <b>train</b> was late #delay");
        item.status = Some(Status::Done);
        item.priority = Priority::new(7);
        item.draft.format = channels::TextFormat::Html;
        let recorded = add(world.engine(), &world.scope, vec![item]).await.unwrap();
        assert_eq!((recorded.added.len(), recorded.known), (1, 0));
        let stored = world.stored().await;
        assert_eq!(stored, world.listed().await);
        let mention = &stored[0];
        assert_eq!(mention.body.plain_text(), "The train was late #delay");
        assert_eq!(mention.body.entities.hashtags.len(), 1);
        assert_eq!(mention.state.status, Status::Done);
        assert_eq!(mention.state.priority, Priority::new(7));
        assert_eq!(mention.state.timers.first_done_at, Some(crate::testing::START));
        let changes = world.changes().await;
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].number, changes[0].object_id), (mention.changed_by, mention.id.0));
    }

    async fn a_batch_of_five_hundred_is_one_transaction_with_numbers_in_order(db: &Db) {
        let world = world(db).await;
        let items: Vec<NewItem> = (0..MAX_ITEMS)
            .map(|i| new_item(EVERYTHING, Some(&format!("form-{i}")), &format!("message {i}")))
            .collect();
        let recorded = add(world.engine(), &world.scope, items).await.unwrap();
        assert_eq!(recorded.added.len(), MAX_ITEMS);
        let stored = world.stored().await;
        assert_eq!(stored.len(), MAX_ITEMS);
        assert!(stored.windows(2).all(|pair| pair[0].id < pair[1].id && pair[0].changed_by < pair[1].changed_by));
        assert_eq!(world.listed().await.len(), MAX_ITEMS);
    }

    async fn one_wrong_item_and_none_is_taken(db: &Db) {
        let world = world(db).await;
        let good = new_item(EVERYTHING, Some("a"), "fine");
        let bad = new_item(TopicId(99), Some("b"), "fine");
        assert_eq!(field(add(world.engine(), &world.scope, vec![good.clone(), bad]).await), "mentions[1].topic.id");
        let empty = new_item(EVERYTHING, Some("b"), "<p> </p>");
        let mut html = empty;
        html.draft.format = channels::TextFormat::Html;
        assert_eq!(field(add(world.engine(), &world.scope, vec![good.clone(), html]).await), "mentions[1].message.content");
        let long = new_item(EVERYTHING, None, &"x".repeat(100_001));
        assert_eq!(field(add(world.engine(), &world.scope, vec![long]).await), "mentions[0].message.content");
        let mut early = good.clone();
        early.draft.published_at = Some(domain::time::UnixMillis(1));
        assert_eq!(field(add(world.engine(), &world.scope, vec![early]).await), "mentions[0].date.published");
        assert_eq!(field(add(world.engine(), &world.scope, vec![]).await), "mentions");
        let many = vec![good; MAX_ITEMS + 1];
        assert!(matches!(
            add(world.engine(), &world.scope, many).await,
            Err(Error::TooMany { limit: MAX_ITEMS, given: 501, .. })
        ));
        assert_eq!(world.stored().await, []);
        assert_eq!(world.changes().await, []);
    }

    async fn a_topic_out_of_reach_is_answered_like_an_absent_one(db: &Db) {
        let world = world(db).await;
        let scope = Scope::for_member(
            ACCOUNT,
            domain::ids::UserId(5),
            TopicAccess::Only([EVERYTHING].into_iter().collect()),
            PermissionSet::all(),
        );
        let foreign = add(world.engine(), &scope, vec![new_item(KEYWORDS, None, "x")]).await;
        let absent = add(world.engine(), &scope, vec![new_item(TopicId(99), None, "x")]).await;
        assert_eq!(
            foreign.unwrap_err().to_string().replace("topic 2", "topic 99"),
            absent.unwrap_err().to_string()
        );
    }

    async fn the_same_source_id_again_is_passed_over_within_its_topic(db: &Db) {
        let world = world(db).await;
        let twice = vec![
            new_item(EVERYTHING, Some("a"), "first"),
            new_item(EVERYTHING, Some("a"), "again"),
            new_item(KEYWORDS, Some("a"), "other topic, whatever its keywords"),
            new_item(EVERYTHING, None, "no id"),
            new_item(EVERYTHING, None, "no id"),
        ];
        let recorded = add(world.engine(), &world.scope, twice.clone()).await.unwrap();
        assert_eq!((recorded.added.len(), recorded.known), (4, 1));
        let again = add(world.engine(), &world.scope, twice[..3].to_vec()).await.unwrap();
        assert_eq!((again.added.len(), again.known), (0, 3));
        let stored = world.stored().await;
        assert_eq!(stored.len(), 4);
        assert!(stored.iter().all(|mention| mention.body.content != "again"));
    }

    async fn the_same_delivery_many_times_at_once_is_one_mention(db: &Db) {
        let world = world(db).await;
        let mut tasks = Vec::new();
        for _ in 0..32 {
            let (engine, scope) = (world.engine().clone(), world.scope.clone());
            tasks.push(tokio::spawn(async move {
                let items = vec![
                    new_item(EVERYTHING, Some("a"), "one"),
                    new_item(EVERYTHING, Some("b"), "two"),
                ];
                add(&engine, &scope, items).await.unwrap().added.len()
            }));
        }
        let mut added = 0;
        for task in tasks {
            added += task.await.unwrap();
        }
        assert_eq!(added, 2);
        assert_eq!(world.stored().await.len(), 2);
        assert_eq!(world.listed().await.len(), 2);
        assert_eq!(world.changes().await.len(), 2);
    }

    async fn a_burst_of_one_author_is_one_conversation(db: &Db) {
        let world = world(db).await;
        let mut tasks = Vec::new();
        for i in 0..10 {
            let (engine, scope) = (world.engine().clone(), world.scope.clone());
            tasks.push(tokio::spawn(async move {
                let mut item = new_item(EVERYTHING, Some(&format!("m{i}")), "picture");
                item.draft.message_type = Some(MessageType::Privatemessage);
                add(&engine, &scope, vec![item]).await.unwrap();
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let stored = world.stored().await;
        assert_eq!(stored.len(), 10);
        let first = stored[0].conversation_id;
        assert!(stored.iter().all(|mention| mention.conversation_id == first));
    }

    async fn a_mention_whose_tag_is_deleted_meanwhile_gets_what_it_gets_when_it_was_deleted_before(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let tagged = |name: &str| {
            let mut item = new_item(EVERYTHING, None, "x");
            item.draft.tags = vec![name.to_owned()];
            vec![item]
        };
        let make = async |name: &str| {
            let new = NewTag { name: name.to_owned(), ..NewTag::default() };
            create_tag(engine, &world.scope, new).await.unwrap().id
        };
        let weak = Scope::for_member(
            ACCOUNT,
            domain::ids::UserId(5),
            TopicAccess::All,
            PermissionSet::all().without(Permission::TagsCreate),
        );
        for (may_make, scope) in [(false, weak), (true, world.scope.clone())] {
            delete_tag(engine, &world.scope, make("early").await).await.unwrap();
            let before = add(engine, &scope, tagged("early")).await;
            let tag = make("late").await;
            let gate = engine.holds().next(Place::Prepared);
            let (other, by, items) = (engine.clone(), scope.clone(), tagged("late"));
            let adding = tokio::spawn(async move { add(&other, &by, items).await });
            gate.reached().await;
            delete_tag(engine, &world.scope, tag).await.unwrap();
            gate.open();
            let during = adding.await.unwrap();
            assert_eq!(during.is_ok(), may_make);
            match (before, during) {
                (Ok(before), Ok(during)) => assert_eq!(before.added.len(), during.added.len()),
                (Err(before), Err(during)) => {
                    assert_eq!(during.to_string(), before.to_string());
                    assert_eq!(during.to_string(), Error::lacks(Permission::TagsCreate).to_string());
                }
                other => panic!("{other:?}"),
            }
        }
        let directory = engine.directory(ACCOUNT).await.unwrap();
        let borne = world.stored().await.iter().map(|it| directory.tags[&it.state.tags[0]].name.clone()).collect::<Vec<_>>();
        assert_eq!(borne, ["early", "late"], "they are made anew");
    }

    async fn tags_are_found_whatever_their_case_and_made_when_allowed(db: &Db) {
        let world = world(db).await;
        let tagged = |names: &[&str]| {
            let mut item = new_item(EVERYTHING, None, "x");
            item.draft.tags = names.iter().map(ToString::to_string).collect();
            item
        };
        add(world.engine(), &world.scope, vec![tagged(&["VIP", "late"]), tagged(&["vip "])]).await.unwrap();
        let stored = world.stored().await;
        assert_eq!(stored[0].state.tags.len(), 2);
        assert_eq!(stored[1].state.tags.len(), 1);
        assert!(stored[0].state.tags.contains(&stored[1].state.tags[0]));
        let weak = Scope::for_member(
            ACCOUNT,
            domain::ids::UserId(5),
            TopicAccess::All,
            PermissionSet::all().without(Permission::TagsCreate),
        );
        add(world.engine(), &weak, vec![tagged(&["Vip"])]).await.unwrap();
        let denied = add(world.engine(), &weak, vec![tagged(&["Vip", "new"])]).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        assert_eq!(world.stored().await.len(), 3);
    }
}
