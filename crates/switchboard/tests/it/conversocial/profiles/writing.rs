//! What can be written, and what not.

use serde_json::json;

use super::{ANNA, TODAY, account, assert_error, customer, note, write};

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
async fn what_cannot_be_written_is_refused_with_the_reason() {
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
