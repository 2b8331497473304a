//! `include`: content, notes and actions beside conversations.

use channels::Draft;
use domain::ids::TopicId;
use domain::mention::Sender;
use domain::scope::Scope;
use domain::source::{Category, Provider, Service};
use domain::time::MINUTE_MS;
use engine::pipeline::item::NewItem;
use serde_json::{Value, json};

use super::client::NewKey;
use super::world::{each, hex, keys, published};
use crate::support::{App, everything};

/// The members of a message; a recorded client fails over any other.
const CONTENT: [&str; 17] = [
    "attachments",
    "author",
    "channels",
    "created_date",
    "id",
    "is_by_source",
    "is_priority",
    "is_private",
    "link",
    "parent",
    "platform",
    "platform_id",
    "sentiment",
    "tags",
    "text",
    "type",
    "user",
];

#[tokio::test]
async fn content_has_all_its_members_also_when_nothing_is_known() {
    let app = App::test().await;
    app.add_text("hello").await;
    let cv = app.program().await;
    let list = cv
        .json("/v1.1/conversations?status=unread&include=content")
        .await;
    let content = &list["content"][0];
    assert_eq!(keys(content), CONTENT);
    assert_eq!(
        *content,
        json!({
            "id": list["conversations"][0]["content_ids"][0],
            "type": "message",
            "platform": "custom",
            "platform_id": null,
            "link": null,
            "created_date": "2026-11-21T20:00:00",
            "text": "hello",
            "author": null,
            "user": null,
            "is_by_source": false,
            "is_private": false,
            "is_priority": false,
            "parent": null,
            "channels": [],
            "tags": [],
            "sentiment": null,
            "attachments": [],
        })
    );
}

#[tokio::test]
async fn the_sender_of_an_answer_is_a_link_only_to_a_user_of_the_account() {
    let app = App::test().await;
    let admin = app.first.user_id.to_string();
    for (kind, id) in [
        ("user", admin.as_str()),
        ("user", "99999"),
        ("flow", &admin),
    ] {
        let mut draft = Draft::new(
            Service::Twitter,
            Provider::SearchProviderTwitter,
            Category::Microblogs,
        );
        draft.content = format!("{kind} {id}");
        draft.author.managed = true;
        draft.source.sender = Some(Sender {
            kind: kind.to_owned(),
            id: id.to_owned(),
            name: "Somebody".to_owned(),
        });
        let item = NewItem {
            topic_id: TopicId(app.topic),
            draft,
            status: None,
            priority: None,
        };
        let scope = Scope::system(app.first.account_id);
        engine::pipeline::item::add(&app.engine, &scope, vec![item])
            .await
            .unwrap();
    }
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?status=unread&include=content")
        .await;
    let content = list["content"].as_array().unwrap();
    assert_eq!(content.len(), 3);
    for message in content {
        let link = json!({
            "id": admin,
            "url": format!("https://switchboard.example/v1.3/users/{admin}"),
        });
        let is_known = message["text"] == format!("user {admin}");
        let wanted = if is_known { link } else { Value::Null };
        assert_eq!(message["user"], wanted, "{message}");
    }
}

#[tokio::test]
async fn content_says_all_that_is_known_of_a_message() {
    let app = App::test().await;
    let channel = app.channel(Service::Twitter, "page", "Demo page").await;
    let mut top = published("2026-11-21T09:00:00Z");
    top["source"] = json!({"id": "100"});
    let top = app.post("100", "our lamp <b>broke</b>", top).await;
    let mut answer = published("2026-11-21T09:30:00Z");
    answer["source"] = json!({
        "id": "101",
        "in_reply_to_message_id": "100",
        "url": "https://twitter.com/ann/101",
    });
    answer["message"] = json!({
        "sentiment": "negative",
        "attachments": [{"type": "photo", "url": "https://pictures.example/1.jpg", "title": "Lamp"}],
    });
    answer["priority"] = json!({"id": 9});
    answer["tags"] = json!(["Refund"]);
    let answer = app.post("100", "and again", answer).await;
    let tag = app.get("/{a}/settings/tags", &[]).await.data()[0]["id"].to_string();
    let base = "https://switchboard.example/v1.3";
    let cv = app.program().await;
    let address = format!("/v1.3/conversations/{}?include=content", hex(&top));
    let one = cv.json(&address).await;
    assert_eq!(keys(&one), ["content", "conversation"]);
    assert_eq!(one["content"][0]["text"], "our lamp broke");
    assert_eq!(
        one["content"][1],
        json!({
            "id": hex(&answer),
            "type": "tweet",
            "platform": "twitter",
            "platform_id": "101",
            "link": "https://twitter.com/ann/101",
            "created_date": "2026-11-21T09:30:00",
            "text": "and again",
            "author": {"id": "t:77", "url": format!("{base}/authors/t:77")},
            "user": null,
            "is_by_source": false,
            "is_private": false,
            "is_priority": true,
            "parent": hex(&top),
            "channels": [{
                "id": channel.to_string(),
                "name": "Demo page",
                "url": format!("{base}/channels/{channel}"),
            }],
            "tags": [{"id": tag, "url": format!("{base}/tags/{tag}")}],
            "sentiment": {"created_by": null, "value": -1},
            "attachments": [
                {"type": "photo", "url": "https://pictures.example/1.jpg", "title": "Lamp"},
            ],
        })
    );
    app.update(&answer, &json!({"message": {"sentiment": "positive"}}))
        .await;
    let admin = app.first.user_id;
    assert_eq!(
        cv.json(&address).await["content"][1]["sentiment"],
        json!({
            "created_by": {"id": admin.to_string(), "url": format!("{base}/users/{admin}")},
            "value": 1,
        })
    );
}

