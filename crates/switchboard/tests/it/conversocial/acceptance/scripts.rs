//! What scripts do that are known, from their first call to their last.

use domain::ids::UserId;
use serde_json::{Value, json};

use crate::conversocial::client::Cv;
use crate::conversocial::world::{each, hex, keys, published, tweet};
use crate::support::{App, NewPerson, merged};

/// What the script prints of a page: each author's name and text.
async fn lines_of(cv: &Cv, page: &Value) -> Vec<String> {
    let mut lines = Vec::new();
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
    lines
}

#[tokio::test]
async fn a_script_prints_the_names_and_texts_of_all_of_todays_conversations() {
    let app = App::test().await;
    let mut expected = Vec::new();
    let mut items = Vec::new();
    for number in 0..120 {
        let more = json!({
            "author": {
                "id": format!("{}", 1_000 + number),
                "fullname": format!("Person {number}"),
            },
            // A third of them is urgent.
            "priority": {"id": if number % 3 == 0 { 9 } else { 2 }},
        });
        let tweet = tweet(&format!("t{number}"), &format!("text {number}"));
        let today = published("2026-11-21T07:00:00Z");
        items.push(merged(merged(tweet, today), more));
        expected.push(format!("Person {number}: text {number}"));
    }
    let yesterday = published("2026-11-20T23:00:00Z");
    items.push(merged(tweet("old", "yesterday"), yesterday));
    app.add(&items).await;
    let cv = app.program().await;
    let fields = "id,url,author,content_ids,contents,status,is_priority,tags,channels,assigned_to,contains_private,handling_times";
    let mut lines = Vec::new();
    let mut pages = [0, 0];
    // As documented: to see everything, ask twice.
    for (is_priority, pages) in [false, true].into_iter().zip(&mut pages) {
        let mut next = Some(format!(
            "/v1.1/conversations?is_priority={is_priority}&include=content&page_size=50\
             &fields={fields}&oldest_sort_date_gte=2026-11-21&oldest_sort_date_lt=2026-11-22"
        ));
        while let Some(address) = next {
            let page = cv.json(&address).await;
            *pages += 1;
            lines.extend(lines_of(&cv, &page).await);
            next = page["paging"]["next_page"].as_str().map(ToOwned::to_owned);
        }
    }
    lines.sort();
    expected.sort();
    assert_eq!((lines, pages), (expected, [2, 1]));
}

/// A member without a name, as other programs may have left one in the database: here each has one.
async fn nameless_member(app: &App) -> i64 {
    let member = app.member(NewPerson::default()).await;
    let id = UserId(member.user_id);
    let db = app.engine.db();
    let mut user = store::users::find(db, id).await.unwrap().unwrap();
    user.name = String::new();
    db.write(move |tx| Box::pin(async move { store::users::update(tx, &user).await }))
        .await
        .unwrap();
    app.read_names_anew().await;
    member.user_id
}

#[tokio::test]
async fn tags_users_and_conversations_take_the_filters_of_the_ruby_client() {
    let app = App::test().await;
    let nameless = nameless_member(&app).await;
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
    for (is_null, user) in [("1", nameless), ("0", admin.get())] {
        let address = format!("/v1.1/users?first_name_isnull={is_null}");
        let found = cv.json(&address).await;
        assert_eq!(each(&found, "users", "id"), [user.to_string()], "{address}");
    }
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
async fn a_script_decodes_agent_events_twice_and_follows_next_url_to_the_end() {
    let app = App::test().await;
    let mut expected = Vec::new();
    for number in 0..12 {
        let id = app.add_text(&format!("{number}")).await;
        app.update(&id, &json!({"status": "done"})).await;
        app.advance(1_000);
        expected.push(hex(&id));
    }
    let cv = app.program().await;
    let mut next = Some(
        "/v3.0/agent_events?timestamp_from=2026-11-21T00:00:00&timestamp_to=2026-11-22T00:00:00\
         &page_size=10"
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
    // Each is opened and archived.
    assert_eq!((archived, pages), (expected, 3));
}

#[tokio::test]
async fn lists_of_customer_profiles_need_a_range_and_give_fifty_entries_a_page() {
    let app = App::test().await;
    app.private("2825986021", "hello", json!({})).await;
    let cv = app.program().await;
    for (list, value) in [("notes", "text"), ("annotations", "text"), ("tags", "name")] {
        let mut written = Vec::new();
        for number in 0..52 {
            let text = format!("entry {number}");
            let mut entry = json!({"author_id": "t:2825986021", "type_id": 1});
            entry[value] = json!(text);
            let answer = cv.post_json(&format!("/api/1/{list}"), &entry).await;
            assert_eq!(answer.status(), 200, "{}", answer.text());
            written.push(text);
        }
        app.advance(1_000);
        for query in [
            "created_date_from=2026-11-21",
            "created_date_to=2026-11-21",
            "page_size=50",
        ] {
            let answer = cv.get(&format!("/api/1/{list}?{query}")).await;
            assert_eq!(answer.status(), 400, "{list} {query}");
            assert_eq!(keys(&answer.json()), ["message", "status"]);
        }
        let day = "created_date_from=2026-11-21&created_date_to=2026-11-21";
        let address = format!("/api/1/{list}?{day}&page_size=100");
        let first = cv.json(&address).await;
        assert_eq!(each(&first, list, value), written[..50], "{list}");
        assert_eq!(keys(&first["paging"]), ["next_page"]);
        let next = first["paging"]["next_page"].as_str().unwrap();
        assert!(next.contains("page_token="), "{next}");
        let second = cv.json(next).await;
        assert_eq!(each(&second, list, value), written[50..], "{list}");
        assert_eq!(second["paging"], json!({"next_page": null}));
        let before = "created_date_from=2026-11-20&created_date_to=2026-11-20";
        let nothing = cv.json(&format!("/api/v1/{list}?{before}")).await;
        assert_eq!(nothing[list], json!([]));
    }
}
