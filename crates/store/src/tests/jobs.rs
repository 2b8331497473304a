//! Background work.

use domain::ids::{AccountId, JobId, ReportId};
use domain::report::Report;
use domain::scope::Scope;
use domain::time::UnixMillis;

use super::fixtures::{ACCOUNT, NOW, OTHER, two_accounts, write};
use super::reports::report;
use crate::jobs::{
    Job, NewJob, bury, claim, claim_report, extend, finish, free, pending_by_kind, push, retry,
};
use crate::nodes::{Holder, begin};
use crate::{Db, both_engines};

const HERE: Holder = Holder { node: 1, start: 7 };

fn job(id: i64, kind: &str, due_in_ms: i64) -> NewJob {
    NewJob {
        id: JobId(id),
        account_id: Some(AccountId(1001)),
        kind: kind.to_owned(),
        key: None,
        payload: format!("{{\"id\": {id}}}"),
        due_at: NOW.plus_ms(due_in_ms),
        added_at: NOW.plus_ms(id),
    }
}

async fn add(db: &Db, jobs: Vec<NewJob>) -> u64 {
    write(db, move |tx| Box::pin(async move { push(tx, &jobs).await })).await
}

async fn take(db: &Db, kinds: &'static [&'static str], limit: usize, now: UnixMillis) -> Vec<Job> {
    write(db, move |tx| {
        Box::pin(async move { claim(tx, kinds, limit, HERE, now, 1_000).await })
    })
    .await
}

fn numbers(jobs: &[Job]) -> Vec<i64> {
    jobs.iter().map(|job| job.id.0).collect()
}

