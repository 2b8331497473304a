//! `GET /{account_id}/events`: the change log as it happens.

use axum::body::BodyDataStream;
use axum::http::Method;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::support::{App, Client, NewPerson, message, message_with};

/// One event of a stream; `data` is `Null` where only the place moved.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: i64,
    kind: String,
    data: Value,
}

/// An open stream.
struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    async fn open(client: &Client, after: Option<i64>) -> Self {
        let mut call = client.call(Method::GET, "/{a}/events");
        if let Some(after) = after {
            call = call.header("last-event-id", &after.to_string());
        }
        let response = call.open().await;
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()["content-type"],
            "text/event-stream; charset=utf-8"
        );
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// The next event; `None` when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = parse(block);
                self.text = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let bytes = self.body.next().await?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event that tells something.
    async fn next_change(&mut self) -> Event {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if !event.data.is_null() {
                return event;
            }
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    let id = field("id")?.parse().unwrap();
    Some(Event {
        id,
        kind: field("event").unwrap_or_default().to_owned(),
        data: field("data").map_or(Value::Null, |data| serde_json::from_str(data).unwrap()),
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_begins_at_the_present_and_tells_what_happens_then() {
    let app = App::test().await;
    app.add(&[message("before")]).await;
    let mut stream = Stream::open(&app, None).await;
    let place = stream.next().await.unwrap();
    assert_eq!(
        (place.id, place.data),
        (app.head_of(app.account).await.0, Value::Null)
    );
    let id = app.add_text("after").await;
    let added = stream.next_change().await;
    assert_eq!(added.kind, "mention.added");
    assert_eq!(
        added.data,
        json!({
            "number": added.id,
            "type": "mention.added",
            "id": id,
            "topic_id": app.topic,
            "user_id": app.first.user_id.get(),
            "date": {"added": 1_795_291_200},
            "detail": null,
        })
    );
    app.update(&id, &json!({"status": "done"})).await;
    let updated = stream.next_change().await;
    assert_eq!(
        (updated.kind.as_str(), updated.id),
        ("mention.updated", added.id + 1)
    );
    assert_eq!(updated.data["detail"], json!({"changed": ["status"]}));
    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .await
        .response();
    assert_eq!(stream.next_change().await.kind, "mention.deleted");
    app.make("tags", "tag", &json!({"tag": "vip"})).await;
    assert_eq!(stream.next_change().await.kind, "tag.added");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_on_after_the_last_event_that_was_seen_without_gap_or_repeat() {
    const WRITERS: usize = 6;
    const EACH: usize = 15;
    let app = App::test().await;
    let start = app.head_of(app.account).await.0;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let client = (*app).clone();
            tokio::spawn(async move {
                for number in 0..EACH {
                    client.add(&[message(&format!("{writer} {number}"))]).await;
                }
            })
        })
        .collect();
    // The listener loses its connection after every few events.
    let mut seen: Vec<Event> = Vec::new();
    let mut last = start;
    while seen.len() < WRITERS * EACH {
        let mut stream = Stream::open(&app, Some(last)).await;
        for _ in 0..=seen.len() % 7 {
            if seen.len() == WRITERS * EACH {
                break;
            }
            let event = stream.next_change().await;
            last = event.id;
            seen.push(event);
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let numbers: Vec<i64> = seen.iter().map(|event| event.id).collect();
    let expected: Vec<i64> = (start + 1..=app.head_of(app.account).await.0).collect();
    assert_eq!(numbers, expected);
    let mut ids: Vec<String> = seen
        .iter()
        .map(|event| event.data["id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    let mut listed = app.mentions(&[("limit", "100")]).await.ids();
    listed.sort();
    assert_eq!(ids, listed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_event_tells_is_in_every_list_that_follows() {
    let app = App::test().await;
    let mut stream = Stream::open(&app, None).await;
    let writer = (*app).clone();
    let writing = tokio::spawn(async move {
        for number in 0..20 {
            writer.add(&[message(&format!("message {number}"))]).await;
        }
    });
    for _ in 0..20 {
        let event = stream.next_change().await;
        let id = event.data["id"].as_str().unwrap();
        assert_eq!(
            app.mentions(&[("filter", &format!("mention:{id}"))])
                .await
                .ids(),
            [id]
        );
    }
    writing.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_place_may_come_as_a_parameter_and_must_be_in_the_log() {
    let app = App::test().await;
    app.add(&[message("a")]).await;
    let head = app.head_of(app.account).await.0;
    let call = app
        .call(Method::GET, "/{a}/events")
        .query(&[("last_event_id", &(head - 1).to_string())]);
    let response = call.open().await;
    let mut stream = Stream {
        body: response.into_body().into_data_stream(),
        text: String::new(),
    };
    assert_eq!(stream.next_change().await.id, head);
    app.get("/{a}/events", &[("last_event_id", "x")])
        .await
        .assert_invalid("last_event_id");
    app.get("/{a}/events", &[("last_event_id", "-1")])
        .await
        .assert_invalid("last_event_id");
    let ahead = (head + 1).to_string();
    app.get("/{a}/events", &[("last_event_id", &ahead)])
        .await
        .assert_error(409, "conflict");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_survives_a_restart_of_the_server() {
    let mut app = App::test().await;
    let start = app.head_of(app.account).await.0;
    app.add(&[message("before")]).await;
    app.restart().await;
    app.add(&[message("after")]).await;
    let mut stream = Stream::open(&app, Some(start)).await;
    assert_eq!(
        (stream.next_change().await.id, stream.next_change().await.id),
        (start + 1, start + 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_older_than_the_log_is_kept_cannot_be_resumed() {
    let mut app = App::test().await;
    app.add(&[message("old")]).await;
    let old = app.head_of(app.account).await.0;
    // Without it the log would be kept for the snapshot that there is.
    engine::jobs::maintain::save_snapshots(&app.engine)
        .await
        .unwrap();
    app.advance(31 * domain::time::DAY_MS);
    app.add(&[message("new")]).await;
    engine::jobs::maintain::sweep(&app.engine).await.unwrap();
    let place = (old - 1).to_string();
    app.get("/{a}/events", &[("last_event_id", &place)])
        .await
        .assert_error(409, "conflict");
    let mut stream = Stream::open(&app, Some(old)).await;
    assert_eq!(stream.next_change().await.id, old + 1);
    // A snapshot and what is left of the log are the whole.
    app.restart_without_snapshot().await;
    let all = app.mentions(&[("date_from", "1")]).await;
    assert_eq!(all.sorted_contents(), ["new", "old"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_whose_log_has_lost_events_ends_with_the_number_to_go_on_from() {
    let app = App::test().await;
    app.add(&[message("before")]).await;
    let mut stream = Stream::open(&app, None).await;
    stream.next().await.unwrap();
    // Numbers that the log does not hold, as when its end was lost and they were given again.
    let account = app.first.account_id;
    let scope = domain::scope::Scope::system(account);
    app.engine
        .db()
        .write::<_, store::StoreError, _>(move |tx| {
            Box::pin(async move { store::changes::reserve(tx, &scope, 3).await.map(drop) })
        })
        .await
        .unwrap();
    let head = app.head_of(app.account).await;
    engine::follow::catch_up(&app.engine, account, head)
        .await
        .unwrap();
    let last = stream.next_change().await;
    assert_eq!((last.id, last.kind.as_str()), (head.0, "log.lost"));
    assert_eq!(last.data["number"], head.0);
    assert_eq!(last.data["type"], "log.lost");
    assert!(!last.data["reason"].as_str().unwrap().is_empty());
    assert_eq!(stream.next().await, None, "it has ended");
    // Who reads the lists anew and goes on from there misses nothing.
    assert_eq!(app.mentions(&[]).await.contents(), ["before"]);
    let mut stream = Stream::open(&app, Some(head.0)).await;
    let id = app.add_text("after").await;
    let added = stream.next_change().await;
    assert_eq!((added.id, &added.data["id"]), (head.0 + 1, &json!(id)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listeners_hear_only_of_what_they_may_see_and_their_place_moves_on() {
    let app = App::test().await;
    let hidden = app.make_topic("Hidden").await;
    let person = NewPerson {
        topics: Some(vec![app.topic]),
        ..NewPerson::with(&["api.read", "inbox.read"])
    };
    let member = app.member(person).await.client;
    let start = app.head_of(app.account).await.0;
    let mut stream = Stream::open(&member, Some(start)).await;
    app.add(&[message_with("hidden", json!({"topic": {"id": hidden}}))])
        .await;
    app.make("projects", "project", &json!({"name": "secret project"}))
        .await;
    app.add(&[message("seen")]).await;
    let event = stream.next_change().await;
    assert_eq!(
        (event.id, event.data["topic_id"].as_i64()),
        (start + 3, Some(app.topic))
    );
    // Alone, what may not be seen moves the place all the same.
    app.add(&[message_with("hidden", json!({"topic": {"id": hidden}}))])
        .await;
    let place = stream.next().await.unwrap();
    assert_eq!((place.id, place.data), (start + 4, Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_after_the_end_of_a_right_is_not_told_however_soon_it_comes() {
    let app = App::test().await;
    let other = app.make_topic("Other").await;
    let member = app.member(NewPerson::default()).await;
    let role = format!("/{{a}}/settings/userrole/{}", member.role_id);
    let user = format!("/{{a}}/settings/user/{}", member.user_id);
    let start = app.head_of(app.account).await.0;
    let mut stream = Stream::open(&member.client, Some(start)).await;
    stream.next().await.unwrap();
    app.add(&[message("first")]).await;
    assert_eq!(stream.next_change().await.id, start + 1);
    let narrower = json!({"updates": {"topics": [other]}});
    app.post_json(&role, &narrower).await.response();
    app.add(&[message("out of reach by now")]).await;
    app.add(&[message_with(
        "within reach",
        json!({"topic": {"id": other}}),
    )])
    .await;
    let told = stream.next_change().await;
    let told = match told.kind.as_str() {
        "role.updated" => stream.next_change().await,
        _ => told,
    };
    assert_eq!((told.kind.as_str(), told.id), ("mention.added", start + 4));
    app.delete(&user).await.response();
    app.add(&[message_with("too late", json!({"topic": {"id": other}}))])
        .await;
    while let Some(event) = stream.next().await {
        assert_ne!(event.kind, "mention.added", "{event:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sees_only_what_is_assigned_hears_of_that_and_of_its_loss() {
    let app = App::test().await;
    let mut person = NewPerson::with(&["api.read", "inbox.read"]);
    person.permissions.push("inboxonlyassignedtome.read");
    let member = app.member(person).await;
    let (me, admin) = (member.user_id, app.first.user_id.get());
    let start = app.head_of(app.account).await.0;
    let mut stream = Stream::open(&member.client, None).await;

    let other = app.add_text("not theirs").await;
    app.update(&other, &json!({"status": "pending"})).await;
    let id = app.add_text("theirs for a while").await;
    app.update(&id, &json!({"status": "pending"})).await;
    let assign = async |ids: &[i64], more: Value| {
        let users = ids.iter().map(|id| json!({"type": "user", "id": id}));
        let mut updates = json!({ "assignees": users.collect::<Vec<_>>() });
        updates
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        app.update(&id, &updates).await;
    };
    assign(&[me, admin], json!({})).await;
    app.update(&id, &json!({"status": "done"})).await;
    assign(&[admin], json!({"status": "new"})).await;
    app.update(&id, &json!({"status": "done"})).await;
    assign(&[me], json!({})).await;
    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .await
        .response();

    let expected = [
        (
            5,
            "mention.updated",
            json!({"changed": ["assignees"], "assigned": [me, admin]}),
        ),
        (
            6,
            "mention.updated",
            json!({"changed": ["status"], "assigned": [me, admin]}),
        ),
        // Not who has it now, and not what else was done with it.
        (
            7,
            "mention.updated",
            json!({"changed": ["assignees"], "unassigned": [me]}),
        ),
        (
            9,
            "mention.updated",
            json!({"changed": ["assignees"], "assigned": [me], "unassigned": [admin]}),
        ),
        (10, "mention.deleted", json!({"unassigned": [me]})),
    ];
    // As it happens, and to a listener who comes later, when the mention is gone.
    let mut later = Stream::open(&member.client, Some(start)).await;
    for stream in [&mut stream, &mut later] {
        for (number, kind, detail) in &expected {
            let event = stream.next_change().await;
            assert_eq!((event.id, event.kind.as_str()), (start + number, *kind));
            assert_eq!(event.data["id"], id);
            assert_eq!(event.data["detail"], *detail);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_account_is_not_heard() {
    let app = App::test().await;
    let other = app.tenant("harbour").await.client;
    let mut stream = Stream::open(&app, None).await;
    other.add(&[message("elsewhere")]).await;
    let id = app.add_text("here").await;
    assert_eq!(stream.next_change().await.data["id"], id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_the_token_is_revoked_the_member_leaves_or_the_right_is_taken() {
    let app = App::test().await;
    for way in ["revoked", "removed", "disabled member", "role"] {
        let member = app
            .member(NewPerson::with(&["api.read", "inbox.read"]))
            .await;
        let mut stream = Stream::open(&member.client, None).await;
        stream.next().await.unwrap();
        let user = format!("/{{a}}/settings/user/{}", member.user_id);
        match way {
            "revoked" => app.revoke_tokens_of(&member.email).await,
            "removed" => drop(app.delete(&user).await.response()),
            "disabled member" => drop(
                app.post_json(&user, &json!({"updates": {"enabled": false}}))
                    .await
                    .response(),
            ),
            _ => {
                let role = format!("/{{a}}/settings/userrole/{}", member.role_id);
                drop(
                    app.post_json(&role, &json!({"updates": {"permissions": ["api.read"]}}))
                        .await
                        .response(),
                );
            }
        }
        while stream.next().await.is_some() {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_ends_when_the_token_expires() {
    let app = App::test().await;
    let mut stream = Stream::open(&app, None).await;
    stream.next().await.unwrap();
    app.advance(91 * domain::time::DAY_MS);
    assert_eq!(stream.next().await, None);
}
