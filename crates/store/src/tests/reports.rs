//! Reports.

use domain::ids::{ProfileId, ReportId, TopicId, UserId};
use domain::report::{Report, ReportDate, ReportFile, ReportFormat, ReportSubject, report_name};
use domain::role::TopicAccess;
use domain::scope::Scope;
use jiff::civil::date;

use super::fixtures::{ACCOUNT, NOW, OTHER, narrow, scope, two_accounts, write};
use crate::reports::{
    complete, create, fail, find, list, list_open, old_files, remove_file, start, sweep,
};
use crate::{Db, StoreError, both_engines};

pub(super) fn report(id: i64) -> Report {
    let (first_day, last_day) = (date(2026, 5, 26), date(2026, 6, 1));
    Report {
        account_id: ACCOUNT,
        id: ReportId(id),
        name: report_name("Café", ReportDate::Updated, first_day, last_day),
        subject: ReportSubject::Profile(ProfileId(9)),
        first_day,
        last_day,
        by: ReportDate::Updated,
        format: ReportFormat::Csv,
        topics: only(&[5, 6]),
        user_id: Some(UserId(7)),
        added_at: NOW,
        started_at: None,
        generated_at: None,
        failure: None,
        file: None,
        removed_at: None,
    }
}

fn only(topics: &[i64]) -> TopicAccess {
    TopicAccess::Only(topics.iter().copied().map(TopicId).collect())
}

fn file(name: &str) -> ReportFile {
    ReportFile {
        name: name.to_owned(),
        bytes: 5_000_000_000,
        messages: 1_000_000,
    }
}

async fn add(db: &Db, report: &Report) {
    let report = report.clone();
    write(db, move |tx| {
        Box::pin(async move { create(tx, &scope(), &report).await })
    })
    .await;
}

async fn begin(db: &Db, id: i64, ms: i64) -> bool {
    write(db, move |tx| {
        Box::pin(async move { start(tx, &scope(), ReportId(id), NOW.plus_ms(ms)).await })
    })
    .await
}

async fn end(db: &Db, id: i64, ms: i64) -> bool {
    write(db, move |tx| {
        Box::pin(async move {
            complete(tx, &scope(), ReportId(id), NOW.plus_ms(ms), &file("a.zip")).await
        })
    })
    .await
}

async fn give_up(db: &Db, id: i64) -> bool {
    write(db, move |tx| {
        Box::pin(async move { fail(tx, &scope(), ReportId(id), "Reading failed.").await })
    })
    .await
}

async fn get(db: &Db, id: i64) -> Report {
    find(db, &scope(), ReportId(id)).await.unwrap().unwrap()
}

fn numbers(reports: &[Report]) -> Vec<i64> {
    reports.iter().map(|report| report.id.0).collect()
}

