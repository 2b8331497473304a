//! The query language over a table of letters.

use domain::account::Account;
use domain::ids::AccountId;
use domain::plan::Plan;
use domain::scope::Scope;
use domain::time::UnixMillis;
use engine::{Directory, Error};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::fields::{Extent, Field, Selection, View};
use super::page;
use super::values::{Cell, Kind};
use crate::conversocial::errors::Failure;
use crate::conversocial::links::Links;
use crate::conversocial::version::Version;
use crate::conversocial::{accounts, channels, conversations, key_values, reports, tags, users};
use crate::http::origin::Origin;
use crate::http::pairs::Pairs;
use crate::render::json;

/// A thing with one field of each kind.
#[derive(Debug, Clone)]
struct Letter {
    id: i64,
    title: Option<String>,
    is_read: bool,
    at: Option<UnixMillis>,
    sender: i64,
}

static TABLE: &[Field<Letter>] = &[
    Field::new("id", Kind::Id, "Number.", |letter: &Letter, _| {
        Cell::Number(letter.id)
    })
    .always()
    .filtered()
    .sorted(),
    Field::new("title", Kind::Text, "Title.", |letter: &Letter, _| {
        Cell::text(letter.title.as_deref())
    })
    .filtered()
    .sorted(),
    Field::new("is_read", Kind::Flag, "Read.", |letter: &Letter, _| {
        Cell::Flag(letter.is_read)
    })
    .also(&["is_raed"])
    .filtered(),
    Field::new("at", Kind::Date, "When.", |letter: &Letter, _| {
        Cell::at(letter.at)
    })
    .absent_unset()
    .filtered()
    .sorted(),
    Field::new("sender", Kind::Link, "Who.", |letter: &Letter, _| {
        Cell::Number(letter.sender)
    })
    .asked()
    .filtered(),
];

