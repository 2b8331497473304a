//! Reports: asked for, made, fetched by link, and read by programs that know nothing of ours.

mod archive;

use axum::http::Method;
use domain::scope::Scope;
use domain::time::{DAY_MS, HOUR_MS, SECOND_MS};
use serde_json::{Value, json};

use self::archive::Sheet;
use super::client::{Cv, NewKey, ORIGIN};
use crate::support::{Answer, App, FeedSite, everything, merged, message_with};

/// A message of a day in May.
fn may(text: &str, day: u8) -> Value {
    message_with(
        text,
        json!({"date": {"published": format!("2026-05-{day:02}T10:20:30Z")}}),
    )
}

/// All of May, for the whole account.
fn order(app: &App) -> Value {
    json!({
        "account": app.first.account_id.get(),
        "date_from": "2026-05-01",
        "date_to": "2026-05-31",
        "date_type": "created_date",
    })
}

/// Asks for a report and gives it as it is then.
async fn ask(cv: &Cv, order: &Value) -> Value {
    let answer = cv.post_json("/v1.3/reports", order).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json()["report"].clone()
}

/// The report as it is now.
async fn look(cv: &Cv, report: &Value) -> Value {
    let url = report["url"].as_str().unwrap();
    cv.json(url.strip_prefix(ORIGIN).unwrap()).await["report"].clone()
}

/// Follows the link of a report that is ready, without credentials.
async fn fetch(cv: &Cv, report: &Value) -> Answer {
    let ready = look(cv, report).await;
    let link = ready["download"].as_str().unwrap();
    let answer = cv.nameless().get(link).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer
}

/// Makes the report that is asked for, and gives what is in it.
async fn made(app: &App, cv: &Cv, order: &Value) -> Sheet {
    let report = ask(cv, order).await;
    app.run_jobs().await;
    Sheet::of_workbook(&fetch(cv, &report).await.body)
}

fn id(report: &Value) -> &str {
    report["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_report_is_queued_then_generating_then_done_with_a_link() {
    let app = App::test().await;
    let cv = app.program().await;
    app.add(&[may("in May", 5)]).await;
    let account = app.first.account_id;
    let queued = ask(&cv, &order(&app)).await;
    assert_eq!(
        queued,
        json!({
            "id": id(&queued),
            "url": format!("{ORIGIN}/v1.3/reports/{}", id(&queued)),
            "name": "Northwind messages created May 01 2026 - May 31 2026",
            "account": {"id": account.to_string(), "url": format!("{ORIGIN}/v1.3/accounts/{account}")},
            "date_from": "2026-05-01",
            "date_to": "2026-05-31",
            "date_type": "created_date",
            "generated_by": null,
        })
    );
    assert_eq!(look(&cv, &queued).await, queued);

    // As long as the index is not whole, the report waits.
    let search = app.engine.search();
    let through = search.applied(account);
    let mut rebuild = search.begin_rebuild(account).unwrap();
    app.advance(SECOND_MS);
    app.run_jobs().await;
    let generating = look(&cv, &queued).await;
    let started = merged(
        queued.clone(),
        json!({"generation_start_date": "2026-11-21T20:00:01"}),
    );
    assert_eq!(generating, started);

    let scope = Scope::system(account);
    let stored = store::mentions::page_after(app.engine.db(), &scope, None, 10);
    rebuild.push(&stored.await.unwrap()).unwrap();
    search.finish_rebuild(rebuild, through).unwrap();
    app.advance(9 * SECOND_MS);
    app.run_jobs().await;
    let done = look(&cv, &queued).await;
    let link = done["download"].as_str().unwrap().to_owned();
    assert!(
        link.starts_with("https://switchboard.example/reports/"),
        "{link}"
    );
    assert!(
        link.ends_with("/northwind-messages-created-may-01-2026---may-31-2026.zip"),
        "{link}"
    );
    let more = json!({"generated_date": "2026-11-21T20:00:10", "download": link});
    assert_eq!(done, merged(started, more));
    let sheet = Sheet::of_workbook(&fetch(&cv, &done).await.body);
    assert_eq!(sheet.column("Message"), ["in May"]);
}

#[tokio::test]
async fn a_form_asks_for_a_report_as_json_does() {
    let app = App::test().await;
    let cv = app.program().await;
    let account = app.first.account_id.to_string();
    let answer = cv
        .post_form(
            "/v1.1/reports",
            &[
                ("account", &account),
                ("date_from", "2026-05-01"),
                ("date_to", "2026-05-02"),
            ],
        )
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let report = &answer.json()["report"];
    assert_eq!(report["date_type"], "created_date");
    assert_eq!(
        report["url"],
        format!("{ORIGIN}/v1.1/reports/{}", id(report))
    );
}

#[tokio::test]
async fn orders_that_can_not_be_met_say_why() {
    let app = App::test().await;
    let cv = app.program().await;
    let whole = order(&app);
    let mut neither = whole.clone();
    neither.as_object_mut().unwrap().remove("account");
    for (wrong, status, param) in [
        (neither.clone(), 400, json!("account")),
        (
            merged(whole.clone(), json!({"channel": "1"})),
            400,
            json!("account"),
        ),
        (
            merged(neither, json!({"channel": "99999"})),
            404,
            json!(null),
        ),
        (
            merged(whole.clone(), json!({"account": "99999"})),
            404,
            json!(null),
        ),
        (
            merged(whole.clone(), json!({"date_to": "2026-04-30"})),
            400,
            json!("date_to"),
        ),
        (
            merged(whole.clone(), json!({"date_from": "May"})),
            400,
            json!("date_from"),
        ),
        (
            merged(whole.clone(), json!({"date_type": "never"})),
            400,
            json!("date_type"),
        ),
        (
            merged(whole, json!({"format": "pdf"})),
            400,
            json!("format"),
        ),
    ] {
        let answer = cv.post_json("/v1.3/reports", &wrong).await;
        assert_eq!(answer.status(), status, "{wrong}: {}", answer.text());
        assert_eq!(answer.json()["param"], param, "{wrong}: {}", answer.text());
    }
    assert_eq!(cv.json("/v1.3/reports").await["reports"], json!([]));
}

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
        ("Status", "Archived"),
        ("Assigned To", ""),
    ] {
        assert_eq!(
            last.get(heading).map_or("", String::as_str),
            value,
            "{heading}"
        );
    }
    assert_eq!(sheet.row("Message", "-1").get("Sentiment"), None);
    if let Some(seen) = archive::seen_by_python(&answer.body) {
        assert_eq!(seen, sheet);
    }
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
    assert_eq!(updated.column("Status"), ["Read"]);
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

