//! What recorded clients do, as they do it.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{App, message};

/// A PHP client puts the parameters of every POST into the query and sends an empty body, marked
/// as a form.
#[tokio::test]
async fn the_php_client_posts_everything_in_the_query() {
    let app = App::test().await;
    let token = app.token.clone().unwrap();
    let php = app.with_token(None);
    let mentions =
        json!([{"topic": {"id": app.topic}, "message": {"content": "from php"}}]).to_string();
    let added = php
        .call(Method::POST, "/{a}/inbox/add/")
        .query(&[("access_token", &token), ("mentions", &mentions)])
        .body("application/x-www-form-urlencoded", "")
        .send()
        .await;
    // It tests the code in `meta`, whatever the status.
    assert_eq!(added.json()["meta"]["code"], 200);
    assert_eq!(added.json()["response"], true);
    let id = app.mentions(&[]).await.ids().remove(0);
    let updated = php
        .call(Method::POST, &format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .query(&[
            ("access_token", &token),
            ("updates", r#"{"status":"done"}"#),
            ("options", "[]"),
        ])
        .send()
        .await;
    assert_eq!(updated.response()["status"], "done");
    let failed = php
        .call(Method::POST, "/{a}/inbox/add/")
        .query(&[("access_token", &token)])
        .send()
        .await
        .json();
    assert_eq!(failed["meta"]["code"], 400);
    assert!(failed["error_description"].is_string());
}

/// A PHP client keeps answers by their tag and asks again with it.
#[tokio::test]
async fn the_php_cache_is_confirmed_by_an_empty_304() {
    let app = App::test().await;
    let first = app
        .call(Method::GET, "/me/accounts")
        .header("etag", "0")
        .send()
        .await;
    let etag = first.json()["meta"]["etag"].as_str().unwrap().to_owned();
    let second = app
        .call(Method::GET, "/me/accounts")
        .header("etag", &etag)
        .send()
        .await;
    assert_eq!((second.status(), second.body.len()), (304, 0));
}

/// The JavaScript client hands every argument to `URLSearchParams`, absent ones too.
#[tokio::test]
async fn the_axios_client_writes_undefined_and_null() {
    let app = App::test().await;
    let id = app.add_text("from a browser").await;
    let body = "updates=%7B%22message%22%3A%7B%22sentiment%22%3A%22positive%22%7D%7D&options=null&list_filter=undefined";
    let answer = app
        .call(Method::POST, &format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .body("application/x-www-form-urlencoded;charset=utf-8", body)
        .send()
        .await;
    assert_eq!(answer.response()["message"]["sentiment"], "positive");
    assert!(answer.json()["meta"].get("messages").is_none());
    let list = app
        .call(Method::GET, "/{a}/inbox/mentions")
        .raw_query("filter=undefined&date_from=undefined&date_to=undefined&topic_ids=undefined&sort=undefined&limit=undefined&page_token=undefined")
        .send()
        .await;
    assert_eq!(list.count(), 1);
    let deleted = app
        .call(Method::DELETE, &format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .body(
            "application/x-www-form-urlencoded;charset=utf-8",
            "options=undefined",
        )
        .send()
        .await;
    assert_eq!(deleted.response(), true);
}

/// One client joins parameters with two ampersands.
#[tokio::test]
async fn a_double_ampersand_before_the_token_is_no_parameter() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let token = app.token.clone().unwrap();
    let body = format!("updates=%7B%22tags%22%3A%5B%22vip%22%5D%7D&&access_token={token}");
    let answer = app
        .call(Method::POST, &format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .without_token()
        .body("application/x-www-form-urlencoded", body)
        .send()
        .await;
    assert_eq!(answer.response()["tags"], json!(["vip"]));
}

/// The Singer tap takes `next_url`, overwrites the parameters that it knows, and reads
/// `paging.next_url` of every page without asking whether it is there. It stops when an address
/// repeats.
#[tokio::test]
async fn the_singer_tap_overwrites_its_parameters_on_next_url() {
    let app = App::test().await;
    for number in 0..7 {
        app.advance(1_000);
        app.add(&[message(&format!("message {number}"))]).await;
    }
    let token = app.token.clone().unwrap();
    let own = [
        ("access_token", token.as_str()),
        ("filter", "status:new"),
        ("date_from", "2026-11-01 00:00:00"),
        ("sort", "dateadd:asc"),
        ("limit", "3"),
    ];
    let tap = app.with_token(None);
    let mut seen = Vec::new();
    let mut urls = Vec::new();
    let mut query: Vec<(String, String)> = Vec::new();
    loop {
        for (name, value) in own {
            query.retain(|(known, _)| known != name);
            query.push((name.to_owned(), value.to_owned()));
        }
        let pairs: Vec<(&str, &str)> = query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let page = tap.mentions(&pairs).await.response();
        for record in page["data"].as_array().unwrap() {
            seen.push(record["message"]["content"].as_str().unwrap().to_owned());
        }
        let next = page["paging"].as_object().unwrap()["next_url"].clone();
        let Value::String(next) = next else { break };
        assert!(!urls.contains(&next));
        let parameters = next.split_once('?').unwrap().1;
        query = form_urlencoded::parse(parameters.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        urls.push(next);
    }
    let expected: Vec<String> = (0..7).map(|number| format!("message {number}")).collect();
    assert_eq!(seen, expected);
}

/// The tap takes `actions[0]` for the latest action.
#[tokio::test]
async fn the_first_action_is_the_latest() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    app.update(&id, &json!({"status": "pending"})).await;
    app.advance(60_000);
    app.update(
        &id,
        &json!({"actions": [{"type": "note", "extra": "later"}]}),
    )
    .await;
    let actions = app.mention(&id).await["actions"].clone();
    assert_eq!(actions[0]["type"], "note");
    assert_eq!(actions[1]["type"], "status");
    assert!(actions[0]["date"]["added"].as_i64() > actions[1]["date"]["added"].as_i64());
}

/// Python's `str(datetime)`.
#[tokio::test]
async fn python_dates_have_a_space_and_no_zone() {
    let app = App::test().await;
    app.add_text("x").await;
    for (from, count) in [
        ("2026-11-21 20:00:00", 1),
        ("2026-11-21 20:00:00.123456", 0),
        ("2026-11-21 22:00:00+02:00", 1),
    ] {
        assert_eq!(
            app.mentions(&[("date_from", from)]).await.count(),
            count,
            "{from}"
        );
    }
}

/// A client of 2014 followed this form of address, with `/api` and empty dates.
#[tokio::test]
async fn the_address_recorded_in_2014_still_works() {
    let app = App::test().await;
    app.add_text("x").await;
    let token = app.token.clone().unwrap();
    let topic = app.topic;
    let query = format!(
        "access_token={token}&date_from=&date_to=&filter=&limit=100&topic_ids%5B0%5D={topic}"
    );
    let answer = app
        .with_token(None)
        .call(Method::GET, "/api/{a}/inbox/mentions")
        .raw_query(&query)
        .send()
        .await;
    assert_eq!(answer.count(), 1);
}

/// A client asks for everything at once.
#[tokio::test]
async fn a_limit_of_99999_gives_all_accounts_and_profiles() {
    let app = App::test().await;
    assert_eq!(
        app.get("/me/accounts", &[("limit", "99999")]).await.count(),
        1
    );
    assert_eq!(
        app.get("/me/connectedprofiles", &[("limit", "99999")])
            .await
            .count(),
        0
    );
}

/// Clients learn accounts and topics here, without looking whether the members are there.
#[tokio::test]
async fn accounts_have_the_members_that_clients_read() {
    let app = App::test().await;
    let account = app.get("/me/accounts", &[]).await.data().remove(0);
    assert_eq!(account["id"], app.account);
    assert_eq!(account["name"], "Northwind");
    let topic = &account["projects"][0]["topics"][0];
    assert_eq!(
        (topic["id"].as_i64(), topic["name"].as_str()),
        (Some(app.topic), Some("Support"))
    );
    assert!(topic["monitoredprofiles"].is_array());
}

/// A Node client posts facets with everything in the query; a client of 2013 reads the time of a
/// column from `name`, one of 2014 adds up the only row.
#[tokio::test]
async fn facets_are_posted_in_the_query_and_read_by_name_and_row() {
    let app = App::test().await;
    app.add(&[message("a"), message("b")]).await;
    let definitions = json!([{
        "key": {"field": "date.added", "grouping": "hour"},
        "value": null,
        "segmentation": null,
        "type": "mentions",
    }])
    .to_string();
    let answer = app
        .call(Method::POST, "/{a}/insights/facets")
        .query(&[
            ("facetdefinitions", &definitions),
            ("topic_ids", &app.topic.to_string()),
            ("date_from", "2026-11-21T18:00:00Z"),
            ("profile_ids", ""),
        ])
        .send()
        .await
        .response();
    assert_eq!(answer[0]["keys"][2]["name"], 1_795_291_200);
    let sum: i64 = answer[0]["data"][0]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| cell.as_i64().unwrap())
        .sum();
    assert_eq!(sum, 2);
}

/// A recorded definition: four kinds of source by name.
#[tokio::test]
async fn custom_segments_by_label_count_kinds_of_source() {
    let app = App::test().await;
    let from = |category: &str| {
        crate::support::message_with("x", json!({"source": {"category": category}}))
    };
    app.add(&[
        from("social"),
        from("news_local"),
        from("news"),
        from("blogs"),
    ])
    .await;
    let facet = app
        .facet(&json!({
            "key": null,
            "segmentation": {"field": "custom", "field_values": {"Social": "source:social", "News": "source:news", "Blogs": "source:blogs", "Forums": "source:forums"}},
            "type": "insights",
        }))
        .await;
    let labels: Vec<&str> = facet["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["text"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["Social", "News", "Blogs", "Forums"]);
    assert_eq!(facet["data"], json!([[1], [2], [1], [0]]));
}
