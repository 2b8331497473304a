//! What arguments of lists mean for the store.

use std::collections::BTreeSet;

use domain::ids::{ConversationId, ProfileId, TagId, UserId};
use domain::mention::Status;
use domain::source::Service;
use domain::time::UnixMillis;
use engine::Error;
use engine::conversations::{
    Assigned, Bound, ConversationQuery, ConversationSort, ConversationSortBy, ListQuery, Range,
};

use super::fields::FIELDS;
use super::filters::{SORTS, read};
use crate::conversocial::errors::Failure;
use crate::http::pairs::Pairs;

fn query(text: &str) -> ListQuery {
    read(&Pairs::from_query(text)).unwrap().rows
}

/// The argument at which a list is refused.
fn refused(text: &str) -> String {
    match read(&Pairs::from_query(text)) {
        Err(Failure::Engine(Error::Invalid { field, .. })) => field,
        Err(Failure::Missing { param, .. }) => format!("missing {param}"),
        Err(Failure::Sort { field }) => format!("sort {field}"),
        other => panic!("{text}: {other:?}"),
    }
}

fn at(text: &str) -> i64 {
    UnixMillis::from(text.parse::<jiff::Timestamp>().unwrap()).get()
}

fn range(from: Option<(i64, bool)>, to: Option<(i64, bool)>) -> Range {
    let bound = |(value, is_inclusive)| Bound {
        value,
        is_inclusive,
    };
    Range {
        from: from.map(bound),
        to: to.map(bound),
    }
}

#[test]
fn a_list_needs_a_priority_or_a_status() {
    for text in ["", "id=1", "is_priority=", "fields=status", "sort=status"] {
        assert_eq!(refused(text), "missing is_priority", "{text}");
    }
    for text in ["is_priority=false", "is_priorty=1", "status=read"] {
        assert_eq!(query(text).limit, 20);
    }
}

#[test]
fn the_fields_that_say_they_sort_are_those_that_the_store_sorts_by() {
    let said = FIELDS.iter().filter(|field| field.sorts);
    let said: BTreeSet<&str> = said.map(|field| field.name).collect();
    let done: BTreeSet<&str> = SORTS.iter().map(|(name, _)| *name).collect();
    assert_eq!(said, done);
}

#[test]
fn a_field_is_sorted_by_once_however_often_it_is_named() {
    let names = "status,-id,-status,id,".repeat(600);
    let order: Vec<_> = query(&format!("status=read&sort={names}"))
        .sort
        .into_iter()
        .map(|part| (part.by, part.is_descending))
        .collect();
    let expected = [
        (ConversationSortBy::Status, false),
        (ConversationSortBy::Id, true),
    ];
    assert_eq!(order, expected);
}

#[test]
fn both_values_of_a_truth_ask_for_nothing() {
    assert_eq!(query("is_priority=true").is_priority, Some(true));
    assert_eq!(
        query("is_priority=true&is_priority=1").is_priority,
        Some(true)
    );
    assert_eq!(
        query("is_priority=true&is_priority=FALSE").is_priority,
        None
    );
    assert_eq!(query("status=read").is_priority, None);
    let private = query("status=read&contains_private=0");
    assert_eq!(private.has_private, Some(false));
}

#[test]
fn statuses_are_words_and_unknown_ones_fit_nothing() {
    let statuses = |text| query(text).statuses;
    assert_eq!(
        statuses("status=unread&status=archived"),
        Some(vec![Status::New, Status::Done])
    );
    assert_eq!(statuses("status=closed"), Some(Vec::new()));
    assert_eq!(statuses("is_priority=true"), None);
}

