//! Many who are in no hurry: whoever is finds a place all the same, at once and without a deadline
//! of the slow ones having passed.

use std::sync::Arc;

use futures::future::BoxFuture;
use switchboard::listen::{Health, Options, Report};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::{LIMIT, Running, head, options, rest};

const SLOW: u8 = 2;
const OTHER: u8 = 3;

/// Few places, and so much time that nobody loses one by being slow.
fn few() -> Options {
    Options {
        connections: 40,
        connections_per_address: 12,
        in_flight: 4,
        in_flight_per_address: 2,
        reserved_in_flight: 4,
        reserved_in_flight_per_address: 2,
        bodies: 8,
        bodies_per_address: 4,
        answers: 8,
        answers_per_address: 4,
        first_byte: LIMIT * 4,
        handshake: LIMIT * 4,
        header: LIMIT * 4,
        idle: LIMIT * 4,
        body_grace: LIMIT * 4,
        write: LIMIT * 4,
        ..options()
    }
}

const HALF_HEAD: &str = "GET /hello HTTP/1.1\r\nhost: x\r\na: b";
const SLOW_BODY: &str = "POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx";
const SLOW_CHUNKS: &str =
    "POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n";
const SLOW_SIGN_IN: &str =
    "POST /oauth/access_token/ HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx";
const READER: &str = "GET /large HTTP/1.1\r\nhost: x\r\n\r\n";

const GATE: &[u8] = b"GET /gate HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

impl Running {
    async fn begin(&self, from: u8, part: &str) -> TcpStream {
        let mut stream = self.connect_from(from).await;
        // Whoever was sent away meanwhile is told so when it writes.
        let _ = stream.write_all(part.as_bytes()).await;
        stream
    }

    async fn ask_from(&self, from: u8, request: &str) -> String {
        rest(&mut self.begin(from, request).await).await
    }

