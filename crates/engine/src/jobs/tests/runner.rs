//! Jobs that fail.

use domain::ids::JobId;
use domain::time::HOUR_MS;
use store::both_engines;
use store::jobs::NewJob;
use store::nodes::Holder;

use crate::jobs::runner::run_due;
use crate::pipeline::tests::world::{ACCOUNT, World, world};
use crate::testing::START;

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

both_engines! {
    async fn a_job_that_can_not_succeed_is_buried_and_others_go_on(db: &Db) {
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
