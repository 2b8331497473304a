//! What monitoring sees.

use std::sync::Arc;

use futures::future::BoxFuture;
use switchboard::listen::{Health, Report};

use super::{Running, options};

struct Frozen;

impl Health for Frozen {
    fn check(&self) -> BoxFuture<'_, Report> {
        Box::pin(std::future::pending())
    }

    fn metrics(&self) -> String {
        "up 1\n".to_owned()
    }
}

fn get(path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n")
}

#[tokio::test]
async fn a_frozen_database_makes_the_server_unready_but_not_dead() {
    let server = Running::start_with(options(), None, Arc::new(Frozen)).await;
    let answer = server.exchange(&get("/livez", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = server.exchange(&get("/readyz", "")).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("the database does not answer"), "{answer}");
}

#[tokio::test]
async fn metrics_are_for_listed_networks_and_bearers_of_the_token() {
    let mut options = options();
    options.metrics_networks = Vec::new();
    options.metrics_token = Some("open sesame".to_owned());
    let server = Running::start(options).await;
    let answer = server.exchange(&get("/metrics", "")).await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    for wrong in ["open", "open sesame!", ""] {
        let header = format!("authorization: Bearer {wrong}\r\n");
        let answer = server.exchange(&get("/metrics", &header)).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{wrong}: {answer}");
    }
    let answer = server
        .exchange(&get("/metrics", "authorization: Bearer open sesame\r\n"))
        .await;
    assert!(answer.ends_with("up 1\n"), "{answer}");
}

#[tokio::test]
async fn a_forwarded_request_does_not_count_as_coming_from_a_listed_network() {
    let server = Running::start(options()).await;
    let answer = server.exchange(&get("/metrics", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let answer = server
        .exchange(&get("/metrics", "x-forwarded-for: 127.0.0.1\r\n"))
        .await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

#[tokio::test]
async fn every_answer_has_a_number_and_none_repeats() {
    let server = Running::start(options()).await;
    let mut seen = std::collections::HashSet::new();
    for path in ["/hello", "/livez", "/readyz", "/absent"] {
        let answer = server.exchange(&get(path, "")).await;
        let id = answer
            .lines()
            .find_map(|line| line.strip_prefix("x-request-id: "))
            .unwrap_or_else(|| panic!("{path}: {answer}"))
            .to_owned();
        assert!(seen.insert(id), "{path}: {answer}");
    }
}
