//! `settings/topics` and `settings/topic`.

use serde_json::{Value, json};

use crate::support::{App, NewPerson};

#[tokio::test]
async fn a_topic_is_made_read_changed_and_removed() {
    let app = App::test().await;
    let topic = app
        .make(
            "topics",
            "topic",
            &json!({"name": " Lamps ", "searchkeywords": "lamp OR light"}),
        )
        .await;
    assert_eq!(topic["name"], "Lamps");
    assert_eq!(topic["searchkeywords"], "lamp OR light");
    assert_eq!(topic["monitoredprofiles"], json!([]));
    let path = format!("/{{a}}/settings/topic/{}", topic["id"]);
    assert_eq!(app.get(&path, &[]).await.response(), topic);
    let renamed = app
        .post_form(&path, &[("updates", r#"{"name":"Lights"}"#)])
        .await
        .response();
    assert_eq!(
        (renamed["name"].as_str(), renamed["searchkeywords"].as_str()),
        (Some("Lights"), Some("lamp OR light"))
    );
    let open = app
        .post_form(&path, &[("updates", r#"{"searchkeywords":null}"#)])
        .await
        .response();
    assert_eq!(open.get("searchkeywords"), None);
    let list = app.get("/{a}/settings/topics", &[]).await;
    assert_eq!(
        list.data()
            .iter()
            .map(|topic| topic["name"].clone())
            .collect::<Vec<Value>>(),
        ["Support", "Lights"]
    );
    assert_eq!(app.delete(&path).await.response(), true);
    app.get(&path, &[]).await.assert_error(404, "not_found");
    app.delete(&path).await.assert_error(404, "not_found");
    assert_eq!(app.get("/{a}/settings/topics", &[]).await.count(), 1);
}

#[tokio::test]
async fn it_goes_to_the_first_project_unless_another_is_named() {
    let app = App::test().await;
    let second = app
        .make("projects", "project", &json!({"name": "Second"}))
        .await;
    app.make("topics", "topic", &json!({"name": "First's"}))
        .await;
    app.make(
        "topics",
        "topic",
        &json!({"name": "Second's", "project_id": second["id"]}),
    )
    .await;
    let projects = app.get("/{a}/settings/projects", &[]).await.data();
    assert_eq!(projects[0]["topics"].as_array().unwrap().len(), 2);
    assert_eq!(projects[1]["topics"][0]["name"], "Second's");
    let wrong = app
        .post_json(
            "/{a}/settings/topics",
            &json!({"topic": {"name": "x", "project_id": 999}}),
        )
        .await;
    wrong.assert_error(404, "not_found");
}

#[tokio::test]
async fn a_topic_with_mentions_is_not_removed() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    app.delete("/{a}/settings/topic/{t}")
        .await
        .assert_error(409, "conflict");
    app.delete(&format!("/{{a}}/inbox/mention/{{t}}/{id}"))
        .await
        .response();
    app.delete("/{a}/settings/topic/{t}").await.response();
}

#[tokio::test]
async fn keywords_that_cannot_be_read_are_refused_with_their_place() {
    let app = App::test().await;
    for (wrong, found) in [
        ("lamp AND (", "("),
        ("sentiment:positive", "sentiment"),
        ("NOT lamp", "NOT lamp"),
        ("\"lamp", "\"lamp"),
    ] {
        let answer = app
            .post_json(
                "/{a}/settings/topics",
                &json!({"topic": {"name": "x", "searchkeywords": wrong}}),
            )
            .await;
        answer.assert_invalid("topic.searchkeywords");
        let detail = answer.json()["error_details"][0].clone();
        assert!(
            detail["start"].is_u64() && detail["found"].as_str().unwrap().contains(found),
            "{wrong}: {detail}"
        );
    }
    let number = json!({"topic": {"name": "x", "searchkeywords": 7}});
    app.post_json("/{a}/settings/topics", &number)
        .await
        .assert_invalid("topic.searchkeywords");
    for wrong in [
        json!({}),
        json!({"name": " "}),
        json!({"name": "n".repeat(201)}),
    ] {
        app.post_json("/{a}/settings/topics", &json!({ "topic": wrong }))
            .await
            .assert_invalid("topic.name");
    }
    assert_eq!(app.get("/{a}/settings/topics", &[]).await.count(), 1);
}

#[tokio::test]
async fn a_new_name_is_seen_everywhere_at_once() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    app.post_form(
        "/{a}/settings/topic/{t}",
        &[("updates", r#"{"name":"Helpdesk"}"#)],
    )
    .await
    .response();
    assert_eq!(app.mention(&id).await["topic"]["name"], "Helpdesk");
    assert_eq!(app.found("topic:Helpdesk").await, ["a message"]);
    assert!(app.found("topic:Support").await.is_empty());
}

#[tokio::test]
async fn keywords_hold_a_hundred_wildcards_and_no_more() {
    let app = App::test().await;
    let words = |count: usize| -> String {
        let words: Vec<String> = (0..count).map(|n| format!("word{n}*")).collect();
        words.join(" OR ")
    };
    let topic = |keywords: String| json!({"name": "Wide", "searchkeywords": keywords});
    let path = "/{a}/settings/topics";
    for keywords in [
        words(101),
        format!("a{}", "*b".repeat(101)),
        format!("lamp {}?", "?".repeat(100)),
    ] {
        let refused = app
            .post_json(path, &json!({ "topic": topic(keywords) }))
            .await;
        refused.assert_invalid("topic.searchkeywords");
        assert!(
            refused.text().contains("100 wildcards"),
            "{}",
            refused.text()
        );
    }
    app.post_json(path, &json!({ "topic": topic(words(100)) }))
        .await
        .response();
    app.post_json(
        "/{a}/settings/topic/{t}",
        &json!({"updates": {"searchkeywords": words(101)}}),
    )
    .await
    .assert_invalid("updates.searchkeywords");
}

#[tokio::test]
async fn who_does_not_reach_all_topics_is_refused_before_one_is_made() {
    let app = App::test().await;
    let narrow = NewPerson {
        topics: Some(vec![app.topic]),
        ..NewPerson::default()
    };
    let narrow = app.member(narrow).await.client;
    narrow
        .post_json("/{a}/settings/topics", &json!({"topic": {"name": "Lamps"}}))
        .await
        .assert_error(403, "no_permission");
    assert_eq!(app.get("/{a}/settings/topics", &[]).await.count(), 1);
    let wide = app.member(NewPerson::default()).await.client;
    let made = wide
        .post_json("/{a}/settings/topics", &json!({"topic": {"name": "Lamps"}}))
        .await
        .response();
    assert_eq!(made["name"], "Lamps");
}
