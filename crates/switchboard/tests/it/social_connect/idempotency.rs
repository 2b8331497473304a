//! `Idempotency-Key`: what is sent twice is done once.

use axum::http::Method;
use domain::time::DAY_MS;
use serde_json::json;

use crate::support::{Answer, App, NewPerson};

async fn add(app: &App, key: &str, content: &str, more: &[(&str, &str)]) -> Answer {
    let mentions =
        json!([{"topic": {"id": app.topic}, "message": {"content": content}}]).to_string();
    let mut form = vec![("mentions", mentions.as_str())];
    form.extend_from_slice(more);
    app.call(Method::POST, "/{a}/inbox/add")
        .header("idempotency-key", key)
        .form(&form)
        .send()
        .await
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer_and_does_nothing() {
    let app = App::test().await;
    let first = add(&app, "k1", "once", &[]).await;
    assert_eq!(first.header("idempotency-replayed"), "");
    let second = add(&app, "k1", "once", &[]).await;
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!((first.status, first.body), (second.status, second.body));
    assert_eq!(
        second.headers["content-type"],
        "application/json; charset=utf-8"
    );
    // The draft standard writes the key in quotes.
    assert_eq!(
        add(&app, "\"k1\"", "once", &[])
            .await
            .header("idempotency-replayed"),
        "true"
    );
    assert_eq!(app.mentions(&[]).await.count(), 1);
    assert_eq!(
        add(&app, "k2", "once", &[])
            .await
            .header("idempotency-replayed"),
        ""
    );
    assert_eq!(app.mentions(&[]).await.count(), 2);
}

#[tokio::test]
async fn the_answer_to_an_update_is_kept_as_it_was() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let done = async || {
        app.call(Method::POST, &path)
            .header("idempotency-key", "k")
            .form(&[("updates", r#"{"status":"done"}"#)])
            .send()
            .await
    };
    let first = done().await;
    assert_eq!(first.response()["status"], "done");
    app.update(&id, &json!({"status": "new"})).await;
    // Without the key this would close it again, or be an error.
    let second = done().await;
    assert_eq!(second.body, first.body);
    assert_eq!(app.mention(&id).await["status"], "new");
}

#[tokio::test]
async fn the_same_key_for_another_call_is_a_mistake() {
    let app = App::test().await;
    add(&app, "k", "one", &[]).await.response();
    add(&app, "k", "two", &[])
        .await
        .assert_error(422, "invalid_parameter");
    let elsewhere = app
        .call(Method::POST, "/{a}/settings/tags")
        .header("idempotency-key", "k")
        .form(&[("tag", r#"{"tag":"x"}"#)]);
    elsewhere
        .send()
        .await
        .assert_error(422, "invalid_parameter");
    assert_eq!(app.mentions(&[]).await.contents(), ["one"]);
}

#[tokio::test]
async fn a_refused_call_frees_its_key() {
    let app = App::test().await;
    let wrong = app
        .call(Method::POST, "/{a}/inbox/add")
        .header("idempotency-key", "k")
        .form(&[("mentions", "[]")]);
    wrong.send().await.assert_error(400, "invalid_parameter");
    add(&app, "k", "corrected", &[]).await.response();
    assert_eq!(app.mentions(&[]).await.contents(), ["corrected"]);
}

#[tokio::test]
async fn another_token_of_the_same_user_repeats_and_another_user_does_not() {
    let app = App::test().await;
    add(&app, "k", "one", &[]).await.response();
    let token = app
        .token(&app.first.email, "accounts_read accounts_write")
        .await;
    let again = add(&app, "k", "one", &[("access_token", &token)]).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let member = app.member(NewPerson::default()).await.client;
    let form = [("tag", r#"{"tag":"own"}"#)];
    let call = member
        .call(Method::POST, "/{a}/settings/tags")
        .header("idempotency-key", "k")
        .form(&form);
    assert_eq!(call.send().await.response()["tag"], "own");
}

#[tokio::test]
async fn keys_survive_a_restart() {
    let mut app = App::test().await;
    add(&app, "k", "one", &[]).await.response();
    app.restart().await;
    assert_eq!(
        add(&app, "k", "one", &[])
            .await
            .header("idempotency-replayed"),
        "true"
    );
    assert_eq!(app.mentions(&[]).await.count(), 1);
}

#[tokio::test]
async fn keys_are_forgotten_after_two_days() {
    let app = App::test().await;
    add(&app, "k", "one", &[]).await.response();
    app.advance(2 * DAY_MS + 1);
    engine::jobs::maintain::sweep(&app.engine).await.unwrap();
    assert_eq!(
        add(&app, "k", "one", &[])
            .await
            .header("idempotency-replayed"),
        ""
    );
}

#[tokio::test]
async fn a_key_has_1_to_255_printable_characters() {
    let app = App::test().await;
    add(&app, &"k".repeat(255), "fine", &[]).await.response();
    for wrong in ["", "\"\"", &"k".repeat(256)] {
        add(&app, wrong, "x", &[])
            .await
            .assert_invalid("Idempotency-Key");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_with_one_key_make_one_change() {
    let app = App::test().await;
    let calls = (0..12).map(|_| add(&app, "k", "once", &[]));
    let answers = futures::future::join_all(calls).await;
    for answer in &answers {
        // Whoever comes while the first is at work is told to wait.
        assert!(matches!(answer.status(), 200 | 409), "{}", answer.text());
        if answer.status() == 409 {
            assert_eq!(answer.header("retry-after"), "1");
        }
    }
    assert!(answers.iter().any(|answer| answer.status() == 200));
    assert_eq!(app.mentions(&[]).await.count(), 1);
}

#[tokio::test]
async fn of_a_large_answer_the_object_is_read_anew() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let updates = json!({"actions": [
        {"type": "note", "extra": "x".repeat(20_000)},
        {"type": "note", "extra": "y".repeat(20_000)},
        {"type": "note", "extra": "z".repeat(20_000)},
        {"type": "note", "extra": "w".repeat(20_000)},
    ]});
    let send = async || {
        app.call(Method::POST, &path)
            .header("idempotency-key", "k")
            .form(&[("updates", &updates.to_string())])
            .send()
            .await
    };
    let first = send().await;
    assert_eq!(first.response()["actions"].as_array().unwrap().len(), 4);
    app.update(&id, &json!({"status": "done"})).await;
    let second = send().await;
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(second.status, first.status);
    assert_eq!(second.response()["status"], "done");
    assert_eq!(second.response()["actions"].as_array().unwrap().len(), 5);
    app.call(Method::DELETE, &path).send().await.response();
    assert_eq!(send().await.status, 404, "it is gone");
}
