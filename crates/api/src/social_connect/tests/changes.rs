//! Work on mentions.

use axum::body::Body;
use serde_json::{Value, json};

use super::world::{World, world};

async fn one(world: &World) -> Value {
    let topic = world.topic("Brand").await;
    world.add(topic, &["Where is my parcel?"]).await;
    world.only("").await
}

async fn update(world: &World, mention: &Value, updates: &Value) -> Value {
    let path = world.mention_path(mention);
    world
        .post(&path, &json!({"updates": updates}))
        .await
        .response()
}

#[tokio::test]
async fn everything_of_a_mention_that_can_change_changes() {
    let world = world().await;
    let mention = one(&world).await;
    let me = world.get("/me").await.response()["id"].as_i64().unwrap();
    let updates = json!({
        "status": "pending",
        "message": {"sentiment": "negative", "language": "nl"},
        "tags": ["vip", "late parcel"],
        "assignees": [{"id": me.to_string(), "type": "user"}],
        "assignment": {"comments": "please"},
        "priority": {"id": 7},
        "location": {"country": "be", "city": "Gent"},
        "actions": [{"type": "note", "extra": "called", "todos": ["call again"]}],
    });
    let changed = update(&world, &mention, &updates).await;
    assert_eq!(changed["status"], "pending");
    assert_eq!(changed["message"]["sentiment"], "negative");
    assert_eq!(changed["message"]["language"], "nl");
    assert_eq!(changed["tags"].as_array().unwrap().len(), 2);
    assert_eq!(
        changed["assignment"],
        json!({"user_ids": [me], "team_ids": [], "comments": "please"})
    );
    assert_eq!(changed["priority"]["id"], 7);
    assert_eq!(
        changed["location"],
        json!({"country": "BE", "city": "Gent"})
    );
    assert_eq!(changed["todos"][0]["text"], "call again");
    let kinds: Vec<&str> = changed["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["type"].as_str().unwrap())
        .collect();
    for kind in ["status", "sentiment", "tag", "assign", "property", "note"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let todo = json!({"todos": [{"id": changed["todos"][0]["id"], "status": "done"}]});
    assert_eq!(
        update(&world, &mention, &todo).await["todos"][0]["status"],
        "done"
    );
    let found = world
        .only(&format!(
            "tag:\"late parcel\" AND assigned:{me} AND priority:7 AND note:called"
        ))
        .await;
    assert_eq!(found["id"], mention["id"]);
}

#[tokio::test]
async fn tags_are_added_replaced_and_taken_away() {
    let world = world().await;
    let mention = one(&world).await;
    let path = world.mention_path(&mention);
    let tags = async |mode: &str, names: Value| {
        let updates = json!({"tags": names}).to_string();
        let options = json!({"tags_edit_mode": mode}).to_string();
        let got = world
            .post_form(&path, &[("updates", &updates), ("options", &options)])
            .await;
        got.response()["tags"].clone()
    };
    assert_eq!(tags("add", json!(["a", "b"])).await, json!(["a", "b"]));
    assert_eq!(tags("add", json!(["c"])).await, json!(["a", "b", "c"]));
    assert_eq!(tags("delete", json!(["b"])).await, json!(["a", "c"]));
    assert_eq!(tags("update", json!(["A"])).await, json!(["a"]));
    assert_eq!(tags("update", json!([])).await, Value::Null);
    let wrong = world
        .post(
            &path,
            &json!({"updates": {"tags": []}, "options": {"tags_edit_mode": "x"}}),
        )
        .await;
    assert_eq!(
        wrong.json()["error_details"][0]["parameter"],
        "options.tags_edit_mode"
    );
}

#[tokio::test]
async fn resolving_a_resolved_mention_is_refused_since_20220930() {
    let world = world().await;
    let mention = one(&world).await;
    let path = world.mention_path(&mention);
    let done = json!({"updates": {"status": "done"}});
    world.post(&path, &done).await.response();
    for (query, status) in [
        ("", 400),
        ("?version=20220930", 400),
        ("?version=20220929", 200),
    ] {
        let got = world.post(&format!("{path}{query}"), &done).await;
        assert_eq!(got.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn the_answer_tells_whether_the_list_still_shows_the_mention() {
    let world = world().await;
    let mention = one(&world).await;
    let body = json!({"updates": {"status": "done"}, "list_filter": "status:new"});
    let got = world.post(&world.mention_path(&mention), &body).await;
    let message = &got.json()["meta"]["messages"][0];
    assert_eq!(
        (&message["code"], &message["details"]["matches"]),
        (&json!("list_filter"), &json!(false))
    );
}

#[tokio::test]
async fn action_links_do_what_they_say() {
    let world = world().await;
    let mention = one(&world).await;
    let links = mention["action_links"].as_array().unwrap().clone();
    let done = links
        .iter()
        .find(|link| link["key"] == "mark_as_done" && link["type"] == "api")
        .unwrap();
    let path = done["link"]
        .as_str()
        .unwrap()
        .strip_prefix("https://switchboard.example")
        .unwrap();
    let request = world
        .request(done["http_method"].as_str().unwrap(), path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(done["post_params"].as_str().unwrap().to_owned()))
        .unwrap();
    let after = world.send(request).await.response();
    assert_eq!(after["status"], "done");
    let keys = after["action_links"].to_string();
    assert!(keys.contains("mark_as_todo") && !keys.contains("mark_as_done"));
}

#[tokio::test]
async fn a_deleted_mention_is_gone_everywhere() {
    let world = world().await;
    let mention = one(&world).await;
    let path = world.mention_path(&mention);
    let refused = world
        .delete(&format!(
            "{path}?options=%7B%22delete_on_service%22:true%7D"
        ))
        .await;
    assert_eq!(refused.error().0, 400);
    assert_eq!(
        world
            .delete(&format!("{path}?options=null"))
            .await
            .response(),
        json!(true)
    );
    assert_eq!(
        world.get(&path).await.error(),
        (404, "not_found".to_owned())
    );
    assert_eq!(world.delete(&path).await.error().0, 404);
    assert_eq!(
        world.get("/{a}/inbox/mentions").await.response()["count"],
        0
    );
}

#[tokio::test]
async fn a_change_with_a_key_is_made_once_and_answered_alike() {
    let world = world().await;
    let mention = one(&world).await;
    let path = world.mention_path(&mention);
    let send = |body: Value, key: &str| {
        let request = world.request("POST", &path).header("idempotency-key", key);
        world.send(
            request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string()))
                .unwrap(),
        )
    };
    let done = json!({"updates": {"status": "done"}});
    let first = send(done.clone(), "k1").await;
    first.response();
    let again = send(done.clone(), "k1").await;
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let other = send(json!({"updates": {"status": "new"}}), "k1").await;
    assert_eq!(other.status, 422);
    let refused = send(done.clone(), "k2").await;
    assert_eq!(refused.status, 400);
    world
        .post(&path, &json!({"updates": {"status": "new"}}))
        .await
        .response();
    assert_eq!(send(done, "k2").await.status, 200);
    assert_eq!(send(json!({"updates": {}}), "").await.error().0, 400);
}

#[tokio::test]
async fn members_that_cannot_change_are_refused_by_name() {
    let world = world().await;
    let mention = one(&world).await;
    let path = world.mention_path(&mention);
    for (updates, parameter) in [
        (json!({"colour": 1}), "updates.colour"),
        (json!({"status": "open"}), "updates.status"),
        (json!({"priority": {"id": 11}}), "updates.priority.id"),
        (
            json!({"message": {"sentiment": "sad"}}),
            "updates.message.sentiment",
        ),
        (
            json!({"assignees": [{"type": "user"}]}),
            "updates.assignees[0].id",
        ),
        (
            json!({"actions": [{"type": "reply"}]}),
            "updates.actions[0].type",
        ),
        (json!([1]), "updates"),
    ] {
        let got = world.post(&path, &json!({"updates": updates})).await;
        assert_eq!(
            got.error(),
            (400, "invalid_parameter".to_owned()),
            "{updates}"
        );
        assert_eq!(got.json()["error_details"][0]["parameter"], parameter);
    }
    let unknown = world
        .post(&path, &json!({"updates": {"message": {"language": "xx"}}}))
        .await;
    assert_eq!(unknown.error(), (400, "unsupported_language".to_owned()));
    assert_eq!(world.post(&path, &json!({})).await.error().0, 400);
}
