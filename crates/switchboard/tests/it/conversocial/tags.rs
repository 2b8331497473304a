//! `tags`.

use serde_json::json;

use super::world::each;
use crate::support::App;

#[tokio::test]
async fn one_tag_has_all_four_fields() {
    let app = App::test().await;
    let tag = app.make("tags", "tag", &json!({"tag": "Refund"})).await;
    let id = tag["id"].to_string();
    let cv = app.program().await;
    assert_eq!(
        cv.json(&format!("/v1.1/tags/{id}")).await,
        json!({"tag": {
            "id": id,
            "url": format!("https://switchboard.example/v1.1/tags/{id}"),
            "name": "Refund",
            "is_active": true,
        }})
    );
    let missing = cv.get("/v1.1/tags/1").await;
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.json()["message"], "No such tag");
}

#[tokio::test]
async fn tags_after_an_id_can_be_asked_for_as_numbers() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for word in ["a", "b", "c"] {
        let tag = app.make("tags", "tag", &json!({"tag": word})).await;
        ids.push(tag["id"].to_string());
    }
    let cv = app.program().await;
    let after = cv.json(&format!("/v1.3/tags?id_gt={}", ids[0])).await;
    assert_eq!(each(&after, "tags", "id"), ids[1..]);
    // Nine is less than any of them as a number, and greater than all of them as a text.
    let all = cv.json("/v1.3/tags?id_gt=9&sort=-name").await;
    assert_eq!(each(&all, "tags", "id"), [&*ids[2], &*ids[1], &*ids[0]]);
}

#[tokio::test]
async fn an_archived_tag_is_not_active() {
    let app = App::test().await;
    let tag = app.make("tags", "tag", &json!({"tag": "Old"})).await;
    let id = tag["id"].to_string();
    let cv = app.program().await;
    let path = format!("/{{a}}/settings/tag/{id}");
    app.post_json(&path, &json!({"updates": {"status": "archived"}}))
        .await
        .response();
    let list = cv
        .json("/v1.3/tags?is_active=False&fields=name,is_active")
        .await;
    assert_eq!(list["tags"], json!([{"name": "Old", "is_active": false}]));
    let active = cv.json("/v1.3/tags?is_active=true").await;
    assert_eq!(active["tags"], json!([]));
}
