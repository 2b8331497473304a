//! `settings/account`: name, description and time zone.

use serde_json::{Value, json};

use crate::support::{App, message};

async fn change(app: &App, updates: Value) -> crate::support::Answer {
    app.post_json("/{a}/settings/account", &json!({ "updates": updates }))
        .await
}

#[tokio::test]
async fn the_account_is_renamed_and_moved_to_another_time_zone() {
    let app = App::test().await;
    let account = app.get("/{a}/settings/account", &[]).await.response();
    assert_eq!(account["timezone"], "UTC");
    let changed = change(&app, json!({"timezone": "europe/berlin"})).await;
    assert_eq!(changed.response()["timezone"], "Europe/Berlin");
    assert_eq!(changed.response()["name"], account["name"]);
    let changed = change(&app, json!({"name": " Northwind Ltd "})).await;
    assert_eq!(changed.response()["name"], "Northwind Ltd");
    assert_eq!(
        app.get("/me/accounts", &[]).await.data(),
        [changed.response()]
    );
    change(&app, json!({"timezone": "Berlin"}))
        .await
        .assert_invalid("updates.timezone");
    change(&app, json!({"name": " "}))
        .await
        .assert_invalid("updates.name");
}

#[tokio::test]
async fn an_account_is_described_and_no_longer_described() {
    let app = App::test().await;
    let bare = app.get("/{a}/settings/account", &[]).await.response();
    assert!(bare.get("description").is_none() && bare.get("package").is_none());
    let set = json!({"description": "  Lamps ", "package": "Care Suite"});
    let account = change(&app, set).await.response();
    assert_eq!(
        (account["description"].as_str(), account["package"].as_str()),
        (Some("Lamps"), Some("Care Suite"))
    );
    let other = change(&app, json!({"name": "Northwind Ltd"}))
        .await
        .response();
    assert_eq!(other["description"], "Lamps");
    let erased = change(
        &app,
        json!({"description": "", "package": null, "name": "Northwind"}),
    );
    assert_eq!(erased.await.response(), bare);
    for (name, longest) in [("description", 2_000), ("package", 200)] {
        let longest = "é".repeat(longest);
        change(&app, json!({ name: longest })).await.response();
        change(&app, json!({ name: longest + "é" }))
            .await
            .assert_invalid(&format!("updates.{name}"));
        change(&app, json!({ name: ["a"] }))
            .await
            .assert_invalid(&format!("updates.{name}"));
    }
}

#[tokio::test]
async fn days_of_charts_are_those_of_the_account() {
    let app = App::test().await;
    // Saturday, 20:00 UTC: Sunday in New Zealand.
    app.add(&[message("a")]).await;
    let days = async || {
        let definition = json!({"key": {"field": "date.added", "grouping": "day"}});
        let window = [
            ("date_from", "2026-11-21T15:00:00Z"),
            ("date_to", "2026-11-21T23:00:00Z"),
        ];
        let facet = app.facet_with(&definition, &window).await;
        let keys = facet["keys"].as_array().unwrap().clone();
        let keys: Vec<Value> = keys
            .iter()
            .map(|key| json!([key["text"], key["id"]]))
            .collect();
        (json!(keys), facet["data"].clone())
    };
    let utc = json!([["2026-11-21", 1_795_219_200]]);
    assert_eq!(days().await, (utc, json!([[1]])));
    change(&app, json!({"timezone": "Pacific/Auckland"}))
        .await
        .response();
    // The day begins at 11:00 UTC, for clocks are thirteen hours ahead in summer.
    let auckland = json!([["2026-11-22", 1_795_258_800]]);
    assert_eq!(days().await, (auckland, json!([[1]])));
}
