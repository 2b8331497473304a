//! `inbox/mentions`: filter, window, topics, order.

use domain::time::{DAY_MS, HOUR_MS};
use serde_json::json;

use crate::support::{App, message, message_with};

#[tokio::test]
async fn the_newest_come_first_unless_asked_otherwise() {
    let app = App::test().await;
    for text in ["first", "second", "third"] {
        app.add(&[message(text)]).await;
        app.advance(1_000);
    }
    assert_eq!(
        app.mentions(&[]).await.contents(),
        ["third", "second", "first"]
    );
    let up = app.mentions(&[("sort", "dateadd:asc")]).await;
    assert_eq!(up.contents(), ["first", "second", "third"]);
    assert_eq!(
        app.mentions(&[("sort", "DateAdd:ASC")]).await.contents(),
        up.contents()
    );
    app.mentions(&[("sort", "size:desc")])
        .await
        .assert_invalid("sort");
    app.mentions(&[("sort", "dateadd")])
        .await
        .assert_invalid("sort");
}

#[tokio::test]
async fn every_documented_order_sorts_by_what_it_says() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for followers in [5, 500, 50] {
        let mention = app
            .add_one(message_with(
                &followers.to_string(),
                json!({"author": {"name": "a", "followers": followers}}),
            ))
            .await;
        ids.push(mention["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        app.mentions(&[("sort", "followers:desc")]).await.contents(),
        ["500", "50", "5"]
    );
    assert_eq!(
        app.mentions(&[("sort", "followers:asc")]).await.contents(),
        ["5", "50", "500"]
    );
    app.advance(HOUR_MS);
    app.update(&ids[1], &json!({"status": "done"})).await;
    app.advance(HOUR_MS);
    app.update(&ids[0], &json!({"status": "pending"})).await;
    app.advance(HOUR_MS);
    app.update(
        &ids[1],
        &json!({"actions": [{"type": "note", "extra": "n"}]}),
    )
    .await;
    let sorted = async |sort: &str| app.mentions(&[("sort", sort)]).await.contents();
    assert_eq!(
        sorted("timestamps.action_status_last:desc").await[..2],
        ["5", "500"]
    );
    assert_eq!(
        sorted("timestamps.action_last_date:desc").await[..2],
        ["500", "5"]
    );
    // Those without a value come last either way.
    assert_eq!(
        sorted("timestamps.action_last_date:asc").await,
        ["5", "500", "50"]
    );
    assert_eq!(sorted("timestamps.action_reply_first:desc").await.len(), 3);
    assert_eq!(
        sorted("timestamps.action_reply_first_in_bh:desc")
            .await
            .len(),
        3
    );
}

#[tokio::test]
async fn a_list_reaches_back_28_days_unless_asked_otherwise() {
    let app = App::test().await;
    app.add(&[message("old")]).await;
    app.advance(28 * DAY_MS);
    app.add(&[message("new")]).await;
    assert_eq!(app.mentions(&[]).await.contents(), ["new", "old"]);
    app.advance(1_000);
    assert_eq!(app.mentions(&[]).await.contents(), ["new"]);
    assert_eq!(
        app.mentions(&[("date_from", "2026-01-01")]).await.count(),
        2
    );
    let window = [
        ("date_from", "2026-11-21T19:59:59Z"),
        ("date_to", "2026-11-21T20:00:00Z"),
    ];
    assert_eq!(app.mentions(&window).await.contents(), ["old"]);
    let backwards = [("date_from", "2026-12-01"), ("date_to", "2026-11-01")];
    assert_eq!(app.mentions(&backwards).await.count(), 0);
}

#[tokio::test]
async fn an_end_in_whole_seconds_takes_in_the_whole_second() {
    let app = App::test().await;
    app.advance(700);
    app.add(&[message("late in the second")]).await;
    let answer = app.mentions(&[("date_to", "2026-11-21T20:00:00Z")]).await;
    assert_eq!(answer.count(), 1, "it is shown with this second");
}

#[tokio::test]
async fn the_window_is_about_arrival_and_not_publication() {
    let app = App::test().await;
    app.add(&[message_with(
        "published long ago",
        json!({"date": {"published": "2019-05-05"}}),
    )])
    .await;
    assert_eq!(app.mentions(&[]).await.count(), 1);
    assert_eq!(
        app.mentions(&[("date_from", "2019-01-01"), ("date_to", "2019-12-31")])
            .await
            .count(),
        0
    );
}

#[tokio::test]
async fn topics_are_chosen_by_number_and_unknown_ones_hold_nothing() {
    let app = App::test().await;
    let other = app.make_topic("Other").await;
    app.add(&[
        message("here"),
        message_with("there", json!({"topic": {"id": other}})),
    ])
    .await;
    assert_eq!(app.mentions(&[]).await.count(), 2);
    let only = app.mentions(&[("topic_ids", &other.to_string())]).await;
    assert_eq!(only.contents(), ["there"]);
    assert_eq!(app.mentions(&[("topic_ids", "999")]).await.count(), 0);
    let both = format!("{other},999");
    assert_eq!(app.mentions(&[("topic_ids", &both)]).await.count(), 1);
}

#[tokio::test]
async fn cases_are_left_out_unless_the_filter_asks_for_them() {
    let app = App::test().await;
    let case = json!({"source": {"category": "case", "service": "social_case"}, "message": {"type": "case"}});
    app.add(&[message("a message"), message_with("a case", case)])
        .await;
    assert_eq!(app.mentions(&[]).await.contents(), ["a message"]);
    for filter in ["source:case", "is:case", "category:case"] {
        assert_eq!(app.found(filter).await, ["a case"], "{filter}");
    }
    assert_eq!(app.found("is:case OR sentiment:unset").await.len(), 2);
}

#[tokio::test]
async fn lists_count_and_show_what_there_is_after_a_restart_with_and_without_the_index() {
    let mut app = App::test().await;
    let id = app.add_text("kept in mind").await;
    app.add(&[message("another")]).await;
    app.update(&id, &json!({"status": "done", "tags": ["vip"]}))
        .await;
    let before = app.mentions(&[]).await;
    app.restart().await;
    app.add(&[message("after the snapshot")]).await;
    app.restart().await;
    assert_eq!(
        app.found("tag:vip status:done mind").await,
        ["kept in mind"]
    );
    assert_eq!(app.mentions(&[]).await.count(), 3);
    app.restart_without_index().await;
    assert_eq!(
        app.found("tag:vip status:done mind").await,
        ["kept in mind"]
    );
    assert_eq!(
        app.mentions(&[("filter", "-snapshot")]).await.data(),
        before.data()
    );
    let fresh = app.add_text("and later").await;
    assert_ne!(fresh, id);
    assert_eq!(app.mentions(&[]).await.count(), 4);
}

#[tokio::test]
async fn a_list_that_would_lack_mentions_is_refused_unless_the_caller_wants_what_there_is() {
    let app = App::test().await;
    app.add(&[message("first"), message("second")]).await;
    let account = app.first.account_id;
    let search = app.engine.search();
    let through = search.applied(account);
    let (list, counted) = ("/{a}/inbox/mentions", "/{a}/insights/facets");
    let whole = app.get(list, &[]).await;
    assert!(whole.json()["meta"].get("partial").is_none());
    let table = ("facetdefinitions", "[{}]");
    let mut rebuild = search.begin_rebuild(account).unwrap();
    for (path, asked) in [
        (list, ("limit", "20")),
        (list, ("partial", "false")),
        (counted, table),
    ] {
        let refused = app.get(path, &[asked]).await;
        assert_eq!(refused.status(), 503, "{path}");
        assert!(!refused.header("retry-after").is_empty());
    }
    for (path, more) in [(list, ("limit", "20")), (counted, table)] {
        let there = app.get(path, &[("partial", "true"), more]).await;
        assert_eq!(there.status(), 200, "{path}");
        let meta = &there.json()["meta"];
        assert_eq!(meta["partial"], true);
        assert_eq!(meta["messages"][0]["code"], "partial_result");
    }
    app.get(list, &[("partial", "perhaps")])
        .await
        .assert_invalid("partial");
    let scope = domain::scope::Scope::system(account);
    let stored = store::mentions::page_after(app.engine.db(), &scope, None, 10).await;
    rebuild.push(&stored.unwrap()).unwrap();
    search.finish_rebuild(rebuild, through).unwrap();
    let whole = app.get(list, &[("partial", "true")]).await;
    assert!(whole.json()["meta"].get("partial").is_none());
    assert_eq!(whole.json()["response"]["count"], 2);
}
