//! `users`.

use domain::time::HOUR_MS;
use serde_json::json;

use super::world::each;
use crate::support::{App, NewPerson};

#[tokio::test]
async fn one_user_has_all_fields() {
    let app = App::test().await;
    let cv = app.program().await;
    let (id, base) = (app.first.user_id.get(), "https://switchboard.example/v1.3");
    assert_eq!(
        cv.json(&format!("/v1.3/users/{id}")).await,
        json!({"user": {
            "id": id.to_string(),
            "url": format!("{base}/users/{id}"),
            "first_name": "Ines",
            "last_name": "Morgado",
            "email": "ines.morgado@northwind.example",
            "timezone": "UTC",
            "date_joined": "2026-11-21T20:00:00",
            "last_login": null,
            "is_expert": false,
            "crowds_name": null,
            "account": {
                "id": app.account.to_string(),
                "url": format!("{base}/accounts/{}", app.account),
            },
        }})
    );
}

#[tokio::test]
async fn a_name_of_one_word_is_a_first_name() {
    let app = App::test().await;
    let member = app
        .member(NewPerson {
            name: "Cher",
            ..NewPerson::default()
        })
        .await;
    let cv = app.program().await;
    let list = cv
        .json("/v1.1/users?last_name_isnull=1&fields=first_name,last_name")
        .await;
    assert_eq!(
        list["users"],
        json!([{"first_name": "Cher", "last_name": null}])
    );
    let nameless = cv.json("/v1.1/users?first_name_isnull=1").await;
    assert_eq!(nameless["users"], json!([]));
    let named = cv.json("/v1.1/users?first_name_isnull=0&sort=-id").await;
    assert_eq!(each(&named, "users", "id")[0], member.user_id.to_string());
}

#[tokio::test]
async fn users_can_be_selected_by_when_they_joined() {
    let app = App::test().await;
    app.advance(HOUR_MS);
    let member = app.member(NewPerson::default()).await;
    let cv = app.program().await;
    for (query, expected) in [
        ("date_joined_gt=2026-11-21T20:00:00", vec![member.user_id]),
        (
            "date_joined_lte=2026-11-21T20:59:59",
            vec![app.first.user_id.get()],
        ),
        ("date_joined_gt=2026-11-22", vec![]),
        ("last_login_isnull=0", vec![]),
        ("first_name=Ann", vec![member.user_id]),
        ("timezone=Europe/London", vec![]),
    ] {
        let list = cv.json(&format!("/v1.3/users?{query}")).await;
        let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(each(&list, "users", "id"), expected, "{query}");
    }
    let missing = cv.get("/v1.3/users/1").await;
    assert_eq!(missing.json()["message"], "No such user");
}
