//! From a feed to the list.

use domain::ids::ProfileId;
use domain::time::{HOUR_MS, MINUTE_MS};
use domain::topic::Health;
use store::both_engines;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::server::{Answer, FeedServer, rss};
use crate::jobs::runner::LEASE_MS;
use crate::jobs::{poll, run_until_idle, spawn};
use crate::pipeline::tests::world::{EVERYTHING, KEYWORDS, World, world};

fn contents(mentions: &[domain::mention::Mention]) -> Vec<&str> {
    let mut contents: Vec<&str> = mentions
        .iter()
        .map(|mention| mention.body.plain_text())
        .collect();
    contents.sort_unstable();
    contents
}

/// Lets an hour and a bit pass, so that every connection is due again.
async fn later(world: &World) {
    world.test.clock.advance_ms(HOUR_MS + 10 * MINUTE_MS);
    run_until_idle(world.engine()).await.unwrap();
}

both_engines! {
    async fn a_feed_is_read_and_its_new_items_come_once(db: &Db) {
        let server = FeedServer::start().await;
        server.feed(&[("1", "<p>one</p>"), ("2", "two")]);
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, &server.url("/feed")).await;
        run_until_idle(world.engine()).await.unwrap();
        assert_eq!(contents(&world.listed().await), ["one", "two"]);
        let after = world.profile(profile.id).await;
        assert_eq!(after.connection.health, Health::Healthy);
        assert_eq!(after.displayname.as_deref(), Some("Station news"));
        assert!(after.connection.due_at > Some(crate::testing::START));
        assert_eq!(server.asked(), ["/feed"]);
        later(&world).await;
        server.feed(&[("2", "two"), ("3", "three")]);
        later(&world).await;
        assert_eq!(contents(&world.listed().await), ["one", "three", "two"]);
        assert_eq!(server.asked().len(), 2);
    }

    async fn a_feed_for_keywords_brings_only_what_fits(db: &Db) {
        let server = FeedServer::start().await;
        server.feed(&[("1", "the train is late"), ("2", "the car is late")]);
        let world = world(db).await;
        world.connect(1, KEYWORDS, &server.url("/feed")).await;
        run_until_idle(world.engine()).await.unwrap();
        assert_eq!(contents(&world.listed().await), ["the train is late"]);
    }

    async fn trouble_is_told_in_words_and_passes(db: &Db) {
        let server = FeedServer::start().await;
        server.set(Answer { status: 500, ..Answer::default() });
        let world = world(db).await;
        let id = world.connect(1, EVERYTHING, &server.url("/feed")).await.id;
        run_until_idle(world.engine()).await.unwrap();
        let failing = world.profile(id).await.connection;
        assert_eq!((failing.health, failing.failures), (Health::Failing, 1));
        assert!(failing.message.is_some_and(|message| message.contains("500")));
        assert!(failing.due_at > Some(crate::testing::START));
        later(&world).await;
        assert_eq!(world.profile(id).await.connection.failures, 2);
        server.feed(&[("1", "one")]);
        later(&world).await;
        let healthy = world.profile(id).await.connection;
        assert_eq!((healthy.health, healthy.failures, healthy.message), (Health::Healthy, 0, None));
        assert_eq!(contents(&world.listed().await), ["one"]);
    }

    async fn a_feed_that_is_gone_is_not_asked_again(db: &Db) {
        let server = FeedServer::start().await;
        server.set(Answer { status: 410, ..Answer::default() });
        let world = world(db).await;
        let id = world.connect(1, EVERYTHING, &server.url("/feed")).await.id;
        run_until_idle(world.engine()).await.unwrap();
        let connection = world.profile(id).await.connection;
        assert_eq!((connection.health, connection.due_at), (Health::Disabled, None));
        server.asked();
        later(&world).await;
        assert_eq!(server.asked(), Vec::<String>::new());
    }

    async fn a_feed_that_moved_is_followed_and_its_items_stay_the_same(db: &Db) {
        let server = FeedServer::start().await;
        server.feed(&[("1", "one")]);
        let world = world(db).await;
        let id = world.connect(1, EVERYTHING, &server.url("/old")).await.id;
        run_until_idle(world.engine()).await.unwrap();
        server.set(Answer {
            status: 301,
            headers: vec![("location", server.url("/new"))],
            body: rss(&[("1", "one"), ("2", "two")]),
        });
        later(&world).await;
        assert_eq!(world.profile(id).await.service_id, server.url("/new"));
        assert_eq!(contents(&world.listed().await), ["one", "two"]);
        server.asked();
        // An edited item is recognised although the feed has another address now.
        server.feed(&[("1", "one, edited"), ("2", "two")]);
        later(&world).await;
        assert_eq!(server.asked(), ["/new"]);
        assert_eq!(contents(&world.listed().await), ["one, edited", "two"]);
    }

    async fn a_profile_is_leased_by_one_poller_at_a_time(db: &Db) {
        let server = FeedServer::start().await;
        server.feed(&[("1", "one")]);
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, &server.url("/feed")).await;
        let polls = (0..8).map(|_| poll::poll(world.engine(), profile.clone()));
        for result in futures::future::join_all(polls).await {
            result.unwrap();
        }
        assert_eq!(server.asked(), ["/feed"]);
    }

    async fn a_poll_does_not_start_a_connection_that_was_stopped_meanwhile(db: &Db) {
        let server = FeedServer::start().await;
        server.feed(&[("1", "one")]);
        let world = world(db).await;
        let profile = world.connect(1, EVERYTHING, &server.url("/feed")).await;
        run_until_idle(world.engine()).await.unwrap();
        let (scope, id) = (world.scope.clone(), profile.id);
        let mut stopped = world.profile(id).await.connection;
        stopped.health = Health::Disabled;
        stopped.due_at = None;
        world.engine().db().write(move |tx| Box::pin(async move {
            store::profiles::update_connection(tx, &scope, id, &stopped).await
        })).await.unwrap();
        // What a poll that began before would store now.
        let lease = crate::testing::START.plus_ms(1);
        let arrivals = crate::pipeline::intake::Arrivals::new(
            world.engine(), &profile, None, Vec::new(), Vec::new(),
        ).unwrap();
        let found = domain::topic::Connection {
            health: Health::Healthy,
            due_at: Some(lease),
            cursor: Some("newer".to_owned()),
            ..domain::topic::Connection::default()
        };
        crate::pipeline::intake::take_in(world.engine(), &world.scope, arrivals, lease, found).await.unwrap();
        let after = world.profile(id).await.connection;
        assert_eq!((after.health, after.due_at), (Health::Disabled, None));
        assert_eq!(after.cursor.as_deref(), Some("newer"));
    }

    async fn a_running_server_reads_a_new_feed_without_being_told_twice_and_stops_when_asked(db: &Db) {
        let server = FeedServer::start().await;
        server.feed(&[("1", "one")]);
        let world = world(db).await;
        let (tracker, cancel) = (TaskTracker::new(), CancellationToken::new());
        spawn(world.engine(), &tracker, &cancel);
        tracker.close();
        let mut news = world.engine().follow().watch(crate::pipeline::tests::world::ACCOUNT);
        world.connect(1, EVERYTHING, &server.url("/feed")).await;
        world.engine().signals().wake();
        tokio::time::timeout(std::time::Duration::from_secs(20), async {
            while contents(&world.listed().await).is_empty() {
                news.changed().await.unwrap();
            }
        })
        .await
        .unwrap();
        cancel.cancel();
        tokio::time::timeout(std::time::Duration::from_secs(20), tracker.wait()).await.unwrap();
        assert_eq!(contents(&world.stored().await), ["one"]);
        assert_eq!(world.profile(ProfileId(1)).await.connection.health, Health::Healthy);
    }

    async fn sources_that_never_answer_do_not_hold_up_another_topic(db: &Db) {
        // Each a host of its own, as tarpits are.
        let mut tarpits = Vec::new();
        let world = world(db).await;
        for id in 1..=60 {
            let tarpit = FeedServer::start().await;
            world.connect(id, EVERYTHING, &tarpit.url("/never")).await;
            tarpits.push(tarpit);
        }
        let cancel = CancellationToken::new();
        let polling = tokio::spawn(poll::run(world.engine().clone(), cancel.clone()));
        // As many are asked as one topic may have, and none of them answers.
        let shares = crate::jobs::PollingConfig::default().concurrent_polls - 2;
        let mut first: Vec<_> = tarpits.iter().map(|one| Box::pin(one.until(|asked| !asked.is_empty()))).collect();
        for _ in 0..shares {
            let ((), _, rest) = futures::future::select_all(first).await;
            first = rest;
        }
        drop(first);
        let quick = FeedServer::start().await;
        quick.feed(&[("1", "the train is late")]);
        world.connect(61, KEYWORDS, &quick.url("/feed")).await;
        world.engine().signals().wake();
        quick.until(|asked| asked == ["/feed"]).await;
        cancel.cancel();
        polling.abort();
    }

    async fn a_source_is_asked_again_at_the_next_start_when_the_server_dies_meanwhile(db: &Db) {
        let server = FeedServer::start().await;
        let world = world(db).await;
        crate::nodes::begin(world.engine()).await.unwrap();
        let id = world.connect(1, EVERYTHING, &server.url("/never")).await.id;
        let asking = tokio::spawn({
            let engine = world.engine().clone();
            async move { poll::poll_due(&engine).await }
        });
        server.until(|asked| !asked.is_empty()).await;
        asking.abort();
        assert_eq!(poll::poll_due(world.engine()).await.unwrap(), 0, "it is leased");
        let next = crate::testing::TestEngine::new(db).await;
        crate::nodes::begin(&next.engine).await.unwrap();
        assert_eq!(world.profile(id).await.connection.due_at, Some(crate::testing::START));
        // A server that starts takes nothing from another that works.
        let found = store::profiles::due(db, crate::testing::START, 1, 1).await.unwrap();
        assert_eq!(found.len(), 1);
    }

    async fn a_source_that_is_asked_is_leased_for_servers_whose_clocks_are_minutes_ahead(db: &Db) {
        let tarpit = FeedServer::start().await;
        let world = world(db).await;
        let mut others = Vec::new();
        for wrong_ms in [-5 * MINUTE_MS, 5 * MINUTE_MS] {
            let wrong = crate::testing::START.plus_ms(wrong_ms);
            let other = crate::testing::TestEngine::at(db, wrong).await;
            let steady = other.engine.steady();
            other.engine.shared_clock().observe(crate::testing::START, steady, steady);
            others.push(other.engine);
        }
        let id = world.connect(1, EVERYTHING, &tarpit.url("/never")).await.id;
        let slowest = others[0].clone();
        let asking = tokio::spawn(async move { poll::poll_due(&slowest).await });
        tarpit.until(|asked| !asked.is_empty()).await;
        let leased_until = world.profile(id).await.connection.due_at;
        assert_eq!(leased_until, Some(crate::testing::START.plus_ms(LEASE_MS)));
        for engine in [world.engine(), &others[0], &others[1]] {
            let due = store::profiles::due(db, engine.now(), 1, 1).await.unwrap();
            assert!(due.is_empty(), "{due:?}");
        }
        asking.abort();
    }

    async fn servers_whose_clocks_are_minutes_apart_ask_a_source_once(db: &Db) {
        let server = FeedServer::start().await;
        server.feed(&[("1", "one")]);
        let world = world(db).await;
        world.connect(1, EVERYTHING, &server.url("/feed")).await;
        let mut engines = vec![world.test];
        for wrong_ms in [-5 * MINUTE_MS, 5 * MINUTE_MS] {
            engines.push(crate::testing::TestEngine::at(db, crate::testing::START.plus_ms(wrong_ms)).await);
        }
        for test in &engines {
            let steady = test.engine.steady();
            test.engine.shared_clock().observe(crate::testing::START, steady, steady);
        }
        for _ in 0..2 {
            for test in engines.iter().rev() {
                run_until_idle(&test.engine).await.unwrap();
            }
            assert_eq!(server.asked(), ["/feed"]);
            for test in &engines {
                test.clock.advance_ms(HOUR_MS + 10 * MINUTE_MS);
            }
        }
    }
}
