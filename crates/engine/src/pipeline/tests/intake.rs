//! What connectors bring.

use channels::{InboundItem, Poisoned};
use domain::ids::IntakeId;
use domain::mention::Mention;
use domain::topic::{Connection, Health, Profile};
use store::both_engines;

use super::world::{EVERYTHING, KEYWORDS, World, inbound, world};
use crate::jobs::runner::run_due;
use crate::pipeline::intake::{Arrivals, take_in};
use crate::pipeline::process::process;
use crate::testing::{START, TestEngine};

async fn deliver(
    world: &World,
    profile: &Profile,
    items: Vec<InboundItem>,
    poisoned: Vec<Poisoned>,
) -> usize {
    let arrivals = Arrivals::new(world.engine(), profile, None, items, poisoned).unwrap();
    let connection = Connection {
        health: Health::Healthy,
        cursor: Some("bookmark".to_owned()),
        due_at: Some(START.plus_ms(60_000)),
        ..Connection::default()
    };
    take_in(world.engine(), &world.scope, arrivals, START, connection)
        .await
        .unwrap()
}

fn contents(mentions: &[Mention]) -> Vec<&str> {
    mentions
        .iter()
        .map(|mention| mention.body.plain_text())
        .collect()
}

async fn pending(world: &World) -> Vec<IntakeId> {
    let items = store::intake::pending(world.engine().db(), &world.scope, 1_000)
        .await
        .unwrap();
    items.into_iter().map(|item| item.id).collect()
}

