//! `DELETE inbox/mention/{topic_id}/{id}`.

use axum::http::Method;
use serde_json::json;

use crate::support::{App, message, message_with};

#[tokio::test]
async fn what_is_deleted_is_gone_from_lists_counts_facets_and_reads() {
    let app = App::test().await;
    let id = app.add_text("to go").await;
    app.add(&[message("to stay")]).await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let answer = app.delete(&path).await;
    assert_eq!(answer.response(), json!(true));
    let list = app.mentions(&[]).await;
    assert_eq!(
        (list.count(), list.contents()),
        (1, vec!["to stay".to_owned()])
    );
    assert_eq!(app.facet(&json!({"key": null})).await["data"], json!([[1]]));
    app.get(&path, &[]).await.assert_error(404, "not_found");
    app.delete(&path).await.assert_error(404, "not_found");
    app.try_update(&id, &json!({"status": "done"}))
        .await
        .assert_error(404, "not_found");
}

#[tokio::test]
async fn its_source_id_is_free_again() {
    let app = App::test().await;
    let item = message_with("again", json!({"source": {"id": "s-1"}}));
    let id = app.add_one(item.clone()).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .await
        .response();
    let new = app.add_one(item).await["id"].as_str().unwrap().to_owned();
    assert_ne!(new, id);
    assert_eq!(app.mentions(&[]).await.count(), 1);
}

#[tokio::test]
async fn what_the_connection_cannot_do_on_the_service_is_refused_and_nothing_is_deleted() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    for name in [
        "delete_on_service",
        "hide_on_service",
        "block_author_on_service",
    ] {
        let options = json!({ name: true }).to_string();
        let answer = app
            .call(Method::DELETE, &path)
            .query(&[("options", &options)])
            .send()
            .await;
        answer.assert_invalid(&format!("options.{name}"));
    }
    app.mention(&id).await;
    let options = json!({"delete_on_service": false}).to_string();
    app.call(Method::DELETE, &path)
        .query(&[("options", &options)])
        .send()
        .await
        .response();
}

#[tokio::test]
async fn it_stays_gone_after_a_restart() {
    let mut app = App::test().await;
    let id = app.add_text("to go").await;
    app.restart().await;
    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .await
        .response();
    app.restart().await;
    assert_eq!(app.mentions(&[]).await.count(), 0);
    app.restart_without_index().await;
    assert_eq!(app.mentions(&[]).await.count(), 0);
}
