//! Codes, refresh tokens and revocation.

use store::both_engines;

use super::fixture::{CHALLENGE, REDIRECT, VERIFIER, proof, register, word, world};
use crate::auth::authorize::{self, AuthorizeError, AuthorizeRequest};
use crate::auth::grants::{self, GrantErrorCode, Offer};
use GrantErrorCode::{InvalidClient, InvalidGrant, InvalidScope, UnauthorizedClient};

#[expect(
    clippy::unnecessary_wraps,
    reason = "reads as the parameter that it stands for"
)]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

both_engines! {
    async fn a_code_becomes_tokens_of_the_scopes_that_were_consented_to(db: &Db) {
        let world = world(db).await;
        let issued = world.issued().await;
        assert_eq!(issued.scopes.to_string(), "identify accounts_read accounts_write");
        assert_eq!(issued.expires_in_s, 90 * 24 * 3_600);
        assert!(world.is_valid(&issued).await);
    }

    async fn a_code_used_twice_revokes_what_was_made_from_it(db: &Db) {
        let world = world(db).await;
        let other = world.issued().await;
        let code = world.code().await;
        let issued = world.exchange(&code).await.unwrap();
        let renewed = world.refresh(&issued).await.unwrap();
        assert_eq!(word(world.exchange(&code).await), InvalidGrant);
        assert!(!world.is_valid(&issued).await);
        assert!(!world.is_valid(&renewed).await);
        assert_eq!(word(world.refresh(&renewed).await), InvalidGrant);
        assert!(world.is_valid(&other).await, "another consent is not touched");
    }

    async fn a_code_dies_after_a_minute(db: &Db) {
        let world = world(db).await;
        let code = world.code().await;
        world.clock().advance_ms(60_000);
        assert_eq!(word(world.exchange(&code).await), InvalidGrant);
        let code = world.code().await;
        world.clock().advance_ms(59_999);
        assert!(world.exchange(&code).await.is_ok());
    }

    async fn a_code_is_of_one_application_one_redirect_address_and_one_verifier(db: &Db) {
        let world = world(db).await;
        let stranger = register(world.engine(), "Other").await;
        let plain = world.request();
        let with_redirect = AuthorizeRequest { redirect_uri: some(REDIRECT), ..world.request() };
        let with_pkce = AuthorizeRequest {
            code_challenge: some(CHALLENGE),
            code_challenge_method: some("S256"),
            ..world.request()
        };
        let wrong = "a".repeat(43);
        for (request, redirect_uri, verifier, is_taken) in [
            (&plain, None, None, true),
            (&plain, Some(REDIRECT), None, true),
            (&plain, Some("https://crm.example/"), None, false),
            (&plain, None, Some(VERIFIER), false),
            (&with_redirect, Some(REDIRECT), None, true),
            (&with_redirect, None, None, false),
            (&with_redirect, Some("https://crm.example/callback"), None, false),
            (&with_pkce, None, Some(VERIFIER), true),
            (&with_pkce, None, None, false),
            (&with_pkce, None, Some(CHALLENGE), false),
            (&with_pkce, None, Some(wrong.as_str()), false),
        ] {
            let code = world.code_for(request.clone()).await;
            let offer = Offer::Code {
                code,
                redirect_uri: redirect_uri.map(str::to_owned),
                verifier: verifier.map(str::to_owned),
            };
            let by_stranger = grants::exchange(world.engine(), &proof(&stranger), offer.clone()).await;
            assert_eq!(word(by_stranger), InvalidGrant);
            let answer = grants::exchange(world.engine(), &proof(&world.app), offer).await;
            assert_eq!(answer.is_ok(), is_taken, "{redirect_uri:?} {verifier:?}: {answer:?}");
        }
    }

    async fn a_refresh_token_is_replaced_and_its_reuse_revokes_the_consent(db: &Db) {
        let world = world(db).await;
        let first = world.issued().await;
        let second = world.refresh(&first).await.unwrap();
        let third = world.refresh(&second).await.unwrap();
        assert!(world.is_valid(&third).await);
        assert_eq!(word(world.refresh(&first).await), InvalidGrant);
        for issued in [&first, &second, &third] {
            assert!(!world.is_valid(issued).await);
            assert_eq!(word(world.refresh(issued).await), InvalidGrant);
        }
    }

    async fn a_lost_answer_can_be_asked_for_again_within_a_minute(db: &Db) {
        let world = world(db).await;
        let first = world.issued().await;
        let lost = world.refresh(&first).await.unwrap();
        world.clock().advance_ms(60_000);
        let second = world.refresh(&first).await.unwrap();
        assert_eq!(second.access_token, lost.access_token);
        assert_eq!(second.refresh_token, lost.refresh_token);
        assert_eq!(second.expires_in_s, lost.expires_in_s - 60);
        assert!(world.is_valid(&second).await);
        let third = world.refresh(&second).await.unwrap();
        assert_ne!(third.refresh_token, second.refresh_token);
        assert!(world.is_valid(&third).await);

        let first = world.issued().await;
        world.refresh(&first).await.unwrap();
        world.clock().advance_ms(60_001);
        assert_eq!(word(world.refresh(&first).await), InvalidGrant);
    }

    async fn a_repeated_exchange_for_less_makes_no_second_refresh_token(db: &Db) {
        let world = world(db).await;
        let first = world.issued().await;
        let whole = world.refresh(&first).await.unwrap();
        let narrow = world.refresh_for(&first, Some("accounts_read")).await.unwrap();
        assert_eq!(narrow.refresh_token, whole.refresh_token);
        assert_ne!(narrow.access_token, whole.access_token);
        assert!(world.is_valid(&narrow).await && world.is_valid(&whole).await);
    }

    async fn whoever_copies_a_refresh_token_keeps_nothing_when_the_consent_ends(db: &Db) {
        let world = world(db).await;
        let first = world.issued().await;
        let owners = world.refresh(&first).await.unwrap();
        let copied = world.refresh(&first).await.unwrap();
        let next = world.refresh(&owners).await.unwrap();
        assert_eq!(word(world.refresh(&first).await), InvalidGrant, "its successor is in use");
        for issued in [&first, &owners, &copied, &next] {
            assert!(!world.is_valid(issued).await);
            assert_eq!(word(world.refresh(issued).await), InvalidGrant);
        }
    }

    async fn tokens_that_were_revoked_are_not_handed_out_again(db: &Db) {
        let world = world(db).await;
        let first = world.issued().await;
        let second = world.refresh(&first).await.unwrap();
        let access = second.access_token.expose();
        grants::revoke(world.engine(), &proof(&world.app), access).await.unwrap();
        assert_eq!(word(world.refresh(&first).await), InvalidGrant);
        assert!(world.refresh(&second).await.is_ok(), "the consent goes on");
    }

    async fn a_refresh_token_ends_a_year_after_the_consent_however_often_it_is_replaced(db: &Db) {
        let world = world(db).await;
        let mut issued = world.issued().await;
        for _ in 0..5 {
            world.clock().advance_ms(73 * 24 * 3_600_000 - 1);
            issued = world.refresh(&issued).await.unwrap();
        }
        world.clock().advance_ms(5);
        assert_eq!(word(world.refresh(&issued).await), InvalidGrant);
        assert!(world.is_valid(&issued).await, "the access token has a life of its own");
    }

    async fn a_refresh_narrows_scopes_but_never_widens_them(db: &Db) {
        let world = world(db).await;
        let issued = world.issued().await;
        assert_eq!(word(world.refresh_for(&issued, Some("email")).await), InvalidScope);
        assert_eq!(word(world.refresh_for(&issued, Some("everything")).await), InvalidScope);
        let narrow = world.refresh_for(&issued, Some("accounts_read")).await.unwrap();
        assert_eq!(narrow.scopes.to_string(), "identify accounts_read");
        let wide = world.refresh(&narrow).await.unwrap();
        assert_eq!(wide.scopes.to_string(), "identify accounts_read accounts_write");
    }

    async fn a_refresh_token_is_of_one_application_and_is_no_access_token(db: &Db) {
        let world = world(db).await;
        let stranger = register(world.engine(), "Other").await;
        let issued = world.issued().await;
        let refresh = issued.refresh_token.as_ref().unwrap().expose().to_owned();
        let access = issued.access_token.expose().to_owned();
        for (app, token) in [(&stranger, &refresh), (&world.app, &access)] {
            let offer = Offer::Refresh { token: token.clone(), scope: None };
            let answer = grants::exchange(world.engine(), &proof(app), offer).await;
            assert_eq!(word(answer), InvalidGrant);
        }
        assert!(crate::auth::authenticate(world.engine(), &refresh).await.is_err());
        assert!(world.refresh(&issued).await.is_ok());
    }

    async fn an_application_must_prove_itself(db: &Db) {
        let world = world(db).await;
        let other = register(world.engine(), "Other").await;
        let right = proof(&world.app);
        for (client_id, client_secret) in [
            (None, right.client_secret.clone()),
            (right.client_id.clone(), None),
            (right.client_id.clone(), some("")),
            (right.client_id.clone(), some(&"0".repeat(32))),
            (right.client_id.clone(), proof(&other).client_secret),
            (some(&"0".repeat(32)), right.client_secret.clone()),
        ] {
            let wrong = grants::ClientProof { client_id, client_secret };
            let offer = Offer::Code { code: world.code().await, redirect_uri: None, verifier: None };
            assert_eq!(word(grants::exchange(world.engine(), &wrong, offer).await), InvalidClient);
        }
    }

    async fn revoking_acts_at_once_and_only_for_the_own_application(db: &Db) {
        let world = world(db).await;
        let stranger = register(world.engine(), "Other").await;
        let issued = world.issued().await;
        let renewed = world.refresh(&issued).await.unwrap();
        let access = renewed.access_token.expose();
        let answer = grants::revoke(world.engine(), &proof(&stranger), access).await;
        assert_eq!(word(answer), UnauthorizedClient);
        assert!(world.is_valid(&renewed).await);
        grants::revoke(world.engine(), &proof(&world.app), access).await.unwrap();
        assert!(!world.is_valid(&renewed).await);
        assert!(world.is_valid(&issued).await);
        let refresh = renewed.refresh_token.as_ref().unwrap().expose();
        grants::revoke(world.engine(), &proof(&world.app), refresh).await.unwrap();
        assert!(!world.is_valid(&issued).await);
        assert_eq!(word(world.refresh(&renewed).await), InvalidGrant);
        grants::revoke(world.engine(), &proof(&world.app), "unknown").await.unwrap();
    }

    async fn requests_for_consent_that_are_out_of_order_are_refused(db: &Db) {
        let world = world(db).await;
        let good = world.request();
        let shown = |change: fn(&mut AuthorizeRequest)| (change, None);
        let told = |change: fn(&mut AuthorizeRequest), error: &'static str| (change, Some(error));
        let cases = [
            shown(|it| it.client_id = None),
            shown(|it| it.client_id = some("unknown")),
            shown(|it| it.repeated = Some("client_id")),
            shown(|it| it.repeated = Some("redirect_uri")),
            shown(|it| it.redirect_uri = some("https://evil.example/")),
            shown(|it| it.redirect_uri = some("https://crm.example/callback")),
            shown(|it| it.redirect_uri = some("https://crm.example/callback?from=switchboard&x=1")),
            shown(|it| it.redirect_uri = some("https://CRM.example/callback?from=switchboard")),
            shown(|it| it.redirect_uri = some("https://crm.example/callback/?from=switchboard")),
            shown(|it| it.redirect_uri = some("https://crm.example:443/callback?from=switchboard")),
            shown(|it| it.redirect_uri = some("https://crm.example@evil.example/callback?from=switchboard")),
            shown(|it| it.redirect_uri = some("http://crm.example/callback?from=switchboard")),
            told(|it| it.response_type = None, "invalid_request"),
            told(|it| it.response_type = some("token"), "unsupported_response_type"),
            told(|it| it.response_type = some("code token"), "unsupported_response_type"),
            told(|it| it.repeated = Some("state"), "invalid_request"),
            told(|it| it.repeated = Some("scope"), "invalid_request"),
            told(|it| it.scope = some("accounts_read admin"), "invalid_scope"),
            told(|it| it.scope = some("ACCOUNTS_READ"), "invalid_scope"),
            told(|it| it.code_challenge = some(CHALLENGE), "invalid_request"),
            told(|it| it.code_challenge_method = some("S256"), "invalid_request"),
            told(|it| { it.code_challenge = some(CHALLENGE); it.code_challenge_method = some("plain"); }, "invalid_request"),
            told(|it| { it.code_challenge = some("short"); it.code_challenge_method = some("S256"); }, "invalid_request"),
            told(|it| { it.code_challenge = some(VERIFIER); it.code_challenge_method = some("s256"); }, "invalid_request"),
        ];
        for (position, (change, expected)) in cases.into_iter().enumerate() {
            let mut request = AuthorizeRequest { state: some("a b&c"), ..good.clone() };
            change(&mut request);
            match (authorize::check(world.engine(), request).await, expected) {
                (Err(AuthorizeError::Shown(_)), None) => {}
                (Err(AuthorizeError::Redirected(url)), Some(error)) => {
                    assert!(url.as_str().starts_with(REDIRECT), "{url}");
                    let found: Vec<_> = url.query_pairs().into_owned().collect();
                    assert!(found.contains(&("error".to_owned(), error.to_owned())), "{position} {url}");
                    assert!(found.contains(&("state".to_owned(), "a b&c".to_owned())));
                    assert!(found.contains(&("iss".to_owned(), world.engine().config().public_url.clone())));
                    assert!(!found.iter().any(|(name, _)| name == "code"));
                }
                (other, _) => panic!("case {position}: {other:?}"),
            }
        }
    }

    async fn an_application_without_a_secret_must_use_pkce(db: &Db) {
        let world = world(db).await;
        let new = crate::auth::setup::NewApplication {
            name: "Phone".to_owned(),
            redirect_uri: "com.example.phone:/done".to_owned(),
            is_trusted: false,
            is_public: true,
            needs_pkce: false,
        };
        let app = crate::auth::setup::application(world.engine(), new).await.unwrap();
        assert!(app.client_secret.is_none());
        let bare = AuthorizeRequest { client_id: Some(app.client_id.clone()), ..world.request() };
        let refused = authorize::check(world.engine(), bare.clone()).await;
        assert!(matches!(refused, Err(AuthorizeError::Redirected(_))), "{refused:?}");
        let request = AuthorizeRequest {
            code_challenge: some(CHALLENGE),
            code_challenge_method: some("S256"),
            ..bare
        };
        let offer = |code: String| Offer::Code { code, redirect_uri: None, verifier: some(VERIFIER) };
        let with_secret = grants::ClientProof { client_secret: some("x"), ..proof(&app) };
        let code = world.code_for(request).await;
        let answer = grants::exchange(world.engine(), &with_secret, offer(code.clone())).await;
        assert_eq!(word(answer), InvalidClient);
        grants::exchange(world.engine(), &proof(&app), offer(code)).await.unwrap();
    }
}
