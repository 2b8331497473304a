//! How much work a question may be, and that it ends when it is more.

use domain::filter::{Pattern, Predicate, TextField, WordField};
use domain::ids::{ChangeNumber, MentionId};
use domain::mention::Mention;
use domain::scope::Scope;
use domain::testing::{any_mention, vocabulary as v};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use work::{Room, Stopped, Work};

use crate::contract::ready;
use crate::{
    ALL_TIME, Axis, Batch, FacetQuery, ListQuery, MOST_CELLS, Metric, Search, SearchError,
    SearchOptions, Segmentation,
};

/// Mentions with three words of their own each.
fn filled(count: i64) -> Search {
    let search = ready(Search::open(&SearchOptions::default()).unwrap());
    let model = any_mention()
        .new_tree(&mut TestRunner::deterministic())
        .unwrap()
        .current();
    let mentions: Vec<Mention> = (0..count)
        .map(|number| {
            let mut mention = model.clone();
            mention.account_id = v::ACCOUNT;
            mention.id = MentionId(number + 1);
            mention.changed_by = ChangeNumber(number + 1);
            mention.added_at = v::NOW.plus_ms(number - count);
            mention.body.title = None;
            mention.body.stripped_content = None;
            mention.body.content = format!("ab{number}cd ba{number} c{number}a");
            mention.body.author.name = Some(format!("author {number}"));
            mention
        })
        .collect();
    search
        .apply(
            v::ACCOUNT,
            Batch {
                upsert: &mentions,
                delete: &[],
                through: ChangeNumber(count),
                ..Batch::default()
            },
        )
        .unwrap();
    search.maintain().unwrap();
    search
}

fn wildcard(text: String) -> Predicate {
    Predicate::Text {
        field: TextField::Anywhere,
        words: vec![Pattern::Wildcard(text)],
    }
}

fn many_patterns(count: usize) -> Vec<Predicate> {
    (0..count)
        .map(|number| wildcard(format!("*a*{}*c*", number % 1_000)))
        .collect()
}

