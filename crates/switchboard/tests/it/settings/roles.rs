//! `settings/userroles` and `settings/userrole`.

use serde_json::{Value, json};

use crate::support::{App, NewPerson};

#[tokio::test]
async fn an_account_starts_with_the_stock_roles() {
    let app = App::test().await;
    let roles = app.get("/{a}/settings/userroles", &[]).await.data();
    let titles: Vec<&str> = roles
        .iter()
        .map(|role| role["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        titles,
        ["Administrator", "Manager", "Editor", "Contributor"]
    );
    for role in &roles {
        assert_eq!(
            (
                role["stock"].clone(),
                role["all_topics"].clone(),
                role["license"].clone()
            ),
            (json!(true), json!(true), json!("paying"))
        );
        assert!(role["id"].is_string());
        assert_eq!(role["topics"][0]["name"], "Support");
    }
    assert_eq!(
        roles[0]["permissions"].as_array().unwrap().len(),
        78,
        "all but the two that take away"
    );
}

#[tokio::test]
async fn a_role_is_made_read_changed_and_removed() {
    let app = App::test().await;
    let role = app.make("userroles", "userrole", &json!({"title": "Reader", "permissions": ["api.read", "inbox.read"], "topics": [app.topic]})).await;
    assert_eq!(role["permissions"], json!(["inbox.read", "api.read"]));
    assert_eq!(
        (role["all_topics"].clone(), role["stock"].clone()),
        (json!(false), json!(false))
    );
    assert_eq!(role["topics"][0]["id"], app.topic);
    let path = format!("/{{a}}/settings/userrole/{}", role["id"].as_str().unwrap());
    assert_eq!(app.get(&path, &[]).await.response(), role);
    app.advance(5_000);
    let changed = app.post_json(&path, &json!({"updates": {"title": "Listener", "permissions": ["api.read"], "topics": "all"}})).await.response();
    assert_eq!(
        (
            changed["title"].clone(),
            changed["permissions"].clone(),
            changed["all_topics"].clone()
        ),
        (json!("Listener"), json!(["api.read"]), json!(true))
    );
    assert_eq!(
        changed["date"],
        json!({"added": 1_795_291_200, "updated": 1_795_291_205})
    );
    // The object form that answers have.
    let topics: Value = json!({"updates": {"topics": [{"id": app.topic, "name": "Support"}]}});
    assert_eq!(
        app.post_json(&path, &topics).await.response()["all_topics"],
        false
    );
    assert_eq!(app.delete(&path).await.response(), true);
    app.get(&path, &[]).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn stock_roles_and_roles_in_use_stay_as_they_are() {
    let app = App::test().await;
    let editor = app
        .get("/{a}/settings/userroles", &[])
        .await
        .data()
        .remove(2);
    let path = format!(
        "/{{a}}/settings/userrole/{}",
        editor["id"].as_str().unwrap()
    );
    app.post_json(&path, &json!({"updates": {"title": "x"}}))
        .await
        .assert_error(409, "conflict");
    app.delete(&path).await.assert_error(409, "conflict");
    let member = app.member(NewPerson::default()).await;
    app.delete(&format!("/{{a}}/settings/userrole/{}", member.role_id))
        .await
        .assert_error(409, "conflict");
}

#[tokio::test]
async fn no_role_has_the_title_of_another_one_or_one_that_looks_like_it() {
    let app = App::test().await;
    let role = |title: &str| json!({"userrole": {"title": title, "permissions": ["api.read"]}});
    let own = app
        .post_json("/{a}/settings/userroles", &role("Night shift"))
        .await
        .response();
    let other = app
        .post_json("/{a}/settings/userroles", &role("Day shift"))
        .await
        .response();
    let path = format!("/{{a}}/settings/userrole/{}", own["id"].as_str().unwrap());
    for title in [
        "Administrator",
        " administrator ",
        "CONTRIBUTOR",
        "Ｅditor",
        "day\u{a0}shift",
        "Administrator\u{200b}",
        "Mana\u{ad}ger 2",
        "\u{202e}rotidE",
        "Editor\u{fe0f}",
    ] {
        app.post_json("/{a}/settings/userroles", &role(title))
            .await
            .assert_invalid("userrole.title");
        app.post_json(&path, &json!({"updates": {"title": title}}))
            .await
            .assert_invalid("updates.title");
    }
    // Its own title, written otherwise, and one that is free again.
    for title in ["NIGHT SHIFT", "Late shift"] {
        let changed = app
            .post_json(&path, &json!({"updates": {"title": title}}))
            .await
            .response();
        assert_eq!(changed["title"], title);
    }
    let other = format!("/{{a}}/settings/userrole/{}", other["id"].as_str().unwrap());
    app.post_json(&other, &json!({"updates": {"title": "Night shift"}}))
        .await
        .response();
}

#[tokio::test]
async fn unknown_permissions_and_topics_are_named() {
    let app = App::test().await;
    for (role, parameter) in [
        (json!({"permissions": []}), "userrole.title"),
        (
            json!({"title": "x", "permissions": ["inbox.write"]}),
            "userrole.permissions[0]",
        ),
        (json!({"title": "x", "topics": [999]}), "userrole.topics"),
        (json!({"title": "x", "topics": "some"}), "userrole.topics"),
    ] {
        app.post_json("/{a}/settings/userroles", &json!({ "userrole": role }))
            .await
            .assert_invalid(parameter);
    }
    assert_eq!(app.get("/{a}/settings/userroles", &[]).await.count(), 4);
}
