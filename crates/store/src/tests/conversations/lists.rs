//! Lists of conversations.

use domain::conversation::Share;
use domain::ids::{ConversationId, TagId, TopicId, UserId};
use domain::mention::Status;
use domain::scope::Scope;
use domain::source::Service;

use super::fixture::{at, conversation, member, queued, saved, shifted};
use crate::conversations::{
    After, Assigned, Bound, ConversationSort, ListQuery, Range, SideShifts, SortBy, list,
};
use crate::tests::fixtures::{OTHER, TOPIC, narrow, scope};
use crate::{Db, both_engines};

const ALL: ListQuery = ListQuery {
    statuses: None,
    is_priority: None,
    has_private: None,
    ids: None,
    id_range: Range {
        from: None,
        to: None,
    },
    assigned_to: None,
    authors: None,
    has_author: None,
    tags: None,
    places: None,
    oldest: None,
    newest: None,
    sort: Vec::new(),
    after: None,
    skip: 0,
    limit: 100,
};

async fn ids(db: &Db, query: ListQuery) -> Vec<i64> {
    let found = list(db, &scope(), &query).await.unwrap();
    found.iter().map(|one| one.id.0).collect()
}

fn by(by: SortBy, is_descending: bool) -> Vec<ConversationSort> {
    vec![ConversationSort { by, is_descending }]
}

/// Six conversations, three of which have one date and two of which private messages.
async fn six(db: &Db) {
    let mut rows = vec![
        queued(1, Status::New, 30, false),
        queued(2, Status::Pending, 20, true),
        queued(3, Status::Done, 20, false),
        queued(4, Status::New, 10, true),
        queued(5, Status::Done, 40, false),
        queued(6, Status::Pending, 20, false),
    ];
    for private in [1, 4] {
        rows[private].totals.private = 1;
    }
    saved(db, rows).await;
}

