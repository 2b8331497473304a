//! `GET inbox/mention/{topic_id}/{id}`, and the links it offers.

use serde_json::{Value, json};

use crate::support::{App, NewPerson, message};

fn keys(mention: &Value, kind: &str) -> Vec<String> {
    let links = mention["action_links"].as_array().unwrap();
    links
        .iter()
        .filter(|link| link["type"] == kind)
        .map(|link| link["key"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_mention_looks_alone_as_it_looks_in_a_list() {
    let app = App::test().await;
    let listed = app.add_one(message("a message")).await;
    assert_eq!(app.mention(listed["id"].as_str().unwrap()).await, listed);
}

#[tokio::test]
async fn it_belongs_to_its_topic_and_to_no_other() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let other = app.make_topic("Other").await;
    for path in [
        format!("/{{a}}/inbox/mention/{other}/{id}"),
        format!("/{{a}}/inbox/mention/999/{id}"),
        "/{a}/inbox/mention/{t}/28000000000000001".to_owned(),
    ] {
        app.get(&path, &[]).await.assert_error(404, "not_found");
        app.post_form(&path, &[("updates", r#"{"status":"done"}"#)])
            .await
            .assert_error(404, "not_found");
        app.delete(&path).await.assert_error(404, "not_found");
    }
}

#[tokio::test]
async fn action_links_of_programs_have_a_method_and_those_of_the_web_a_name() {
    let app = App::test().await;
    let mention = app.add_one(message("a message")).await;
    for link in mention["action_links"].as_array().unwrap() {
        let is_api = link["type"] == "api";
        assert_eq!(link.get("http_method").is_some(), is_api, "{link}");
        assert_eq!(link.get("name").is_some(), !is_api, "{link}");
    }
}

#[tokio::test]
async fn every_action_link_of_a_program_works_for_its_user_and_only_those_are_offered() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let all = keys(&app.mention(&id).await, "api");
    for key in [
        "mark_as_done",
        "status",
        "assign",
        "tags",
        "sentiment",
        "note",
        "delete",
    ] {
        assert!(all.contains(&key.to_owned()), "{all:?}");
    }
    // A message that a program brought cannot be answered.
    assert!(!all.contains(&"reply".to_owned()));
    for (permission, lost) in [
        ("status.update", "status"),
        ("status.update", "mark_as_done"),
        ("assignments.update", "assign"),
        ("tags.update", "tags"),
        ("sentiment.update", "sentiment"),
        ("note.update", "note"),
        ("queries.mentions.delete", "delete"),
    ] {
        let member = app.member(NewPerson::without(permission)).await.client;
        let left = keys(&member.mention(&id).await, "api");
        assert!(!left.contains(&lost.to_owned()), "{permission}: {left:?}");
    }
    let reader = app
        .member(NewPerson::with(&["api.read", "inbox.read"]))
        .await
        .client;
    assert_eq!(reader.mention(&id).await["action_links"], json!([]));
}

#[tokio::test]
async fn mark_as_done_and_mark_as_todo_take_turns_and_do_what_they_say() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    for (key, other, status) in [
        ("mark_as_done", "mark_as_todo", "done"),
        ("mark_as_todo", "mark_as_done", "new"),
    ] {
        let mention = app.mention(&id).await;
        assert!(!keys(&mention, "api").contains(&other.to_owned()));
        let links = mention["action_links"].as_array().unwrap();
        let link = links
            .iter()
            .find(|link| link["key"] == key && link["type"] == "api")
            .unwrap();
        let path = link["link"]
            .as_str()
            .unwrap()
            .strip_prefix("https://switchboard.example")
            .unwrap()
            .to_owned();
        let answer = app
            .call(axum::http::Method::POST, &path)
            .body(
                "application/x-www-form-urlencoded",
                link["post_params"].as_str().unwrap(),
            )
            .send()
            .await;
        assert_eq!(answer.response()["status"], status);
    }
}

#[tokio::test]
async fn done_is_offered_to_whom_it_is_assigned_where_only_they_may() {
    let app = App::test().await;
    let member = app
        .member(NewPerson::without("inbox.unassigned_resolve_reply"))
        .await;
    let id = app.add_text("a message").await;
    let client = &member.client;
    assert!(!keys(&client.mention(&id).await, "api").contains(&"mark_as_done".to_owned()));
    client
        .try_update(&id, &json!({"status": "done"}))
        .await
        .assert_error(403, "no_permission");
    client
        .update(&id, &json!({"assignees": [{"id": member.user_id}]}))
        .await;
    assert!(keys(&client.mention(&id).await, "api").contains(&"mark_as_done".to_owned()));
    assert_eq!(
        client.update(&id, &json!({"status": "done"})).await["status"],
        "done"
    );
}
