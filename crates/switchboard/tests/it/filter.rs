//! The filter language through HTTP: what clients are known to send, what the API gives out, and
//! what a mistake is answered with.

use domain::time::MINUTE_MS;
use serde_json::{Value, json};

use crate::support::{App, message, message_with};

/// Messages that the strings below tell apart.
async fn world() -> App {
    let app = App::test().await;
    app.add(&[
        message_with("tweet by Guy Verhofstadt", json!({"source": {"service": "twitter", "profile": "48016"}, "message": {"language": "nl", "sentiment": "positive"}})),
        message_with("facebook post", json!({"source": {"service": "facebook", "category": "social", "profile": "48017"}, "message": {"language": "fr", "sentiment": "negative"}})),
        message_with("local news", json!({"source": {"category": "news_local"}, "message": {"title": "Word of the day"}})),
        message_with("a blog with Word", json!({"source": {"category": "blogs"}})),
        message_with("in the forum", json!({"source": {"category": "forums", "domain": "forum.example"}})),
    ])
    .await;
    app
}

#[tokio::test]
async fn every_filter_string_found_in_the_wild_is_understood() {
    let app = world().await;
    for (filter, found) in [
        ("(source:twitter)", vec!["tweet by Guy Verhofstadt"]),
        (
            "source:social",
            vec!["facebook post", "tweet by Guy Verhofstadt"],
        ),
        ("source:news", vec!["local news"]),
        ("source:blogs", vec!["a blog with Word"]),
        ("source:forums", vec!["in the forum"]),
        ("language:nl", vec!["tweet by Guy Verhofstadt"]),
        ("sentiment:positive", vec!["tweet by Guy Verhofstadt"]),
        ("sentiment:negative", vec!["facebook post"]),
        ("profile:48016", vec!["tweet by Guy Verhofstadt"]),
        ("content:Word", vec!["a blog with Word"]),
        (
            "(profile:48016 OR content:Guy Verhofstadt) AND sentiment:positive",
            vec!["tweet by Guy Verhofstadt"],
        ),
        ("contacttag:yourtagname", vec![]),
    ] {
        // What a tweet says is redacted, so the messages are counted and looked up otherwise.
        let answer = app
            .through_application(true)
            .await
            .mentions(&[("filter", filter)])
            .await;
        assert_eq!(answer.sorted_contents(), found, "{filter}");
    }
}

#[tokio::test]
async fn resolved_within_ninety_minutes_is_what_a_client_asks_for() {
    let app = App::test().await;
    let (old, new) = (app.add_text("old").await, app.add_text("new").await);
    app.update(&old, &json!({"status": "done"})).await;
    app.advance(91 * MINUTE_MS);
    app.update(&new, &json!({"status": "done"})).await;
    app.add(&[message("open")]).await;
    let filter = "status:alldone AND action_date_age:[0 TO 90]";
    assert_eq!(app.found(filter).await, ["new"]);
    assert_eq!(app.found("status:alldone").await, ["new", "old"]);
    assert_eq!(app.found("status:alltodo").await, ["open"]);
    app.advance(90 * MINUTE_MS);
    assert_eq!(app.found(filter).await, ["new"], "both ends belong to it");
    app.advance(MINUTE_MS);
    assert!(app.found(filter).await.is_empty());
}

#[tokio::test]
async fn operators_groups_phrases_ranges_and_wildcards_work_together() {
    let app = App::test().await;
    for (text, followers) in [
        ("red apple pie", 5),
        ("green apple", 50),
        ("apple red", 500),
        ("pear", 5_000),
    ] {
        app.add(&[message_with(
            text,
            json!({"author": {"name": "a", "followers": followers}}),
        )])
        .await;
    }
    for (filter, found) in [
        ("apple red", vec!["apple red", "red apple pie"]),
        ("\"red apple\"", vec!["red apple pie"]),
        ("apple AND NOT pie", vec!["apple red", "green apple"]),
        ("apple -pie", vec!["apple red", "green apple"]),
        ("pear OR pie", vec!["pear", "red apple pie"]),
        (
            "apple AND (green OR pie)",
            vec!["green apple", "red apple pie"],
        ),
        ("app*", vec!["apple red", "green apple", "red apple pie"]),
        ("APPLE gréén", vec!["green apple"]),
        ("followers:[50 TO 500]", vec!["apple red", "green apple"]),
        ("followers:[* TO 5]", vec!["red apple pie"]),
        ("followers:>=500", vec!["apple red", "pear"]),
        ("content:(pear OR green)", vec!["green apple", "pear"]),
        (
            "",
            vec!["apple red", "green apple", "pear", "red apple pie"],
        ),
    ] {
        assert_eq!(app.found(filter).await, found, "{filter}");
    }
}

