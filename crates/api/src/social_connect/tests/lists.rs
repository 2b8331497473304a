//! Lists, pages and counts.

use serde_json::{Value, json};

use super::world::{World, world};

/// Texts of the mentions along a list, page by page, following `next_url` as it is.
async fn walk(world: &World, first: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut path = world.path(first);
    loop {
        let page = world.get(&path).await.response();
        for mention in page["data"].as_array().unwrap() {
            texts.push(mention["message"]["content"].as_str().unwrap().to_owned());
        }
        match page["paging"]["next_url"].as_str() {
            None => return texts,
            Some(url) => {
                let rest = url.strip_prefix("https://switchboard.example").unwrap();
                assert_ne!(rest, path);
                path = rest.to_owned();
            }
        }
    }
}

#[tokio::test]
async fn a_mention_that_is_added_is_in_the_list_at_once() {
    let world = world().await;
    let topic = world.topic("Brand").await;
    world.add(topic, &["Where is my parcel?"]).await;
    let mention = world.only("content:parcel").await;
    assert_eq!(mention["message"]["content"], "Where is my parcel?");
    assert_eq!(mention["source"]["type"], "SearchProviderApi");
    assert_eq!(mention["source"]["service"], "custom");
    assert_eq!(mention["topic"], json!({"id": topic, "name": "Brand"}));
    assert_eq!(mention["handled_by"], Value::Null);
    let alone = world.get(&world.mention_path(&mention)).await.response();
    assert_eq!(alone, mention);
}

#[tokio::test]
async fn adding_the_same_again_changes_nothing_and_one_wrong_item_stops_all() {
    let world = world().await;
    let topic = world.topic("Brand").await;
    world.add(topic, &["one", "one"]).await;
    assert_eq!(
        world.get("/{a}/inbox/mentions?limit=0").await.response()["count"],
        1
    );
    let items = json!([
        {"topic": {"id": topic}, "message": {"content": "two"}},
        {"topic": {"id": topic}, "message": {"content": "three", "sentiment": "sad"}},
    ]);
    let got = world
        .post_form("/{a}/inbox/add", &[("mentions", &items.to_string())])
        .await;
    assert_eq!(got.error(), (400, "invalid_parameter".to_owned()));
    assert_eq!(
        got.json()["error_details"][0]["parameter"],
        "mentions[1].message.sentiment"
    );
    let many: Vec<Value> = (0..501).map(|_| items[0].clone()).collect();
    let got = world
        .post("/{a}/inbox/add", &json!({"mentions": many}))
        .await;
    assert_eq!(got.error(), (400, "limit_exceeded".to_owned()));
    let page = world.get("/{a}/inbox/mentions?limit=0").await.response();
    assert_eq!(
        page,
        json!({"count": 1, "data": [], "paging": {"next_url": null, "previous_url": null}})
    );
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let world = world().await;
    let topic = world.topic("Brand").await;
    let texts = ["a1", "a2", "a3", "a4", "a5"];
    world.add(topic, &texts).await;
    let down = walk(&world, "/{a}/inbox/mentions?limit=2&date_from=&filter=").await;
    assert_eq!(down, ["a5", "a4", "a3", "a2", "a1"]);
    let query = format!(
        "/api/{{a}}/inbox/mentions/?limit=2&sort=dateadd:asc&topic_ids[0]={topic}&topic_ids[1]=99"
    );
    assert_eq!(walk(&world, &query).await, texts);
}

