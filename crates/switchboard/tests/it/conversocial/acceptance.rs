//! What clients of the original rely on: one test for each point, from outside.

use domain::source::Service;
use domain::time::MINUTE_MS;
use serde_json::{Value, json};

use super::client::{Cv, NewKey};
use super::world::{each, hex, keys, published};
use crate::support::App;

/// Follows `next_page` from an address to its end; gives the ids in order.
async fn walk(cv: &Cv, start: &str) -> Vec<String> {
    let mut seen = Vec::new();
    let mut next = Some(start.to_owned());
    while let Some(address) = next {
        let page = cv.json(&address).await;
        let ids = each(&page, "conversations", "id");
        seen.extend(ids.into_iter().map(ToOwned::to_owned));
        next = page["paging"]["next_page"].as_str().map(ToOwned::to_owned);
    }
    seen
}

#[tokio::test]
async fn name_and_secret_open_the_door_and_a_wrong_secret_is_a_401_with_json() {
    let app = App::test().await;
    let cv = app.program().await;
    assert_eq!(cv.get("/v1.3/accounts").await.status(), 200);
    let wrong = Cv::new(&app, "program", "not the secret");
    for program in [&wrong, &cv.nameless()] {
        let answer = program.get("/v1.3/accounts").await;
        assert_eq!(answer.status(), 401);
        let challenge = answer.headers["www-authenticate"].to_str().unwrap();
        assert!(challenge.starts_with("Basic realm="), "{challenge}");
        let body = answer.json();
        assert_eq!(body["status"], "error");
        assert_eq!(body["http_status"], "401 Unauthorized");
    }
}

#[tokio::test]
async fn accounts_are_one_account_with_id_and_url_and_paging_of_two_nulls() {
    let app = App::test().await;
    let cv = app.program().await;
    let id = app.account;
    // The example of the documentation, with our origin and account.
    let example = json!({
        "accounts": [{
            "url": format!("https://switchboard.example/v1.3/accounts/{id}"),
            "id": id.to_string(),
        }],
        "paging": {"next_page": null, "prev_page": null},
    });
    assert_eq!(cv.json("/v1.3/accounts").await, example);
}

#[tokio::test]
async fn fields_returns_those_keys_only_and_skips_unknown_names() {
    let app = App::test().await;
    let cv = app.program().await;
    let list = cv.json("/v1.3/users?fields=url,first_name,id").await;
    assert_eq!(keys(&list["users"][0]), ["first_name", "id", "url"]);
    let list = cv.json("/v1.3/users?fields=url,id,nonsense").await;
    assert_eq!(keys(&list["users"][0]), ["id", "url"]);
}

#[tokio::test]
async fn a_repeated_id_selects_several_channels() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for key in ["a", "b", "c"] {
        ids.push(app.channel(Service::Twitter, key, key).await.to_string());
    }
    let cv = app.program().await;
    let query = format!("id={}&id={}", ids[2], ids[0]);
    let list = cv.json(&format!("/v1.3/channels?{query}")).await;
    assert_eq!(each(&list, "channels", "id"), [&*ids[0], &*ids[2]]);
}

#[tokio::test]
async fn the_name_of_a_channel_comes_on_request_only() {
    let app = App::test().await;
    app.channel(Service::Twitter, "page", "Demo page").await;
    let cv = app.program().await;
    let plain = cv.json("/v1.3/channels").await;
    assert_eq!(keys(&plain["channels"][0]), ["id", "url"]);
    let named = cv.json("/v1.3/channels?fields=name").await;
    assert_eq!(named["channels"], json!([{"name": "Demo page"}]));
}

#[tokio::test]
async fn a_missing_author_is_a_404_with_the_documented_body() {
    let app = App::test().await;
    let cv = app.program().await;
    let answer = cv.get("/v1.3/authors/t:1").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(
        answer.json(),
        json!({
            "status": "error",
            "message": "No such author",
            "http_status": "404 Object Not Found",
        })
    );
}

#[tokio::test]
async fn conversations_need_is_priority_or_status_and_status_alone_mixes_priorities() {
    let app = App::test().await;
    app.post("a", "a", json!({"priority": {"id": 9}})).await;
    app.post("b", "b", json!({})).await;
    let cv = app.program().await;
    let answer = cv.get("/v1.3/conversations").await;
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json()["param"], "is_priority");
    for (query, count) in [
        ("is_priority=true", 1),
        ("is_priority=false", 1),
        ("status=unread", 2),
    ] {
        let list = cv.json(&format!("/v1.3/conversations?{query}")).await;
        let found = list["conversations"].as_array().unwrap().len();
        assert_eq!(found, count, "{query}");
    }
}

