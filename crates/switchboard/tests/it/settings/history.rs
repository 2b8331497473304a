//! What the history of the settings keeps: who changed what and when, and never a secret.

use domain::ids::{AuditId, UserId};
use engine::auth::audit::{Verified, verify};
use serde_json::{Value, json};
use store::audit::Entry;

use crate::support::{App, START, message};

/// The rows of the account's history after those that were there before.
async fn history(app: &App, after: usize) -> Vec<Entry> {
    let all = store::audit::list(app.engine.db(), app.account, AuditId(0), 1_000)
        .await
        .unwrap();
    let intact = verify(app.engine.db(), app.account).await.unwrap();
    assert_eq!(intact, Verified::Intact(i64::try_from(all.len()).unwrap()));
    all.into_iter().skip(after).collect()
}

fn detail(entry: &Entry) -> Value {
    serde_json::from_str(&entry.detail).unwrap()
}

/// Names of the events, and how the thing was before and after each.
fn told(entries: &[Entry]) -> Vec<(&str, Value, Value)> {
    entries
        .iter()
        .map(|entry| {
            let detail = detail(entry);
            (
                entry.event.as_str(),
                detail["before"].clone(),
                detail["after"].clone(),
            )
        })
        .collect()
}

/// Makes a thing, changes it and removes it.
async fn live(app: &App, things: &str, thing: &str, new: Value, updates: Value) -> Value {
    let made = app
        .make(things, thing.rsplit('/').next().unwrap(), &new)
        .await;
    let id = match &made["id"] {
        Value::String(id) => id.clone(),
        other => other.to_string(),
    };
    let path = format!("/{{a}}/settings/{thing}/{id}");
    app.post_json(&path, &json!({ "updates": updates }))
        .await
        .response();
    app.delete(&path).await.response();
    made
}

#[tokio::test]
async fn every_change_of_settings_is_kept_with_who_when_and_what() {
    let app = App::test().await;
    let before = history(&app, 0).await.len();
    app.advance(5_000);
    let topic = live(
        &app,
        "topics",
        "topic",
        json!({"name": "Lamps", "searchkeywords": "lamp"}),
        json!({"name": "Lights"}),
    )
    .await;
    live(
        &app,
        "tags",
        "tag",
        json!({"tag": "vip"}),
        json!({"visible": false}),
    )
    .await;
    live(
        &app,
        "userroles",
        "userrole",
        json!({"title": "Reader", "permissions": ["inbox.read"]}),
        json!({"permissions": ["inbox.read", "insights.read"]}),
    )
    .await;
    app.post_json(
        "/{a}/settings/account",
        &json!({"updates": {"timezone": "Europe/Lisbon"}}),
    )
    .await
    .response();
    live(
        &app,
        "projects",
        "project",
        json!({"name": "North"}),
        json!({"name": "South"}),
    )
    .await;

    let entries = history(&app, before).await;
    for entry in &entries {
        assert_eq!(entry.actor_id, Some(UserId(app.first.user_id.get())));
        assert_eq!(entry.at, START.plus_ms(5_000));
    }
    assert_eq!(detail(&entries[0])["id"], topic["id"]);
    assert_eq!(detail(&entries[0])["topic_id"], topic["id"]);
    let project = app.first.project_id.get();
    let card = |name: &str| json!({"name": name, "project_id": project, "searchkeywords": "lamp"});
    let tag = |visible: bool| json!({"name": "vip", "color": null, "parent_id": null, "is_visible": visible, "status": "active"});
    let role = |permissions: &[&str]| json!({"title": "Reader", "permissions": permissions, "topics": null});
    let account = |zone: &str| json!({"name": "Northwind", "description": null, "package": null, "timezone": zone});
    let (narrow, wide) = (
        role(&["inbox.read"]),
        role(&["inbox.read", "insights.read"]),
    );
    assert_eq!(
        told(&entries),
        [
            ("query_add", json!(null), card("Lamps")),
            ("query_edit", card("Lamps"), card("Lights")),
            ("query_delete", card("Lights"), json!(null)),
            ("account_tag_add", json!(null), tag(true)),
            ("account_tag_edit", tag(true), tag(false)),
            ("account_tag_delete", tag(false), json!(null)),
            ("user_custom_role_add", json!(null), narrow.clone()),
            ("user_custom_role_edit", narrow, wide.clone()),
            ("user_custom_role_delete", wide, json!(null)),
            ("settings_edited", account("UTC"), account("Europe/Lisbon"),),
            ("project_add", json!(null), json!({"name": "North"})),
            (
                "project_edit",
                json!({"name": "North"}),
                json!({"name": "South"})
            ),
            ("project_delete", json!({"name": "South"}), json!(null)),
        ]
    );
}

