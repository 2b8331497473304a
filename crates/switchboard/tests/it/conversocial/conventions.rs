//! What holds for every call: bases, slashes, verbs, headers, addresses.

use api::conversocial::version::Version;
use axum::http::Method;
use domain::source::Service;
use serde_json::{Value, json};

use super::client::{Cv, ORIGIN};
use crate::support::App;

/// A program of an account with a channel, a tag and a message.
async fn furnished(app: &App) -> Cv {
    app.channel(Service::Twitter, "page", "Demo page").await;
    let mention = app.private("2825986021", "hello", json!({})).await;
    app.try_update(&mention, &json!({"tags": ["vip"]}))
        .await
        .response();
    app.program().await
}

/// Every address within a value.
fn addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("http") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| addresses(item, found)),
        Value::Object(members) => members.values().for_each(|item| addresses(item, found)),
        _ => {}
    }
}

const LISTS: &[&str] = &[
    "accounts?fields=url,channels,reports",
    "channels?fields=url,account,reports",
    "conversations?is_priority=false&include=content&include=notes&include=actions&page_size=1",
    "users?fields=url,account&page_size=1",
    "tags",
    "reports",
];

#[tokio::test]
async fn every_address_has_the_origin_and_the_base_that_the_caller_used() {
    let app = App::test().await;
    let program = furnished(&app).await;
    for version in [Version::V1, Version::V1_0, Version::V1_1, Version::V1_3] {
        let base = format!("{ORIGIN}/{}/", version.segment());
        let mut found = Vec::new();
        for list in LISTS {
            let address = format!("/{}/{list}", version.segment());
            addresses(&program.json(&address).await, &mut found);
        }
        assert!(found.len() >= 12, "{found:?}");
        for address in &found {
            assert!(address.starts_with(&base), "{address} is not below {base}");
        }
    }
}

#[tokio::test]
async fn what_an_answer_links_to_is_there() {
    let app = App::test().await;
    let program = furnished(&app).await;
    for version in ["v1", "v1.1", "v1.3"] {
        let mut found = Vec::new();
        for list in LISTS {
            addresses(
                &program.json(&format!("/{version}/{list}")).await,
                &mut found,
            );
        }
        for address in found {
            let answer = program.get(&address).await;
            assert_eq!(answer.status(), 200, "{address}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn the_versions_say_the_same_but_for_their_own_name() {
    let app = App::test().await;
    let program = furnished(&app).await;
    for list in LISTS {
        let newest = program.get(&format!("/v1.3/{list}")).await;
        for version in ["v1", "v1.0", "v1.1"] {
            let older = program.get(&format!("/{version}/{list}")).await;
            assert!(!older.text().contains("v1.3"), "{}", older.text());
            let here = format!("/{version}/");
            assert_eq!(older.text().replace(&here, "/v1.3/"), newest.text());
        }
    }
}

#[tokio::test]
async fn a_slash_at_the_end_makes_no_difference() {
    let app = App::test().await;
    let program = furnished(&app).await;
    let account = app.first.account_id;
    for (one, other) in [
        ("/v1.3/accounts".to_owned(), "/v1.3/accounts/".to_owned()),
        ("/v1.1/tags".to_owned(), "/v1.1/tags/?limit=10".to_owned()),
        (
            format!("/v1.3/accounts/{account}"),
            format!("/v1.3/accounts/{account}/"),
        ),
    ] {
        let (one, other) = (program.get(&one).await, program.get(&other).await);
        assert_eq!(one.status(), 200);
        assert_eq!(one.body, other.body);
    }
}

#[tokio::test]
async fn head_is_answered_as_get_is() {
    let app = App::test().await;
    let program = furnished(&app).await;
    for address in ["/v1.3/accounts", "/v1.3/tags/999999", "/v1.2/tags"] {
        let get = program.get(address).await;
        let head = program.send(Method::HEAD, address, None).await;
        assert_eq!(head.status(), get.status());
        assert_eq!(head.header("content-type"), get.header("content-type"));
    }
}

#[tokio::test]
async fn answers_are_json_in_utf_8_whatever_format_is_asked_for() {
    let app = App::test().await;
    let program = furnished(&app).await;
    let plain = program.get("/v1.3/accounts").await;
    for query in ["format=xml", "callback=f", "version=20150101", "no_such=1"] {
        let answer = program.get(&format!("/v1.3/accounts?{query}")).await;
        assert_eq!(answer.status(), 200, "{query}");
        assert_eq!(
            answer.header("content-type"),
            "application/json; charset=utf-8"
        );
        assert_eq!(answer.json(), plain.json(), "{query}");
    }
}

#[tokio::test]
async fn answers_carry_the_identifier_of_the_request_and_are_not_shared() {
    let app = App::test().await;
    let program = furnished(&app).await;
    for address in ["/v1.3/accounts", "/v1.3/tags/999999", "/v1.2/tags"] {
        let answer = program.get(address).await;
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.header("cache-control"), "private, no-cache");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn no_account_of_the_other_dialect_hides_behind_the_customer_profiles() {
    let app = App::test().await;
    // Accounts are numbered from 1001, so `/api/1` is nobody's.
    assert!(app.first.account_id.get() > 1_000);
    let answer = app
        .program()
        .await
        .get(&format!("/api/{}/settings/tags", app.first.account_id))
        .await;
    assert_eq!(answer.json()["error"], "invalid_token");
}
