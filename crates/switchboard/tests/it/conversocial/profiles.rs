//! The Customer Profiles API.

use domain::author::AuthorId;
use domain::ids::{AnnotationTypeId, UserId};
use domain::permission::PermissionSet;
use domain::role::TopicAccess;
use domain::scope::Scope;
use engine::contacts;
use serde_json::{Value, json};

use super::client::{Cv, NewKey, ORIGIN};
use crate::support::{Answer, App, message_with};

const TODAY: &str = "created_date_from=2026-11-21&created_date_to=2026-11-21";
const ANNA: &str = "t:2825986021";

/// A customer who wrote once.
async fn customer(app: &App, service: &str, id: &str) {
    let more = json!({"author": {"id": id, "name": "ann"}, "source": {"service": service}});
    app.add_one(message_with("hello", more)).await;
}

/// An account in which Anna is a customer, and a program that may do everything there.
async fn account() -> (App, Cv) {
    let app = App::test().await;
    customer(&app, "twitter", "2825986021").await;
    let program = app.program().await;
    (app, program)
}

async fn write(program: &Cv, path: &str, body: Value) -> Value {
    let answer = program.post_json(path, &body).await;
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
    answer.json()
}

async fn note(program: &Cv, text: &str) -> Value {
    let body = json!({"author_id": ANNA, "text": text});
    write(program, "/api/1/notes", body).await["note"].take()
}

fn texts<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    let things = list[name].as_array().unwrap_or_else(|| panic!("{list}"));
    things
        .iter()
        .map(|thing| thing["text"].as_str().unwrap())
        .collect()
}

/// An error of this API: two members and no more.
#[track_caller]
fn assert_error(answer: &Answer, status: u16, message: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(
        answer.json(),
        json!({"status": "error", "message": message})
    );
}

#[tokio::test]
async fn notes_annotations_and_tags_have_the_documented_members() {
    let (app, program) = account().await;
    let agent = Scope::for_member(
        app.first.account_id,
        UserId(1001),
        TopicAccess::All,
        PermissionSet::all(),
    );
    let anna = AuthorId::parse(ANNA).unwrap();
    app.advance(988);
    contacts::add_note(&app.engine, &agent, &anna, "Likes lamps")
        .await
        .unwrap();
    contacts::set_annotation(
        &app.engine,
        &agent,
        &anna,
        AnnotationTypeId(1),
        "anna@example.org",
    )
    .await
    .unwrap();
    contacts::add_tag(&app.engine, &agent, &anna, "VIP")
        .await
        .unwrap();
    for (list, members) in [
        (
            "notes",
            json!({"action": "add_note", "text": "Likes lamps"}),
        ),
        (
            "annotations",
            json!({"action": "add_annotation", "text": "anna@example.org", "type_id": "1"}),
        ),
        ("tags", json!({"action": "add_tag", "name": "VIP"})),
    ] {
        let answer = program.json(&format!("/api/1/{list}?{TODAY}")).await;
        let [entry] = answer[list].as_array().unwrap().as_slice() else {
            panic!("{answer}")
        };
        let mut expected = json!({
            "id": entry["id"],
            "created_date": "2026-11-21T20:00:00.988000",
            "user": 1001,
            "author": {
                "author_ids": [ANNA],
                "customer_profiles_id": entry["author"]["customer_profiles_id"],
            },
        });
        for (name, value) in members.as_object().unwrap() {
            expected[name] = value.clone();
        }
        assert_eq!(*entry, expected);
        for id in [&entry["id"], &entry["author"]["customer_profiles_id"]] {
            let id = id.as_str().unwrap();
            assert!(
                id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{id}"
            );
        }
        assert_eq!(answer["paging"], json!({"next_page": null}));
        assert_eq!(answer.as_object().unwrap().len(), 2);
    }
}