#[tokio::test]
async fn notes_and_actions_tell_what_agents_wrote_and_did() {
    let app = App::test().await;
    let mention = app.post("t1", "hello", json!({"tags": ["Old"]})).await;
    let admin = app.first.user_id;
    let base = "https://switchboard.example/v1.1";
    let user = json!({"id": admin.to_string(), "url": format!("{base}/users/{admin}")});
    let id = hex(&mention);
    for update in [
        json!({"status": "pending"}),
        json!({"actions": [{"type": "note", "extra": "call back"}]}),
        json!({"assignees": [{"type": "user", "id": admin.get()}]}),
        json!({"assignees": []}),
        json!({"message": {"sentiment": "neutral"}}),
        json!({"priority": {"id": 9}}),
        json!({"tags": ["New"]}),
        json!({"status": "done"}),
        json!({"status": "new"}),
    ] {
        app.advance(MINUTE_MS);
        app.update(&mention, &update).await;
    }
    let cv = app.program().await;
    let list = cv
        .json("/v1.1/conversations?status=unread&include=notes,actions&include=nothing")
        .await;
    assert_eq!(keys(&list), ["actions", "conversations", "notes", "paging"]);
    assert_eq!(
        list["notes"],
        json!([{
            "id": format!("{id}-2"),
            "conversation": id,
            "text": "call back",
            "user": user,
            "created_date": "2026-11-21T20:02:00",
        }])
    );
    assert_eq!(
        each(&list, "actions", "type"),
        [
            "read",
            "note_added",
            "assigned",
            "unassigned",
            "sentiment_set",
            "priority_set",
            "tagged",
            "untagged",
            "archived",
            "unarchived",
        ]
    );
    let actions = list["actions"].as_array().unwrap();
    assert_eq!(
        actions[0],
        json!({
            "id": format!("{id}-1"),
            "conversation": id,
            "type": "read",
            "user": user,
            "created_date": "2026-11-21T20:01:00",
            "details": {},
        })
    );
    let details: Vec<&Value> = actions.iter().map(|action| &action["details"]).collect();
    assert_eq!(*details[2], json!({ "user": user }));
    assert_eq!(*details[4], json!({"value": 0}));
    assert_eq!(*details[5], json!({"is_priority": true}));
    assert_eq!(keys(details[6]), ["tags"]);
    assert_ne!(details[6], details[7]);
    let mut ids = each(&list, "actions", "id");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 10);
}

#[tokio::test]
async fn every_content_id_is_found_in_content_and_nothing_else_is() {
    let app = App::test().await;
    for number in 0..7 {
        let thread = format!("t{}", number % 3);
        app.post(&thread, "x", json!({})).await;
    }
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?is_priority=false&include=content&page_size=2&sort=id")
        .await;
    let named: Vec<&str> = list["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|conversation| conversation["content_ids"].as_array().unwrap())
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!(named.len(), 5);
    assert_eq!(each(&list, "content", "id"), named);
    let next = list["paging"]["next_page"].as_str().unwrap();
    assert!(next.contains("include=content"), "{next}");
    assert_eq!(cv.json(next).await["content"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_agents_wrote_and_did_needs_the_permission_for_history() {
    let app = App::test().await;
    app.post("t1", "x", json!({})).await;
    let mut permissions = everything();
    permissions.retain(|permission| *permission != "history.read");
    let cv = app
        .program_with(NewKey {
            permissions,
            ..NewKey::default()
        })
        .await;
    for include in ["notes", "content,actions", "content&include=notes"] {
        let answer = cv
            .get(&format!(
                "/v1.3/conversations?status=read&include={include}"
            ))
            .await;
        assert_eq!(answer.status(), 403, "{include}");
        assert_eq!(answer.json()["error_code"], "permission_denied");
    }
    cv.json("/v1.3/conversations?status=read&include=content")
        .await;
}
