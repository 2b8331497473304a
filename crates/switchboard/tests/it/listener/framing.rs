//! Where a request ends: sizes, and messages that claim two lengths.

use tokio::io::AsyncWriteExt as _;

use super::{Running, options, rest};

#[tokio::test]
async fn a_declared_length_above_the_limit_is_refused_unread() {
    let mut options = options();
    options.body_bytes = 1_000;
    let server = Running::start(options).await;
    let answer = server
        .exchange("POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"meta\":{\"code\":413}"), "{answer}");
}

#[tokio::test]
async fn a_chunked_body_above_the_limit_is_refused_though_it_states_no_length() {
    let mut options = options();
    options.body_bytes = 1_000;
    let server = Running::start(options).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        .await
        .unwrap();
    for _ in 0..11 {
        let chunk = format!("64\r\n{}\r\n", "x".repeat(100));
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken_in_both_encodings() {
    let mut options = options();
    options.body_bytes = 100;
    let server = Running::start(options).await;
    let body = "x".repeat(100);
    let plain = format!(
        "POST /count HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{body}"
    );
    assert!(server.exchange(&plain).await.ends_with("\r\n\r\n100"));
    let chunked = format!(
        "POST /count HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n64\r\n{body}\r\n0\r\n\r\n"
    );
    assert!(server.exchange(&chunked).await.ends_with("\r\n\r\n100"));
}

#[tokio::test]
async fn bodies_together_may_not_exceed_the_memory_set_aside() {
    let mut options = options();
    options.bodies_bytes = 50;
    let server = Running::start(options).await;
    let request = |length: usize| {
        format!(
            "POST /count HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{}",
            "x".repeat(length)
        )
    };
    let answer = server.exchange(&request(51)).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    // What was taken is given back.
    for _ in 0..3 {
        assert!(server.exchange(&request(50)).await.ends_with("\r\n\r\n50"));
    }
}

/// A second request hidden in the body of the first must never be answered.
async fn hidden_request_is_not_answered(head: &str) {
    let server = Running::start(options()).await;
    let hidden = "GET /hello HTTP/1.1\r\nhost: x\r\n\r\n";
    let answer = server
        .exchange(&format!(
            "POST /count HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n0\r\n\r\n{hidden}"
        ))
        .await;
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    assert!(!answer.contains("hello"), "{answer}");
}

#[tokio::test]
async fn a_request_with_length_and_chunks_hides_nothing() {
    let hidden = 5 + "GET /hello HTTP/1.1\r\nhost: x\r\n\r\n".len();
    hidden_request_is_not_answered("content-length: 5\r\ntransfer-encoding: chunked").await;
    hidden_request_is_not_answered("transfer-encoding: chunked\r\ncontent-length: 5").await;
    hidden_request_is_not_answered(&format!(
        "transfer-encoding: chunked\r\ncontent-length: {hidden}"
    ))
    .await;
}

#[tokio::test]
async fn two_lengths_are_refused() {
    let server = Running::start(options()).await;
    let answer = server
        .exchange(
            "POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
        )
        .await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

#[tokio::test]
async fn an_unknown_transfer_encoding_hides_nothing() {
    let server = Running::start(options()).await;
    let answer = server
        .exchange("POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: xchunked\r\ncontent-length: 3\r\n\r\nxxxGET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(!answer.contains("hello"), "{answer}");
}

#[tokio::test]
async fn nonsense_is_refused() {
    let server = Running::start(options()).await;
    let answer = server.exchange("\u{16}\u{3}\u{1}\r\n\r\n").await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
        "{answer}"
    );
    let endless = format!("GET /hello HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(200_000));
    let answer = server.exchange(&endless).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

/// The query as the router sees it.
async fn query_of(target: &str) -> String {
    let server = Running::start(options()).await;
    let answer = server
        .exchange(&format!(
            "GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        ))
        .await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{target}: {answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test]
async fn raw_characters_in_a_query_are_taken_as_if_they_were_escaped() {
    for (target, expected) in [
        ("/query?a=\"b\"", "a=%22b%22"),
        ("/query?a=<b>", "a=%3Cb%3E"),
        ("/query?f=[{\"a\":1}]", "f=[{%22a%22:1}]"),
        ("/query?a=b|c\\d^e`f", "a=b|c\\d^e`f"),
        ("/query?é=#1", "%C3%A9=%231"),
        ("/query?a=%22b%22", "a=%22b%22"),
    ] {
        assert_eq!(query_of(target).await, expected, "{target}");
    }
}

#[tokio::test]
async fn requests_one_behind_the_other_are_each_escaped_and_their_bodies_are_not() {
    let server = Running::start(options()).await;
    let body = "GET /\"<> HTTP/1.1\r\n\r\n";
    let post = format!(
        "POST /echo?\" HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let get = "GET /query?a=\"b\" HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /query?c=<d> HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answers = server.exchange(&format!("{get}{post}{get}{last}")).await;
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 4, "{answers}");
    assert_eq!(answers.matches("\r\n\r\na=%22b%22").count(), 2, "{answers}");
    assert!(answers.contains(&format!("\r\n\r\n{body}")), "{answers}");
    assert!(answers.ends_with("\r\n\r\nc=%3Cd%3E"), "{answers}");
}

#[tokio::test]
async fn what_is_refused_before_it_is_read_is_refused_with_words() {
    let server = Running::start(options()).await;
    let long = "a".repeat(130_000);
    let field = "b".repeat(70_000);
    let fields = "c: d\r\n".repeat(200);
    for (status, request, word) in [
        (
            414,
            format!("GET /me?{long} HTTP/1.1\r\nhost: x\r\n\r\n"),
            "in the body",
        ),
        (
            431,
            format!("GET /me HTTP/1.1\r\nhost: x\r\na: {field}\r\n\r\n"),
            "65536",
        ),
        (
            431,
            format!("GET /me HTTP/1.1\r\nhost: x\r\n{fields}\r\n"),
            "100",
        ),
        (400, "GET /me HTTP/1.1\r\n\r\n".to_owned(), "Host"),
        (
            400,
            "GET /me HTTP/1.1\r\nhost: x\r\nHost: y\r\n\r\n".to_owned(),
            "one Host",
        ),
        (
            400,
            "GET /me you HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
            "head",
        ),
        (
            400,
            "POST /me HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n".to_owned(),
            "Content-Length",
        ),
    ] {
        let answer = server.exchange(&request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["meta"]["code"], status, "{answer}");
        let reason = body["error_description"].as_str().unwrap();
        assert!(reason.contains(word), "{answer}");
    }
    let answer = server
        .exchange(&format!(
            "GET /v1.3/conversations?{long} HTTP/1.1\r\nhost: x\r\n\r\n"
        ))
        .await;
    assert!(
        answer.contains("\"http_status\":\"414 URI Too Long\""),
        "{answer}"
    );
    let answer = server.exchange("GET /hello HTTP/1.0\r\n\r\n").await;
    assert!(answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn an_answer_before_a_refusal_is_not_lost() {
    let server = Running::start(options()).await;
    let good = "GET /hello HTTP/1.1\r\nhost: x\r\n\r\n";
    let answers = server
        .exchange(&format!("{good}GET /a b HTTP/1.1\r\n\r\n{good}"))
        .await;
    assert!(answers.starts_with("HTTP/1.1 200 "), "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 2, "{answers}");
    assert!(answers.contains("HTTP/1.1 400 "), "{answers}");
}
