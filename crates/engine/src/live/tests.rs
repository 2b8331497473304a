use store::both_engines;

use super::listen;
use crate::follow;
use crate::pipeline::item;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::testing::TestEngine;

/// Another server on the same database, which knows of a commit when it reads the log.
async fn beside(db: &store::Db, world: &World) -> World {
    World {
        test: TestEngine::new(db).await,
        scope: world.scope.clone(),
    }
}

async fn add(world: &World, id: usize) {
    let items = vec![new_item(EVERYTHING, Some(&id.to_string()), "a message")];
    item::add(world.engine(), &world.scope, items)
        .await
        .unwrap();
}

both_engines! {
    async fn a_listener_hears_of_a_change_when_lists_show_it_and_not_before(db: &Db) {
        let world = world(db).await;
        let other = beside(db, &world).await;
        let engine = other.engine();
        let mut listener = listen(engine, &other.scope, None).await.unwrap();
        for round in 0..5 {
            add(&world, round).await;
            let head = store::changes::head(db, ACCOUNT).await.unwrap();
            let told = async {
                let news = listener.next(engine, &other.scope).await.unwrap();
                (news.through, engine.search().applied(ACCOUNT))
            };
            let (told, read) = tokio::join!(told, follow::catch_up(engine, ACCOUNT, head));
            read.unwrap();
            assert_eq!(told, (head, head));
        }
    }

    async fn what_lists_did_not_show_when_a_listener_came_is_told(db: &Db) {
        let world = world(db).await;
        let other = beside(db, &world).await;
        let engine = other.engine();
        add(&world, 1).await;
        let mut listener = listen(engine, &other.scope, None).await.unwrap();
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        assert!(listener.seen() < head);
        follow::catch_up(engine, ACCOUNT, head).await.unwrap();
        assert_eq!(listener.next(engine, &other.scope).await.unwrap().through, head);
        assert_eq!(listen(engine, &other.scope, None).await.unwrap().seen(), head);
    }
}
