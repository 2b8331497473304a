//! Repeated requests.

use domain::ids::{AccountId, UserId};
use domain::time::{MINUTE_MS, UnixMillis};

use super::fixtures::{NOW, write};
use crate::idempotency::{
    Answer, Known, LEASE_MS, Owner, Run, amend, claim, extend, find, finish, release,
    release_unfinished, sweep,
};
use crate::{Db, both_engines};

const NODE: u8 = 3;
const OTHER: u8 = 4;
/// A lease that has ended when it begins, whatever clock is asked.
const ENDED: i64 = -MINUTE_MS;

const MINE: Owner = Owner {
    account_id: Some(AccountId(1001)),
    user_id: UserId(7),
};

fn attempt(owner: Owner, print: &[u8], id: i64) -> Run {
    Run {
        owner,
        key: "k".to_owned(),
        fingerprint: print.to_owned(),
        id,
    }
}

fn one() -> Run {
    attempt(MINE, b"one", 1)
}

async fn take(db: &Db, run: Run, node: u8, at: UnixMillis, lease_ms: i64) -> bool {
    write(db, move |tx| {
        Box::pin(async move { claim(tx, &run, node, at, lease_ms).await })
    })
    .await
}

async fn keep(db: &Db, run: Run, answer: Answer) -> bool {
    write(db, move |tx| {
        Box::pin(async move { finish(tx, &run, &answer).await })
    })
    .await
}

async fn replace(db: &Db, run: Run, answer: Answer) -> bool {
    write(db, move |tx| {
        Box::pin(async move { amend(tx, &run, &answer).await })
    })
    .await
}

async fn free(db: &Db, run: Run) -> bool {
    write(db, move |tx| {
        Box::pin(async move { release(tx, &run).await })
    })
    .await
}

async fn look(db: &Db, run: Run, node: u8) -> Known {
    find(db, &run, node, NOW).await.unwrap()
}

fn answer() -> Answer {
    Answer {
        status: 201,
        content_type: "application/json".to_owned(),
        body: Some(b"{}".to_vec()),
        object: None,
    }
}

