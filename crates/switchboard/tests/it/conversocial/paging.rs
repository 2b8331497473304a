//! Pages by limit and offset, and the form of the links between conversations.

use serde_json::{Value, json};

use super::world::{each, hex, published};
use crate::support::App;

async fn tags(app: &App, count: usize) {
    for number in 0..count {
        let word = format!("tag {number:02}");
        app.make("tags", "tag", &json!({ "tag": word })).await;
    }
}

#[tokio::test]
async fn a_list_has_ten_things_a_page_and_links_that_keep_the_arguments() {
    let app = App::test().await;
    tags(&app, 23).await;
    let cv = app.program().await;
    let first = cv.json("/v1.3/tags?fields=name,id&is_active=true").await;
    assert_eq!(each(&first, "tags", "name").len(), 10);
    assert_eq!(
        first["paging"],
        json!({
            "next_page": "https://switchboard.example/v1.3/tags?limit=10&offset=10&fields=name%2Cid&is_active=true",
            "prev_page": null,
        })
    );
    let second = cv
        .json(first["paging"]["next_page"].as_str().unwrap())
        .await;
    assert_eq!(each(&second, "tags", "name")[0], "tag 10");
    let third = cv
        .json(second["paging"]["next_page"].as_str().unwrap())
        .await;
    assert_eq!(each(&third, "tags", "name").len(), 3);
    assert_eq!(third["paging"]["next_page"], Value::Null);
    let back = cv
        .json(third["paging"]["prev_page"].as_str().unwrap())
        .await;
    assert_eq!(back, second);
}

#[tokio::test]
async fn a_page_has_at_most_fifty_things_and_at_least_one() {
    let app = App::test().await;
    tags(&app, 51).await;
    let cv = app.program().await;
    for query in ["page_size=100", "limit=51", "page_size=50"] {
        let list = cv.json(&format!("/v1.1/tags?{query}")).await;
        assert_eq!(each(&list, "tags", "id").len(), 50, "{query}");
    }
    for (query, param) in [
        ("page_size=0", "page_size"),
        ("limit=-1", "limit"),
        ("offset=-1", "offset"),
        ("offset=x", "offset"),
    ] {
        for list in ["tags?", "conversations?status=read&"] {
            let answer = cv.get(&format!("/v1.1/{list}{query}")).await;
            assert_eq!(answer.status(), 400, "{list}{query}");
            assert_eq!(answer.json()["param"], param, "{list}{query}");
        }
    }
}

#[tokio::test]
async fn links_between_conversations_have_the_documented_form() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for (thread, at) in [
        ("a", "2014-10-14T09:30:00Z"),
        ("b", "2014-10-14T09:30:00Z"),
        ("c", "2014-10-13T09:30:00Z"),
        ("d", "2014-10-12T09:30:00Z"),
    ] {
        ids.push(hex(&app.post(thread, thread, published(at)).await));
    }
    let cv = app.program().await;
    let first = cv
        .json("/v1.3/conversations?is_priority=false&sort=-oldest_sort_date&page_size=2&fields=id,status")
        .await;
    assert_eq!(each(&first, "conversations", "id"), [&*ids[1], &*ids[0]]);
    let next = first["paging"]["next_page"].as_str().unwrap();
    assert_eq!(
        next.replace("%3A", ":"),
        format!(
            "https://switchboard.example/v1.3/conversations?sort=-oldest_sort_date&is_priority=false&fields=id%2Cstatus&oldest_sort_date_lte=2014-10-14T09:30:00&page_size=2&skip=2&after={}",
            ids[0]
        )
    );
    let second = cv.json(next).await;
    assert_eq!(each(&second, "conversations", "id"), [&*ids[2], &*ids[3]]);
    assert_eq!(second["paging"]["next_page"], Value::Null);
    // Without the argument that is ours, the documented ones lead to the same page.
    let plain = next.split_once("&after=").unwrap().0;
    let again = cv.json(plain).await;
    assert_eq!(again["conversations"], second["conversations"]);
}

#[tokio::test]
async fn there_is_always_a_page_before_and_it_leads_back() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for day in 10..=15 {
        let at = format!("2014-10-{day}T09:30:00Z");
        let id = app.post(&at, &at, published(&at)).await;
        ids.push(hex(&id));
    }
    let cv = app.program().await;
    let start = "/v1.3/conversations?is_priority=false&page_size=2&fields=id\
                 &oldest_sort_date_gte=2014-10-11&oldest_sort_date_lte=2014-10-14";
    let first = cv.json(start).await;
    assert_eq!(each(&first, "conversations", "id"), [&*ids[1], &*ids[2]]);
    let before = cv
        .json(first["paging"]["prev_page"].as_str().unwrap())
        .await;
    assert_eq!(before["conversations"], json!([]));
    let second = cv
        .json(first["paging"]["next_page"].as_str().unwrap())
        .await;
    assert_eq!(each(&second, "conversations", "id"), [&*ids[3], &*ids[4]]);
    assert_eq!(second["paging"]["next_page"], Value::Null);
    // The way back has the opposite order, and the caller's own bounds still hold.
    let back = cv
        .json(second["paging"]["prev_page"].as_str().unwrap())
        .await;
    assert_eq!(each(&back, "conversations", "id"), [&*ids[2], &*ids[1]]);
    assert_eq!(back["paging"]["next_page"], Value::Null);
    // Somebody comes back later and sees what is new.
    let forward = cv.json(back["paging"]["prev_page"].as_str().unwrap()).await;
    assert_eq!(each(&forward, "conversations", "id"), [&*ids[3], &*ids[4]]);
}

#[tokio::test]
async fn an_empty_list_of_conversations_has_a_page_before_and_none_after() {
    let app = App::test().await;
    let cv = app.program().await;
    let list = cv.json("/v1.3/conversations?status=read").await;
    assert_eq!(
        list,
        json!({
            "conversations": [],
            "paging": {
                "next_page": null,
                "prev_page": "https://switchboard.example/v1.3/conversations?sort=-oldest_sort_date&status=read&page_size=20",
            },
        })
    );
}
