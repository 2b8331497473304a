//! Repeated requests.

use domain::ids::{AccountId, UserId};
use domain::time::{MINUTE_MS, UnixMillis};

use super::fixtures::{NOW, write};
use crate::idempotency::{
    Answer, Claim, Owner, amend, claim, finish, release, release_unfinished, sweep,
};
use crate::{Db, both_engines};

const NODE: u8 = 3;

const MINE: Owner = Owner {
    account_id: Some(AccountId(1001)),
    user_id: UserId(7),
};

async fn ask(db: &Db, owner: Owner, print: &'static [u8], at: UnixMillis) -> Claim {
    write(db, move |tx| {
        Box::pin(async move { claim(tx, owner, "k", print, NODE, at).await })
    })
    .await
}

fn answer() -> Answer {
    Answer {
        status: 201,
        content_type: "application/json".to_owned(),
        body: b"{}".to_vec(),
    }
}

both_engines! {
    async fn a_repeat_gets_the_first_answer(db: &Db) {
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::New);
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::Running);
        assert_eq!(ask(db, MINE, b"two", NOW).await, Claim::Mismatch);
        let kept = write(db, |tx| Box::pin(async move { finish(tx, MINE, "k", b"one", &answer()).await })).await;
        assert!(kept);
        assert_eq!(ask(db, MINE, b"one", NOW.plus_ms(60 * MINUTE_MS)).await, Claim::Replay(answer()));
        assert_eq!(ask(db, MINE, b"two", NOW).await, Claim::Mismatch);
        let again = write(db, |tx| Box::pin(async move { finish(tx, MINE, "k", b"one", &answer()).await })).await;
        assert!(!again);
    }

    async fn a_kept_answer_can_be_replaced_and_a_missing_one_can_not(db: &Db) {
        let other = || Answer { status: 200, body: b"[]".to_vec(), ..answer() };
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::New);
        assert!(!write(db, move |tx| Box::pin(async move { amend(tx, MINE, "k", b"one", &other()).await })).await);
        assert!(write(db, |tx| Box::pin(async move { finish(tx, MINE, "k", b"one", &answer()).await })).await);
        assert!(!write(db, move |tx| Box::pin(async move { amend(tx, MINE, "k", b"two", &other()).await })).await);
        assert!(write(db, move |tx| Box::pin(async move { amend(tx, MINE, "k", b"one", &other()).await })).await);
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::Replay(other()));
    }

    async fn owners_do_not_share_keys(db: &Db) {
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::New);
        for owner in [
            Owner { account_id: None, ..MINE },
            Owner { account_id: Some(AccountId(1002)), ..MINE },
            Owner { user_id: UserId(8), ..MINE },
        ] {
            assert_eq!(ask(db, owner, b"two", NOW).await, Claim::New);
        }
    }

    async fn a_request_that_died_or_was_released_frees_its_key(db: &Db) {
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::New);
        assert_eq!(ask(db, MINE, b"one", NOW.plus_ms(5 * MINUTE_MS)).await, Claim::Running);
        assert_eq!(ask(db, MINE, b"two", NOW.plus_ms(5 * MINUTE_MS + 1)).await, Claim::New);
        assert!(!write(db, |tx| Box::pin(async move { finish(tx, MINE, "k", b"one", &answer()).await })).await);
        assert!(write(db, |tx| Box::pin(async move { release(tx, MINE, "k").await })).await);
        assert_eq!(ask(db, MINE, b"three", NOW).await, Claim::New);
    }

    async fn a_server_that_starts_frees_the_keys_it_was_at_and_no_others(db: &Db) {
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::New);
        let done = Owner { account_id: None, ..MINE };
        assert_eq!(ask(db, done, b"one", NOW).await, Claim::New);
        assert!(write(db, move |tx| Box::pin(async move { finish(tx, done, "k", b"one", &answer()).await })).await);
        assert_eq!(write(db, |tx| Box::pin(async move { release_unfinished(tx, NODE + 1).await })).await, 0);
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::Running);
        assert_eq!(write(db, |tx| Box::pin(async move { release_unfinished(tx, NODE).await })).await, 1);
        assert_eq!(ask(db, MINE, b"one", NOW).await, Claim::New);
        assert_eq!(ask(db, done, b"one", NOW).await, Claim::Replay(answer()));
    }

    async fn old_keys_are_forgotten(db: &Db) {
        ask(db, MINE, b"one", NOW).await;
        ask(db, Owner { account_id: None, ..MINE }, b"one", NOW.plus_ms(9)).await;
        let forgotten = write(db, |tx| Box::pin(async move { sweep(tx, NOW.plus_ms(9), 10).await })).await;
        assert_eq!(forgotten, 1);
        assert_eq!(ask(db, MINE, b"two", NOW).await, Claim::New);
    }

    async fn of_many_at_once_only_one_does_the_work(db: &Db) {
        let mut asking = Vec::new();
        for _ in 0..12 {
            let db = db.clone();
            asking.push(tokio::spawn(async move { ask(&db, MINE, b"one", NOW).await }));
        }
        let mut new = 0;
        for one in asking {
            match one.await.unwrap() {
                Claim::New => new += 1,
                other => assert_eq!(other, Claim::Running),
            }
        }
        assert_eq!(new, 1);
    }
}
