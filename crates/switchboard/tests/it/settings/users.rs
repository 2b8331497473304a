//! `settings/users` and `settings/user`.

use serde_json::{Value, json};

use crate::support::{App, NewPerson};

async fn role_id(app: &App, title: &str) -> String {
    let roles = app.get("/{a}/settings/userroles", &[]).await.data();
    roles.iter().find(|role| role["title"] == title).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_user_is_taken_in_given_another_role_and_removed() {
    let app = App::test().await;
    let (editor, manager) = (
        role_id(&app, "Editor").await,
        role_id(&app, "Manager").await,
    );
    let user = app.make("users", "user", &json!({"name": "Bob Marten", "email": "Bob@Northwind.example", "account_role": editor})).await;
    assert_eq!(
        (
            user["name"].as_str(),
            user["email"].as_str(),
            user["account_role"].as_str()
        ),
        (
            Some("Bob Marten"),
            Some("bob@northwind.example"),
            Some("Editor")
        )
    );
    let path = format!("/{{a}}/settings/user/{}", user["id"]);
    assert_eq!(app.get(&path, &[]).await.response(), user);
    let changed = app
        .post_json(&path, &json!({"updates": {"account_role": manager}}))
        .await
        .response();
    assert_eq!(changed["account_role"], "Manager");
    assert_eq!(changed["account_role_id"], manager);
    assert_eq!(app.get("/{a}/settings/users", &[]).await.count(), 2);
    assert_eq!(app.delete(&path).await.response(), true);
    app.get(&path, &[]).await.assert_error(404, "not_found");
    assert_eq!(app.get("/{a}/settings/users", &[]).await.count(), 1);
}

#[tokio::test]
async fn addresses_are_shown_only_to_tokens_with_the_scope_email() {
    let app = App::test().await;
    let plain = app.with_scopes("accounts_read").await;
    for path in ["/{a}/settings/users", "/me/accounts"] {
        assert!(
            app.get(path, &[]).await.text().contains("ines.morgado@"),
            "{path}"
        );
        assert!(
            !plain.get(path, &[]).await.text().contains("ines.morgado@"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = App::test().await;
    let own = format!("/{{a}}/settings/user/{}", app.first.user_id);
    app.delete(&own).await.assert_error(409, "conflict");
    let editor = role_id(&app, "Editor").await;
    app.post_json(&own, &json!({"updates": {"account_role": editor}}))
        .await
        .assert_error(409, "conflict");
    app.post_json(&own, &json!({"updates": {"enabled": false}}))
        .await
        .assert_error(409, "conflict");
    let administrator = role_id(&app, "Administrator").await;
    app.make("users", "user", &json!({"name": "Second", "email": "second@northwind.example", "account_role": administrator})).await;
    app.post_json(&own, &json!({"updates": {"account_role": editor}}))
        .await
        .response();
    app.get("/{a}/settings/userroles", &[])
        .await
        .assert_error(403, "no_permission");
}

#[tokio::test]
async fn a_disabled_member_is_kept_out_until_enabled_again() {
    let app = App::test().await;
    let member = app.member(NewPerson::default()).await;
    let path = format!("/{{a}}/settings/user/{}", member.user_id);
    let disabled = app
        .post_json(&path, &json!({"updates": {"enabled": false}}))
        .await
        .response();
    assert_eq!(disabled["membership"], "disabled");
    member
        .client
        .get("/{a}/settings/topics", &[])
        .await
        .assert_error(404, "not_found");
    assert_eq!(member.client.get("/me", &[]).await.status(), 200);
    app.post_json(&path, &json!({"updates": {"enabled": true}}))
        .await
        .response();
    member
        .client
        .get("/{a}/settings/topics", &[])
        .await
        .response();
}

#[tokio::test]
async fn an_expert_and_a_time_zone_of_ones_own_are_set_here_and_shown_by_the_other_api() {
    let app = App::test().await;
    let member = app.member(NewPerson::default()).await;
    let path = format!("/{{a}}/settings/user/{}", member.user_id);
    let program = app.program().await;
    let address = format!("/v1.3/users/{}?fields=is_expert,timezone", member.user_id);
    let shown = async || program.json(&address).await["user"].clone();
    let untouched = json!({"is_expert": false, "timezone": "UTC"});
    assert_eq!(shown().await, untouched);
    for (updates, expected) in [
        (
            json!({"is_expert": true}),
            json!({"is_expert": true, "timezone": "UTC"}),
        ),
        (
            json!({"timezone": "europe/london"}),
            json!({"is_expert": true, "timezone": "Europe/London"}),
        ),
        (
            json!({"enabled": true}),
            json!({"is_expert": true, "timezone": "Europe/London"}),
        ),
        (
            json!({"is_expert": false}),
            json!({"is_expert": false, "timezone": "Europe/London"}),
        ),
        (json!({"timezone": null}), untouched),
    ] {
        app.post_json(&path, &json!({ "updates": updates }))
            .await
            .response();
        assert_eq!(shown().await, expected, "{updates}");
        // The administrator has the time zone of the account.
        let zone = expected["timezone"].as_str().unwrap();
        let list = program.json(&format!("/v1.3/users?timezone={zone}")).await;
        let expected = if zone == "UTC" { 2 } else { 1 };
        assert_eq!(
            list["users"].as_array().unwrap().len(),
            expected,
            "{updates}"
        );
    }
    for (updates, parameter) in [
        (json!({"timezone": "London"}), "updates.timezone"),
        (json!({"is_expert": "perhaps"}), "updates.is_expert"),
    ] {
        app.post_json(&path, &json!({ "updates": updates }))
            .await
            .assert_invalid(parameter);
    }
}

#[tokio::test]
async fn a_person_who_is_somewhere_already_joins_as_they_are() {
    let app = App::test().await;
    let other = app.tenant("harbour").await;
    let editor = role_id(&app, "Editor").await;
    let user = app.make("users", "user", &json!({"name": "Somebody Else", "email": "admin@harbour.example", "account_role": editor})).await;
    assert_eq!(user["id"], other.user_id);
    assert_eq!(
        user["name"], "harbour admin",
        "the name is the person's own"
    );
    let accounts = other.client.get("/me/accounts", &[]).await;
    assert_eq!(accounts.count(), 2);
    let again =
        json!({"user": {"name": "x", "email": "admin@harbour.example", "account_role": editor}});
    app.post_json("/{a}/settings/users", &again)
        .await
        .assert_error(409, "conflict");
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named() {
    let app = App::test().await;
    let editor = role_id(&app, "Editor").await;
    for (user, parameter) in [
        (
            json!({"email": "a@b.example", "account_role": editor}),
            "user.name",
        ),
        (json!({"name": "A", "account_role": editor}), "user.email"),
        (
            json!({"name": "A", "email": "a@b.example"}),
            "user.account_role",
        ),
        (
            json!({"name": "A", "email": "a@b.example", "account_role": 999}),
            "user.account_role",
        ),
        (
            json!({"name": "A", "email": "a@b.example", "account_role": "Editor"}),
            "user.account_role",
        ),
    ] {
        app.post_json("/{a}/settings/users", &json!({ "user": user }))
            .await
            .assert_invalid(parameter);
    }
    for user in [
        json!({"name": "A", "email": "nonsense", "account_role": editor}),
        json!({"name": "A", "email": "a@b.example", "account_role": editor, "password": "short"}),
    ] {
        app.post_json("/{a}/settings/users", &json!({ "user": user }))
            .await
            .assert_error(400, "invalid_parameter");
    }
    assert_eq!(app.get("/{a}/settings/users", &[]).await.count(), 1);
}

#[tokio::test]
async fn passwords_are_in_no_answer_and_in_no_event() {
    let app = App::test().await;
    let editor = role_id(&app, "Editor").await;
    let secret = "ein langes Passwort für Bob";
    let user: Value = app.make("users", "user", &json!({"name": "Bob", "email": "bob@northwind.example", "account_role": editor, "password": secret})).await;
    assert!(!user.to_string().contains(secret));
    let changes = store::changes::since(
        app.engine.db(),
        app.first.account_id,
        domain::ids::ChangeNumber(0),
        100,
    )
    .await
    .unwrap();
    assert!(
        changes
            .iter()
            .all(|change| !change.detail.to_string().contains(secret))
    );
}