#[tokio::test]
async fn next_urls_repeat_the_query_and_lead_back() {
    let world = world().await;
    let topic = world.topic("Brand").await;
    world.add(topic, &["b1", "b2", "b3"]).await;
    let path = format!(
        "/api/{{a}}/inbox/mentions?limit=2&access_token={}&topic_ids[0]={topic}",
        world.token
    );
    let page = world.get(&path).await.response();
    let next = page["paging"]["next_url"].as_str().unwrap();
    let start = format!(
        "https://switchboard.example/api/{}/inbox/mentions?limit=2&access_token={}&topic_ids={topic}&page_token=",
        world.account, world.token
    );
    assert!(next.starts_with(&start), "{next}");
    assert_eq!(page["paging"]["previous_url"], Value::Null);
    let second = world
        .get(next.strip_prefix("https://switchboard.example").unwrap())
        .await
        .response();
    assert_eq!(second["data"][0]["message"]["content"], "b1");
    assert_eq!(second["paging"]["next_url"], Value::Null);
    let back = second["paging"]["previous_url"].as_str().unwrap();
    let first = world
        .get(back.strip_prefix("https://switchboard.example").unwrap())
        .await
        .response();
    assert_eq!(first["data"], page["data"]);
    let token = next.rsplit_once("page_token=").unwrap().1;
    let only_token = world
        .get(&format!("/{{a}}/inbox/mentions?page_token={token}"))
        .await
        .response();
    assert_eq!(only_token["data"].as_array().unwrap().len(), 1);
    let other_sort = world
        .get(&format!(
            "/{{a}}/inbox/mentions?sort=dateadd:asc&page_token={token}"
        ))
        .await;
    assert_eq!(other_sort.error().0, 400);
}

#[tokio::test]
async fn mistakes_in_filters_are_pointed_at() {
    let world = world().await;
    let got = world
        .get("/{a}/inbox/mentions?filter=sentimnt:positive")
        .await;
    assert_eq!(got.error(), (400, "invalid_parameter".to_owned()));
    let detail = &got.json()["error_details"][0];
    assert_eq!(
        (&detail["parameter"], &detail["start"]),
        (&json!("filter"), &json!(0))
    );
    assert_eq!(detail["suggestion"], "sentiment");
    for query in [
        "sort=size:desc",
        "limit=many",
        "date_from=soon",
        "topic_ids=x",
        "page_token=abc",
    ] {
        let got = world.get(&format!("/{{a}}/inbox/mentions?{query}")).await;
        assert_eq!(
            got.error(),
            (400, "invalid_parameter".to_owned()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn facets_count_what_lists_show() {
    let world = world().await;
    let topic = world.topic("Brand").await;
    world.add(topic, &["c1", "c2", "c3"]).await;
    let mention = world.only("content:c2").await;
    world
        .post(
            &world.mention_path(&mention),
            &json!({"updates": {"message": {"sentiment": "positive"}}}),
        )
        .await
        .response();
    let definitions = json!([
        {"key": null, "value": null, "segmentation": {"field": "message.sentiment"}, "type": "mentions"},
        {"key": {"field": "date.added", "grouping": "month"}, "value": {"field": "mentions"}, "segmentation": null},
        {"segmentation": {"field": "custom", "field_values": {"Good": "sentiment:positive", "Rest": "NOT sentiment:positive"}}},
        {"segmentation": {"field": "custom", "field_values": ["content:c1"]}},
    ])
    .to_string();
    let encoded: String = form_urlencoded::byte_serialize(definitions.as_bytes()).collect();
    let by_get = world
        .get(&format!(
            "/{{a}}/insights/facets?facetdefinitions={encoded}&topic_ids={topic}"
        ))
        .await
        .response();
    let by_post = world
        .post_form(
            "/{a}/insights/facets",
            &[("facetdefinitions", &definitions)],
        )
        .await
        .response();
    assert_eq!(by_get, by_post);
    let texts = |facet: &Value| -> Vec<String> {
        let segments = facet["segments"].as_array().unwrap();
        segments
            .iter()
            .map(|label| label["text"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(texts(&by_get[0]), ["unset", "positive"]);
    assert_eq!(by_get[0]["data"], json!([[2], [1]]));
    let months = by_get[1]["data"][0].as_array().unwrap();
    assert_eq!(months.iter().filter_map(Value::as_i64).sum::<i64>(), 3);
    assert_eq!(by_get[1]["keys"][0]["id"], by_get[1]["keys"][0]["name"]);
    assert_eq!(texts(&by_get[2]), ["Good", "Rest"]);
    assert_eq!(by_get[2]["data"], json!([[1], [2]]));
    assert_eq!(by_get[3]["data"], json!([[1]]));
    let wrong = world
        .post(
            "/{a}/insights/facets",
            &json!({"facetdefinitions": [{"key": {"field": "nope"}}]}),
        )
        .await;
    assert_eq!(
        wrong.json()["error_details"][0]["parameter"],
        "facetdefinitions[0].key.field"
    );
    assert_eq!(world.get("/{a}/insights/facets").await.error().0, 400);
}