both_engines! {
    async fn the_oldest_comes_first_and_what_is_equal_by_number(db: &Db) {
        six(db).await;
        assert_eq!(ids(db, ALL).await, [4, 2, 3, 6, 1, 5]);
        let page = ListQuery { skip: 2, limit: 3, ..ALL };
        assert_eq!(ids(db, page).await, [3, 6, 1]);
        let newest = ListQuery { sort: by(SortBy::Oldest, true), ..ALL };
        assert_eq!(ids(db, newest).await, [5, 1, 6, 3, 2, 4]);
    }

    async fn statuses_and_priorities_are_told_apart(db: &Db) {
        six(db).await;
        let statuses = |list: &[Status]| ListQuery { statuses: Some(list.to_vec()), ..ALL };
        assert_eq!(ids(db, statuses(&[Status::New])).await, [4, 1]);
        assert_eq!(ids(db, statuses(&[Status::New, Status::Pending, Status::New])).await, [4, 2, 6, 1]);
        assert_eq!(ids(db, statuses(&[])).await, Vec::<i64>::new());
        let urgent = |is_priority| ListQuery { is_priority: Some(is_priority), ..ALL };
        assert_eq!(ids(db, urgent(true)).await, [4, 2]);
        assert_eq!(ids(db, urgent(false)).await, [3, 6, 1, 5]);
        let none = ListQuery { is_priority: Some(true), ..statuses(&[Status::Done]) };
        assert_eq!(ids(db, none).await, Vec::<i64>::new());
    }

    async fn every_order_can_be_walked_from_place_to_place(db: &Db) {
        six(db).await;
        for field in [
            SortBy::Oldest, SortBy::Newest, SortBy::Id, SortBy::Status, SortBy::Priority, SortBy::Private,
        ] {
            for is_descending in [false, true] {
                let sorted = ListQuery { sort: by(field, is_descending), ..ALL };
                let wanted = list(db, &scope(), &sorted).await.unwrap();
                assert_eq!(wanted.len(), 6);
                let values: Vec<(i64, i64)> =
                    wanted.iter().map(|one| (After::of(one, field).value, one.id.0)).collect();
                let is_sorted = if is_descending { values.is_sorted_by(|a, b| a > b) } else { values.is_sorted() };
                assert!(is_sorted, "{field:?} {is_descending} {values:?}");
                for size in [1, 2, 4] {
                    let mut walked = Vec::new();
                    let mut after = None;
                    loop {
                        // a number to leave out has no meaning beside a place
                        let query = ListQuery { after, limit: size, skip: usize::from(after.is_some()), ..sorted.clone() };
                        let page = list(db, &scope(), &query).await.unwrap();
                        let Some(last) = page.last() else { break };
                        after = Some(After::of(last, field));
                        walked.extend(page);
                    }
                    assert_eq!(walked, wanted, "{field:?} {is_descending} by {size}");
                }
            }
        }
    }

    async fn several_fields_sort_one_after_the_other(db: &Db) {
        six(db).await;
        let sort = vec![
            ConversationSort { by: SortBy::Status, is_descending: true },
            ConversationSort { by: SortBy::Oldest, is_descending: false },
        ];
        assert_eq!(ids(db, ListQuery { sort, ..ALL }).await, [3, 5, 2, 6, 4, 1]);
    }

    async fn bounds_are_within_or_not(db: &Db) {
        six(db).await;
        let bound = |seconds, is_inclusive| Some(Bound { value: at(seconds).0, is_inclusive });
        for (from, to, wanted) in [
            (bound(20, true), None, vec![2, 3, 6, 1, 5]),
            (bound(20, false), None, vec![1, 5]),
            (None, bound(20, true), vec![4, 2, 3, 6]),
            (None, bound(20, false), vec![4]),
            (bound(20, true), bound(30, true), vec![2, 3, 6, 1]),
        ] {
            let range = Range { from, to };
            let range = Some(vec![range]);
            assert_eq!(ids(db, ListQuery { oldest: range.clone(), ..ALL }).await, wanted);
            assert_eq!(ids(db, ListQuery { newest: range, ..ALL }).await, wanted);
        }
        let [low, high] = [
            Range { from: None, to: bound(20, false) },
            Range { from: bound(20, false), to: bound(35, true) },
        ];
        for (ranges, wanted) in [(vec![high, low], vec![4, 1]), (vec![Range::default(), low], vec![4, 2, 3, 6, 1, 5]), (vec![], vec![])] {
            assert_eq!(ids(db, ListQuery { oldest: Some(ranges), ..ALL }).await, wanted);
        }
        let id_range = Range { from: Some(Bound { value: 3, is_inclusive: false }), to: None };
        assert_eq!(ids(db, ListQuery { id_range, ..ALL }).await, [4, 6, 5]);
        let some = Some(vec![ConversationId(5), ConversationId(1), ConversationId(77)]);
        assert_eq!(ids(db, ListQuery { ids: some, ..ALL }).await, [1, 5]);
    }

    async fn people_are_found(db: &Db) {
        let mut rows: Vec<_> = (1..=4).map(|id| conversation(id, None)).collect();
        rows[1].assigned_to = Some(UserId(8));
        rows[2].assigned_to = Some(UserId(9));
        rows[3].author = None;
        rows[3].totals.private = 1;
        saved(db, rows).await;
        let assigned = |assigned| ListQuery { assigned_to: Some(assigned), ..ALL };
        let any = |users: &[i64]| Assigned::Any(users.iter().copied().map(UserId).collect());
        assert_eq!(ids(db, assigned(any(&[8, 9, 10]))).await, [2, 3]);
        assert_eq!(ids(db, assigned(any(&[]))).await, Vec::<i64>::new());
        assert_eq!(ids(db, assigned(Assigned::Nobody)).await, [1, 4]);
        assert_eq!(ids(db, assigned(Assigned::Somebody)).await, [2, 3]);
        let author = |service, key: &str| ListQuery { authors: Some(vec![(service, key.to_owned())]), ..ALL };
        assert_eq!(ids(db, author(Service::Twitter, "42")).await, [1, 2, 3]);
        assert_eq!(ids(db, author(Service::Facebook, "42")).await, Vec::<i64>::new());
        assert_eq!(ids(db, ListQuery { authors: Some(Vec::new()), ..ALL }).await, Vec::<i64>::new());
        assert_eq!(ids(db, ListQuery { has_author: Some(true), ..ALL }).await, [1, 2, 3]);
        assert_eq!(ids(db, ListQuery { has_author: Some(false), ..ALL }).await, [4]);
        assert_eq!(ids(db, ListQuery { has_private: Some(true), ..ALL }).await, [4]);
        assert_eq!(ids(db, ListQuery { has_private: Some(false), ..ALL }).await, [1, 2, 3]);
    }

    async fn tags_and_places_of_any_mention_count(db: &Db) {
        saved(db, (1..=3).map(|id| conversation(id, None)).collect()).await;
        let mut shifts = SideShifts::default();
        for (id, tag, profile) in [(1, 4, "a"), (2, 5, "b"), (3, 4, "b")] {
            let mut mention = member(id * 10, id);
            mention.state.tags = vec![TagId(tag)];
            mention.body.source.profile = Some(profile.into());
            shifts.replace(ConversationId(id), None, Some(&Share::of(&mention)));
        }
        shifted(db, shifts).await;
        let tagged = |tags: &[i64]| ListQuery { tags: Some(tags.iter().copied().map(TagId).collect()), ..ALL };
        assert_eq!(ids(db, tagged(&[4])).await, [1, 3]);
        assert_eq!(ids(db, tagged(&[4, 5])).await, [1, 2, 3]);
        assert_eq!(ids(db, tagged(&[])).await, Vec::<i64>::new());
        let at = |service, profile: &str| ListQuery {
            places: Some(vec![(service, profile.to_owned())]), ..ALL
        };
        assert_eq!(ids(db, at(Service::Twitter, "b")).await, [2, 3]);
        assert_eq!(ids(db, at(Service::Facebook, "b")).await, Vec::<i64>::new());
        let both = vec![(Service::Twitter, "a".to_owned()), (Service::Twitter, "b".to_owned())];
        assert_eq!(ids(db, ListQuery { places: Some(both), ..ALL }).await, [1, 2, 3]);
        // places are the same for all topics, and who reaches one topic finds only what is there
        let seen = list(db, &narrow(&[TopicId(1)]), &at(Service::Twitter, "b")).await.unwrap();
        assert!(seen.is_empty());
        assert_eq!(ids(db, ListQuery { places: Some(Vec::new()), ..ALL }).await, Vec::<i64>::new());
    }

    async fn what_is_empty_or_out_of_reach_is_not_listed(db: &Db) {
        let mut rows: Vec<_> = (1..=3).map(|id| conversation(id, None)).collect();
        rows[0].sum(&[]);
        rows[1].topic_id = TopicId(1002);
        saved(db, rows).await;
        assert_eq!(ids(db, ALL).await, [2, 3]);
        let seen = list(db, &narrow(&[TOPIC]), &ALL).await.unwrap();
        assert_eq!(seen.iter().map(|one| one.id.0).collect::<Vec<_>>(), [3]);
        assert!(list(db, &narrow(&[]), &ALL).await.unwrap().is_empty());
        assert!(list(db, &Scope::system(OTHER), &ALL).await.unwrap().is_empty());
    }
}
