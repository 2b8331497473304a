//! How long the change log is kept.

use domain::ids::ChangeNumber;
use domain::time::DAY_MS;
use store::both_engines;

use crate::jobs::{maintain, trim};
use crate::pipeline::item;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::{Error, follow, live};

/// Adds so many mentions, one change each.
async fn add(world: &World, ids: std::ops::Range<usize>) {
    let items = ids
        .map(|id| new_item(EVERYTHING, Some(&format!("item {id}")), "a message"))
        .collect();
    item::add(world.engine(), &world.scope, items)
        .await
        .unwrap();
}

/// The oldest and the newest change that there are.
async fn kept(world: &World) -> Option<(i64, i64)> {
    let changes = world.changes().await;
    Some((changes.first()?.number.0, changes.last()?.number.0))
}

async fn resume(world: &World, after: i64) -> Result<ChangeNumber, Error> {
    let after = Some(ChangeNumber(after));
    let listener = live::listen(world.engine(), &world.scope, after).await?;
    Ok(listener.seen())
}

both_engines! {
    async fn changes_that_are_older_than_the_log_is_kept_are_removed(db: &Db) {
        let world = world(db).await;
        // More than go in one transaction.
        for hundred in 0..12 {
            add(&world, hundred * 100..(hundred + 1) * 100).await;
        }
        world.test.clock.advance_ms(DAY_MS);
        add(&world, 2_000..2_003).await;
        world.test.clock.advance_ms(29 * DAY_MS);
        maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(kept(&world).await, Some((1, 1_203)), "thirty days are not over");
        world.test.clock.advance_ms(1);
        maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(kept(&world).await, Some((1_201, 1_203)));
        world.test.clock.advance_ms(DAY_MS);
        maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(kept(&world).await, None);
        assert_eq!(world.stored().await.len(), 1_203, "mentions stay");

        // Numbers go on where they were, and whoever has seen the last one misses nothing.
        assert_eq!(resume(&world, 1_203).await.unwrap(), ChangeNumber(1_203));
        assert!(matches!(resume(&world, 1_202).await, Err(Error::Conflict(_))));
        add(&world, 3_000..3_001).await;
        assert_eq!(kept(&world).await, Some((1_204, 1_204)));
        assert_eq!(resume(&world, 1_203).await.unwrap(), ChangeNumber(1_203));
        let Err(Error::Conflict(said)) = resume(&world, 1_202).await else {
            panic!("what was removed cannot be told");
        };
        assert!(said.contains("after 1203 up to 1204"), "{said}");
    }

    async fn what_a_snapshot_needs_stays_unless_nobody_came_for_it_for_twice_as_long(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        trim::note_snapshot(world.engine(), ACCOUNT, ChangeNumber(4)).await.unwrap();
        world.test.clock.advance_ms(31 * DAY_MS);
        maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(kept(&world).await, Some((5, 10)));
        trim::note_snapshot(world.engine(), ACCOUNT, ChangeNumber(7)).await.unwrap();
        maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(kept(&world).await, Some((8, 10)));
        world.test.clock.advance_ms(30 * DAY_MS);
        maintain::sweep(world.engine()).await.unwrap();
        assert_eq!(kept(&world).await, None);
    }

    async fn a_listener_that_fell_behind_the_log_is_told(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let start = Some(ChangeNumber(2));
        let mut listener = live::listen(world.engine(), &world.scope, start).await.unwrap();
        db.write::<_, Error, _>(|tx| Box::pin(async move {
            store::changes::trim(tx, ACCOUNT, ChangeNumber(6), 100).await?;
            Ok(())
        })).await.unwrap();
        let news = listener.next(world.engine(), &world.scope).await;
        assert!(matches!(news, Err(Error::Conflict(_))), "{news:?}");
    }

    async fn an_index_that_fell_behind_the_log_is_built_anew(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        // Another server on the same database, which saw nothing of what follows.
        let other = crate::testing::TestEngine::new(db).await;
        let other = World { test: other, scope: world.scope.clone() };
        assert_eq!(other.listed().await.len(), 10);
        add(&world, 10..20).await;
        for all in [false, true] {
            let through = ChangeNumber(if all { 20 } else { 15 });
            db.write::<_, Error, _>(move |tx| Box::pin(async move {
                store::changes::trim(tx, ACCOUNT, through, 100).await?;
                Ok(())
            })).await.unwrap();
            let head = store::changes::head(db, ACCOUNT).await.unwrap();
            follow::catch_up(other.engine(), ACCOUNT, head).await.unwrap();
            let at = other.engine().search().applied(ACCOUNT);
            assert_eq!(at, head);
            assert!(!other.engine().follow().is_partial(ACCOUNT));
            assert_eq!(other.listed().await.len(), world.listed().await.len());
            add(&world, 20..21).await;
        }
    }
}
