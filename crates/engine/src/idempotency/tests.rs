use domain::ids::UserId;
use store::both_engines;

use super::{Claim, Hold, Key, LARGEST_KEPT, StoredAnswer, claim, extend, finish, release, within};
use crate::pipeline::item;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::testing::{START, TestEngine};
use crate::{Engine, Error, give_back};

fn key() -> Key {
    Key {
        account_id: Some(ACCOUNT),
        user_id: UserId(7),
        text: "k".to_owned(),
        fingerprint: b"one".to_vec(),
    }
}

fn answer() -> StoredAnswer {
    StoredAnswer {
        status: 200,
        content_type: "application/json".to_owned(),
        body: Some(b"true".to_vec()),
        object: None,
    }
}

async fn new(engine: &Engine) -> Hold {
    match claim(engine, &key()).await.unwrap() {
        Claim::New(hold) => hold,
        other => panic!("{other:?}"),
    }
}

async fn add(world: &World, engine: &Engine, hold: &Hold) -> Result<usize, Error> {
    let items = vec![new_item(EVERYTHING, None, "a message")];
    within(
        hold.clone(),
        answer(),
        item::add(engine, &world.scope, items),
    )
    .await
    .map(|added| added.added.len())
}

/// Another server on the same database.
async fn beside(db: &store::Db) -> TestEngine {
    TestEngine::second(db).await
}

both_engines! {
    async fn a_key_whose_request_ended_on_a_full_disk_is_free_at_once(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let hold = new(engine).await;
        assert!(matches!(claim(engine, &key()).await.unwrap(), Claim::Running));
        db.refuse_writes(true);
        assert!(matches!(add(&world, engine, &hold).await, Err(Error::Unavailable(_))));
        release(engine, &hold).await;
        drop(hold);
        db.refuse_writes(false);
        let again = new(engine).await;
        assert_eq!(add(&world, engine, &again).await.unwrap(), 1);
        assert_eq!(world.stored().await.len(), 1);
    }

    async fn other_servers_hear_of_a_freed_key_as_soon_as_there_is_room(db: &Db) {
        let world = world(db).await;
        let other = beside(db).await;
        let hold = new(world.engine()).await;
        db.refuse_writes(true);
        release(world.engine(), &hold).await;
        drop(hold);
        assert!(matches!(claim(&other.engine, &key()).await.unwrap(), Claim::Running));
        db.refuse_writes(false);
        give_back::all_done(world.engine()).await;
        new(&other.engine).await;
    }

    async fn a_request_that_is_dropped_or_panics_frees_its_key(db: &Db) {
        let world = world(db).await;
        let engine = world.engine().clone();
        let inner = engine.clone();
        let task = tokio::spawn(async move {
            let _hold = new(&inner).await;
            panic!("as a defect does");
        });
        assert!(task.await.is_err());
        let (begun, wait) = tokio::sync::oneshot::channel();
        let inner = engine.clone();
        let task = tokio::spawn(async move {
            let _hold = new(&inner).await;
            let _ = begun.send(());
            std::future::pending::<()>().await;
        });
        wait.await.unwrap();
        assert!(matches!(claim(&engine, &key()).await.unwrap(), Claim::Running));
        task.abort();
        assert!(task.await.is_err());
        drop(new(&engine).await);
        give_back::all_done(&engine).await;
        new(&beside(db).await.engine).await;
    }

    async fn of_two_servers_one_makes_the_change_and_the_other_is_told_that_it_runs(db: &Db) {
        let world = world(db).await;
        let other = beside(db).await;
        let hold = new(world.engine()).await;
        assert!(matches!(claim(&other.engine, &key()).await.unwrap(), Claim::Running));
        assert_eq!(add(&world, world.engine(), &hold).await.unwrap(), 1);
        finish(world.engine(), &hold, answer()).await.unwrap();
        drop(hold);
        assert!(matches!(claim(&other.engine, &key()).await.unwrap(), Claim::Replay(_)));
    }

    async fn who_lost_the_key_to_another_server_changes_nothing_and_is_told_of_a_conflict(db: &Db) {
        let world = world(db).await;
        let other = beside(db).await;
        let hold = new(world.engine()).await;
        // The lease ends, as on a server that stood still.
        let run = hold.run().id;
        db.write(move |tx| Box::pin(async move {
            store::idempotency::extend(tx, &[run], START, -60_000).await
        })).await.unwrap();
        let taken = new(&other.engine).await;
        assert_eq!(add(&world, &other.engine, &taken).await.unwrap(), 1);
        assert!(matches!(add(&world, world.engine(), &hold).await, Err(Error::Conflict(_))));
        assert_eq!(world.stored().await.len(), 1);
    }

    async fn what_runs_long_is_told_to_other_servers(db: &Db) {
        let world = world(db).await;
        let other = beside(db).await;
        let hold = new(world.engine()).await;
        let run = hold.run().id;
        db.write(move |tx| Box::pin(async move {
            store::idempotency::extend(tx, &[run], START, -60_000).await
        })).await.unwrap();
        extend(world.engine()).await.unwrap();
        assert!(matches!(claim(&other.engine, &key()).await.unwrap(), Claim::Running));
    }

    async fn of_a_large_answer_only_the_outcome_and_the_place_of_its_object_are_kept(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        for (bytes, is_kept) in [(LARGEST_KEPT, true), (LARGEST_KEPT + 1, false)] {
            let key = Key { text: bytes.to_string(), ..key() };
            let Claim::New(hold) = claim(engine, &key).await.unwrap() else { panic!("taken") };
            let answer = StoredAnswer {
                body: Some(vec![b'x'; bytes]),
                object: Some("/1001/x".to_owned()),
                ..answer()
            };
            finish(engine, &hold, answer).await.unwrap();
            drop(hold);
            let Claim::Replay(kept) = claim(engine, &key).await.unwrap() else { panic!("free") };
            assert_eq!((kept.body.is_some(), kept.object.as_deref()), (is_kept, Some("/1001/x")));
        }
    }
}
