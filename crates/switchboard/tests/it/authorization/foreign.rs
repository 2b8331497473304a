//! Identifiers of another account within parameters.

use axum::http::Method;
use serde_json::json;

use super::principals::World;
use crate::support::message;

/// Parameters that hold an identifier: verb, path, name, the value around it, and of what it is.
const PLACES: &[(&str, &str, &str, &str, Of)] = &[
    (
        "POST",
        "/{a}/inbox/add",
        "mentions",
        r#"[{"topic":{"id":ID},"message":{"content":"x"}}]"#,
        Of::Topic,
    ),
    ("GET", "/{a}/inbox/mentions", "topic_ids", "ID", Of::Topic),
    (
        "GET",
        "/{a}/inbox/mentions",
        "filter",
        "topic:ID",
        Of::Topic,
    ),
    (
        "GET",
        "/{a}/inbox/mentions",
        "filter",
        "project:ID",
        Of::Project,
    ),
    ("GET", "/{a}/inbox/mentions", "filter", "tag:ID", Of::Tag),
    (
        "GET",
        "/{a}/inbox/mentions",
        "filter",
        "assigned:ID",
        Of::User,
    ),
    (
        "GET",
        "/{a}/inbox/mentions",
        "filter",
        "actionby:ID",
        Of::User,
    ),
    (
        "POST",
        "/{a}/inbox/mention/{t}/MENTION",
        "updates",
        r#"{"assignees":[{"id":"ID","type":"user"}]}"#,
        Of::User,
    ),
    (
        "POST",
        "/{a}/inbox/mention/{t}/MENTION",
        "updates",
        r#"{"assignment":{"user_ids":[ID]}}"#,
        Of::User,
    ),
    (
        "POST",
        "/{a}/settings/topics",
        "topic",
        r#"{"name":"x","project_id":ID}"#,
        Of::Project,
    ),
    (
        "POST",
        "/{a}/settings/users",
        "user",
        r#"{"name":"x","email":"x@harbour.example","account_role":ID}"#,
        Of::Role,
    ),
    (
        "POST",
        "/{a}/settings/userroles",
        "userrole",
        r#"{"title":"x","permissions":["api.read"],"topics":[ID]}"#,
        Of::Topic,
    ),
    (
        "POST",
        "/{a}/settings/tags",
        "tag",
        r#"{"tag":"x","parent_id":"ID"}"#,
        Of::Tag,
    ),
    (
        "POST",
        "/{a}/settings/tag/TAG",
        "updates",
        r#"{"parent_id":"ID"}"#,
        Of::Tag,
    ),
    (
        "POST",
        "/{a}/settings/user/USER",
        "updates",
        r#"{"account_role":ID}"#,
        Of::Role,
    ),
    (
        "POST",
        "/{a}/settings/apikeys",
        "apikey",
        r#"{"name":"x","role_id":ID}"#,
        Of::Role,
    ),
];

#[derive(Debug, Clone, Copy)]
enum Of {
    Topic,
    Project,
    Tag,
    User,
    Role,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_ids_within_parameters_are_as_unknown_as_absent_ones() {
    let world = World::new().await;
    let stranger = &world.stranger.client;
    let mention = stranger.add_text("a message of the stranger's own").await;
    let tag = stranger.make("tags", "tag", &json!({"tag": "own"})).await["id"].to_string();
    for (method, path, name, value, of) in PLACES {
        let foreign = match of {
            Of::Topic => world.ids.mention_topic,
            Of::Project => world.ids.project,
            Of::Tag => world.ids.tag,
            Of::User => world.ids.user,
            Of::Role => world.ids.role,
        };
        let path = path
            .replace("MENTION", &mention)
            .replace("TAG", &tag)
            .replace("USER", &world.stranger.user_id.to_string());
        let method: Method = method.parse().unwrap();
        let ask = async |id: i64| {
            let value = value.replace("ID", &id.to_string());
            let call = stranger.call(method.clone(), &path);
            let pairs = [(*name, value.as_str())];
            let call = if method == Method::GET {
                call.query(&pairs)
            } else {
                call.form(&pairs)
            };
            call.send().await
        };
        let before = world.heads().await;
        let (foreign, absent) = (ask(foreign).await, ask(999_999).await);
        let what = format!("{method} {path} {name}={value}");
        assert_eq!(
            foreign.status(),
            absent.status(),
            "{what}: {}",
            foreign.text()
        );
        assert_eq!(world.heads().await, before, "{what}");
        world.assert_tells_nothing(&foreign, &what);
        if foreign.status() == 200 {
            assert_eq!((foreign.count(), absent.count()), (0, 0), "{what}");
        } else {
            // A refusal may repeat the number that was given; nothing else differs.
            let letters = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
            assert_eq!(letters(foreign.text()), letters(absent.text()), "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_in_a_list_of_one_account_is_no_place_in_anothers() {
    let world = World::new().await;
    world.app.add(&[message("one"), message("two")]).await;
    let next = world
        .app
        .mentions(&[("limit", "1")])
        .await
        .next_url()
        .unwrap();
    let token = next
        .split("page_token=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap()
        .to_owned();
    let stranger = &world.stranger.client;
    let foreign = stranger
        .call(Method::GET, "/{a}/inbox/mentions")
        .raw_query(&format!("page_token={token}"))
        .send()
        .await;
    let nonsense = stranger.mentions(&[("page_token", "nonsense")]).await;
    foreign.assert_invalid("page_token");
    assert_eq!(foreign.body, nonsense.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_of_somebody_else_repeats_nothing_of_theirs() {
    let world = World::new().await;
    let form = [("tag", r#"{"tag":"canary kept"}"#)];
    let ask = async |client: &crate::support::Client, name: &str| {
        let form = [(form[0].0, name)];
        client
            .call(Method::POST, "/{a}/settings/tags")
            .header("idempotency-key", "same-key")
            .form(&form)
            .send()
            .await
    };
    ask(&world.app, form[0].1).await.response();
    let other = ask(&world.stranger.client, r#"{"tag":"harbour tag"}"#).await;
    assert_eq!(other.response()["tag"], "harbour tag");
    assert_eq!(other.header("idempotency-replayed"), "");
}
