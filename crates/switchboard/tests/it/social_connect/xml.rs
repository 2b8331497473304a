//! `format=xml`: the same members.

use serde_json::json;

use crate::support::{App, message_with};

#[tokio::test]
async fn xml_says_exactly_what_json_says() {
    let app = App::test().await;
    let more = json!({
        "message": {"title": "A <b> & \"c\""},
        "tags": ["one & two", "<three>"],
        "extra_attributes": [{"id": "1 2", "name": "Größe", "value": "x\ty"}],
        "priority": {"id": 8},
    });
    let id = app
        .add_one(message_with("line one\nline two ✓ ]]>", more))
        .await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mention = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let facets = json!([{"key": {"field": "date.added", "grouping": "day"}, "segmentation": {"field": "tags"}}]).to_string();
    for (path, query) in [
        (mention.as_str(), vec![]),
        ("/{a}/inbox/mentions", vec![]),
        (
            "/{a}/insights/facets",
            vec![("facetdefinitions", facets.as_str())],
        ),
        ("/me", vec![]),
        ("/me/accounts", vec![]),
        ("/me/permissions", vec![]),
        ("/{a}/settings/userroles", vec![]),
        ("/{a}/settings/topics", vec![]),
        ("/tools/languages", vec![]),
    ] {
        let json = app.get(path, &query).await;
        let mut query = query;
        query.push(("format", "xml"));
        let xml = app.get(path, &query).await;
        assert_eq!(
            xml.header("content-type"),
            "application/xml; charset=utf-8",
            "{path}"
        );
        let root = xml.xml();
        assert_eq!(root.name, "result");
        // The links of pages repeat the query, which differs.
        if json.json()["response"].get("paging").is_some() {
            root.at("response/data")
                .assert_same(&json.json()["response"]["data"]);
        } else {
            root.assert_same(&json.json());
        }
    }
}

#[tokio::test]
async fn an_update_answers_in_xml_and_true_is_true() {
    let app = App::test().await;
    let item = json!([{"topic": {"id": app.topic}, "message": {"content": "x"}}]).to_string();
    let added = app
        .post_form("/{a}/inbox/add", &[("mentions", &item), ("format", "xml")])
        .await;
    assert_eq!(
        added.text(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<result><meta><code>200</code></meta><response>true</response></result>\n"
    );
}

#[tokio::test]
async fn errors_are_xml_as_well_before_and_after_the_token_is_known() {
    let app = App::test().await;
    let early = app.with_token(None).get("/me", &[("format", "xml")]).await;
    assert_eq!(early.status(), 401);
    early
        .xml()
        .assert_same(&app.with_token(None).get("/me", &[]).await.json());
    let late = app
        .mentions(&[("format", "xml"), ("filter", "sentimnt:x")])
        .await;
    assert_eq!(
        late.xml().at("error_details/item/suggestion").text,
        "sentiment"
    );
    let lost = app.get("/nowhere", &[("format", "xml")]).await;
    assert_eq!(lost.xml().at("error").text, "not_found");
}

#[tokio::test]
async fn other_formats_are_refused() {
    let app = App::test().await;
    app.get("/me", &[("format", "yaml")])
        .await
        .assert_invalid("format");
    assert_eq!(app.get("/me", &[("format", "json")]).await.status(), 200);
}

#[tokio::test]
async fn characters_that_xml_does_not_know_are_left_out() {
    let app = App::test().await;
    app.add_text("bell\u{7} \u{ffff}end").await;
    let answer = app.mentions(&[("format", "xml")]).await;
    let content = answer
        .xml()
        .at("response/data/item/message/content")
        .text
        .clone();
    assert!(
        content.starts_with("bell") && content.ends_with("end"),
        "{content:?}"
    );
    assert!(!content.contains('\u{7}'));
}
