//! `accounts`.

use domain::source::Service;
use serde_json::{Value, json};

use super::world::keys;
use crate::support::App;

async fn describe(app: &App, updates: Value) {
    app.post_json("/{a}/settings/account", &json!({ "updates": updates }))
        .await
        .response();
}

#[tokio::test]
async fn one_account_has_all_its_fields_in_the_callers_version() {
    let app = App::test().await;
    let channel = app.channel(Service::Twitter, "page", "Demo page").await;
    describe(&app, json!({"description": " Lamps and lanterns "})).await;
    let cv = app.program().await;
    let id = app.account;
    for version in ["v1", "v1.0", "v1.1", "v1.3"] {
        let base = format!("https://switchboard.example/{version}");
        let one = cv.json(&format!("/{version}/accounts/{id}")).await;
        assert_eq!(
            one,
            json!({"account": {
                "id": id.to_string(),
                "url": format!("{base}/accounts/{id}"),
                "name": "Northwind",
                "description": "Lamps and lanterns",
                "package": "Enterprise",
                "created_date": "2026-11-21T20:00:00",
                "channels": [{
                    "id": channel.to_string(),
                    "url": format!("{base}/channels/{channel}"),
                }],
                "reports": format!("{base}/reports?account={id}"),
            }})
        );
    }
}

#[tokio::test]
async fn the_account_of_another_key_does_not_exist() {
    let app = App::test().await;
    let cv = app.program().await;
    let other = app.tenant("harbour").await.client.account;
    for id in [other.to_string(), "999".to_owned(), "x".to_owned()] {
        let answer = cv.get(&format!("/v1.3/accounts/{id}")).await;
        assert_eq!(answer.status(), 404);
        assert_eq!(
            answer.json(),
            json!({
                "status": "error",
                "message": "No such account",
                "http_status": "404 Object Not Found",
            })
        );
    }
    let list = cv.json(&format!("/v1.3/accounts?id={other}")).await;
    assert_eq!(list["accounts"], json!([]));
}

#[tokio::test]
async fn an_account_tells_what_was_set_for_it() {
    let app = App::test().await;
    let cv = app.program().await;
    let told = async || {
        let list = cv.json("/v1.3/accounts?fields=description,package").await;
        list["accounts"][0].clone()
    };
    let nothing = json!({"description": "", "package": "Enterprise"});
    assert_eq!(told().await, nothing);
    let set = json!({"description": "Lamps", "package": "Care Suite"});
    describe(&app, set.clone()).await;
    assert_eq!(told().await, set);
    describe(&app, json!({"description": null, "package": " "})).await;
    assert_eq!(told().await, nothing);
}

#[tokio::test]
async fn accounts_can_be_selected_by_what_they_are() {
    let app = App::test().await;
    let cv = app.program().await;
    for (query, count) in [
        ("name=Northwind", 1),
        ("name=Southwind", 0),
        ("created_date_gte=2026-11-21&created_date_lte=2026-11-21", 1),
        ("created_date_lt=2026-11-21", 0),
        ("description_isnull=1", 0),
        ("description=Northwind", 0),
        ("package=Enterprise", 1),
        ("sort=-created_date,name", 1),
    ] {
        let list = cv.json(&format!("/v1.3/accounts?{query}")).await;
        assert_eq!(list["accounts"].as_array().unwrap().len(), count, "{query}");
        assert_eq!(keys(&list["paging"]), ["next_page", "prev_page"]);
    }
}