#[tokio::test]
async fn a_range_of_dates_finds_the_conversations_started_between_them() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for at in [
        "2014-09-30T12:00:00Z",
        "2014-10-01T00:00:00Z",
        "2014-10-14T20:00:00Z",
        "2014-10-15T00:00:01Z",
    ] {
        ids.push(hex(&app.post(at, at, published(at)).await));
        // Later messages of the same conversation do not move its start.
        app.post(at, "again", published("2014-12-01T00:00:00Z"))
            .await;
    }
    let cv = app.program().await;
    let list = cv
        .json(
            "/v1.3/conversations?status=unread\
             &oldest_sort_date_gte=2014-10-01&oldest_sort_date_lte=2014-10-14",
        )
        .await;
    assert_eq!(each(&list, "conversations", "id"), [&*ids[1], &*ids[2]]);
}

#[tokio::test]
async fn a_page_size_of_a_hundred_gives_at_most_fifty_conversations() {
    let app = App::test().await;
    let items: Vec<Value> = (0..60)
        .map(|number| crate::support::message(&format!("{number}")))
        .collect();
    app.add(&items).await;
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?is_priority=false&page_size=100")
        .await;
    assert_eq!(each(&list, "conversations", "id").len(), 50);
}

#[tokio::test]
async fn following_next_page_visits_every_conversation_once_and_ends_with_null() {
    let app = App::test().await;
    let items: Vec<Value> = (0..40)
        .map(|number| {
            // Most of them have one and the same date.
            let day = if number % 4 == 0 { number / 4 + 1 } else { 5 };
            let at = format!("2014-10-{day:02}T09:30:00Z");
            let text = crate::support::message_with(&format!("{number}"), published(&at));
            crate::support::merged(text, json!({"message": {"type": "post"}}))
        })
        .collect();
    app.add(&items).await;
    let cv = app.program().await;
    let mut all = walk(&cv, "/v1.3/conversations?status=unread&page_size=50").await;
    all.sort();
    assert_eq!(all.len(), 40);
    for version in ["v1.1", "v1.3"] {
        for sort in [
            "oldest_sort_date",
            "-oldest_sort_date",
            "newest_sort_date",
            "-id",
            "status",
            "-is_priority",
        ] {
            for size in [1, 7, 40] {
                let start = format!(
                    "/{version}/conversations?status=unread&fields=id&sort={sort}&page_size={size}"
                );
                let mut seen = walk(&cv, &start).await;
                seen.sort();
                assert_eq!(seen, all, "{start}");
            }
        }
    }
}

#[tokio::test]
async fn with_two_sort_fields_there_are_no_links() {
    let app = App::test().await;
    for thread in ["a", "b", "c"] {
        app.post(thread, "x", json!({})).await;
    }
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?status=unread&page_size=1&sort=status,id")
        .await;
    assert_eq!(each(&list, "conversations", "id").len(), 1);
    assert_eq!(
        list["paging"],
        json!({"next_page": null, "prev_page": null})
    );
}

#[tokio::test]
async fn content_and_notes_can_be_included_and_hold_every_content_id() {
    let app = App::test().await;
    for thread in ["a", "b", "a"] {
        let id = app.post(thread, "x", json!({})).await;
        let note = json!({"actions": [{"type": "note", "extra": "seen"}]});
        app.update(&id, &note).await;
    }
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?is_priority=false&include=content&include=notes")
        .await;
    let content = each(&list, "content", "id");
    let mut count = 0;
    for conversation in list["conversations"].as_array().unwrap() {
        for id in conversation["content_ids"].as_array().unwrap() {
            assert!(content.contains(&id.as_str().unwrap()), "{id}");
            count += 1;
        }
    }
    assert_eq!((count, content.len()), (3, 3));
    assert_eq!(each(&list, "notes", "text"), ["seen"; 3]);
}

/// Asks for a report on the whole account.
async fn ask_for_report(cv: &Cv, first: &str, last: &str) -> Value {
    let account = cv.json("/v1.3/accounts").await["accounts"][0]["id"].clone();
    let body = json!({"account": account, "date_from": first, "date_to": last});
    let answer = cv.post_json("/v1.3/reports", &body).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json()["report"].clone()
}

