//! `sort`.

use serde_json::json;

use super::world::{each, hex, published};
use crate::support::App;

#[tokio::test]
async fn a_field_that_cannot_be_sorted_by_is_refused() {
    let app = App::test().await;
    let cv = app.program().await;
    for (address, field) in [
        ("/v1.3/tags?sort=url", "url"),
        ("/v1.3/channels?sort=id,-account", "account"),
        ("/v1.3/conversations?status=read&sort=text", "text"),
    ] {
        let answer = cv.get(address).await;
        assert_eq!(answer.status(), 400, "{address}");
        assert_eq!(
            answer.json(),
            json!({
                "status": "error",
                "message": format!("\"{field}\" cannot be sorted by."),
                "http_status": "400 Bad Request",
                "error_code": "invalid_sort",
                "param": "sort",
            })
        );
    }
}

#[tokio::test]
async fn a_field_may_be_named_any_number_of_times() {
    let app = App::test().await;
    for tag in ["b", "a"] {
        app.make("tags", "tag", &json!({ "tag": tag })).await;
    }
    app.post("t", "hello", published("2026-11-20T10:00:00Z"))
        .await;
    let cv = app.program().await;
    let names = "-status,id,".repeat(1_500);
    let list = cv
        .json(&format!("/v1.3/conversations?status=unread&sort={names}"))
        .await;
    assert_eq!(list["conversations"].as_array().unwrap().len(), 1);
    let names = "name,-id,-name,".repeat(1_500);
    let list = cv
        .json(&format!("/v1.3/tags?fields=name&sort={names}"))
        .await;
    assert_eq!(each(&list, "tags", "name"), ["a", "b"]);
}

#[tokio::test]
async fn conversations_come_oldest_first_unless_asked_otherwise() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for (thread, at, status) in [
        ("a", "2026-11-20T10:00:00Z", "done"),
        ("b", "2026-11-18T10:00:00Z", "new"),
        ("c", "2026-11-19T10:00:00Z", "done"),
    ] {
        let mut more = published(at);
        more["status"] = json!(status);
        let number = if status == "new" {
            app.private(thread, thread, more).await
        } else {
            app.post(thread, thread, more).await
        };
        ids.push(hex(&number));
    }
    let [a, b, c] = [&*ids[0], &*ids[1], &*ids[2]];
    let cv = app.program().await;
    for (sort, expected) in [
        ("", [b, c, a]),
        ("&sort=oldest_sort_date", [b, c, a]),
        ("&sort=-oldest_sort_date", [a, c, b]),
        ("&sort=-newest_sort_date", [a, c, b]),
        ("&sort=-id", [c, b, a]),
        ("&sort=status,-oldest_sort_date", [b, a, c]),
        ("&sort=-status,id", [a, c, b]),
        ("&sort=contains_private", [a, c, b]),
        ("&sort=-contains_private", [b, c, a]),
    ] {
        let list = cv
            .json(&format!("/v1.3/conversations?is_priority=false{sort}"))
            .await;
        assert_eq!(each(&list, "conversations", "id"), expected, "{sort}");
    }
}
