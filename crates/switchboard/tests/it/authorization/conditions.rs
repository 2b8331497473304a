//! Permissions that a call needs only when a parameter asks for it.

use api::social_connect::routes::{self, Policy};
use serde_json::{Value, json};

use super::principals::{Expected, World};
use super::requests::path;
use super::{FORMATS, call, check};
use crate::support::NewPerson;

/// Parameters that ask for what the table names.
fn asking_for(what: &str, user_id: i64, topic: i64, tag: &str) -> (&'static str, Value) {
    let updates = |value| ("updates", value);
    let item = |mut value: Value| {
        value["topic"] = json!({ "id": topic });
        value["message"]["content"] = json!("from a form");
        ("mentions", json!([value]))
    };
    match what {
        "updates.status" => updates(json!({"status": "pending"})),
        "updates.tags" => updates(json!({"tags": [tag]})),
        "updates.tags (new names)" => updates(json!({"tags": ["a word that is no tag yet"]})),
        "updates.assignees" => updates(json!({"assignees": [{"id": user_id, "type": "user"}]})),
        "updates.assignment" => updates(json!({"assignment": {"user_ids": [user_id]}})),
        "updates.message.sentiment" => updates(json!({"message": {"sentiment": "positive"}})),
        "updates.actions (notes)" => updates(json!({"actions": [{"type": "note", "extra": "n"}]})),
        "updates.todos" => updates(json!({"todos": [{"id": "1", "status": "done"}]})),
        "updates.priority" => updates(json!({"priority": {"id": 7}})),
        "updates.message.language" => updates(json!({"message": {"language": "nl"}})),
        "updates.location" => updates(json!({"location": {"country": "BE"}})),
        "mentions.status" => item(json!({"status": "done"})),
        "mentions.tags" => item(json!({"tags": [tag]})),
        "mentions.tags (new names)" => {
            item(json!({"tags": ["a word of a form that is no tag yet"]}))
        }
        "mentions.message.sentiment" => item(json!({"message": {"sentiment": "positive"}})),
        "mentions.priority" => item(json!({"priority": {"id": 7}})),
        "mentions.message.language" => item(json!({"message": {"language": "nl"}})),
        "mentions.location" => item(json!({"location": {"country": "BE"}})),
        "options.delete_on_service"
        | "options.hide_on_service"
        | "options.block_author_on_service" => {
            let name = what.strip_prefix("options.").unwrap();
            ("options", json!({ name: true }))
        }
        other => panic!("nobody has said how {other} is asked for"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_parameter_asks_for_needs_the_permission_that_the_table_names() {
    let mut world = World::new().await;
    let mut tried = 0;
    for route in routes::all() {
        let Policy::Account { conditional, .. } = route.policy else {
            continue;
        };
        for (what, permission) in conditional {
            let ids = world.new_ids().await;
            let tag = format!("canary tag {}", ids.number);
            let (name, value) =
                asking_for(what, world.app.first.user_id.get(), ids.mention_topic, &tag);
            let form = [(name.to_owned(), value.to_string())];
            let path = path(route, world.app.account, &ids);
            let member = world
                .app
                .member(NewPerson::without(permission.as_str()))
                .await;
            for format in FORMATS {
                let before = world.heads().await;
                let refused = call(&member.client, route, &path, &form, format).await;
                check(
                    &refused,
                    Expected::Refused(403, "no_permission"),
                    format,
                    what,
                );
                assert!(refused.text().contains(permission.as_str()), "{what}");
                assert_eq!(world.heads().await, before, "{what}");
                tried += 1;
            }
            // With it the call is not refused for that reason, whatever else is wrong with it.
            let let_in = call(&world.app, route, &path, &form, "json").await;
            assert!(
                matches!(let_in.status(), 200 | 400),
                "{what}: {}",
                let_in.text()
            );
        }
    }
    assert!(tried >= 2 * 18, "{tried}");
}
