//! Parameters, wherever clients put them and however they write them.

use axum::http::Method;
use serde_json::json;

use crate::support::{App, START, message, message_with, text};

#[tokio::test]
async fn parameters_of_a_post_may_come_in_the_query_a_form_or_a_json_body() {
    let app = App::test().await;
    let item = |id: &str| json!([{"topic": {"id": app.topic}, "message": {"content": id}}]);
    app.call(Method::POST, "/{a}/inbox/add")
        .query(&[("mentions", &text(&item("query")))])
        .send()
        .await
        .response();
    app.post_form("/{a}/inbox/add", &[("mentions", &text(&item("form")))])
        .await
        .response();
    app.post_json("/{a}/inbox/add", &json!({"mentions": item("json")}))
        .await
        .response();
    // JSON within JSON, as a client that encodes every value writes it.
    app.post_json("/{a}/inbox/add", &json!({"mentions": text(&item("text"))}))
        .await
        .response();
    // `curl -d '{…}'` calls JSON a form.
    let body = json!({"mentions": item("curl")}).to_string();
    app.call(Method::POST, "/{a}/inbox/add")
        .body("application/x-www-form-urlencoded", body)
        .send()
        .await
        .response();
    assert_eq!(
        app.mentions(&[]).await.sorted_contents(),
        ["curl", "form", "json", "query", "text"]
    );
}

#[tokio::test]
async fn options_of_a_delete_may_come_in_the_query_or_the_body() {
    let app = App::test().await;
    let options = r#"{"delete_on_service":true}"#;
    for is_body in [true, false] {
        let id = app.add_text("to go").await;
        let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
        let call = app.call(Method::DELETE, &path);
        let call = if is_body {
            call.form(&[("options", options)])
        } else {
            call.query(&[("options", options)])
        };
        call.send()
            .await
            .assert_invalid("options.delete_on_service");
        app.call(Method::DELETE, &path)
            .query(&[("options", "null")])
            .send()
            .await
            .response();
    }
}

#[tokio::test]
async fn empty_null_and_undefined_are_absent_everywhere() {
    let app = App::test().await;
    app.add_text("a message").await;
    for absent in ["", " ", "null", "undefined"] {
        let names = [
            "filter",
            "date_from",
            "date_to",
            "topic_ids",
            "sort",
            "limit",
            "page_token",
            "version",
            "fields",
            "format",
            "callback",
        ];
        let query: Vec<(&str, &str)> = names.iter().map(|name| (*name, absent)).collect();
        let answer = app.mentions(&query).await;
        assert_eq!(answer.contents(), ["a message"], "{absent:?}");
    }
    let body = json!({"facetdefinitions": [{"key": null}], "filter": null, "date_from": "", "date_to": "undefined", "topic_ids": null});
    let facet = app.post_json("/{a}/insights/facets", &body).await;
    assert_eq!(facet.response()[0]["data"], json!([[1]]));
}

#[tokio::test]
async fn an_absent_value_does_not_hide_the_one_in_the_query() {
    let app = App::test().await;
    app.add(&[message("one"), message("two")]).await;
    let body = json!({"facetdefinitions": [{"key": null}], "filter": null});
    let answer = app
        .call(Method::POST, "/{a}/insights/facets")
        .query(&[("filter", "one")])
        .json(&body)
        .send()
        .await;
    assert_eq!(answer.response()[0]["data"], json!([[1]]));
}

#[tokio::test]
async fn the_body_counts_before_the_query_and_the_last_of_several_before_the_others() {
    let app = App::test().await;
    let tag = |name: &str| json!({ "tag": name }).to_string();
    let answer = app
        .call(Method::POST, "/{a}/settings/tags")
        .query(&[("tag", &tag("query"))])
        .form(&[("tag", &tag("first")), ("tag", &tag("last"))])
        .send()
        .await;
    assert_eq!(answer.response()["tag"], "last");
}

#[tokio::test]
async fn ids_are_taken_with_commas_brackets_repeated_and_as_json() {
    let app = App::test().await;
    let (one, two) = (app.make_topic("One").await, app.make_topic("Two").await);
    for (topic, content) in [(app.topic, "none"), (one, "one"), (two, "two")] {
        app.add(&[message_with(content, json!({"topic": {"id": topic}}))])
            .await;
    }
    for query in [
        format!("topic_ids={one},{two}"),
        format!("topic_ids={one}%2C+{two}"),
        format!("topic_ids[]={one}&topic_ids[]={two}"),
        format!("topic_ids%5B0%5D={one}&topic_ids%5B1%5D={two}"),
        format!("topic_ids={one}&topic_ids={two}"),
        format!("topic_ids=%5B{one},{two}%5D"),
        format!("topic_ids=%5B%22{one}%22,%22{two}%22%5D"),
        format!("topic_ids=,{one},,{two},null"),
    ] {
        let answer = app
            .call(Method::GET, "/{a}/inbox/mentions")
            .raw_query(&query)
            .send()
            .await;
        assert_eq!(answer.sorted_contents(), ["one", "two"], "{query}");
    }
    let facet = json!({"facetdefinitions": [{"key": null}], "topic_ids": [one, two.to_string()]});
    assert_eq!(
        app.post_json("/{a}/insights/facets", &facet)
            .await
            .response()[0]["data"],
        json!([[2]])
    );
    app.mentions(&[("topic_ids", "1,x")])
        .await
        .assert_invalid("topic_ids");
}

