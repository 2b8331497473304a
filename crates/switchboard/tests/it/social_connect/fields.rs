//! `fields=`: which members the answer keeps.

use serde_json::{Value, json};

use crate::support::{App, message_with};

fn names(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn the_documented_example_keeps_what_it_names() {
    let app = App::test().await;
    app.make("projects", "project", &json!({"name": "Second"}))
        .await;
    let query = [("fields", "name,plan,projects.limit(1).fields(name,topics)")];
    let answer = app.get("/me/accounts", &query).await;
    let accounts = answer.data();
    assert_eq!(names(&accounts[0]), ["name", "plan", "projects"]);
    assert_eq!(accounts[0]["plan"], "enterprise_v5");
    let projects = accounts[0]["projects"].as_array().unwrap();
    assert_eq!(projects.len(), 1);
    assert_eq!(names(&projects[0]), ["name", "topics"]);
    assert_eq!(projects[0]["topics"][0]["name"], "Support");
    // The list around them stays whole.
    assert_eq!(names(&answer.response()), ["count", "data", "paging"]);
}

#[tokio::test]
async fn selection_nests_in_objects_and_arrays_and_ignores_unknown_names() {
    let app = App::test().await;
    let more = json!({"tags": ["a", "b", "c"], "author": {"name": "ann", "id": "7"}});
    let id = app.add_one(message_with("a message", more)).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let select = async |fields: &str| app.get(&path, &[("fields", fields)]).await.response();
    assert_eq!(
        select("author.fields(name),nonsense,tags.limit(2)").await,
        json!({"author": {"name": "ann"}, "tags": ["a", "b"]})
    );
    assert_eq!(
        select("message.content").await,
        json!({"message": {"content": "a message"}})
    );
    assert_eq!(select("tags.limit(0)").await, json!({"tags": []}));
    assert_eq!(select("nonsense").await, json!({}));
    let nested =
        select("topic.fields(id), date.fields(added), action_links.limit(1).fields(key)").await;
    assert_eq!(nested["topic"], json!({"id": app.topic}));
    assert_eq!(nested["action_links"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_selection_that_cannot_be_read_is_an_error() {
    let app = App::test().await;
    for wrong in [
        "projects.limit(x)",
        "projects.fields(name",
        "projects.limit(1",
        "a b",
        ")",
    ] {
        app.get("/me/accounts", &[("fields", wrong)])
            .await
            .assert_invalid("fields");
    }
    let deep = "a.fields(".repeat(40) + &")".repeat(40);
    app.get("/me/accounts", &[("fields", &deep)])
        .await
        .assert_invalid("fields");
}

#[tokio::test]
async fn selection_works_in_xml_and_in_a_posted_form() {
    let app = App::test().await;
    let id = app.add_text("a message").await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    let xml = app
        .get(&path, &[("fields", "id"), ("format", "xml")])
        .await
        .xml();
    xml.at("response").assert_same(&json!({"id": id}));
    let updated = app
        .update_with(&id, &json!({"status": "done"}), &[("fields", "status")])
        .await;
    assert_eq!(updated.response(), json!({"status": "done"}));
}
