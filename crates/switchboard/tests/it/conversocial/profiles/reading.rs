//! What is shown: lists within a range of dates, and a whole customer.

use domain::author::AuthorId;
use domain::ids::{AnnotationTypeId, UserId};
use domain::permission::PermissionSet;
use domain::role::TopicAccess;
use domain::scope::Scope;
use engine::contacts;
use serde_json::{Value, json};

use super::{ANNA, TODAY, account, assert_error, note, texts, write};

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
