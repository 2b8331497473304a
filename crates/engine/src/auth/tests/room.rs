//! How much there may be of what people and programs are given.

use domain::ids::{ApplicationId, TokenId, UserId};
use domain::limits;
use domain::time::{MINUTE_MS, UnixMillis};
use store::applications::Application;
use store::codes::Code;
use store::sessions::Session;
use store::tokens::Token;
use store::{Db, StoreError, Tx, Work, both_engines};

use super::fixture::{EMAIL, World, register, word, world};
use crate::auth::grants::GrantErrorCode;
use crate::auth::setup::{self, NewApplication};
use crate::auth::{own, sessions};
use crate::testing::START;
use crate::{Engine, Error};

async fn write<T, F>(db: &Db, work: F) -> T
where
    T: Send + 'static,
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, StoreError> + Send + 'static,
{
    db.write(work).await.unwrap()
}

fn session(user_id: UserId, number: usize) -> Session {
    Session {
        session_hash: format!("session {number}").into_bytes(),
        user_id,
        epoch: 0,
        added_at: START,
        used_at: START.plus_ms(-MINUTE_MS + i64::try_from(number).unwrap()),
        expires_at: START.plus_ms(1_000_000_000),
        address: None,
        agent: None,
    }
}

fn token(number: usize, application_id: ApplicationId, user_id: UserId, at: UnixMillis) -> Token {
    let id = TokenId(100_000 + i64::try_from(number).unwrap());
    Token {
        id,
        token_hash: format!("token {number}").into_bytes(),
        is_refresh: false,
        application_id,
        user_id,
        epoch: 0,
        grant_id: id,
        parent_id: None,
        scopes: "accounts_read".to_owned(),
        added_at: at,
        expires_at: START.plus_ms(1_000_000_000),
        used_at: None,
        successor_salt: None,
        revoked_at: None,
    }
}

/// The tokens in force of these numbers.
async fn in_force(engine: &Engine, numbers: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut found = Vec::new();
    for number in numbers {
        let hash = format!("token {number}").into_bytes();
        let live = store::tokens::find_live(engine.db(), &hash, engine.now()).await;
        if live.unwrap().is_some() {
            found.push(number);
        }
    }
    found
}

/// Consents of the first user, used one after the other.
async fn consent(world: &World, application: ApplicationId, numbers: std::ops::Range<usize>) {
    let user = world.first.user_id;
    write(world.engine().db(), move |tx| {
        Box::pin(async move {
            for number in numbers {
                let at = START.plus_ms(-MINUTE_MS + i64::try_from(number).unwrap());
                store::tokens::create(tx, &token(number, application, user, at)).await?;
            }
            Ok(())
        })
    })
    .await;
}

