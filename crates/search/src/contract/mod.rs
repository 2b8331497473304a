//! What every engine has to pass: whatever happened to an account, its lists and facets are those
//! of a plain scan over its mentions with the reference matcher.

mod model;
mod steps;

use domain::filter::{IdField, NumberField, Predicate, WordField};
use domain::ids::{TopicId, UserId};
use domain::permission::{Permission, PermissionSet};
use domain::role::TopicAccess;
use domain::scope::Scope;
use domain::testing::{any_predicate, vocabulary as v};
use domain::time::UnixMillis;
use proptest::prelude::*;
use proptest::sample::select;
use work::Work;

use crate::{
    ALL_TIME, AccountState, Axis, FacetQuery, Grouping, ListQuery, Metric, Search, Segmentation,
    Sort, SortField,
};
pub(crate) use model::Model;
pub(crate) use steps::{Step, any_steps};

/// Makes an engine without mentions whose account [`v::ACCOUNT`] is ready.
pub(crate) fn ready(search: Search) -> Search {
    let rebuild = search.begin_rebuild(v::ACCOUNT).unwrap();
    search
        .finish_rebuild(rebuild, domain::ids::ChangeNumber(0))
        .unwrap();
    assert_eq!(search.state(v::ACCOUNT), AccountState::Ready);
    search
}

pub(crate) fn any_scope() -> impl Strategy<Value = Scope> {
    let topics = prop_oneof![
        3 => Just(TopicAccess::All),
        1 => Just(TopicAccess::Only([v::TOPIC_A, v::TOPIC_C].into())),
        1 => Just(TopicAccess::Only([].into())),
    ];
    (topics, any::<bool>()).prop_map(|(topics, only_assigned)| {
        let permissions = if only_assigned {
            PermissionSet::NONE.with(Permission::InboxonlyassignedtomeRead)
        } else {
            PermissionSet::NONE
        };
        Scope::for_member(v::ACCOUNT, UserId(5), topics, permissions)
    })
}

fn any_topics() -> impl Strategy<Value = Option<Vec<TopicId>>> {
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(vec![v::TOPIC_A, TopicId(404)])),
        1 => Just(Some(Vec::new())),
    ]
}

fn any_window() -> impl Strategy<Value = (UnixMillis, UnixMillis)> {
    let moment = || select(v::AGES).prop_map(|age| v::NOW.plus_ms(-age));
    prop_oneof![Just(ALL_TIME), (moment(), moment())]
}

fn any_sort() -> impl Strategy<Value = Sort> {
    (select(SortField::ALL), any::<bool>()).prop_map(|(field, is_descending)| Sort {
        field,
        is_descending,
    })
}

/// Everything a list can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) scope: Scope,
    pub(crate) predicate: Predicate,
    pub(crate) topics: Option<Vec<TopicId>>,
    pub(crate) added: (UnixMillis, UnixMillis),
    pub(crate) sort: Sort,
    pub(crate) limit: usize,
    pub(crate) count: bool,
}

impl Question {
    /// All mentions of the account, newest first.
    pub(crate) fn everything() -> Self {
        Self {
            scope: Scope::system(v::ACCOUNT),
            predicate: Predicate::Everything,
            topics: None,
            added: ALL_TIME,
            sort: Sort::NEWEST,
            limit: 7,
            count: true,
        }
    }

    pub(crate) fn query(&self) -> ListQuery<'_> {
        ListQuery {
            predicate: &self.predicate,
            topics: self.topics.as_deref(),
            added: self.added,
            sort: self.sort,
            cursor: None,
            is_backward: false,
            limit: self.limit,
            count: self.count,
        }
    }
}

pub(crate) fn any_question() -> impl Strategy<Value = Question> {
    let filter = prop_oneof![1 => Just(Predicate::Everything), 4 => any_predicate()];
    (
        any_scope(),
        filter,
        any_topics(),
        any_window(),
        any_sort(),
        1_usize..6,
        any::<bool>(),
    )
        .prop_map(
            |(scope, predicate, topics, added, sort, limit, count)| Question {
                scope,
                predicate,
                topics,
                added,
                sort,
                limit,
                count,
            },
        )
}

fn any_axis() -> impl Strategy<Value = Axis> {
    let date = (
        select(
            &[
                NumberField::Added,
                NumberField::Published,
                NumberField::LastAction,
                NumberField::FirstReply,
            ][..],
        ),
        select(
            &[
                Grouping::Hour,
                Grouping::Day,
                Grouping::Week,
                Grouping::Month,
                Grouping::Quarter,
                Grouping::Year,
                Grouping::HourOfDay,
                Grouping::DayOfWeek,
            ][..],
        ),
    );
    prop_oneof![
        select(WordField::ALL).prop_map(Axis::Word),
        select(IdField::ALL).prop_map(Axis::Id),
        date.prop_map(|(field, grouping)| Axis::Date { field, grouping }),
    ]
}

fn any_segmentation() -> impl Strategy<Value = Segmentation> {
    prop_oneof![
        3 => any_axis().prop_map(Segmentation::Field),
        1 => prop::collection::vec(any_predicate(), 0..4).prop_map(|predicates| {
            let named = |(at, predicate)| (format!("filter {at}"), predicate);
            Segmentation::Custom((0_usize..).zip(predicates).map(named).collect())
        }),
    ]
}

