use domain::attachment::AttachmentType;
use domain::mention::Location;
use serde_json::json;

use super::*;

#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write the value in place"
)]
fn one(item: Value) -> NewItem {
    let mut items = read(Field::new("mentions", json!([item])), None).unwrap();
    assert_eq!(items.len(), 1);
    items.remove(0)
}

/// The field and the reason of the error.
fn wrong(value: Value) -> (String, String) {
    match read(Field::new("mentions", value), None) {
        Err(Error::Invalid { field, reason, .. }) => (field, reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_item_shaped_like_a_mention_is_read_whole() {
    let item = one(json!({
        "topic": { "id": 7, "name": "ignored" },
        "status": "pending",
        "priority": { "id": 9 },
        "message": {
            "title": "Late", "content": "The <b>train</b> was late", "language": "nl",
            "sentiment": "negative", "type": "review",
            "attachments": [{ "type": "photo", "url": "https://e.com/a.jpg", "title": "A" }]
        },
        "author": {
            "id": 12, "name": "anna", "fullname": "Anna E.", "url": "https://e.com/anna",
            "img": "https://e.com/anna.jpg", "managed": true, "followers": "120",
            "location": "Ghent", "description": "Rides trains", "website": "https://anna.example"
        },
        "original_author": { "name": "bob" },
        "source": {
            "id": "m-1", "url": "https://e.com/1", "domain": "e.com", "category": "reviews",
            "service": "web", "type": "SearchProviderFacebook", "thread_id": "t",
            "in_reply_to_message_id": "m-0", "application": "Form", "profile": "p",
            "profile_name": "P"
        },
        "location": {
            "continent": "eu", "country": "be", "region": "Flanders", "city": "Ghent",
            "longitude": "3.7", "latitude": 51
        },
        "tags": ["vip", 5],
        "date": { "added": 1, "published": 1_795_000_000 },
        "rating": "4.5",
        "extra_attributes": [{ "id": "a", "name": "A", "value": 1 }],
        "service_details": { "type": "app_details", "app_id": "x", "other": "y" },
        "action_links": [], "unknown": { "kept": false }
    }));
    let (draft, source) = (&item.draft, &item.draft.source);
    assert_eq!(item.topic_id, TopicId(7));
    assert_eq!(
        (item.status, item.priority),
        (Some(Status::Pending), Priority::new(9))
    );
    assert_eq!(draft.format, TextFormat::Html);
    assert_eq!(draft.title.as_deref(), Some("Late"));
    assert_eq!(draft.sentiment, Some(Sentiment::Negative));
    assert_eq!(draft.message_type, Some(MessageType::Review));
    assert_eq!(draft.language, Language::parse("nl"));
    assert_eq!(
        (draft.author.id.as_deref(), draft.author.followers),
        (Some("12"), Some(120))
    );
    assert!(!draft.author.managed);
    assert_eq!(
        [
            draft.author.location.as_deref(),
            draft.author.bio.as_deref(),
            draft.author.website.as_deref()
        ],
        [
            Some("Ghent"),
            Some("Rides trains"),
            Some("https://anna.example")
        ]
    );
    assert_eq!(
        draft
            .original_author
            .as_ref()
            .and_then(|by| by.name.as_deref()),
        Some("bob")
    );
    assert_eq!(
        (source.service, source.category),
        (Service::Web, Category::Reviews)
    );
    assert_eq!(source.provider, Provider::SearchProviderApi);
    assert_eq!(source.in_reply_to.as_deref(), Some("m-0"));
    assert_eq!(draft.location.country.as_deref(), Some("BE"));
    assert_eq!(draft.location.longitude, Some(3.7));
    assert_eq!(draft.tags, ["vip", "5"]);
    assert_eq!(draft.published_at, Some(UnixMillis(1_795_000_000_000)));
    assert_eq!(draft.rating, Some(4.5));
    assert_eq!(draft.extra_attributes[0].value, "1");
    assert_eq!(draft.attachments[0].kind, AttachmentType::Photo);
    let details = draft.service_details.as_ref().unwrap();
    assert_eq!(details.fields, [("app_id".to_owned(), "x".to_owned())]);
}

#[test]
fn what_programs_plausibly_write_is_understood() {
    let flat = one(json!({
        "topic_id": "7", "content": "hello", "title": "T", "url": "https://e.com", "author_name": "anna",
        "source_id": 5, "published_at": "2026-11-20T10:00:00Z", "tags": "a, b", "language": "nl-BE",
        "extra_attributes": { "order": 17 }, "attachments": ["https://e.com/x"]
    }));
    assert_eq!(flat.topic_id, TopicId(7));
    assert_eq!(flat.draft.content, "hello");
    assert_eq!(flat.draft.source.id.as_deref(), Some("5"));
    assert_eq!(flat.draft.source.service, Service::Custom);
    assert_eq!(flat.draft.source.category, Category::Conversations);
    assert_eq!(flat.draft.author.name.as_deref(), Some("anna"));
    assert_eq!(flat.draft.tags, ["a", "b"]);
    assert_eq!(flat.draft.language, Language::parse("nl"));
    assert_eq!(flat.draft.extra_attributes[0].name, "order");
    assert_eq!(
        flat.draft.attachments[0].url.as_deref(),
        Some("https://e.com/x")
    );
    assert!(flat.draft.published_at.is_some());
    let short = one(
        json!({ "topic": 7, "message": "hi", "author": "anna", "date": 1_795_000_000_123_i64 }),
    );
    assert_eq!(
        (
            short.draft.content.as_str(),
            short.draft.author.name.as_deref()
        ),
        ("hi", Some("anna"))
    );
    assert_eq!(
        short.draft.published_at,
        Some(UnixMillis(1_795_000_000_123))
    );
    let php = one(
        json!({ "topic": { "id": "7" }, "message": { "content": "x" }, "author": [], "location": [], "date": { "published": "" }, "priority": "" }),
    );
    assert_eq!(
        (php.draft.location, php.priority),
        (Location::default(), None)
    );
    let single = read(
        Field::new("mentions", json!({ "message": { "content": "x" } })),
        Some(TopicId(3)),
    );
    assert_eq!(single.unwrap()[0].topic_id, TopicId(3));
    let numbered = read(
        Field::new("mentions", json!({ "0": { "topic": 1, "content": "x" } })),
        None,
    );
    assert_eq!(numbered.unwrap().len(), 1);
}

#[test]
fn errors_name_the_item_and_the_member_and_say_what_was_expected() {
    let good = json!({ "topic": { "id": 1 }, "message": { "content": "x" } });
    for (bad, field, reason) in [
        (
            json!({ "message": { "content": "x" } }),
            "topic.id",
            "required",
        ),
        (
            json!({ "topic": { "id": "x1" }, "content": "x" }),
            "topic.id",
            "number of a topic",
        ),
        (json!({ "topic": 1 }), "message.content", "required"),
        (
            json!({ "topic": 1, "message": { "content": "  " } }),
            "message.content",
            "required",
        ),
        (
            json!({ "topic": 1, "message": { "content": ["x"] } }),
            "message.content",
            "text",
        ),
        (
            json!({ "topic": 1, "message": { "content": "x", "language": "xx" } }),
            "message.language",
            "ISO 639-1",
        ),
        (
            json!({ "topic": 1, "message": { "content": "x", "sentiment": "angry" } }),
            "message.sentiment",
            "positive",
        ),
        (
            json!({ "topic": 1, "message": { "content": "x", "type": "shout" } }),
            "message.type",
            "post",
        ),
        (
            json!({ "topic": 1, "content": "x", "source": { "category": "y" } }),
            "source.category",
            "forums",
        ),
        (
            json!({ "topic": 1, "content": "x", "status": "open" }),
            "status",
            "new, pending, done",
        ),
        (
            json!({ "topic": 1, "content": "x", "priority": 11 }),
            "priority",
            "0 to 10",
        ),
        (
            json!({ "topic": 1, "content": "x", "date": { "published": "soon" } }),
            "date.published",
            "ISO 8601",
        ),
        (
            json!({ "topic": 1, "content": "x", "location": { "country": "Belgium" } }),
            "location.country",
            "two-letter",
        ),
        (
            json!({ "topic": 1, "content": "x", "location": { "continent": "XX" } }),
            "location.continent",
            "EU",
        ),
        (
            json!({ "topic": 1, "content": "x", "location": { "longitude": 200, "latitude": 1 } }),
            "location.longitude",
            "180",
        ),
        (
            json!({ "topic": 1, "content": "x", "location": { "longitude": 20 } }),
            "location.latitude",
            "required",
        ),
        (
            json!({ "topic": 1, "content": "x", "rating": "good" }),
            "rating",
            "number",
        ),
        (
            json!({ "topic": 1, "content": "x", "tags": [["a"]] }),
            "tags[0]",
            "text",
        ),
        (
            json!({ "topic": 1, "content": "x", "attachments": [{ "type": "hat" }] }),
            "attachments[0].type",
            "photo",
        ),
    ] {
        let (path, why) = wrong(json!([good, bad]));
        assert_eq!(path, format!("mentions[1].{field}"));
        assert!(why.contains(reason), "{field}: {why}");
    }
    assert_eq!(wrong(json!("x")).0, "mentions");
    assert_eq!(wrong(json!([])).0, "mentions");
    assert_eq!(wrong(json!([5])).0, "mentions[0]");
    let many = Value::Array(vec![good; 501]);
    assert!(matches!(
        read(Field::new("mentions", many), None),
        Err(Error::TooMany {
            limit: 500,
            given: 501,
            ..
        })
    ));
}
