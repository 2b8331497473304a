//! Filters: arguments named like fields.

use serde_json::json;

use super::world::{each, hex, published};
use crate::support::{App, NewPerson};

#[tokio::test]
async fn what_cannot_be_read_is_refused_at_its_argument() {
    let app = App::test().await;
    let cv = app.program().await;
    for (address, param) in [
        ("/v1.3/tags?id=six", "id"),
        ("/v1.3/tags?id_gt=six", "id_gt"),
        ("/v1.3/tags?is_active=maybe", "is_active"),
        ("/v1.3/users?date_joined_gte=soon", "date_joined_gte"),
        (
            "/v1.3/reports?generated_date_isnull=2",
            "generated_date_isnull",
        ),
        ("/v1.3/conversations?is_priority=maybe", "is_priority"),
        (
            "/v1.3/conversations?status=read&oldest_sort_date_lte=x",
            "oldest_sort_date_lte",
        ),
    ] {
        let answer = cv.get(address).await;
        assert_eq!(answer.status(), 400, "{address}");
        let body = answer.json();
        assert_eq!(body["error_code"], "invalid_parameter", "{address}");
        assert_eq!(body["param"], param, "{address}");
        assert_eq!(body["http_status"], "400 Bad Request");
    }
}

#[tokio::test]
async fn unknown_arguments_are_ignored() {
    let app = App::test().await;
    app.make("tags", "tag", &json!({"tag": "a"})).await;
    let cv = app.program().await;
    let list = cv.json("/v1.3/tags?colour=red&format=xml&name=").await;
    assert_eq!(list["tags"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_scalar_selects_and_sorts() {
    let app = App::test().await;
    app.channel(domain::source::Service::Facebook, "99", "Lamps")
        .await;
    app.channel(domain::source::Service::Twitter, "page", "Page")
        .await;
    app.member(NewPerson {
        name: "Zoe",
        ..NewPerson::default()
    })
    .await;
    let cv = app.program().await;
    for (query, plural, expected) in [
        ("accounts?package=Enterprise", "accounts", 1),
        ("accounts?package=Free", "accounts", 0),
        ("accounts?description=Northwind", "accounts", 0),
        ("accounts?description_isnull=0", "accounts", 1),
        ("channels?fans=0", "channels", 0),
        ("channels?fans_isnull=1", "channels", 2),
        (
            "channels?fb_page_url=https://www.facebook.com/99",
            "channels",
            1,
        ),
        (
            "channels?small_image=https://x.example/a.png",
            "channels",
            0,
        ),
        ("users?crowds_name=Experts", "users", 0),
        ("reports?failure=none", "reports", 0),
    ] {
        let list = cv.json(&format!("/v1.3/{query}")).await;
        let count = list[plural].as_array().unwrap().len();
        assert_eq!(count, expected, "{query}");
    }
    let ordered = async |resource: &str, field: &str| {
        let address = format!("/v1.3/{resource}?fields={field}&sort=-{field}");
        each(&cv.json(&address).await, resource, field)
            .iter()
            .map(|value| (*value).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(ordered("channels", "type").await, ["twitter", "facebook"]);
    let emails = ordered("users", "email").await;
    assert!(emails.len() == 2 && emails[0] > emails[1], "{emails:?}");
    for (resource, field) in [
        ("users", "timezone"),
        ("tags", "is_active"),
        ("channels", "is_active"),
        ("accounts", "package"),
        ("reports", "name"),
        ("reports", "date_type"),
        ("reports", "generation_start_date"),
    ] {
        let answer = cv.get(&format!("/v1.3/{resource}?sort={field}")).await;
        assert_eq!(answer.status(), 200, "{resource} {field}");
    }
}

#[tokio::test]
async fn dates_may_have_a_zone_as_ruby_writes_it() {
    let app = App::test().await;
    app.post("a", "a", published("2026-11-15T00:00:00Z")).await;
    let cv = app.program().await;
    for (date, expected) in [
        ("2026-11-15%2000:00:00%20UTC", 1),
        ("2026-11-15+00:00:00+UTC", 1),
        ("2026-11-15%2000:00:00%20%2B0000", 1),
        ("2026-11-15+00:00:00++0000", 1),
        ("2026-11-15%2000:00:00%20-0100", 0),
        ("2026-11-15%2001:00:00%20%2B0100", 1),
    ] {
        let address = format!("/v1.3/conversations?is_priority=false&oldest_sort_date_gte={date}");
        let list = cv.json(&address).await;
        let count = list["conversations"].as_array().unwrap().len();
        assert_eq!(count, expected, "{date}");
    }
}

#[tokio::test]
async fn conversations_are_selected_by_every_reference() {
    let app = App::test().await;
    let channel = app
        .channel(domain::source::Service::Twitter, "page", "Page")
        .await;
    let agent = app.member(NewPerson::default()).await;
    let first = app.private("1", "a", json!({"tags": ["Refund"]})).await;
    let second = app
        .post(
            "t1",
            "b",
            json!({"source": {"profile": "other"}, "priority": {"id": 9}}),
        )
        .await;
    let tag = app.get("/{a}/settings/tags", &[]).await.data()[0]["id"].clone();
    app.update(
        &second,
        &json!({"assignees": [{"type": "user", "id": agent.user_id}], "status": "pending"}),
    )
    .await;
    let cv = app.program().await;
    let (first, second) = (hex(&first), hex(&second));
    let both = vec![first.as_str(), second.as_str()];
    for (query, expected) in [
        (format!("tags={tag}"), vec![first.as_str()]),
        (format!("tags={tag}&tags=1"), vec![&first]),
        (format!("channels={channel}"), vec![&first]),
        ("author=t:1".to_owned(), vec![&first]),
        ("author=t:1&author=t:77".to_owned(), both.clone()),
        ("author=t:2".to_owned(), vec![]),
        (format!("assigned_to={}", agent.user_id), vec![&second]),
        ("assigned_to_isnull=1".to_owned(), vec![&first]),
        ("assigned_to_isnull=0".to_owned(), vec![&second]),
        ("contains_private=true".to_owned(), vec![&first]),
        ("contains_private=0".to_owned(), vec![&second]),
        (format!("id={first}&id={second}"), both.clone()),
        (format!("id_gt={first}"), vec![&second]),
        (format!("id_lte={}", first.to_uppercase()), vec![&first]),
        ("id=5".to_owned(), vec![]),
        ("is_priority=TRUE".to_owned(), vec![&second]),
        ("status=read".to_owned(), vec![&second]),
        ("status=unread&status=read".to_owned(), both.clone()),
        ("status=closed".to_owned(), vec![]),
        (
            format!("status=unread&tags={tag}&contains_private=1"),
            vec![&first],
        ),
        (format!("status=read&tags={tag}"), vec![]),
        ("channels_isnull=1".to_owned(), vec![]),
        ("author_isnull=1".to_owned(), vec![]),
        ("author_isnull=0".to_owned(), both.clone()),
    ] {
        let query = if query.contains("status=") {
            query
        } else {
            format!("is_priority=true&is_priority=false&{query}")
        };
        let query = query.replace(
            "is_priority=true&is_priority=false&is_priority=TRUE",
            "is_priority=TRUE",
        );
        let list = cv
            .json(&format!("/v1.3/conversations?{query}&sort=id"))
            .await;
        assert_eq!(each(&list, "conversations", "id"), expected, "{query}");
    }
}

#[tokio::test]
async fn day_bounds_of_conversations_cover_the_day() {
    let app = App::test().await;
    for (thread, at) in [
        ("a", "2014-09-30T23:59:59Z"),
        ("b", "2014-10-01T00:00:00Z"),
        ("c", "2014-10-14T23:59:59Z"),
        ("d", "2014-10-15T00:00:00Z"),
    ] {
        app.post(thread, thread, published(at)).await;
    }
    let cv = app.program().await;
    for (query, expected) in [
        (
            "oldest_sort_date_gte=2014-10-01&oldest_sort_date_lte=2014-10-14",
            2,
        ),
        ("oldest_sort_date_gte=2014-10-01T00:00:00", 3),
        ("oldest_sort_date_gt=2014-10-01T00:00:00", 2),
        ("oldest_sort_date_lt=2014-10-14", 2),
        ("newest_sort_date_lte=2014-09-30", 1),
        ("oldest_sort_date=2014-10-14", 1),
        ("oldest_sort_date=2014-10-15&oldest_sort_date=2014-09-30", 2),
    ] {
        let list = cv
            .json(&format!("/v1.3/conversations?is_priority=false&{query}"))
            .await;
        let count = list["conversations"].as_array().unwrap().len();
        assert_eq!(count, expected, "{query}");
    }
}