#[tokio::test]
async fn members_are_let_in_given_roles_and_kept_out_by_name() {
    let app = App::test().await;
    let roles = app.get("/{a}/settings/userroles", &[]).await.data();
    let role = |title: &str| {
        let role = roles.iter().find(|role| role["title"] == title).unwrap();
        role["id"].as_str().unwrap().to_owned()
    };
    let before = history(&app, 0).await.len();
    let password = "drei Boote liegen im Hafen";
    let user = json!({"name": "Bob Marten", "email": "bob@northwind.example", "password": password, "account_role": role("Editor")});
    let user = app.make("users", "user", &user).await;
    let path = format!("/{{a}}/settings/user/{}", user["id"]);
    for updates in [
        json!({"enabled": false}),
        json!({"enabled": true, "account_role": role("Manager")}),
        json!({"enabled": true}),
    ] {
        app.post_json(&path, &json!({ "updates": updates }))
            .await
            .response();
    }
    app.delete(&path).await.response();
    let entries = history(&app, before).await;
    let events: Vec<&str> = entries.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(
        events,
        [
            "user_add",
            "user_disable",
            "user_role_change",
            "user_enable",
            "user_edit",
            "user_delete"
        ]
    );
    for entry in &entries {
        assert_eq!(entry.subject_id, Some(UserId(user["id"].as_i64().unwrap())));
        assert!(!entry.detail.contains(password), "{}", entry.detail);
    }
}

#[tokio::test]
async fn addresses_of_feeds_are_kept_without_their_secrets() {
    let app = App::test().await;
    let before = history(&app, 0).await.len();
    let address = "http://127.0.0.1:9/feed?token=hunter2";
    live(
        &app,
        "topic/{t}/profiles",
        "topic/{t}/profile",
        json!({"type": "rss", "service_id": address}),
        json!({"enabled": false}),
    )
    .await;
    let entries = history(&app, before).await;
    let known = detail(&entries[0])["after"]["service_id"].clone();
    let shown = known.as_str().unwrap();
    assert!(
        shown.starts_with("http://127.0.0.1:9/feed?token=•••#"),
        "{shown}"
    );
    let card = |is_enabled: bool| json!({"type": "rss", "service_id": shown, "displayname": null, "is_enabled": is_enabled});
    assert_eq!(
        told(&entries),
        [
            ("query_connectedservice_add", json!(null), card(true)),
            ("query_connectedservice_edit", card(true), card(false)),
            ("query_connectedservice_delete", card(false), json!(null)),
        ]
    );
    for entry in &entries {
        assert_eq!(detail(entry)["topic_id"], app.topic);
    }
}

#[tokio::test]
async fn tags_that_are_archived_or_made_by_using_them_are_kept() {
    let app = App::test().await;
    let id = app.add_text("first").await;
    let before = history(&app, 0).await.len();
    app.update(&id, &json!({"tags": ["press", "vip"]})).await;
    app.update(&id, &json!({"tags": ["press"]})).await;
    let tags = app.get("/{a}/settings/tags", &[]).await.data();
    let press = tags.iter().find(|tag| tag["tag"] == "press").unwrap();
    let path = format!("/{{a}}/settings/tag/{}", press["id"]);
    for updates in [
        json!({"status": "archived"}),
        json!({"status": "active", "tag": "Press"}),
    ] {
        app.post_json(&path, &json!({ "updates": updates }))
            .await
            .response();
    }
    let entries = history(&app, before).await;
    let events: Vec<&str> = entries.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(
        events,
        [
            "account_tag_add",
            "account_tag_add",
            "account_tag_archive",
            "account_tag_edit",
            "account_tag_unarchive"
        ]
    );
    assert_eq!(detail(&entries[0])["after"], json!({"name": "press"}));
}

#[tokio::test]
async fn what_is_refused_is_not_kept() {
    let app = App::test().await;
    app.add(&[message("in the way")]).await;
    let before = history(&app, 0).await.len();
    app.delete("/{a}/settings/topic/{t}")
        .await
        .assert_error(409, "conflict");
    app.post_json("/{a}/settings/topics", &json!({"topic": {"name": ""}}))
        .await
        .assert_error(400, "invalid_parameter");
    assert_eq!(history(&app, before).await, []);
}