both_engines! {
    async fn due_jobs_of_the_kind_are_taken_once_longest_waiting_first(db: &Db) {
        add(db, vec![job(1, "a", 5), job(2, "a", -5), job(3, "b", -9), job(4, "a", -7), job(5, "a", 0)]).await;
        assert_eq!(numbers(&take(db, &["a"], 2, NOW).await), [2, 4]);
        assert_eq!(numbers(&take(db, &["a"], 9, NOW).await), [5]);
        assert_eq!(numbers(&take(db, &["a"], 9, NOW).await), [0; 0]);
        assert_eq!(numbers(&take(db, &["c", "b"], 9, NOW).await), [3]);
        assert_eq!(numbers(&take(db, &[], 9, NOW.plus_ms(10_000)).await), [0; 0]);
    }

    async fn a_job_comes_back_as_it_was(db: &Db) {
        add(db, vec![job(1, "a", 0)]).await;
        let taken = take(db, &["a"], 1, NOW).await;
        assert_eq!(taken, [Job {
            id: JobId(1),
            account_id: Some(AccountId(1001)),
            kind: "a".to_owned(),
            payload: "{\"id\": 1}".to_owned(),
            attempts: 1,
            lease_until: NOW.plus_ms(1_000),
            added_at: NOW.plus_ms(1),
        }]);
    }

    async fn after_its_lease_a_job_is_taken_again_and_only_the_new_holder_may_end_it(db: &Db) {
        add(db, vec![job(1, "a", 0)]).await;
        let first = take(db, &["a"], 1, NOW).await.remove(0);
        let second = take(db, &["a"], 1, NOW.plus_ms(1_000)).await.remove(0);
        assert_eq!(second.attempts, 2);
        let (first_done, second_done) = write(db, move |tx| Box::pin(async move {
            assert!(!retry(tx, &first, NOW, "late").await?);
            assert!(!bury(tx, &first, "late").await?);
            Ok((finish(tx, &first).await?, finish(tx, &second).await?))
        })).await;
        assert_eq!((first_done, second_done), (false, true));
        assert_eq!(pending_by_kind(db).await.unwrap(), []);
    }

    async fn a_lease_is_extended_by_its_holder_only(db: &Db) {
        add(db, vec![job(1, "a", 0)]).await;
        let first = take(db, &["a"], 1, NOW).await.remove(0);
        let prolong = |held: Job, ms| write(db, move |tx| Box::pin(async move {
            extend(tx, &held, NOW.plus_ms(ms)).await
        }));
        assert!(prolong(first.clone(), 5_000).await);
        assert_eq!(numbers(&take(db, &["a"], 1, NOW.plus_ms(4_999)).await), [0; 0]);
        let second = take(db, &["a"], 1, NOW.plus_ms(5_000)).await.remove(0);
        assert!(!prolong(first, 9_000).await);
        let back = second.clone();
        write(db, move |tx| Box::pin(async move { retry(tx, &back, NOW, "later").await })).await;
        assert!(!prolong(second, 9_000).await, "nobody holds it");
        assert_eq!(numbers(&take(db, &["a"], 1, NOW).await), [1]);
    }

    async fn every_start_of_a_server_is_told_from_those_before(db: &Db) {
        let begin_on = |node| write(db, move |tx| Box::pin(async move { begin(tx, node, NOW).await }));
        assert_eq!(begin_on(3).await, Holder { node: 3, start: 1 });
        assert_eq!(begin_on(3).await, Holder { node: 3, start: 2 });
        assert_eq!(begin_on(4).await, Holder { node: 4, start: 1 });
    }

    async fn what_earlier_starts_of_a_server_had_taken_is_free_when_it_starts(db: &Db) {
        add(db, (1..=5).map(|id| job(id, "a", 0)).collect()).await;
        let as_holder = |holder| write(db, move |tx| Box::pin(async move {
            Ok(claim(tx, &["a"], 1, holder, NOW, 60_000).await?.remove(0))
        }));
        let before = as_holder(HERE).await;
        as_holder(Holder { node: 2, ..HERE }).await;
        as_holder(Holder { start: 8, ..HERE }).await;
        let failed = as_holder(HERE).await;
        let later = NOW.plus_ms(5_000);
        write(db, move |tx| Box::pin(async move { retry(tx, &failed, later, "x").await })).await;
        let present = Holder { start: 8, ..HERE };
        let freed = write(db, move |tx| Box::pin(async move { free(tx, present, false, NOW).await })).await;
        assert_eq!(freed, 1, "of this server, and not what it has taken since");
        let taken = take(db, &["a"], 9, NOW).await;
        assert_eq!(numbers(&taken), [1, 5]);
        assert_eq!(taken[0].attempts, 2);
        let ended = write(db, move |tx| Box::pin(async move { finish(tx, &before).await })).await;
        assert!(!ended, "it is somebody else's");
        let freed = write(db, move |tx| Box::pin(async move { free(tx, present, true, NOW).await })).await;
        assert_eq!(freed, 4, "the only server frees everybody's");
    }

    async fn a_failed_job_waits_until_its_time(db: &Db) {
        add(db, vec![job(1, "a", 0)]).await;
        let taken = take(db, &["a"], 1, NOW).await.remove(0);
        let error = format!("\0{}", "x".repeat(5_000));
        write(db, move |tx| Box::pin(async move { retry(tx, &taken, NOW.plus_ms(50), &error).await })).await;
        assert_eq!(numbers(&take(db, &["a"], 1, NOW.plus_ms(49)).await), [0; 0]);
        assert_eq!(take(db, &["a"], 1, NOW.plus_ms(50)).await.remove(0).attempts, 2);
    }

    async fn a_buried_job_stays_for_the_operator_and_frees_its_key(db: &Db) {
        let keyed = |id| NewJob { key: Some("profile 7".to_owned()), ..job(id, "poll", 0) };
        assert_eq!(add(db, vec![keyed(1)]).await, 1);
        assert_eq!(add(db, vec![keyed(2), job(3, "poll", 0)]).await, 1);
        let taken = take(db, &["poll"], 1, NOW).await.remove(0);
        assert_eq!(add(db, vec![keyed(4)]).await, 0);
        write(db, move |tx| Box::pin(async move { bury(tx, &taken, "gone").await })).await;
        assert_eq!(add(db, vec![keyed(5)]).await, 1);
        let pending = pending_by_kind(db).await.unwrap();
        assert_eq!(pending.len(), 1);
        assert_eq!((&*pending[0].kind, pending[0].waiting, pending[0].buried), ("poll", 2, 1));
        assert_eq!(pending[0].oldest_added_at, Some(NOW.0 + 3));
        assert_eq!(numbers(&take(db, &["poll"], 9, NOW.plus_ms(99_000)).await), [3, 5]);
    }

    async fn workers_at_the_same_time_never_share_a_job(db: &Db) {
        add(db, (0..400).map(|id| job(id, "a", 0)).collect()).await;
        let mut workers = Vec::new();
        for _ in 0..8 {
            let db = db.clone();
            workers.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let taken = take(&db, &["a"], 13, NOW).await;
                    if taken.is_empty() {
                        return mine;
                    }
                    mine.extend(numbers(&taken));
                }
            }));
        }
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        // a worker that found only locked rows may have stopped early: the rest is still there
        all.extend(numbers(&take(db, &["a"], 400, NOW).await));
        all.sort_unstable();
        assert_eq!(all, (0..400).collect::<Vec<_>>());
    }

    async fn accounts_take_turns_with_their_reports(db: &Db) {
        two_accounts(db).await;
        let of = |id, account_id| NewJob { account_id: Some(account_id), ..job(id, "report", id) };
        // All of the first account's were asked for before the other's.
        let mine = (1..=3).map(|id| of(id, ACCOUNT));
        add(db, mine.chain((4..=5).map(|id| of(id, OTHER))).collect()).await;
        add(db, vec![job(6, "other", 0), of(7, OTHER)]).await;
        let take = |ms| write(db, move |tx| Box::pin(async move {
            claim_report(tx, "report", HERE, NOW.plus_ms(ms), 1_000).await
        }));
        let first = take(5).await.unwrap();
        assert_eq!((first.id.0, first.attempts, first.lease_until), (1, 1, NOW.plus_ms(1_005)));
        assert_eq!(take(5).await.unwrap().id.0, 4, "nobody works for that account");
        assert_eq!(take(5).await.unwrap().id.0, 2, "both have one, this waits longer");
        assert_eq!(take(5).await.unwrap().id.0, 5);
        assert_eq!(take(5).await.unwrap().id.0, 3);
        assert_eq!(take(5).await, None, "one is not due");
        assert_eq!(take(1_005).await.unwrap().id.0, 7, "due meanwhile, before the leases ended");
        assert_eq!(take(1_005).await.unwrap().id.0, 1, "its lease is over");
    }

    async fn whose_report_was_begun_longest_ago_is_next(db: &Db) {
        two_accounts(db).await;
        let of = |id, account_id| NewJob { account_id: Some(account_id), ..job(id, "report", 0) };
        add(db, vec![of(1, ACCOUNT), of(2, ACCOUNT), of(3, OTHER), of(4, OTHER)]).await;
        let mut order = Vec::new();
        for ms in 1..=4 {
            let taken = write(db, move |tx| Box::pin(async move {
                let taken = claim_report(tx, "report", HERE, NOW, 1_000).await?.unwrap();
                let scope = Scope::system(taken.account_id.unwrap());
                let report = Report {
                    account_id: scope.account_id(),
                    id: ReportId(taken.id.0),
                    ..report(0)
                };
                crate::reports::create(tx, &scope, &report).await?;
                crate::reports::start(tx, &scope, report.id, NOW.plus_ms(ms)).await?;
                finish(tx, &taken).await?;
                Ok(taken)
            })).await;
            order.push(taken.id.0);
        }
        assert_eq!(order, [1, 3, 2, 4]);
    }
}
