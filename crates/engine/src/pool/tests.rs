//! Walks that wait keep nobody from what takes no time, and are bounded.

use domain::filter::WordField;
use domain::ids::{TopicId, UserId};
use domain::permission::{Permission, PermissionSet};
use domain::role::TopicAccess;
use domain::scope::Scope;
use store::both_engines;
use tokio::task::JoinSet;
use work::{Caller, Place};

use crate::inbox::{ListMentions, list};
use crate::insights::{Facet, FacetRequest, Segments, Source, facets};
use crate::pipeline::item::add;
use crate::pipeline::tests::world::{ACCOUNT, EVERYTHING, World, new_item, world};
use crate::query::{Axis, Metric, Sort};
use crate::{Cause, Engine, Error};

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

/// Takes all places until what is returned is dropped.
async fn all_places(engine: &Engine) -> Vec<Place> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut places = Vec::new();
    for _ in 0..processors.saturating_sub(1).max(1) {
        let place = engine.pool().turns().place(Caller::SERVER).await;
        places.push(place.unwrap());
    }
    places
}

both_engines! {
    async fn lists_and_writes_are_done_while_every_place_is_taken(db: &Db) {
        let world = world(db).await;
        arrive(&world, EVERYTHING, 3).await;
        let engine = world.engine().clone();
        let door = all_places(&engine).await;
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
        let door = all_places(&engine).await;
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
