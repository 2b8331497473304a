use domain::change::ChangeKind;
use domain::ids::ChangeNumber;
use domain::permission::PermissionSet;
use domain::role::TopicAccess;
use store::both_engines;
use store::testing::TestDb;

use super::listen;
use crate::auth::Trust;
use crate::follow;
use crate::follow::tests::lose;
use crate::pipeline::item;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::settings;
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
    async fn a_change_is_read_once_for_all_who_listen(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let mut first = listen(engine, &world.scope, None).await.unwrap();
        let mut second = listen(engine, &world.scope, None).await.unwrap();
        for id in 0..3 {
            add(&world, id).await;
        }
        let told = first.next(engine, &world.scope).await.unwrap();
        // With the log gone, only what the first one read can tell the second.
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        db.write::<_, store::StoreError, _>(move |tx| {
            Box::pin(store::changes::trim(tx, ACCOUNT, head, 1_000))
        })
        .await
        .unwrap();
        let again = second.next(engine, &world.scope).await.unwrap();
        assert_eq!(again.changes, told.changes);
        assert_eq!(again.through, head);
    }

    async fn who_is_behind_reads_the_log_and_joins_the_others_later(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let start = store::changes::head(db, ACCOUNT).await.unwrap();
        add(&world, 0).await;
        let mut near = listen(engine, &world.scope, None).await.unwrap();
        add(&world, 1).await;
        near.next(engine, &world.scope).await.unwrap();
        let mut far = listen(engine, &world.scope, Some(start)).await.unwrap();
        let told = far.next(engine, &world.scope).await.unwrap();
        assert_eq!(told.changes.first().unwrap().number, start.next());
        assert_eq!(told.through, near.seen());
        add(&world, 2).await;
        let (one, other) = (
            near.next(engine, &world.scope).await.unwrap(),
            far.next(engine, &world.scope).await.unwrap(),
        );
        assert_eq!(one.changes, other.changes);
    }

    async fn what_follows_a_change_of_a_role_waits_for_another_look(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let mut listener = listen(engine, &world.scope, None).await.unwrap();
        let new = |title: &str| settings::RoleUpdate { title: Some(title.to_owned()), ..settings::RoleUpdate::default() };
        let made = settings::create_role(engine, &world.scope, settings::NewRole {
            title: "Night".to_owned(), permissions: PermissionSet::default(), topics: TopicAccess::All,
        });
        let role = made.await.unwrap().id;
        settings::update_role(engine, Trust::OPERATOR, &world.scope, role, new("Day")).await.unwrap();
        add(&world, 1).await;
        let told = listener.next(engine, &world.scope).await.unwrap();
        let kinds: Vec<_> = told.changes.iter().map(|change| change.kind).collect();
        assert_eq!(kinds, [ChangeKind::RoleAdded, ChangeKind::RoleUpdated]);
        assert!(told.ends_scope);
        let told = listener.next(engine, &world.scope).await.unwrap();
        assert_eq!((told.changes.len(), told.ends_scope), (1, false));
    }

    async fn a_user_opens_so_many_streams_and_a_closed_one_makes_room(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let most = engine.config().streams.per_account;
        let mut open = Vec::new();
        for _ in 0..most {
            open.push(listen(engine, &world.scope, None).await.unwrap());
        }
        let refused = listen(engine, &world.scope, None).await.unwrap_err();
        assert!(matches!(&refused, crate::Error::Crowded { limit, .. } if *limit == most), "{refused:?}");
        assert!(refused.to_string().contains("live streams of one account"), "{refused}");
        open.pop();
        listen(engine, &world.scope, None).await.unwrap();
    }

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

    async fn who_waits_hears_at_once_that_the_log_lost_its_end(db: &Db) {
        if db.dialect() == store::Dialect::Sqlite {
            return;
        }
        let world = world(db).await;
        for id in 0..10 {
            add(&world, id).await;
        }
        let other = beside(db, &world).await;
        let engine = other.engine();
        let mut listener = listen(engine, &other.scope, None).await.unwrap();
        let mut waiting = Box::pin(listener.next(engine, &other.scope));
        assert!(futures::poll!(&mut waiting).is_pending());
        lose(db, 6).await;
        follow::keep_up(engine).await.unwrap();
        let lost = waiting.await.unwrap_err();
        assert!(matches!(lost, crate::Error::Conflict(_)), "{lost:?}");
    }

    async fn an_index_that_is_built_anew_over_the_same_log_ends_no_stream(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        add(&world, 0).await;
        let mut listener = listen(engine, &world.scope, None).await.unwrap();
        let gone = world.stored().await[0].id;
        engine.search().apply(ACCOUNT, search::Batch { delete: &[gone], ..search::Batch::default() }).unwrap();
        follow::compare(engine).await.unwrap();
        follow::rebuild(engine, ACCOUNT).await.unwrap();
        add(&world, 1).await;
        let news = listener.next(engine, &world.scope).await.unwrap();
        assert_eq!(news.changes.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_listens_to_a_log_that_lost_its_end_has_to_start_over() {
    // As many changes come after the loss as were lost, fewer, and more.
    for others in [0, 2, 4, 9] {
        // One process owns the file of SQLite: it changes while no server runs.
        let Some(db) = TestDb::postgres().await else {
            return;
        };
        let (world, db) = (world(&db).await, &*db);
        for id in 0..10 {
            add(&world, id).await;
        }
        let other = beside(db, &world).await;
        let engine = other.engine();
        let mut near = listen(engine, &other.scope, None).await.unwrap();
        let mut far = listen(engine, &other.scope, Some(ChangeNumber(7)))
            .await
            .unwrap();
        assert_eq!(near.seen(), ChangeNumber(10));
        lose(db, 6).await;
        let writer = beside(db, &world).await;
        for id in 0..others {
            add(&writer, 50 + id).await;
        }
        follow::keep_up(engine).await.unwrap();
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        for listener in [&mut near, &mut far] {
            // Told again and again, and nothing of the new log beside it.
            for _ in 0..2 {
                let lost = listener.next(engine, &other.scope).await.unwrap_err();
                assert!(
                    matches!(lost, crate::Error::Conflict(_)),
                    "{others}: {lost:?}"
                );
            }
            assert_eq!(listener.shown(), head, "{others}");
        }
        // From there it goes on.
        let mut again = listen(engine, &other.scope, Some(near.shown()))
            .await
            .unwrap();
        add(&writer, 90).await;
        follow::keep_up(engine).await.unwrap();
        let news = again.next(engine, &other.scope).await.unwrap();
        assert_eq!(news.through, head.next());
    }
}
