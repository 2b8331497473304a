//! Paths, verbs, the envelope, and where the token may stand.

use axum::http::Method;
use serde_json::json;

use crate::support::App;

#[tokio::test]
async fn paths_answer_with_and_without_a_slash_and_below_api() {
    let app = App::test().await;
    app.add_text("a message").await;
    let plain = app.get("/{a}/inbox/mentions", &[]).await;
    for path in [
        "/{a}/inbox/mentions/",
        "/api/{a}/inbox/mentions",
        "/api/{a}/inbox/mentions/",
    ] {
        let answer = app.get(path, &[]).await;
        assert_eq!(answer.ids(), plain.ids(), "{path}");
    }
    assert_eq!(
        app.get("/me/", &[]).await.body,
        app.get("/api/me", &[]).await.body
    );
}

#[tokio::test]
async fn links_keep_the_alias_that_the_caller_used() {
    let app = App::test().await;
    app.add_text("one").await;
    app.add_text("two").await;
    let with = app.get("/api/{a}/inbox/mentions", &[("limit", "1")]).await;
    let next = with.next_url().unwrap();
    let a = app.account;
    assert!(
        next.starts_with(&format!(
            "https://switchboard.example/api/{a}/inbox/mentions?"
        )),
        "{next}"
    );
    assert_eq!(app.follow(&next).await.contents(), ["one"]);
    let links = with.data()[0]["action_links"].to_string();
    assert!(
        links.contains(&format!("switchboard.example/api/{a}/inbox/mention/")),
        "{links}"
    );
    let without = app.mentions(&[("limit", "1")]).await.next_url().unwrap();
    assert!(
        without.starts_with(&format!("https://switchboard.example/{a}/inbox/mentions?")),
        "{without}"
    );
}

#[tokio::test]
async fn success_is_an_envelope_whose_code_repeats_the_status() {
    let app = App::test().await;
    let answer = app.get("/me", &[]).await;
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    let body = answer.json();
    assert_eq!(body["meta"], json!({"code": 200}));
    assert_eq!(body["response"]["name"], "Ines Morgado");
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["meta", "response"]);
}

#[tokio::test]
async fn the_token_may_stand_in_the_header_the_query_a_form_or_a_json_body() {
    let app = App::test().await;
    let token = app.token.clone().unwrap();
    let query = app
        .call(Method::GET, "/me")
        .without_token()
        .query(&[("access_token", &token)]);
    assert_eq!(query.send().await.status(), 200);
    let tag = |name: &str| json!({ "tag": name }).to_string();
    let form = app
        .call(Method::POST, "/{a}/settings/tags")
        .without_token()
        .form(&[("access_token", &token), ("tag", &tag("by form"))]);
    assert_eq!(form.send().await.response()["tag"], "by form");
    let json = app
        .call(Method::POST, "/{a}/settings/tags")
        .without_token()
        .json(&json!({"access_token": token, "tag": {"tag": "by json"}}));
    assert_eq!(json.send().await.response()["tag"], "by json");
    let lower = app
        .call(Method::GET, "/me")
        .without_token()
        .header("authorization", &format!("bearer  {token}"));
    assert_eq!(lower.send().await.status(), 200);
}

#[tokio::test]
async fn a_token_in_the_header_counts_before_one_in_the_query() {
    let app = App::test().await;
    let answer = app
        .get(
            "/me",
            &[("access_token", "0123456789abcdef0123456789abcdef")],
        )
        .await;
    assert_eq!(answer.status(), 200);
    let wrong = app.with_token(Some("0123456789abcdef0123456789abcdef"));
    let token = app.token.clone().unwrap();
    wrong
        .get("/me", &[("access_token", &token)])
        .await
        .assert_error(401, "invalid_token");
}

#[tokio::test]
async fn head_is_get_without_a_body_and_options_names_the_verbs() {
    let app = App::test().await;
    let head = app.call(Method::HEAD, "/{a}/inbox/mentions").send().await;
    assert_eq!(head.status(), 200);
    let path = "/{a}/settings/topic/{t}";
    let options = app.call(Method::OPTIONS, path).without_token().send().await;
    assert_eq!(options.status(), 204);
    assert_eq!(options.header("allow"), "GET, HEAD, POST, DELETE, OPTIONS");
    assert_eq!(options.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn answers_carry_no_cors_headers_and_forbid_sniffing_and_framing() {
    let app = App::test().await;
    let answer = app
        .call(Method::GET, "/me")
        .header("origin", "https://elsewhere.example")
        .send()
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn every_answer_has_an_id_and_keeps_a_harmless_one_of_the_caller() {
    let app = App::test().await;
    let (one, two) = (app.get("/me", &[]).await, app.get("/nowhere", &[]).await);
    assert!(!one.header("x-request-id").is_empty());
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    let own = app
        .call(Method::GET, "/me")
        .header("x-request-id", "crm-7")
        .send()
        .await;
    assert_eq!(own.header("x-request-id"), "crm-7");
    let harmful = app
        .call(Method::GET, "/me")
        .header("x-request-id", "a b\"c")
        .send()
        .await;
    assert_ne!(harmful.header("x-request-id"), "a b\"c");
}

#[tokio::test]
async fn an_account_is_a_number_and_other_paths_do_not_exist() {
    let app = App::test().await;
    for path in [
        "/",
        "/x/inbox/mentions",
        "/-1/inbox/mentions",
        "/1x/inbox/mentions",
        "/favicon.ico",
        "/{a}/inbox",
        "/{a}/inbox/mentions/more",
        "/{a}//inbox/mentions",
        "/%2e%2e/me",
    ] {
        app.get(path, &[]).await.assert_error(404, "not_found");
    }
    for path in [
        "/999999/inbox/mentions",
        "/99999999999999999999/inbox/mentions",
        "/01/inbox/mentions",
    ] {
        app.get(path, &[]).await.assert_error(404, "not_found");
    }
}

#[tokio::test]
async fn an_update_that_the_client_does_not_wait_for_is_made_all_the_same() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let mut call = Box::pin(
        app.call(Method::POST, &path)
            .form(&[("updates", r#"{"status":"done"}"#)])
            .open(),
    );
    // The client goes away at whatever point the call has reached by now.
    for _ in 0..8 {
        if futures::poll!(&mut call).is_ready() {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(call);
    let again = app
        .update_with(&id, &json!({"status": "done"}), &[("version", "20200101")])
        .await;
    assert_eq!(again.response()["status"], "done");
    let mention = app.mention(&id).await;
    let statuses = mention["actions"].as_array().unwrap().len();
    assert_eq!(statuses, 1, "done once, by whichever call");
}
