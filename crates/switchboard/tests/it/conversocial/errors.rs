//! Errors: who is refused, and in which words.

use axum::http::Method;
use serde_json::{Value, json};

use super::client::{NewKey, basic};
use crate::support::{Answer, App};

/// The documented members of an error.
#[track_caller]
pub(crate) fn assert_error(answer: &Answer, http_status: &str, code: &str) {
    let body = answer.json();
    assert_eq!(body["http_status"], http_status, "{body}");
    assert_eq!(body["status"], "error");
    assert_eq!(body["error_code"], code, "{body}");
    assert!(!body["message"].as_str().unwrap().is_empty());
    assert!(http_status.starts_with(&answer.status().to_string()));
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
}

/// The whole body for something that does not exist.
pub(crate) fn no_such(word: &str) -> Value {
    json!({
        "status": "error",
        "message": format!("No such {word}"),
        "http_status": "404 Object Not Found",
    })
}

#[tokio::test]
async fn wrong_credentials_are_refused_alike_whatever_is_wrong() {
    let app = App::test().await;
    let program = app.program().await;
    let address = "/v1.3/keyvalues";
    assert_eq!(program.get(address).await.status(), 200);
    let wrong = [
        basic("program", "0123456789abcdef0123456789abcdef"),
        basic("somebody", &program.secret),
        basic("Program", &program.secret),
        basic("", ""),
    ];
    let mut bodies = Vec::new();
    for authorization in &wrong {
        let answer = program.sending(authorization).get(address).await;
        assert_error(&answer, "401 Unauthorized", "invalid_credentials");
        assert_eq!(
            answer.header("www-authenticate"),
            "Basic realm=\"Switchboard\", charset=\"UTF-8\""
        );
        assert_eq!(answer.header("x-ratelimit-limit"), "");
        bodies.push(answer.text().to_owned());
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let token = app.token(&app.first.email, "accounts_read").await;
    for program in [
        program.nameless(),
        program.sending("Basic"),
        program.sending("Basic !!!"),
        program.sending(&format!("Bearer {token}")),
    ] {
        let answer = program.get(address).await;
        assert_error(&answer, "401 Unauthorized", "invalid_credentials");
        assert!(!answer.header("www-authenticate").is_empty());
    }
}

#[tokio::test]
async fn a_key_does_not_open_the_other_dialect() {
    let app = App::test().await;
    let program = app.program().await;
    let account = app.first.account_id;
    for address in [format!("/{account}/inbox/mentions"), "/me".to_owned()] {
        assert_eq!(program.get(&address).await.status(), 401, "{address}");
    }
}

#[tokio::test]
async fn unknown_paths_and_versions_are_not_found_without_credentials() {
    let app = App::test().await;
    let nameless = app.program().await.nameless();
    for address in [
        "/v1.3/nothing",
        "/v1.3",
        "/v1.3/",
        "/v1.3/keyvalues/a/b",
        "/v1.3//keyvalues",
        "/v1.2/keyvalues",
        "/v2/keyvalues",
        "/v3.0/keyvalues",
        "/v1.3/content",
        "/v1.1/Keyvalues",
    ] {
        let answer = nameless.get(address).await;
        assert_eq!(
            (answer.status(), answer.json()),
            (404, no_such("resource")),
            "{address}"
        );
    }
    let answer = nameless.get("/api/1/nothing").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(
        answer.json(),
        json!({"status": "error", "message": "No such resource"})
    );
}

#[tokio::test]
async fn a_verb_that_a_path_does_not_take_is_told_with_those_it_takes() {
    let app = App::test().await;
    let nameless = app.program().await.nameless();
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let answer = nameless.send(method, "/v1.3/keyvalues", None).await;
        assert_error(&answer, "405 Method Not Allowed", "method_not_allowed");
        assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS");
    }
    let answer = nameless.send(Method::POST, "/v1.3/keyvalues/k", None).await;
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.header("allow"), "GET, HEAD, DELETE, OPTIONS");
    let answer = nameless
        .send(Method::OPTIONS, "/v1.3/keyvalues/", None)
        .await;
    assert_eq!((answer.status(), answer.text()), (204, ""));
    assert_eq!(answer.header("allow"), "GET, HEAD, POST, OPTIONS");
    // authors are asked for one by one: the path is known and takes nothing
    let answer = nameless.send(Method::OPTIONS, "/v1.3/authors", None).await;
    assert_eq!(answer.header("allow"), "OPTIONS");
}

#[tokio::test]
async fn a_missing_permission_is_403_in_every_version() {
    let app = App::test().await;
    let key = NewKey {
        name: "weak",
        permissions: vec!["api.read"],
        topics: None,
    };
    let weak = app.program_with(key).await;
    for version in ["v1", "v1.0", "v1.1", "v1.3"] {
        let answer = weak.get(&format!("/{version}/keyvalues")).await;
        assert_error(&answer, "403 Forbidden", "permission_denied");
        assert_eq!(answer.json().get("param"), None);
    }
    let key = NewKey {
        name: "closed",
        permissions: vec!["settings.read"],
        topics: None,
    };
    let answer = app.program_with(key).await.get("/v1.3/keyvalues").await;
    assert_error(&answer, "403 Forbidden", "permission_denied");
    assert!(answer.text().contains("api.read"), "{}", answer.text());
}

#[tokio::test]
async fn the_shape_of_2015_can_be_switched_on_for_the_older_versions() {
    let app = App::test().await;
    let key = NewKey {
        name: "weak",
        permissions: vec!["api.read"],
        topics: None,
    };
    let weak = app.program_with(key).await;
    let config = api::ApiConfig {
        old_permission_errors: true,
        ..api::ApiConfig::default()
    };
    let old = weak.at(api::router(app.engine.clone(), config));
    for version in ["v1", "v1.0", "v1.1"] {
        let answer = old.get(&format!("/{version}/keyvalues")).await;
        let text = "The token lacks the permission \"settings.read\".";
        assert_eq!(
            (answer.status(), answer.json()),
            (
                200,
                json!({"success": false, "permsError": true, "error": text, "message": text})
            )
        );
    }
    assert_eq!(old.get("/v1.3/keyvalues").await.status(), 403);
    let nameless = old.nameless();
    assert_eq!(nameless.get("/v1.1/keyvalues").await.status(), 401);
}
