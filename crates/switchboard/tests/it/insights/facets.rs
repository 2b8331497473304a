//! `insights/facets`: counted tables.

use domain::time::{DAY_MS, HOUR_MS};
use serde_json::{Value, json};

use crate::support::{App, NewPerson, message, message_with};

fn texts(labels: &Value) -> Vec<&str> {
    labels
        .as_array()
        .unwrap()
        .iter()
        .map(|label| label["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn nothing_asked_for_is_one_number() {
    let app = App::test().await;
    app.add(&[message("a"), message("b")]).await;
    for definition in [
        json!({"key": null, "value": null, "segmentation": null, "type": "mentions"}),
        json!({"key": null}),
        json!({"value": {"field": "mentions"}}),
    ] {
        let facet = app.facet(&definition).await;
        assert_eq!(facet["data"], json!([[2]]), "{definition}");
        assert_eq!(
            (
                facet["keys"].as_array().unwrap().len(),
                facet["segments"].as_array().unwrap().len()
            ),
            (1, 1)
        );
    }
}

#[tokio::test]
async fn dates_are_columns_without_gaps_that_begin_at_their_time() {
    let app = App::test().await;
    app.add(&[message("a")]).await;
    app.advance(3 * DAY_MS);
    app.add(&[message("b"), message("c")]).await;
    let facet = app
        .facet_with(
            &json!({"key": {"field": "date.added", "grouping": "day"}}),
            &[
                ("date_from", "2026-11-20T12:00:00Z"),
                ("date_to", "2026-11-25T12:00:00Z"),
            ],
        )
        .await;
    assert_eq!(
        texts(&facet["keys"]),
        [
            "2026-11-20",
            "2026-11-21",
            "2026-11-22",
            "2026-11-23",
            "2026-11-24",
            "2026-11-25"
        ]
    );
    assert_eq!(
        facet["keys"][1],
        json!({"id": 1_795_219_200, "text": "2026-11-21", "html": "2026-11-21", "name": 1_795_219_200})
    );
    assert_eq!(facet["data"], json!([[0, 1, 0, 0, 2, 0]]));
}

#[tokio::test]
async fn every_grouping_counts_everything() {
    let app = App::test().await;
    app.add(&[message("a")]).await;
    app.advance(5 * HOUR_MS);
    app.add(&[message("b")]).await;
    for grouping in [
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "quarter",
        "year",
        "hour_of_day",
        "day_of_week",
    ] {
        let facet = app
            .facet_with(
                &json!({"key": {"field": "date.added", "grouping": grouping}}),
                &[("date_from", "2026-11-21T18:00:00Z")],
            )
            .await;
        let row = facet["data"][0].as_array().unwrap();
        assert_eq!(
            row.len(),
            facet["keys"].as_array().unwrap().len(),
            "{grouping}"
        );
        let sum: i64 = row.iter().map(|cell| cell.as_i64().unwrap()).sum();
        assert_eq!(sum, 2, "{grouping}");
    }
    let weekdays = app
        .facet(&json!({"key": {"field": "date.added", "grouping": "day_of_week"}}))
        .await;
    assert_eq!(texts(&weekdays["keys"])[0], "Monday");
    let wrong = json!([{"key": {"field": "date.added", "grouping": "decade"}}]).to_string();
    app.get("/{a}/insights/facets", &[("facetdefinitions", &wrong)])
        .await
        .assert_invalid("facetdefinitions[0].key.grouping");
}

#[tokio::test]
async fn every_documented_segmentation_has_rows_where_there_is_data() {
    let app = App::test().await;
    app.add(&[message_with(
        "Look at https://shop.example/x #Lamp @us and this is quite enough English text to be told",
        json!({
            "message": {"type": "post", "attachments": [{"type": "photo", "url": "https://p.example/1.jpg"}, {"type": "video", "url": "https://v.example/1.mp4"}]},
            "author": {"name": "ann", "id": "7"},
            "source": {"category": "news_local", "service": "facebook", "domain": "news.example", "profile": "48016", "application": "Phone"},
            "location": {"continent": "EU", "country": "BE", "region": "Oost-Vlaanderen", "city": "Gent", "longitude": 3.7, "latitude": 51.0},
            "tags": ["vip"],
        }),
    )])
    .await;
    for (field, text) in [
        ("message.language", "English"),
        ("message.sentiment", "unset"),
        ("message.type", "post"),
        ("message.entities.video", "https://v.example/1.mp4"),
        ("message.entities.photo", "https://p.example/1.jpg"),
        ("message.entities.url", "https://shop.example/x"),
        ("message.entities.domain", "shop.example"),
        ("hashtag", "Lamp"),
        ("author.name", "ann"),
        ("source.category", "news_local"),
        ("source.domain", "news.example"),
        ("source.profile", "48016"),
        ("source.profile.postedin", "48016"),
        ("source.application", "Phone"),
        ("location.continent", "EU"),
        ("location.country", "BE"),
        ("region_state", "Oost-Vlaanderen"),
        ("location.city", "Gent"),
        ("location.region", "Oost-Vlaanderen"),
        ("topic.id", "Support"),
        ("tags", "vip"),
    ] {
        let facet = app
            .facet(&json!({"key": null, "segmentation": {"field": field}}))
            .await;
        let labels: Vec<String> = texts(&facet["segments"])
            .iter()
            .map(|text| text.to_lowercase())
            .collect();
        assert!(labels.contains(&text.to_lowercase()), "{field}: {labels:?}");
        assert_eq!(facet["data"][0], json!([1]), "{field}");
        // The same field as columns.
        let columns = app.facet(&json!({"key": {"field": field}})).await;
        assert_eq!(columns["keys"], facet["segments"], "{field}");
    }
    let postedby = app
        .facet(&json!({"key": null, "segmentation": {"field": "source.profile.postedby"}}))
        .await;
    assert_eq!(postedby["segments"], json!([]));
}

#[tokio::test]
async fn parents_of_categories_gather_their_children() {
    let app = App::test().await;
    let from = |category: &str| message_with("x", json!({"source": {"category": category}}));
    app.add(&[
        from("news"),
        from("news_local"),
        from("news_trade"),
        from("social_videos"),
        from("blogs"),
    ])
    .await;
    let facet = app
        .facet(&json!({"key": null, "segmentation": {"field": "category_parentsonly"}}))
        .await;
    let count = |name: &str| {
        let at = texts(&facet["segments"])
            .iter()
            .position(|text| *text == name)
            .unwrap();
        facet["data"][at][0].clone()
    };
    assert_eq!(
        (count("news"), count("social"), count("blogs")),
        (json!(3), json!(1), json!(1))
    );
}

#[tokio::test]
async fn the_most_frequent_come_first_and_size_says_how_many() {
    let app = App::test().await;
    for (city, times) in [("Gent", 3), ("Brugge", 1), ("Aalst", 2)] {
        for _ in 0..times {
            app.add(&[message_with("x", json!({"location": {"city": city}}))])
                .await;
        }
    }
    let facet = app
        .facet(&json!({"key": null, "segmentation": {"field": "location.city", "size": 2}}))
        .await;
    assert_eq!(texts(&facet["segments"]), ["Gent", "Aalst"]);
    assert_eq!(facet["data"], json!([[3], [2]]));
    let all = app
        .facet(&json!({"key": null, "segmentation": {"field": "location.city"}}))
        .await;
    assert_eq!(all["segments"].as_array().unwrap().len(), 3);
    let items: Vec<Value> = (0..15)
        .map(|n| message_with("x", json!({"author": {"name": format!("author{n}")}})))
        .collect();
    app.add(&items).await;
    let ten = app
        .facet(&json!({"key": null, "segmentation": {"field": "author.name"}}))
        .await;
    assert_eq!(
        ten["segments"].as_array().unwrap().len(),
        10,
        "ten when nobody says"
    );
}

#[tokio::test]
async fn custom_segments_come_as_a_list_of_filters_or_as_labels_with_filters() {
    let app = App::test().await;
    let ids = [app.add_text("apple").await, app.add_text("pear").await];
    app.update(&ids[0], &json!({"status": "done"})).await;
    let list = app.facet(&json!({"key": null, "segmentation": {"field": "custom", "field_values": ["apple", "status:new"]}})).await;
    assert_eq!(texts(&list["segments"]), ["apple", "status:new"]);
    assert_eq!(list["data"], json!([[1], [1]]));
    let labels = app.facet(&json!({"key": null, "segmentation": {"field": "custom", "field_values": {"Fruit <b>": "apple OR pear", "None": "plum"}}})).await;
    assert_eq!(texts(&labels["segments"]), ["Fruit <b>", "None"]);
    assert_eq!(labels["segments"][0]["html"], "Fruit &lt;b&gt;");
    assert_eq!(labels["data"], json!([[2], [0]]));
    let wrong =
        json!([{"segmentation": {"field": "custom", "field_values": ["status:("]}}]).to_string();
    app.get("/{a}/insights/facets", &[("facetdefinitions", &wrong)])
        .await
        .assert_error(400, "invalid_parameter");
    let missing = json!([{"key": null, "segmentation": {"field": "custom"}}]).to_string();
    app.get("/{a}/insights/facets", &[("facetdefinitions", &missing)])
        .await
        .assert_invalid("facetdefinitions[0].segmentation.field_values");
}

#[tokio::test]
async fn topic_keywords_are_segments_by_topic() {
    let app = App::test().await;
    app.make(
        "topics",
        "topic",
        &json!({"name": "Fruit", "searchkeywords": "apple OR pear"}),
    )
    .await;
    app.add(&[message("apple"), message("nut")]).await;
    let facet = app
        .facet(&json!({"key": null, "segmentation": {"field": "topic.keywords"}}))
        .await;
    assert_eq!(texts(&facet["segments"]), ["Fruit"]);
    assert_eq!(facet["data"], json!([[1]]));
}

#[tokio::test]
async fn values_are_counts_people_means_and_sums() {
    let app = App::test().await;
    let by = |id: &str, followers: i64, rating: f64| {
        message_with(
            "x",
            json!({"author": {"id": id, "name": id, "followers": followers}, "rating": rating, "date": {"published": "2026-11-21T19:00:00Z"}}),
        )
    };
    let first = app.add_one(by("ann", 10, 4.0)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let second = app.add_one(by("bob", 30, 5.0)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.add(&[by("ann", 10, 1.5)]).await;
    app.advance(HOUR_MS);
    app.update(&first, &json!({"status": "done"})).await;
    app.advance(HOUR_MS);
    app.update(
        &second,
        &json!({"assignees": [{"id": app.first.user_id.get()}], "status": "done"}),
    )
    .await;
    for (value, number) in [
        ("mentions", json!(3)),
        ("author_id_cardinality", json!(2)),
        ("followers", json!(50)),
        ("rating", json!(3.5)),
        ("resolve_time", json!(9_000)),
        ("assign_time", json!(10_800)),
        ("first_action_time", json!(9_000)),
        ("response_time", json!(0)),
    ] {
        let facet = app
            .facet(&json!({"key": null, "value": {"field": value}}))
            .await;
        assert_eq!(facet["data"], json!([[number]]), "{value}");
    }
    let wrong = json!([{"value": {"field": "luck"}}]).to_string();
    app.get("/{a}/insights/facets", &[("facetdefinitions", &wrong)])
        .await
        .assert_invalid("facetdefinitions[0].value.field");
}

#[tokio::test]
async fn several_definitions_are_answered_in_their_order() {
    let app = App::test().await;
    app.add(&[message("a")]).await;
    let definitions = json!([{"key": null, "segmentation": {"field": "status"}}, {"key": null}, {"key": {"field": "date.added", "grouping": "year"}}]);
    let answer = app
        .post_json(
            "/{a}/insights/facets",
            &json!({ "facetdefinitions": definitions }),
        )
        .await
        .response();
    assert_eq!(answer.as_array().unwrap().len(), 3);
    assert_eq!(answer[0]["segments"][0]["id"], "new");
    assert_eq!(answer[2]["keys"][0]["text"], "2026");
    let alone = app
        .post_json(
            "/{a}/insights/facets",
            &json!({"facetdefinitions": {"key": null, "type": "mentions"}}),
        )
        .await;
    assert_eq!(alone.response().as_array().unwrap().len(), 1);
    let many = json!(vec![json!({"key": null}); 51]);
    app.post_json("/{a}/insights/facets", &json!({ "facetdefinitions": many }))
        .await
        .assert_error(400, "limit_exceeded");
}

#[tokio::test]
async fn rows_and_columns_add_up_to_the_list() {
    let app = App::test().await;
    for (text, sentiment) in [
        ("a", "positive"),
        ("b", "negative"),
        ("c", "negative"),
        ("d", "unset"),
    ] {
        app.add(&[message_with(
            text,
            json!({"message": {"sentiment": sentiment}}),
        )])
        .await;
        app.advance(DAY_MS);
    }
    let facet = app
        .facet(&json!({"key": {"field": "date.added", "grouping": "day"}, "segmentation": {"field": "message.sentiment"}, "type": "mentions"}))
        .await;
    for (label, row) in texts(&facet["segments"])
        .iter()
        .zip(facet["data"].as_array().unwrap())
    {
        let sum: u64 = row
            .as_array()
            .unwrap()
            .iter()
            .map(|cell| cell.as_u64().unwrap())
            .sum();
        let filter = format!("sentiment:{label}");
        assert_eq!(
            sum,
            app.mentions(&[("filter", &filter)]).await.count(),
            "{label}"
        );
    }
}

#[tokio::test]
async fn filter_topics_and_window_narrow_what_is_counted() {
    let app = App::test().await;
    let other = app.make_topic("Other").await;
    app.add(&[
        message("apple"),
        message_with("apple", json!({"topic": {"id": other}})),
        message("pear"),
    ])
    .await;
    let count = async |more: &[(&str, &str)]| {
        app.facet_with(&json!({"key": null}), more).await["data"][0][0]
            .as_u64()
            .unwrap()
    };
    assert_eq!(count(&[]).await, 3);
    assert_eq!(count(&[("filter", "apple")]).await, 2);
    let other = other.to_string();
    assert_eq!(
        count(&[("filter", "apple"), ("topic_ids", &other)]).await,
        1
    );
    assert_eq!(count(&[("date_to", "2026-11-01")]).await, 0);
    let definitions = r#"[{"key":null}]"#;
    app.get(
        "/{a}/insights/facets",
        &[("facetdefinitions", definitions), ("filter", "foo:bar")],
    )
    .await
    .assert_invalid("filter");
}

#[tokio::test]
async fn cases_are_counted_apart_from_mentions() {
    let app = App::test().await;
    let case = message_with(
        "a case",
        json!({"source": {"category": "case", "service": "social_case"}}),
    );
    app.add(&[message("a"), message("b"), case]).await;
    for (kind, count) in [("mentions", 2), ("insights", 2), ("cases", 1)] {
        assert_eq!(
            app.facet(&json!({"key": null, "type": kind})).await["data"],
            json!([[count]]),
            "{kind}"
        );
    }
    let wrong = r#"[{"type":"rumours"}]"#;
    app.get("/{a}/insights/facets", &[("facetdefinitions", wrong)])
        .await
        .assert_invalid("facetdefinitions[0].type");
}

#[tokio::test]
async fn reading_is_enough_to_post_facets() {
    let app = App::test().await;
    let person = NewPerson {
        scopes: "accounts_read",
        ..NewPerson::with(&["api.read", "insights.read"])
    };
    let client = app.member(person).await.client;
    let answer = client
        .post_json(
            "/{a}/insights/facets",
            &json!({"facetdefinitions": [{"key": null}]}),
        )
        .await;
    assert_eq!(answer.response()[0]["data"], json!([[0]]));
}

#[tokio::test]
async fn a_table_with_too_many_columns_is_refused() {
    let app = App::test().await;
    app.add(&[message("a")]).await;
    let definitions = r#"[{"key":{"field":"date.added","grouping":"minute"}}]"#;
    let answer = app
        .get(
            "/{a}/insights/facets",
            &[
                ("facetdefinitions", definitions),
                ("date_from", "1970-01-01"),
            ],
        )
        .await;
    answer.assert_error(400, "invalid_parameter");
}
