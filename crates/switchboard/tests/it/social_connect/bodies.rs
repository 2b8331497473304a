//! Bodies: whose are read, and how much may be in them.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use futures::StreamExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::support::{App, message, text};

const KIB: usize = 1024;

/// A body without end, and how much of it was taken.
fn endless() -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let pieces = futures::stream::repeat(()).map(move |()| {
        counter.fetch_add(KIB, Ordering::SeqCst);
        Ok::<_, Infallible>(Bytes::from_static(&[b'x'; KIB]))
    });
    (Body::from_stream(pieces), taken)
}

#[tokio::test]
async fn little_is_read_of_a_body_whose_sender_is_not_known() {
    let app = App::test().await;
    let address = format!("/{}/inbox/add", app.account);
    for (query, authorization, most) in [
        ("", None, 65 * KIB),
        ("", Some("Basic eDp5"), 65 * KIB),
        ("", Some("Bearer nonsense"), 0),
        ("?access_token=nonsense", None, 0),
    ] {
        let (body, taken) = endless();
        let mut request = Request::post(format!("{address}{query}"));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.body(body).unwrap();
        let answer = app.router().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        let taken = taken.load(Ordering::SeqCst);
        assert!(taken <= most, "{taken} bytes of {query} {authorization:?}");
    }
}

#[tokio::test]
async fn a_token_is_found_in_a_small_body_and_else_beside_it() {
    let app = App::test().await;
    let token = app.token.clone().unwrap();
    let mentions = text(&json!([{"topic": {"id": app.topic}, "message": {"content": "x"}}]));
    let add = |size: usize| {
        let padding = "x".repeat(size);
        let form = [
            ("mentions", mentions.as_str()),
            ("unknown", &padding),
            ("access_token", &token),
        ];
        app.call(Method::POST, "/{a}/inbox/add")
            .without_token()
            .form(&form)
    };
    assert_eq!(add(60 * KIB).send().await.status(), 200);
    add(70 * KIB)
        .send()
        .await
        .assert_error(401, "invalid_token");
    let beside = add(70 * KIB).query(&[("access_token", &token)]);
    assert_eq!(beside.send().await.status(), 200);
    let beside = add(70 * KIB).header("authorization", &format!("Bearer {token}"));
    assert_eq!(beside.send().await.status(), 200);
}

#[tokio::test]
async fn a_body_or_query_with_too_much_in_it_is_refused() {
    let app = App::test().await;
    let pairs = "a=1&".repeat(10_000);
    let form = app
        .call(Method::POST, "/{a}/inbox/add")
        .body("application/x-www-form-urlencoded", pairs.clone())
        .send()
        .await;
    form.assert_error(400, "limit_exceeded");
    let query = app.call(Method::GET, "/me").raw_query(&pairs).send().await;
    query.assert_error(400, "limit_exceeded");
    let zeros = format!("[{}0]", "0,".repeat(250_000));
    for (kind, body) in [
        ("application/json", format!(r#"{{"mentions":{zeros}}}"#)),
        (
            "application/x-www-form-urlencoded",
            format!("mentions={zeros}"),
        ),
    ] {
        let answer = app
            .call(Method::POST, "/{a}/inbox/add")
            .body(kind, body)
            .send()
            .await;
        answer.assert_error(400, "limit_exceeded");
        assert!(answer.text().contains("250000"), "{}", answer.text());
    }
}

#[tokio::test]
async fn as_many_mentions_as_a_call_takes_fit_with_all_their_members() {
    let app = App::test().await;
    let mut item = message("a");
    item["topic"] = json!({"id": app.topic});
    let buttons: Vec<_> = (0..20)
        .map(|number| json!({"id": number.to_string(), "label": "Yes", "more": [1, 2, 3]}))
        .collect();
    item["buttons"] = json!(buttons);
    let items = vec![item; 500];
    let answer = app
        .post_json("/{a}/inbox/add", &json!({ "mentions": items }))
        .await;
    assert_eq!(answer.response(), json!(true));
}
