//! More requests and connections than there are places for.

use std::sync::atomic::Ordering;

use tokio::io::AsyncWriteExt as _;

use super::{LIMIT, Running, head, options, rest};

const GATE: &[u8] = b"GET /gate HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn beyond_the_places_the_answer_is_503_at_once_and_the_reserved_lane_stays_open() {
    let mut options = options();
    options.in_flight = 2;
    options.reserved_in_flight = 1;
    let server = Running::start(options).await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(GATE).await.unwrap();
        server.waits.notified().await;
        waiting.push(stream);
    }
    let answer = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    for path in [
        "/livez",
        "/readyz",
        "/metrics",
        "/oauth/authorize/",
        "/api/livez",
    ] {
        let answer = server
            .exchange(&format!(
                "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
            ))
            .await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    }
    server.gate.notify_waiters();
    for mut stream in waiting {
        assert!(rest(&mut stream).await.ends_with("passed"));
    }
    let answer = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn a_refused_request_with_a_large_body_still_gets_its_answer() {
    let mut options = options();
    options.in_flight = 1;
    let server = Running::start(options).await;
    let mut first = server.connect().await;
    first.write_all(GATE).await.unwrap();
    server.waits.notified().await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /count HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-length: 1000000\r\n\r\n")
        .await
        .unwrap();
    let _ = stream.write_all(&vec![b'x'; 500_000]).await;
    let answer = head(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn an_answer_that_needs_no_body_reaches_a_client_that_still_sends_one() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    let head = b"PUT /hello HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-length: 4000000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    // Half of it is on the way when the answer comes; a server that closes at once breaks it off.
    for _ in 0..20 {
        stream.write_all(&vec![b'x'; 100_000]).await.unwrap();
    }
    stream.shutdown().await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
}

#[tokio::test]
async fn one_address_gets_only_its_share_of_the_connections() {
    let mut options = options();
    options.connections_per_address = 2;
    let server = Running::start(options).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(GATE).await.unwrap();
        server.waits.notified().await;
        held.push(stream);
    }
    let answer = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    // A place that is given up can be taken again.
    server.gate.notify_waiters();
    for mut stream in held {
        assert!(rest(&mut stream).await.ends_with("passed"));
    }
    let answer = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn connections_of_a_trusted_proxy_are_not_counted_by_address() {
    let mut options = options();
    options.connections_per_address = 1;
    options.first_byte = LIMIT;
    options.trusted = vec!["127.0.0.1".parse().unwrap()];
    let server = Running::start(options).await;
    let _held = [server.connect().await, server.connect().await];
    let answer = server
        .exchange("GET /address HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: 1.2.3.4, 198.51.100.7\r\nx-forwarded-proto: https\r\n\r\n")
        .await;
    assert!(answer.ends_with("198.51.100.7 true"), "{answer}");
}

#[tokio::test]
async fn beyond_all_connections_the_answer_is_503() {
    let mut options = options();
    options.connections = 1;
    let server = Running::start(options).await;
    let mut held = server.connect().await;
    held.write_all(GATE).await.unwrap();
    server.waits.notified().await;
    let answer = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn live_streams_have_places_of_their_own() {
    let mut options = options();
    options.in_flight = 1;
    options.streams = 1;
    let server = Running::start(options).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 200 "));
    // The open stream holds no place of a request …
    let answer = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.ends_with("hello"), "{answer}");
    // … but the only one of a stream.
    let answer = server
        .exchange("GET /events HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn downloads_have_places_of_their_own_and_take_none_of_the_streams() {
    let mut options = options();
    options.in_flight = 1;
    options.streams = 1;
    options.downloads = 1;
    let server = Running::start(options).await;
    let open = async |path: &str| {
        let mut stream = server.connect().await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let head = head(&mut stream).await;
        (stream, head)
    };
    let (_download, answer) = open("/archive").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let (_stream, answer) = open("/events").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let (mut refused, answer) = open("/archive").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    refused.shutdown().await.unwrap();
    assert!(rest(&mut refused).await.contains("too many downloads"));
}

#[tokio::test]
async fn a_change_runs_to_its_end_when_its_client_hangs_up() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /gate HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
        .await
        .unwrap();
    server.waits.notified().await;
    drop(stream);
    // Another connection comes and goes, so that the server has seen the first one end.
    let _ = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    server.gate.notify_waiters();
    let finish = async {
        while !server.is_done.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, finish)
        .await
        .expect("the change was broken off");
}

#[tokio::test]
async fn a_posted_question_ends_with_its_client() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /question HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nab")
        .await
        .unwrap();
    let limit = super::LIMIT;
    tokio::time::timeout(limit, server.waits.notified())
        .await
        .expect("the question is not asked");
    drop(stream);
    tokio::time::timeout(limit, server.left.notified())
        .await
        .expect("the question goes on");
}
