//! Clients that are slow, each kind closed by its own deadline.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{LIMIT, Running, head, options, rest};

#[tokio::test]
async fn a_connection_that_sends_nothing_is_closed() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn half_a_head_is_closed() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /hello HTTP/1.1\r\nhost: x\r\n")
        .await
        .unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_head_that_comes_byte_by_byte_is_closed() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    let trickle = async {
        loop {
            // Each byte alone comes in good time.
            if stream.write_all(b"G").await.is_err() || stream.try_read(&mut [0; 16]).is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(LIMIT, trickle)
        .await
        .expect("the server does not close the connection");
}

#[tokio::test]
async fn a_body_that_stands_still_is_answered_and_closed() {
    let server = Running::start(options()).await;
    let answer = server
        .exchange("POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx")
        .await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\"error\":\"request_timeout\""), "{answer}");
}

#[tokio::test]
async fn a_body_below_the_rate_is_cut_off() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /count HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-length: 100000\r\n\r\n")
        .await
        .unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let trickle = tokio::spawn(async move {
        while writer.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = String::new();
    let read = reader.read_to_string(&mut answer);
    let _ = tokio::time::timeout(LIMIT, read)
        .await
        .expect("the server does not close the connection");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    tokio::time::timeout(LIMIT, trickle).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_body_above_the_rate_may_take_longer_than_the_grace() {
    let mut options = options();
    options.body_rate = 100;
    let server = Running::start(options).await;
    let mut stream = server.connect().await;
    stream
        .write_all(
            b"POST /count HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n",
        )
        .await
        .unwrap();
    // 100 bytes buy a second; each pause is a tenth of it, all together more than the grace.
    for _ in 0..10 {
        stream.write_all(&[b'x'; 100]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let answer = rest(&mut stream).await;
    assert!(answer.ends_with("\r\n\r\n1000"), "{answer}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_cut_off() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    // Reads only after the server has given up: what fits into the buffers, and then the end.
    server.stop.cancel();
    tokio::time::timeout(LIMIT, server.ended)
        .await
        .expect("the connection is still open")
        .unwrap();
    let mut taken = Vec::new();
    let _ = stream.read_to_end(&mut taken).await;
    assert!(taken.len() < 64 * 1024 * 1024, "{}", taken.len());
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request_and_closed_when_none_comes() {
    let server = Running::start(options()).await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        stream
            .write_all(b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let answer = head(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let mut body = [0; 5];
        stream.read_exact(&mut body).await.unwrap();
        assert_eq!(&body, b"hello");
    }
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_handler_that_takes_too_long_is_answered_for() {
    let mut options = options();
    options.request = Duration::from_millis(100);
    let server = Running::start(options).await;
    let answer = server
        .exchange("GET /gate HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("retry-after: "), "{answer}");
}

#[tokio::test]
async fn a_live_stream_outlives_every_deadline_of_an_answer() {
    let mut options = options();
    options.request = Duration::from_millis(50);
    let server = Running::start(options).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    let answer = head(&mut stream).await;
    assert!(answer.contains("text/event-stream"), "{answer}");
    // A connection with a deadline that began later is closed in the meantime.
    let mut other = server.connect().await;
    assert_eq!(rest(&mut other).await, "");
    let mut rest = vec![0; 1024];
    let read = stream.read(&mut rest).await.unwrap();
    assert!(String::from_utf8_lossy(&rest[..read]).contains("data: first"));
    let more = tokio::time::timeout(Duration::from_millis(300), stream.read(&mut rest)).await;
    assert!(more.is_err(), "the stream ended");
}