both_engines! {
    async fn a_new_sign_in_ends_the_session_that_was_used_longest_ago_where_there_is_no_room(db: &Db) {
        let world = world(db).await;
        let (engine, user) = (world.engine(), world.first.user_id);
        write(db, move |tx| Box::pin(async move {
            // The last one that was made was used longest ago.
            for number in (0..limits::SESSIONS).rev() {
                store::sessions::create(tx, &session(user, number)).await?;
            }
            Ok(())
        })).await;
        let present = world.session().await;
        let open = own::sessions(engine, &present).await.unwrap();
        assert_eq!(open.len(), limits::SESSIONS);
        assert_eq!(open.iter().filter(|one| one.is_present).count(), 1);
        let is_open = async |number: usize| {
            let hash = format!("session {number}").into_bytes();
            let found = store::sessions::find_live(db, &hash, START, UnixMillis(0)).await;
            found.unwrap().is_some()
        };
        assert!(!is_open(0).await && is_open(1).await);
        assert!(is_open(limits::SESSIONS - 1).await);
        let signed_in = world.sign_in().await;
        assert!(sessions::find(engine, signed_in.session.expose()).await.unwrap().is_some());
        assert!(!is_open(1).await && is_open(2).await);
    }

    async fn the_browsers_that_signed_in_longest_ago_are_forgotten(db: &Db) {
        let world = world(db).await;
        let user = world.first.user_id;
        let hash = |number: usize| format!("device {number}").into_bytes();
        write(db, move |tx| Box::pin(async move {
            for number in 0..limits::DEVICES {
                let until = START.plus_ms(1_000 + i64::try_from(number).unwrap());
                store::sessions::remember_device(tx, &hash(number), user, until).await?;
            }
            Ok(())
        })).await;
        world.sign_in().await;
        let known = write(db, move |tx| Box::pin(async move { store::sessions::devices_of(tx, user).await })).await;
        assert_eq!(known.len(), limits::DEVICES);
        assert!(!known.contains(&hash(0)) && known.contains(&hash(1)));
    }

    async fn the_oldest_code_that_waits_ends_where_there_is_no_room(db: &Db) {
        let world = world(db).await;
        let (user_id, application_id) = (world.first.user_id, world.app.id);
        let first = world.code().await;
        write(db, move |tx| Box::pin(async move {
            for number in 1..limits::CODES {
                let later = i64::try_from(number).unwrap();
                let code = Code {
                    code_hash: format!("code {number}").into_bytes(),
                    application_id,
                    user_id,
                    epoch: 0,
                    grant_id: TokenId(100_000 + later),
                    scopes: "accounts_read".to_owned(),
                    redirect_uri: None,
                    challenge: None,
                    expires_at: START.plus_ms(MINUTE_MS + later),
                    used_at: None,
                };
                store::codes::create(tx, &code).await?;
            }
            Ok(())
        })).await;
        world.clock().advance_ms(1_000);
        let last = world.code().await;
        assert_eq!(word(world.exchange(&first).await), GrantErrorCode::InvalidGrant);
        world.exchange(&last).await.unwrap();
    }

    async fn a_new_consent_ends_the_one_to_the_same_application_that_was_used_longest_ago(db: &Db) {
        let world = world(db).await;
        let other = register(world.engine(), "Another").await.id;
        let most = limits::GRANTS_TO_APPLICATION;
        consent(&world, other, 0..1).await;
        consent(&world, world.app.id, 1..most + 1).await;
        let issued = world.issued().await;
        assert!(world.is_valid(&issued).await);
        let expected: Vec<usize> = [0].into_iter().chain(2..=most).collect();
        assert_eq!(in_force(world.engine(), 0..=most).await, expected);
    }

    async fn a_person_has_so_many_consents_and_dead_ones_go_first(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        for (step, name) in ["One", "Two", "Three", "Four"].into_iter().enumerate() {
            let application = register(engine, name).await.id;
            let each = limits::GRANTS / 4;
            consent(&world, application, step * each..(step + 1) * each).await;
        }
        // Dead and used last.
        write(db, |tx| Box::pin(async move {
            let last = TokenId(100_000 + i64::try_from(limits::GRANTS - 1).unwrap());
            store::tokens::revoke(tx, last, START).await
        })).await;
        world.issued().await;
        assert_eq!(in_force(engine, 0..limits::GRANTS).await.len(), limits::GRANTS - 1);
        world.issued().await;
        let expected: Vec<usize> = (1..limits::GRANTS - 1).collect();
        assert_eq!(in_force(engine, 0..limits::GRANTS).await, expected);
    }

    async fn a_consent_has_so_many_tokens_and_an_exchange_ends_the_oldest(db: &Db) {
        let world = world(db).await;
        let first = world.issued().await;
        let mut last = first.clone();
        let mut issued = vec![first];
        // Each exchange makes two.
        for _ in 1..=limits::TOKENS_OF_GRANT / 2 {
            last = world.refresh(&last).await.unwrap();
            issued.push(last.clone());
        }
        assert!(!world.is_valid(&issued[0]).await, "the oldest has ended");
        assert!(world.is_valid(&issued[1]).await && world.is_valid(&last).await);
        // A refresh token that was exchanged long ago is unknown; one that is known ends the consent.
        assert_eq!(word(world.refresh(&issued[0]).await), GrantErrorCode::InvalidGrant);
        assert!(world.is_valid(&last).await);
        assert_eq!(word(world.refresh(&issued[1]).await), GrantErrorCode::InvalidGrant);
        assert!(!world.is_valid(&last).await);
    }

    async fn one_more_personal_token_than_a_person_may_have_names_the_limit(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        let make = async || setup::personal_token(engine, EMAIL, "accounts_read").await;
        for _ in 0..limits::PERSONAL_TOKENS {
            make().await.unwrap();
        }
        let refused = make().await.unwrap_err();
        let Error::Full { field, limit, .. } = &refused else { panic!("{refused:?}") };
        assert_eq!((field.as_str(), *limit), ("token", limits::PERSONAL_TOKENS));
        let said = refused.to_string();
        assert!(said.starts_with("token: a user has at most 100 personal tokens in force"), "{said}");
        // One that ended makes room.
        let first = own::tokens(engine, &world.session().await).await.unwrap()[0].id;
        assert_eq!(crate::auth::operator::revoke_token(engine, first).await.unwrap(), 1);
        make().await.unwrap();
        make().await.unwrap_err();
    }

    async fn one_more_application_than_an_installation_may_have_names_the_limit(db: &Db) {
        let world = world(db).await;
        let engine = world.engine();
        setup::personal_token(engine, EMAIL, "accounts_read").await.unwrap();
        write(db, |tx| Box::pin(async move {
            // One is there, beside the server's own, and one more fits.
            for number in 2..limits::APPLICATIONS {
                let application = Application {
                    id: ApplicationId(100_000 + i64::try_from(number).unwrap()),
                    client_id: format!("client {number}"),
                    secret_hash: None,
                    name: "One of many".to_owned(),
                    redirect_uri: None,
                    is_trusted: false,
                    needs_pkce: true,
                    is_console: false,
                    built_in: None,
                    added_at: START,
                };
                store::applications::create(tx, &application).await?;
            }
            Ok(())
        })).await;
        register(engine, "The last").await;
        let new = NewApplication {
            name: "One too many".to_owned(),
            redirect_uri: "https://crm.example/".to_owned(),
            is_trusted: false,
            is_public: false,
            needs_pkce: false,
        };
        let refused = setup::application(engine, new).await.unwrap_err();
        let Error::Full { field, limit, .. } = &refused else { panic!("{refused:?}") };
        assert_eq!((field.as_str(), *limit), ("application", limits::APPLICATIONS));
    }
}