    /// Everybody who asks from there is served.
    async fn serves(&self, from: u8, what: &str) {
        let post = "connection: close\r\ncontent-length: 2\r\n\r\nab";
        for request in [
            "GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(),
            "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(),
            "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(),
            "GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(),
            "GET /oauth/authorize/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_owned(),
            format!("POST /echo HTTP/1.1\r\nhost: x\r\n{post}"),
            format!("POST /oauth/access_token/ HTTP/1.1\r\nhost: x\r\n{post}"),
        ] {
            let answer = self.ask_from(from, &request).await;
            assert!(
                answer.starts_with("HTTP/1.1 200 "),
                "{what}, 127.0.0.{from}: {request:?}: {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn however_many_are_slow_those_who_are_not_are_served() {
    let server = Running::start(few()).await;
    let mut slow = Vec::new();
    for (what, part) in [
        ("silent", ""),
        ("half a head", HALF_HEAD),
        ("a slow body", SLOW_BODY),
        ("slow chunks", SLOW_CHUNKS),
        ("a slow sign-in", SLOW_SIGN_IN),
        ("an answer that is not taken", READER),
    ] {
        for _ in 0..30 {
            slow.push(server.begin(SLOW, part).await);
        }
        server.serves(OTHER, what).await;
        server.serves(SLOW, what).await;
    }
}

#[tokio::test]
async fn many_addresses_that_are_slow_keep_nobody_out() {
    let server = Running::start(few()).await;
    let mut slow = Vec::new();
    for part in ["", HALF_HEAD, SLOW_BODY, SLOW_SIGN_IN, READER] {
        for from in 10..30 {
            for _ in 0..4 {
                slow.push(server.begin(from, part).await);
            }
        }
        server.serves(OTHER, part).await;
    }
}

#[tokio::test]
async fn whoever_is_silent_for_the_longest_makes_room() {
    let mut options = few();
    options.connections_per_address = 2;
    let server = Running::start(options).await;
    let mut first = server.begin(SLOW, "").await;
    let mut second = server.begin(SLOW, HALF_HEAD).await;
    let mut third = server
        .begin(
            SLOW,
            "GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        )
        .await;
    assert!(rest(&mut third).await.ends_with("hello"));
    assert_eq!(rest(&mut first).await, "");
    second
        .write_all(b"\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(rest(&mut second).await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_comes_in_has_no_place_among_the_requests() {
    let mut options = few();
    options.in_flight = 1;
    options.in_flight_per_address = 1;
    let server = Running::start(options).await;
    let mut slow = server.begin(SLOW, SLOW_BODY).await;
    server.serves(SLOW, "a slow body").await;
    // When it is in, there has to be one.
    let mut gate = server.begin(OTHER, "").await;
    gate.write_all(GATE).await.unwrap();
    server.waits.notified().await;
    slow.write_all(&[b'x'; 99]).await.unwrap();
    let answer = head(&mut slow).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
}

#[tokio::test]
async fn the_body_that_has_come_in_for_the_longest_makes_room() {
    let mut options = few();
    options.bodies_per_address = 1;
    let server = Running::start(options).await;
    let mut first = server.begin(SLOW, SLOW_BODY).await;
    server.serves(OTHER, "a slow body").await;
    // It is the only one of its address, until another comes.
    let mut second = server.begin(SLOW, SLOW_BODY).await;
    let answer = rest(&mut first).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("taken the longest"), "{answer}");
    second.write_all(&[b'x'; 99]).await.unwrap();
    assert!(head(&mut second).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn those_who_show_a_token_keep_their_place_while_others_have_one() {
    let mut options = few();
    options.bodies_per_address = 2;
    let server = Running::start(options).await;
    let with_token = SLOW_BODY.replace("host: x", "host: x\r\nauthorization: Bearer x");
    let mut known = server.begin(SLOW, &with_token).await;
    let mut nameless = Vec::new();
    for _ in 0..5 {
        nameless.push(server.begin(SLOW, SLOW_BODY).await);
        if nameless.len() > 1 {
            let answer = rest(&mut nameless.remove(0)).await;
            assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        }
    }
    known.write_all(&[b'x'; 99]).await.unwrap();
    assert!(head(&mut known).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn bodies_without_a_token_are_small_and_forms_a_little_larger() {
    let mut options = few();
    options.nameless_body_bytes = 10;
    options.nameless_form_bytes = 20;
    options.body_bytes = 30;
    let server = Running::start(options).await;
    let post = async |fields: &str, length: usize| {
        let body = "x".repeat(length);
        let request = format!(
            "POST /count HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{fields}content-length: {length}\r\n\r\n{body}"
        );
        let answer = server.ask_from(SLOW, &request).await;
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };
    let form = "content-type: Application/X-WWW-Form-Urlencoded; charset=utf-8\r\n";
    let token = "authorization: Bearer x\r\n";
    for (fields, most) in [("", 10), (form, 20), (token, 30)] {
        assert_eq!(post(fields, most).await, 200, "{fields}");
        assert_eq!(post(fields, most + 1).await, 413, "{fields}");
    }
}

#[tokio::test]
async fn bytes_of_forms_without_a_token_are_bounded_for_each_address() {
    let mut options = few();
    options.nameless_bodies_bytes_per_address = 60;
    options.nameless_bodies_bytes = 90;
    let server = Running::start(options).await;
    let form = |length: usize, sent: usize| {
        let body = "x".repeat(sent);
        format!(
            "POST /count HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    };
    let mut first = server.begin(SLOW, &form(60, 50)).await;
    let mut other = server.begin(OTHER, &form(50, 30)).await;
    assert!(
        server
            .ask_from(SLOW, &form(40, 40))
            .await
            .ends_with("\r\n\r\n40")
    );
    let answer = rest(&mut first).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    other.write_all(&[b'x'; 20]).await.unwrap();
    assert!(rest(&mut other).await.ends_with("\r\n\r\n50"));
    // What was taken is given back.
    for _ in 0..3 {
        assert!(
            server
                .ask_from(SLOW, &form(60, 60))
                .await
                .ends_with("\r\n\r\n60")
        );
    }
    let answer = server.ask_from(SLOW, &form(61, 61)).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test]
async fn requests_of_an_address_are_bounded_and_half_are_for_those_with_a_token() {
    let mut options = few();
    options.in_flight = 8;
    options.in_flight_per_address = 4;
    let server = Running::start(options).await;
    let mut held = Vec::new();
    for token in [
        "",
        "",
        "authorization: Bearer x\r\n",
        "authorization: Bearer x\r\n",
    ] {
        let request = format!("GET /gate HTTP/1.1\r\nhost: x\r\n{token}\r\n");
        held.push(server.begin(SLOW, &request).await);
        server.waits.notified().await;
        let nameless = "GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        let is_full = held.len() >= 2;
        let answer = server.ask_from(SLOW, nameless).await;
        assert_eq!(answer.starts_with("HTTP/1.1 503 "), is_full, "{answer}");
    }
    let known = "GET /hello?access_token=x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = server.ask_from(SLOW, known).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    server.serves(OTHER, "four that wait").await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_it_is_the_address_that_the_proxy_names_that_counts() {
    let mut options = few();
    options.trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let server = Running::start(options).await;
    let of = |client: &str, request: &str| {
        request.replace("host: x", &format!("host: x\r\nx-forwarded-for: {client}"))
    };
    // More connections than an address has that is not a proxy.
    let mut slow = Vec::new();
    for _ in 0..30 {
        slow.push(server.begin(SLOW, &of("198.51.100.1", SLOW_BODY)).await);
    }
    let gate = "GET /gate HTTP/1.1\r\nhost: x\r\n\r\n";
    let mut held = vec![server.begin(SLOW, &of("198.51.100.1", gate)).await];
    server.waits.notified().await;
    let hello = "GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = server.ask_from(SLOW, &of("198.51.100.1", hello)).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    // What is left of the address is the client's own invention.
    let answer = server
        .ask_from(SLOW, &of("198.51.100.7, 198.51.100.1", hello))
        .await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    let answer = server.ask_from(SLOW, &of("198.51.100.2", hello)).await;
    assert!(answer.ends_with("hello"), "{answer}");
    held.clear();
}

#[tokio::test]
async fn a_change_whose_client_hung_up_keeps_its_place_until_it_is_done() {
    let mut options = few();
    options.in_flight = 1;
    let server = Running::start(options).await;
    let change = "POST /gate HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    drop(server.begin(SLOW, change).await);
    server.waits.notified().await;
    let hello = "GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = server.ask_from(OTHER, hello).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    server.gate.notify_waiters();
    let done = async {
        while !server.ask_from(OTHER, hello).await.ends_with("hello") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LIMIT, done).await.unwrap();
}

/// Answers when it is let to.
struct Held {
    begun: Semaphore,
    let_go: Semaphore,
}

impl Health for Held {
    fn check(&self) -> BoxFuture<'_, Report> {
        Box::pin(async {
            self.begun.add_permits(1);
            self.let_go.acquire().await.unwrap().forget();
            Report::default()
        })
    }

    fn metrics(&self) -> String {
        "up 1\n".to_owned()
    }
}

#[tokio::test]
async fn however_often_somebody_probes_it_is_one_check() {
    let health = Arc::new(Held {
        begun: Semaphore::new(0),
        let_go: Semaphore::new(0),
    });
    let shared: Arc<dyn Health> = Arc::<Held>::clone(&health);
    let server = Running::start_with(few(), None, shared).await;
    let probe = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut probes = Vec::new();
    for _ in 0..10 {
        probes.push(server.begin(SLOW, probe).await);
    }
    health.begun.acquire().await.unwrap().forget();
    let hello = "GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(server.ask_from(SLOW, hello).await.ends_with("hello"));
    let sign_in = "GET /oauth/authorize/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(server.ask_from(SLOW, sign_in).await.ends_with("sign in"));
    health.let_go.add_permits(1);
    for mut probe in probes {
        let answer = rest(&mut probe).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}