#[tokio::test]
async fn generated_date_isnull_splits_the_reports() {
    let app = App::test().await;
    let cv = app.program().await;
    let done = ask_for_report(&cv, "2026-11-01", "2026-11-20").await;
    app.run_jobs().await;
    let waiting = ask_for_report(&cv, "2026-11-01", "2026-11-21").await;
    let with = cv.json("/v1.3/reports?generated_date_isnull=0").await;
    assert_eq!(each(&with, "reports", "id"), [done["id"].as_str().unwrap()]);
    let without = cv.json("/v1.3/reports?generated_date_isnull=1").await;
    assert_eq!(
        each(&without, "reports", "id"),
        [waiting["id"].as_str().unwrap()]
    );
}

#[tokio::test]
async fn reports_are_sorted_by_their_last_day_where_their_first_is_equal() {
    let app = App::test().await;
    let cv = app.program().await;
    let mut ids = Vec::new();
    for (first, last) in [
        ("2026-11-01", "2026-11-05"),
        ("2026-11-02", "2026-11-03"),
        ("2026-11-01", "2026-11-07"),
    ] {
        let report = ask_for_report(&cv, first, last).await;
        ids.push(report["id"].as_str().unwrap().to_owned());
    }
    let list = cv.json("/v1.3/reports?sort=-date_from,-date_to").await;
    assert_eq!(each(&list, "reports", "id"), [&*ids[1], &*ids[2], &*ids[0]]);
    let list = cv.json("/v1.3/reports?sort=-date_from,date_to").await;
    assert_eq!(each(&list, "reports", "id"), [&*ids[1], &*ids[0], &*ids[2]]);
}

#[tokio::test]
async fn a_report_is_asked_for_polled_and_downloaded() {
    let app = App::test().await;
    app.post("a", "hello", json!({})).await;
    let cv = app.program().await;
    let asked = ask_for_report(&cv, "2026-11-21", "2026-11-21").await;
    let set = |report: &Value| -> Vec<&'static str> {
        [
            "generation_start_date",
            "generated_date",
            "download",
            "failure",
        ]
        .into_iter()
        .filter(|name| report.get(name).is_some())
        .collect()
    };
    assert_eq!(set(&asked), [""; 0]);
    let address = asked["url"].as_str().unwrap();
    let polled = cv.json(address).await["report"].clone();
    assert_eq!(polled, asked);
    app.run_jobs().await;
    let done = cv.json(address).await["report"].clone();
    assert_eq!(
        set(&done),
        ["generation_start_date", "generated_date", "download"]
    );
    let file = cv.nameless().get(done["download"].as_str().unwrap()).await;
    assert_eq!(file.status(), 200);
    assert!(file.body.starts_with(b"PK"), "a zip archive");
}

#[tokio::test]
async fn the_thirty_first_request_of_a_minute_is_a_429_until_the_window_ends() {
    let app = App::limited().await;
    let cv = app.program().await;
    for count in 1..=30 {
        let answer = cv.get("/v1.3/accounts").await;
        assert_eq!(answer.status(), 200, "{count}");
        assert_eq!(answer.headers["x-ratelimit-limit"], "30");
    }
    let answer = cv.get("/v1.3/accounts").await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.json()["http_status"], "429 Too Many Requests");
    let wait = answer.headers["x-ratelimit-reset"].to_str().unwrap();
    let wait: i64 = wait.parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    app.advance(wait * 1_000);
    assert_eq!(cv.get("/v1.3/accounts").await.status(), 200);
}

#[tokio::test]
async fn a_token_without_the_permission_gets_a_403() {
    let app = App::test().await;
    let permissions = ["api.read", "settings.read"].to_vec();
    let cv = app
        .program_with(NewKey {
            permissions,
            ..NewKey::default()
        })
        .await;
    assert_eq!(cv.get("/v1.3/channels").await.status(), 200);
    for path in [
        "conversations?is_priority=true",
        "authors/t:1",
        "users",
        "tags",
        "reports",
    ] {
        let answer = cv.get(&format!("/v1.3/{path}")).await;
        assert_eq!(answer.status(), 403, "{path}");
        let body = answer.json();
        assert_eq!(body["http_status"], "403 Forbidden");
        assert_eq!(body["error_code"], "permission_denied");
        assert!(body.get("param").is_none());
    }
}

