//! The error body and its statuses.

use axum::http::Method;
use serde_json::json;

use crate::support::{App, NewPerson, message};

#[tokio::test]
async fn errors_are_flat_and_repeat_the_status_in_meta_too() {
    let app = App::test().await;
    let answer = app.mentions(&[("limit", "many")]).await;
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(
        answer.json(),
        json!({
            "meta": {"code": 400},
            "code": 400,
            "error": "invalid_parameter",
            "error_description": "limit: expected a whole number, got \"many\"",
            "error_details": [{"parameter": "limit", "message": "expected a whole number, got \"many\""}],
        })
    );
}

#[tokio::test]
async fn a_missing_a_wrong_and_an_expired_token_are_oauth_errors() {
    let app = App::test().await;
    let none = app.with_token(None).get("/me", &[]).await;
    none.assert_error(401, "invalid_token");
    assert_eq!(none.header("www-authenticate"), "Bearer");
    let wrong = app.with_token(Some("nonsense")).get("/me", &[]).await;
    wrong.assert_error(401, "invalid_token");
    assert_eq!(
        wrong.header("www-authenticate"),
        "Bearer error=\"invalid_token\""
    );
    app.advance(90 * domain::time::DAY_MS + 1);
    let expired = app.get("/me", &[]).await;
    assert_eq!(
        expired.body, wrong.body,
        "nobody learns which tokens there were"
    );
}

#[tokio::test]
async fn a_token_lives_for_three_months_to_the_day() {
    let app = App::test().await;
    app.advance(90 * domain::time::DAY_MS - 1);
    assert_eq!(app.get("/me", &[]).await.status(), 200);
}

#[tokio::test]
async fn a_missing_scope_is_named_in_header_and_body() {
    let app = App::test().await;
    let client = app.with_scopes("accounts_read").await;
    let answer = client
        .post_form("/{a}/settings/tags", &[("tag", r#"{"tag":"x"}"#)])
        .await;
    answer.assert_error(403, "insufficient_scope");
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer error=\"insufficient_scope\", scope=\"accounts_write\""
    );
    assert!(answer.text().contains("accounts_write"));
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let app = App::test().await;
    let member = app.member(NewPerson::without("insights.read")).await;
    let answer = member
        .client
        .get("/{a}/insights/facets", &[("facetdefinitions", "[]")])
        .await;
    answer.assert_error(403, "no_permission");
    assert!(answer.text().contains("insights.read"));
}

#[tokio::test]
async fn an_unknown_path_is_not_found_even_without_a_token() {
    let app = App::test().await;
    app.with_token(None)
        .get("/{a}/inbox/nowhere", &[])
        .await
        .assert_error(404, "not_found");
}

#[tokio::test]
async fn a_wrong_verb_is_told_the_right_ones() {
    let app = App::test().await;
    let answer = app.delete("/{a}/inbox/mentions").await;
    answer.assert_error(405, "invalid_http_method");
    assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
    app.call(Method::PUT, "/{a}/settings/topic/{t}")
        .send()
        .await
        .assert_error(405, "invalid_http_method");
    app.call(Method::PATCH, "/me")
        .send()
        .await
        .assert_error(405, "invalid_http_method");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read_to_its_end() {
    let app = App::test().await;
    let large = "x".repeat(17 * 1024 * 1024);
    let answer = app
        .call(Method::POST, "/{a}/inbox/add")
        .body("application/json", large)
        .send()
        .await;
    answer.assert_error(413, "limit_exceeded");
}

#[tokio::test]
async fn broken_json_is_told_with_line_and_column() {
    let app = App::test().await;
    let body = app
        .call(Method::POST, "/{a}/inbox/add")
        .body("application/json", "{\"mentions\": [}")
        .send()
        .await;
    body.assert_invalid("body");
    assert!(body.text().contains("line 1, column 15"), "{}", body.text());
    let field = app.post_form("/{a}/inbox/add", &[("mentions", "[{")]).await;
    field.assert_invalid("mentions");
    assert!(field.text().contains("line 1"), "{}", field.text());
}

#[tokio::test]
async fn what_a_caller_without_a_token_sent_is_not_discussed_with_it() {
    let app = App::test().await;
    let stranger = app.with_token(None);
    let call = stranger
        .call(Method::POST, "/{a}/inbox/add")
        .body("application/json", "{");
    call.send().await.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn identifiers_that_are_no_numbers_do_not_exist() {
    let app = App::test().await;
    for path in [
        "/{a}/inbox/mention/{t}/abc",
        "/{a}/inbox/mention/x/1",
        "/{a}/settings/topic/-1",
        "/{a}/settings/topic/007",
        "/{a}/settings/tag/1e3",
        "/{a}/settings/user/99999999999999999999999",
    ] {
        app.get(path, &[]).await.assert_error(404, "not_found");
    }
}

#[tokio::test]
async fn deep_json_is_refused_and_does_no_harm() {
    let app = App::test().await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let answer = app
        .post_form("/{a}/inbox/add", &[("mentions", &deep)])
        .await;
    answer.assert_invalid("mentions");
    let nested = format!("{{\"mentions\":{}1{}}}", "[".repeat(60), "]".repeat(60));
    let call = app
        .call(Method::POST, "/{a}/inbox/add")
        .body("application/json", nested);
    call.send().await.assert_invalid("body");
}

#[tokio::test]
async fn a_refused_call_changes_nothing() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let before = app.head_of(app.account).await;
    let half = json!({"status": "done", "tags": ["new"], "priority": {"id": 99}});
    app.try_update(&id, &half)
        .await
        .assert_error(400, "invalid_parameter");
    let batch = json!({"mentions": [message("fine"), {"topic": {"id": app.topic}}]});
    app.post_json("/{a}/inbox/add", &batch)
        .await
        .assert_error(400, "invalid_parameter");
    assert_eq!(app.head_of(app.account).await, before);
    assert_eq!(app.get("/{a}/settings/tags", &[]).await.count(), 0);
    assert_eq!(app.mention(&id).await["status"], "new");
}