fn any_metric() -> impl Strategy<Value = Metric> {
    prop_oneof![
        Just(Metric::Mentions),
        Just(Metric::AuthorCardinality),
        select(NumberField::ALL).prop_map(Metric::Average),
        select(NumberField::ALL).prop_map(Metric::Sum),
    ]
}

/// Everything a facet can be asked.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) question: Question,
    key: Option<Axis>,
    segmentation: Option<Segmentation>,
    value: Metric,
    size: usize,
    timezone: &'static str,
}

impl Table {
    pub(crate) fn query(&self) -> FacetQuery<'_> {
        FacetQuery {
            predicate: &self.question.predicate,
            topics: self.question.topics.as_deref(),
            added: self.question.added,
            key: self.key,
            value: self.value,
            segmentation: self.segmentation.clone(),
            size: self.size,
            timezone: self.timezone,
        }
    }
}

/// Tables that the plain scan makes of many mentions in little time: those without an axis that
/// has a value for nearly every mention.
pub(crate) fn any_small_table() -> impl Strategy<Value = Table> {
    let is_small = |axis: &Axis| {
        !matches!(
            axis,
            Axis::Id(IdField::Mention | IdField::Conversation)
                | Axis::Word(WordField::SourceId | WordField::Thread | WordField::InReplyTo)
                | Axis::Date {
                    grouping: Grouping::Hour | Grouping::Day,
                    ..
                }
        )
    };
    any_table().prop_filter("an axis is long", move |table| {
        let segments = match &table.segmentation {
            Some(Segmentation::Field(axis)) => Some(axis),
            _ => None,
        };
        table.key.iter().chain(segments).all(is_small)
    })
}

pub(crate) fn any_table() -> impl Strategy<Value = Table> {
    (
        any_question(),
        prop::option::of(any_axis()),
        prop::option::of(any_segmentation()),
        any_metric(),
        1_usize..5,
        select(
            &[
                "UTC",
                "Europe/Brussels",
                "Asia/Kathmandu",
                "America/St_Johns",
            ][..],
        ),
    )
        .prop_map(
            |(question, key, segmentation, value, size, timezone)| Table {
                question,
                key,
                segmentation,
                value,
                size,
                timezone,
            },
        )
}

/// Reads a list to its end and back again and compares it with the model's.
pub(crate) fn check_list(search: &Search, model: &Model, question: &Question) {
    let expected = model.list(question);
    let total = question.count.then_some(expected.len() as u64);
    let mut found = Vec::new();
    let mut query = question.query();
    loop {
        let page = search
            .list(&question.scope, &query, &Work::endless())
            .unwrap();
        assert_eq!(page.total, total, "total of {question:?}");
        assert!(page.hits.len() <= question.limit);
        assert_eq!(
            page.has_more,
            found.len() + page.hits.len() < expected.len(),
            "{question:?}"
        );
        let Some(last) = page.hits.last() else { break };
        query.cursor = Some(last.cursor());
        found.extend(page.hits);
        if !page.has_more {
            break;
        }
    }
    assert_eq!(found, expected, "{question:?}");
    let mut query = ListQuery {
        is_backward: true,
        ..question.query()
    };
    let mut found = Vec::new();
    loop {
        let page = search
            .list(&question.scope, &query, &Work::endless())
            .unwrap();
        let Some(first) = page.hits.first() else {
            break;
        };
        query.cursor = Some(first.cursor());
        found = [page.hits, found].concat();
        assert_eq!(page.has_more, found.len() < expected.len(), "{question:?}");
        if !page.has_more {
            break;
        }
    }
    assert_eq!(found, expected, "backward {question:?}");
}

/// Compares a table with the model's.
pub(crate) fn check_table(search: &Search, model: &Model, table: &Table) {
    let found = search
        .facets(&table.question.scope, &[table.query()], &Work::endless())
        .unwrap()
        .remove(0);
    let expected = model.table(table);
    // Spelling depends on which mention came first; it has a test of its own.
    let ids = |labels: &[crate::FacetLabel]| -> Vec<String> {
        labels.iter().map(|label| label.id.clone()).collect()
    };
    assert_eq!(ids(&found.keys), ids(&expected.keys), "keys of {table:?}");
    assert_eq!(
        ids(&found.segments),
        ids(&expected.segments),
        "segments of {table:?}"
    );
    assert_eq!(found.data, expected.data, "{table:?}");
}

/// What happened to an account, and what is asked afterwards.
pub(crate) fn check_history(
    search: &Search,
    steps: &[Step],
    questions: &[Question],
    tables: &[Table],
    mut special: impl FnMut(&Step, &Model),
) {
    let mut model = Model::default();
    for step in steps {
        model.take(step);
        match step {
            Step::Apply { upsert, delete } => {
                search
                    .apply(
                        v::ACCOUNT,
                        crate::Batch {
                            upsert,
                            delete,
                            through: model.through(),
                            ..crate::Batch::default()
                        },
                    )
                    .unwrap();
            }
            Step::Maintain => {
                search.maintain().unwrap();
            }
            other => special(other, &model),
        }
        check_list(search, &model, &Question::everything());
        if let Some(question) = questions.first() {
            check_list(search, &model, question);
        }
    }
    for question in questions {
        check_list(search, &model, question);
    }
    for table in tables {
        check_table(search, &model, table);
    }
}
