use store::both_engines;

use super::listen;
use crate::follow;
use crate::pipeline::item;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::testing::TestEngine;

both_engines! {
    async fn a_listener_hears_of_a_change_when_lists_show_it_and_not_before(db: &Db) {
        let world = world(db).await;
        // Another server on the same database: it knows of a commit when it reads the log.
        let other = World { test: TestEngine::new(db).await, scope: world.scope.clone() };
        let engine = other.engine();
        let mut listener = listen(engine, &other.scope, None).await.unwrap();
        for round in 0..5 {
            let items = vec![new_item(EVERYTHING, Some(&round.to_string()), "a message")];
            item::add(world.engine(), &world.scope, items).await.unwrap();
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
}