#[tokio::test]
async fn a_key_for_one_topic_gets_that_topic_and_sees_no_other_reports() {
    let app = App::test().await;
    let cv = app.program().await;
    let other = app.in_topic(app.make_topic("Sales").await);
    app.add(&[may("support", 1)]).await;
    other.add(&[may("sales", 2)]).await;
    let narrow = app
        .program_with(NewKey {
            name: "sales",
            permissions: everything(),
            topics: Some(vec![other.topic]),
        })
        .await;
    let whole = ask(&cv, &order(&app)).await;
    let part = made(&app, &narrow, &order(&app)).await;
    assert_eq!(part.column("Message"), ["sales"]);
    let sheet = Sheet::of_workbook(&fetch(&cv, &whole).await.body);
    assert_eq!(sheet.column("Message"), ["support", "sales"]);

    let list = narrow.json("/v1.3/reports").await;
    assert_eq!(list["reports"].as_array().unwrap().len(), 1, "{list}");
    let foreign = narrow.get(&format!("/v1.3/reports/{}", id(&whole))).await;
    let absent = narrow.get("/v1.3/reports/99999").await;
    assert_eq!((foreign.status(), foreign.text()), (404, absent.text()));
    assert_eq!(absent.json()["message"], "No such report");
    let stranger = app
        .program_of(app.tenant("rival").await.client.account, "rival")
        .await;
    let answer = stranger.get(&format!("/v1.3/reports/{}", id(&whole))).await;
    assert_eq!(answer.status(), 404);
}

