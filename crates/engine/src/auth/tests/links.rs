//! Links with which a password is set.

use store::both_engines;

use super::fixture::{EMAIL, PASSWORD, World, world};
use crate::Error;
use crate::auth::{password_links, people};

const NEW: &str = "die Fähre nach Wyk fährt pünktlich";
const OTHER: &str = "drei Möwen sitzen am Kai";

async fn link(world: &World) -> String {
    let link = password_links::create(world.engine(), EMAIL).await.unwrap();
    let url = link.url(world.engine());
    let start = "https://switchboard.example/account/password/link/";
    url.strip_prefix(start).unwrap().to_owned()
}

async fn set(world: &World, secret: &str, new: &str) -> Result<(), Error> {
    let address = "192.0.2.1".parse().unwrap();
    password_links::set_password(world.engine(), secret, new, address).await
}

fn is_ended(answer: &Result<(), Error>) -> bool {
    matches!(answer, Err(Error::Unauthenticated(_)))
}

both_engines! {
    async fn a_link_sets_one_password_and_ends_what_was_before(db: &Db) {
        let world = world(db).await;
        let issued = world.issued().await;
        let secret = link(&world).await;
        assert_eq!(secret.len(), 64, "256 bits");
        assert!(world.is_valid(&issued).await, "making a link ends nothing");
        assert!(world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", None).await.is_ok());
        let found = password_links::find(world.engine(), &secret).await.unwrap();
        assert_eq!(found.unwrap().email, EMAIL);

        let weak = set(&world, &secret, "short").await;
        assert!(matches!(&weak, Err(Error::Invalid { field, .. }) if field == "password"), "{weak:?}");
        set(&world, &secret, NEW).await.unwrap();
        assert!(is_ended(&set(&world, &secret, OTHER).await), "it is good once");
        assert!(!world.is_valid(&issued).await);
        assert!(world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", None).await.is_err());
        assert!(world.try_sign_in(EMAIL, NEW, "192.0.2.1", None).await.is_ok());
    }

    async fn a_link_ends_with_time_with_a_newer_one_and_with_any_other_password(db: &Db) {
        let world = world(db).await;
        let first = link(&world).await;
        let second = link(&world).await;
        assert!(is_ended(&set(&world, &first, NEW).await));
        world.clock().advance_ms(72 * 3_600_000 - 1);
        assert!(password_links::find(world.engine(), &second).await.unwrap().is_some());
        world.clock().advance_ms(1);
        assert!(is_ended(&set(&world, &second, NEW).await));

        let third = link(&world).await;
        people::change_password(world.engine(), world.first.user_id, PASSWORD, NEW, None).await.unwrap();
        assert!(is_ended(&set(&world, &third, OTHER).await));

        let fourth = link(&world).await;
        people::set_disabled(world.engine(), EMAIL, true, None).await.unwrap();
        assert!(is_ended(&set(&world, &fourth, OTHER).await));
        let refused = password_links::create(world.engine(), EMAIL).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        people::set_disabled(world.engine(), EMAIL, false, None).await.unwrap();
        assert!(is_ended(&set(&world, &fourth, OTHER).await));
    }

    async fn of_many_uses_of_a_link_at_once_one_sets_the_password(db: &Db) {
        let world = world(db).await;
        let secret = link(&world).await;
        let uses = (0..5).map(|_| set(&world, &secret, NEW));
        let answers = futures::future::join_all(uses).await;
        let done = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(done, 1, "{answers:?}");
    }

    async fn a_link_is_kept_as_a_hash_only(db: &Db) {
        let world = world(db).await;
        let secret = link(&world).await;
        let rows: Vec<(Vec<u8>,)> = db.sql("SELECT link_hash FROM password_links").fetch_all().await.unwrap();
        assert_eq!(rows, [(crate::auth::fingerprint(&secret),)]);
    }
}
