//! `settings/projects` and `settings/project`.

use serde_json::json;

use crate::support::App;

#[tokio::test]
async fn a_project_is_made_read_renamed_and_removed() {
    let app = App::test().await;
    let project = app
        .make("projects", "project", &json!({"name": "Brands"}))
        .await;
    assert_eq!(project["topics"], json!([]));
    assert_eq!(project["visible"], true);
    let path = format!("/{{a}}/settings/project/{}", project["id"]);
    assert_eq!(app.get(&path, &[]).await.response(), project);
    assert_eq!(
        app.post_form(&path, &[("updates", r#"{"name":"Marks"}"#)])
            .await
            .response()["name"],
        "Marks"
    );
    app.post_form(&path, &[("updates", "{}")])
        .await
        .assert_invalid("updates.name");
    assert_eq!(app.get("/{a}/settings/projects", &[]).await.count(), 2);
    assert_eq!(app.delete(&path).await.response(), true);
    app.get(&path, &[]).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn a_project_with_topics_is_not_removed() {
    let app = App::test().await;
    let path = format!("/{{a}}/settings/project/{}", app.first.project_id);
    app.delete(&path).await.assert_error(409, "conflict");
    assert_eq!(
        app.get(&path, &[]).await.response()["topics"][0]["name"],
        "Support"
    );
}