#[test]
fn references_are_bare_ids() {
    let pairs = Pairs::from_query(
        "is_priority=false&id=0000000000004000000000AB&id=nonsense&tags=5&tags=6&channels=7\
         &author=i:9&author=nonsense",
    );
    let ConversationQuery { rows, channels } = read(&pairs).unwrap();
    assert_eq!(rows.ids, Some(vec![ConversationId(0x4000_0000_00ab)]));
    assert_eq!(rows.tags, Some(vec![TagId(5), TagId(6)]));
    assert_eq!(channels, Some(vec![ProfileId(7)]));
    let nine = "9".to_owned();
    assert_eq!(
        rows.authors,
        Some(vec![
            (Service::Instagram, nine.clone()),
            (Service::InstagramBusinessProfile, nine)
        ])
    );
}

#[test]
fn assigned_to_may_be_somebody_nobody_or_these() {
    let assigned = |text: &str| query(&format!("status=read&{text}")).assigned_to;
    assert_eq!(assigned("assigned_to="), None);
    assert_eq!(
        assigned("assigned_to=4&assigned_to=5"),
        Some(Assigned::Any(vec![UserId(4), UserId(5)]))
    );
    assert_eq!(assigned("assigned_to_isnull=1"), Some(Assigned::Nobody));
    assert_eq!(
        assigned("assigned_to_isnull=false"),
        Some(Assigned::Somebody)
    );
    assert_eq!(
        assigned("assigned_to=4&assigned_to_isnull=true"),
        Some(Assigned::Any(Vec::new()))
    );
}

#[test]
fn an_argument_has_at_most_two_hundred_values() {
    let ids = "&author=t:1".repeat(200);
    assert_eq!(
        query(&format!("status=read{ids}")).authors.unwrap().len(),
        200
    );
    let failure = read(&Pairs::from_query(&format!("status=read{ids}&author=t:1")));
    assert!(matches!(
        failure,
        Err(Failure::Engine(Error::TooMany {
            limit: 200,
            given: 201,
            ..
        }))
    ));
}

#[test]
fn a_field_that_always_has_a_value_is_never_null() {
    assert_eq!(query("status=read&id_isnull=1").ids, Some(Vec::new()));
    assert_eq!(query("status=read&tags_isnull=true").ids, Some(Vec::new()));
    assert_eq!(query("status=read&id_isnull=0").ids, None);
    assert_eq!(query("status=read&author_isnull=1").has_author, Some(false));
    assert_eq!(query("status=read&author_isnull=0").has_author, Some(true));
}

#[test]
fn date_bounds_cover_days_and_narrow_each_other() {
    let oldest = |text: &str| match query(&format!("status=read&{text}")).oldest.as_deref() {
        Some([one]) => *one,
        other => panic!("{text}: {other:?}"),
    };
    let (first, fifteenth) = (at("2014-10-01T00:00:00Z"), at("2014-10-15T00:00:00Z"));
    assert_eq!(
        oldest("oldest_sort_date_gte=2014-10-01&oldest_sort_date_lte=2014-10-14"),
        range(Some((first, true)), Some((fifteenth, false)))
    );
    assert_eq!(
        oldest("oldest_sort_date_gt=2014-10-01&oldest_sort_date_gte=2014-10-01"),
        range(Some((first, false)), None)
    );
    assert_eq!(
        oldest("oldest_sort_date_gte=2014-10-15&oldest_sort_date_gte=2014-10-01"),
        range(Some((first, true)), None)
    );
    let moment = at("2014-10-14T09:30:00Z");
    assert_eq!(
        oldest("oldest_sort_date=2014-10-14T09:30:00"),
        range(Some((moment, true)), Some((moment, true)))
    );
    assert_eq!(
        oldest("oldest_sort_date=2014-10-14&oldest_sort_date_lt=2014-10-14T09:30:00"),
        range(
            Some((at("2014-10-14T00:00:00Z"), true)),
            Some((moment, false))
        )
    );
    assert_eq!(
        query("status=read&newest_sort_date_gt=2014-10-01").oldest,
        None
    );
}

