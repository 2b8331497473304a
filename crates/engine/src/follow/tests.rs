//! What is read from the log reaches the index, whatever happens between reading and applying.

use store::both_engines;

use crate::follow;
use crate::hold::Place;
use crate::pipeline::item;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::testing::TestEngine;

/// Another server on the same database, which learns of every commit from the log.
async fn beside(db: &store::Db, world: &World) -> World {
    World {
        test: TestEngine::new(db).await,
        scope: world.scope.clone(),
    }
}

async fn add(world: &World, ids: std::ops::Range<usize>) {
    let items = ids
        .map(|id| new_item(EVERYTHING, Some(&id.to_string()), "a message"))
        .collect();
    item::add(world.engine(), &world.scope, items)
        .await
        .unwrap();
}

async fn catch_up(world: &World) {
    let head = store::changes::head(world.engine().db(), ACCOUNT)
        .await
        .unwrap();
    follow::catch_up(world.engine(), ACCOUNT, head)
        .await
        .unwrap();
}

both_engines! {
    async fn a_page_of_the_log_that_a_rebuild_overtook_leaves_nothing_out(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let other = beside(db, &world).await;
        let read = other.engine().holds().next(Place::RebuildRead);
        let placed = other.engine().holds().next(Place::RebuildPlaced);
        let engine = other.engine().clone();
        let rebuild = tokio::spawn(async move { follow::rebuild(&engine, ACCOUNT).await });
        read.reached().await;
        // The index that is there goes on, ...
        add(&world, 10..15).await;
        catch_up(&other).await;
        // ... and its follower has read what comes next when the new one takes its place.
        add(&world, 15..20).await;
        let page = other.engine().holds().next(Place::LogRead);
        let engine = other.engine().clone();
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        let follower = tokio::spawn(async move { follow::catch_up(&engine, ACCOUNT, head).await });
        page.reached().await;
        read.open();
        placed.reached().await;
        page.open();
        placed.open();
        follower.await.unwrap().unwrap();
        rebuild.await.unwrap().unwrap();
        assert_eq!(other.engine().search().applied(ACCOUNT), head);
        assert_eq!(other.listed().await.len(), 20);
    }
}