#[tokio::test]
async fn flags_are_ones_zeros_and_words() {
    let app = App::test().await;
    app.make("tags", "tag", &json!({"tag": "a"})).await;
    for (value, count) in [
        ("1", 0),
        ("true", 0),
        ("TRUE", 0),
        ("0", 1),
        ("false", 1),
        ("", 1),
    ] {
        let answer = app
            .get("/{a}/settings/tags", &[("smart_tags_only", value)])
            .await;
        assert_eq!(answer.count(), count, "{value:?}");
    }
    app.get("/{a}/settings/tags", &[("smart_tags_only", "maybe")])
        .await
        .assert_invalid("smart_tags_only");
}

#[tokio::test]
async fn stray_ampersands_and_unknown_parameters_do_no_harm() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let body = "updates=%7B%22status%22%3A%22done%22%7D&&undocumented=1&";
    let answer = app
        .call(Method::POST, &path)
        .body("application/x-www-form-urlencoded", body)
        .send()
        .await;
    assert_eq!(answer.response()["status"], "done");
}

#[tokio::test]
async fn dates_are_read_in_every_form_that_clients_send() {
    let app = App::test().await;
    app.add_text("now").await;
    let second = START.seconds();
    for (from, is_found) in [
        ("2026-11-21T20:00:00+00:00", true),
        ("2026-11-21T21:00:00+01:00", true),
        ("2026-11-21T20:00:01Z", false),
        ("2026-11-21 20:00:00", true),
        ("2026-11-21 20:00:00.001", false),
        ("2026-11-21 20:00:01", false),
        ("2026-11-21", true),
        ("20261121", true),
        ("2026-11-22", false),
        (&second.to_string(), true),
        (&(second + 1).to_string(), false),
        ("", true),
    ] {
        let answer = app.mentions(&[("date_from", from)]).await;
        assert_eq!(answer.count(), u64::from(is_found), "{from}");
    }
    // A plus sign that was not encoded arrives as a space.
    let raw = app
        .call(Method::GET, "/{a}/inbox/mentions")
        .raw_query("date_from=2026-11-21T21:00:00+01:00");
    assert_eq!(raw.send().await.count(), 1);
    for to in [
        "2026-11-21T20:00:00Z",
        "2026-11-21 20:00:00",
        &second.to_string(),
    ] {
        assert_eq!(app.mentions(&[("date_to", to)]).await.count(), 1, "{to}");
    }
    assert_eq!(
        app.mentions(&[("date_to", "2026-11-21T19:59:59Z")])
            .await
            .count(),
        0
    );
    for wrong in [
        "yesterday",
        "2026-13-01",
        "2026-11-21T20:00:00 Mars/Base",
        "21/11/2026",
    ] {
        app.mentions(&[("date_from", wrong)])
            .await
            .assert_invalid("date_from");
    }
}

#[tokio::test]
async fn limits_out_of_range_are_clamped_and_nonsense_is_refused() {
    let app = App::test().await;
    let items: Vec<_> = (0..120).map(|n| message(&format!("message {n}"))).collect();
    app.add(&items).await;
    for (limit, length) in [
        ("-5", 0),
        ("0", 0),
        ("1", 1),
        ("100", 100),
        ("101", 100),
        ("99999", 100),
        ("999999999999999999999", 100),
    ] {
        let answer = app.mentions(&[("limit", limit)]).await;
        assert_eq!(
            (answer.data().len(), answer.count()),
            (length, 120),
            "{limit}"
        );
    }
    assert_eq!(app.mentions(&[]).await.data().len(), 20);
    for wrong in ["x", "1.5", "-"] {
        app.mentions(&[("limit", wrong)])
            .await
            .assert_invalid("limit");
    }
    // Lists of settings hold at least one.
    assert_eq!(
        app.get("/{a}/settings/userroles", &[("limit", "0")])
            .await
            .data()
            .len(),
        1
    );
}

#[tokio::test]
async fn numbers_and_flags_in_json_may_stand_in_quotes_and_lists_may_be_objects() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let user = app.first.user_id.get();
    let updated = app
        .update(
            &id,
            &json!({"priority": {"id": "7"}, "assignees": {"0": {"id": user.to_string()}}}),
        )
        .await;
    assert_eq!(updated["priority"]["id"], 7);
    assert_eq!(updated["assignees"][0]["id"], user.to_string());
    let tag = app
        .make("tags", "tag", &json!({"tag": "x", "visible": "0"}))
        .await;
    assert_eq!(tag["visible"], false);
}

#[tokio::test]
async fn nul_characters_vanish_instead_of_breaking_the_database() {
    let app = App::test().await;
    let id = app.add_text("zero\u{0}one").await;
    assert_eq!(app.mention(&id).await["message"]["content"], "zeroone");
    let tag = app.make("tags", "tag", &json!({"tag": "a\u{0}b"})).await;
    assert_eq!(tag["tag"], "ab");
    assert_eq!(app.mentions(&[("filter", "zero\u{0}one")]).await.count(), 1);
}

#[tokio::test]
async fn multipart_bodies_are_refused_by_name() {
    let app = App::test().await;
    let call = app
        .call(Method::POST, "/{a}/inbox/add")
        .body("multipart/form-data; boundary=x", "--x--");
    call.send().await.assert_invalid("body");
}

#[tokio::test]
async fn a_required_parameter_is_asked_for_by_name() {
    let app = App::test().await;
    app.post_form("/{a}/inbox/add", &[])
        .await
        .assert_invalid("mentions");
    app.get("/{a}/insights/facets", &[])
        .await
        .assert_invalid("facetdefinitions");
    app.get("/tools/language", &[("string", "null")])
        .await
        .assert_invalid("string");
    let id = app.add_text("x").await;
    app.post_form(&format!("/{{a}}/inbox/mention/{{t}}/{id}"), &[])
        .await
        .assert_invalid("updates");
}