both_engines! {
    async fn a_report_comes_back_as_it_was(db: &Db) {
        two_accounts(db).await;
        let whole = Report {
            subject: ReportSubject::Account,
            by: ReportDate::Created,
            format: ReportFormat::Workbook,
            topics: TopicAccess::All,
            user_id: None,
            ..report(2)
        };
        add(db, &whole).await;
        add(db, &report(1)).await;
        assert_eq!(list(db, &scope()).await.unwrap(), [report(1), whole.clone()]);
        assert_eq!(get(db, 2).await, whole);
        let mut foreign = report(3);
        foreign.account_id = OTHER;
        let refused = db
            .write(move |tx| Box::pin(async move { create(tx, &scope(), &foreign).await }))
            .await;
        assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
    }

    async fn a_report_is_seen_by_those_who_reach_all_its_topics(db: &Db) {
        two_accounts(db).await;
        add(db, &report(1)).await;
        add(db, &Report { topics: TopicAccess::All, ..report(2) }).await;
        for (seer, seen) in [
            (scope(), vec![1, 2]),
            (narrow(&[TopicId(4), TopicId(5), TopicId(6)]), vec![1]),
            (narrow(&[TopicId(5)]), vec![]),
            (narrow(&[]), vec![]),
            (Scope::system(OTHER), vec![]),
        ] {
            assert_eq!(numbers(&list(db, &seer).await.unwrap()), seen);
            for id in [1, 2] {
                let found = find(db, &seer, ReportId(id)).await.unwrap();
                assert_eq!(found.is_some(), seen.contains(&id));
            }
        }
    }

    async fn a_report_begins_and_ends_once(db: &Db) {
        two_accounts(db).await;
        add(db, &report(1)).await;
        add(db, &report(2)).await;
        assert_eq!(list_open(db, &scope()).await.unwrap(), [report(1), report(2)]);
        assert_eq!(list_open(db, &Scope::system(OTHER)).await.unwrap(), []);
        assert!(begin(db, 1, 10).await);
        assert!(begin(db, 1, 20).await, "again after a restart");
        assert_eq!(get(db, 1).await.started_at, Some(NOW.plus_ms(10)));
        assert!(end(db, 1, 30).await);
        assert_eq!(numbers(&list_open(db, &scope()).await.unwrap()), [2]);
        assert!(!end(db, 1, 40).await);
        assert!(!give_up(db, 1).await);
        assert!(!begin(db, 1, 50).await);
        assert_eq!(get(db, 1).await, Report {
            started_at: Some(NOW.plus_ms(10)),
            generated_at: Some(NOW.plus_ms(30)),
            file: Some(file("a.zip")),
            ..report(1)
        });
        assert!(!begin(db, 77, 0).await, "there is none");
    }

    async fn a_failed_report_stays_failed(db: &Db) {
        two_accounts(db).await;
        add(db, &report(1)).await;
        assert!(give_up(db, 1).await);
        assert_eq!(list_open(db, &scope()).await.unwrap(), []);
        assert!(!begin(db, 1, 0).await);
        assert!(!end(db, 1, 0).await);
        assert_eq!(get(db, 1).await, Report { failure: Some("Reading failed.".into()), ..report(1) });
    }

    async fn old_files_are_found_until_they_are_removed(db: &Db) {
        two_accounts(db).await;
        for (id, ms) in [(1, 30), (2, 10), (3, 20)] {
            add(db, &report(id)).await;
            assert!(end(db, id, ms).await);
        }
        add(db, &report(4)).await;
        assert_eq!(numbers(&old_files(db, NOW.plus_ms(30), 9, 9).await.unwrap()), [2, 3]);
        assert_eq!(numbers(&old_files(db, NOW.plus_ms(31), 9, 1).await.unwrap()), [2]);
        let remove = |id| write(db, move |tx| Box::pin(async move {
            remove_file(tx, &scope(), ReportId(id), NOW.plus_ms(99)).await
        }));
        assert!(remove(2).await);
        assert!(!remove(2).await);
        assert!(!remove(4).await, "it has none");
        assert_eq!(numbers(&old_files(db, NOW.plus_ms(31), 9, 9).await.unwrap()), [3, 1]);
        let removed = get(db, 2).await;
        assert_eq!(removed.removed_at, Some(NOW.plus_ms(99)));
        assert_eq!(removed.file, Some(file("a.zip")));
    }

    async fn of_each_account_only_the_newest_files_are_kept(db: &Db) {
        two_accounts(db).await;
        // The order in which they became ready counts, not that in which they were asked for.
        for (id, ms) in [(1, 30), (2, 10), (3, 20), (4, 20)] {
            add(db, &report(id)).await;
            assert!(end(db, id, ms).await);
        }
        add(db, &report(5)).await;
        let foreign = Report { account_id: OTHER, ..report(1) };
        write(db, move |tx| Box::pin(async move {
            let other = Scope::system(OTHER);
            create(tx, &other, &foreign).await?;
            complete(tx, &other, ReportId(1), NOW, &file("b.zip")).await
        })).await;
        let surplus = async |most| numbers(&old_files(db, NOW, most, 9).await.unwrap());
        assert_eq!(surplus(4).await, [0; 0]);
        assert_eq!(surplus(2).await, [2, 3]);
        write(db, |tx| Box::pin(async move {
            remove_file(tx, &scope(), ReportId(3), NOW).await
        })).await;
        assert_eq!(surplus(2).await, [2]);
    }

    async fn reports_without_files_are_forgotten_by_age_and_by_number(db: &Db) {
        two_accounts(db).await;
        for (id, ms) in [(1, 0), (2, 10), (3, 20), (4, 30), (5, 0), (6, 0)] {
            add(db, &Report { added_at: NOW.plus_ms(ms), ..report(id) }).await;
        }
        for id in [1, 2, 3] {
            assert!(end(db, id, 40).await);
            write(db, move |tx| Box::pin(async move {
                remove_file(tx, &scope(), ReportId(id), NOW).await
            })).await;
        }
        assert!(give_up(db, 4).await);
        assert!(end(db, 5, 40).await, "its file is there");
        let forget = |ms, most, limit| write(db, move |tx| Box::pin(async move {
            sweep(tx, NOW.plus_ms(ms), most, limit).await
        }));
        let left = async || numbers(&list(db, &scope()).await.unwrap());
        assert_eq!(forget(0, 4, 9).await, 0);
        assert_eq!(forget(11, 9, 1).await, 1);
        assert_eq!(forget(11, 9, 9).await, 1);
        assert_eq!(left().await, [3, 4, 5, 6]);
        assert_eq!(forget(0, 1, 9).await, 1);
        assert_eq!(left().await, [4, 5, 6]);
        assert_eq!(forget(31, 1, 9).await, 1);
        assert_eq!(left().await, [5, 6], "one has its file, one waits");
    }
}