/// Every text within a value.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

/// Answers of every kind of resource, with all there is.
async fn everything_of(version: &str) -> Vec<Value> {
    let app = App::test().await;
    app.channel(Service::Twitter, "page", "Demo page").await;
    let mut more = published("2013-11-18T11:20:24.700Z");
    more["tags"] = json!(["Refund"]);
    let id = app.post("a", "hello", more).await;
    app.advance(MINUTE_MS);
    let note = json!({"actions": [{"type": "note", "extra": "seen"}]});
    app.update(&id, &note).await;
    app.advance(MINUTE_MS);
    app.update(
        &id,
        &json!({"assignees": [{"type": "user", "id": app.first.user_id.get()}]}),
    )
    .await;
    let cv = app.program().await;
    ask_for_report(&cv, "2026-11-01", "2026-11-21").await;
    app.run_jobs().await;
    let mut answers = Vec::new();
    for path in [
        "accounts?fields=id,url,created_date,channels,reports",
        "channels?fields=id,url,created,account,reports",
        "users?fields=id,url,date_joined,account",
        "tags?page_size=1",
        "authors/t:77",
        "reports?fields=url,account,generation_start_date,generated_date",
        "conversations?is_priority=false&include=content,notes,actions&page_size=1",
        "conversations?status=unread&fields=oldest_sort_date,newest_sort_date",
    ] {
        answers.push(cv.json(&format!("/{version}/{path}")).await);
    }
    answers
}

#[tokio::test]
async fn times_have_the_documented_form_without_a_zone() {
    let answers = everything_of("v1.3").await;
    let mut found = Vec::new();
    for answer in &answers {
        texts(answer, &mut found);
    }
    let is_time = |text: &&&str| {
        text.len() >= 11 && text.as_bytes()[10] == b'T' && text.as_bytes()[4] == b'-'
    };
    let times: Vec<&&str> = found.iter().filter(is_time).collect();
    assert!(times.len() > 8, "{times:?}");
    for time in times {
        let form: String = time
            .chars()
            .map(|letter| if letter.is_ascii_digit() { '0' } else { letter })
            .collect();
        assert_eq!(form, "0000-00-00T00:00:00", "{time}");
    }
    assert!(found.contains(&"2013-11-18T11:20:24"));
}

#[tokio::test]
async fn a_script_prints_the_names_and_texts_of_all_of_todays_conversations() {
    let app = App::test().await;
    let mut expected = Vec::new();
    for number in 0..120 {
        let author = json!({"author": {
            "id": format!("{}", 1_000 + number),
            "fullname": format!("Person {number}"),
        }});
        let more = crate::support::merged(published("2026-11-21T07:00:00Z"), author);
        app.post(&format!("t{number}"), &format!("text {number}"), more)
            .await;
        expected.push(format!("Person {number}: text {number}"));
    }
    app.post("old", "yesterday", published("2026-11-20T23:00:00Z"))
        .await;
    let cv = app.program().await;
    let fields = "id,url,author,content_ids,contents,status,is_priority,tags,channels,assigned_to,contains_private,handling_times";
    let mut next = Some(format!(
        "/v1.1/conversations?is_priority=false&include=content&page_size=50&fields={fields}\
         &oldest_sort_date_gte=2026-11-21&oldest_sort_date_lt=2026-11-22"
    ));
    let mut lines = Vec::new();
    let mut pages = 0;
    while let Some(address) = next {
        let page = cv.json(&address).await;
        pages += 1;
        for conversation in page["conversations"].as_array().unwrap() {
            let ids = conversation["content_ids"].as_array().unwrap();
            for content in page["content"].as_array().unwrap() {
                if ids.contains(&content["id"]) {
                    let author = cv.json(content["author"]["url"].as_str().unwrap()).await;
                    lines.push(format!(
                        "{}: {}",
                        author["author"]["real_name"].as_str().unwrap(),
                        content["text"].as_str().unwrap()
                    ));
                }
            }
        }
        next = page["paging"]["next_page"].as_str().map(ToOwned::to_owned);
    }
    lines.sort();
    expected.sort();
    assert_eq!((lines, pages), (expected, 3));
}

