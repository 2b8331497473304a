//! `inbox/add`: messages that programs bring.

use serde_json::{Value, json};

use crate::support::{App, Client, NewPerson, message, message_with};

async fn try_add(client: &Client, items: &Value) -> crate::support::Answer {
    client
        .post_json("/{a}/inbox/add", &json!({ "mentions": items }))
        .await
}

fn placed(app: &App, item: Value) -> Value {
    let mut item = item;
    item["topic"] = json!({"id": app.topic});
    item
}

#[tokio::test]
async fn an_item_shaped_like_a_mention_becomes_that_mention() {
    let app = App::test().await;
    let mention = app
        .add_one(json!({
            "message": {
                "title": "Broken lamp",
                "content": "It <b>arrived</b> broken #fail",
                "language": "en",
                "sentiment": "negative",
                "type": "review",
                "attachments": [{"type": "photo", "url": "https://pictures.example/1.jpg", "title": "The lamp"}],
            },
            "author": {"name": "ann", "fullname": "Ann Other", "id": "a-7", "url": "https://people.example/ann", "img": "https://people.example/ann.png", "followers": 12},
            "source": {"id": "r-1", "url": "https://shop.example/r/1", "domain": "shop.example", "category": "reviews", "service": "custom", "thread_id": "t-1", "in_reply_to_message_id": "r-0"},
            "location": {"continent": "EU", "country": "BE", "city": "Gent", "longitude": 3.7, "latitude": 51.0},
            "tags": ["lamp", "Broken"],
            "date": {"published": "2026-11-20T10:00:00Z"},
            "priority": {"id": 8},
            "status": "pending",
            "extra_attributes": [{"id": "order", "name": "Order", "value": "4711"}],
            "rating": 2,
        }))
        .await;
    assert_eq!(mention["message"]["title"], "Broken lamp");
    assert_eq!(
        mention["message"]["stripped_content"],
        "It arrived broken #fail"
    );
    assert_eq!(mention["message"]["language"], "en");
    assert_eq!(mention["message"]["sentiment"], "negative");
    assert_eq!(mention["message"]["type"], "review");
    assert_eq!(
        mention["message"]["attachments"][0]["url"],
        "https://pictures.example/1.jpg"
    );
    assert_eq!(
        mention["author"],
        json!({"name": "ann", "fullname": "Ann Other", "id": "a-7", "url": "https://people.example/ann", "img": "https://people.example/ann.png", "managed": false})
    );
    assert_eq!(
        mention["source"],
        json!({"category": "reviews", "service": "custom", "type": "SearchProviderApi", "id": "r-1", "in_reply_to_message_id": "r-0", "thread_id": "t-1", "domain": "shop.example", "url": "https://shop.example/r/1"})
    );
    assert_eq!(mention["location"]["city"], "Gent");
    let mut tags: Vec<&str> = mention["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag.as_str().unwrap())
        .collect();
    tags.sort_unstable();
    assert_eq!(tags, ["Broken", "lamp"]);
    assert_eq!(
        mention["date"],
        json!({"added": 1_795_291_200, "published": 1_795_168_800})
    );
    assert_eq!(mention["priority"]["id"], 8);
    assert_eq!(mention["status"], "pending");
    assert_eq!(
        mention["extra_attributes"],
        json!([{"id": "order", "name": "Order", "value": "4711"}])
    );
    assert_eq!(mention["topic"]["name"], "Support");
    assert_eq!(mention["project"]["name"], "Northwind");
    let id = mention["id"].as_str().unwrap();
    assert_eq!(id.len(), 17);
    assert_eq!(mention["unique_id"], format!("{}_{id}", app.topic));
    assert_eq!(
        mention["permalink"],
        format!(
            "https://switchboard.example/app/messages/{}/permalink/{}/{id}/",
            app.account, app.topic
        )
    );
}

#[tokio::test]
async fn topic_and_content_are_enough() {
    let app = App::test().await;
    let mention = app.add_one(message("hello")).await;
    assert_eq!(mention["source"]["type"], "SearchProviderApi");
    assert_eq!(mention["source"]["service"], "custom");
    assert_eq!(mention["status"], "new");
    assert_eq!(mention["message"]["sentiment"], "unset");
    assert_eq!(
        mention["message"]["language"],
        Value::Null,
        "one word tells no language"
    );
    assert_eq!(mention["actions"], json!([]));
    assert_eq!(mention["assignees"], json!([]));
    assert_eq!(mention["handled_by"], Value::Null);
    assert_eq!(mention["timestamps"], json!({"handle_time": 0}));
    for absent in ["location", "tags", "priority", "todos", "part_of_cases"] {
        assert!(mention.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn what_programs_plausibly_write_instead_is_understood() {
    let app = App::test().await;
    let topic = app.topic;
    for (item, content) in [
        (json!({"topic": topic, "message": {"content": "a"}}), "a"),
        (
            json!({"topic_id": topic.to_string(), "message": {"content": "b"}}),
            "b",
        ),
        (
            json!({"topic": {"id": topic.to_string()}, "message": {"content": "c"}}),
            "c",
        ),
        (json!({"topic": {"id": topic}, "message": "d"}), "d"),
        (json!({"topic_id": topic, "content": "e"}), "e"),
    ] {
        app.advance(1_000);
        assert_eq!(
            try_add(&app, &json!([item])).await.response(),
            true,
            "{item}"
        );
        assert_eq!(app.mentions(&[("limit", "1")]).await.contents(), [content]);
    }
    // A topic beside the list is that of every item without one.
    let elsewhere = app.make_topic("Elsewhere").await;
    let both = json!({
        "topic_id": topic,
        "mentions": [{"content": "here"}, {"content": "there", "topic": {"id": elsewhere}}],
    });
    app.post_json("/{a}/inbox/add", &both).await.response();
    assert_eq!(
        app.mentions(&[("topic_ids", &topic.to_string()), ("limit", "1")])
            .await
            .contents(),
        ["here"]
    );
    assert_eq!(
        app.in_topic(elsewhere)
            .mentions(&[("topic_ids", &elsewhere.to_string())])
            .await
            .contents(),
        ["there"]
    );
    // One alone is a list of one.
    try_add(
        &app,
        &json!({"topic": topic, "message": {"content": "alone"}}),
    )
    .await
    .response();
    assert_eq!(app.mentions(&[("filter", "alone")]).await.count(), 1);
}

#[tokio::test]
async fn up_to_500_are_taken_and_501_are_not() {
    let app = App::test().await;
    let items: Vec<Value> = (0..501)
        .map(|n| placed(&app, message(&format!("m{n}"))))
        .collect();
    let refused = try_add(&app, &json!(items)).await;
    refused.assert_error(400, "limit_exceeded");
    assert_eq!(app.mentions(&[]).await.count(), 0);
    assert_eq!(try_add(&app, &json!(items[..500])).await.response(), true);
    assert_eq!(app.mentions(&[("limit", "0")]).await.count(), 500);
    try_add(&app, &json!([])).await.assert_invalid("mentions");
}

#[tokio::test]
async fn one_wrong_item_and_none_is_added_and_it_is_named() {
    let app = App::test().await;
    let good = placed(&app, message("good"));
    let with = |more: Value| placed(&app, message_with("x", more));
    for (wrong, parameter) in [
        (message("no topic"), "mentions[1].topic.id"),
        (
            json!({"topic": {"id": 999}, "message": {"content": "x"}}),
            "mentions[1].topic.id",
        ),
        (placed(&app, json!({})), "mentions[1].message.content"),
        (
            placed(&app, json!({"message": {"content": "  "}})),
            "mentions[1].message.content",
        ),
        (
            with(json!({"message": {"sentiment": "angry"}})),
            "mentions[1].message.sentiment",
        ),
        (
            with(json!({"message": {"type": "telegram"}})),
            "mentions[1].message.type",
        ),
        (
            with(json!({"source": {"service": "myspace"}})),
            "mentions[1].source.service",
        ),
        (
            with(json!({"source": {"category": "rumours"}})),
            "mentions[1].source.category",
        ),
        (with(json!({"status": "open"})), "mentions[1].status"),
        (
            with(json!({"priority": {"id": 11}})),
            "mentions[1].priority.id",
        ),
        (
            with(json!({"date": {"published": "tomorrow"}})),
            "mentions[1].date.published",
        ),
        (
            with(json!({"date": {"published": 4_102_444_800i64}})),
            "mentions[1].date.published",
        ),
        (
            with(json!({"location": {"latitude": 91, "longitude": 0}})),
            "mentions[1].location.latitude",
        ),
        (
            with(json!({"location": {"country": "Belgium"}})),
            "mentions[1].location.country",
        ),
        (
            with(json!({"author": {"name": "n".repeat(2_000)}})),
            "mentions[1].author.name",
        ),
        (with(json!({"tags": [""]})), "mentions[1].tags[0]"),
    ] {
        try_add(&app, &json!([good, wrong]))
            .await
            .assert_invalid(parameter);
    }
    try_add(&app, &json!([good, 7]))
        .await
        .assert_error(400, "invalid_parameter");
    try_add(&app, &json!("text"))
        .await
        .assert_error(400, "invalid_parameter");
    assert_eq!(app.mentions(&[]).await.count(), 0);
}

#[tokio::test]
async fn every_text_of_a_mention_has_a_length_and_one_more_character_is_refused_by_name() {
    let app = App::test().await;
    for (member, most) in [
        ("message.title", 1_000),
        ("message.content", 100_000),
        ("source.id", 2_048),
        ("source.thread_id", 2_048),
        ("source.in_reply_to_message_id", 2_048),
        ("source.profile", 2_048),
        ("source.url", 4_096),
        ("source.domain", 255),
        ("source.application", 255),
        ("author.name", 255),
        ("author.fullname", 255),
        ("author.location", 255),
        ("author.id", 2_048),
        ("author.bio", 2_000),
        ("author.url", 4_096),
        ("author.img", 4_096),
        ("author.website", 4_096),
        ("original_author.name", 255),
        ("location.region", 255),
        ("location.city", 255),
    ] {
        let (object, name) = member.split_once('.').unwrap();
        let of_length = |length: usize| {
            // An address is an address however long it is.
            let text = if matches!(name, "url" | "img" | "website") {
                format!("http://a.example/{}", "é".repeat(length - 17))
            } else {
                "é".repeat(length)
            };
            placed(
                &app,
                message_with("a message", json!({ object: { name: text } })),
            )
        };
        let answer = try_add(&app, &json!([of_length(most + 1)])).await;
        answer.assert_invalid(&format!("mentions[0].{member}"));
        let expected = format!("expected at most {most} characters");
        assert!(answer.text().contains(&expected), "{}", answer.text());
        app.add(&[of_length(most)]).await;
        let added = app.mentions(&[("limit", "1")]).await;
        let shown = added.data()[0].to_string();
        // Not everything is shown; what is an address may be dropped where it is read.
        if matches!(name, "url" | "img") {
            assert_eq!(shown.matches('é').count(), most - 17, "{member}");
        }
    }
}

#[tokio::test]
async fn every_text_of_a_part_has_a_length_and_one_more_character_is_refused_by_name() {
    let app = App::test().await;
    let long = |length: usize| "é".repeat(length);
    for (member, most, parts) in [
        ("attachments", 1_000, &["title", "caption", "question"][..]),
        ("attachments", 10_000, &["description", "content"]),
        ("extra_attributes", 255, &["id", "name"]),
        ("extra_attributes", 10_000, &["value"]),
        ("buttons", 255, &["id", "label"]),
        ("clicked_buttons", 255, &["id", "label"]),
        ("clicked_buttons", 10_000, &["payload"]),
    ] {
        for part in parts {
            let with = |text: String| {
                let mut fields = json!({"type": "other", "id": "a", "name": "b"});
                if member == "attachments" {
                    fields = json!({"type": "other", "title": "b"});
                }
                fields[part] = text.into();
                placed(&app, message_with("a message", json!({ member: [fields] })))
            };
            let answer = try_add(&app, &json!([with(long(most + 1))])).await;
            answer.assert_invalid(&format!("mentions[0].{member}[0].{part}"));
            let answer = try_add(&app, &json!([with(long(most))])).await;
            assert_eq!(answer.status(), 200, "{}", answer.text());
        }
    }
    for (member, item) in [
        (
            "attachments[0].image",
            json!({"attachments": [{"image": format!("http://a.example/{}", long(4_080))}]}),
        ),
        (
            "attachments[0].content",
            json!({"attachments": [{"type": "other", "content": {"a": 1}}]}),
        ),
        (
            "service_details.app_name",
            json!({"service_details": {"type": "app_details", "app_name": long(10_001)}}),
        ),
    ] {
        let answer = try_add(&app, &json!([placed(&app, message_with("m", item))])).await;
        answer.assert_invalid(&format!("mentions[0].{member}"));
    }
}

#[tokio::test]
async fn the_same_source_id_is_added_once_within_its_topic() {
    let app = App::test().await;
    let item = |content: &str| message_with(content, json!({"source": {"id": "form-1"}}));
    app.add(&[item("first"), item("twice in one batch")]).await;
    app.add(&[item("again"), message("new beside it")]).await;
    assert_eq!(
        app.mentions(&[]).await.sorted_contents(),
        ["first", "new beside it"]
    );
    let other = app.make_topic("Other").await;
    app.in_topic(other).add(&[item("elsewhere")]).await;
    assert_eq!(app.mentions(&[]).await.count(), 3);
}

#[tokio::test]
async fn unknown_tags_are_made_by_who_may_make_them() {
    let app = App::test().await;
    app.add(&[message_with("x", json!({"tags": ["Fresh"]}))])
        .await;
    let tags = app.get("/{a}/settings/tags", &[]).await.data();
    assert_eq!(tags[0]["tag"], "Fresh");
    app.add(&[message_with("y", json!({"tags": [" fresh "]}))])
        .await;
    assert_eq!(
        app.get("/{a}/settings/tags", &[]).await.count(),
        1,
        "case and space do not count"
    );
    let member = app.member(NewPerson::without("tags.create")).await.client;
    member
        .add(&[message_with("z", json!({"tags": ["FRESH"]}))])
        .await;
    let items = json!([placed(
        &app,
        message_with("w", json!({"tags": ["Fresher"]}))
    )]);
    let refused = member
        .post_json("/{a}/inbox/add", &json!({ "mentions": items }))
        .await;
    refused.assert_error(403, "no_permission");
    assert_eq!(app.mentions(&[]).await.count(), 3);
}

#[tokio::test]
async fn adding_asks_for_what_an_update_of_the_same_member_asks_for() {
    let app = App::test().await;
    app.add(&[message_with("x", json!({"tags": ["known"]}))])
        .await;
    let bare = app
        .member(NewPerson::with(&["api.read", "inbox.read"]))
        .await;
    bare.client.add(&[message("plain")]).await;
    for (member, permission) in [
        (json!({"status": "pending"}), "status.update"),
        (json!({"priority": 9}), "properties.update"),
        (
            json!({"message": {"content": "w", "sentiment": "negative"}}),
            "sentiment.update",
        ),
        (json!({"sentiment": "negative"}), "sentiment.update"),
        (
            json!({"message": {"content": "w", "language": "nl"}}),
            "properties.update",
        ),
        (json!({"location": {"country": "BE"}}), "properties.update"),
        (json!({"tags": ["known"]}), "tags.update"),
    ] {
        let items = json!([
            placed(&app, message("fine")),
            placed(&app, message_with("w", member.clone()))
        ]);
        let refused = try_add(&bare.client, &items).await;
        refused.assert_error(403, "no_permission");
        assert!(
            refused.text().contains(permission),
            "{member}: {}",
            refused.text()
        );
    }
    assert_eq!(app.mentions(&[]).await.count(), 2);

    // What is done is resolved, and who may not resolve what is not theirs adds nothing resolved.
    let careful = app
        .member(NewPerson::without("inbox.unassigned_resolve_reply"))
        .await;
    let done = json!([placed(&app, message_with("w", json!({"status": "done"})))]);
    let refused = try_add(&careful.client, &done).await;
    refused.assert_error(403, "no_permission");
    assert!(refused.text().contains("inbox.unassigned_resolve_reply"));

    let blind = app.member(NewPerson::without("inbox.read")).await;
    let refused = try_add(&blind.client, &json!([placed(&app, message("w"))])).await;
    refused.assert_error(403, "no_permission");
    assert!(refused.text().contains("inbox.read"));
    assert_eq!(app.mentions(&[]).await.count(), 2);
}

#[tokio::test]
async fn a_mention_has_two_hundred_tags_however_it_gets_them() {
    let app = App::test().await;
    let names = |count: usize| -> Vec<String> { (0..count).map(|n| format!("tag {n}")).collect() };
    let items = json!([placed(&app, message_with("x", json!({"tags": names(201)})))]);
    try_add(&app, &items)
        .await
        .assert_invalid("mentions[0].tags");
    assert_eq!(app.get("/{a}/settings/tags", &[]).await.count(), 0);
    let id = app.add_text("x").await;
    app.try_update(&id, &json!({"tags": names(201)}))
        .await
        .assert_invalid("updates.tags");
    assert_eq!(app.get("/{a}/settings/tags", &[]).await.count(), 0);
    app.add(&[message_with("y", json!({"tags": names(200)}))])
        .await;
    app.update(&id, &json!({"tags": names(200)})).await;
}

#[tokio::test]
async fn html_is_made_harmless_and_kept_readable() {
    let app = App::test().await;
    let html = "<p>Hi <script>alert(1)</script><a href=\"javascript:alert(2)\" onclick=\"x()\">there</a> &amp; bye</p>";
    let mention = app.add_one(message(html)).await;
    let content = mention["message"]["content"].as_str().unwrap();
    for harmful in ["script", "onclick", "javascript:"] {
        assert!(!content.contains(harmful), "{content}");
    }
    assert_eq!(mention["message"]["stripped_content"], "Hi there & bye");
    let plain = app.add_one(message("2 < 3 && 5 > 4")).await;
    assert_eq!(plain["message"]["stripped_content"], "2 < 3 && 5 > 4");
}

#[tokio::test]
async fn the_language_is_told_where_there_is_enough_text() {
    let app = App::test().await;
    for (text, language) in [
        (
            "Waar blijft mijn pakje? Ik wacht nu al drie weken op de levering.",
            json!("nl"),
        ),
        (
            "Where is my parcel? I have been waiting for three weeks already.",
            json!("en"),
        ),
        ("ok", Value::Null),
        ("12345 !!!", Value::Null),
    ] {
        assert_eq!(
            app.add_one(message(text)).await["message"]["language"],
            language,
            "{text}"
        );
    }
}

#[tokio::test]
async fn nobody_can_claim_to_be_one_of_the_own_profiles() {
    let app = App::test().await;
    let item = message_with("x", json!({"author": {"name": "us", "managed": true}}));
    assert_eq!(app.add_one(item).await["author"]["managed"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_many_add_at_once_is_all_there() {
    let app = App::test().await;
    let tasks: Vec<_> = (0..16)
        .map(|task| {
            let client = (*app).clone();
            tokio::spawn(async move {
                for number in 0..5 {
                    client.add(&[message(&format!("{task} {number}"))]).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let list = app.mentions(&[("limit", "100")]).await;
    assert_eq!(list.count(), 80);
    let mut ids = list.ids();
    ids.dedup();
    assert_eq!(ids.len(), 80);
}
