//! Keys: made, changed and removed by the settings of the other dialect, and used in this one.

use axum::http::Method;
use domain::ids::AuditId;
use domain::time::MINUTE_MS;
use engine::auth::setup;
use serde_json::{Value, json};

use super::client::Cv;
use crate::support::{Answer, App, NewPerson};

async fn make(app: &App, key: Value) -> Value {
    app.make("apikeys", "apikey", &key).await
}

fn program(app: &App, key: &Value) -> Cv {
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    Cv::new(app, &text("token"), &text("secret"))
}

fn path(key: &Value) -> String {
    format!("/{{a}}/settings/apikey/{}", key["id"])
}

async fn update(app: &App, key: &Value, updates: Value) -> Answer {
    app.post_json(&path(key), &json!({ "updates": updates }))
        .await
}

async fn role(app: &App, permissions: &[&str]) -> Value {
    let title = format!("For programs: {}", permissions.join(" "));
    let role = json!({"title": title, "permissions": permissions});
    app.make("userroles", "userrole", &role).await["id"].clone()
}

const LIST: &str = "/v1.3/keyvalues";

#[tokio::test]
async fn a_key_opens_the_api_from_the_moment_it_is_made_until_it_is_removed() {
    let app = App::test().await;
    let role = role(&app, &["api.read", "settings.read"]).await;
    let made = make(&app, json!({"name": "Night export", "role_id": role})).await;
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(made["token"], "Night export");
    assert_eq!(
        made["userrole"],
        json!({"id": role, "title": "For programs: api.read settings.read"})
    );
    assert_eq!(made["date"]["last_used"], Value::Null);
    let program = program(&app, &made);
    assert_eq!(program.get(LIST).await.status(), 200);

    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("secret");
    assert_eq!(app.get(&path(&made), &[]).await.response(), shown);
    let listed = app.get("/{a}/settings/apikeys", &[]).await;
    assert_eq!(listed.data(), [shown]);

    app.delete(&path(&made)).await.response();
    assert_eq!(program.get(LIST).await.status(), 401);
    app.get(&path(&made), &[])
        .await
        .assert_error(404, "not_found");
}

#[tokio::test]
async fn a_new_secret_a_new_name_and_a_new_role_act_on_the_next_call() {
    let app = App::test().await;
    let made = make(&app, json!({"name": "exporter", "role": "administrator"})).await;
    let old = program(&app, &made);
    assert_eq!(old.get(LIST).await.status(), 200);

    let reset = update(&app, &made, json!({"reset_secret": true}))
        .await
        .response();
    assert_ne!(reset["secret"], made["secret"]);
    assert_eq!(old.get(LIST).await.status(), 401);
    let fresh = program(&app, &reset);
    assert_eq!(fresh.get(LIST).await.status(), 200);

    let renamed = update(&app, &made, json!({"name": "importer"}))
        .await
        .response();
    assert_eq!(renamed.get("secret"), None);
    assert_eq!(fresh.get(LIST).await.status(), 401);
    let fresh = Cv::new(&app, "importer", &fresh.secret);
    assert_eq!(fresh.get(LIST).await.status(), 200);

    let role = role(&app, &["api.read"]).await;
    update(&app, &made, json!({"role_id": role}))
        .await
        .response();
    assert_eq!(fresh.get(LIST).await.status(), 403);
    // What the role allows counts, not what it allowed when the key was made.
    let path = format!("/{{a}}/settings/userrole/{}", role.as_str().unwrap());
    let updates = json!({"permissions": ["api.read", "settings.read"]});
    app.post_json(&path, &json!({ "updates": updates }))
        .await
        .response();
    assert_eq!(fresh.get(LIST).await.status(), 200);
}

#[tokio::test]
async fn names_fit_into_http_basic_and_are_unique_in_their_account() {
    let app = App::test().await;
    for name in ["", "a:b", " x", "größe", &"x".repeat(101)] {
        let key = json!({"apikey": {"name": name, "role": "Editor"}});
        app.post_json("/{a}/settings/apikeys", &key)
            .await
            .assert_invalid("apikey.name");
    }
    for (key, parameter) in [
        (json!({"role": "Editor"}), "apikey.name"),
        (json!({"name": "x"}), "apikey.role_id"),
        (json!({"name": "x", "role": "Nobody"}), "apikey.role"),
        (json!({"name": "x", "role_id": 999_999}), "apikey.role_id"),
    ] {
        app.post_json("/{a}/settings/apikeys", &json!({ "apikey": key }))
            .await
            .assert_invalid(parameter);
    }
    let first = make(&app, json!({"name": "Exporter", "role": "Editor"})).await;
    let again = json!({"apikey": {"name": "exporter", "role": "Editor"}});
    app.post_json("/{a}/settings/apikeys", &again)
        .await
        .assert_error(409, "conflict");
    let second = make(&app, json!({"name": "other", "role": "Editor"})).await;
    update(&app, &second, json!({"name": "EXPORTER"}))
        .await
        .assert_error(409, "conflict");
    update(&app, &first, json!({"name": "exporter"}))
        .await
        .response();
    // Another account may use the name.
    let tenant = app.tenant("harbour").await;
    let key = json!({"name": "exporter", "role": "Editor"});
    tenant.client.make("apikeys", "apikey", &key).await;
}

