//! `conversations`.

use axum::http::Method;
use domain::source::Service;
use domain::time::MINUTE_MS;
use serde_json::json;

use super::client::NewKey;
use super::world::{each, hex, published};
use crate::support::{App, NewPerson};

const BASE: &str = "https://switchboard.example/v1.3";

#[tokio::test]
async fn a_list_needs_a_priority_or_a_status() {
    let app = App::test().await;
    let cv = app.program().await;
    for query in ["", "?id=5", "?page_size=50", "?status="] {
        let answer = cv.get(&format!("/v1.3/conversations{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        assert_eq!(
            answer.json(),
            json!({
                "status": "error",
                "message": "Either \"is_priority\" or \"status\" is needed.",
                "http_status": "400 Bad Request",
                "error_code": "missing_parameter",
                "param": "is_priority",
            })
        );
    }
}

#[tokio::test]
async fn a_conversation_shows_what_its_messages_are_together() {
    let app = App::test().await;
    let channel = app.channel(Service::Twitter, "page", "Demo page").await;
    let agent = app.member(NewPerson::default()).await;
    let mut first = published("2026-11-21T09:00:00Z");
    first["tags"] = json!(["Refund"]);
    let first = app.private("9", "hello", first).await;
    let second = published("2026-11-21T10:00:00.900Z");
    let second = app.private("9", "anybody?", second).await;
    app.advance(MINUTE_MS);
    let urgent = json!({
        "assignees": [{"type": "user", "id": agent.user_id}],
        "priority": {"id": 9},
    });
    app.update(&second, &urgent).await;
    app.advance(90_000);
    app.update(&second, &json!({"status": "pending"})).await;
    let tag = app.get("/{a}/settings/tags", &[]).await.data()[0]["id"].to_string();
    let (admin, id) = (app.first.user_id.get(), hex(&first));
    let link = |kind: &str, id: &str| json!({"id": id, "url": format!("{BASE}/{kind}/{id}")});

    let cv = app.program().await;
    let one = cv.json(&format!("/v1.3/conversations/{id}")).await;
    assert_eq!(
        one,
        json!({"conversation": {
            "id": id,
            "url": format!("{BASE}/conversations/{id}"),
            "status": "unread",
            "is_priority": true,
            "contains_private": true,
            "tags": [link("tags", &tag)],
            "author": link("authors", "t:9"),
            "channels": [{
                "id": channel.to_string(),
                "name": "Demo page",
                "url": format!("{BASE}/channels/{channel}"),
            }],
            "assigned_to": link("users", &agent.user_id.to_string()),
            "content_ids": [hex(&first), hex(&second)],
            "handling_times": [{
                "user": link("users", &admin.to_string()),
                "started": "2026-11-21T20:01:00",
                "ended": "2026-11-21T20:02:30",
                "seconds": 90,
            }],
        }})
    );
    let list = cv.json("/v1.3/conversations?status=unread").await;
    assert_eq!(list["conversations"], json!([one["conversation"]]));
    let shouted = id.to_uppercase();
    assert_eq!(
        cv.json(&format!("/v1.3/conversations/{shouted}")).await,
        one
    );
    assert_eq!(
        cv.json(&format!(
            "/v1.3/conversations/{id}?fields=oldest_sort_date,newest_sort_date"
        ))
        .await,
        json!({"conversation": {
            "oldest_sort_date": "2026-11-21T09:00:00",
            "newest_sort_date": "2026-11-21T10:00:00",
        }})
    );
}

#[tokio::test]
async fn work_moves_a_conversation_from_unread_over_read_to_archived() {
    let app = App::test().await;
    let first = app.post("t1", "a", json!({})).await;
    let second = app.post("t1", "b", json!({})).await;
    let cv = app.program().await;
    let address = format!("/v1.1/conversations/{}?fields=status", hex(&first));
    let status = async || cv.json(&address).await["conversation"]["status"].clone();
    assert_eq!(status().await, "unread");
    app.update(&first, &json!({"status": "done"})).await;
    assert_eq!(status().await, "unread");
    app.update(&second, &json!({"status": "pending"})).await;
    assert_eq!(status().await, "read");
    app.update(&second, &json!({"status": "done"})).await;
    assert_eq!(status().await, "archived");
    app.post("t1", "c", json!({})).await;
    assert_eq!(status().await, "unread");
}

#[tokio::test]
async fn an_urgent_message_makes_a_priority_until_it_is_done() {
    let app = App::test().await;
    let id = app.post("t1", "a", json!({"priority": {"id": 8}})).await;
    let cv = app.program().await;
    let count = async |query: &str| {
        let list = cv.json(&format!("/v1.3/conversations?{query}")).await;
        list["conversations"].as_array().unwrap().len()
    };
    assert_eq!(count("is_priority=true").await, 1);
    assert_eq!(count("is_priority=false").await, 0);
    app.update(&id, &json!({"status": "done"})).await;
    assert_eq!(count("is_priority=true").await, 0);
    assert_eq!(count("is_priority=false&status=archived").await, 1);
}

#[tokio::test]
async fn a_conversation_out_of_reach_does_not_exist() {
    let app = App::test().await;
    let near = hex(&app.post("t1", "near", json!({})).await);
    let elsewhere = app.make_topic("Elsewhere").await;
    let far = json!({"topic": {"id": elsewhere}});
    let far = hex(&app.post("t1", "far", far).await);
    let topics = Some(vec![elsewhere]);
    let limited = NewKey {
        topics,
        ..NewKey::default()
    };
    let limited = app.program_with(limited).await;
    let stranger = app.tenant("harbour").await.client.account;
    let stranger = app.program_of(stranger, "stranger").await;
    let cv = app.program().await;

    let all = cv.json("/v1.3/conversations?status=unread").await;
    assert_eq!(
        each(&all, "conversations", "id"),
        [near.as_str(), far.as_str()]
    );
    let some = limited.json("/v1.3/conversations?status=unread").await;
    assert_eq!(each(&some, "conversations", "id"), [far.as_str()]);
    let nothing = stranger.json("/v1.3/conversations?status=unread").await;
    assert_eq!(nothing["conversations"], json!([]));
    for (program, id) in [
        (&limited, near.as_str()),
        (&stranger, &near),
        (&stranger, &far),
        (&cv, "5399e4ff0e4b3d76a56e5533"),
        (&cv, "1"),
    ] {
        let answer = program.get(&format!("/v1.3/conversations/{id}")).await;
        assert_eq!(answer.status(), 404);
        assert_eq!(
            answer.json(),
            json!({
                "status": "error",
                "message": "No such conversation",
                "http_status": "404 Object Not Found",
            })
        );
    }
}

#[tokio::test]
async fn a_conversation_whose_messages_are_deleted_is_gone() {
    let app = App::test().await;
    let id = app.post("t1", "a", json!({})).await;
    let cv = app.program().await;
    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .await
        .response();
    let answer = cv.get(&format!("/v1.3/conversations/{}", hex(&id))).await;
    assert_eq!(answer.status(), 404);
    let list = cv.json("/v1.3/conversations?is_priority=false").await;
    assert_eq!(list["conversations"], json!([]));
}

#[tokio::test]
async fn nothing_but_reports_and_values_can_be_written() {
    let app = App::test().await;
    let id = hex(&app.post("t1", "a", json!({})).await);
    let cv = app.program().await;
    let conversation = format!("conversations/{id}");
    for path in [
        "accounts",
        "accounts/1001",
        "channels",
        "channels/1001",
        "conversations",
        &conversation,
        "authors/t:77",
        "users",
        "users/1001",
        "tags",
        "tags/1001",
        "reports/1001",
    ] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let body = Some(("application/json", b"{}".to_vec()));
            let answer = cv
                .send(method.clone(), &format!("/v1.1/{path}"), body)
                .await;
            assert_eq!(answer.status(), 405, "{method} {path}");
            assert_eq!(answer.headers["allow"], "GET, HEAD, OPTIONS", "{path}");
            let body = answer.json();
            assert_eq!(body["http_status"], "405 Method Not Allowed");
            assert_eq!(body["error_code"], "method_not_allowed");
        }
    }
}