/// Units that a question takes.
fn cost(ask: impl Fn(&Work) -> bool) -> u64 {
    let (mut too_few, mut enough) = (0, 1 << 40);
    while enough - too_few > 1 {
        let middle = u64::midpoint(too_few, enough);
        if ask(&Work::new(middle, Room::endless())) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    enough
}

#[test]
fn a_hundred_patterns_take_a_small_part_of_a_hundred_walks() {
    let search = filled(3_000);
    let scope = Scope::system(v::ACCOUNT);
    let units = |count| {
        let predicate = Predicate::Any(many_patterns(count));
        cost(|work| {
            let query = ListQuery::newest(&predicate);
            search.list(&scope, &query, work).is_ok()
        })
    };
    let (one, hundred) = (units(1), units(100));
    assert!(hundred < 15 * one, "{one} {hundred}");
}

#[test]
fn custom_filters_of_all_tables_share_one_walk() {
    let search = filled(3_000);
    let scope = Scope::system(v::ACCOUNT);
    let units = |tables: usize| {
        let filters = many_patterns(50)
            .into_iter()
            .enumerate()
            .map(|(number, filter)| (number.to_string(), filter));
        let query = FacetQuery {
            predicate: &Predicate::Everything,
            topics: None,
            added: ALL_TIME,
            key: None,
            value: Metric::Mentions,
            segmentation: Some(Segmentation::Custom(filters.collect())),
            size: 10,
            timezone: "UTC",
        };
        let queries = vec![query; tables];
        cost(|work| search.facets(&scope, &queries, work).is_ok())
    };
    let (one, ten) = (units(1), units(10));
    assert!(ten < 5 * one, "{one} {ten}");
}

#[test]
fn whatever_is_asked_ends_when_its_work_is_used_up() {
    let search = filled(2_000);
    let scope = Scope::system(v::ACCOUNT);
    let any = || Pattern::Wildcard("*a*".to_owned());
    let questions = [
        wildcard("*a*b*".to_owned()),
        Predicate::Text {
            field: TextField::Content,
            words: vec![any(), Pattern::Present, any()],
        },
        Predicate::Word {
            field: WordField::AuthorName,
            pattern: Pattern::Wildcard("*o*r*".to_owned()),
        },
        Predicate::Any(
            (0..1_000)
                .map(|number| Predicate::Word {
                    field: WordField::AuthorName,
                    pattern: Pattern::Exact(format!("author {number}")),
                })
                .collect(),
        ),
    ];
    for predicate in &questions {
        let query = ListQuery {
            count: true,
            ..ListQuery::newest(predicate)
        };
        let found = search.list(&scope, &query, &Work::endless()).unwrap();
        assert!(found.total > Some(0), "{predicate:?}");
        let stopped = search
            .list(&scope, &query, &Work::new(500, Room::endless()))
            .unwrap_err();
        assert!(
            matches!(stopped, SearchError::Stopped(Stopped::TooMuch)),
            "{predicate:?} {stopped:?}"
        );
        let stopped = search
            .list(&scope, &query, &Work::new(u64::MAX, Room::new(64)))
            .map(|page| page.total);
        assert!(
            matches!(
                stopped,
                Ok(_) | Err(SearchError::Stopped(Stopped::TooLarge))
            ),
            "{predicate:?} {stopped:?}"
        );
    }
}

#[test]
fn the_tables_of_a_call_have_a_number_of_cells_together() {
    let search = filled(1_500);
    let scope = Scope::system(v::ACCOUNT);
    let authors = Axis::Word(WordField::AuthorName);
    let query = FacetQuery {
        predicate: &Predicate::Everything,
        topics: None,
        added: ALL_TIME,
        key: Some(authors),
        value: Metric::Mentions,
        segmentation: Some(Segmentation::Field(authors)),
        size: 200,
        timezone: "UTC",
    };
    // A thousand keys and two hundred segments each.
    let most = MOST_CELLS / 200_000;
    let ask = |tables| search.facets(&scope, &vec![query.clone(); tables], &Work::endless());
    assert_eq!(ask(most).unwrap().len(), most);
    let failure = ask(most + 1).unwrap_err();
    assert_eq!(failure.at, most);
    assert!(
        matches!(failure.error, SearchError::Invalid(_)),
        "{failure}"
    );
}

#[test]
fn tables_take_room_while_they_are_made_and_give_it_back() {
    let search = filled(1_500);
    let scope = Scope::system(v::ACCOUNT);
    let authors = Axis::Word(WordField::AuthorName);
    let query = FacetQuery {
        predicate: &Predicate::Everything,
        topics: None,
        added: ALL_TIME,
        key: Some(authors),
        value: Metric::AuthorCardinality,
        segmentation: Some(Segmentation::Field(authors)),
        size: 200,
        timezone: "UTC",
    };
    let room = Room::new(1 << 20);
    let failure = search
        .facets(&scope, &[query], &Work::new(u64::MAX, room.clone()))
        .unwrap_err();
    assert!(
        matches!(failure.error, SearchError::Stopped(Stopped::TooLarge)),
        "{failure}"
    );
    assert_eq!(room.held(), 0);
}

#[test]
fn finished_tables_take_room_while_the_others_of_the_call_are_counted() {
    let search = filled(3_000);
    let scope = Scope::system(v::ACCOUNT);
    let tables = |count: usize, room: &Room| {
        let query = FacetQuery {
            predicate: &Predicate::Everything,
            topics: None,
            added: ALL_TIME,
            key: Some(Axis::Word(WordField::AuthorName)),
            value: Metric::Mentions,
            segmentation: None,
            size: 10,
            timezone: "UTC",
        };
        let work = Work::new(u64::MAX, room.clone());
        search.facets(&scope, &vec![query; count], &work)
    };
    let room = Room::new(3 << 20);
    let one = tables(1, &room).unwrap();
    let [one] = one.as_slice() else {
        panic!("{one:?}")
    };
    // A vector that was made of a larger one can keep the room of all that was looked at.
    assert!(one.keys.len() > 100 && one.keys.capacity() < 2 * one.keys.len());
    tables(5, &room).unwrap();
    let failure = tables(200, &room).unwrap_err();
    assert!(
        matches!(failure.error, SearchError::Stopped(Stopped::NoRoom)),
        "{failure}"
    );
    assert!(failure.at > 5, "{failure}");
    assert_eq!(room.held(), 0);
}