#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have() {
    let app = App::test().await;
    let new = NewPerson {
        topics: Some(vec![app.topic]),
        ..NewPerson::without("contacts.read")
    };
    let person = app.member(new).await.client;
    let post = async |role: Value| {
        let key = json!({"apikey": {"name": "mine", "role_id": role}});
        person.post_json("/{a}/settings/apikeys", &key).await
    };
    let strong = role(&app, &["api.read", "contacts.read"]).await;
    post(strong.clone())
        .await
        .assert_error(403, "no_permission");
    let wide = role(&app, &["api.read"]).await;
    post(wide).await.assert_invalid("apikey.role_id");
    let narrow = json!({"title": "narrow", "permissions": ["api.read"], "topics": [app.topic]});
    let narrow = app.make("userroles", "userrole", &narrow).await["id"].clone();
    let made = post(narrow.clone()).await.response();
    // Nor is a stronger key taken over by giving it a new secret.
    let stronger = make(&app, json!({"name": "stronger", "role_id": strong})).await;
    for updates in [json!({"reset_secret": true}), json!({"role_id": narrow})] {
        person
            .post_json(&path(&stronger), &json!({ "updates": updates }))
            .await
            .assert_error(403, "no_permission");
    }
    person
        .post_json(&path(&made), &json!({"updates": {"reset_secret": true}}))
        .await
        .response();
}

#[tokio::test]
async fn a_role_stays_as_long_as_a_key_has_it_and_fits_keys() {
    let app = App::test().await;
    let role = role(&app, &["api.read"]).await;
    let role_path = format!("/{{a}}/settings/userrole/{}", role.as_str().unwrap());
    let made = make(&app, json!({"name": "exporter", "role_id": role})).await;
    app.delete(&role_path).await.assert_error(409, "conflict");
    let narrowed = json!({"permissions": ["api.read", "inboxonlyassignedtome.read"]});
    app.post_json(&role_path, &json!({ "updates": narrowed }))
        .await
        .assert_error(409, "conflict");
    app.delete(&path(&made)).await.response();
    app.post_json(&role_path, &json!({ "updates": narrowed }))
        .await
        .response();
    let key = json!({"apikey": {"name": "exporter", "role_id": role}});
    app.post_json("/{a}/settings/apikeys", &key)
        .await
        .assert_invalid("apikey.role_id");
    app.delete(&role_path).await.response();
}

#[tokio::test]
async fn the_secret_is_in_no_repeated_answer() {
    let app = App::test().await;
    let key = json!({"apikey": {"name": "exporter", "role": "Editor"}});
    let post = async || {
        app.call(Method::POST, "/{a}/settings/apikeys")
            .header("idempotency-key", "once")
            .json(&key)
            .send()
            .await
    };
    let first = post().await;
    let again = post().await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    let (first, again) = (first.response(), again.response());
    assert!(first.get("secret").is_some());
    assert_eq!(again.get("secret"), None);
    assert_eq!(again["id"], first["id"]);
    assert_eq!(app.get("/{a}/settings/apikeys", &[]).await.count(), 1);
}

#[tokio::test]
async fn the_security_log_tells_of_keys_and_holds_no_secret() {
    let app = App::test().await;
    let made = make(&app, json!({"name": "exporter", "role": "Editor"})).await;
    update(
        &app,
        &made,
        json!({"name": "importer", "reset_secret": true}),
    )
    .await
    .response();
    app.delete(&path(&made)).await.response();
    let entries = store::audit::list(
        app.engine.db(),
        app.first.account_id.get(),
        AuditId(0),
        1_000,
    )
    .await
    .unwrap();
    let told: Vec<Value> = entries
        .iter()
        .filter(|entry| entry.event == "settings_edited")
        .map(|entry| serde_json::from_str(&entry.detail).unwrap())
        .collect();
    let names: Vec<(&Value, &Value)> = told
        .iter()
        .map(|detail| (&detail["before"]["name"], &detail["after"]["name"]))
        .collect();
    assert_eq!(
        names,
        [
            (&Value::Null, &json!("exporter")),
            (&json!("exporter"), &json!("importer")),
            (&json!("importer"), &Value::Null),
        ]
    );
    assert_eq!(told[1]["after"]["secret"], "reset");
    let secret = made["secret"].as_str().unwrap();
    assert!(entries.iter().all(|entry| !entry.detail.contains(secret)));
    assert!(
        entries
            .iter()
            .filter(|entry| entry.event == "settings_edited")
            .all(|entry| entry.actor_id == Some(app.first.user_id))
    );
}

