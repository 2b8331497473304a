//! Links with which invitations are accepted.

use domain::user::MembershipState;
use store::both_engines;

use super::fixture::{EMAIL, PASSWORD, World, world};
use crate::auth::operator::{self, Way};
use crate::auth::sessions::{self, BrowserSession};
use crate::auth::{invitation_links, people};
use crate::settings::{accept_invitation, decline_invitation, remove_member};
use crate::{Error, auth};
use domain::ids::{AccountId, UserId};
use domain::scope::Scope;

const BEN: &str = "ben@southwind.example";

/// The secret of the link that was made for somebody who is invited.
pub(super) fn secret(world: &World, way: &Way) -> String {
    let Way::Invitation { link, .. } = way else {
        panic!("{way:?}")
    };
    let url = link.url(world.engine());
    let start = "https://switchboard.example/account/invitation/link/";
    url.strip_prefix(start).unwrap().to_owned()
}

/// An account of another administrator.
async fn southwind(world: &World) -> AccountId {
    let (engine, password) = (world.engine(), Some(PASSWORD));
    let made = operator::create_account(engine, "Southwind", BEN, password, "UTC");
    made.await.unwrap().0.account_id
}

/// Invites to an account; gives the secret of the link.
async fn invite(world: &World, account: AccountId, email: &str) -> String {
    let engine = world.engine();
    let made = operator::create_user(engine, account, email, None, "Administrator", None).await;
    secret(world, &made.unwrap().way)
}

async fn session_of(world: &World, email: &str) -> BrowserSession {
    let signed_in = world.try_sign_in(email, PASSWORD, "192.0.2.1", None).await;
    let cookie = signed_in.unwrap().session;
    let found = sessions::find(world.engine(), cookie.expose()).await;
    found.unwrap().unwrap()
}

async fn is_good(world: &World, session: &BrowserSession, secret: &str) -> bool {
    let found = invitation_links::find(world.engine(), session, secret).await;
    found.unwrap().is_some()
}

fn is_refused(answer: &Result<(), Error>) -> bool {
    matches!(answer, Err(Error::NotFound(_)))
}

async fn state(world: &World, account: AccountId, user: UserId) -> Option<MembershipState> {
    let (db, scope) = (world.engine().db(), Scope::system(account));
    let found = store::memberships::find(db, &scope, user).await.unwrap();
    found.map(|membership| membership.state)
}

both_engines! {
    async fn who_has_a_sign_in_of_another_accounts_making_does_not_thereby_have_its_invitations(db: &Db) {
        let world = world(db).await;
        let (engine, account) = (world.engine(), southwind(&world).await);
        // One account makes up the address and its password, the other one invites the address.
        for (email, password) in [("ceo@victim.example", Some(PASSWORD)), ("cfo@victim.example", None)] {
            let made = operator::create_user(engine, account, email, None, "Editor", password).await.unwrap();
            if let Way::Password(link) = &made.way {
                let url = link.url(engine);
                let secret = url.rsplit('/').next().unwrap();
                let address = "192.0.2.1".parse().unwrap();
                auth::password_links::set_password(engine, secret, PASSWORD, address).await.unwrap();
            }
            let (north, user) = (world.first.account_id, made.user_id);
            let secret = invite(&world, north, email).await;
            let session = session_of(&world, email).await;
            for guess in ["", "0000", &"0".repeat(64)] {
                let tried = accept_invitation(engine, &session, north, guess).await;
                assert!(is_refused(&tried), "{tried:?}");
            }
            assert_eq!(state(&world, north, user).await, Some(MembershipState::Invited));
            accept_invitation(engine, &session, north, &secret).await.unwrap();
            assert_eq!(state(&world, north, user).await, Some(MembershipState::Active));
            assert!(!is_good(&world, &session, &secret).await, "it is good once");
        }
    }

    async fn a_link_is_good_for_one_account_and_one_person(db: &Db) {
        let world = world(db).await;
        let (engine, account) = (world.engine(), southwind(&world).await);
        let own = invite(&world, account, EMAIL).await;
        let (third, way) = operator::create_account(engine, "Third", BEN, None, "UTC").await.unwrap();
        let other = secret(&world, &way);
        let session = world.session().await;
        let found = invitation_links::find(engine, &session, &own).await.unwrap().unwrap();
        assert_eq!((found.account.as_str(), found.role.as_str()), ("Southwind", "Administrator"));
        assert!(!is_good(&world, &session, &other).await);
        for (account, secret) in [(account, &other), (third.account_id, &own), (third.account_id, &other)] {
            let tried = accept_invitation(engine, &session, account, secret).await;
            assert!(is_refused(&tried), "{account}: {tried:?}");
        }
        let ben = session_of(&world, BEN).await;
        assert!(is_good(&world, &ben, &other).await && !is_good(&world, &ben, &own).await);
        assert!(is_good(&world, &session, &own).await, "wrong uses leave it as it is");
    }

    async fn a_link_ends_with_time_and_with_the_invitation(db: &Db) {
        let world = world(db).await;
        let (engine, account) = (world.engine(), southwind(&world).await);
        let session = world.session().await;
        let user = session.user.id;
        let secret = invite(&world, account, EMAIL).await;
        decline_invitation(engine, &session, account).await.unwrap();
        assert!(is_refused(&accept_invitation(engine, &session, account, &secret).await));
        let secret = invite(&world, account, EMAIL).await;
        let administrator = Scope::system(account);
        remove_member(engine, &administrator, user).await.unwrap();
        assert!(!is_good(&world, &session, &secret).await);
        let newer = invite(&world, account, EMAIL).await;
        let late = accept_invitation(engine, &session, account, &secret).await;
        assert!(is_refused(&late), "it does not come back with another invitation: {late:?}");
        let life_ms = engine.config().auth.password_link_ms;
        world.clock().advance_ms(life_ms - 1);
        assert!(is_good(&world, &session, &newer).await);
        world.clock().advance_ms(1);
        assert!(!is_good(&world, &session, &newer).await);
        assert!(is_refused(&accept_invitation(engine, &session, account, &newer).await));
        assert_eq!(state(&world, account, user).await, Some(MembershipState::Invited));
        auth::upkeep::prune(engine).await.unwrap();
    }

    async fn of_many_uses_of_an_invitation_at_once_one_is_taken(db: &Db) {
        let world = world(db).await;
        let (engine, account) = (world.engine(), southwind(&world).await);
        let session = world.session().await;
        let secret = invite(&world, account, EMAIL).await;
        let uses = (0..5).map(|_| accept_invitation(engine, &session, account, &secret));
        let answers = futures::future::join_all(uses).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    }

    async fn the_secret_of_an_invitation_is_kept_as_a_hash_only(db: &Db) {
        let world = world(db).await;
        let account = southwind(&world).await;
        let first = invite(&world, account, EMAIL).await;
        assert_eq!(first.len(), 64, "256 bits");
        let rows: Vec<(Vec<u8>,)> = db.sql("SELECT link_hash FROM invitation_links").fetch_all().await.unwrap();
        assert_eq!(rows, [(auth::fingerprint(&first),)]);
        let user = people::find_by_email(db, EMAIL).await.unwrap().user.id;
        let again = operator::create_user(world.engine(), account, EMAIL, None, "Editor", None).await.unwrap();
        assert_ne!(secret(&world, &again.way), first);
        let rows: Vec<(i64,)> = db.sql("SELECT user_id FROM invitation_links").fetch_all().await.unwrap();
        assert_eq!(rows, [(user.0,)], "the newer one replaces it");
    }
}
