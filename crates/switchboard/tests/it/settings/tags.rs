//! `settings/tags` and `settings/tag`.

use serde_json::{Value, json};

use crate::support::App;

async fn change(app: &App, tag: &Value, updates: Value) -> crate::support::Answer {
    let path = format!("/{{a}}/settings/tag/{}", tag["id"]);
    app.post_json(&path, &json!({ "updates": updates })).await
}

#[tokio::test]
async fn a_tag_is_made_read_changed_and_removed() {
    let app = App::test().await;
    let parent = app.make("tags", "tag", &json!({"tag": "Products"})).await;
    let tag = app.make("tags", "tag", &json!({"tag": "Lamp & light", "color_code": "rgb(200, 30,30)", "parent_id": parent["id"].to_string()})).await;
    assert_eq!(tag["color_code"], "rgb(200,30,30)");
    assert_eq!(tag["parent_id"], parent["id"].to_string());
    assert_eq!(
        (
            tag["visible"].clone(),
            tag["category_model_tag"].clone(),
            tag["status"].clone()
        ),
        (json!(true), json!(false), json!("active"))
    );
    let path = format!("/{{a}}/settings/tag/{}", tag["id"]);
    assert_eq!(app.get(&path, &[]).await.response(), tag);
    let changed = change(&app, &tag, json!({"tag": "Light", "color_code": null, "parent_id": null, "visible": false, "status": "archived"})).await.response();
    assert_eq!(changed["tag"], "Light");
    assert_eq!(
        (changed.get("color_code"), changed.get("parent_id")),
        (None, None)
    );
    assert_eq!(
        (changed["visible"].clone(), changed["status"].clone()),
        (json!(false), json!("archived"))
    );
    assert_eq!(app.get("/{a}/settings/tags", &[]).await.count(), 2);
    app.delete(&path).await.response();
    app.get(&path, &[]).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn two_tags_do_not_share_a_name_whatever_its_case() {
    let app = App::test().await;
    let first = app.make("tags", "tag", &json!({"tag": "VIP"})).await;
    app.post_json("/{a}/settings/tags", &json!({"tag": {"tag": " vip"}}))
        .await
        .assert_error(409, "conflict");
    let second = app.make("tags", "tag", &json!({"tag": "press"})).await;
    change(&app, &second, json!({"tag": "Vip"}))
        .await
        .assert_error(409, "conflict");
    assert_eq!(
        change(&app, &first, json!({"tag": "vip"})).await.response()["tag"],
        "vip"
    );
}

#[tokio::test]
async fn tags_do_not_form_circles_and_parents_must_exist() {
    let app = App::test().await;
    let one = app.make("tags", "tag", &json!({"tag": "one"})).await;
    let two = app
        .make(
            "tags",
            "tag",
            &json!({"tag": "two", "parent_id": one["id"]}),
        )
        .await;
    change(&app, &one, json!({"parent_id": two["id"]}))
        .await
        .assert_invalid("updates.parent_id");
    change(&app, &one, json!({"parent_id": one["id"]}))
        .await
        .assert_invalid("updates.parent_id");
    change(&app, &one, json!({"parent_id": 999}))
        .await
        .assert_invalid("updates.parent_id");
    app.delete(&format!("/{{a}}/settings/tag/{}", one["id"]))
        .await
        .assert_error(409, "conflict");
}

#[tokio::test]
async fn a_tag_that_mentions_bear_is_archived_and_not_removed() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    app.update(&id, &json!({"tags": ["vip"]})).await;
    let tag = app.get("/{a}/settings/tags", &[]).await.data().remove(0);
    let path = format!("/{{a}}/settings/tag/{}", tag["id"]);
    app.delete(&path).await.assert_error(409, "conflict");
    change(&app, &tag, json!({"status": "archived"}))
        .await
        .response();
    assert_eq!(app.mention(&id).await["tags"], json!(["vip"]));
    app.update(&id, &json!({"tags": []})).await;
    app.delete(&path).await.response();
}

#[tokio::test]
async fn a_new_name_is_seen_on_every_mention_at_once() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    app.update(&id, &json!({"tags": ["old"]})).await;
    let tag = app.get("/{a}/settings/tags", &[]).await.data().remove(0);
    change(&app, &tag, json!({"tag": "new"})).await.response();
    assert_eq!(app.mention(&id).await["tags"], json!(["new"]));
    assert_eq!(app.found("tag:new").await, ["x"]);
}

#[tokio::test]
async fn what_is_no_colour_or_status_is_refused() {
    let app = App::test().await;
    for wrong in ["red", "rgb(1,2)", "rgb(256,0,0)", "#fff"] {
        let answer = app
            .post_json(
                "/{a}/settings/tags",
                &json!({"tag": {"tag": "x", "color_code": wrong}}),
            )
            .await;
        answer.assert_invalid("tag.color_code");
    }
    let tag = app.make("tags", "tag", &json!({"tag": "x"})).await;
    change(&app, &tag, json!({"status": "gone"}))
        .await
        .assert_invalid("updates.status");
    app.post_json("/{a}/settings/tags", &json!({"tag": {}}))
        .await
        .assert_invalid("tag.tag");
    app.post_json("/{a}/settings/tags", &json!({"tag": {"tag": "  "}}))
        .await
        .assert_invalid("tag.tag");
}
