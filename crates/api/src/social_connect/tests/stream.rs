//! The live stream.

use axum::body::Body;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::world::{World, world};

/// An open stream that is read event by event.
struct Stream {
    body: Body,
    buffer: String,
}

impl Stream {
    async fn open(world: &World, after: Option<&str>) -> Self {
        let mut request = world.request("GET", "/{a}/events");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let response = world.open(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(
            response.headers()["content-type"],
            "text/event-stream; charset=utf-8"
        );
        Self {
            body: response.into_body(),
            buffer: String::new(),
        }
    }

    /// The next event with its lines; `None` when the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some((event, rest)) = self.buffer.split_once("\n\n") {
                let event = event.to_owned();
                self.buffer = rest.to_owned();
                return Some(event);
            }
            let frame = self.body.frame().await?.unwrap();
            self.buffer
                .push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }

    /// The next event that has data.
    async fn next_change(&mut self) -> (String, Value) {
        loop {
            let event = self.next().await.unwrap();
            let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            if let (Some(id), Some(data)) = (line("id: "), line("data: ")) {
                return (id.to_owned(), serde_json::from_str(data).unwrap());
            }
        }
    }
}

#[tokio::test]
async fn changes_come_as_they_happen_and_again_from_any_number() {
    let world = world().await;
    let topic = world.topic("Brand").await;
    let mut stream = Stream::open(&world, None).await;
    let first = stream.next().await.unwrap();
    let start = first
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap()
        .to_owned();
    world.add(topic, &["d1"]).await;
    let (id, added) = stream.next_change().await;
    assert_eq!(
        (&added["type"], &added["topic_id"]),
        (&json!("mention.added"), &json!(topic))
    );
    let mention = world.only("").await;
    assert_eq!(added["id"], mention["id"]);
    world
        .post(
            &world.mention_path(&mention),
            &json!({"updates": {"status": "done"}}),
        )
        .await
        .response();
    let (next_id, updated) = stream.next_change().await;
    assert_eq!(updated["type"], "mention.updated");
    assert_eq!(
        next_id.parse::<i64>().unwrap(),
        id.parse::<i64>().unwrap() + 1
    );

    let mut again = Stream::open(&world, Some(&start)).await;
    assert_eq!(again.next_change().await, (id.clone(), added));
    assert_eq!(again.next_change().await, (next_id, updated.clone()));
    let mut later = Stream::open(&world, Some(&id)).await;
    assert_eq!(later.next_change().await.1, updated);
}

#[tokio::test]
async fn a_number_that_does_not_exist_yet_is_refused() {
    let world = world().await;
    for (after, status) in [("999999", 409), ("x", 400), ("-1", 400)] {
        let request = world
            .request("GET", "/{a}/events")
            .header("last-event-id", after);
        let got = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(got.status.as_u16(), status, "{after}");
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_token() {
    let world = world().await;
    let mut stream = Stream::open(&world, None).await;
    stream.next().await.unwrap();
    world.test.clock.advance_ms(400 * 86_400_000);
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let world = world().await;
    let mut stream = Stream::open(&world, None).await;
    stream.next().await.unwrap();
    world.config.shutdown.cancel();
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn one_stream_too_many_is_told_to_come_back_later() {
    let world = world().await;
    let most = world.test.engine.config().streams.per_user;
    let mut open = Vec::new();
    for _ in 0..most {
        open.push(Stream::open(&world, None).await);
    }
    let refused = world.get("/{a}/events").await;
    assert_eq!(refused.error(), (429, "limit_exceeded".to_owned()));
    assert_eq!(refused.headers["retry-after"], "10");
    let said = refused.json()["error_description"].to_string();
    assert!(
        said.contains(&format!("At most {most} live streams of one user")),
        "{said}"
    );
    open.pop();
    Stream::open(&world, None).await;
}
