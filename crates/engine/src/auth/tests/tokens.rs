//! Access tokens: what they give, and how they are kept.

use domain::ids::AccountId;
use domain::permission::Permission;
use domain::scope::Scope;
use domain::time::DAY_MS;
use domain::user::{Membership, MembershipState};
use store::both_engines;
use store::testing::TestDb;

use super::fixture::{EMAIL, PASSWORD, World, world};
use crate::auth::setup::{self, personal_token};
use crate::auth::{ApiScope, authenticate, count_call, people, still_valid, upkeep};
use crate::{Denial, Error, What};

async fn set_state(world: &World, state: MembershipState) {
    let scope = Scope::system(world.first.account_id);
    let member = store::memberships::find(world.engine().db(), &scope, world.first.user_id)
        .await
        .unwrap()
        .unwrap();
    let changed = Membership { state, ..member };
    world
        .engine()
        .db()
        .write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                store::changes::lock(tx, &scope).await?;
                Ok(store::memberships::update(tx, &scope, &changed).await?)
            })
        })
        .await
        .unwrap();
}

both_engines! {
    async fn a_personal_token_stands_for_its_user_in_the_users_accounts(db: &Db) {
        let world = world(db).await;
        let made = personal_token(world.engine(), " INES@Northwind.example", "accounts_read,email").await.unwrap();
        assert_eq!(made.access_token.expose().len(), 32);
        let identity = authenticate(world.engine(), made.access_token.expose()).await.unwrap();
        assert_eq!(identity.user.email, EMAIL);
        assert_eq!(identity.user_id(), world.first.user_id);
        assert!(!identity.is_console && !identity.application.is_trusted);
        assert!(identity.require(ApiScope::Email).is_ok());
        let missing = identity.require(ApiScope::AccountsWrite);
        assert!(matches!(missing, Err(Error::Denied(Denial::TokenScope("accounts_write")))));
        let scope = identity.scope_for(world.engine(), world.first.account_id).await.unwrap();
        assert!(scope.may(Permission::AdminusersUpdate));
        assert_eq!(scope.actor().user_id(), Some(world.first.user_id));
    }

    async fn unknown_expired_and_malformed_tokens_get_the_same_answer(db: &Db) {
        let world = world(db).await;
        let issued = world.issued().await;
        world.clock().advance_ms(90 * 24 * 3_600_000 - 1);
        assert!(world.is_valid(&issued).await);
        world.clock().advance_ms(1);
        let long = "x".repeat(100_000);
        let mut answers = Vec::new();
        for token in [issued.access_token.expose(), "", "0", "ä\0", long.as_str()] {
            answers.push(authenticate(world.engine(), token).await.unwrap_err().to_string());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }

    async fn a_foreign_account_and_an_absent_one_look_the_same(db: &Db) {
        let world = world(db).await;
        let made = personal_token(world.engine(), EMAIL, "accounts_read").await.unwrap();
        let identity = authenticate(world.engine(), made.access_token.expose()).await.unwrap();
        let absent = identity.scope_for(world.engine(), AccountId(999_999)).await;
        assert!(matches!(absent, Err(Error::NotFound(What::Account))));
        for state in [MembershipState::Disabled, MembershipState::Invited] {
            set_state(&world, state).await;
            let foreign = identity.scope_for(world.engine(), world.first.account_id).await;
            assert!(matches!(foreign, Err(Error::NotFound(What::Account))), "{foreign:?}");
        }
        set_state(&world, MembershipState::Active).await;
        assert!(identity.scope_for(world.engine(), world.first.account_id).await.is_ok());
    }

    async fn a_role_closed_to_programs_is_closed_to_tokens_at_the_next_call(db: &Db) {
        let world = world(db).await;
        let made = personal_token(world.engine(), EMAIL, "accounts_read").await.unwrap();
        let identity = authenticate(world.engine(), made.access_token.expose()).await.unwrap();
        let scope = Scope::system(world.first.account_id);
        let mut role = store::roles::list(world.engine().db(), &scope).await.unwrap()
            .into_iter().find(|role| role.title == "Administrator").unwrap();
        role.permissions = role.permissions.without(Permission::ApiRead);
        world.engine().db().write::<_, Error, _>(move |tx| Box::pin(async move {
            store::changes::lock(tx, &scope).await?;
            Ok(store::roles::update(tx, &scope, &role).await?)
        })).await.unwrap();
        let denied = identity.scope_for(world.engine(), world.first.account_id).await;
        assert!(matches!(denied, Err(Error::Denied(Denial::Permission(Permission::ApiRead)))));
    }

    async fn a_disabled_user_is_out_at_once_and_stays_out_with_old_tokens(db: &Db) {
        let world = world(db).await;
        let issued = world.issued().await;
        let identity = authenticate(world.engine(), issued.access_token.expose()).await.unwrap();
        assert!(still_valid(world.engine(), &identity).await.unwrap());
        people::set_disabled(world.engine(), EMAIL, true, None).await.unwrap();
        assert!(!still_valid(world.engine(), &identity).await.unwrap());
        assert!(!world.is_valid(&issued).await);
        assert!(world.refresh(&issued).await.is_err());
        assert!(world.try_sign_in(EMAIL, PASSWORD, "192.0.2.1", None).await.is_err());
        assert!(personal_token(world.engine(), EMAIL, "").await.is_err());
        people::set_disabled(world.engine(), EMAIL, false, None).await.unwrap();
        assert!(!world.is_valid(&issued).await);
        world.sign_in().await;
    }

    async fn counts_of_calls_outlive_a_restart(db: &Db) {
        let world = world(db).await;
        let made = personal_token(world.engine(), EMAIL, "").await.unwrap();
        let identity = authenticate(world.engine(), made.access_token.expose()).await.unwrap();
        for _ in 0..10 {
            count_call(world.engine(), &identity).await.unwrap().unwrap();
        }
        upkeep::finish(world.engine()).await.unwrap();
        let restarted = crate::testing::TestEngine::new(db).await;
        restarted.clock.set(world.engine().now());
        upkeep::start(&restarted.engine).await.unwrap();
        assert_eq!(count_call(&restarted.engine, &identity).await.unwrap().unwrap().remaining, 350 - 11);
        upkeep::prune(&restarted.engine).await.unwrap();
        assert!(world.is_valid(&world.issued().await).await);
    }

    async fn a_clock_that_jumps_months_ahead_for_a_moment_removes_no_token_for_good(db: &Db) {
        const AHEAD: i64 = 120 * DAY_MS;
        let world = world(db).await;
        let issued = world.issued().await;
        let signed_in = world.sign_in().await;
        let session = signed_in.session.expose();
        // The purge that runs just then, be it the first look or a later one.
        for _ in 0..3 {
            world.clock().jump_ms(AHEAD);
            upkeep::prune(world.engine()).await.unwrap();
            crate::jobs::maintain::sweep(world.engine()).await.unwrap();
            assert!(!world.is_valid(&issued).await, "it is over by that clock");
            world.clock().jump_ms(-AHEAD);
            upkeep::prune(world.engine()).await.unwrap();
            assert!(world.is_valid(&issued).await);
            assert!(crate::auth::sessions::find(world.engine(), session).await.unwrap().is_some());
            world.clock().advance_ms(10 * 60_000);
        }
        world.clock().advance_ms(AHEAD);
        upkeep::prune(world.engine()).await.unwrap();
        let (left,): (i64,) = db.sql("SELECT CAST(COUNT(*) AS BIGINT) FROM sessions").fetch_one().await.unwrap();
        assert_eq!(left, 0, "what really is over goes");
    }

    async fn a_second_initialisation_changes_nothing(db: &Db) {
        let world = world(db).await;
        let again = setup::init(world.engine(), "Other", "eve@evil.example", "quite another sentence here", "UTC").await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
        assert_eq!(store::users::find_by_email(db, "eve@evil.example").await.unwrap(), None);
        let roles = store::roles::list(db, &Scope::system(world.first.account_id)).await.unwrap();
        assert_eq!(roles.iter().map(|role| role.title.as_str()).collect::<Vec<_>>(),
            ["Administrator", "Manager", "Editor", "Contributor"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_the_database_file() {
    let db = TestDb::sqlite().await;
    let world = world(&db).await;
    let signed_in = world.sign_in().await;
    let code = world.code().await;
    let issued = world.exchange(&code).await.unwrap();
    let personal = personal_token(world.engine(), EMAIL, "").await.unwrap();
    let secrets = [
        PASSWORD.to_owned(),
        signed_in.session.expose().to_owned(),
        signed_in.device.expose().to_owned(),
        code,
        issued.access_token.expose().to_owned(),
        issued.refresh_token.unwrap().expose().to_owned(),
        personal.access_token.expose().to_owned(),
        world
            .app
            .client_secret
            .as_ref()
            .unwrap()
            .expose()
            .to_owned(),
    ];
    let folder = &db.options().data_dir;
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(holds(EMAIL), "this is the database");
    for secret in &secrets {
        assert!(!holds(secret), "{secret} is kept as it is");
    }
}

#[tokio::test]
async fn what_another_process_revokes_is_refused_at_the_next_call() {
    let db = TestDb::sqlite().await;
    let world = world(&db).await;
    let other = store::Db::open(db.options()).await.unwrap();
    let account = world.first.account_id;
    let issued = world.issued().await;
    let token = issued.access_token.expose();
    for _ in 0..2 {
        let identity = authenticate(world.engine(), token).await.unwrap();
        identity.scope_for(world.engine(), account).await.unwrap();
    }
    let identity = authenticate(world.engine(), token).await.unwrap();
    let scope = Scope::system(account);
    let member = store::memberships::find(&other, &scope, world.first.user_id)
        .await
        .unwrap()
        .unwrap();
    let changed = Membership {
        state: MembershipState::Disabled,
        ..member
    };
    other
        .write::<_, Error, _>(move |tx| {
            Box::pin(async move {
                store::changes::lock(tx, &scope).await?;
                Ok(store::memberships::update(tx, &scope, &changed).await?)
            })
        })
        .await
        .unwrap();
    let refused = identity.scope_for(world.engine(), account).await;
    assert!(matches!(refused, Err(Error::NotFound(What::Account))));

    let (id, now) = (identity.token_id, world.engine().now());
    other
        .write::<_, Error, _>(move |tx| {
            Box::pin(async move { Ok(store::tokens::revoke(tx, id, now).await?) })
        })
        .await
        .unwrap();
    assert!(matches!(
        authenticate(world.engine(), token).await,
        Err(Error::Unauthenticated(_))
    ));
}

#[tokio::test]
async fn a_token_that_was_used_a_moment_ago_still_ends_on_time() {
    let db = TestDb::sqlite().await;
    let world = world(&db).await;
    let issued = world.issued().await;
    let token = issued.access_token.expose();
    world.clock().advance_ms(90 * 24 * 3_600_000 - 1);
    authenticate(world.engine(), token).await.unwrap();
    // Nothing is committed in between.
    world.clock().advance_ms(1);
    assert!(authenticate(world.engine(), token).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_one_database_share_the_allowance_of_a_caller() {
    let Some(db) = TestDb::postgres().await else {
        return;
    };
    let world = world(&db).await;
    let made = personal_token(world.engine(), EMAIL, "").await.unwrap();
    let identity = authenticate(world.engine(), made.access_token.expose())
        .await
        .unwrap();
    let mut servers = Vec::new();
    for _ in 0..3 {
        let server = crate::testing::TestEngine::new(&db).await;
        server.clock.set(world.engine().now());
        servers.push(server);
    }
    // All at once, as load comes.
    let calls = (0..775).map(|number| {
        let (engine, identity) = (servers[number % 3].engine.clone(), identity.clone());
        tokio::spawn(async move { count_call(&engine, &identity).await.unwrap().unwrap() })
    });
    let mut taken = 0;
    for call in futures::future::join_all(calls).await {
        taken += i64::from(!call.unwrap().is_exceeded);
    }
    assert!((315..=350).contains(&taken), "{taken} of 350");
    let key = domain::ids::ApiKeyId(1);
    let mut taken = 0;
    for number in 0..90 {
        let engine = &servers[number % 3].engine;
        let counted = crate::auth::count_key_call(engine, key)
            .await
            .unwrap()
            .unwrap();
        taken += i64::from(!counted.is_exceeded);
    }
    assert!((27..=30).contains(&taken), "{taken} of 30");
    let mut taken = 0;
    let address = "192.0.2.7".parse().unwrap();
    for number in 0..400 {
        let engine = &servers[number % 3].engine;
        let counted = crate::auth::count_anonymous_call(engine, address).await;
        taken += i64::from(!counted.unwrap().unwrap().is_exceeded);
    }
    assert!((135..=150).contains(&taken), "{taken} of 150");
}
