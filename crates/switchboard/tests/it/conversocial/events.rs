//! `/v3.0/agent_events`.

use domain::time::SECOND_MS;
use serde_json::{Value, json};

use super::client::{Cv, NewKey, ORIGIN};
use super::errors::assert_error;
use crate::support::{App, NewPerson};

/// The events of an answer, decoded a second time as clients do.
#[track_caller]
fn documents(answer: &Value) -> Vec<Value> {
    let text = answer["documents"]
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"));
    serde_json::from_str(text).unwrap()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

/// As many events as asked for, one a second: an agent who works on one message after another.
async fn worked(count: i64) -> (App, Cv) {
    let app = App::test().await;
    for number in 0..count {
        let id = app.add_text(&format!("message {number}")).await;
        app.update(
            &id,
            &json!({"actions": [{"type": "note", "extra": "seen"}]}),
        )
        .await;
        app.advance(SECOND_MS);
    }
    let program = app.program().await;
    (app, program)
}

#[tokio::test]
async fn what_an_agent_did_is_told_with_conversation_and_time() {
    let app = App::test().await;
    let id = app.add_text("hello").await;
    let status = |status: &str| json!({"status": status});
    app.update(&id, &status("pending")).await;
    app.advance(90 * SECOND_MS);
    app.update(
        &id,
        &json!({"assignees": [{"id": app.first.user_id.get(), "type": "user"}], "status": "done"}),
    )
    .await;
    let program = app.program().await;
    let answer = program
        .json("/v3.0/agent_events?timestamp_from=2026-11-21")
        .await;
    assert_eq!(answer.as_object().unwrap().len(), 2);
    assert_eq!(answer["next_url"], Value::Null);
    let events = documents(&answer);
    assert_eq!(
        kinds(&events),
        [
            "conversation_opened",
            "conversation_assigned",
            "conversation_archived"
        ]
    );
    let agent = app.first.user_id.to_string();
    for (event, (timestamp, duration)) in events.iter().zip([
        ("2026-11-21T20:00:00", Value::Null),
        ("2026-11-21T20:01:30", Value::Null),
        ("2026-11-21T20:01:30", json!(90)),
    ]) {
        assert_eq!(
            *event,
            json!({
                "id": event["id"], "timestamp": timestamp, "agent": agent, "type": event["type"],
                "conversation_id": format!("{:024x}", id.parse::<i64>().unwrap()),
                "channel_id": null, "duration": duration,
            })
        );
    }
}

#[tokio::test]
async fn an_exporter_that_follows_next_url_and_decodes_twice_gets_every_event_once() {
    let (_app, program) = worked(130).await;
    let mut address =
        "/v3.0/agent_events?timestamp_from=2026-11-21&timestamp_to=2026-11-22".to_owned();
    let mut timestamps = Vec::new();
    let mut pages = 0;
    loop {
        let answer = program.json(&address).await;
        pages += 1;
        for event in documents(&answer) {
            timestamps.push(event["timestamp"].as_str().unwrap().to_owned());
        }
        let Some(next) = answer["next_url"].as_str() else {
            break;
        };
        assert!(
            next.starts_with(&format!(
                "{ORIGIN}{}",
                "/v3.0/agent_events?timestamp_from=2026-11-21&timestamp_to=2026-11-22&page_token="
            )),
            "{next}"
        );
        address = next.to_owned();
    }
    let mut once = timestamps.clone();
    once.dedup();
    assert_eq!((timestamps.len(), once.len(), pages), (130, 130, 2));
    assert!(timestamps.is_sorted());
}

#[tokio::test]
async fn the_range_is_half_open_whatever_form_its_ends_have() {
    let (_app, program) = worked(3).await;
    let count = async |query: &str| {
        let answer = program.json(&format!("/v3.0/agent_events?{query}")).await;
        documents(&answer).len()
    };
    for (query, expected) in [
        ("timestamp_from=2026-11-21", 3),
        ("timestamp_from=2026-11-22", 0),
        ("timestamp_from=2026-11-20&timestamp_to=2026-11-21", 0),
        ("timestamp_from=2026-11-21&timestamp_to=2026-11-22", 3),
        (
            "timestamp_from=2026-11-21T20:00:00&timestamp_to=2026-11-21T20:00:01",
            1,
        ),
        ("timestamp_from=2026-11-21T20:00:01", 2),
        ("timestamp_from=1795291200&timestamp_to=1795291202", 2),
        ("timestamp_from=1795291202&timestamp_to=1795291202", 0),
        ("timestamp_from=2026-11-21&page_size=5000", 3),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_named() {
    let (_app, program) = worked(2).await;
    let base = "/v3.0/agent_events";
    let answer = program.get(base).await;
    assert_error(&answer, "400 Bad Request", "missing_parameter");
    assert_eq!(answer.json()["param"], "timestamp_from");
    let page = program
        .json(&format!("{base}?timestamp_from=1&page_size=1"))
        .await;
    let next = page["next_url"].as_str().unwrap();
    let token = next.rsplit_once('=').unwrap().1;
    for (query, param) in [
        ("timestamp_from=soon".to_owned(), "timestamp_from"),
        (
            "timestamp_from=1&timestamp_to=later".to_owned(),
            "timestamp_to",
        ),
        ("timestamp_from=1&page_size=0".to_owned(), "page_size"),
        (
            format!("timestamp_from=1&page_token={}", token.to_lowercase()),
            "page_token",
        ),
    ] {
        let answer = program.get(&format!("{base}?{query}")).await;
        assert_error(&answer, "400 Bad Request", "invalid_parameter");
        assert_eq!(answer.json()["param"], param, "{query}");
    }
    assert_eq!(documents(&program.json(next).await).len(), 1);
    assert_eq!(program.post_json(base, &json!({})).await.status(), 405);
    assert_eq!(program.get("/v3.0/accounts").await.status(), 404);
}

#[tokio::test]
async fn events_are_for_those_who_may_see_users_and_their_topics() {
    let app = App::test().await;
    let id = app.add_text("hello").await;
    app.update(&id, &json!({"status": "done"})).await;
    let elsewhere = app.make_topic("Elsewhere").await;
    let mine = app.in_topic(elsewhere);
    let agent = app.member(NewPerson::default()).await;
    let other = mine.add_text("over there").await;
    agent
        .client
        .in_topic(elsewhere)
        .update(&other, &json!({"status": "pending"}))
        .await;
    let needed = "usagestatistics.userdetails.read";
    let key = |name, permissions, topics| NewKey {
        name,
        permissions,
        topics,
    };
    let narrow = app
        .program_with(key(
            "narrow",
            vec!["api.read", needed],
            Some(vec![elsewhere]),
        ))
        .await;
    let answer = narrow.json("/v3.0/agent_events?timestamp_from=1").await;
    let events = documents(&answer);
    assert_eq!(kinds(&events), ["conversation_opened"]);
    assert_eq!(events[0]["agent"], agent.user_id.to_string());
    let lacking = app
        .program_with(key("lacking", vec!["api.read", "contacts.read"], None))
        .await;
    let answer = lacking.get("/v3.0/agent_events?timestamp_from=1").await;
    assert_error(&answer, "403 Forbidden", "permission_denied");
    let tenant = app.tenant("harbour").await;
    let theirs = app.program_of(tenant.client.account, "x").await;
    assert_eq!(
        documents(&theirs.json("/v3.0/agent_events?timestamp_from=1").await),
        Vec::<Value>::new()
    );
}
