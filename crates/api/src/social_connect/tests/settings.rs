//! What is set up.

use serde_json::{Value, json};

use super::world::world;

#[tokio::test]
async fn topics_are_made_changed_and_removed() {
    let world = world().await;
    let topic = json!({"name": "Brand", "searchkeywords": "northwind OR \"north wind\""});
    let made = world
        .post_form("/{a}/settings/topics", &[("topic", &topic.to_string())])
        .await
        .response();
    assert_eq!(made["searchkeywords"], topic["searchkeywords"]);
    assert_eq!(made["monitoredprofiles"], json!([]));
    let path = format!("/{{a}}/settings/topic/{}", made["id"]);
    assert_eq!(world.get(&path).await.response(), made);
    let changed = world
        .post(
            &path,
            &json!({"updates": {"name": "B", "searchkeywords": null}}),
        )
        .await
        .response();
    assert_eq!(
        changed,
        json!({"id": made["id"], "name": "B", "monitoredprofiles": []})
    );
    let listed = world.get("/{a}/settings/topics").await.response();
    assert_eq!(
        (&listed["count"], &listed["data"][0]),
        (&json!(1), &changed)
    );
    let accounts = world.get("/me/accounts").await.response();
    assert_eq!(accounts["data"][0]["projects"][0]["topics"][0], changed);
    let wrong = world
        .post(&path, &json!({"updates": {"searchkeywords": "(a"}}))
        .await;
    assert_eq!(
        wrong.json()["error_details"][0]["parameter"],
        "updates.searchkeywords"
    );
    assert_eq!(world.delete(&path).await.response(), json!(true));
    assert_eq!(world.get(&path).await.error().0, 404);
    assert_eq!(
        world
            .post("/{a}/settings/topics", &json!({"topic": {}}))
            .await
            .error()
            .0,
        400
    );
}

#[tokio::test]
async fn feeds_are_connected_to_topics() {
    let world = world().await;
    let topic = world.topic("Brand").await;
    let path = format!("/{{a}}/settings/topic/{topic}/profiles");
    let profile = json!({"type": "rss", "service_id": "http://127.0.0.1:9/feed"});
    let made = world
        .post(&path, &json!({"profile": profile}))
        .await
        .response();
    assert_eq!(
        (&made["type"], &made["provider"]),
        (&json!("rss"), &json!("SearchProviderRss"))
    );
    assert_eq!(made["connection"]["failures"], 0);
    let filter = made["filters"]["profile"].as_str().unwrap();
    let encoded: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
    assert_eq!(
        world
            .get(&format!("/{{a}}/inbox/mentions?filter={encoded}"))
            .await
            .response()["count"],
        0
    );
    let one = format!("/{{a}}/settings/topic/{topic}/profile/{}", made["id"]);
    let renamed = world
        .post(
            &one,
            &json!({"updates": {"displayname": "News", "enabled": false}}),
        )
        .await
        .response();
    assert_eq!(
        (&renamed["displayname"], &renamed["connection"]["status"]),
        (&json!("News"), &json!("disabled"))
    );
    assert_eq!(
        world.get("/me/connectedprofiles").await.response()["count"],
        1
    );
    assert_eq!(
        world.get(&path).await.response()["data"][0]["displayname"],
        "News"
    );
    assert_eq!(world.delete(&one).await.response(), json!(true));
    assert_eq!(world.get(&one).await.error().0, 404);
    let unknown = world
        .post(
            &path,
            &json!({"profile": {"type": "myspace", "service_id": "x"}}),
        )
        .await;
    assert_eq!(unknown.error().0, 400);
}

