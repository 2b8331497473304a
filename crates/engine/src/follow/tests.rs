//! What is committed reaches the index, whatever happens meanwhile, and nothing else is answered
//! from.

use std::time::Duration;

use domain::checksum::Checksum;
use domain::ids::{ChangeNumber, MentionId};
use domain::mention::Mention;
use search::Batch;
use store::both_engines;

use super::IndexConfig;
use crate::hold::Place;
use crate::inbox::{ListMentions, MentionPage};
use crate::insights::{Facet, FacetRequest, Source, facets};
use crate::jobs::maintain;
use crate::pipeline::item;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::testing::{START, TestEngine};
use crate::{Error, follow, inbox, query};

/// Another server on the same database, which learns of every commit from the log.
async fn beside(db: &store::Db, world: &World) -> World {
    World {
        test: TestEngine::second(db).await,
        scope: world.scope.clone(),
    }
}

async fn add(world: &World, ids: std::ops::Range<usize>) {
    if ids.is_empty() {
        return;
    }
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

/// Another server that keeps its index in a directory, and waits for nothing.
async fn keeping(db: &store::Db, world: &World, directory: &std::path::Path) -> World {
    let index = IndexConfig {
        wait_ms: 1,
        ..IndexConfig::default()
    };
    World {
        test: TestEngine::keeping(db, START, Some(directory.to_owned()), index).await,
        scope: world.scope.clone(),
    }
}

/// The database loses its newest changes, as when a standby takes over that lacked them.
pub(crate) async fn lose(db: &store::Db, after: i64) {
    db.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            let lost: Vec<(i64, i64)> = tx
                .sql(
                    "SELECT id, changed_by FROM mentions WHERE account_id = $1 AND changed_by > $2",
                )
                .bind(ACCOUNT.0)
                .bind(after)
                .fetch_all()
                .await?;
            let ids: Vec<MentionId> = lost.iter().map(|(id, _)| MentionId(*id)).collect();
            store::mentions::delete(tx, &domain::scope::Scope::system(ACCOUNT), &ids).await?;
            for statement in [
                "DELETE FROM changes WHERE account_id = $1 AND number > $2",
                "UPDATE change_heads SET number = $2 WHERE account_id = $1",
            ] {
                tx.sql(statement)
                    .bind(ACCOUNT.0)
                    .bind(after)
                    .execute()
                    .await?;
            }
            Ok(())
        })
    })
    .await
    .unwrap();
}

async fn trim(db: &store::Db, through: i64) {
    db.write::<_, Error, _>(move |tx| {
        Box::pin(async move {
            store::changes::trim(tx, ACCOUNT, ChangeNumber(through), 1_000).await?;
            Ok(())
        })
    })
    .await
    .unwrap();
}

async fn list(world: &World, filter: &str, partial: bool) -> Result<MentionPage, Error> {
    let request = ListMentions {
        filter: Some(filter.to_owned()),
        from: None,
        to: None,
        topics: None,
        sort: query::Sort::NEWEST,
        limit: 100,
        cursor: None,
        partial,
    };
    inbox::list(world.engine(), &world.scope, &request).await
}

async fn count(world: &World, partial: bool) -> Result<(Option<f64>, bool), Error> {
    let facet = Facet {
        key: None,
        value: query::Metric::Mentions,
        segments: None,
        size: None,
        source: Source::Mentions,
    };
    let request = FacetRequest {
        partial,
        facets: vec![facet],
        ..FacetRequest::default()
    };
    let answer = facets(world.engine(), &world.scope, &request).await?;
    Ok((answer.tables[0].data[0][0], answer.is_partial))
}

fn held(world: &World) -> Checksum {
    world.engine().search().holding(ACCOUNT).unwrap().checksum
}

async fn kept(db: &store::Db) -> Checksum {
    store::changes::newest(db, ACCOUNT).await.unwrap().checksum
}

