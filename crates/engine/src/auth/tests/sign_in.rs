//! Signing in and being throttled.

use store::{Db, both_engines};

use super::fixture::{EMAIL, PASSWORD, World, world};
use crate::Error;
use crate::auth::sessions;
use crate::auth::sign_in::{SignInError, unlock};

async fn fail(world: &World, email: &str, address: &str) -> SignInError {
    world
        .try_sign_in(email, "wrong wrong wrong", address, None)
        .await
        .unwrap_err()
}

/// The failures of all buckets together.
async fn counted(db: &Db) -> i64 {
    let rows: Vec<(i64,)> = db
        .sql("SELECT failures FROM throttle ORDER BY bucket")
        .fetch_all()
        .await
        .unwrap();
    rows.into_iter().map(|(failures,)| failures).sum()
}

both_engines! {
    async fn a_session_is_new_at_each_sign_in_and_ends_idle_or_old(db: &Db) {
        let world = world(db).await;
        let first = world.sign_in().await;
        let second = world.sign_in().await;
        assert_ne!(first.session.expose(), second.session.expose());
        let find = async |cookie: &str| sessions::find(world.engine(), cookie).await.unwrap().is_some();
        let hour = 3_600_000;
        for _ in 0..12 {
            world.clock().advance_ms(12 * hour - 1);
            assert!(find(first.session.expose()).await);
        }
        assert!(!find(second.session.expose()).await, "nobody used it for twelve hours");
        for _ in 0..2 {
            world.clock().advance_ms(12 * hour - 1);
            assert!(find(first.session.expose()).await);
        }
        world.clock().advance_ms(14);
        assert!(!find(first.session.expose()).await, "a week is the end in any case");
    }

    async fn a_sign_in_that_comes_to_no_verdict_is_no_failure(db: &Db) {
        let world = world(db).await;
        let device = world.sign_in().await.device;
        world.engine().auth_state().passwords.shut();
        for device in [None, Some(device.expose())] {
            for _ in 0..20 {
                let refused = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", device).await;
                assert!(
                    matches!(refused, Err(SignInError::Other(Error::Unavailable(_)))),
                    "{refused:?}"
                );
                crate::give_back::all_done(world.engine()).await;
            }
        }
        assert_eq!(counted(db).await, 0);
    }

    async fn unlocking_ends_every_lock_of_the_person(db: &Db) {
        let world = world(db).await;
        let device = world.sign_in().await.device;
        for _ in 0..5 {
            fail(&world, EMAIL, "192.0.2.1").await;
        }
        for _ in 0..10 {
            let wrong = world.try_sign_in(EMAIL, "wrong", "192.0.2.1", Some(device.expose())).await;
            assert!(wrong.is_err());
        }
        assert!(unlock(world.engine(), EMAIL, None).await.unwrap());
        for device in [None, Some(device.expose())] {
            let in_again = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", device).await;
            assert!(in_again.is_ok(), "{in_again:?}");
        }
        assert!(!unlock(world.engine(), EMAIL, None).await.unwrap(), "there is none any more");
    }

    async fn signing_out_ends_the_session(db: &Db) {
        let world = world(db).await;
        let cookie = world.sign_in().await.session;
        sessions::sign_out(world.engine(), cookie.expose(), "192.0.2.1".parse().unwrap()).await.unwrap();
        assert_eq!(sessions::find(world.engine(), cookie.expose()).await.unwrap(), None);
    }

    async fn an_unknown_user_and_a_wrong_password_are_the_same_and_cost_the_same(db: &Db) {
        let world = world(db).await;
        let computed = || world.engine().auth_state().passwords.computed();
        let before = computed();
        let wrong = fail(&world, EMAIL, "192.0.2.1").await;
        let after_wrong = computed();
        let unknown = fail(&world, "nobody@northwind.example", "192.0.2.1").await;
        assert_eq!(wrong.to_string(), unknown.to_string());
        assert_eq!((after_wrong - before, computed() - after_wrong), (1, 1));
    }

    async fn five_failures_from_an_address_lock_it_for_a_minute_and_then_longer(db: &Db) {
        let world = world(db).await;
        for _ in 0..5 {
            assert!(matches!(fail(&world, EMAIL, "192.0.2.1").await, SignInError::Wrong));
        }
        let computed = world.engine().auth_state().passwords.computed();
        let locked = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", None).await;
        assert!(matches!(locked, Err(SignInError::Locked { retry_after_ms: 60_000 })), "{locked:?}");
        assert_eq!(world.engine().auth_state().passwords.computed(), computed, "no work for a locked one");
        assert!(world.try_sign_in(EMAIL, PASSWORD, "198.51.100.1", None).await.is_ok());
        world.clock().advance_ms(60_000);
        assert!(matches!(fail(&world, EMAIL, "192.0.2.1").await, SignInError::Wrong));
        let again = fail(&world, EMAIL, "192.0.2.1").await;
        assert!(matches!(again, SignInError::Locked { retry_after_ms: 120_000 }), "{again:?}");
        world.clock().advance_ms(120_000);
        world.sign_in().await;
        for _ in 0..4 {
            assert!(matches!(fail(&world, EMAIL, "192.0.2.1").await, SignInError::Wrong));
        }
        world.sign_in().await;
    }

    async fn an_attack_from_everywhere_does_not_lock_out_the_owners_browser(db: &Db) {
        let world = world(db).await;
        let device = world.sign_in().await.device;
        let mut locked = 0;
        for number in 0..200 {
            let address = format!("203.0.{}.{}", number / 100, number % 100 + 1);
            if matches!(fail(&world, EMAIL, &address).await, SignInError::Locked { .. }) {
                locked += 1;
            }
        }
        assert_eq!(locked, 170, "thirty guesses are looked at");
        let stranger = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.9", None).await;
        assert!(matches!(stranger, Err(SignInError::Locked { .. })));
        let other = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.9", Some(&"0".repeat(64))).await;
        assert!(matches!(other, Err(SignInError::Locked { .. })));
        let owner = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.9", Some(device.expose())).await;
        assert!(owner.is_ok(), "{owner:?}");
        let still = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.9", None).await;
        assert!(matches!(still, Err(SignInError::Locked { .. })), "the attack goes on");
        assert!(unlock(world.engine(), EMAIL, None).await.unwrap());
        assert!(world.try_sign_in(EMAIL, PASSWORD, "192.0.2.9", None).await.is_ok());
    }

    async fn a_known_browser_cannot_guess_without_end_either(db: &Db) {
        let world = world(db).await;
        let device = world.sign_in().await.device;
        let guess = async || world.try_sign_in(EMAIL, "wrong wrong wrong", "192.0.2.1", Some(device.expose())).await;
        for _ in 0..10 {
            assert!(matches!(guess().await, Err(SignInError::Wrong)));
        }
        assert!(matches!(guess().await, Err(SignInError::Locked { .. })));
    }

    async fn many_guesses_at_once_are_not_more_than_many_in_a_row(db: &Db) {
        let world = world(db).await;
        let guesses = (0..40).map(|_| fail(&world, EMAIL, "192.0.2.1"));
        let answers = futures::future::join_all(guesses).await;
        let looked_at = answers.iter().filter(|it| matches!(it, SignInError::Wrong)).count();
        assert_eq!(looked_at, 5, "{answers:?}");
    }

    async fn one_address_cannot_try_many_users(db: &Db) {
        let world = world(db).await;
        let mut looked_at = 0;
        for number in 0..80 {
            let email = format!("user{number}@northwind.example");
            if matches!(fail(&world, &email, "192.0.2.1").await, SignInError::Wrong) {
                looked_at += 1;
            }
        }
        assert_eq!(looked_at, 60);
        assert!(world.try_sign_in(EMAIL, PASSWORD, "192.0.2.2", None).await.is_ok());
    }

    async fn an_attempt_whose_password_was_not_looked_at_is_no_failure(db: &Db) {
        let world = world(db).await;
        world.engine().auth_state().passwords.close();
        for _ in 0..12 {
            let refused = world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", None).await;
            assert!(
                matches!(refused, Err(SignInError::Other(Error::Unavailable(_)))),
                "{refused:?}"
            );
            crate::give_back::all_done(world.engine()).await;
        }
    }
}
