//! Walks that wait keep nobody from what takes no time, and are bounded.

use domain::filter::WordField;
use domain::ids::{TopicId, UserId};
use domain::permission::{Permission, PermissionSet};
use domain::role::TopicAccess;
use domain::scope::Scope;
use store::both_engines;
use tokio::task::JoinSet;

use crate::inbox::{ListMentions, list};
use crate::insights::{Facet, FacetRequest, Segments, Source, facets};
use crate::pipeline::item::add;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::query::{Axis, Metric, Sort};
use crate::reports::{self, NewReport, ReportDate, ReportFormat, ReportSubject};
use crate::testing::{TestEngine, all_places, until_waiting};
use crate::{Cause, Error, follow, jobs};

fn user(id: i64) -> Scope {
    let permissions = PermissionSet::all().without(Permission::InboxonlyassignedtomeRead);
    Scope::for_member(ACCOUNT, UserId(id), TopicAccess::All, permissions)
}

fn newest(filter: Option<&str>) -> ListMentions {
    ListMentions {
        filter: filter.map(ToOwned::to_owned),
        from: None,
        to: None,
        topics: None,
        sort: Sort::NEWEST,
        limit: 20,
        cursor: None,
        partial: false,
    }
}

fn by_author(filters: &[&str], count: usize) -> FacetRequest {
    let authors = Axis::Word(WordField::AuthorName);
    let segments = if filters.is_empty() {
        Segments::Field(authors)
    } else {
        let named = filters
            .iter()
            .map(|one| ((*one).to_owned(), (*one).to_owned()));
        Segments::Filters(named.collect())
    };
    let one = Facet {
        key: Some(authors),
        value: Metric::Mentions,
        segments: Some(segments),
        size: Some(1_000),
        source: Source::Mentions,
    };
    FacetRequest {
        facets: vec![one; count],
        ..FacetRequest::default()
    }
}

async fn arrive(world: &World, topic: TopicId, count: usize) {
    for at in 0..count {
        let id = format!("m{at}");
        let item = new_item(topic, Some(&id), &format!("word{at} of many"));
        add(world.engine(), &world.scope, vec![item]).await.unwrap();
    }
}

