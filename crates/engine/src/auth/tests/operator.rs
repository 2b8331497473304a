//! People whom the operator brings to an account.

use domain::user::MembershipState;
use store::both_engines;

use super::fixture::{EMAIL, PASSWORD, World, world};
use crate::auth::operator::{self, Way};
use crate::auth::people;
use crate::settings::accept_invitation;
use crate::{Error, auth};

use super::invitations::secret;

/// How somebody belongs to accounts, by the name of each.
async fn places(world: &World, email: &str) -> Vec<(String, MembershipState)> {
    let user = people::find_by_email(world.engine().db(), email)
        .await
        .unwrap();
    let found = store::memberships::places_of(world.engine().db(), user.user.id).await;
    let mut places: Vec<_> = found
        .unwrap()
        .into_iter()
        .map(|place| (place.account, place.state))
        .collect();
    places.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    places
}

both_engines! {
    async fn whom_the_installation_knows_is_asked_before_belonging_to_an_account(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let made = operator::create_account(engine, "Southwind", "ana@southwind.example", Some(PASSWORD), "UTC");
        let (southwind, way) = made.await.unwrap();
        assert_eq!(way, Way::Open);
        let create = async || {
            operator::create_user(engine, southwind.account_id, EMAIL, None, "Editor", None).await
        };
        let first = secret(&world, &create().await.unwrap().way);
        let invited = ("Southwind".to_owned(), MembershipState::Invited);
        let own = ("Northwind".to_owned(), MembershipState::Active);
        assert_eq!(places(&world, EMAIL).await, [own.clone(), invited]);
        let second = secret(&world, &create().await.unwrap().way);

        let session = world.session().await;
        let old = accept_invitation(engine, &session, southwind.account_id, &first).await;
        assert!(matches!(old, Err(Error::NotFound(_))), "a newer link replaces it: {old:?}");
        accept_invitation(engine, &session, southwind.account_id, &second).await.unwrap();
        let joined = ("Southwind".to_owned(), MembershipState::Active);
        assert_eq!(places(&world, EMAIL).await, [own, joined]);
        let again = create().await.unwrap_err().to_string();
        assert!(again.contains("is a user of account"), "{again}");
    }

    async fn the_administrator_of_a_new_account_is_asked_as_well(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let (made, way) = operator::create_account(engine, "Second", EMAIL, None, "UTC").await.unwrap();
        let secret = secret(&world, &way);
        let token = auth::setup::personal_token(engine, EMAIL, "accounts_read").await.unwrap();
        let identity = auth::authenticate(engine, token.access_token.expose()).await.unwrap();
        assert!(identity.scope_for(engine, made.account_id).await.is_err());
        let session = world.session().await;
        accept_invitation(engine, &session, made.account_id, &secret).await.unwrap();
        assert!(identity.scope_for(engine, made.account_id).await.is_ok());
    }

    async fn a_new_person_belongs_to_the_account_at_once_and_has_a_link_or_a_password(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let account = world.first.account_id;
        let made = operator::create_user(engine, account, "cem@x.example", None, "Editor", None).await.unwrap();
        assert!(matches!(made.way, Way::Password(_)), "{:?}", made.way);
        let active = ("Northwind".to_owned(), MembershipState::Active);
        assert_eq!(places(&world, "cem@x.example").await, [active]);
        let (_, way) = operator::create_account(engine, "Third", "cem@x.example", None, "UTC").await.unwrap();
        assert!(matches!(way, Way::Invitation { has_password: false, .. }), "{way:?}");
        let refused = operator::create_account(engine, "Fourth", EMAIL, Some(PASSWORD), "UTC").await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "a password of another is not set: {refused:?}");
    }
}
