//! Each row of the table of date versions, just below its boundary and at it.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{App, message, message_with};

/// A mention as a caller of this version sees it.
async fn seen(app: &App, id: &str, version: Option<&str>) -> Value {
    let query: Vec<(&str, &str)> = version
        .map(|version| ("version", version))
        .into_iter()
        .collect();
    app.get(&format!("/{{a}}/inbox/mention/{{t}}/{id}"), &query)
        .await
        .response()
}

#[tokio::test]
async fn a_version_is_eight_digits() {
    let app = App::test().await;
    for wrong in ["1", "2020-04-27", "v20200427", "202004277", "20200427.0"] {
        app.get("/me", &[("version", wrong)])
            .await
            .assert_invalid("version");
    }
    for right in ["20160101", "99991231", " 20200427 "] {
        assert_eq!(app.get("/me", &[("version", right)]).await.status(), 200);
    }
}

#[tokio::test]
async fn tags_have_a_status_since_20180115() {
    let app = App::test().await;
    app.make("tags", "tag", &json!({"tag": "vip"})).await;
    let status = async |query: &[(&str, &str)]| {
        // The document describes the newest shape only.
        let response = app
            .call(Method::GET, "/{a}/settings/tags")
            .query(query)
            .open()
            .await;
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        body["response"]["data"][0].get("status").cloned()
    };
    assert_eq!(status(&[("version", "20180114")]).await, None);
    assert_eq!(
        status(&[("version", "20180115")]).await,
        Some(json!("active"))
    );
    assert_eq!(status(&[]).await, Some(json!("active")));
}

#[tokio::test]
async fn private_tweets_name_their_profile_since_20180125() {
    let app = App::test().await;
    let tweet = |kind: &str| {
        message_with(
            "hi",
            json!({"message": {"type": kind}, "source": {"service": "twitter", "profile": "48016"}}),
        )
    };
    let id = app.add_one(tweet("privatemessage")).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        seen(&app, &id, Some("20180124")).await["source"].get("profile"),
        None
    );
    assert_eq!(
        seen(&app, &id, Some("20180125")).await["source"]["profile"],
        "48016"
    );
    assert_eq!(seen(&app, &id, None).await["source"]["profile"], "48016");
    let public = app.add_one(tweet("post")).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        seen(&app, &public, Some("20180124")).await["source"]["profile"],
        "48016"
    );
}

#[tokio::test]
async fn attachments_name_their_question_since_20180213() {
    let app = App::test().await;
    let answer = json!({"message": {"attachments": [{"type": "csat_answer", "question": "q1", "content": 4}]}});
    let id = app.add_one(message_with("good", answer)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let question = |mention: &Value| {
        mention["message"]["attachments"][0]
            .get("question")
            .cloned()
    };
    assert_eq!(question(&seen(&app, &id, Some("20180212")).await), None);
    assert_eq!(
        question(&seen(&app, &id, Some("20180213")).await),
        Some(json!("q1"))
    );
    assert_eq!(question(&seen(&app, &id, None).await), Some(json!("q1")));
}

#[tokio::test]
async fn unique_id_is_filled_in_since_20180406() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    assert_eq!(seen(&app, &id, Some("20180405")).await["unique_id"], "");
    let filled = format!("{}_{id}", app.topic);
    assert_eq!(seen(&app, &id, Some("20180406")).await["unique_id"], filled);
    assert_eq!(seen(&app, &id, None).await["unique_id"], filled);
}

#[tokio::test]
async fn only_assignees_are_left_when_20200427_is_asked_for() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let user = app.first.user_id.get();
    app.update(
        &id,
        &json!({"assignment": {"user_ids": [user], "comments": "please"}}),
    )
    .await;
    for version in [None, Some("20200426")] {
        let mention = seen(&app, &id, version).await;
        assert_eq!(
            mention["assignment"],
            json!({"user_ids": [user], "team_ids": [], "comments": "please"})
        );
        assert_eq!(mention["assignees"][0]["id"], user.to_string());
    }
    let mention = seen(&app, &id, Some("20200427")).await;
    assert_eq!(mention["assignment"], json!({"comments": "please"}));
    assert_eq!(
        mention["assignees"],
        json!([{"id": user.to_string(), "type": "user", "display_name": "Ines Morgado"}])
    );
}

#[tokio::test]
async fn entities_are_empty_since_20201001_but_for_trusted_applications() {
    let app = App::test().await;
    let id = app
        .add_text("Hello @ann, see https://example.com #Delay")
        .await;
    let old = seen(&app, &id, Some("20200930")).await["message"]["entities"].clone();
    assert_eq!(old["hashtag"][0]["text"], "Delay");
    assert_eq!(old["hashtag"][0]["indices"], json!([36, 42]));
    assert_eq!(old["url"][0]["long_url"], "https://example.com");
    assert_eq!(old["user"][0]["screen_name"], "ann");
    assert_eq!(
        seen(&app, &id, Some("20201001")).await["message"]["entities"],
        json!({})
    );
    assert_eq!(
        seen(&app, &id, None).await["message"]["entities"],
        json!({})
    );
    let trusted = app.through_application(true).await;
    assert_eq!(trusted.mention(&id).await["message"]["entities"], old);
    let other = app.through_application(false).await;
    assert_eq!(other.mention(&id).await["message"]["entities"], json!({}));
}

#[tokio::test]
async fn setting_the_present_status_again_is_an_error_since_20220930() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let new = json!({"status": "new"});
    app.try_update(&id, &new)
        .await
        .assert_invalid("updates.status");
    app.update_with(&id, &new, &[("version", "20220930")])
        .await
        .assert_invalid("updates.status");
    let before = app.head_of(app.account).await;
    let old = app.update_with(&id, &new, &[("version", "20220929")]).await;
    assert_eq!(old.response()["status"], "new");
    assert_eq!(app.head_of(app.account).await, before, "nothing changed");
}

#[tokio::test]
async fn letters_are_written_as_they_are_since_20221028() {
    let app = App::test().await;
    app.add(&[message("Größe 日本 🚆 a/b")]).await;
    let raw = app.mentions(&[]).await;
    assert!(raw.text().contains("Größe 日本 🚆 a/b"));
    let new = app.mentions(&[("version", "20221028")]).await;
    assert!(new.text().contains("Größe 日本 🚆 a/b"));
    let old = app.mentions(&[("version", "20221027")]).await;
    assert!(
        old.text()
            .contains(r"Gr\u00f6\u00dfe \u65e5\u672c \ud83d\ude86 a\/b"),
        "{}",
        old.text()
    );
    assert!(old.text().is_ascii());
    assert_eq!(old.contents(), raw.contents());
    let error = app
        .mentions(&[("version", "20221027"), ("filter", "sentiment:größe")])
        .await;
    assert!(
        error.status() == 400 && error.text().is_ascii(),
        "{}",
        error.text()
    );
}
