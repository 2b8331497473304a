//! The end: nothing admitted is cut, nothing stuck holds it up.

use std::time::Duration;

use switchboard::listen::End;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{LIMIT, Running, head, options, rest};

#[tokio::test]
async fn a_request_in_progress_is_answered_before_the_end() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /gate HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    server.waits.notified().await;
    server.stop.cancel();
    // The listener is closed before the request may go on.
    let refused = async { while tokio::net::TcpStream::connect(server.address).await.is_ok() {} };
    tokio::time::timeout(LIMIT, refused).await.unwrap();
    server.gate.notify_waiters();
    assert!(rest(&mut stream).await.ends_with("passed"));
    let end = tokio::time::timeout(LIMIT, server.ended).await.unwrap();
    assert_eq!(end.unwrap(), End::Clean);
}

#[tokio::test]
async fn idle_connections_and_streams_do_not_hold_up_the_end() {
    let mut options = options();
    options.idle = LIMIT * 2;
    options.first_byte = LIMIT * 2;
    options.shutdown = LIMIT * 2;
    let server = Running::start(options).await;
    let _silent = server.connect().await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    head(&mut idle).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    head(&mut stream).await;
    server.stop.cancel();
    let end = tokio::time::timeout(LIMIT, server.ended)
        .await
        .expect("something holds up the end");
    assert_eq!(end.unwrap(), End::Clean);
    let mut last = String::new();
    stream.read_to_string(&mut last).await.unwrap();
    assert!(last.ends_with("0\r\n\r\n"), "the stream was torn: {last}");
}

#[tokio::test]
async fn stuck_connections_are_cut_off_after_the_deadline() {
    let mut options = options();
    options.shutdown = Duration::from_millis(200);
    options.header = LIMIT * 2;
    options.body_grace = LIMIT * 2;
    let server = Running::start(options).await;
    let mut stuck = Vec::new();
    for number in 0..200 {
        let mut stream = server.connect().await;
        let part: &[u8] = if number % 2 == 0 {
            b"GET /hello HT"
        } else {
            b"POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx"
        };
        stream.write_all(part).await.unwrap();
        stuck.push(stream);
    }
    server.stop.cancel();
    tokio::time::timeout(LIMIT, server.ended)
        .await
        .expect("stuck connections hold up the end")
        .unwrap();
}

#[tokio::test]
async fn readiness_ends_before_the_listener_does() {
    let mut options = options();
    options.drain = LIMIT * 2;
    let server = Running::start(options).await;
    let ask = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(server.exchange(ask).await.starts_with("HTTP/1.1 200 "));
    server.stop.cancel();
    let unready = async {
        while !server.exchange(ask).await.starts_with("HTTP/1.1 503 ") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, unready).await.unwrap();
}
