//! What callers get while everything that may run and wait does: they are told to come back, each in
//! the words of its dialect, and are answered when they do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::Method;
use engine::follow::IndexConfig;
use engine::hold::Place;
use engine::testing::{all_places, all_room, index_turns, until_waiting};
use serde_json::json;
use tokio::task::JoinSet;

use crate::conversocial::errors::assert_error;
use crate::support::{Answer, App, Client, Wishes, message, text};

/// As many as one user may have waiting for the processor.
const OF_ONE_USER: usize = 16;

/// As many as one user may have waiting for the database.
const OF_THE_DATABASE: usize = 48;

async fn counted(client: &Client) -> Answer {
    let definitions = text(&json!([{"key": null}]));
    let query = [("facetdefinitions", definitions.as_str())];
    client.get("/{a}/insights/facets", &query).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn social_connect_says_503_while_the_line_is_full_and_answers_when_there_is_room() {
    let app = App::test().await;
    app.add(&[message("a"), message("b")]).await;
    let turns = index_turns(&app.engine);
    let doors = all_places(turns).await;
    let mut waiting = JoinSet::new();
    for _ in 0..OF_ONE_USER {
        let client = (*app).clone();
        waiting.spawn(async move { counted(&client).await });
    }
    until_waiting(turns, OF_ONE_USER).await;

    let refused = counted(&app).await;
    refused.assert_error(503, "service_unavailable");
    assert_eq!(refused.header("retry-after"), "1");
    let body = refused.json();
    assert_eq!(body["code"], 503);
    assert_eq!(
        body["error_description"],
        "The service is not available at the moment."
    );
    let id = refused.header("x-request-id");
    assert_eq!(body["error_details"], json!([{"request_id": id}]));
    // In the other encoding and within a script, too.
    let definitions = text(&json!([{"key": null}]));
    let xml = app
        .get(
            "/{a}/insights/facets",
            &[("facetdefinitions", &definitions), ("format", "xml")],
        )
        .await;
    assert_eq!((xml.status(), xml.header("retry-after")), (503, "1"));
    // What takes no time is answered all the same, and so is somebody else's call when they wait.
    assert_eq!(app.mentions(&[]).await.count(), 2);

    drop(doors);
    while let Some(answer) = waiting.join_next().await {
        assert_eq!(answer.unwrap().response()[0]["data"], json!([[2]]));
    }
    assert_eq!(counted(&app).await.response()[0]["data"], json!([[2]]));
    assert_eq!(turns.in_use(), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conversocial_says_503_while_the_line_is_full_and_answers_when_there_is_room() {
    let app = App::test().await;
    app.add(&[message("a"), message("b")]).await;
    let program = app.program().await;
    let turns = app.engine.db().turns();
    for address in [
        "/v1.1/conversations?status=unread",
        "/v1.3/conversations?status=unread",
    ] {
        let answer = program.get(address).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        let doors = all_places(turns).await;
        let mut waiting = JoinSet::new();
        for _ in 0..OF_THE_DATABASE {
            let program = program.clone();
            waiting.spawn(async move { program.get(address).await });
        }
        until_waiting(turns, OF_THE_DATABASE).await;

        let refused = program.get(address).await;
        assert_error(&refused, "503 Service Unavailable", "unavailable");
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(
            refused.json()["message"],
            "The service is not available at the moment."
        );

        drop(doors);
        while let Some(answer) = waiting.join_next().await {
            let answer = answer.unwrap();
            assert_eq!(answer.status(), 200, "{}", answer.text());
        }
        assert_eq!(program.get(address).await.status(), 200);
        assert_eq!(turns.in_use(), (0, 0));
    }
}

#[tokio::test]
async fn large_lists_of_settings_and_values_wait_for_room_as_other_large_answers_do() {
    let app = App::test().await;
    let program = app.program().await;
    let keywords = format!("\"{}\"", "a".repeat(8_000));
    for topic in 0..10 {
        let new = json!({"topic": {"name": format!("t{topic}"), "searchkeywords": keywords}});
        let made = app.post_json("/{a}/settings/topics", &new).await;
        assert_eq!(made.status(), 200, "{}", made.text());
        let value = json!({"key": format!("k{topic}"), "value": "v".repeat(8_000)});
        let kept = program.post_json("/v1.3/keyvalues", &value).await;
        assert!(kept.status() < 300, "{}", kept.text());
    }
    let roles = app.get("/{a}/settings/userroles", &[]).await;
    let role = roles.data()[0]["id"].as_str().unwrap().to_owned();
    let role = format!("/{{a}}/settings/userrole/{role}");
    let large = [
        "/{a}/settings/userroles",
        &role,
        "/{a}/settings/topics",
        "/{a}/settings/projects",
        "/{a}/settings/account",
        "/me/accounts",
    ];
    let held = all_room(&app.engine);
    for path in large {
        let refused = app.get(path, &[]).await;
        refused.assert_error(503, "service_unavailable");
    }
    let refused = program.get("/v1.3/keyvalues").await;
    assert_error(&refused, "503 Service Unavailable", "unavailable");
    drop(held);
    for path in large {
        assert_eq!(app.get(path, &[]).await.status(), 200, "{path}");
    }
    assert_eq!(program.get("/v1.3/keyvalues").await.status(), 200);
}

/// What was logged.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self, level: &str) -> Vec<String> {
        let bytes = self.0.lock().unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        let of_level = |line: &&str| line.split_whitespace().any(|word| word == level);
        text.lines().filter(of_level).map(str::to_owned).collect()
    }
}

// One thread, which is the one whose log is read.
#[tokio::test]
async fn calls_that_are_refused_until_an_index_is_complete_are_told_of_once() {
    let app = App::with(Wishes {
        index: IndexConfig {
            wait_ms: 1,
            ..IndexConfig::default()
        },
        ..Wishes::default()
    })
    .await;
    app.add(&[message("a")]).await;
    let program = app.program().await;
    let read = app.engine.holds().next(Place::RebuildRead);
    let (engine, account) = (app.engine.clone(), app.first.account_id);
    let rebuild = tokio::spawn(async move { engine::follow::rebuild(&engine, account).await });
    read.reached().await;

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let listening = tracing::subscriber::set_default(subscriber);
    for _ in 0..5 {
        let refused = app.mentions(&[]).await;
        refused.assert_error(503, "service_unavailable");
        assert_eq!(refused.header("retry-after"), "1");
    }
    let report = program.get("/v1.3/authors?q=a").await;
    assert!(report.status() < 500 || report.header("retry-after") == "1");
    drop(listening);
    assert_eq!(log.lines("ERROR"), [""; 0]);
    let said = log.lines("WARN");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("the index is not complete yet"),
        "{said:?}"
    );

    read.open();
    rebuild.await.unwrap().unwrap();
    assert_eq!(app.mentions(&[]).await.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_hangs_up_leaves_the_line() {
    let app = App::test().await;
    let turns = index_turns(&app.engine);
    let doors = all_places(turns).await;
    let client = (*app).clone();
    let calling = tokio::spawn(async move {
        let definitions = text(&json!([{"key": null}]));
        client
            .call(Method::GET, "/{a}/insights/facets")
            .query(&[("facetdefinitions", &definitions)])
            .send()
            .await
    });
    until_waiting(turns, 1).await;
    calling.abort();
    tokio::time::timeout(Duration::from_secs(30), until_waiting(turns, 0))
        .await
        .expect("the line keeps a caller that is gone");
    drop(doors);
}
