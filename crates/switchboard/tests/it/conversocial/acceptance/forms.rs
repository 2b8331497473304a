//! How times and addresses are written, in answers of every kind.

use domain::source::Service;
use domain::time::MINUTE_MS;
use serde_json::{Value, json};

use crate::conversocial::reports::{ask, id};
use crate::conversocial::world::{hex, published};
use crate::support::App;

/// Members that hold a time, with their values.
type Times = &'static [(&'static str, &'static str)];

/// When what is asked for below was made.
const MADE: &str = "2026-11-21T20:00:00";

/// The messages, the note and the assignment of a conversation.
const WORK: Times = &[
    ("created_date", "2013-11-18T11:20:24"),
    ("created_date", "2026-11-21T20:01:00"),
    ("created_date", "2026-11-21T20:01:00"),
    ("created_date", "2026-11-21T20:02:00"),
    ("ended", "2026-11-21T20:02:00"),
    ("started", "2026-11-21T20:01:00"),
];

const REPORT: Times = &[
    ("generated_date", "2026-11-21T20:02:00"),
    ("generation_start_date", "2026-11-21T20:02:00"),
];

/// Every resource as a list and alone, with all there is, and the times in each answer.
async fn everything_of(version: &str) -> Vec<(Value, Times)> {
    let app = App::test().await;
    let channel = app.channel(Service::Twitter, "page", "Demo page").await;
    let mut more = published("2013-11-18T11:20:24.700Z");
    more["tags"] = json!(["Refund"]);
    let mention = app.post("a", "hello", more).await;
    let tag = app.get("/{a}/settings/tags", &[]).await.data()[0]["id"].clone();
    app.advance(MINUTE_MS);
    let note = json!({"actions": [{"type": "note", "extra": "seen"}]});
    app.update(&mention, &note).await;
    // Whoever asks for consent to an application has signed in.
    app.through_application(false).await;
    app.advance(MINUTE_MS);
    let (account, user) = (app.account, app.first.user_id.get());
    let assigned = json!({"assignees": [{"type": "user", "id": user}]});
    app.update(&mention, &assigned).await;
    let cv = app.program().await;
    let order = json!({"account": account, "date_from": "2026-11-01", "date_to": "2026-11-21"});
    let report = ask(&cv, &order).await;
    app.run_jobs().await;
    let (report, conversation) = (id(&report), hex(&mention));
    let asked: [(String, Times); 15] = [
        (
            "accounts?fields=id,url,created_date,channels,reports".into(),
            &[("created_date", MADE)],
        ),
        (format!("accounts/{account}"), &[("created_date", MADE)]),
        (
            "channels?fields=id,url,created,account,reports".into(),
            &[("created", MADE)],
        ),
        (format!("channels/{channel}"), &[("created", MADE)]),
        (
            "users?fields=id,url,date_joined,last_login,account".into(),
            &[("date_joined", MADE), ("last_login", "2026-11-21T20:01:00")],
        ),
        (
            format!("users/{user}"),
            &[("date_joined", MADE), ("last_login", "2026-11-21T20:01:00")],
        ),
        ("tags?page_size=1".into(), &[]),
        (format!("tags/{tag}"), &[]),
        ("authors/t:77".into(), &[]),
        (
            "reports?fields=url,account,generation_start_date,generated_date".into(),
            REPORT,
        ),
        (format!("reports/{report}"), REPORT),
        (
            "conversations?is_priority=false&include=content,notes,actions&page_size=1".into(),
            WORK,
        ),
        (
            format!("conversations/{conversation}?include=content,notes,actions"),
            WORK,
        ),
        (
            "conversations?status=unread&fields=oldest_sort_date,newest_sort_date".into(),
            &[
                ("newest_sort_date", "2013-11-18T11:20:24"),
                ("oldest_sort_date", "2013-11-18T11:20:24"),
            ],
        ),
        ("keyvalues".into(), &[]),
    ];
    let mut answers = Vec::new();
    for (path, times) in asked {
        answers.push((cv.json(&format!("/{version}/{path}")).await, times));
    }
    answers
}

/// Every member of a value that is a text and begins as a date does, days excepted, with its name.
fn times_in<'a>(name: &'a str, value: &'a Value, found: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::String(text) => {
            let is_date = text.len() != "2026-11-21".len()
                && text.as_bytes().get(4) == Some(&b'-')
                && text.bytes().take(4).all(|byte| byte.is_ascii_digit());
            if is_date {
                found.push((name, text));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| times_in(name, item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                times_in(name, value, found);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn times_have_the_documented_form_without_a_zone() {
    for (answer, times) in everything_of("v1.3").await {
        let mut found = Vec::new();
        times_in("", &answer, &mut found);
        found.sort_unstable();
        assert_eq!(found, times, "{answer}");
    }
}

#[tokio::test]
async fn answers_of_one_version_never_name_the_other() {
    for (version, other) in [("v1.1", "v1.3"), ("v1.3", "v1.1")] {
        for (answer, _) in everything_of(version).await {
            let text = answer.to_string();
            let has_addresses = text.contains("https://switchboard.example/v1");
            assert_eq!(
                has_addresses,
                text.contains(&format!("/{version}/")),
                "{text}"
            );
            assert!(!text.contains(other), "{text}");
        }
    }
}
