//! What people end of their own.

use domain::ids::AuditId;
use store::both_engines;

use super::fixture::{EMAIL, PASSWORD, World, world};
use crate::auth::audit::INSTALLATION;
use crate::auth::own::{self, ChangeError};
use crate::auth::sessions::{self, BrowserSession};
use crate::auth::setup::personal_token;
use crate::auth::{authenticate, people};
use crate::{Engine, Error};

const NEW: &str = "die Fähre nach Wyk fährt pünktlich";

fn here() -> std::net::IpAddr {
    "192.0.2.1".parse().unwrap()
}

async fn open(engine: &Engine, cookie: &str) -> Option<BrowserSession> {
    sessions::find(engine, cookie).await.unwrap()
}

async fn change(
    world: &World,
    session: &BrowserSession,
    current: &str,
) -> Result<String, ChangeError> {
    let changed = own::change_password(world.engine(), session, current, NEW, here(), None).await;
    changed.map(|cookie| cookie.expose().to_owned())
}

both_engines! {
    async fn who_changes_the_password_stays_signed_in_here_and_nowhere_else(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let (present, other) = (world.sign_in().await.session, world.sign_in().await.session);
        let issued = world.issued().await;
        let session = open(engine, present.expose()).await.unwrap();

        let fresh = change(&world, &session, PASSWORD).await.unwrap();

        assert!(open(engine, &fresh).await.is_some());
        for ended in [present.expose(), other.expose()] {
            assert_eq!(open(engine, ended).await, None);
        }
        assert!(!world.is_valid(&issued).await);
        assert!(world.try_sign_in(EMAIL, NEW, "192.0.2.1", None).await.is_ok());
    }

    async fn the_present_password_cannot_be_guessed_at_the_page(db: &Db) {
        let world = world(db).await;
        let session = world.session().await;
        for _ in 0..10 {
            let wrong = change(&world, &session, "a wrong present password").await;
            assert!(matches!(
                &wrong,
                Err(ChangeError::Other(Error::Invalid { field, .. })) if field == "current_password"
            ), "{wrong:?}");
        }
        let locked = change(&world, &session, PASSWORD).await;
        assert!(matches!(locked, Err(ChangeError::Locked { .. })), "{locked:?}");
        let failures = store::audit::list(db, INSTALLATION, AuditId(0), 100).await.unwrap();
        let failures = failures.iter().filter(|entry| entry.event == "login_failure").count();
        assert_eq!(failures, 10);
    }

    async fn sessions_are_seen_and_ended_by_their_owner_only(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let (present, other) = (world.sign_in().await.session, world.sign_in().await.session);
        let session = open(engine, present.expose()).await.unwrap();
        let seen = own::sessions(engine, &session).await.unwrap();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen.iter().filter(|open| open.is_present).count(), 1);
        assert!(seen.iter().all(|open| open.address.as_deref() == Some("192.0.2.1")));
        assert!(seen.iter().all(|open| open.agent.as_deref().unwrap().contains("Firefox")));
        let name = &seen.iter().find(|open| !open.is_present).unwrap().name;

        let stranger = people::prepare_user(engine, "Ann", "ann@x.example", Some(NEW)).await.unwrap();
        let now = engine.now();
        db.write::<_, Error, _>(move |tx| Box::pin(async move {
            Ok(people::find_or_create_user(tx, stranger, now).await?)
        })).await.unwrap();
        let strange = world.try_sign_in("ann@x.example", NEW, "192.0.2.1", None).await.unwrap().session;
        let strange = open(engine, strange.expose()).await.unwrap();
        assert!(!own::end_session(engine, &strange, name, here()).await.unwrap());
        assert!(open(engine, other.expose()).await.is_some());

        assert!(own::end_session(engine, &session, name, here()).await.unwrap());
        assert!(!own::end_session(engine, &session, name, here()).await.unwrap());
        assert_eq!(open(engine, other.expose()).await, None);
        assert!(open(engine, present.expose()).await.is_some());
        let third = world.sign_in().await.session;
        assert_eq!(own::end_other_sessions(engine, &session, here()).await.unwrap(), 1);
        assert_eq!(open(engine, third.expose()).await, None);
        assert!(open(engine, present.expose()).await.is_some());
    }

    async fn tokens_and_applications_are_seen_and_ended(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let issued = world.issued().await;
        let personal = personal_token(engine, EMAIL, "accounts_read").await.unwrap();
        let session = world.session().await;
        let tokens = own::tokens(engine, &session).await.unwrap();
        assert_eq!(tokens.len(), 1, "those of applications are shown with them");
        let applications = own::applications(engine, &session).await.unwrap();
        assert_eq!(applications.len(), 1);
        assert_eq!(applications[0].name, "CRM");
        assert_eq!(applications[0].scopes.to_string(), "identify accounts_read accounts_write");

        assert!(own::end_token(engine, &session, tokens[0].id, here()).await.unwrap());
        assert!(authenticate(engine, personal.access_token.expose()).await.is_err());
        assert!(world.is_valid(&issued).await);
        assert!(own::end_application(engine, &session, applications[0].id, here()).await.unwrap());
        assert!(!world.is_valid(&issued).await);
        assert!(world.refresh(&issued).await.is_err());
        assert!(!own::end_application(engine, &session, applications[0].id, here()).await.unwrap());
        assert!(own::tokens(engine, &session).await.unwrap().is_empty());
        assert!(own::applications(engine, &session).await.unwrap().is_empty());
    }

    async fn a_session_that_has_ended_meanwhile_ends_nothing(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let session = world.session().await;
        let issued = world.issued().await;
        let application = own::applications(engine, &session).await.unwrap()[0].id;
        people::reset_password(engine, EMAIL, NEW).await.unwrap();
        let late = own::end_application(engine, &session, application, here()).await;
        assert!(matches!(late, Err(Error::Unauthenticated(_))), "{late:?}");
        drop(issued);
    }
}
