//! Reports: asked for, made, fetched by link, and read by programs that know nothing of ours.

pub(crate) mod archive;
mod files;

use axum::http::Method;
use domain::time::{DAY_MS, HOUR_MS, SECOND_MS};
use serde_json::{Value, json};

use self::archive::Sheet;
use super::client::{Cv, NewKey, ORIGIN};
use crate::support::{Answer, App, everything, merged, message_with};

/// A message of a day in May.
pub(crate) fn may(text: &str, day: u8) -> Value {
    message_with(
        text,
        json!({"date": {"published": format!("2026-05-{day:02}T10:20:30Z")}}),
    )
}

/// All of May, for the whole account.
pub(crate) fn order(app: &App) -> Value {
    json!({
        "account": app.first.account_id.get(),
        "date_from": "2026-05-01",
        "date_to": "2026-05-31",
        "date_type": "created_date",
    })
}

/// Asks for a report and gives it as it is then.
pub(crate) async fn ask(cv: &Cv, order: &Value) -> Value {
    let answer = cv.post_json("/v1.3/reports", order).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json()["report"].clone()
}

/// The report as it is now.
pub(crate) async fn look(cv: &Cv, report: &Value) -> Value {
    let url = report["url"].as_str().unwrap();
    cv.json(url.strip_prefix(ORIGIN).unwrap()).await["report"].clone()
}

/// Follows the link of a report that is ready, without credentials.
pub(crate) async fn fetch(cv: &Cv, report: &Value) -> Answer {
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

pub(crate) fn id(report: &Value) -> &str {
    report["id"].as_str().unwrap()
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
async fn orders_that_cannot_be_met_say_why() {
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
async fn the_last_day_there_is_can_be_asked_for() {
    let app = App::test().await;
    let cv = app.program().await;
    app.add(&[may("in May", 5)]).await;
    let ever = json!({"date_from": "0000-01-01", "date_to": "9999-12-31", "format": "csv"});
    let report = ask(&cv, &merged(order(&app), ever)).await;
    assert_eq!(report["date_from"], "0000-01-01");
    assert_eq!(report["date_to"], "9999-12-31");
    for query in [
        "date_to=9999-12-31",
        "date_from_lte=0000-01-01",
        "date_to_gte=9999-12-31",
    ] {
        let found = cv.json(&format!("/v1.3/reports?{query}")).await;
        assert_eq!(found["reports"][0]["id"], report["id"], "{query}");
    }
    app.run_jobs().await;
    let text = archive::text(&fetch(&cv, &report).await.body, "inbound.csv");
    assert!(text.contains("in May"), "{text}");
}

#[tokio::test]
async fn a_report_has_the_words_of_the_api() {
    let app = App::test().await;
    let cv = app.program().await;
    let messages = [
        ("web", "live_chat", "new"),
        ("googleplus", "reply", "pending"),
        ("linkedin_company_v2", "comment", "done"),
        ("twitter", "user_tweet", "new"),
        ("twitter", "privatemessage", "pending"),
        ("instagram_business_profile", "photo", "done"),
        ("twilio", "text", "new"),
        ("apple_business_chat", "chat", "pending"),
        ("custom", "other", "done"),
    ];
    for (day, (service, kind, status)) in (1..).zip(messages) {
        let more = json!({"source": {"service": service}, "message": {"type": kind}});
        let item = merged(may(&format!("{service} {kind}"), day), more);
        let mention = app.add_one(item).await;
        if status != "new" {
            let id = mention["id"].as_str().unwrap();
            app.update(id, &json!({ "status": status })).await;
        }
    }
    let sheet = made(&app, &cv, &order(&app)).await;
    let list = cv
        .json("/v1.3/conversations?is_priority=false&include=content&page_size=50")
        .await;
    let conversations = list["conversations"].as_array().unwrap();
    let content = list["content"].as_array().unwrap();
    assert_eq!(
        (conversations.len(), content.len()),
        (messages.len(), messages.len())
    );
    for (conversation, message) in conversations.iter().zip(content) {
        let row = sheet.row("Message", message["text"].as_str().unwrap());
        for (heading, value) in [
            ("Platform", &message["platform"]),
            ("Type", &message["type"]),
            ("Status", &conversation["status"]),
        ] {
            assert_eq!(
                row[heading],
                value.as_str().unwrap(),
                "{heading}: {message}"
            );
        }
    }
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

/// The names of the files that were made.
fn files(app: &App) -> Vec<String> {
    let directory = &app.engine.config().reports.directory;
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
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
    let (ready, file) = (look(&cv, &report).await, files(&app));
    assert_eq!(file.len(), 1);
    app.restart().await;
    // Made twice it would have another date and another file.
    app.advance(SECOND_MS);
    let cv = cv.at(app.router());
    app.run_jobs().await;
    assert_eq!(files(&app), file);
    let again = look(&cv, &report).await;
    assert_eq!(again["generated_date"], ready["generated_date"]);
    assert_eq!(fetch(&cv, &report).await.status(), 200);
}
