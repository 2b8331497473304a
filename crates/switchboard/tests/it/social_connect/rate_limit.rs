//! 350 calls an hour for each user, whatever the token.

use axum::http::Method;
use domain::time::HOUR_MS;

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
