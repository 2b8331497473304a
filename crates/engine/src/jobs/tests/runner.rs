//! Jobs that fail.

use domain::ids::JobId;
use domain::time::{HOUR_MS, SECOND_MS, UnixMillis};
use store::both_engines;
use store::jobs::NewJob;
use store::nodes::Holder;

use super::server::FeedServer;
use crate::hold::Place;
use crate::jobs::poll;
use crate::jobs::runner::{LEASE_MS, run_due};
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, world};
use crate::testing::{START, TestEngine};

async fn push(world: &World, payload: &str) {
    let job = NewJob {
        id: JobId(1),
        account_id: Some(ACCOUNT),
        kind: "process".to_owned(),
        key: None,
        payload: payload.to_owned(),
        due_at: START,
        added_at: START,
    };
    world
        .engine()
        .db()
        .write(move |tx| Box::pin(async move { store::jobs::push(tx, &[job]).await }))
        .await
        .unwrap();
}

async fn counts(world: &World) -> (i64, i64) {
    let kinds = store::jobs::pending_by_kind(world.engine().db())
        .await
        .unwrap();
    kinds
        .first()
        .map_or((0, 0), |kind| (kind.waiting, kind.buried))
}

/// When the lease of the one job ends.
async fn lease(db: &store::Db) -> UnixMillis {
    let (until,): (i64,) = db.sql("SELECT due_at FROM jobs").fetch_one().await.unwrap();
    UnixMillis(until)
}

both_engines! {
    async fn a_job_that_takes_longer_than_its_lease_keeps_it(db: &Db) {
        let world = world(db).await;
        let other = TestEngine::second(db).await;
        push(&world, "{\"intake\":[]}").await;
        let gate = world.engine().holds().next(Place::JobTaken);
        let engine = world.engine().clone();
        let working = tokio::spawn(async move { run_due(&engine).await });
        gate.reached().await;
        for _ in 0..4 {
            for clock in [&world.test.clock, &other.clock] {
                clock.advance_ms(LEASE_MS - SECOND_MS);
            }
            let until = world.engine().now().plus_ms(LEASE_MS);
            while lease(db).await != until {
                tokio::task::yield_now().await;
            }
            assert_eq!(run_due(&other.engine).await.unwrap(), 0);
        }
        gate.open();
        assert_eq!(working.await.unwrap().unwrap(), 1);
        assert_eq!(counts(&world).await, (0, 0));
    }

    async fn another_server_does_the_job_when_the_lease_ended_and_the_slow_one_does_no_harm(db: &Db) {
        let feeds = FeedServer::start().await;
        feeds.feed(&[("1", "one"), ("2", "two")]);
        let world = world(db).await;
        world.connect(1, EVERYTHING, &feeds.url("/feed")).await;
        assert_eq!(poll::poll_due(world.engine()).await.unwrap(), 1);
        let gate = world.engine().holds().next(Place::JobTaken);
        let engine = world.engine().clone();
        let slow = tokio::spawn(async move { run_due(&engine).await });
        gate.reached().await;

        let other = World {
            test: TestEngine::second(db).await,
            scope: world.scope.clone(),
        };
        assert_eq!(run_due(other.engine()).await.unwrap(), 0, "it may still be alive");
        // For the other one time goes on, and nothing is heard of the first.
        other.test.clock.advance_ms(LEASE_MS);
        assert_eq!(run_due(other.engine()).await.unwrap(), 1);
        assert_eq!(other.listed().await.len(), 2);
        assert_eq!(counts(&other).await, (0, 0));

        gate.open();
        assert_eq!(slow.await.unwrap().unwrap(), 1);
        assert_eq!(world.stored().await.len(), 2, "nothing came twice");
        assert_eq!(counts(&world).await, (0, 0));
    }

    async fn a_job_that_cannot_succeed_is_buried_and_others_go_on(db: &Db) {
        let world = world(db).await;
        push(&world, "{\"nonsense\":").await;
        assert_eq!(run_due(world.engine()).await.unwrap(), 1);
        assert_eq!(counts(&world).await, (0, 1));
        assert_eq!(run_due(world.engine()).await.unwrap(), 0);
    }

    async fn a_job_that_kills_whoever_runs_it_is_given_up_in_the_end(db: &Db) {
        let world = world(db).await;
        push(&world, "{\"intake\":[]}").await;
        // Taken again and again, and never brought to an end.
        for _ in 0..20 {
            let now = crate::Engine::now(world.engine());
            let taken = world
                .engine()
                .db()
                .write(move |tx| Box::pin(async move {
                    store::jobs::claim(tx, &["process"], 1, Holder::default(), now, 1_000).await
                }))
                .await
                .unwrap();
            assert_eq!(taken.len(), 1);
            world.test.clock.advance_ms(HOUR_MS);
        }
        assert_eq!(run_due(world.engine()).await.unwrap(), 1);
        assert_eq!(counts(&world).await, (0, 1));
    }

    async fn a_lease_keeps_others_away_and_ends(db: &Db) {
        let world = world(db).await;
        push(&world, "{\"intake\":[]}").await;
        let now = world.engine().now();
        world
            .engine()
            .db()
            .write(move |tx| Box::pin(async move {
                store::jobs::claim(tx, &["process"], 1, Holder::default(), now, HOUR_MS).await
            }))
            .await
            .unwrap();
        assert_eq!(run_due(world.engine()).await.unwrap(), 0);
        world.test.clock.advance_ms(HOUR_MS);
        assert_eq!(run_due(world.engine()).await.unwrap(), 1);
        assert_eq!(counts(&world).await, (0, 0));
    }

    async fn what_a_server_had_taken_when_it_died_is_done_at_its_next_start(db: &Db) {
        let world = world(db).await;
        push(&world, "{\"intake\":[]}").await;
        crate::nodes::begin(world.engine()).await.unwrap();
        let (now, holder) = (world.engine().now(), world.engine().holder());
        world
            .engine()
            .db()
            .write(move |tx| Box::pin(async move {
                store::jobs::claim(tx, &["process"], 1, holder, now, HOUR_MS).await
            }))
            .await
            .unwrap();
        assert_eq!(run_due(world.engine()).await.unwrap(), 0);
        let next = crate::testing::TestEngine::new(db).await;
        crate::nodes::begin(&next.engine).await.unwrap();
        assert_eq!(run_due(&next.engine).await.unwrap(), 1);
        assert_eq!(counts(&world).await, (0, 0));
    }
}
