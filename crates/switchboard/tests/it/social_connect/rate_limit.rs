//! 350 calls an hour for each user, whatever the token.

use api::oauth::ClientAddress;
use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use domain::time::HOUR_MS;
use tower::ServiceExt as _;

use crate::support::{Answer, App, NewPerson};

fn remaining(answer: &Answer) -> i64 {
    answer.header("x-ratelimit-remaining").parse().unwrap()
}

#[tokio::test]
async fn every_answer_tells_what_is_left() {
    let app = App::limited().await;
    let one = app.get("/me", &[]).await;
    assert_eq!(one.header("x-ratelimit-limit"), "350");
    assert_eq!(one.header("x-ratelimit-time"), "3600");
    // The clock stands at a full hour.
    assert_eq!(one.header("x-ratelimit-reset"), "1795294800");
    let failed = app.mentions(&[("limit", "x")]).await;
    assert_eq!(remaining(&failed), remaining(&one) - 1);
    let denied = app.get("/999/inbox/mentions", &[]).await;
    assert_eq!(remaining(&denied), remaining(&one) - 2);
}

#[tokio::test]
async fn the_call_after_the_last_is_refused_with_400_until_the_hour_is_over() {
    let app = App::limited().await;
    let mut left = remaining(&app.get("/me", &[]).await);
    while left > 0 {
        left = remaining(&app.get("/me", &[]).await);
    }
    let refused = app.get("/me", &[]).await;
    refused.assert_error(400, "rate_limit_reached");
    assert_eq!(remaining(&refused), 0);
    assert_eq!(refused.header("x-ratelimit-reset"), "1795294800");
    assert_eq!(refused.header("retry-after"), "3600");
    let second = app.token(&app.first.email, "identify").await;
    let other_token = app.with_new_token(&second);
    other_token
        .get("/me", &[])
        .await
        .assert_error(400, "rate_limit_reached");
    let before = app.head_of(app.account).await;
    app.post_form("/{a}/settings/tags", &[("tag", r#"{"tag":"x"}"#)])
        .await
        .assert_error(400, "rate_limit_reached");
    assert_eq!(app.head_of(app.account).await, before);
    app.advance(HOUR_MS);
    assert_eq!(remaining(&app.get("/me", &[]).await), 349);
}

#[tokio::test]
async fn users_are_counted_apart() {
    let app = App::limited().await;
    let member = app.member(NewPerson::default()).await;
    let own = remaining(&app.get("/me", &[]).await);
    assert_eq!(remaining(&member.client.get("/me", &[]).await), 349);
    assert_eq!(remaining(&app.get("/me", &[]).await), own - 1);
}

#[tokio::test]
async fn a_wrong_token_counts_for_nobody() {
    let app = App::limited().await;
    let own = remaining(&app.get("/me", &[]).await);
    let wrong = app
        .call(Method::GET, "/me")
        .without_token()
        .query(&[("access_token", "x")])
        .send()
        .await;
    assert_eq!(wrong.status(), 401);
    assert_eq!(wrong.header("x-ratelimit-remaining"), "");
    assert_eq!(remaining(&app.get("/me", &[]).await), own - 1);
}

#[tokio::test]
async fn without_limits_nothing_is_told() {
    let app = App::test().await;
    assert_eq!(app.get("/me", &[]).await.header("x-ratelimit-limit"), "");
}

/// What an address without credentials gets.
async fn ask(app: &App, address: &str, path: &str) -> Response {
    let request = Request::get(path)
        .extension(ClientAddress(address.parse().unwrap()))
        .body(Body::empty());
    app.router().oneshot(request.unwrap()).await.unwrap()
}

#[tokio::test]
async fn an_address_without_a_user_has_150_calls_an_hour_whatever_it_calls() {
    let app = App::limited().await;
    let paths = [
        ("/me", 401, 400),
        ("/nothing", 404, 400),
        ("/v1.3/accounts", 401, 429),
        ("/v1.9/nothing", 404, 429),
        ("/oauth/authorize/", 400, 429),
    ];
    let one = "198.51.100.1";
    for (path, status, _) in paths.iter().cycle().take(150) {
        let answer = ask(&app, one, path).await;
        assert_eq!(answer.status(), *status, "{path}");
    }
    for (path, status, refused) in paths {
        let answer = ask(&app, one, path).await;
        assert_eq!(answer.status(), refused, "{path}");
        assert_eq!(answer.headers()["retry-after"], "3600");
        assert_eq!(answer.headers()["x-ratelimit-limit"], "150");
        assert_eq!(answer.headers()["x-ratelimit-remaining"], "0");
        assert_eq!(ask(&app, "198.51.100.2", path).await.status(), status);
    }
    // Those who are signed in load it, too, and do not say that they are.
    assert_eq!(ask(&app, one, "/oauth/style.css").await.status(), 200);
    app.advance(HOUR_MS);
    assert_eq!(ask(&app, one, "/me").await.status(), 401);
}

#[tokio::test]
async fn failed_credentials_count_and_good_ones_are_served_all_the_same() {
    let app = App::limited().await;
    let wrong = app.with_new_token("nonsense");
    for _ in 0..75 {
        assert_eq!(wrong.get("/me", &[]).await.status(), 401);
        let form = [("access_token", "nonsense"), ("tag", "{}")];
        let answer = app
            .with_token(None)
            .post_form("/{a}/settings/tags", &form)
            .await;
        assert_eq!(answer.status(), 401);
    }
    wrong
        .get("/me", &[])
        .await
        .assert_error(400, "rate_limit_reached");
    let nobody = app.with_token(None);
    let refused = nobody.get("/me", &[]).await;
    refused.assert_error(400, "rate_limit_reached");
    assert_eq!(refused.header("x-ratelimit-reset"), "1795294800");
    assert_eq!(app.get("/me", &[]).await.status(), 200);
    let token = app.token.clone().unwrap();
    let form = [("access_token", token.as_str()), ("tag", r#"{"tag":"x"}"#)];
    assert_eq!(
        nobody
            .post_form("/{a}/settings/tags", &form)
            .await
            .response()["tag"],
        "x"
    );
    // A user's own calls, refused ones too, do not eat what others have at the address.
    app.advance(HOUR_MS);
    for _ in 0..151 {
        assert_eq!(app.get("/nothing", &[]).await.status(), 404);
    }
    assert_eq!(nobody.get("/me", &[]).await.status(), 401);
}

#[tokio::test]
async fn addresses_of_one_network_of_version_6_count_as_one() {
    let app = App::limited().await;
    for number in 0..150 {
        let address = format!("2001:db8:1:2::{number:x}");
        assert_eq!(ask(&app, &address, "/me").await.status(), 401);
    }
    assert_eq!(ask(&app, "2001:db8:1:2:ffff::1", "/me").await.status(), 400);
    assert_eq!(ask(&app, "2001:db8:1:3::1", "/me").await.status(), 401);
}

#[tokio::test]
async fn without_limits_nobody_is_counted() {
    let app = App::test().await;
    for _ in 0..160 {
        assert_eq!(ask(&app, "198.51.100.1", "/me").await.status(), 401);
    }
}
