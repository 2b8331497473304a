//! `ETag` and empty 304s, only for callers who ask.

use axum::http::Method;
use serde_json::json;

use crate::support::{Answer, App};

async fn ask(app: &App, header: &str, tag: &str, query: &[(&str, &str)]) -> Answer {
    app.call(Method::GET, "/{a}/inbox/mentions")
        .query(query)
        .header(header, tag)
        .send()
        .await
}

#[tokio::test]
async fn without_being_asked_no_tag_is_given() {
    let app = App::test().await;
    let answer = app.mentions(&[]).await;
    assert_eq!(answer.header("etag"), "");
    assert!(answer.json()["meta"].get("etag").is_none());
}

#[tokio::test]
async fn a_dummy_gets_the_tag_and_the_tag_gets_an_empty_304_until_something_changes() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    for header in ["if-none-match", "etag"] {
        let first = ask(&app, header, "dummy", &[]).await;
        let quoted = first.header("etag").to_owned();
        let bare = first.json()["meta"]["etag"].as_str().unwrap().to_owned();
        assert_eq!(quoted, format!("\"{bare}\""));
        for tag in [&quoted, &bare, &format!("W/{quoted}")] {
            let same = ask(&app, header, tag, &[]).await;
            assert_eq!((same.status(), same.text()), (304, ""), "{header}: {tag}");
            assert_eq!(same.header("etag"), quoted);
        }
        let status = if header == "etag" { "pending" } else { "done" };
        app.update(&id, &json!({"status": status})).await;
        let changed = ask(&app, header, &quoted, &[]).await;
        assert_eq!(changed.status(), 200);
        assert_ne!(changed.header("etag"), quoted);
    }
}

#[tokio::test]
async fn other_parameters_have_other_tags() {
    let app = App::test().await;
    app.add_text("a message").await;
    let tag = ask(&app, "if-none-match", "x", &[])
        .await
        .header("etag")
        .to_owned();
    for query in [
        [("format", "xml")],
        [("fields", "id")],
        [("version", "20221027")],
        [("limit", "0")],
    ] {
        assert_eq!(
            ask(&app, "if-none-match", &tag, &query).await.status(),
            200,
            "{query:?}"
        );
    }
}

#[tokio::test]
async fn changes_and_errors_are_never_not_modified() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let call = app
        .call(Method::POST, &path)
        .header("if-none-match", "*")
        .form(&[("updates", r#"{"status":"done"}"#)]);
    assert_eq!(call.send().await.response()["status"], "done");
    let wrong = app
        .call(Method::GET, "/{a}/inbox/mentions")
        .query(&[("limit", "x")])
        .header("if-none-match", "*");
    assert_eq!(wrong.send().await.status(), 400);
}
