//! `/me`: the user behind the token.

use serde_json::json;

use crate::support::{App, NewPerson, PASSWORD};

#[tokio::test]
async fn any_token_tells_who_its_user_is() {
    let app = App::test().await;
    let client = app.with_scopes("").await;
    let me = client.get("/me", &[]).await.response();
    assert_eq!(
        me,
        json!({"id": app.first.user_id.get(), "name": "Ines Morgado", "status": "available"})
    );
    client
        .get("/me/accounts", &[])
        .await
        .assert_error(403, "insufficient_scope");
}

#[tokio::test]
async fn the_address_needs_the_scope_email() {
    let app = App::test().await;
    let client = app.with_scopes("email").await;
    assert_eq!(
        client.get("/me", &[]).await.response()["email"],
        "ines.morgado@northwind.example"
    );
}

#[tokio::test]
async fn permissions_are_the_scopes_of_the_token() {
    let app = App::test().await;
    let client = app.with_scopes("accounts_write accounts_read").await;
    assert_eq!(
        client.get("/me/permissions", &[]).await.response(),
        json!(["identify", "accounts_read", "accounts_write"])
    );
    assert_eq!(
        app.with_scopes("")
            .await
            .get("/me/permissions", &[])
            .await
            .response(),
        json!(["identify"])
    );
}

#[tokio::test]
async fn accounts_hold_projects_topics_profiles_and_users() {
    let app = App::test().await;
    app.make(
        "topic/{t}/profiles",
        "profile",
        &json!({"type": "rss", "service_id": "http://127.0.0.1:9/feed"}),
    )
    .await;
    app.member(NewPerson::default()).await;
    let account = app.get("/me/accounts", &[]).await.data().remove(0);
    assert_eq!(account["plan"], "enterprise_v5");
    assert_eq!(account["expired"], false);
    let topic = &account["projects"][0]["topics"][0];
    assert_eq!(topic["monitoredprofiles"][0]["type"], "rss");
    assert_eq!(account["users"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn only_accounts_that_the_user_is_let_into_are_listed() {
    let app = App::test().await;
    let other = app.tenant("harbour").await;
    assert_eq!(other.client.get("/me/accounts", &[]).await.count(), 1);
    assert_eq!(app.get("/me/accounts", &[]).await.count(), 1);
    let closed = app.member(NewPerson::without("api.read")).await.client;
    assert_eq!(closed.get("/me/accounts", &[]).await.count(), 0);
}

#[tokio::test]
async fn accounts_are_paged_ten_at_a_time_unless_asked_otherwise() {
    let app = App::test().await;
    let editor = app
        .get("/{a}/settings/userroles", &[])
        .await
        .data()
        .remove(2)["id"]
        .clone();
    let mut last = None;
    let session = app.session(&app.first.email, PASSWORD).await;
    for number in 0..11 {
        let tenant = app.tenant(&format!("t{number}")).await;
        let roles = tenant
            .client
            .get("/{a}/settings/userroles", &[])
            .await
            .data();
        let user =
            json!({"name": "Ines", "email": app.first.email, "account_role": roles[2]["id"]});
        let made = tenant.client.make("users", "user", &user).await;
        let link = made["invitation_link"].as_str().unwrap();
        let secret = link.rsplit('/').next().unwrap();
        let account = domain::ids::AccountId(tenant.client.account);
        engine::settings::accept_invitation(&app.engine, &session, account, secret)
            .await
            .unwrap();
        last = Some(tenant);
    }
    assert!(editor.is_string() && last.is_some());
    let first = app.get("/me/accounts", &[]).await;
    assert_eq!((first.count(), first.data().len()), (12, 10));
    let second = app.follow(&first.next_url().unwrap()).await;
    assert_eq!((second.data().len(), second.next_url()), (2, None));
    assert_eq!(
        app.get("/me/accounts", &[("limit", "99999")])
            .await
            .data()
            .len(),
        12
    );
    assert_eq!(
        app.get("/me/accounts", &[("limit", "0")])
            .await
            .data()
            .len(),
        0
    );
}

#[tokio::test]
async fn connected_profiles_need_one_of_two_scopes() {
    let app = App::test().await;
    app.make(
        "topic/{t}/profiles",
        "profile",
        &json!({"type": "rss", "service_id": "http://127.0.0.1:9/feed"}),
    )
    .await;
    for scopes in ["socialprofiles", "accounts_read"] {
        let client = app.with_scopes(scopes).await;
        assert_eq!(
            client.get("/me/connectedprofiles", &[]).await.count(),
            1,
            "{scopes}"
        );
    }
    let none = app.with_scopes("identify email").await;
    none.get("/me/connectedprofiles", &[])
        .await
        .assert_error(403, "insufficient_scope");
    let elsewhere = app.make_topic("Other").await;
    let person = NewPerson {
        topics: Some(vec![elsewhere]),
        ..NewPerson::default()
    };
    let member = app.member(person).await.client;
    assert_eq!(member.get("/me/connectedprofiles", &[]).await.count(), 0);
}

#[tokio::test]
async fn a_new_password_ends_every_token_at_once() {
    let app = App::test().await;
    let second = app.with_scopes("accounts_read").await;
    assert_eq!(second.get("/me", &[]).await.status(), 200);
    engine::auth::people::reset_password(
        &app.engine,
        &app.first.email,
        "ein ganz neues langes Passwort",
    )
    .await
    .unwrap();
    for client in [&*app, &second] {
        client
            .get("/me", &[])
            .await
            .assert_error(401, "invalid_token");
    }
}
