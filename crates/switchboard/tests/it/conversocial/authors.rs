//! `authors`.

use serde_json::json;

use super::client::NewKey;
use crate::support::{App, message_with};

async fn written(app: &App) {
    let item = json!({
        "author": {
            "id": "2825986021", "name": "ann", "fullname": "Ann Other",
            "url": "https://twitter.com/ann", "img": "https://pictures.example/ann.png",
            "location": "Gent", "bio": "Likes lamps", "website": "https://ann.example",
        },
        "source": {"service": "twitter"},
    });
    app.add_one(message_with("hello", item)).await;
}

#[tokio::test]
async fn an_author_is_what_the_newest_message_says() {
    let app = App::test().await;
    written(&app).await;
    let cv = app.program().await;
    let expected = json!({"author": {
        "id": "t:2825986021",
        "url": "https://switchboard.example/v1.3/authors/t:2825986021",
        "platform": "twitter",
        "platform_id": "2825986021",
        "screen_name": "ann",
        "real_name": "Ann Other",
        "location": "Gent",
        "website": "https://ann.example",
        "description": "Likes lamps",
        "profile_picture": "https://pictures.example/ann.png",
        "profile_link": "https://twitter.com/ann",
    }});
    assert_eq!(cv.json("/v1.3/authors/t:2825986021").await, expected);
    assert_eq!(cv.json("/v1.3/authors/t%3A2825986021").await, expected);
    assert_eq!(
        cv.json("/v1.3/authors/t:2825986021?fields=real_name,x")
            .await,
        json!({"author": {"real_name": "Ann Other"}})
    );
}

#[tokio::test]
async fn an_author_out_of_reach_does_not_exist() {
    let app = App::test().await;
    written(&app).await;
    let elsewhere = app.make_topic("Elsewhere").await;
    let cv = app
        .program_with(NewKey {
            topics: Some(vec![elsewhere]),
            ..NewKey::default()
        })
        .await;
    let other = app
        .program_of(app.tenant("harbour").await.client.account, "x")
        .await;
    for program in [&cv, &other] {
        for id in ["t:2825986021", "f:2825986021", "2825986021", "t:1"] {
            let answer = program.get(&format!("/v1.3/authors/{id}")).await;
            assert_eq!(answer.status(), 404, "{id}");
            assert_eq!(answer.json()["message"], "No such author");
        }
    }
}

#[tokio::test]
async fn an_author_whose_id_has_slashes_is_found_however_they_are_sent() {
    let app = App::test().await;
    let item = json!({
        "author": {"id": "a/b/c", "name": "ann"},
        "source": {"service": "facebook"},
    });
    app.add_one(message_with("hello", item)).await;
    let cv = app.program().await;
    let expected = json!({"author": {
        "id": "f:a/b/c",
        "url": "https://switchboard.example/v1.3/authors/f:a%2Fb%2Fc",
        "platform_id": "a/b/c",
    }});
    for id in ["f:a%2Fb%2Fc", "f:a/b/c", "f:a/b%2Fc/"] {
        let address = format!("/v1.3/authors/{id}?fields=id,url,platform_id");
        assert_eq!(cv.json(&address).await, expected, "{id}");
    }
    let answer = cv.get("/v1.3/authors/f:a/b").await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json()["message"], "No such author");
}

#[tokio::test]
async fn authors_are_not_listed() {
    let app = App::test().await;
    let cv = app.program().await;
    let answer = cv.get("/v1.3/authors").await;
    assert_eq!(answer.status(), 405);
    assert!(answer.headers.contains_key("allow"));
    assert_eq!(answer.json()["error_code"], "method_not_allowed");
}