/// Fields that a list should be selected or sorted by and is not.
fn idle<T>(table: &'static [Field<T>]) -> Vec<&'static str> {
    let is_idle = |field: &&Field<T>| match field.kind {
        Kind::Id | Kind::Name | Kind::Text | Kind::Flag | Kind::Date | Kind::Day | Kind::Number => {
            !(field.filters && field.sorts)
        }
        Kind::Link | Kind::NamedLink | Kind::Links => !field.filters,
        Kind::Address | Kind::Names | Kind::Objects => false,
    };
    let idle = table.iter().filter(is_idle);
    idle.map(|field| field.name).collect()
}

#[test]
fn every_scalar_selects_and_sorts_and_every_reference_selects() {
    for (resource, idle) in [
        ("accounts", idle(accounts::FIELDS)),
        ("channels", idle(channels::FIELDS)),
        ("users", idle(users::FIELDS)),
        ("tags", idle(tags::FIELDS)),
        ("reports", idle(reports::FIELDS)),
        ("keyvalues", idle(key_values::FIELDS)),
        ("conversations", idle(conversations::FIELDS)),
    ] {
        assert_eq!(idle, [""; 0], "{resource}");
    }
}

fn letters() -> Vec<Letter> {
    let at = |text: &str| Some(text.parse::<jiff::Timestamp>().unwrap().into());
    let letter = |id, title: Option<&str>, is_read, at, sender| Letter {
        id,
        title: title.map(ToOwned::to_owned),
        is_read,
        at,
        sender,
    };
    vec![
        letter(6, Some("b"), true, at("2014-10-01T00:00:00Z"), 1),
        letter(9, Some("a"), false, at("2014-10-14T23:59:59.900Z"), 2),
        letter(14, None, false, at("2014-10-15T00:00:00Z"), 1),
        letter(30, Some("null"), true, None, 2),
        letter(100, Some("b"), true, at("2014-10-14T09:30:00.500Z"), 3),
    ]
}

fn directory() -> Directory {
    Directory::of(Account {
        id: AccountId(1001),
        name: "Demo".to_owned(),
        description: None,
        package: None,
        plan: Plan::EnterpriseV5,
        timezone: "UTC".to_owned(),
        added_at: UnixMillis(0),
    })
}

/// Looks at things below `o/v1.3`.
fn with_view<R>(look: impl FnOnce(&View<'_>) -> R) -> R {
    look(&View {
        directory: &directory(),
        links: &Links::new(&Origin::new("o"), Version::V1_3),
        scope: &Scope::system(AccountId(1001)),
    })
}

/// The ids that a list has, or code and argument of the refusal.
fn ids(query: &str) -> Result<Vec<i64>, (&'static str, String)> {
    let letters = letters();
    let pairs = Pairs::from_query(query);
    with_view(
        |view| match page(&pairs, letters.iter(), TABLE, view, "/letters") {
            Ok(page) => Ok(page.items.iter().map(|letter| letter.id).collect()),
            Err(Failure::Engine(Error::Invalid { field, .. })) => Err(("parameter", field)),
            Err(Failure::Sort { field }) => Err(("sort", field)),
            Err(other) => panic!("{other:?}"),
        },
    )
}

fn shown(query: &str, extent: Extent, item: usize) -> Value {
    let selection = Selection::of(&Pairs::from_query(query), TABLE, extent);
    let letters = letters();
    let text =
        with_view(|view| json::object(|object| selection.write(object, &letters[item], view)));
    serde_json::from_slice(&text).unwrap()
}

fn links_of(query: &str) -> (Option<String>, Option<String>) {
    let letters = letters();
    let pairs = Pairs::from_query(query);
    let page = with_view(|view| page(&pairs, letters.iter(), TABLE, view, "/letters").unwrap());
    (page.paging.next_page, page.paging.prev_page)
}

#[test]
fn fields_may_be_a_list_or_repeated_and_unknown_ones_are_skipped() {
    let both = json!({"id": "6", "title": "b"});
    for query in [
        "fields=id,title",
        "fields=title%2Cid",
        "fields=id&fields=title",
        "fields=id,nothing&fields=title,,",
    ] {
        assert_eq!(shown(query, Extent::List, 0), both, "{query}");
        assert_eq!(shown(query, Extent::One, 0), both, "{query}");
    }
    assert_eq!(shown("fields=nothing", Extent::List, 0), json!({}));
}

#[test]
fn without_fields_the_table_says_what_is_shown() {
    assert_eq!(shown("", Extent::List, 0), json!({"id": "6"}));
    assert_eq!(
        shown("fields=", Extent::One, 0),
        json!({"id": "6", "title": "b", "is_read": true, "at": "2014-10-01T00:00:00"})
    );
}

#[test]
fn a_field_that_appears_with_its_value_is_null_when_asked_for() {
    let unset = shown("", Extent::One, 3);
    assert!(unset.get("at").is_none(), "{unset}");
    assert_eq!(shown("fields=at", Extent::One, 3), json!({"at": null}));
}

#[test]
fn repeated_arguments_widen_and_different_ones_narrow() {
    for (query, expected) in [
        ("id=6&id=14&id=9", vec![6, 9, 14]),
        ("title=b", vec![6, 100]),
        ("title=b&title=a", vec![6, 9, 100]),
        ("title=b&sender=3", vec![100]),
        ("title=null", vec![30]),
        ("title=", vec![6, 9, 14, 30, 100]),
        ("title=B", vec![]),
        ("unknown=1", vec![6, 9, 14, 30, 100]),
        ("is_read=true", vec![6, 30, 100]),
        ("is_read=FALSE", vec![9, 14]),
        ("is_raed=0", vec![9, 14]),
        ("is_read=True&is_read=0", vec![6, 9, 14, 30, 100]),
        ("sender=1", vec![6, 14]),
        ("id=99999999999999999999999", vec![]),
    ] {
        assert_eq!(ids(query), Ok(expected), "{query}");
    }
}

#[test]
fn ids_and_dates_compare_as_numbers_and_points_in_time() {
    for (query, expected) in [
        ("id_gt=9", vec![14, 30, 100]),
        ("id_gte=9&id_lt=100", vec![9, 14, 30]),
        ("id_lte=9", vec![6, 9]),
        ("at_gte=2014-10-01&at_lte=2014-10-14", vec![6, 9, 100]),
        ("at_lt=2014-10-14", vec![6]),
        ("at_gt=2014-10-01", vec![9, 14, 100]),
        ("at=2014-10-14", vec![9, 100]),
        ("at=2014-10-14T09:30:00", vec![100]),
        ("at_lte=2014-10-14T09:30:00", vec![6, 100]),
        ("at_gt=2014-10-14T09:30:00", vec![9, 14]),
        ("at_isnull=1", vec![30]),
        ("at_isnull=false", vec![6, 9, 14, 100]),
        ("title_isnull=1", vec![14]),
        ("at_isnull=1&at_isnull=0", vec![6, 9, 14, 30, 100]),
    ] {
        assert_eq!(ids(query), Ok(expected), "{query}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_names_its_argument() {
    for (query, param) in [
        ("id=six", "id"),
        ("id=", ""),
        ("id_gt=1.5", "id_gt"),
        ("is_read=yes", "is_read"),
        ("is_raed=2", "is_raed"),
        ("at_gte=2014-13-01", "at_gte"),
        ("at_isnull=maybe", "at_isnull"),
        ("sender=t:1", "sender"),
        ("page_size=0", "page_size"),
        ("page_size=-1", "page_size"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
    ] {
        let expected = Some(("parameter", param.to_owned())).filter(|_| !param.is_empty());
        assert_eq!(ids(query).err(), expected, "{query}");
    }
}

#[test]
fn sort_fields_stack_and_each_may_be_reversed() {
    for (query, expected) in [
        ("", vec![6, 9, 14, 30, 100]),
        ("sort=-id", vec![100, 30, 14, 9, 6]),
        ("sort=title,-id", vec![14, 9, 100, 6, 30]),
        ("sort=title", vec![14, 9, 6, 100, 30]),
        ("sort=-title&sort=id", vec![30, 6, 100, 9, 14]),
        ("sort=-at", vec![14, 9, 100, 6, 30]),
    ] {
        assert_eq!(ids(query), Ok(expected), "{query}");
    }
    for (query, field) in [
        ("sort=sender", "sender"),
        ("sort=id,-nothing", "nothing"),
        ("sort=--id", "-id"),
    ] {
        assert_eq!(ids(query), Err(("sort", field.to_owned())), "{query}");
    }
}

#[test]
fn links_have_size_and_place_first_and_keep_everything_else() {
    assert_eq!(links_of(""), (None, None));
    assert_eq!(
        links_of("fields=title%2Cid&page_size=2&sort=-id&title=b&title=a%26"),
        (None, None,)
    );
    let (next, prev) = links_of("fields=title%2Cid&page_size=2&offset=2&id_gt=0&sort=id");
    assert_eq!(
        next.as_deref(),
        Some("o/v1.3/letters?limit=2&offset=4&fields=title%2Cid&id_gt=0&sort=id")
    );
    assert_eq!(
        prev.as_deref(),
        Some("o/v1.3/letters?limit=2&offset=0&fields=title%2Cid&id_gt=0&sort=id")
    );
    assert_eq!(links_of("limit=51").0, None);
}

proptest! {
    #[test]
    fn following_next_page_visits_everything_once(size in 1_usize..7, descending: bool) {
        let sort = if descending { "-title" } else { "title" };
        let mut query = format!("sort={sort}&page_size={size}");
        let mut seen = Vec::new();
        loop {
            seen.extend(ids(&query).unwrap());
            let Some(next) = links_of(&query).0 else { break };
            query = next.split_once('?').unwrap().1.to_owned();
        }
        prop_assert_eq!(seen, ids(&format!("sort={sort}&limit=50")).unwrap());
    }

    #[test]
    fn no_argument_makes_it_fail_in_another_way(query in "[a-z_]{0,8}=[ -~]{0,12}(&(id|at|title|sort|fields|limit|offset|is_read)(_gt|_lte|_isnull)?=[ -~]{0,12}){0,4}") {
        // Anything but a page or one of the two refusals panics.
        let _ = ids(&query);
    }
}