#[tokio::test]
async fn a_link_needs_no_credentials_and_ends() {
    let app = App::test().await;
    let cv = app.program().await;
    let report = ask(&cv, &order(&app)).await;
    app.run_jobs().await;
    let ready = look(&cv, &report).await;
    let link = ready["download"].as_str().unwrap();
    let nobody = cv.nameless();
    let answer = nobody.get(link).await;
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(
        answer.header("content-length"),
        answer.body.len().to_string()
    );
    assert_eq!(answer.header("cache-control"), "private, no-store");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"northwind-messages-created-may-01-2026---may-31-2026.zip\""
    );
    let head = nobody.send(Method::HEAD, link, None).await;
    assert_eq!((head.status(), head.body.len()), (200, 0));
    assert_eq!(
        head.header("content-length"),
        answer.header("content-length")
    );
    let posted = nobody.post_json(link, &json!({})).await;
    assert_eq!(
        (posted.status(), posted.header("allow")),
        (405, "GET, HEAD")
    );

    let (start, name) = link.rsplit_once('/').unwrap();
    let mut altered = start.to_owned();
    let last = if altered.ends_with('A') { "Q" } else { "A" };
    altered.replace_range(altered.len() - 1.., last);
    let mut gone = vec![
        nobody.get(&format!("{altered}/{name}")).await,
        nobody.get(&format!("{start}/other.zip")).await,
        nobody.get(&format!("{ORIGIN}/reports/x/{name}")).await,
    ];
    app.advance(DAY_MS);
    assert_eq!(
        nobody.get(link).await.status(),
        200,
        "good for a day at least"
    );
    app.advance(HOUR_MS);
    gone.push(nobody.get(link).await);
    let fresh = look(&cv, &report).await["download"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(nobody.get(&fresh).await.status(), 200, "a new one is given");

    app.advance(30 * DAY_MS);
    let last = look(&cv, &report).await["download"]
        .as_str()
        .unwrap()
        .to_owned();
    engine::jobs::maintain::tidy_reports(&app.engine)
        .await
        .unwrap();
    gone.push(nobody.get(&last).await);
    assert_eq!(look(&cv, &report).await.get("download"), None);
    for answer in gone {
        assert_eq!(
            answer.json(),
            json!({
                "status": "error",
                "message": "No such report",
                "http_status": "404 Object Not Found",
            })
        );
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.header("cache-control"), "private, no-store");
    }
}

#[tokio::test]
async fn who_may_not_export_sees_the_report_and_no_link() {
    let app = App::test().await;
    let cv = app.program().await;
    let report = ask(&cv, &order(&app)).await;
    app.run_jobs().await;
    let ready = look(&cv, &report).await;
    assert!(ready["download"].is_string(), "{ready}");
    let mut linkless = ready.clone();
    linkless.as_object_mut().unwrap().remove("download");
    let reader = app
        .program_with(NewKey {
            name: "reader",
            permissions: vec!["api.read", "insights.read"],
            topics: None,
        })
        .await;
    assert_eq!(look(&reader, &report).await, linkless);
    let listed = reader.json("/v1.3/reports?fields=id,download").await;
    assert_eq!(
        listed["reports"],
        json!([{"id": id(&report), "download": null}])
    );
}

#[tokio::test]
async fn what_was_asked_for_is_made_after_a_restart_and_once() {
    let mut app = App::test().await;
    let cv = app.program().await;
    app.add(&[may("in May", 5)]).await;
    let report = ask(&cv, &order(&app)).await;
    app.restart().await;
    let cv = cv.at(app.router());
    app.run_jobs().await;
    let sheet = Sheet::of_workbook(&fetch(&cv, &report).await.body);
    assert_eq!(sheet.column("Message"), ["in May"]);
    let ready = look(&cv, &report).await;
    app.restart().await;
    let cv = cv.at(app.router());
    app.run_jobs().await;
    assert_eq!(look(&cv, &report).await, ready);
    assert_eq!(fetch(&cv, &report).await.status(), 200);
}

#[tokio::test]
async fn reports_are_told_apart_by_being_ready_and_sorted_by_two_dates() {
    let app = App::test().await;
    let cv = app.program().await;
    let days =
        |from: &str, to: &str| merged(order(&app), json!({"date_from": from, "date_to": to}));
    let early = ask(&cv, &days("2026-05-01", "2026-05-02")).await;
    app.run_jobs().await;
    let long = ask(&cv, &days("2026-05-03", "2026-05-09")).await;
    let short = ask(&cv, &days("2026-05-03", "2026-05-04")).await;
    let ids = |list: Value| -> Vec<String> {
        let reports = list["reports"].as_array().unwrap().iter();
        reports.map(|report| id(report).to_owned()).collect()
    };
    let ready = ids(cv.json("/v1.3/reports?generated_date_isnull=0").await);
    assert_eq!(ready, [id(&early)]);
    let waiting = ids(cv.json("/v1.3/reports?generated_date_isnull=1").await);
    assert_eq!(waiting, [id(&long), id(&short)]);
    let sorted = ids(cv.json("/v1.3/reports?sort=-date_from,-date_to").await);
    assert_eq!(sorted, [id(&long), id(&short), id(&early)]);
}