both_engines! {
    async fn what_arrives_is_kept_first_and_processed_exactly_once_after_a_restart(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        let items = vec![inbound("a", "1", "<p>one</p>"), inbound("b", "1", "two")];
        assert_eq!(deliver(&world, &profile, items, Vec::new()).await, 2);
        // Nothing was processed when the power went; the bookmark had moved with the items.
        assert_eq!(world.profile(profile.id).await.connection.cursor.as_deref(), Some("bookmark"));
        assert_eq!(world.stored().await, []);
        let restarted = World { test: TestEngine::new(db).await, scope: world.scope.clone() };
        assert_eq!(run_due(restarted.engine()).await.unwrap(), 1);
        assert_eq!(contents(&restarted.stored().await), ["one", "two"]);
        assert_eq!(restarted.stored().await, restarted.listed().await);
        assert_eq!(run_due(restarted.engine()).await.unwrap(), 0);
        assert_eq!(pending(&restarted).await, []);
    }

    async fn a_job_that_is_run_again_finds_its_work_done(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        deliver(&world, &profile, vec![inbound("a", "1", "one")], Vec::new()).await;
        let ids = pending(&world).await;
        let (one, other) = tokio::join!(
            process(world.engine(), &world.scope, &ids),
            process(world.engine(), &world.scope, &ids),
        );
        assert_eq!(one.unwrap().added.len() + other.unwrap().added.len(), 1);
        assert_eq!(process(world.engine(), &world.scope, &ids).await.unwrap().added.len(), 0);
        assert_eq!(world.stored().await.len(), 1);
        assert_eq!(world.changes().await.len(), 1);
    }

    async fn the_same_delivery_five_times_and_in_parallel_is_one_mention(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        let items = || vec![inbound("a", "1", "one"), inbound("b", "1", "two")];
        for _ in 0..5 {
            deliver(&world, &profile, items(), Vec::new()).await;
            run_due(world.engine()).await.unwrap();
        }
        let deliveries = (0..32).map(|_| deliver(&world, &profile, items(), Vec::new()));
        assert_eq!(futures::future::join_all(deliveries).await, vec![0; 32]);
        run_due(world.engine()).await.unwrap();
        assert_eq!(contents(&world.stored().await), ["one", "two"]);
        assert_eq!(world.changes().await.len(), 2);
    }

    async fn a_topic_with_keywords_takes_only_what_fits(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, KEYWORDS, "http://feed.example/").await;
        let items = vec![
            inbound("a", "1", "My <b>Train</b> is late"),
            inbound("b", "1", "my car is late"),
            inbound("c", "1", "the night&nbsp;bus was early"),
            inbound("d", "1", "a bus at night"),
        ];
        deliver(&world, &profile, items, Vec::new()).await;
        run_due(world.engine()).await.unwrap();
        assert_eq!(contents(&world.stored().await), ["My Train is late", "the night bus was early"]);
        assert_eq!(pending(&world).await, []);
    }

    async fn an_edited_message_changes_its_mention_and_keeps_what_people_did(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        deliver(&world, &profile, vec![inbound("a", "1", "before")], Vec::new()).await;
        run_due(world.engine()).await.unwrap();
        let before = world.stored().await.remove(0);
        deliver(&world, &profile, vec![inbound("a", "2", "after #edit")], Vec::new()).await;
        run_due(world.engine()).await.unwrap();
        let after = world.stored().await;
        assert_eq!(contents(&after), ["after #edit"]);
        assert_eq!(after, world.listed().await);
        assert_eq!((after[0].id, after[0].conversation_id), (before.id, before.conversation_id));
        assert_eq!(after[0].state.actions.len(), 1);
        assert_eq!(after[0].state.actions[0].kind, domain::action_type::ActionType::Updated);
        assert!(after[0].changed_by > before.changed_by);
        // A new version with the same words is no change.
        deliver(&world, &profile, vec![inbound("a", "3", "after #edit")], Vec::new()).await;
        run_due(world.engine()).await.unwrap();
        assert_eq!(world.stored().await, after);
    }

    async fn what_cannot_be_read_is_kept_once_with_its_bytes_and_the_rest_goes_on(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        let broken = || Poisoned {
            external_id: "x".to_owned(),
            raw: vec![0, 159, 146, 150].into(),
            reason: "it is no\0 XML\n".to_owned(),
        };
        deliver(&world, &profile, vec![inbound("a", "1", "one")], vec![broken()]).await;
        deliver(&world, &profile, vec![inbound("b", "1", "two")], vec![broken()]).await;
        run_due(world.engine()).await.unwrap();
        assert_eq!(contents(&world.stored().await), ["one", "two"]);
        let kept = store::quarantine::list(world.engine().db(), &world.scope, None, 10).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].raw.as_slice(), kept[0].reason.as_str()), (&[0, 159, 146, 150][..], "it is no XML"));
        assert_eq!(kept[0].profile_id, Some(profile.id));
    }

    async fn an_item_that_cannot_be_read_back_does_not_stop_the_job(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        let scope = world.scope.clone();
        let torn = store::intake::NewIntake {
            id: IntakeId(7),
            profile_id: profile.id,
            external_id: "torn".to_owned(),
            received_at: START,
            raw: b"{\"external_id\":".to_vec(),
        };
        world.engine().db().write(move |tx| Box::pin(async move {
            store::intake::insert(tx, &scope, &[torn]).await
        })).await.unwrap();
        deliver(&world, &profile, vec![inbound("a", "1", "one")], Vec::new()).await;
        let ids = pending(&world).await;
        assert_eq!(ids.len(), 2);
        process(world.engine(), &world.scope, &ids).await.unwrap();
        assert_eq!(contents(&world.stored().await), ["one"]);
        let kept = store::quarantine::list(world.engine().db(), &world.scope, None, 10).await.unwrap();
        assert_eq!(kept[0].raw, b"{\"external_id\":");
        assert_eq!(pending(&world).await, []);
    }

    async fn nul_and_hostile_markup_go_through_both_databases(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        let mut item = inbound("nul\0id", "1\0", "a\0b<script>x</script>\u{1}");
        item.draft.title = Some("t\0t".to_owned());
        item.draft.author.name = Some("n\0n".to_owned());
        deliver(&world, &profile, vec![item], Vec::new()).await;
        run_due(world.engine()).await.unwrap();
        let stored = world.stored().await;
        assert_eq!(contents(&stored), ["ab"]);
        assert_eq!(stored[0].body.title.as_deref(), Some("tt"));
        assert_eq!(stored[0].body.source.id.as_deref(), Some("nulid"));
    }

    async fn items_of_a_connection_that_was_removed_are_not_wanted(db: &Db) {
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, "http://feed.example/").await;
        deliver(&world, &profile, vec![inbound("a", "1", "one")], Vec::new()).await;
        crate::settings::disconnect_profile(world.engine(), &world.scope, EVERYTHING, profile.id)
            .await
            .unwrap();
        run_due(world.engine()).await.unwrap();
        assert_eq!(deliver(&world, &profile, vec![inbound("b", "1", "two")], Vec::new()).await, 0);
        assert_eq!(world.stored().await, []);
        assert_eq!(pending(&world).await, []);
    }
}