fn ids(mentions: &[Mention]) -> Vec<MentionId> {
    let mut ids: Vec<MentionId> = mentions.iter().map(|mention| mention.id).collect();
    ids.sort_unstable();
    ids
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

    async fn an_index_that_lacks_a_change_is_noticed_and_built_anew(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        assert_eq!(held(&world), kept(db).await);
        let engine = world.engine();
        let gone = world.stored().await[3].id;
        // As if a page of the log had been left out.
        engine.search().apply(ACCOUNT, Batch { delete: &[gone], ..Batch::default() }).unwrap();
        assert_eq!(world.listed().await.len(), 9);
        follow::compare(engine).await.unwrap();
        assert_eq!(world.listed().await.len(), 10);
        assert_eq!(held(&world), kept(db).await);
        // Another version of a mention is no less wrong than none.
        let mut other = world.stored().await[5].clone();
        other.changed_by = ChangeNumber(other.changed_by.0 + 100);
        engine.search().apply(ACCOUNT, Batch { upsert: &[other], ..Batch::default() }).unwrap();
        follow::compare(engine).await.unwrap();
        assert_eq!(held(&world), kept(db).await);
        // And so is one too many.
        let mut other = world.stored().await[5].clone();
        other.id = MentionId(other.id.0 + 1_000_000);
        engine.search().apply(ACCOUNT, Batch { upsert: &[other], ..Batch::default() }).unwrap();
        follow::compare(engine).await.unwrap();
        assert_eq!(held(&world), kept(db).await);
        assert_eq!(ids(&world.listed().await), ids(&world.stored().await));
    }

    async fn versions_are_compared_and_not_the_words_in_them(db: &Db) {
        // What is noticed by a comparison is a mention too few, too many or of another version (see
        // above). Words are not in the sum: their files have checksums of their own, which are
        // looked at when they are opened, and a commit that failed is made again.
        let world = world(db).await;
        add(&world, 0..9).await;
        let other = beside(db, &world).await;
        add(&world, 9..10).await;
        let engine = other.engine();
        let stored = world.stored().await;
        let mut altered = stored.last().unwrap().clone();
        altered.body.content = "something else".to_owned();
        engine.search().apply(ACCOUNT, Batch { upsert: &[altered], ..Batch::default() }).unwrap();
        catch_up(&other).await;
        assert_eq!(held(&other), kept(db).await);
        engine.holds().fail_next(Place::RebuildRead);
        follow::compare(engine).await.unwrap();
        assert!(engine.holds().is_set(Place::RebuildRead), "it was built anew");
        engine.holds().forget(Place::RebuildRead);
        let found = async || list(&other, "content:message", false).await.unwrap().mentions.len();
        assert_eq!(found().await, 9);
        // `switchboard index rebuild` mends it all the same.
        follow::rebuild(engine, ACCOUNT).await.unwrap();
        assert_eq!(found().await, 10);
    }

    async fn an_index_that_is_behind_is_not_taken_for_a_wrong_one(db: &Db) {
        let world = world(db).await;
        add(&world, 0..3).await;
        let other = beside(db, &world).await;
        add(&world, 3..6).await;
        let held_before = held(&other);
        let failing = Place::RebuildRead;
        other.engine().holds().fail_next(failing);
        follow::compare(other.engine()).await.unwrap();
        assert_eq!(held(&other), held_before);
        assert!(other.engine().holds().is_set(failing), "it was built anew");
    }

    async fn a_sum_in_the_database_that_is_wrong_is_corrected_after_one_rebuild(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        let right = kept(db).await;
        db.write::<_, Error, _>(move |tx| Box::pin(async move {
            let wrong = Checksum { mentions: 9, hash: 1 };
            Ok(store::changes::correct(tx, ACCOUNT, head, wrong).await?)
        })).await.unwrap();
        follow::compare(world.engine()).await.unwrap();
        assert_ne!(kept(db).await, right);
        follow::compare(world.engine()).await.unwrap();
        assert_eq!(kept(db).await, right);
        assert_eq!(held(&world), right);
    }

    async fn a_rebuild_that_fails_is_tried_again(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let other = beside(db, &world).await;
        for (first, place) in [(20, Place::RebuildRead), (30, Place::WordsRead)] {
            add(&world, first..first + 5).await;
            add(&world, first + 5..first + 10).await;
            let head = store::changes::head(db, ACCOUNT).await.unwrap();
            trim(db, head.0 - 3).await;
            other.engine().holds().fail_next(place);
            follow::catch_up(other.engine(), ACCOUNT, head).await.unwrap();
            assert!(!other.engine().holds().is_set(place));
            let stored = ids(&world.stored().await);
            assert_eq!(ids(&other.listed().await), stored);
            let found = list(&other, "content:message", false).await.unwrap();
            assert_eq!(ids(&found.mentions), stored);
        }
    }

    async fn a_rebuild_ends_with_its_server_and_has_not_failed(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let other = beside(db, &world).await;
        let feed = other.engine().follow().feed(ACCOUNT);
        let attempts = *feed.attempts().borrow();
        let read = other.engine().holds().next(Place::RebuildRead);
        follow::rebuild::begin(other.engine(), ACCOUNT, &feed);
        read.reached().await;
        db.close().await;
        read.open();
        let ended = async {
            while feed.rebuilds().is_running {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap();
        assert_eq!(*feed.attempts().borrow(), attempts);
    }

    async fn what_is_asked_is_refused_while_rows_are_missing(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let files = tempfile::tempdir().unwrap();
        let other = keeping(db, &world, files.path()).await;
        let engine = other.engine().clone();
        let read = engine.holds().next(Place::RebuildRead);
        let words = engine.holds().next(Place::WordsRead);
        let rebuild = tokio::spawn(async move { follow::rebuild(&engine, ACCOUNT).await });

        read.reached().await;
        assert!(matches!(list(&other, "", false).await, Err(Error::Unavailable(_))));
        assert!(matches!(count(&other, false).await, Err(Error::Unavailable(_))));
        let there = list(&other, "", true).await.unwrap();
        assert!(there.is_partial);
        assert!(count(&other, true).await.unwrap().1);
        read.open();

        // Columns first: only who asks for words waits for words.
        words.reached().await;
        assert!(!follow::has_words(other.engine(), ACCOUNT));
        let there = list(&other, "", false).await.unwrap();
        assert_eq!((there.mentions.len(), there.is_partial), (10, false));
        assert_eq!(count(&other, false).await.unwrap(), (Some(10.0), false));
        assert!(matches!(list(&other, "content:message", false).await, Err(Error::Unavailable(_))));
        assert!(list(&other, "content:message", true).await.unwrap().is_partial);
        assert_eq!(follow::save(other.engine(), ACCOUNT).await.unwrap(), None, "it lacks words");
        words.open();

        rebuild.await.unwrap().unwrap();
        assert!(follow::has_words(other.engine(), ACCOUNT));
        let there = list(&other, "content:message", false).await.unwrap();
        assert_eq!((there.mentions.len(), there.is_partial), (10, false));
        assert!(follow::save(other.engine(), ACCOUNT).await.unwrap().is_some());
    }

    async fn who_comes_while_the_index_is_built_waits_for_it(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let other = beside(db, &world).await;
        let engine = other.engine().clone();
        let read = engine.holds().next(Place::RebuildRead);
        let rebuild = tokio::spawn(async move { follow::rebuild(&engine, ACCOUNT).await });
        read.reached().await;
        let mut asking = Box::pin(list(&other, "content:message", false));
        assert!(futures::poll!(&mut asking).is_pending());
        read.open();
        assert_eq!(asking.await.unwrap().mentions.len(), 10);
        rebuild.await.unwrap().unwrap();
    }

    async fn what_is_written_while_words_are_read_is_found_by_its_newest_words(db: &Db) {
        let world = world(db).await;
        add(&world, 0..10).await;
        let engine = world.engine().clone();
        let words = engine.holds().next(Place::WordsRead);
        let rebuild = tokio::spawn(async move { follow::rebuild(&engine, ACCOUNT).await });
        words.reached().await;
        add(&world, 10..15).await;
        let first = world.stored().await[0].clone();
        inbox::delete(world.engine(), &world.scope, first.topic_id, first.id, inbox::DeleteOptions::default()).await.unwrap();
        maintain::index_words(world.engine()).await.unwrap();
        words.open();
        rebuild.await.unwrap().unwrap();
        let found = list(&world, "content:message", false).await.unwrap();
        assert_eq!(ids(&found.mentions), ids(&world.stored().await));
        assert_eq!(found.mentions.len(), 14);
    }

    async fn a_number_of_another_server_is_not_waited_for(db: &Db) {
        let world = world(db).await;
        let other = beside(db, &world).await;
        other.engine().holds().fail_next(Place::HandOverAwaited);
        for round in 0..3 {
            add(&world, round * 10..round * 10 + 3).await;
            add(&other, round * 10 + 5..round * 10 + 8).await;
            assert_eq!(ids(&other.listed().await), ids(&other.stored().await));
        }
        assert!(other.engine().holds().is_set(Place::HandOverAwaited), "it was waited for");
    }

    async fn a_snapshot_of_what_the_database_has_lost_is_not_believed(db: &Db) {
        let world = world(db).await;
        let files = tempfile::tempdir().unwrap();
        let keeper = keeping(db, &world, files.path()).await;
        add(&keeper, 0..10).await;
        maintain::save_snapshots(keeper.engine()).await.unwrap();
        drop(keeper);
        // Fewer changes than the snapshot has, as many, and more: the numbers were given again.
        for others in [0, 4, 9] {
            lose(db, 6).await;
            let writer = beside(db, &world).await;
            add(&writer, 50..50 + others).await;
            let keeper = keeping(db, &world, files.path()).await;
            keeper.engine().follow().feed(ACCOUNT).reached(follow::Stage::Whole).await;
            let listed = keeper.listed().await;
            assert_eq!(ids(&listed), ids(&world.stored().await), "{others}");
            assert_eq!(listed.len(), 6 + others);
            drop(keeper);
            // The snapshot that is believed next must be of other changes again.
            lose(db, 6).await;
            let writer = keeping(db, &world, files.path()).await;
            add(&writer, 80 + others..84 + others).await;
            maintain::save_snapshots(writer.engine()).await.unwrap();
        }
    }

    async fn a_server_notices_that_the_log_it_follows_went_back(db: &Db) {
        if db.dialect() == store::Dialect::Sqlite {
            // One process owns the file: it changes while no server runs.
            return;
        }
        let world = world(db).await;
        add(&world, 0..10).await;
        for others in [0, 4, 9] {
            let other = beside(db, &world).await;
            assert_eq!(other.listed().await.len(), 10);
            lose(db, 6).await;
            let writer = beside(db, &world).await;
            if others > 0 {
                add(&writer, 50 + others..50 + 2 * others).await;
            }
            let listed = other.listed().await;
            assert_eq!(ids(&listed), ids(&world.stored().await), "{others}");
            assert_eq!(listed.len(), 6 + others);
            // For those who only listen, too.
            follow::keep_up(other.engine()).await.unwrap();
            assert_eq!(other.engine().search().applied(ACCOUNT).0, 6 + i64::try_from(others).unwrap());
            lose(db, 6).await;
            let writer = beside(db, &world).await;
            add(&writer, 90 + others..94 + others).await;
        }
    }

    async fn names_that_changed_while_the_log_was_cut_off_are_read_anew(db: &Db) {
        let world = world(db).await;
        let other = beside(db, &world).await;
        assert_eq!(other.engine().directory(ACCOUNT).await.unwrap().topics.len(), 2);
        let new = crate::settings::NewTopic {
            name: "Third".to_owned(),
            project_id: None,
            searchkeywords: None,
        };
        crate::settings::create_topic(world.engine(), &world.scope, new).await.unwrap();
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        trim(db, head.0).await;
        follow::catch_up(other.engine(), ACCOUNT, head).await.unwrap();
        assert_eq!(other.engine().directory(ACCOUNT).await.unwrap().topics.len(), 3);
    }
}
