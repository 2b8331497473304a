//! What a new password ends.

use store::both_engines;

use super::fixture::{EMAIL, PASSWORD, word, world};
use crate::Error;
use crate::auth::setup::personal_token;
use crate::auth::{authenticate, people, sessions, still_valid};

const NEW: &str = "die Fähre nach Wyk fährt pünktlich";

both_engines! {
    async fn a_new_password_ends_tokens_sessions_and_codes_at_once(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let signed_in = world.sign_in().await;
        let issued = world.issued().await;
        let personal = personal_token(engine, EMAIL, "accounts_read").await.unwrap();
        let identity = authenticate(engine, personal.access_token.expose()).await.unwrap();
        let code = world.code().await;

        people::change_password(engine, world.first.user_id, PASSWORD, NEW, None).await.unwrap();

        assert!(!world.is_valid(&issued).await);
        assert!(authenticate(engine, personal.access_token.expose()).await.is_err());
        assert!(!still_valid(engine, &identity).await.unwrap());
        word(world.refresh(&issued).await);
        word(world.exchange(&code).await);
        assert_eq!(sessions::find(engine, signed_in.session.expose()).await.unwrap(), None);
        assert!(world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", None).await.is_err());
        assert!(world.try_sign_in(EMAIL, NEW, "192.0.2.1", None).await.is_ok());
    }

    async fn what_is_issued_while_the_password_changes_is_dead_too(db: &Db) {
        let world = world(db).await;
        let session = world.session().await;
        let authorization = crate::auth::authorize::check(world.engine(), world.request()).await.unwrap();
        people::reset_password(world.engine(), EMAIL, NEW).await.unwrap();
        let late = crate::auth::authorize::approve(world.engine(), &authorization, &session).await;
        assert!(matches!(late, Err(Error::Unauthenticated(_))), "{late:?}");
    }

    async fn a_password_is_changed_only_by_who_knows_it_and_only_to_a_good_one(db: &Db) {
        let world = world(db).await;
        let issued = world.issued().await;
        for (current, new, field) in [
            ("not the current password", NEW, "current_password"),
            ("", NEW, "current_password"),
            (PASSWORD, "short", "password"),
            (PASSWORD, "passwordpassword", "password"),
            (PASSWORD, "ines@northwind.example", "password"),
        ] {
            let answer = people::change_password(world.engine(), world.first.user_id, current, new, None).await;
            match answer {
                Err(Error::Invalid { field: found, .. }) => assert_eq!(found, field),
                other => panic!("{new:?}: {other:?}"),
            }
        }
        assert!(world.is_valid(&issued).await);
    }
}
