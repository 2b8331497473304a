//! Lists of conversations: what they need, their pages and what is put beside them.

use serde_json::{Value, json};

use crate::conversocial::client::Cv;
use crate::conversocial::world::{each, hex, keys, published};
use crate::support::{App, merged, message, message_with};

/// Follows `next_page` from an address to its end; gives the ids in order.
async fn walk(cv: &Cv, start: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut next = Some(start.to_owned());
    while let Some(address) = next {
        let page = cv.json(&address).await;
        let ids = each(&page, "conversations", "id");
        seen.extend(ids.into_iter().map(ToOwned::to_owned));
        next = page["paging"]["next_page"].as_str().map(ToOwned::to_owned);
    }
    seen
}

#[tokio::test]
async fn conversations_need_is_priority_or_status_and_status_alone_mixes_priorities() {
    let app = App::test().await;
    app.post("a", "a", json!({"priority": {"id": 9}})).await;
    app.post("b", "b", json!({})).await;
    let cv = app.program().await;
    let answer = cv.get("/v1.3/conversations").await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json()["param"], "is_priority");
    for (query, count) in [
        ("is_priority=true", 1),
        ("is_priority=false", 1),
        ("status=unread", 2),
    ] {
        let list = cv.json(&format!("/v1.3/conversations?{query}")).await;
        let found = list["conversations"].as_array().unwrap().len();
        assert_eq!(found, count, "{query}");
    }
}

#[tokio::test]
async fn a_range_of_dates_finds_the_conversations_started_between_them() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for at in [
        "2014-09-30T12:00:00Z",
        "2014-10-01T00:00:00Z",
        "2014-10-14T20:00:00Z",
        "2014-10-15T00:00:01Z",
    ] {
        ids.push(hex(&app.post(at, at, published(at)).await));
        // Later messages of the same conversation do not move its start.
        app.post(at, "again", published("2014-12-01T00:00:00Z"))
            .await;
    }
    let cv = app.program().await;
    let list = cv
        .json(
            "/v1.3/conversations?status=unread\
             &oldest_sort_date_gte=2014-10-01&oldest_sort_date_lte=2014-10-14",
        )
        .await;
    assert_eq!(each(&list, "conversations", "id"), [&*ids[1], &*ids[2]]);
}

#[tokio::test]
async fn a_page_size_of_a_hundred_gives_at_most_fifty_conversations_and_none_twenty() {
    let app = App::test().await;
    let items: Vec<Value> = (0..51)
        .map(|number| message(&format!("{number}")))
        .collect();
    app.add(&items).await;
    let cv = app.program().await;
    for (query, count) in [
        ("", 20),
        ("&page_size=50", 50),
        ("&page_size=100", 50),
        ("&limit=3", 3),
    ] {
        let list = cv
            .json(&format!("/v1.3/conversations?is_priority=false{query}"))
            .await;
        assert_eq!(each(&list, "conversations", "id").len(), count, "{query}");
        assert_eq!(keys(&list), ["conversations", "paging"]);
    }
}

#[tokio::test]
async fn following_next_page_visits_every_conversation_once_and_ends_with_null() {
    let app = App::test().await;
    let items: Vec<Value> = (0..40)
        .map(|number| {
            // Most of them have one and the same date.
            let day = if number % 4 == 0 { number / 4 + 1 } else { 5 };
            let at = format!("2014-10-{day:02}T09:30:00Z");
            let text = message_with(&format!("{number}"), published(&at));
            merged(text, json!({"message": {"type": "post"}}))
        })
        .collect();
    app.add(&items).await;
    let cv = app.program().await;
    let mut all = walk(&cv, "/v1.3/conversations?status=unread&page_size=50").await;
    all.sort();
    assert_eq!(all.len(), 40);
    for sort in [
        "oldest_sort_date",
        "-oldest_sort_date",
        "newest_sort_date",
        "-id",
        "status",
        "-is_priority",
    ] {
        // The two versions differ in their addresses only.
        for (version, size) in [("v1.3", 1), ("v1.3", 7), ("v1.3", 40), ("v1.1", 7)] {
            let start = format!(
                "/{version}/conversations?status=unread&fields=id&sort={sort}&page_size={size}"
            );
            let mut seen = walk(&cv, &start).await;
            seen.sort();
            assert_eq!(seen, all, "{start}");
        }
    }
}

#[tokio::test]
async fn with_two_sort_fields_there_are_no_links() {
    let app = App::test().await;
    for thread in ["a", "b", "c"] {
        app.post(thread, "x", json!({})).await;
    }
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?status=unread&page_size=1&sort=status,id")
        .await;
    assert_eq!(each(&list, "conversations", "id").len(), 1);
    assert_eq!(
        list["paging"],
        json!({"next_page": null, "prev_page": null})
    );
}

#[tokio::test]
async fn content_and_notes_can_be_included_and_hold_every_content_id() {
    let app = App::test().await;
    for thread in ["a", "b", "a"] {
        let id = app.post(thread, "x", json!({})).await;
        let note = json!({"actions": [{"type": "note", "extra": "seen"}]});
        app.update(&id, &note).await;
    }
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?is_priority=false&include=content&include=notes")
        .await;
    let content = each(&list, "content", "id");
    let mut count = 0;
    for conversation in list["conversations"].as_array().unwrap() {
        for id in conversation["content_ids"].as_array().unwrap() {
            assert!(content.contains(&id.as_str().unwrap()), "{id}");
            count += 1;
        }
    }
    assert_eq!((count, content.len()), (3, 3));
    assert_eq!(each(&list, "notes", "text"), ["seen"; 3]);
}