#[tokio::test]
async fn filters_that_the_api_gives_out_are_taken_back_and_find_what_they_were_made_for() {
    let app = App::test().await;
    let odd = r#"VIP "gold" \ (1) AND é"#;
    app.add(&[
        message_with(
            "Hello @ann_b and #Größe!",
            json!({"tags": [odd], "source": {"service": "facebook"}}),
        ),
        message_with("nothing of it", json!({"tags": ["VIP"]})),
    ])
    .await;
    let tags = app.get("/{a}/settings/tags", &[]).await.data();
    let tag = tags.iter().find(|tag| tag["tag"] == odd).unwrap();
    let marked = ["Hello @ann_b and #Größe!"];
    assert_eq!(app.found(tag["filter"].as_str().unwrap()).await, marked);
    let old = app.mentions(&[("version", "20200930")]).await.data();
    let mention = old
        .iter()
        .find(|mention| mention["message"]["content"] == marked[0])
        .unwrap();
    let entities = &mention["message"]["entities"];
    for entity in [&entities["hashtag"][0], &entities["user"][0]] {
        let filter = entity["filter"].as_str().unwrap();
        assert_eq!(app.found(filter).await, marked, "{filter}");
        assert_eq!(
            app.found(&format!("({filter}) AND status:new")).await,
            marked,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn a_mistake_is_shown_with_its_place_and_what_may_have_been_meant() {
    let app = App::test().await;
    let detail = async |filter: &str| -> Value {
        let answer = app.mentions(&[("filter", filter)]).await;
        answer.assert_invalid("filter");
        answer.json()["error_details"][0].clone()
    };
    let key = detail("é AND sentimnt:positive").await;
    assert_eq!(
        (&key["found"], &key["start"], &key["end"]),
        (&json!("sentimnt"), &json!(6), &json!(14))
    );
    assert_eq!(key["suggestion"], "sentiment");
    let value = detail("sentiment:postive").await;
    assert_eq!(
        (&value["found"], &value["start"]),
        (&json!("postive"), &json!(10))
    );
    assert!(
        value["suggestion"].as_str().unwrap().contains("positive"),
        "{value}"
    );
    for (filter, start) in [
        ("(a", 0),
        ("a)", 1),
        ("a AND", 2),
        ("OR a", 0),
        ("\"a", 0),
        ("followers:[1 2]", 10),
        ("followers:many", 10),
        ("dateadd:soon", 8),
        ("tag:", 0),
        ("()", 0),
    ] {
        let detail = detail(filter).await;
        assert_eq!(detail["start"], start, "{filter}: {detail}");
        assert!(
            detail["end"].as_u64() >= detail["start"].as_u64(),
            "{filter}"
        );
        assert!(!detail["message"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_filter_as_long_or_deep_as_it_gets_is_answered_one_way_or_the_other() {
    let app = App::test().await;
    app.add(&[message("x")]).await;
    let long = vec!["x"; 3_000].join(" OR ");
    let deep = format!("{}x{}", "(".repeat(5_000), ")".repeat(5_000));
    for filter in [long, deep, "NOT ".repeat(5_000) + "x", "x*".repeat(2_000)] {
        let answer = app
            .post_json(
                "/{a}/insights/facets",
                &json!({"facetdefinitions": [{"key": null}], "filter": filter}),
            )
            .await;
        assert!(matches!(answer.status(), 200 | 400), "{}", answer.text());
    }
}

#[tokio::test]
async fn names_of_people_topics_and_tags_are_looked_up_in_the_account() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let user = app.first.user_id.get();
    app.update(
        &id,
        &json!({"assignees": [{"id": user}], "tags": ["Very Important"]}),
    )
    .await;
    for filter in [
        "assigned:me".to_owned(),
        format!("assigned:{user}"),
        "assignedto:\"Ines Morgado\"".to_owned(),
        "assigned:\"ines morgado\"".to_owned(),
        "tag:\"very important\"".to_owned(),
        "tag:very*".to_owned(),
        "topic:Support".to_owned(),
        format!("topic:{}", app.topic),
        "project:Northwind".to_owned(),
        format!("unique_id:{}_{id}", app.topic),
    ] {
        assert_eq!(app.found(&filter).await, ["x"], "{filter}");
    }
    for filter in [
        "assigned:none",
        "assigned:\"Nobody Here\"",
        "tag:unimportant",
        "topic:Sales",
        "team:1 assigned:me",
    ] {
        let answer = app.mentions(&[("filter", filter)]).await;
        assert!(answer.status() == 400 || answer.count() == 0, "{filter}");
    }
}