#[tokio::test]
async fn tags_users_and_conversations_take_the_filters_of_the_ruby_client() {
    let app = App::test().await;
    for word in ["a", "b"] {
        app.make("tags", "tag", &json!({ "tag": word })).await;
    }
    let id = app.post("t", "x", json!({})).await;
    let done = app.post("u", "x", json!({"status": "done"})).await;
    app.post("v", "x", json!({"status": "pending"})).await;
    let admin = app.first.user_id;
    let assigned = json!({"assignees": [{"type": "user", "id": admin.get()}]});
    app.update(&id, &assigned).await;
    let cv = app.program().await;
    let tags = cv.json("/v1.1/tags").await;
    let first = tags["tags"][0]["id"].as_str().unwrap();
    let after = cv.json(&format!("/v1.1/tags?id_gt={first}")).await;
    assert_eq!(after["tags"], json!([tags["tags"][1]]));
    let nameless = cv.json("/v1.1/users?first_name_isnull=1").await;
    assert_eq!(nameless["users"], json!([]));
    let two = cv
        .json("/v1.1/conversations?status=unread&status=archived&sort=id")
        .await;
    assert_eq!(each(&two, "conversations", "id"), [hex(&id), hex(&done)]);
    let mine = cv
        .json(&format!(
            "/v1.1/conversations?status=unread&assigned_to={admin}"
        ))
        .await;
    assert_eq!(each(&mine, "conversations", "id"), [hex(&id)]);
}

#[tokio::test]
async fn answers_of_one_version_never_name_the_other() {
    for (version, other) in [("v1.1", "v1.3"), ("v1.3", "v1.1")] {
        let answers = everything_of(version).await;
        let text = json!(answers).to_string();
        assert!(text.contains(&format!("/{version}/conversations/")));
        assert!(!text.contains(other), "{text}");
    }
}

#[tokio::test]
async fn a_script_decodes_agent_events_twice_and_follows_next_url_to_the_end() {
    let app = App::test().await;
    let mut expected = Vec::new();
    for number in 0..60 {
        let id = app.add_text(&format!("{number}")).await;
        app.update(&id, &json!({"status": "done"})).await;
        app.advance(1_000);
        expected.push(hex(&id));
    }
    let cv = app.program().await;
    let mut next = Some(
        "/v3.0/agent_events?timestamp_from=2026-11-21T00:00:00&timestamp_to=2026-11-22T00:00:00"
            .to_owned(),
    );
    let mut archived = Vec::new();
    let mut pages = 0;
    while let Some(address) = next {
        let page = cv.json(&address).await;
        pages += 1;
        let documents: Vec<Value> =
            serde_json::from_str(page["documents"].as_str().unwrap()).unwrap();
        for document in documents {
            if document["type"] == "conversation_archived" {
                archived.push(document["conversation_id"].as_str().unwrap().to_owned());
            }
        }
        next = page["next_url"].as_str().map(ToOwned::to_owned);
    }
    assert_eq!(archived, expected);
    assert!(pages > 1, "{pages}");
}

#[tokio::test]
async fn lists_of_customer_profiles_need_a_range_and_give_fifty_entries_a_page() {
    let app = App::test().await;
    app.private("2825986021", "hello", json!({})).await;
    let cv = app.program().await;
    for number in 0..60 {
        let note = json!({"author_id": "t:2825986021", "text": format!("note {number}")});
        let answer = cv.post_json("/api/1/notes", &note).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
        app.advance(1_000);
    }
    for list in ["notes", "annotations", "tags"] {
        let answer = cv
            .get(&format!("/api/1/{list}?created_date_from=2026-11-21"))
            .await;
        assert_eq!(answer.status(), 400, "{list}");
        assert_eq!(keys(&answer.json()), ["message", "status"]);
    }
    let range = "created_date_from=2026-11-21&created_date_to=2026-11-21";
    let first = cv
        .json(&format!("/api/1/notes?{range}&page_size=100"))
        .await;
    assert_eq!(each(&first, "notes", "text").len(), 50);
    assert_eq!(keys(&first["paging"]), ["next_page"]);
    let next = first["paging"]["next_page"].as_str().unwrap();
    assert!(next.contains("page_token="), "{next}");
    let second = cv.json(next).await;
    let texts = each(&second, "notes", "text");
    assert_eq!((texts.len(), texts[9]), (10, "note 59"));
    assert_eq!(second["paging"], json!({"next_page": null}));
    let before = "created_date_from=2026-11-20&created_date_to=2026-11-20";
    let nothing = cv.json(&format!("/api/v1/notes?{before}")).await;
    assert_eq!(nothing["notes"], json!([]));
}
