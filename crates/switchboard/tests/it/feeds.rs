//! Feeds as sources of a topic, from the call that connects one to the mentions it brings.

use domain::time::{HOUR_MS, MINUTE_MS};
use serde_json::{Value, json};

use crate::support::{App, FeedSite};

async fn connect(app: &App, topic: i64, site: &FeedSite) -> Value {
    app.in_topic(topic)
        .make(
            "topic/{t}/profiles",
            "profile",
            &json!({"type": "rss", "service_id": site.address()}),
        )
        .await
}

async fn profile(app: &App, topic: i64) -> Value {
    app.in_topic(topic)
        .get("/{a}/settings/topic/{t}/profiles", &[])
        .await
        .data()
        .remove(0)
}

async fn titles(app: &App) -> Vec<String> {
    let list = app.mentions(&[("limit", "100")]).await;
    let mut titles: Vec<String> = list
        .data()
        .iter()
        .map(|mention| mention["message"]["title"].as_str().unwrap().to_owned())
        .collect();
    titles.sort();
    titles
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_connected_becomes_mentions() {
    let app = App::test().await;
    let site = FeedSite::with(&[("2", "Ferry late"), ("1", "Crane repaired")]).await;
    connect(&app, app.topic, &site).await;
    app.run_jobs().await;
    assert_eq!(titles(&app).await, ["Crane repaired", "Ferry late"]);
    let mention = app.mentions(&[("filter", "ferry")]).await.data().remove(0);
    assert_eq!(mention["source"]["service"], "rss");
    assert_eq!(mention["source"]["type"], "SearchProviderRss");
    assert_eq!(mention["source"]["id"], "2");
    assert_eq!(mention["source"]["url"], "https://harbour.example/2");
    assert_eq!(mention["source"]["profile"], site.address());
    assert_eq!(mention["author"]["id"], "harbour.example");
    assert_eq!(mention["date"]["published"], 1_795_284_000);
    // Nobody of this account did it.
    assert_eq!(mention["actions"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_with_keywords_takes_only_the_items_that_match() {
    let app = App::test().await;
    let site = FeedSite::with(&[
        ("1", "Ferry late"),
        ("2", "Crane repaired"),
        ("3", "Ferry and crane"),
        ("4", "Nothing"),
    ])
    .await;
    let topic = json!({"name": "Ferries", "searchkeywords": "ferry AND NOT crane"});
    let narrow = app.make("topics", "topic", &topic).await["id"]
        .as_i64()
        .unwrap();
    connect(&app, narrow, &site).await;
    app.run_jobs().await;
    assert_eq!(titles(&app).await, ["Ferry late"]);
    // The same feed on a topic without keywords brings everything there.
    connect(&app, app.topic, &site).await;
    app.run_jobs().await;
    assert_eq!(
        app.mentions(&[("topic_ids", &app.topic.to_string())])
            .await
            .count(),
        4
    );
    assert_eq!(
        app.mentions(&[("topic_ids", &narrow.to_string())])
            .await
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_items_are_added_known_ones_are_not_and_edited_ones_change_in_place() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Ferry late")]).await;
    connect(&app, app.topic, &site).await;
    app.run_jobs().await;
    let first = app.mentions(&[]).await.data().remove(0);
    let id = first["id"].as_str().unwrap();
    app.update(id, &json!({"status": "done", "tags": ["seen"]}))
        .await;
    site.show(&[("2", "Crane repaired"), ("1", "Ferry very late")]);
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_eq!(titles(&app).await, ["Crane repaired", "Ferry very late"]);
    let edited = app.mention(id).await;
    assert_eq!(
        (edited["status"].as_str(), edited["tags"][0].as_str()),
        (Some("done"), Some("seen"))
    );
    assert_eq!(edited["actions"][0]["type"], "updated");
    assert!(edited["actions"][0].get("user").is_none());
    assert_eq!(app.mentions(&[("filter", "very")]).await.count(), 1);
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_eq!(titles(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unchanged_feed_is_asked_with_its_tag_and_answers_304() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Ferry late")]).await;
    site.header("etag", "\"v1\"");
    connect(&app, app.topic, &site).await;
    app.run_jobs().await;
    app.advance(HOUR_MS);
    app.run_jobs().await;
    let asked = site.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].get("if-none-match").is_none());
    assert_eq!(asked[1]["if-none-match"], "\"v1\"");
    assert_eq!(
        profile(&app, app.topic).await["connection"]["status"],
        "healthy"
    );
    site.header("etag", "\"v2\"");
    site.show(&[("2", "Crane repaired"), ("1", "Ferry late")]);
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_eq!(titles(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_state_of_the_connection_is_shown() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Ferry late")]).await;
    let new = connect(&app, app.topic, &site).await;
    assert_eq!(
        new["connection"],
        json!({"status": "unknown", "last_polled": null, "last_succeeded": null, "next_poll": 1_795_291_200, "failures": 0})
    );
    app.run_jobs().await;
    let polled = profile(&app, app.topic).await;
    assert_eq!(
        polled["displayname"], "Harbour News",
        "the feed's own name, since nobody gave one"
    );
    assert_eq!(
        polled["connection"],
        json!({"status": "healthy", "last_polled": 1_795_291_200, "last_succeeded": 1_795_291_200, "next_poll": 1_795_292_100, "failures": 0})
    );
    site.status(500);
    app.advance(15 * MINUTE_MS);
    app.run_jobs().await;
    let failing = profile(&app, app.topic).await["connection"].clone();
    assert_eq!(
        (failing["status"].as_str(), failing["failures"].as_i64()),
        (Some("failing"), Some(1))
    );
    assert!(
        failing["message"].as_str().unwrap().contains("500"),
        "{failing}"
    );
    assert_eq!(failing["last_succeeded"], 1_795_291_200);
    assert!(failing["next_poll"].as_i64() > failing["last_polled"].as_i64());
    site.status(200);
    app.advance(HOUR_MS);
    app.run_jobs().await;
    let again = profile(&app, app.topic).await["connection"].clone();
    assert_eq!(
        (
            again["status"].as_str(),
            again["failures"].as_i64(),
            again.get("message")
        ),
        (Some("healthy"), Some(0), None)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_is_gone_is_not_asked_again_until_a_user_wants_it() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Ferry late")]).await;
    site.status(410);
    let id = connect(&app, app.topic, &site).await["id"].clone();
    app.run_jobs().await;
    let gone = profile(&app, app.topic).await["connection"].clone();
    assert_eq!(
        (gone["status"].as_str(), gone["next_poll"].clone()),
        (Some("disabled"), Value::Null)
    );
    app.advance(30 * 24 * HOUR_MS);
    app.run_jobs().await;
    assert_eq!(site.asked().len(), 1);
    site.status(200);
    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{id}");
    app.post_json(&path, &json!({"updates": {"enabled": true}}))
        .await
        .response();
    app.run_jobs().await;
    assert_eq!(titles(&app).await, ["Ferry late"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_that_asks_for_patience_is_given_it() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Ferry late")]).await;
    site.status(429);
    site.header("retry-after", "7200");
    connect(&app, app.topic, &site).await;
    app.run_jobs().await;
    site.asked();
    site.status(200);
    app.advance(2 * HOUR_MS - 1);
    app.run_jobs().await;
    assert_eq!(site.asked().len(), 0);
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_eq!(titles(&app).await, ["Ferry late"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_feed_fails_and_brings_nothing() {
    let app = App::test().await;
    let site = FeedSite::with(&[]).await;
    for body in [
        "",
        "<html><body>Not found</body></html>",
        "\u{0}\u{1}\u{2}",
        "{\"a\":1}",
    ] {
        site.show_body(body);
        let topic = app.make_topic("Topic").await;
        let id = connect(&app, topic, &site).await["id"].clone();
        app.run_jobs().await;
        let state = profile(&app, topic).await["connection"].clone();
        assert_eq!(state["status"], "failing", "{body:?}");
        assert!(!state["message"].as_str().unwrap().is_empty());
        app.in_topic(topic)
            .delete(&format!("/{{a}}/settings/topic/{{t}}/profile/{id}"))
            .await
            .response();
    }
    assert_eq!(app.mentions(&[]).await.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_or_disconnected_feed_is_not_asked_and_what_it_brought_stays() {
    let app = App::test().await;
    let site = FeedSite::with(&[("1", "Ferry late")]).await;
    let id = connect(&app, app.topic, &site).await["id"].clone();
    app.run_jobs().await;
    site.asked();
    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{id}");
    app.post_json(&path, &json!({"updates": {"enabled": false}}))
        .await
        .response();
    app.advance(HOUR_MS);
    app.run_jobs().await;
    app.delete(&path).await.response();
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_eq!(site.asked().len(), 0);
    assert_eq!(titles(&app).await, ["Ferry late"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_forgets_neither_the_place_nor_the_items() {
    let mut app = App::test().await;
    let site = FeedSite::with(&[("1", "Ferry late")]).await;
    site.header("etag", "\"v1\"");
    connect(&app, app.topic, &site).await;
    app.run_jobs().await;
    app.restart().await;
    site.asked();
    app.advance(HOUR_MS);
    app.run_jobs().await;
    assert_eq!(site.asked()[0]["if-none-match"], "\"v1\"");
    assert_eq!(titles(&app).await, ["Ferry late"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_made_filters_of_a_feed_find_what_it_brought() {
    let app = App::test().await;
    let (harbour, town) = (
        FeedSite::with(&[("1", "Ferry late")]).await,
        FeedSite::with(&[("1", "Mayor elected")]).await,
    );
    connect(&app, app.topic, &harbour).await;
    connect(&app, app.topic, &town).await;
    app.run_jobs().await;
    let profiles = app
        .get("/{a}/settings/topic/{t}/profiles", &[])
        .await
        .data();
    for (profile, title) in profiles.iter().zip(["Ferry late", "Mayor elected"]) {
        let filter = profile["filters"]["profile"].as_str().unwrap();
        let found = app.mentions(&[("filter", filter)]).await.data();
        assert_eq!(found.len(), 1, "{filter}");
        assert_eq!(found[0]["message"]["title"], title);
    }
}