#[tokio::test]
async fn both_ends_of_the_range_are_needed_and_must_be_dates() {
    let (_app, program) = account().await;
    let missing = "created_date_from and created_date_to are needed.";
    for list in ["notes", "annotations", "tags"] {
        for query in [
            "",
            "created_date_from=2026-11-21",
            "created_date_to=2026-11-21",
            "created_date_from=&created_date_to=2026-11-21",
        ] {
            assert_error(
                &program.get(&format!("/api/1/{list}?{query}")).await,
                400,
                missing,
            );
        }
        let wrong = program
            .get(&format!(
                "/api/1/{list}?created_date_from=2026-11-21&created_date_to=soon"
            ))
            .await;
        assert_eq!(wrong.status(), 400);
        let message = wrong.json()["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with("created_date_to: expected a date"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_day_as_upper_end_is_covered_and_a_moment_is_not() {
    let (app, program) = account().await;
    note(&program, "evening").await;
    app.advance(4 * 3_600_000 - 1);
    note(&program, "last moment").await;
    app.advance(1);
    note(&program, "midnight").await;
    let asked = async |from: &str, to: &str| {
        let list = program
            .json(&format!(
                "/api/1/notes?created_date_from={from}&created_date_to={to}"
            ))
            .await;
        texts(&list, "notes").join(", ")
    };
    for (from, to, expected) in [
        ("2026-11-21", "2026-11-21", "evening, last moment"),
        ("2026-11-21", "2026-11-22", "evening, last moment, midnight"),
        ("2026-11-22", "2026-11-22", "midnight"),
        ("2026-11-20", "2026-11-20", ""),
        (
            "2026-11-21T20:00:00",
            "2026-11-22T00:00:00",
            "evening, last moment",
        ),
        ("2026-11-21T20:00:00", "2026-11-21T20:00:00", ""),
        (
            "2026-11-21T20:00:01",
            "2026-11-22T00:00:01",
            "last moment, midnight",
        ),
        (
            "2026-11-21T23:59:59.999000",
            "2026-11-21T23:59:59.999001",
            "last moment",
        ),
        (
            "2026-11-21T23:59:59.999001",
            "2026-11-22T00:00:00.000001",
            "midnight",
        ),
        ("2026-11-22", "2026-11-21", ""),
    ] {
        assert_eq!(asked(from, to).await, expected, "{from} {to}");
    }
}

#[tokio::test]
async fn pages_have_at_most_fifty_and_following_them_visits_everything_once() {
    let (app, program) = account().await;
    for n in 0..120 {
        note(&program, &format!("note {n}")).await;
        if n % 50 == 0 {
            app.advance(1_000);
        }
    }
    for (asked, size) in [
        ("", 50),
        ("&page_size=500", 50),
        ("&page_size=7", 7),
        ("&page_size=120", 50),
    ] {
        let mut address = format!("/api/1/notes?{TODAY}{asked}");
        let mut visited = Vec::new();
        loop {
            let page = program.json(&address).await;
            let found = texts(&page, "notes");
            let next = &page["paging"]["next_page"];
            if !next.is_null() {
                assert_eq!(found.len(), size);
            }
            visited.extend(found.into_iter().map(str::to_owned));
            let Some(next) = next.as_str() else { break };
            assert!(
                next.starts_with(&format!("{ORIGIN}/api/1/notes?{TODAY}{asked}&page_token=")),
                "{next}"
            );
            address = next.to_owned();
        }
        let expected: Vec<String> = (0..120).map(|n| format!("note {n}")).collect();
        assert_eq!(visited, expected, "{asked}");
    }
}

#[tokio::test]
async fn what_is_written_between_two_pages_moves_nothing() {
    let (app, program) = account().await;
    for n in 0..5 {
        note(&program, &format!("{n}")).await;
    }
    let first = program
        .json(&format!("/api/1/notes?{TODAY}&page_size=3"))
        .await;
    app.advance(1);
    note(&program, "late").await;
    let next = first["paging"]["next_page"].as_str().unwrap();
    let second = program.json(next).await;
    assert_eq!(texts(&first, "notes"), ["0", "1", "2"]);
    assert_eq!(texts(&second, "notes"), ["3", "4", "late"]);
}

#[tokio::test]
async fn a_page_token_is_good_for_its_list_and_account_and_unchanged_only() {
    let (app, program) = account().await;
    for n in 0..2 {
        note(&program, &format!("{n}")).await;
    }
    let page = program
        .json(&format!("/api/1/notes?{TODAY}&page_size=1"))
        .await;
    let next = page["paging"]["next_page"].as_str().unwrap();
    let token = next.rsplit_once('=').unwrap().1;
    let other = app
        .program_of(app.tenant("harbour").await.client.account, "x")
        .await;
    for (program, address) in [
        (
            &program,
            format!("/api/1/notes?{TODAY}&page_token={}", token.to_lowercase()),
        ),
        (&program, format!("/api/1/notes?{TODAY}&page_token=1")),
        (&program, format!("/api/1/tags?{TODAY}&page_token={token}")),
        (
            &program,
            format!("/api/1/annotation-types?page_token={token}"),
        ),
        (&other, format!("/api/1/notes?{TODAY}&page_token={token}")),
    ] {
        let answer = program.get(&address).await;
        assert_eq!(answer.status(), 400, "{address}: {}", answer.text());
        assert_eq!(answer.json().as_object().unwrap().len(), 2);
    }
    for size in ["0", "-1", "ten"] {
        let answer = program
            .get(&format!("/api/1/notes?{TODAY}&page_size={size}"))
            .await;
        assert_eq!(answer.status(), 400, "{size}");
    }
}

#[tokio::test]
async fn addresses_keep_the_version_as_the_caller_wrote_it() {
    let (_app, program) = account().await;
    note(&program, "a").await;
    note(&program, "b").await;
    for base in ["api/1", "api/v1"] {
        for slash in ["", "/"] {
            let page = program
                .json(&format!("/{base}/notes{slash}?{TODAY}&page_size=1"))
                .await;
            let next = page["paging"]["next_page"].as_str().unwrap();
            assert!(
                next.starts_with(&format!("{ORIGIN}/{base}/notes?")),
                "{next}"
            );
            assert_eq!(texts(&program.json(next).await, "notes"), ["b"]);
        }
    }
    for base in ["api/2", "api/v2", "api"] {
        assert_eq!(
            program
                .get(&format!("/{base}/notes?{TODAY}"))
                .await
                .status(),
            404,
            "{base}"
        );
    }
}

#[tokio::test]
async fn annotation_types_are_three_and_those_that_were_made() {
    let (_app, program) = account().await;
    let body = json!({"name": "Shoe size", "format": "long"});
    let made = write(&program, "/api/1/annotation-types", body).await;
    assert_eq!(
        made,
        json!({"annotationtype": {"id": "1001", "name": "Shoe size", "format": "long", "is_active": true}})
    );
    let off = write(
        &program,
        "/api/1/annotation-types/2",
        json!({"is_active": false}),
    )
    .await;
    assert_eq!(off["annotationtype"]["is_active"], false);
    assert_eq!(
        program.json("/api/1/annotation-types").await,
        json!({
            "annotationtypes": [
                {"id": "1", "name": "Email", "format": "short", "is_active": true},
                {"id": "2", "name": "Phone number", "format": "short", "is_active": false},
                {"id": "3", "name": "Address", "format": "long", "is_active": true},
                {"id": "1001", "name": "Shoe size", "format": "long", "is_active": true},
            ],
            "paging": {"next_page": null},
        })
    );
    let mut address = "/api/1/annotation-types?page_size=3".to_owned();
    let mut names = Vec::new();
    loop {
        let page = program.json(&address).await;
        for kind in page["annotationtypes"].as_array().unwrap() {
            names.push(kind["name"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["paging"]["next_page"].as_str() else {
            break;
        };
        address = next.to_owned();
    }
    assert_eq!(names, ["Email", "Phone number", "Address", "Shoe size"]);
    for (path, body, status) in [
        ("annotation-types", json!({"name": "EMAIL"}), 409),
        (
            "annotation-types",
            json!({"name": "x", "format": "wide"}),
            400,
        ),
        ("annotation-types", json!({}), 400),
        ("annotation-types/2", json!({"is_active": "perhaps"}), 400),
        ("annotation-types/2", json!({}), 400),
        ("annotation-types/99", json!({"is_active": true}), 404),
        ("annotation-types/x", json!({"is_active": true}), 404),
    ] {
        let answer = program.post_json(&format!("/api/1/{path}"), &body).await;
        assert_eq!(answer.status(), status, "{path} {body}: {}", answer.text());
        assert_eq!(answer.json()["status"], "error");
    }
}

#[tokio::test]
async fn a_whole_customer_has_everything_that_was_written() {
    let (_app, program) = account().await;
    let first = note(&program, "Likes lamps").await;
    let id = first["id"].as_str().unwrap();
    let again = write(
        &program,
        &format!("/api/1/notes/{id}"),
        json!({"text": "Likes lights"}),
    )
    .await;
    assert_eq!(
        again["note"]["id"], first["id"],
        "a note stays the same note"
    );
    for text in ["a@example.org", "b@example.org"] {
        let body = json!({"author_id": ANNA, "type_id": 1, "text": text});
        write(&program, "/api/1/annotations", body).await;
    }
    write(
        &program,
        "/api/1/tags",
        json!({"author_id": ANNA, "name": "VIP"}),
    )
    .await;
    let gone = program.delete("/api/1/authors/t:2825986021/tags/vip").await;
    assert_eq!(gone.json()["tag"]["action"], "remove_tag");
    let whole = program.json("/api/1/authors/t:2825986021").await;
    assert_eq!(whole, program.json("/api/v1/authors/t%3A2825986021").await);
    let author = &whole["author"];
    let mut names: Vec<&String> = author.as_object().unwrap().keys().collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "annotations",
            "author_ids",
            "customer_profiles_id",
            "notes",
            "tags"
        ]
    );
    assert_eq!(author["author_ids"], json!([ANNA]));
    assert_eq!(
        author["customer_profiles_id"],
        first["author"]["customer_profiles_id"]
    );
    let actions = |list: &str| -> Vec<String> {
        author[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                format!(
                    "{} {}",
                    entry["action"].as_str().unwrap(),
                    entry.get("text").unwrap_or(&entry["name"])
                )
            })
            .collect()
    };
    assert_eq!(
        actions("notes"),
        ["add_note \"Likes lamps\"", "modify_note \"Likes lights\""]
    );
    assert_eq!(
        actions("annotations"),
        [
            "add_annotation \"a@example.org\"",
            "modify_annotation \"b@example.org\""
        ]
    );
    assert_eq!(actions("tags"), ["add_tag \"VIP\"", "remove_tag \"VIP\""]);
    assert_eq!(
        author["notes"][0]["user"],
        Value::Null,
        "a program is no agent"
    );
}

#[tokio::test]
async fn two_identities_that_are_one_customer_are_shown_together() {
    let (app, program) = account().await;
    customer(&app, "rss", "anna.example").await;
    note(&program, "Likes lamps").await;
    let body = json!({"same_as": ANNA});
    let joined = write(&program, "/api/1/authors/x:rss:anna.example", body).await;
    assert_eq!(
        joined["author"]["author_ids"],
        json!([ANNA, "x:rss:anna.example"])
    );
    assert_eq!(joined["author"]["notes"][0]["text"], "Likes lamps");
    let list = program.json(&format!("/api/1/notes?{TODAY}")).await;
    assert_eq!(
        list["notes"][0]["author"]["author_ids"],
        json!([ANNA, "x:rss:anna.example"])
    );
}

#[tokio::test]
async fn who_never_wrote_is_no_customer() {
    let (app, program) = account().await;
    let other = app
        .program_of(app.tenant("harbour").await.client.account, "x")
        .await;
    let nobody = "Customer with that ID does not exist";
    for (program, id) in [
        (&program, "t:1"),
        (&program, "f:2825986021"),
        (&program, "2825986021"),
        (&other, ANNA),
    ] {
        assert_error(
            &program.get(&format!("/api/1/authors/{id}")).await,
            404,
            nobody,
        );
        let body = json!({"author_id": id, "text": "x", "name": "x", "type_id": "1"});
        for path in ["notes", "annotations", "tags"] {
            assert_error(
                &program.post_json(&format!("/api/1/{path}"), &body).await,
                404,
                nobody,
            );
        }
    }
    note(&program, "ours").await;
    let theirs = other.json(&format!("/api/1/notes?{TODAY}")).await;
    assert_eq!(theirs["notes"], json!([]));
}

#[tokio::test]
async fn what_can_not_be_written_is_refused_with_the_reason() {
    let (_app, program) = account().await;
    let id = note(&program, "x").await["id"].as_str().unwrap().to_owned();
    for (path, body, needed) in [
        ("notes", json!({"text": "x"}), "author_id"),
        ("notes", json!({"author_id": ANNA}), "text"),
        ("notes", json!({"author_id": ANNA, "text": " "}), "text"),
        ("notes", json!({"author_id": ANNA, "text": ["x"]}), "text"),
        (
            "annotations",
            json!({"author_id": ANNA, "text": "x"}),
            "type_id",
        ),
        (
            "annotations",
            json!({"author_id": ANNA, "text": "x", "type_id": "Email"}),
            "type_id",
        ),
        (
            "annotations",
            json!({"author_id": ANNA, "text": "x", "type_id": 99}),
            "type_id",
        ),
        (
            "annotations",
            json!({"author_id": ANNA, "text": "a\nb", "type_id": 1}),
            "text",
        ),
        ("tags", json!({"author_id": ANNA}), "name"),
        (
            "tags",
            json!({"author_id": ANNA, "name": "x".repeat(101)}),
            "name",
        ),
        (&format!("notes/{id}"), json!({}), "text"),
    ] {
        let answer = program.post_json(&format!("/api/1/{path}"), &body).await;
        assert_eq!(answer.status(), 400, "{path} {body}: {}", answer.text());
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(needed), "{message}");
    }
    for id in ["000000000000000000000001", "x"] {
        let answer = program
            .post_json(&format!("/api/1/notes/{id}"), &json!({"text": "x"}))
            .await;
        assert_error(&answer, 404, "No such note");
    }
    let answer = program.delete("/api/1/authors/t:2825986021/tags/VIP").await;
    assert_error(&answer, 404, "No such tag");
    let form = [("author_id", ANNA), ("text", "by form")];
    assert_eq!(program.post_form("/api/1/notes", &form).await.status(), 200);
}

#[tokio::test]
async fn every_call_needs_its_permission() {
    let (app, _) = account().await;
    let (reads, writes) = ("contacts.read", "contacts.update");
    let (tags, types) = ("contacttags.update", "contactssettings.update");
    let mut programs = Vec::new();
    for held in [reads, writes, tags, types] {
        let key = NewKey {
            name: held,
            permissions: vec!["api.read", held],
            topics: None,
        };
        programs.push((held, app.program_with(key).await));
    }
    let body =
        json!({"author_id": ANNA, "text": "x", "type_id": 1, "name": "x", "is_active": true});
    for (verb, path, needed) in [
        ("GET", format!("notes?{TODAY}"), reads),
        ("GET", format!("annotations?{TODAY}"), reads),
        ("GET", format!("tags?{TODAY}"), reads),
        ("GET", "annotation-types".to_owned(), reads),
        ("GET", format!("authors/{ANNA}"), reads),
        ("POST", "notes".to_owned(), writes),
        ("POST", "annotations".to_owned(), writes),
        ("POST", "tags".to_owned(), tags),
        ("DELETE", format!("authors/{ANNA}/tags/x"), tags),
        ("POST", "annotation-types".to_owned(), types),
        ("POST", "annotation-types/1".to_owned(), types),
    ] {
        for (held, program) in &programs {
            let address = format!("/api/1/{path}");
            let answer = match verb {
                "GET" => program.get(&address).await,
                "POST" => program.post_json(&address, &body).await,
                _ => program.delete(&address).await,
            };
            if *held == needed {
                assert_eq!(
                    answer.status(),
                    200,
                    "{held} {verb} {path}: {}",
                    answer.text()
                );
            } else {
                let message = format!("The token lacks the permission \"{needed}\".");
                assert_error(&answer, 403, &message);
            }
        }
    }
    let nameless = programs[0]
        .1
        .nameless()
        .get(&format!("/api/1/notes?{TODAY}"))
        .await;
    assert_error(&nameless, 401, "A token name and its secret are needed.");
    assert!(nameless.headers.contains_key("www-authenticate"));
}

#[tokio::test]
async fn other_verbs_are_refused_with_those_that_are_taken() {
    let (_app, program) = account().await;
    for (path, allowed) in [("notes", "GET, POST"), ("authors/t:1", "GET, POST")] {
        let answer = program.delete(&format!("/api/1/{path}")).await;
        assert_eq!(answer.status(), 405);
        assert_eq!(answer.json().as_object().unwrap().len(), 2);
        for verb in allowed.split(", ") {
            assert!(
                answer.header("allow").contains(verb),
                "{}",
                answer.header("allow")
            );
        }
    }
}
