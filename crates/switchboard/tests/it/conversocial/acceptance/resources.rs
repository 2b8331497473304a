//! Keys, fields, filters, errors and limits.

use domain::source::Service;
use serde_json::json;

use crate::conversocial::client::{Cv, NewKey};
use crate::conversocial::errors::assert_error;
use crate::conversocial::world::{each, keys};
use crate::support::App;

#[tokio::test]
async fn name_and_secret_open_the_door_and_a_wrong_secret_is_a_401_with_json() {
    let app = App::test().await;
    let cv = app.program().await;
    assert_eq!(cv.get("/v1.3/accounts").await.status(), 200);
    let wrong = Cv::new(&app, "program", "not the secret");
    for program in [&wrong, &cv.nameless()] {
        let answer = program.get("/v1.3/accounts").await;
        assert_eq!(answer.status(), 401);
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Basic realm="), "{challenge}");
        let body = answer.json();
        assert_eq!(body["status"], "error");
        assert_eq!(body["http_status"], "401 Unauthorized");
    }
}

#[tokio::test]
async fn accounts_are_one_account_with_id_and_url_and_paging_of_two_nulls() {
    let app = App::test().await;
    let cv = app.program().await;
    let id = app.account;
    // The example of the documentation, with our origin and account.
    let example = json!({
        "accounts": [{
            "url": format!("https://switchboard.example/v1.3/accounts/{id}"),
            "id": id.to_string(),
        }],
        "paging": {"next_page": null, "prev_page": null},
    });
    assert_eq!(cv.json("/v1.3/accounts").await, example);
}

#[tokio::test]
async fn fields_returns_those_keys_only_and_skips_unknown_names() {
    let app = App::test().await;
    let cv = app.program().await;
    let list = cv.json("/v1.3/users?fields=url,first_name,id").await;
    assert_eq!(keys(&list["users"][0]), ["first_name", "id", "url"]);
    // One alone shows everything when nothing is said.
    let user = format!("/v1.3/users/{}", app.first.user_id);
    let shown = cv.json(&user).await;
    assert!(keys(&shown["user"]).contains(&"email"), "{shown}");
    for fields in ["url,id", "url,id,nonsense"] {
        let shown = cv.json(&format!("{user}?fields={fields}")).await;
        assert_eq!(keys(&shown["user"]), ["id", "url"], "{fields}");
    }
}

#[tokio::test]
async fn a_repeated_id_selects_several_channels() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for key in ["a", "b", "c"] {
        let id = app.connect(app.topic, Service::Twitter, key, key).await;
        ids.push(id.to_string());
    }
    app.read_names_anew().await;
    let cv = app.program().await;
    let query = format!("id={}&id={}", ids[2], ids[0]);
    let list = cv.json(&format!("/v1.3/channels?{query}")).await;
    assert_eq!(each(&list, "channels", "id"), [&*ids[0], &*ids[2]]);
}

#[tokio::test]
async fn the_name_of_a_channel_comes_on_request_only() {
    let app = App::test().await;
    app.channel(Service::Twitter, "page", "Demo page").await;
    let cv = app.program().await;
    let plain = cv.json("/v1.3/channels").await;
    assert_eq!(keys(&plain["channels"][0]), ["id", "url"]);
    let named = cv.json("/v1.3/channels?fields=name").await;
    assert_eq!(named["channels"], json!([{"name": "Demo page"}]));
}

#[tokio::test]
async fn a_missing_author_is_a_404_with_the_documented_body() {
    let app = App::test().await;
    let cv = app.program().await;
    let answer = cv.get("/v1.3/authors/t:1").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(
        answer.json(),
        json!({
            "status": "error",
            "message": "No such author",
            "http_status": "404 Object Not Found",
        })
    );
}

#[tokio::test]
async fn the_thirty_first_request_of_a_minute_is_a_429_until_the_window_ends() {
    let app = App::limited().await;
    let program = app.program().await;
    app.advance(12_300);
    for used in 1..=30_i64 {
        let answer = program.get("/v1.3/keyvalues").await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        assert_eq!(answer.header("x-ratelimit-limit"), "30");
        assert_eq!(
            answer.header("x-ratelimit-remaining"),
            (30 - used).to_string()
        );
        assert_eq!(answer.header("x-ratelimit-reset"), "48");
        assert_eq!(answer.header("retry-after"), "");
    }
    let refused = program.get("/v1.3/keyvalues").await;
    assert_error(&refused, "429 Too Many Requests", "rate_limit_exceeded");
    assert_eq!(
        refused.json()["message"],
        "The token made more than 30 requests in a minute."
    );
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    let wait: i64 = refused.header("x-ratelimit-reset").parse().unwrap();
    assert_eq!(refused.header("retry-after"), wait.to_string());
    app.advance((wait - 1) * 1_000);
    assert_eq!(program.get("/v1.3/keyvalues").await.status(), 429);
    app.advance(1_000);
    let answer = program.get("/v1.3/keyvalues").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("x-ratelimit-remaining"), "29");
}

#[tokio::test]
async fn a_token_without_the_permission_gets_a_403() {
    let app = App::test().await;
    let permissions = ["api.read", "settings.read"].to_vec();
    let cv = app
        .program_with(NewKey {
            permissions,
            ..NewKey::default()
        })
        .await;
    assert_eq!(cv.get("/v1.3/channels").await.status(), 200);
    for path in [
        "conversations?is_priority=true",
        "authors/t:1",
        "users",
        "tags",
        "reports",
    ] {
        let answer = cv.get(&format!("/v1.3/{path}")).await;
        assert_eq!(answer.status(), 403, "{path}");
        let body = answer.json();
        assert_eq!(body["http_status"], "403 Forbidden");
        assert_eq!(body["error_code"], "permission_denied");
        assert!(body.get("param").is_none());
    }
}
