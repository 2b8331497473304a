//! Servers on one database whose machines' clocks are minutes apart.

use domain::time::{MINUTE_MS, SECOND_MS};
use store::both_engines;

use super::fixture::{EMAIL, World, proof, word, world};
use crate::Engine;
use crate::auth::grants::{self, GrantErrorCode, Issued, Offer};
use crate::auth::setup::personal_token;
use crate::auth::{authenticate, sessions};
use crate::testing::{START, TestEngine};

/// Other servers, before and behind, that have asked the database for the time.
async fn others(db: &store::Db, world: &World) -> Vec<TestEngine> {
    agree(world.engine());
    let mut others = Vec::new();
    for wrong_ms in [-5 * MINUTE_MS, 5 * MINUTE_MS] {
        let other = TestEngine::at(db, START.plus_ms(wrong_ms)).await;
        agree(&other.engine);
        others.push(other);
    }
    others
}

fn agree(engine: &Engine) {
    let steady = engine.steady();
    engine.shared_clock().observe(START, steady, steady);
}

async fn exchange(
    world: &World,
    engine: &Engine,
    code: &str,
) -> Result<Issued, grants::GrantError> {
    let offer = Offer::Code {
        code: code.to_owned(),
        redirect_uri: None,
        verifier: None,
    };
    grants::exchange(engine, &proof(&world.app), offer).await
}

both_engines! {
    async fn what_one_server_gives_is_good_at_all_of_them_for_its_time_and_no_longer(db: &Db) {
        let world = world(db).await;
        let others = others(db, &world).await;
        let personal = personal_token(world.engine(), EMAIL, "").await.unwrap();
        let cookie = world.sign_in().await.session;
        for other in &others {
            let code = world.code().await;
            let issued = exchange(&world, &other.engine, &code).await.unwrap();
            for engine in [world.engine(), &other.engine] {
                for token in [&issued.access_token, &personal.access_token] {
                    authenticate(engine, token.expose()).await.unwrap();
                }
                assert!(sessions::find(engine, cookie.expose()).await.unwrap().is_some());
            }
            let late = world.code().await;
            for clock in others.iter().map(|other| &other.clock).chain([world.clock()]) {
                clock.advance_ms(60 * SECOND_MS);
            }
            assert_eq!(word(exchange(&world, &other.engine, &late).await), GrantErrorCode::InvalidGrant);
        }
    }
}
