//! Networks whose terms forbid to pass their messages on: identifiers only, but for applications
//! that the operator trusts.

use serde_json::{Value, json};

use crate::support::{App, message_with};

const SECRETS: &[&str] = &[
    "the words of a post",
    "headline",
    "Ann Other",
    "annie",
    "https://people.example",
    "https://x.example/status/7",
    "Phone app",
    "pictures.example",
    "Gent",
];

fn post(service: &str) -> Value {
    message_with(
        "the words of a post",
        json!({
            "message": {"title": "headline", "language": "en", "sentiment": "negative", "attachments": [{"type": "photo", "url": "https://pictures.example/1.jpg"}]},
            "author": {"name": "annie", "fullname": "Ann Other", "id": "77", "url": "https://people.example/annie", "img": "https://people.example/annie.png"},
            "original_author": {"name": "annie", "id": "78"},
            "source": {"service": service, "id": "1700", "url": "https://x.example/status/7", "domain": "x.example", "application": "Phone app", "in_reply_to_message_id": "1699", "thread_id": "1600"},
            "location": {"city": "Gent", "country": "BE"},
            "tags": ["FR"],
            "date": {"published": "2026-11-20"},
        }),
    )
}

#[tokio::test]
async fn twitter_youtube_and_tiktok_give_identifiers_and_our_own_data_only() {
    let app = App::test().await;
    for service in ["twitter", "youtube", "tiktok"] {
        let mention = app.add_one(post(service)).await;
        let text = mention.to_string();
        for secret in SECRETS {
            assert!(!text.contains(secret), "{service} tells {secret}: {text}");
        }
        assert_eq!(
            mention["message"],
            json!({"language": "en", "sentiment": "negative"})
        );
        assert_eq!(mention["author"], json!({"id": "77", "managed": false}));
        assert_eq!(mention["original_author"], json!({"id": "78"}));
        assert_eq!(mention["source"]["id"], "1700");
        assert_eq!(mention["source"]["in_reply_to_message_id"], "1699");
        assert_eq!(mention["source"]["domain"], "x.example");
        assert_eq!(mention["date"].get("published"), None);
        assert_eq!(mention["tags"], json!(["FR"]));
        let id = mention["id"].as_str().unwrap();
        for (path, query) in [
            (
                format!("/{{a}}/inbox/mention/{{t}}/{id}"),
                vec![("format", "xml")],
            ),
            (
                format!("/{{a}}/inbox/mention/{{t}}/{id}"),
                vec![("version", "20180101")],
            ),
            ("/{a}/inbox/mentions".to_owned(), vec![("format", "xml")]),
        ] {
            let text = app.get(&path, &query).await.text().to_owned();
            assert!(
                SECRETS.iter().all(|secret| !text.contains(secret)),
                "{path}: {text}"
            );
        }
        let updated = app.update(id, &json!({"status": "done"})).await.to_string();
        assert!(
            SECRETS.iter().all(|secret| !updated.contains(secret)),
            "{updated}"
        );
    }
}

#[tokio::test]
async fn other_services_and_trusted_applications_get_everything() {
    let app = App::test().await;
    let facebook = app.add_one(post("facebook")).await;
    assert_eq!(facebook["message"]["content"], "the words of a post");
    let tweet = app.add_one(post("twitter")).await;
    let trusted = app.through_application(true).await;
    let seen = trusted.mention(tweet["id"].as_str().unwrap()).await;
    assert_eq!(seen["message"]["content"], "the words of a post");
    assert_eq!(seen["author"]["fullname"], "Ann Other");
    let other = app.through_application(false).await;
    assert_eq!(
        other.mention(tweet["id"].as_str().unwrap()).await["message"].get("content"),
        None
    );
}
