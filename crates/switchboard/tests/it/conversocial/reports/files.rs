//! What is in the file of a report.

use serde_json::{Value, json};

use super::archive::{self, Sheet};
use super::{ask, fetch, made, may, order};
use crate::support::{App, FeedSite, merged, message_with};

#[tokio::test]
async fn a_workbook_has_a_row_for_each_message_and_nothing_in_it_is_a_formula() {
    let app = App::test().await;
    let cv = app.program().await;
    let tag = app
        .make("tags", "tag", &json!({"tag": "Delay, \"long\""}))
        .await;
    assert!(tag["id"].is_number());
    // As they are sent, which is HTML, and as they are shown.
    let texts = [
        (
            "=HYPERLINK(\"http://evil.example\")",
            "=HYPERLINK(\"http://evil.example\")",
        ),
        ("+1+2", "+1+2"),
        ("-1", "-1"),
        ("@SUM(A1)", "@SUM(A1)"),
        ("a &amp; &lt;b&gt; ]]&gt; é 株 😀", "a & <b> ]]> é 株 😀"),
        ("_x0041_", "_x0041_"),
    ];
    let items: Vec<Value> = (1..)
        .zip(texts)
        .map(|(day, text)| may(text.0, day))
        .collect();
    app.add(&items).await;
    let rich = message_with(
        "the last",
        json!({
            "date": {"published": "2026-05-31T23:59:59Z"},
            "author": {"name": "ann", "fullname": "Ann Other", "id": "a-7", "followers": 12},
            "source": {"url": "https://shop.example/r/1"},
        }),
    );
    let mention = app.add_one(rich).await;
    let updates = json!({
        "message": {"sentiment": "negative"}, "tags": ["Delay, \"long\""], "status": "done", "priority": 9,
    });
    app.update(mention["id"].as_str().unwrap(), &updates).await;

    let report = ask(&cv, &order(&app)).await;
    app.run_jobs().await;
    let answer = fetch(&cv, &report).await;
    let sheet = Sheet::of_workbook(&answer.body);
    assert_eq!(sheet.headings().len(), 19);
    assert_eq!(sheet.column("Message").len(), texts.len() + 1);
    for (_, shown) in texts {
        // What looks like the word for a character is written so that it is not read as one.
        let written = shown.replace("_x0041_", "_x005F_x0041_");
        assert!(
            sheet.column("Message").contains(&written),
            "{shown}: {sheet:?}"
        );
    }
    let last = sheet.row("Message", "the last");
    for (heading, value) in [
        ("Date", "46173"),
        ("Time", "0.999988425925926"),
        ("Platform", "custom"),
        ("From", "Ann Other"),
        ("From ID", "x:custom:a-7"),
        ("Followers", "12"),
        ("Link", "https://shop.example/r/1"),
        ("Private", "No"),
        ("Priority", "Yes"),
        ("Sentiment", "-1"),
        ("Tags", "Delay, \"long\""),
        ("Status", "archived"),
        ("Assigned To", ""),
    ] {
        assert_eq!(
            last.get(heading).map_or("", String::as_str),
            value,
            "{heading}"
        );
    }
    assert_eq!(sheet.row("Message", "-1").get("Sentiment"), None);
    assert_eq!(archive::seen_by_python(&answer.body), sheet);
    assert!(
        !archive::member(&answer.body, "inbound.xlsx", "xl/worksheets/sheet1.xml").contains("<f")
    );
}

#[tokio::test]
async fn text_with_commas_can_be_had_instead() {
    let app = App::test().await;
    let cv = app.program().await;
    app.add(&[may("=1+2", 1), may("a \"b\", c", 2)]).await;
    let report = ask(&cv, &merged(order(&app), json!({"format": "csv"}))).await;
    app.run_jobs().await;
    let text = archive::text(&fetch(&cv, &report).await.body, "inbound.csv");
    assert!(text.starts_with("\u{feff}Date,Time,Channel,"), "{text}");
    assert!(text.contains("2026-05-01,10:20:30,"), "{text}");
    assert!(text.contains(",'=1+2,"), "{text}");
    assert!(text.contains(",\"a \"\"b\"\", c\","), "{text}");
    assert_eq!(text.matches("\r\n").count(), 3, "{text}");
}

#[tokio::test]
async fn days_are_whole_and_each_date_type_has_its_own_messages() {
    let app = App::test().await;
    let cv = app.program().await;
    let at = |text: &str, date: &str| message_with(text, json!({"date": {"published": date}}));
    app.add(&[
        at("before", "2026-04-30T23:59:59Z"),
        at("first", "2026-05-01T00:00:00Z"),
        at("last", "2026-05-31T23:59:59Z"),
        at("after", "2026-06-01T00:00:00Z"),
    ])
    .await;
    let worked = app.add_text("worked on in November").await;
    app.update(&worked, &json!({"status": "pending"})).await;
    let created = made(&app, &cv, &order(&app)).await;
    assert_eq!(created.column("Message"), ["first", "last"]);
    let november = json!({
        "date_type": "updated_date", "date_from": "2026-11-21", "date_to": "2026-11-21",
    });
    let updated = made(&app, &cv, &merged(order(&app), november)).await;
    assert_eq!(updated.column("Message"), ["worked on in November"]);
    assert_eq!(updated.column("Status"), ["read"]);
}

#[tokio::test]
async fn a_channel_has_its_own_messages_only() {
    let app = App::test().await;
    let cv = app.program().await;
    let site = FeedSite::with(&[("1", "Ferry is back"), ("2", "Bridge is closed")]).await;
    let profile = json!({"type": "rss", "service_id": site.address(), "displayname": "Harbour"});
    let profile = app.make("topic/{t}/profiles", "profile", &profile).await;
    app.run_jobs().await;
    app.add(&[may("elsewhere", 1)]).await;
    let mut channel = merged(
        order(&app),
        json!({"channel": profile["id"].to_string(), "date_from": "2000-01-01", "date_to": "2026-12-31"}),
    );
    channel.as_object_mut().unwrap().remove("account");
    let report = ask(&cv, &channel).await;
    assert_eq!(
        report["name"],
        "Harbour messages created Jan 01 2000 - Dec 31 2026"
    );
    app.run_jobs().await;
    let sheet = Sheet::of_workbook(&fetch(&cv, &report).await.body);
    assert_eq!(sheet.column("Channel"), ["Harbour", "Harbour"]);
    let found = cv
        .json(&format!("/v1.3/reports?channels={}", profile["id"]))
        .await;
    assert_eq!(found["reports"][0]["id"], report["id"]);
    assert_eq!(found["reports"].as_array().unwrap().len(), 1);
}
