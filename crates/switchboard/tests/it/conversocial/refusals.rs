//! What is refused before anything is done: bodies that hold too much, pages of other sites.

use axum::http::Method;
use serde_json::{Value, json};

use super::errors::assert_error;
use crate::support::App;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_body_may_be_as_large_as_the_largest_value_can_be_written_and_not_much_larger() {
    let app = App::test().await;
    let cv = app.program().await;
    let text = r"\u0078".repeat(64 * 1024);
    let body = format!(r#"{{"key":"k","value":"{text}"}}"#).into_bytes();
    let answer = cv
        .send(
            Method::POST,
            "/v1.3/keyvalues",
            Some(("application/json", body)),
        )
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    for kind in [FORM, "application/json"] {
        let body = vec![b'x'; 1024 * 1024 + 1];
        let answer = cv
            .send(Method::POST, "/v1.3/keyvalues", Some((kind, body)))
            .await;
        assert_error(&answer, "413 Payload Too Large", "body_too_large");
        assert_eq!(
            answer.json()["message"],
            "The body is larger than 1048576 bytes."
        );
    }
}

#[tokio::test]
async fn more_values_or_arguments_than_a_call_has_use_for_are_refused() {
    let app = App::test().await;
    let cv = app.program().await;
    let fits = json!({"key": "k", "value": vec![0; 32_000]});
    let answer = cv.post_json("/v1.3/keyvalues", &fits).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let many = json!({"key": "k", "value": vec![0; 50_000]}).to_string();
    let pairs = "a&".repeat(10_000);
    for (kind, body) in [("application/json", many), (FORM, pairs.clone())] {
        let body = Some((kind, body.into_bytes()));
        let answer = cv.send(Method::POST, "/v1.3/keyvalues", body).await;
        assert_error(&answer, "400 Bad Request", "invalid_parameter");
        assert_eq!(answer.json()["param"], "body");
    }
    let answer = cv.get(&format!("/v1.3/keyvalues?{pairs}")).await;
    assert_error(&answer, "400 Bad Request", "invalid_parameter");
    assert_eq!(answer.json()["param"], "query");
}

/// Everything that a form or a text of another site could ask for, with remembered credentials.
fn changes(app: &App) -> [(&'static str, &'static str, String); 3] {
    let account = app.first.account_id;
    [
        (
            "/v1.3/keyvalues",
            "text/plain",
            r#"{"key":"k","value":"x"}"#.to_owned(),
        ),
        (
            "/v1.1/reports",
            FORM,
            format!("account={account}&date_from=2026-05-01&date_to=2026-05-02"),
        ),
        ("/api/1/annotation-types", FORM, "name=Allergies".to_owned()),
    ]
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing_with_remembered_credentials() {
    let app = App::test().await;
    let cv = app.program().await;
    let foreign: [&[(&str, &str)]; 5] = [
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("sec-fetch-site", "same-site")],
        &[
            ("origin", "https://evil.example"),
            ("host", "switchboard.example"),
        ],
        &[("origin", "https://evil.switchboard.example")],
        &[("origin", "null")],
    ];
    for headers in foreign {
        let page = cv.with_headers(headers);
        for (address, kind, body) in changes(&app) {
            let body = Some((kind, body.into_bytes()));
            let answer = page.send(Method::POST, address, body).await;
            assert_eq!(answer.status(), 403, "{address} {headers:?}");
            assert_eq!(
                answer.json()["message"],
                "Pages of other sites may not change anything here."
            );
        }
        let deleted = page.delete("/v1.3/keyvalues/k").await;
        assert_error(&deleted, "403 Forbidden", "cross_site");
        // Reading shows nothing to the page that asks.
        assert_eq!(page.get("/v1.3/keyvalues").await.status(), 200);
    }
    assert_eq!(cv.json("/v1.3/keyvalues").await["keyvalues"], json!([]));
    assert_eq!(cv.json("/v1.3/reports").await["reports"], json!([]));
    let types = cv.json("/api/1/annotation-types").await;
    assert!(!types.to_string().contains("Allergies"), "{types}");
}

#[tokio::test]
async fn own_pages_and_programs_make_changes() {
    let app = App::test().await;
    let cv = app.program().await;
    let own: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "https://switchboard.example")],
        &[
            ("origin", "https://switchboard.example"),
            ("sec-fetch-site", "same-origin"),
        ],
        // reached by another name than the one that is configured
        &[
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[
            ("origin", "http://127.0.0.1:8080"),
            ("host", "127.0.0.1:8080"),
        ],
    ];
    for headers in own {
        let page = cv.with_headers(headers);
        for (address, kind, body) in changes(&app).into_iter().take(2) {
            let body = Some((kind, body.into_bytes()));
            let answer = page.send(Method::POST, address, body).await;
            assert_eq!(answer.status(), 200, "{address} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_foreign_page_is_refused_with_403_where_old_errors_are_switched_on() {
    let app = App::test().await;
    let config = api::ApiConfig {
        old_permission_errors: true,
        ..api::ApiConfig::default()
    };
    let old = app
        .program()
        .await
        .at(api::router(app.engine.clone(), config));
    let page = old.with_headers(&[("sec-fetch-site", "cross-site")]);
    let body: Value = json!({"key": "k", "value": "x"});
    let answer = page.post_json("/v1.1/keyvalues", &body).await;
    assert_error(&answer, "403 Forbidden", "cross_site");
}