both_engines! {
    async fn a_repeat_gets_the_first_answer(db: &Db) {
        assert_eq!(look(db, one(), OTHER).await, Known::Free);
        assert!(take(db, one(), NODE, NOW, LEASE_MS).await);
        assert_eq!(look(db, one(), OTHER).await, Known::Running);
        assert_eq!(look(db, attempt(MINE, b"two", 2), OTHER).await, Known::Mismatch);
        assert!(keep(db, one(), answer()).await);
        for node in [NODE, OTHER] {
            assert_eq!(look(db, attempt(MINE, b"one", 2), node).await, Known::Answered(answer()));
            assert_eq!(look(db, attempt(MINE, b"two", 3), node).await, Known::Mismatch);
            assert!(!take(db, attempt(MINE, b"one", 4), node, NOW, LEASE_MS).await);
        }
        assert!(!keep(db, one(), answer()).await);
    }

    async fn of_a_large_answer_is_kept_where_its_object_is(db: &Db) {
        let large = Answer { body: None, object: Some("/1001/inbox/mention/1/2".to_owned()), ..answer() };
        assert!(take(db, one(), NODE, NOW, LEASE_MS).await);
        assert!(keep(db, one(), large.clone()).await);
        assert_eq!(look(db, one(), NODE).await, Known::Answered(large));
    }

    async fn a_kept_answer_can_be_replaced_and_a_missing_one_cannot(db: &Db) {
        let other = || Answer { status: 200, body: Some(b"[]".to_vec()), ..answer() };
        assert!(take(db, one(), NODE, NOW, LEASE_MS).await);
        assert!(!replace(db, one(), other()).await);
        assert!(keep(db, one(), answer()).await);
        assert!(!replace(db, attempt(MINE, b"one", 2), other()).await);
        assert!(replace(db, one(), other()).await);
        assert_eq!(look(db, one(), NODE).await, Known::Answered(other()));
    }

    async fn owners_do_not_share_keys(db: &Db) {
        assert!(take(db, one(), NODE, NOW, LEASE_MS).await);
        for owner in [
            Owner { account_id: None, ..MINE },
            Owner { account_id: Some(AccountId(1002)), ..MINE },
            Owner { user_id: UserId(8), ..MINE },
        ] {
            assert!(take(db, attempt(owner, b"two", 2), OTHER, NOW, LEASE_MS).await);
        }
    }

    async fn what_a_server_left_is_free_to_itself_at_once_and_to_others_after_the_lease(db: &Db) {
        assert!(take(db, one(), NODE, NOW, LEASE_MS).await);
        let two = || attempt(MINE, b"two", 2);
        assert!(!take(db, two(), OTHER, NOW, LEASE_MS).await);
        assert_eq!(look(db, two(), NODE).await, Known::Free);
        assert!(take(db, two(), NODE, NOW, ENDED).await);
        assert_eq!(look(db, one(), OTHER).await, Known::Free);
        assert!(take(db, attempt(MINE, b"three", 3), OTHER, NOW, LEASE_MS).await);
    }

    async fn who_lost_a_key_can_neither_answer_nor_free_it(db: &Db) {
        assert!(take(db, one(), NODE, NOW, ENDED).await);
        let two = || attempt(MINE, b"one", 2);
        assert!(take(db, two(), OTHER, NOW, LEASE_MS).await);
        assert!(!keep(db, one(), answer()).await);
        assert!(!free(db, one()).await);
        assert_eq!(look(db, one(), NODE).await, Known::Running);
        assert!(free(db, two()).await);
        assert_eq!(look(db, one(), NODE).await, Known::Free);
    }

    async fn a_request_that_runs_long_keeps_its_key(db: &Db) {
        assert!(take(db, one(), NODE, NOW, ENDED).await);
        assert_eq!(look(db, one(), OTHER).await, Known::Free);
        let told = write(db, |tx| Box::pin(async move { extend(tx, &[1, 9], NOW, LEASE_MS).await })).await;
        assert_eq!(told, 1);
        assert_eq!(look(db, one(), OTHER).await, Known::Running);
    }

    async fn a_server_that_starts_frees_the_keys_it_was_at_and_no_others(db: &Db) {
        assert!(take(db, one(), NODE, NOW, LEASE_MS).await);
        let done = || attempt(Owner { account_id: None, ..MINE }, b"one", 2);
        assert!(take(db, done(), NODE, NOW, LEASE_MS).await);
        assert!(keep(db, done(), answer()).await);
        assert_eq!(write(db, |tx| Box::pin(async move { release_unfinished(tx, OTHER).await })).await, 0);
        assert_eq!(look(db, one(), OTHER).await, Known::Running);
        assert_eq!(write(db, |tx| Box::pin(async move { release_unfinished(tx, NODE).await })).await, 1);
        assert_eq!(look(db, one(), OTHER).await, Known::Free);
        assert_eq!(look(db, done(), OTHER).await, Known::Answered(answer()));
    }

    async fn old_keys_are_forgotten(db: &Db) {
        assert!(take(db, one(), NODE, NOW, LEASE_MS).await);
        let later = attempt(Owner { account_id: None, ..MINE }, b"one", 2);
        assert!(take(db, later, NODE, NOW.plus_ms(9), LEASE_MS).await);
        let forgotten = write(db, |tx| Box::pin(async move { sweep(tx, NOW.plus_ms(9), 10).await })).await;
        assert_eq!(forgotten, 1);
        assert_eq!(look(db, one(), OTHER).await, Known::Free);
    }

    async fn of_many_servers_at_once_only_one_does_the_work(db: &Db) {
        let mut asking = Vec::new();
        for node in 0..12_u8 {
            let db = db.clone();
            asking.push(tokio::spawn(async move {
                take(&db, attempt(MINE, b"one", i64::from(node)), node, NOW, LEASE_MS).await
            }));
        }
        let mut new = 0;
        for one in asking {
            new += usize::from(one.await.unwrap());
        }
        assert_eq!(new, 1);
    }
}