#[tokio::test]
async fn users_roles_tags_and_projects_are_kept() {
    let world = world().await;
    let roles = world.get("/{a}/settings/userroles").await.response();
    let titles: Vec<&str> = roles["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        titles,
        ["Administrator", "Manager", "Editor", "Contributor"]
    );
    let role = json!({"userrole": {"title": "Night", "permissions": ["inbox.read", "api.read"], "topics": []}});
    let made = world
        .post("/{a}/settings/userroles", &role)
        .await
        .response();
    assert_eq!(made["permissions"], json!(["inbox.read", "api.read"]));
    let role_path = format!("/{{a}}/settings/userrole/{}", made["id"].as_str().unwrap());
    let wrong = world
        .post(&role_path, &json!({"updates": {"permissions": ["fly"]}}))
        .await;
    assert_eq!(
        wrong.json()["error_details"][0]["parameter"],
        "updates.permissions[0]"
    );

    let user = json!({"user": {"name": "Olu", "email": "olu@northwind.example", "password": "Kiefern wachsen am Hang 7", "account_role": made["id"]}});
    let olu = world.post("/{a}/settings/users", &user).await.response();
    assert_eq!(
        (&olu["account_role"], olu.get("email")),
        (&json!("Night"), None)
    );
    let user_path = format!("/{{a}}/settings/user/{}", olu["id"]);
    let editor = roles["data"][2]["id"].clone();
    let changed = world
        .post(&user_path, &json!({"updates": {"account_role": editor}}))
        .await
        .response();
    assert_eq!(changed["account_role"], "Editor");
    assert_eq!(
        world.get("/{a}/settings/users").await.response()["count"],
        2
    );
    assert_eq!(world.delete(&user_path).await.response(), json!(true));
    assert_eq!(world.get(&user_path).await.error().0, 404);
    assert_eq!(world.delete(&role_path).await.response(), json!(true));

    let tag = world
        .post(
            "/{a}/settings/tags",
            &json!({"tag": {"tag": "VIP", "color_code": "rgb(1, 2, 3)"}}),
        )
        .await
        .response();
    assert_eq!(
        (&tag["filter"], &tag["color_code"], &tag["status"]),
        (&json!("tag:VIP"), &json!("rgb(1,2,3)"), &json!("active"))
    );
    let tag_path = format!("/{{a}}/settings/tag/{}", tag["id"]);
    let archived = world
        .post(
            &tag_path,
            &json!({"updates": {"status": "archived", "visible": false}}),
        )
        .await
        .response();
    assert_eq!(
        (&archived["status"], &archived["visible"]),
        (&json!("archived"), &json!(false))
    );
    assert_eq!(
        world
            .post("/{a}/settings/tags", &json!({"tag": {"tag": "vip"}}))
            .await
            .error(),
        (409, "conflict".to_owned())
    );
    assert_eq!(
        world
            .get("/{a}/settings/tags?smart_tags_only=1")
            .await
            .response()["count"],
        0
    );
    assert_eq!(world.delete(&tag_path).await.response(), json!(true));

    let project = world
        .post(
            "/{a}/settings/projects",
            &json!({"project": {"name": "Care"}}),
        )
        .await
        .response();
    assert_eq!(
        (&project["name"], &project["visible"]),
        (&json!("Care"), &json!(true))
    );
    let project_path = format!("/{{a}}/settings/project/{}", project["id"]);
    let renamed = world
        .post(&project_path, &json!({"updates": {"name": "Care 2"}}))
        .await
        .response();
    assert_eq!(renamed["name"], "Care 2");
    assert_eq!(world.delete(&project_path).await.response(), json!(true));
}

#[tokio::test]
async fn short_lists_are_paged_by_number() {
    let world = world().await;
    for name in ["t1", "t2", "t3"] {
        world
            .post("/{a}/settings/tags", &json!({"tag": {"tag": name}}))
            .await
            .response();
    }
    let mut seen = Vec::new();
    let mut path = "/{a}/settings/tags?limit=2".to_owned();
    loop {
        let page = world.get(&path).await.response();
        assert_eq!(page["count"], 3);
        seen.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|tag| tag["tag"].clone()),
        );
        match &page["paging"]["next_url"] {
            Value::String(url) => {
                path = url
                    .strip_prefix("https://switchboard.example")
                    .unwrap()
                    .to_owned();
            }
            _ => break,
        }
    }
    assert_eq!(seen, ["t1", "t2", "t3"]);
}
