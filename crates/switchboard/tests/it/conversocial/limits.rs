//! Calls per minute and key.

use axum::http::Method;
use domain::time::MINUTE_MS;
use engine::auth::LimitsConfig;
use serde_json::json;

use super::client::{NewKey, basic};
use crate::support::{App, Wishes};

#[tokio::test]
async fn errors_count_and_every_base_shares_one_window() {
    let app = App::limited().await;
    let key = NewKey {
        name: "weak",
        permissions: vec!["api.read", "settings.read"],
        topics: None,
    };
    let program = app.program_with(key).await;
    for (address, status, remaining) in [
        ("/v1.1/keyvalues", 200, "29"),
        ("/v1.3/keyvalues/absent", 404, "28"),
        ("/v1/keyvalues", 200, "27"),
    ] {
        let answer = program.get(address).await;
        assert_eq!(answer.status(), status, "{}", answer.text());
        assert_eq!(answer.header("x-ratelimit-remaining"), remaining);
    }
    let body = json!({"key": "k", "value": "x"});
    let denied = program.post_json("/v1.3/keyvalues", &body).await;
    assert_eq!(denied.status(), 403);
    assert_eq!(denied.header("x-ratelimit-remaining"), "26");
    // Whoever is not let in is nobody, so nothing is counted.
    let nobody = program.nameless().get("/v1.3/keyvalues").await;
    assert_eq!(nobody.header("x-ratelimit-remaining"), "");
}

#[tokio::test]
async fn calls_for_what_is_not_there_count_for_those_who_say_who_they_are() {
    let app = App::limited().await;
    let program = app.program().await;
    let calls = [
        (Method::GET, "/v1.3/nothing", 404),
        (Method::GET, "/v1.2/keyvalues", 404),
        (Method::PUT, "/v1.3/keyvalues", 405),
        (Method::GET, "/v3.0/accounts", 404),
        (Method::POST, "/api/1/nothing", 404),
    ];
    for ((method, address, status), remaining) in calls.clone().into_iter().zip((0..30).rev()) {
        let answer = program.send(method.clone(), address, None).await;
        assert_eq!(answer.status(), status, "{address}");
        assert_eq!(answer.header("x-ratelimit-limit"), "30");
        let left = answer.header("x-ratelimit-remaining");
        assert_eq!(left, remaining.to_string(), "{address}");
        for stranger in [program.nameless(), program.sending(&basic("program", "x"))] {
            let answer = stranger.send(method.clone(), address, None).await;
            assert_eq!(answer.status(), status, "{address}");
            assert_eq!(answer.header("x-ratelimit-limit"), "");
        }
    }
    for _ in 0..25 {
        assert_eq!(program.get("/v1.3/nothing").await.status(), 404);
    }
    for (method, address, _) in calls {
        let refused = program.send(method, address, None).await;
        assert_eq!(refused.status(), 429, "{address}");
        assert_eq!(refused.header("x-ratelimit-remaining"), "0");
        assert!(!refused.header("retry-after").is_empty());
    }
}

#[tokio::test]
async fn keys_are_counted_apart_from_each_other_and_from_users() {
    let app = App::limited().await;
    let (first, second) = (app.program().await, {
        app.program_of(app.first.account_id.get(), "second").await
    });
    for _ in 0..31 {
        first.get("/v1.3/keyvalues").await;
    }
    assert_eq!(first.get("/v1.3/keyvalues").await.status(), 429);
    assert_eq!(second.get("/v1.3/keyvalues").await.status(), 200);
    assert_eq!(app.get("/me", &[]).await.status(), 200);
}

#[tokio::test]
async fn the_limit_and_its_window_can_be_set_and_switched_off() {
    let limits = LimitsConfig {
        key: 2,
        key_window_ms: 10 * MINUTE_MS,
        ..LimitsConfig::default()
    };
    let app = App::with(Wishes {
        limits: Some(limits),
        ..Wishes::default()
    })
    .await;
    let program = app.program().await;
    for expected in [200, 200, 429] {
        let answer = program.get("/v1.3/keyvalues").await;
        assert_eq!(answer.status(), expected);
        assert_eq!(answer.header("x-ratelimit-limit"), "2");
    }
    let unlimited = App::test().await;
    let program = unlimited.program().await;
    for _ in 0..40 {
        let answer = program.get("/v1.3/keyvalues").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("x-ratelimit-limit"), "");
    }
}

#[tokio::test]
async fn counts_survive_a_restart() {
    let mut app = App::limited().await;
    let program = app.program().await;
    for _ in 0..30 {
        program.get("/v1.3/keyvalues").await;
    }
    engine::auth::upkeep::flush(&app.engine).await.unwrap();
    app.restart().await;
    engine::auth::upkeep::start(&app.engine).await.unwrap();
    let program = program.at(app.router());
    assert_eq!(program.get("/v1.3/keyvalues").await.status(), 429);
    app.advance(MINUTE_MS);
    assert_eq!(program.get("/v1.3/keyvalues").await.status(), 200);
}

#[tokio::test]
async fn whoever_is_not_let_in_has_150_calls_an_hour_at_an_address() {
    let app = App::limited().await;
    let program = app.program().await;
    let wrong = program.sending(&basic("program", "x"));
    for _ in 0..75 {
        assert_eq!(wrong.get("/v1.3/accounts").await.status(), 401);
        assert_eq!(program.nameless().get("/v1.1/tags").await.status(), 401);
    }
    for stranger in [&wrong, &program.nameless()] {
        let answer = stranger.get("/v1.3/accounts").await;
        assert_eq!(answer.status(), 429, "{}", answer.text());
        assert_eq!(answer.json()["error_code"], "rate_limit_exceeded");
        assert_eq!(answer.json()["http_status"], "429 Too Many Requests");
        assert_eq!(answer.header("retry-after"), "3600");
        // Seconds, as a recorded script expects.
        assert_eq!(answer.header("x-ratelimit-reset"), "3600");
    }
    assert_eq!(program.get("/v1.3/accounts").await.status(), 200);
}

#[tokio::test]
async fn documents_and_what_their_pages_load_are_for_everybody_at_any_time() {
    let app = App::limited().await;
    let stranger = app.program().await.nameless();
    for _ in 0..51 {
        for path in ["/v1.3/openapi.json", "/v3.0/docs", "/api/1/docs/redoc"] {
            assert_eq!(stranger.get(path).await.status(), 200, "{path}");
        }
    }
    assert_eq!(stranger.get("/v1.3/accounts").await.status(), 401);
}