#[test]
fn several_dates_of_one_field_are_alternatives_within_its_comparisons() {
    let asked = "oldest_sort_date=2014-10-14&oldest_sort_date=2014-10-01T00:00:00\
                 &oldest_sort_date_gt=2014-10-01";
    let [first, day, next] =
        ["2014-10-01", "2014-10-14", "2014-10-15"].map(|day| at(&format!("{day}T00:00:00Z")));
    assert_eq!(
        query(&format!("status=read&{asked}")).oldest,
        Some(vec![
            range(Some((day, true)), Some((next, false))),
            range(Some((first, false)), Some((first, true))),
        ])
    );
}

#[test]
fn the_order_is_the_oldest_date_unless_said_otherwise() {
    let by = |by, is_descending| ConversationSort { by, is_descending };
    assert_eq!(
        query("status=read").sort,
        [by(ConversationSortBy::Oldest, false)]
    );
    assert_eq!(
        query("status=read&sort=-status,id&sort=is_priority").sort,
        [
            by(ConversationSortBy::Status, true),
            by(ConversationSortBy::Id, false),
            by(ConversationSortBy::Priority, false),
        ]
    );
}

#[test]
fn few_can_be_left_out_and_any_number_beside_a_place() {
    assert_eq!(query("status=read&skip=9999&offset=1").skip, 10_000);
    let link = "status=read&oldest_sort_date_gte=2014-10-14&after=0000000000000000000000ff";
    assert_eq!(query(&format!("{link}&skip=10001")).skip, 10_001);
}

#[test]
fn a_link_continues_at_its_boundary() {
    let after = |text: &str| {
        let place = query(&format!("is_priority=false&{text}")).after.unwrap();
        (place.value, place.id.get())
    };
    let id = "0000000000000000000000ff";
    let noon = at("2014-10-14T12:00:00Z");
    for (link, value) in [
        ("oldest_sort_date_gte=2014-10-14T12:00:00", noon),
        (
            "sort=-oldest_sort_date&oldest_sort_date_lte=2014-10-14T12:00:00",
            noon,
        ),
        (
            "sort=-newest_sort_date&newest_sort_date_lte=2014-10-14T12:00:00",
            noon,
        ),
        ("sort=id&id_gte=0000000000000000000000ff", 255),
        ("sort=status&status_gte=read", 1),
        ("sort=-is_priority&is_priority_lte=true", 1),
    ] {
        assert_eq!(after(&format!("{link}&after={id}")), (value, 255), "{link}");
    }
    let statuses = query("status=read&status=archived&sort=-status&status_lte=read").statuses;
    assert_eq!(statuses, Some(vec![Status::Pending]));
    let later = query("is_priority=false&sort=-status&status_lte=read").statuses;
    assert_eq!(later, Some(vec![Status::New, Status::Pending]));
}

#[test]
fn what_cannot_be_read_names_its_argument() {
    for (text, field) in [
        ("is_priority=maybe", "is_priority"),
        ("is_priorty=maybe", "is_priorty"),
        ("status=read&id_gt=5", "id_gt"),
        ("status=read&id_gt=5399e4ff0e4b3d76a56e55", "id_gt"),
        ("status=read&tags=five", "tags"),
        ("status=read&assigned_to=me", "assigned_to"),
        (
            "status=read&oldest_sort_date_gte=soon",
            "oldest_sort_date_gte",
        ),
        ("status=read&sort=text", "sort text"),
        ("status=read&page_size=0", "page_size"),
        ("status=read&skip=-1", "skip"),
        ("status=read&skip=10001", "skip"),
        ("status=read&offset=10001", "offset"),
        ("status=read&skip=10000&offset=1", "offset"),
        ("status=read&skip=99999999999999999999", "skip"),
        ("status=read&after=5", "after"),
        ("status=read&after=0000000000000000000000ff", "after"),
        (
            "status=read&sort=id,status&after=0000000000000000000000ff",
            "after",
        ),
    ] {
        assert_eq!(refused(text), field, "{text}");
    }
}
