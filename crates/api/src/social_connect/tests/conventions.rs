//! What every call has in common.

use axum::body::Body;
use http::Request;
use serde_json::json;

use super::world::world;

#[tokio::test]
async fn the_token_comes_in_header_query_or_form() {
    let world = world().await;
    let me = world.get("/me").await.response();
    assert_eq!(me["name"].as_str().map(str::is_empty), Some(false));
    let plain = |uri: String| Request::get(uri).body(Body::empty()).unwrap();
    let by_query = world
        .send(plain(format!("/me/?access_token={}", world.token)))
        .await;
    assert_eq!(by_query.response(), me);
    let form = Request::post(world.path("/{a}/insights/facets"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!(
            "facetdefinitions=[{{}}]&&access_token={}",
            world.token
        )))
        .unwrap();
    assert_eq!(
        world.send(form).await.response().as_array().map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn bad_tokens_give_a_standard_oauth_error() {
    let world = world().await;
    let none = world
        .send(Request::get("/me").body(Body::empty()).unwrap())
        .await;
    assert_eq!(none.error(), (401, "invalid_token".to_owned()));
    assert_eq!(none.headers["www-authenticate"], "Bearer");
    let wrong = Request::get("/me?access_token=0123456789abcdef0123456789abcdef&format=xml");
    let wrong = world.send(wrong.body(Body::empty()).unwrap()).await;
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text.contains("<error>invalid_token</error>"),
        "{}",
        wrong.text
    );
    assert_eq!(
        wrong.headers["www-authenticate"],
        "Bearer error=\"invalid_token\""
    );
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_which_one_is_missing() {
    let mut world = world().await;
    world.token = world.new_token("accounts_read").await;
    let got = world
        .post("/{a}/settings/topics", &json!({"topic": {"name": "x"}}))
        .await;
    assert_eq!(got.error(), (403, "insufficient_scope".to_owned()));
    assert!(
        got.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .contains("accounts_write")
    );
    world.token = world.new_token("").await;
    assert_eq!(world.get("/me/accounts").await.error().0, 403);
    assert_eq!(
        world.get("/me/permissions").await.response(),
        json!(["identify"])
    );
}

#[tokio::test]
async fn foreign_and_absent_accounts_look_the_same() {
    let world = world().await;
    let absent = world.get("/999999/inbox/mentions").await;
    assert_eq!(absent.error(), (404, "not_found".to_owned()));
    assert_eq!(world.get("/0/settings/topics").await.json(), absent.json());
}

#[tokio::test]
async fn unknown_paths_and_wrong_verbs_are_told_apart() {
    let world = world().await;
    assert_eq!(
        world.get("/nothing/here").await.error(),
        (404, "not_found".to_owned())
    );
    assert_eq!(world.get("/{a}/inbox").await.error().0, 404);
    let wrong = world.delete("/{a}/inbox/mentions").await;
    assert_eq!(wrong.error(), (405, "invalid_http_method".to_owned()));
    assert_eq!(wrong.headers["allow"], "GET, HEAD, OPTIONS");
    let options = world
        .send(world.request("OPTIONS", "/me").body(Body::empty()).unwrap())
        .await;
    assert_eq!(options.status, 204);
    assert!(!options.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_api_alias_and_slashes_at_the_end_are_answered() {
    let world = world().await;
    let plain = world.get("/me/accounts").await.response();
    for path in ["/me/accounts/", "/api/me/accounts", "/api/me/accounts/"] {
        assert_eq!(world.get(path).await.response(), plain, "{path}");
    }
}

#[tokio::test]
async fn allowances_are_told_and_end_in_a_400() {
    let world = world().await;
    let first = world.get("/me").await;
    assert_eq!(first.headers["x-ratelimit-limit"], "350");
    assert_eq!(first.headers["x-ratelimit-time"], "3600");
    assert_eq!(first.headers["x-ratelimit-remaining"], "349");
    for _ in 0..349 {
        world.get("/me").await;
    }
    let last = world.get("/me").await;
    assert_eq!(last.error(), (400, "rate_limit_reached".to_owned()));
    assert_eq!(last.headers["x-ratelimit-remaining"], "0");
    assert!(last.headers.contains_key("x-ratelimit-reset"));
    assert!(last.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn answers_come_as_xml_as_script_and_in_parts() {
    let world = world().await;
    let xml = world.get("/me?format=xml").await;
    assert_eq!(
        xml.headers["content-type"],
        "application/xml; charset=utf-8"
    );
    assert!(
        xml.text
            .contains("<result><meta><code>200</code></meta><response><id>"),
        "{}",
        xml.text
    );
    let script = world.get("/me?callback=jQuery1_2").await;
    assert!(
        script.text.starts_with("jQuery1_2({\"meta\":"),
        "{}",
        script.text
    );
    assert_eq!(world.get("/me?callback=a(b)").await.error().0, 400);
    let parts = world
        .get("/me/accounts?fields=name,projects.limit(0)")
        .await
        .response();
    assert_eq!(
        parts["data"][0],
        json!({"name": "Northwind", "projects": []})
    );
    assert_eq!(
        world.get("/me?fields=a)").await.error(),
        (400, "invalid_parameter".to_owned())
    );
    assert_eq!(world.get("/me?format=yaml").await.error().0, 400);
    assert_eq!(world.get("/me?version=yesterday").await.error().0, 400);
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let world = world().await;
    let ask = |tag: &str| {
        world
            .request("GET", "/me")
            .header("if-none-match", tag)
            .body(Body::empty())
    };
    let first = world.send(ask("dummy").unwrap()).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(first.json()["meta"]["etag"], tag.trim_matches('"'));
    let second = world.send(ask(&tag).unwrap()).await;
    assert_eq!((second.status.as_u16(), second.text.as_str()), (304, ""));
    assert!(!world.get("/me").await.headers.contains_key("etag"));
}

#[tokio::test]
async fn requests_keep_their_identifier_and_get_one_otherwise() {
    let world = world().await;
    let request = world
        .request("GET", "/me")
        .header("x-request-id", "trace-1");
    let got = world.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(got.headers["x-request-id"], "trace-1");
    let (one, two) = (world.get("/me").await, world.get("/me").await);
    assert_ne!(one.headers["x-request-id"], two.headers["x-request-id"]);
    assert_eq!(one.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let world = world().await;
    let body = "x".repeat(world.config.max_body_bytes + 1);
    let request = world
        .request("POST", "/{a}/inbox/add")
        .body(Body::from(body))
        .unwrap();
    assert_eq!(
        world.send(request).await.error(),
        (413, "limit_exceeded".to_owned())
    );
}

#[tokio::test]
async fn tools_tell_languages() {
    let world = world().await;
    let text =
        "Waar%20blijft%20mijn%20pakje%3F%20Ik%20wacht%20al%20drie%20weken%20op%20de%20bestelling";
    let found = world
        .get(&format!("/tools/language?string={text}"))
        .await
        .response();
    assert_eq!(found, json!({"code": "nl", "name": "Dutch"}));
    let all = world.get("/tools/languages").await.response();
    assert!(all.as_array().unwrap().len() > 180);
    assert_eq!(world.get("/tools/language").await.error().0, 400);
}