#[tokio::test]
async fn the_last_use_of_a_key_is_kept_to_ten_minutes() {
    let app = App::test().await;
    let made = make(&app, json!({"name": "exporter", "role": "Editor"})).await;
    let program = program(&app, &made);
    let used = async || {
        engine::auth::upkeep::flush(&app.engine).await.unwrap();
        app.get(&path(&made), &[]).await.response()["date"]["last_used"]
            .as_i64()
            .unwrap()
    };
    program.get(LIST).await;
    let first = used().await;
    app.advance(9 * MINUTE_MS);
    program.get(LIST).await;
    assert_eq!(used().await, first);
    app.advance(2 * MINUTE_MS);
    program.get(LIST).await;
    assert_eq!(used().await, first + 11 * 60);
}

#[tokio::test]
async fn an_application_that_is_not_trusted_gets_no_secret() {
    let app = App::test().await;
    let made = make(&app, json!({"name": "exporter", "role": "Editor"})).await;
    let foreign = app.through_application(false).await;
    let key = json!({"apikey": {"name": "mine", "role": "Editor"}});
    foreign
        .post_json("/{a}/settings/apikeys", &key)
        .await
        .assert_error(403, "no_permission");
    let updates = json!({"name": "mine", "reset_secret": true});
    foreign
        .post_json(&path(&made), &json!({ "updates": updates }))
        .await
        .assert_error(403, "no_permission");
    let kept = foreign.get("/{a}/settings/apikeys", &[]).await;
    assert_eq!(kept.data().len(), 1);
    assert_eq!(kept.data()[0]["token"], "exporter", "nothing changed");
    // Nor is a key that somebody holds already given more rights.
    for updates in [
        json!({"role": "Administrator"}),
        json!({"name": "mine", "role": "Administrator"}),
    ] {
        foreign
            .post_json(&path(&made), &json!({ "updates": updates }))
            .await
            .assert_error(403, "no_permission");
    }
    let unchanged = app.get(&path(&made), &[]).await.response();
    assert_eq!(unchanged["userrole"]["title"], "Editor");
    // What gives no secret and no rights is allowed as before.
    foreign
        .post_json(&path(&made), &json!({"updates": {"role": "Editor"}}))
        .await
        .response();
    foreign
        .post_json(&path(&made), &json!({"updates": {"name": "importer"}}))
        .await
        .response();
    let trusted = app.through_application(true).await;
    let mine = trusted
        .post_json("/{a}/settings/apikeys", &key)
        .await
        .response();
    trusted
        .post_json(&path(&mine), &json!({"updates": {"reset_secret": true}}))
        .await
        .response();
}

#[tokio::test]
async fn nobody_on_the_way_keeps_an_answer_with_a_secret() {
    let app = App::test().await;
    for key in ["", "once"] {
        let mut call = app.call(Method::POST, "/{a}/settings/apikeys");
        if !key.is_empty() {
            call = call.header("idempotency-key", key);
        }
        let name = format!("exporter {key}!");
        let body = json!({"apikey": {"name": name, "role": "Editor"}});
        let made = call.json(&body).send().await;
        assert_eq!(made.header("cache-control"), "no-store");
        let made = made.response();
        let reset = update(&app, &made, json!({"reset_secret": true})).await;
        assert_eq!(reset.header("cache-control"), "no-store");
        let shown = app.get(&path(&made), &[]).await;
        assert_eq!(shown.header("cache-control"), "private, no-cache");
    }
}

#[tokio::test]
async fn an_account_has_at_most_a_hundred_keys() {
    let app = App::test().await;
    let account = app.first.account_id;
    for number in 1..100 {
        setup::key(&app.engine, account, &format!("key {number}"), None)
            .await
            .unwrap();
    }
    let last = make(&app, json!({"name": "last", "role": "Editor"})).await;
    let more = json!({"apikey": {"name": "one more", "role": "Editor"}});
    app.post_json("/{a}/settings/apikeys", &more)
        .await
        .assert_error(409, "conflict");
    let refused = setup::key(&app.engine, account, "one more", None).await;
    assert!(
        matches!(refused, Err(engine::Error::Conflict(_))),
        "{refused:?}"
    );
    app.delete(&path(&last)).await.response();
    app.post_json("/{a}/settings/apikeys", &more)
        .await
        .response();
}