both_engines! {
    async fn lists_and_writes_are_done_while_every_place_is_taken(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, 3).await;
        let engine = world.engine().clone();
        let door = all_places(engine.pool().turns()).await;
        let running = door.len();

        // As many as one user may have waiting.
        let mut waiting = JoinSet::new();
        for _ in 0..16 {
            let engine = engine.clone();
            waiting.spawn(async move { facets(&engine, &user(1), &by_author(&[], 1)).await });
        }
        while engine.pool().turns().in_use() != (running, running + 16) {
            tokio::task::yield_now().await;
        }
        let refused = facets(&engine, &user(1), &by_author(&[], 1)).await.unwrap_err();
        assert!(matches!(refused, Error::Unavailable(Cause::Busy)), "{refused:?}");

        // Neither another user nor the same one waits for what takes no time.
        for scope in [user(1), user(2)] {
            let page = list(&engine, &scope, &newest(None)).await.unwrap();
            assert_eq!(page.total, 3);
        }
        arrive(&world, EVERYTHING, 4).await;
        assert_eq!(list(&engine, &user(2), &newest(None)).await.unwrap().total, 4);

        drop(door);
        while let Some(answer) = waiting.join_next().await {
            answer.unwrap().unwrap();
        }
        assert_eq!(engine.pool().turns().in_use(), (0, 0));
        assert_eq!(engine.pool().room().held(), 0);
    }

    async fn a_caller_that_goes_away_leaves_no_trace_in_the_line(db: &Db) {
        let world = world(db).await;
        let engine = world.engine().clone();
        let door = all_places(engine.pool().turns()).await;
        let running = door.len();
        let waiting = tokio::spawn({
            let engine = engine.clone();
            async move { facets(&engine, &user(1), &by_author(&[], 1)).await }
        });
        while engine.pool().turns().in_use() != (running, running + 1) {
            tokio::task::yield_now().await;
        }
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert_eq!(engine.pool().turns().in_use(), (running, running));
    }

    async fn an_index_is_rebuilt_and_a_report_made_while_the_line_is_full_of_users(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, 3).await;
        let engine = world.engine().clone();
        let day = jiff::civil::date(2026, 11, 21);
        let new = NewReport {
            subject: ReportSubject::Account,
            first_day: day,
            last_day: day,
            by: ReportDate::Created,
            format: ReportFormat::Csv,
        };
        let report = reports::create(&engine, &world.scope, new).await.unwrap();
        let (index, database) = (engine.pool().turns(), engine.db().turns());
        let doors = (all_places(index).await, all_places(database).await);
        // As many as one account may have waiting, for the processor and for the database.
        let mut users = JoinSet::new();
        for waiting in 0..64 {
            let (engine, user) = (engine.clone(), user(1 + waiting / 16));
            users.spawn(async move { drop(facets(&engine, &user, &by_author(&[], 1)).await) });
        }
        for waiting in 0..192 {
            let (engine, user) = (engine.clone(), user(1 + waiting / 48));
            users.spawn(async move {
                let ids = vec![domain::ids::MentionId(1); 200];
                drop(store::mentions::find_many(engine.db(), &user, &ids).await);
            });
        }
        until_waiting(index, 64).await;
        until_waiting(database, 192).await;
        let refused = facets(&engine, &user(9), &by_author(&[], 1)).await.unwrap_err();
        assert!(matches!(refused, Error::Unavailable(Cause::Busy)), "{refused:?}");

        // Both wait for their turn and are not told to come back.
        let made = tokio::spawn({
            let engine = engine.clone();
            async move { jobs::runner::run_due(&engine).await }
        });
        until_waiting(index, 65).await;
        let rebuilt = tokio::spawn({
            let engine = engine.clone();
            async move { follow::rebuild(&engine, ACCOUNT).await }
        });
        until_waiting(database, 193).await;
        drop(doors);
        rebuilt.await.unwrap().unwrap();
        made.await.unwrap().unwrap();
        while users.join_next().await.is_some() {}
        // What was put off because the index was being rebuilt.
        world.test.clock.advance_ms(domain::time::MINUTE_MS);
        jobs::runner::run_due(&engine).await.unwrap();
        let report = reports::get(&engine, &world.scope, report.id).await.unwrap();
        assert_eq!(report.state(), reports::ReportState::Done, "{report:?}");
        assert_eq!(report.file.unwrap().messages, 3);
        for turns in [index, database] {
            assert_eq!(turns.in_use(), (0, 0));
        }
    }

    async fn a_node_that_is_far_behind_takes_its_turn_and_a_near_one_needs_none(db: &Db) {
        let world = world(db).await;
        let other = World {
            test: TestEngine::second(db).await,
            scope: world.scope.clone(),
        };
        let engine = other.engine().clone();
        let turns = engine.pool().turns();
        let doors = all_places(turns).await;
        arrive(&world, EVERYTHING, 3).await;
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        follow::catch_up(&engine, ACCOUNT, head).await.unwrap();
        assert_eq!(engine.search().applied(ACCOUNT), head);

        let items = (0..150)
            .map(|at| new_item(EVERYTHING, Some(&format!("far{at}")), "far"))
            .collect();
        add(world.engine(), &world.scope, items).await.unwrap();
        let head = store::changes::head(db, ACCOUNT).await.unwrap();
        let far = tokio::spawn({
            let engine = engine.clone();
            async move { follow::catch_up(&engine, ACCOUNT, head).await }
        });
        until_waiting(turns, 1).await;
        drop(doors);
        far.await.unwrap().unwrap();
        assert_eq!(engine.search().applied(ACCOUNT), head);
        assert_eq!(other.listed().await.len(), 153);
    }

    async fn what_asks_for_too_much_is_told_what_it_was(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, 3).await;
        let engine = world.engine();
        let terms: Vec<String> = (0..900).map(|_| "*a*a*".to_owned()).collect();
        let refused = list(engine, &user(1), &newest(Some(&terms.join(" OR ")))).await.unwrap_err();
        let Error::Invalid { field, details, .. } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(field, "filter");
        assert_eq!(details[0].start, Some(85 * 9));

        // Two hundred filters, each within its limit, that have too many patterns together.
        let long = format!("*{}*", "a".repeat(120));
        let filters: Vec<String> = (0..200).map(|at| format!("{long}{at}*")).collect();
        let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
        let refused = facets(engine, &user(1), &by_author(&filters, 1)).await.unwrap_err();
        assert!(
            matches!(&refused, Error::Invalid { field, .. } if field == "facetdefinitions[0]"),
            "{refused:?}"
        );
    }

    async fn short_patterns_in_two_hundred_filters_are_answered(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, 3).await;
        let letters: Vec<char> = ('a'..='z').collect();
        let filters: Vec<String> = (0..200)
            .map(|at| format!("*{}*{}*", letters[at % 26], letters[at / 26]))
            .collect();
        let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
        let answer = facets(world.engine(), &user(1), &by_author(&filters, 1)).await.unwrap();
        assert_eq!(answer.tables[0].segments.len(), 200);
    }
}
