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
    let mut shown = user.clone();
    for only_once in ["password_link", "password_link_ends_at"] {
        shown.as_object_mut().unwrap().remove(only_once).unwrap();
    }
    assert_eq!(app.get(&path, &[]).await.response(), shown);
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
    // Neither somebody who was invited nor somebody who set no password yet can sign in and do it.
    let administrator = role_id(&app, "Administrator").await;
    app.tenant("fjord").await;
    for email in ["admin@fjord.example", "second@northwind.example"] {
        app.make(
            "users",
            "user",
            &json!({"name": "Second", "email": email, "account_role": administrator}),
        )
        .await;
        for updates in [json!({"account_role": editor}), json!({"enabled": false})] {
            app.post_json(&own, &json!({ "updates": updates }))
                .await
                .assert_error(409, "conflict");
        }
        app.delete(&own).await.assert_error(409, "conflict");
    }
    let password = "drei Möwen sitzen am Kai";
    engine::auth::people::reset_password(&app.engine, "second@northwind.example", password)
        .await
        .unwrap();
    app.post_json(&own, &json!({"updates": {"account_role": editor}}))
        .await
        .response();
    app.get("/{a}/settings/userroles", &[])
        .await
        .assert_error(403, "no_permission");
}

#[tokio::test]
async fn an_application_that_is_not_trusted_makes_nobody_who_outlives_it() {
    let app = App::test().await;
    app.tenant("fjord").await;
    let member = app.member(NewPerson::default()).await;
    let kept_out = app.member(NewPerson::default()).await;
    let few = NewPerson {
        permissions: vec!["api.read"],
        ..NewPerson::default()
    };
    let narrow = app.member(few).await;
    let of = |id: i64| format!("/{{a}}/settings/user/{id}");
    app.post_json(
        &of(kept_out.user_id),
        &json!({"updates": {"enabled": false}}),
    )
    .await
    .response();
    let administrator = role_id(&app, "Administrator").await;
    let before = app.get("/{a}/settings/users", &[]).await.data();
    let foreign = app.through_application(false).await;
    // Whatever the way in: a password of its own choice, a link, an invitation to somebody it knows.
    for user in [
        json!({"name": "P", "email": "p@evil.example", "account_role": administrator, "password": "drei Möwen sitzen am Kai"}),
        json!({"name": "P", "email": "p@evil.example", "account_role": administrator}),
        json!({"name": "P", "email": "admin@fjord.example", "account_role": administrator}),
    ] {
        foreign
            .post_json("/{a}/settings/users", &json!({ "user": user }))
            .await
            .assert_error(403, "no_permission");
    }
    for (id, updates) in [
        (member.user_id, json!({"account_role": administrator})),
        (kept_out.user_id, json!({"enabled": true})),
    ] {
        foreign
            .post_json(&of(id), &json!({ "updates": updates }))
            .await
            .assert_error(403, "no_permission");
    }
    let role = format!("/{{a}}/settings/userrole/{}", narrow.role_id);
    let more = json!({"updates": {"permissions": ["api.read", "adminusers.update"]}});
    foreign
        .post_json(&role, &more)
        .await
        .assert_error(403, "no_permission");
    let after = app.get("/{a}/settings/users", &[]).await.data();
    assert_eq!(after, before, "nothing changed");
    // What gives nobody more than they had is allowed.
    for updates in [json!({"is_expert": true}), json!({"enabled": false})] {
        foreign
            .post_json(&of(member.user_id), &json!({ "updates": updates }))
            .await
            .response();
    }
    for updates in [json!({"title": "Few"}), json!({"permissions": []})] {
        foreign
            .post_json(&role, &json!({ "updates": updates }))
            .await
            .response();
    }
    let trusted = app.through_application(true).await;
    trusted.post_json(&role, &more).await.response();
    trusted
        .post_json(
            &of(member.user_id),
            &json!({"updates": {"account_role": administrator, "enabled": true}}),
        )
        .await
        .response();
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

#[tokio::test]
async fn a_new_person_without_a_password_gets_a_link_that_is_shown_once() {
    let app = App::test().await;
    let editor = role_id(&app, "Editor").await;
    let new =
        json!({"user": {"name": "Bob", "email": "bob@northwind.example", "account_role": editor}});
    let post = async || {
        app.call(axum::http::Method::POST, "/{a}/settings/users")
            .header("idempotency-key", "once")
            .json(&new)
            .send()
            .await
    };
    let made = post().await.response();
    let link = made["password_link"].as_str().unwrap();
    let secret = link.rsplit('/').next().unwrap();
    assert!(
        link.contains("/account/password/link/") && secret.len() == 64,
        "{link}"
    );
    assert_eq!(made["membership"], "active");
    let found = engine::auth::password_links::find(&app.engine, secret)
        .await
        .unwrap();
    assert_eq!(found.unwrap().id.get(), made["id"]);
    assert!(!post().await.text().contains(secret), "repeated");
    for path in ["/{a}/settings/users", "/{a}/settings/account"] {
        assert!(!app.get(path, &[]).await.text().contains(secret), "{path}");
    }
    let with = app
        .make(
            "users",
            "user",
            &json!({
                "name": "Cem", "email": "cem@northwind.example", "account_role": editor,
                "password": "drei Möwen sitzen am Kai",
            }),
        )
        .await;
    assert_eq!(with["password_link"], serde_json::Value::Null);
}

#[tokio::test]
async fn somebody_of_another_account_is_invited_and_shows_the_address_only_until_they_say_yes() {
    let app = App::test().await;
    let other = app.tenant("fjord").await;
    let email = "admin@fjord.example";
    let password = "drei Möwen sitzen am Kai";
    engine::auth::people::reset_password(&app.engine, email, password)
        .await
        .unwrap();
    let session = app.session(email, password).await;
    let person = app.with_new_token(&app.token(email, "accounts_read accounts_write").await);
    app.advance(3_600_000);

    let editor = role_id(&app, "Editor").await;
    let new = json!({"name": "Whoever", "email": "Admin@Fjord.example", "account_role": editor});
    let made = app.make("users", "user", &new).await;
    assert_eq!(made["membership"], "invited");
    assert_eq!(
        (&made["name"], &made["email"]),
        (&json!(email), &json!(email))
    );
    assert_eq!(made["password_link"], serde_json::Value::Null);
    let first = invitation(&made);
    let path = format!("/{{a}}/settings/user/{}", other.user_id);
    let program = app.program().await;
    let shown = program
        .json(&format!(
            "/v1.3/users/{}?fields=last_login,first_name,last_name,timezone",
            other.user_id
        ))
        .await;
    assert_eq!(shown["user"]["last_login"], serde_json::Value::Null);
    assert_eq!(shown["user"]["first_name"], email);
    for path in [
        path.as_str(),
        "/{a}/settings/users",
        "/me/accounts",
        "/{a}/settings/history",
    ] {
        let text = app.get(path, &[]).await.text().to_owned();
        assert!(!text.contains("fjord admin"), "{path}: {text}");
        assert!(!text.contains(&first), "{path}: {text}");
    }
    // No rights, and nobody else can say yes.
    person
        .get("/{a}/settings/topics", &[])
        .await
        .assert_error(404, "not_found");
    for enabled in [true, false] {
        app.post_json(&path, &json!({"updates": {"enabled": enabled}}))
            .await
            .assert_error(409, "conflict");
    }
    // The same address again: another link, in the role that is given now.
    let manager = role_id(&app, "Manager").await;
    let new = json!({"name": "Whoever", "email": email, "account_role": manager});
    let post = async || {
        app.call(axum::http::Method::POST, "/{a}/settings/users")
            .header("idempotency-key", "again")
            .json(&json!({ "user": new }))
            .send()
            .await
    };
    let again = post().await.response();
    assert_eq!(
        (&again["membership"], &again["account_role"]),
        (&json!("invited"), &json!("Manager"))
    );
    let second = invitation(&again);
    assert!(!post().await.text().contains(&second), "repeated");
    person
        .get("/{a}/settings/topics", &[])
        .await
        .assert_error(404, "not_found");

    let account = domain::ids::AccountId(app.account);
    let accept = async |secret: &str| {
        engine::settings::accept_invitation(&app.engine, &session, account, secret).await
    };
    assert!(accept(&first).await.is_err(), "a newer link replaces it");
    accept(&second).await.unwrap();
    person.get("/{a}/settings/topics", &[]).await.response();
    let member = app.get(&path, &[]).await.response();
    assert_eq!(
        (&member["name"], &member["membership"]),
        (&json!("fjord admin"), &json!("active"))
    );
    // What the person did before belongs to the other account.
    let shown = program
        .json(&format!("/v1.3/users/{}?fields=last_login", other.user_id))
        .await;
    assert_eq!(shown["user"]["last_login"], serde_json::Value::Null);
    let answered = accept(&second).await;
    assert!(answered.is_err(), "there is nothing to say yes to");
    app.post_json("/{a}/settings/users", &json!({ "user": new }))
        .await
        .assert_error(409, "conflict");
}

/// The secret of the link to accept an invitation with.
fn invitation(made: &Value) -> String {
    let link = made["invitation_link"].as_str().unwrap();
    let (_, secret) = link.split_once("/account/invitation/link/").unwrap();
    assert!(made["invitation_link_ends_at"].is_i64(), "{made}");
    secret.to_owned()
}

#[tokio::test]
async fn who_invites_again_needs_what_the_invited_role_has() {
    let app = App::test().await;
    app.tenant("fjord").await;
    let administrator = role_id(&app, "Administrator").await;
    let editor = role_id(&app, "Editor").await;
    let of = |role: &str| json!({"user": {"name": "Whoever", "email": "admin@fjord.example", "account_role": role}});
    app.post_json("/{a}/settings/users", &of(&administrator))
        .await
        .response();
    let lesser = app
        .member(NewPerson::without("adminusers.update"))
        .await
        .client;
    for role in [&administrator, &editor] {
        lesser
            .post_json("/{a}/settings/users", &of(role))
            .await
            .assert_error(403, "no_permission");
    }
}

#[tokio::test]
async fn an_invitation_that_is_declined_or_taken_back_leaves_nothing() {
    let app = App::test().await;
    let other = app.tenant("fjord").await;
    let email = "admin@fjord.example";
    let password = "drei Möwen sitzen am Kai";
    engine::auth::people::reset_password(&app.engine, email, password)
        .await
        .unwrap();
    let session = app.session(email, password).await;
    let editor = role_id(&app, "Editor").await;
    let new = json!({"name": "Whoever", "email": email, "account_role": editor});
    let account = domain::ids::AccountId(app.account);
    let path = format!("/{{a}}/settings/user/{}", other.user_id);
    let declined = invitation(&app.make("users", "user", &new).await);
    engine::settings::decline_invitation(&app.engine, &session, account)
        .await
        .unwrap();
    app.get(&path, &[]).await.assert_error(404, "not_found");
    let taken_back = invitation(&app.make("users", "user", &new).await);
    app.delete(&path).await.response();
    for secret in [declined, taken_back] {
        let accept = engine::settings::accept_invitation(&app.engine, &session, account, &secret);
        assert!(accept.await.is_err());
    }
    app.get(&path, &[]).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn a_time_zone_that_one_account_sets_is_not_that_of_another() {
    let app = App::test().await;
    let other = app.tenant("fjord").await;
    let user = domain::ids::UserId(other.user_id);
    let account = domain::ids::AccountId(app.account);
    let role: i64 = role_id(&app, "Editor").await.parse().unwrap();
    let membership = domain::user::Membership {
        account_id: account,
        user_id: user,
        role_id: domain::ids::RoleId(role),
        state: domain::user::MembershipState::Active,
        is_expert: false,
        timezone: None,
        added_at: app.engine.now(),
    };
    let scope = domain::scope::Scope::system(account);
    app.engine
        .db()
        .write::<_, engine::Error, _>(move |tx| {
            Box::pin(async move {
                store::changes::lock(tx, &scope).await?;
                Ok(store::memberships::create(tx, &scope, &membership).await?)
            })
        })
        .await
        .unwrap();
    let own = format!("/{{a}}/settings/user/{}", other.user_id);
    let updates = json!({"updates": {"timezone": "Asia/Tokyo"}});
    other.client.post_json(&own, &updates).await.response();
    let there = domain::scope::Scope::system(domain::ids::AccountId(other.client.account));
    let here = domain::scope::Scope::system(account);
    let db = app.engine.db();
    let zone = async |scope| {
        store::memberships::find(db, scope, user)
            .await
            .unwrap()
            .unwrap()
            .timezone
    };
    assert_eq!(zone(&there).await.as_deref(), Some("Asia/Tokyo"));
    assert_eq!(zone(&here).await, None);
}
