//! How much of a mention people can make: in one call and in all.

use serde_json::{Value, json};

use crate::support::{Answer, App};

fn note(text: &str, todos: &[String]) -> Value {
    json!({"type": "note", "extra": text, "todos": todos})
}

fn many(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("to-do {at}")).collect()
}

#[track_caller]
fn assert_limit(answer: &Answer, field: &str, limit: usize) {
    answer.assert_error(400, "limit_exceeded");
    let text = answer.text();
    assert!(
        text.contains(&format!("\"{field}\"")) && text.contains(&format!(" {limit}")),
        "{text}"
    );
}

#[tokio::test]
async fn one_call_takes_so_much_and_no_more() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let notes: Vec<Value> = (0..51).map(|_| note("again", &[])).collect();
    for (updates, field, limit) in [
        (json!({ "actions": notes }), "updates.actions", 50),
        (
            json!({"actions": [note("plan", &many(101))]}),
            "updates.actions.todos",
            100,
        ),
        (
            json!({"todos": many(501).iter().map(|_| json!({"id": "1", "status": "done"})).collect::<Vec<_>>()}),
            "updates.todos",
            500,
        ),
        (
            json!({"assignees": (0..51).map(|id| json!({"type": "user", "id": id})).collect::<Vec<_>>()}),
            "updates.assignees",
            50,
        ),
    ] {
        assert_limit(&app.try_update(&id, &updates).await, field, limit);
    }
    let long = note("plan", &["x".repeat(1_001)]);
    app.try_update(&id, &json!({ "actions": [long] }))
        .await
        .assert_error(400, "invalid_parameter");
    assert_eq!(app.mention(&id).await["actions"], json!([]));
}

#[tokio::test]
async fn a_mention_has_at_most_500_to_dos_and_they_are_ticked_in_one_call() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    for _ in 0..5 {
        app.update(&id, &json!({"actions": [note("plan", &many(100))]}))
            .await;
    }
    let one_more = json!({"actions": [note("plan", &many(1))]});
    assert_limit(
        &app.try_update(&id, &one_more).await,
        "updates.actions.todos",
        500,
    );
    let ticks: Vec<Value> = (1..=500)
        .map(|id: i64| json!({"id": id.to_string(), "status": "done"}))
        .collect();
    let ticked = app.update(&id, &json!({ "todos": ticks })).await;
    let todos = ticked["todos"].as_array().unwrap();
    assert!(todos.iter().all(|todo| todo["status"] == "done"));
}

#[tokio::test]
async fn what_is_written_on_a_mention_has_an_end_and_work_on_it_goes_on() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    // 20,000 characters of four bytes each: six of them are 480 kB, seven are too many.
    let long = note(&"\u{1f6a2}".repeat(20_000), &[]);
    for _ in 0..6 {
        app.update(&id, &json!({ "actions": [long] })).await;
    }
    assert_limit(
        &app.try_update(&id, &json!({ "actions": [long] })).await,
        "updates",
        524_288,
    );
    assert_eq!(
        app.update(&id, &json!({"status": "done"})).await["status"],
        "done"
    );
}

#[tokio::test]
async fn a_new_mention_has_at_most_100_parts_of_a_kind_and_a_mebibyte_in_all() {
    let app = App::test().await;
    let add = async |more: Value| {
        let mut item = json!({"topic": {"id": app.topic}, "message": {"content": "text"}});
        item["message"]
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let items = json!([item]).to_string();
        app.call(axum::http::Method::POST, "/{a}/inbox/add")
            .form(&[("mentions", &items)])
            .send()
            .await
    };
    let attachments = |count: usize, text: &str| -> Value {
        (0..count)
            .map(|at| json!({"type": "web_url", "url": format!("https://x.example/{at}"), "description": text}))
            .collect()
    };
    add(json!({"attachments": attachments(100, "")}))
        .await
        .response();
    assert_limit(
        &add(json!({"attachments": attachments(101, "")})).await,
        "mentions[0].attachments",
        100,
    );
    assert_limit(
        &add(json!({"attachments": attachments(100, &"x".repeat(11_000))})).await,
        "mentions[0]",
        1_048_576,
    );
}
