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
async fn nothing_is_read_of_a_body_whose_sender_is_told_beside_it_and_is_unknown() {
    let app = App::test().await;
    let address = format!("/{}/inbox/add", app.account);
    for (query, authorization) in [
        ("", Some("Bearer nonsense")),
        ("?access_token=nonsense", None),
    ] {
        let (body, taken) = endless();
        let mut request = Request::post(format!("{address}{query}"));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.body(body).unwrap();
        let answer = app.router().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(taken.load(Ordering::SeqCst), 0, "{query} {authorization:?}");
    }
}

#[tokio::test]
async fn a_body_without_end_has_no_token() {
    let app = App::test().await;
    let (body, _) = endless();
    let request = Request::post(format!("/{}/inbox/add", app.account));
    let answer = app.router().oneshot(request.body(body).unwrap()).await;
    assert_eq!(answer.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_is_found_in_a_form_of_any_size_and_in_small_json() {
    let app = App::test().await;
    let token = app.token.clone().unwrap();
    let mentions = json!([{"topic": {"id": app.topic}, "message": {"content": "x"}}]);
    let add = || app.call(Method::POST, "/{a}/inbox/add").without_token();
    for size in [10, 60 * KIB, 900 * KIB] {
        let padding = "x".repeat(size);
        let (first, last) = (
            [
                ("access_token", token.as_str()),
                ("mentions", &text(&mentions)),
                ("unknown", &padding),
            ],
            [
                ("mentions", &*text(&mentions)),
                ("unknown", &padding),
                ("access_token", &token),
            ],
        );
        for form in [first, last] {
            assert_eq!(add().form(&form).send().await.status(), 200, "{size}");
        }
        let wrong = [("unknown", padding.as_str()), ("access_token", "nonsense")];
        add()
            .form(&wrong)
            .send()
            .await
            .assert_error(401, "invalid_token");
        let json = json!({"mentions": mentions, "unknown": padding, "access_token": token});
        let answer = add()
            .body("application/json", json.to_string())
            .send()
            .await;
        if size < 64 * KIB {
            assert_eq!(answer.status(), 200, "{size}");
        } else {
            answer.assert_error(401, "invalid_token");
        }
    }
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

/// Programs on Windows write one before every text.
#[tokio::test]
async fn a_byte_order_mark_before_a_body_or_a_parameter_is_not_part_of_it() {
    const MARK: char = '\u{feff}';
    let app = App::test().await;
    let form = "application/x-www-form-urlencoded";
    let token = app.token.clone().unwrap();
    for ((kind, body), number) in [
        (
            "application/json",
            format!(r#"{MARK}{{"tag":{{"tag":"TAG"}}}}"#),
        ),
        (
            "application/json; charset=utf-8",
            format!(" \r\n{MARK} {{\"tag\":{{\"tag\":\"TAG\"}}}}"),
        ),
        (form, format!(r#"{MARK}{{"tag":{{"tag":"TAG"}}}}"#)),
        (form, format!(r#"{MARK}tag={{"tag":"TAG"}}"#)),
        (form, r#"%EF%BB%BFtag={"tag":"TAG"}"#.to_owned()),
        (form, r#"tag=%EF%BB%BF{"tag":"TAG"}"#.to_owned()),
        (form, r#"tag=%20%EF%BB%BF%0A{"tag":"TAG"}"#.to_owned()),
        (
            "application/json",
            format!(r#"{{"tag":"{MARK}{{\"tag\":\"TAG\"}}"}}"#),
        ),
    ]
    .into_iter()
    .zip(1..)
    {
        let name = format!("t{number}");
        let answer = app
            .call(Method::POST, "/{a}/settings/tags")
            .body(kind, body.replace("TAG", &name))
            .send()
            .await;
        assert_eq!(answer.response()["tag"], name, "{body:?}");
    }
    let body = format!("{MARK}access_token={token}");
    let me = app
        .call(Method::GET, "/me")
        .without_token()
        .body(form, body);
    assert_eq!(me.send().await.status(), 200);
    let ids = app
        .mentions(&[("topic_ids", &format!("{MARK}[{}]", app.topic))])
        .await;
    assert_eq!(ids.status(), 200, "{}", ids.text());
}
