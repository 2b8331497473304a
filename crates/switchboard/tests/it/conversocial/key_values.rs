//! `keyvalues`: small values that programs keep.

use domain::key_value::ValueKind;
use domain::scope::Scope;
use serde_json::json;

use super::client::NewKey;
use crate::support::App;

#[tokio::test]
async fn a_value_is_written_read_replaced_and_removed() {
    let app = App::test().await;
    let program = app.program().await;
    let list = json!({"keyvalues": [], "paging": {"next_page": null, "prev_page": null}});
    assert_eq!(program.json("/v1.3/keyvalues").await, list);

    let first = json!({"key": "last/run é", "value": 7});
    let answer = program.post_json("/v1.3/keyvalues", &first).await;
    let expected =
        json!({"keyvalue": {"key": "last/run é", "value": "7", "value_type": "integer"}});
    assert_eq!((answer.status(), answer.json()), (200, expected.clone()));
    let address = "/v1.1/keyvalues/last%2Frun%20%C3%A9";
    assert_eq!(program.json(address).await, expected);

    let form = [
        ("key", "last/run é"),
        ("value", "8"),
        ("value_type", "string"),
    ];
    let answer = program.post_form("/v1.1/keyvalues/", &form).await;
    let replaced = json!({"keyvalue": {"key": "last/run é", "value": "8", "value_type": "string"}});
    assert_eq!((answer.status(), answer.json()), (200, replaced.clone()));
    let list = program.json("/v1.3/keyvalues").await;
    assert_eq!(list["keyvalues"], json!([replaced["keyvalue"]]));

    let gone = program.delete(address).await;
    assert_eq!((gone.status(), gone.json()), (200, replaced));
    for answer in [program.get(address).await, program.delete(address).await] {
        assert_eq!(
            (answer.status(), answer.json()),
            (
                404,
                json!({
                    "status": "error",
                    "message": "No such keyvalue",
                    "http_status": "404 Object Not Found",
                })
            )
        );
    }
}

#[tokio::test]
async fn the_type_is_told_from_the_json_value_unless_it_is_stated() {
    let app = App::test().await;
    let program = app.program().await;
    for (value, stated, kind, text) in [
        (json!("a"), None, "string", "a"),
        (json!(-3), None, "integer", "-3"),
        (json!(1.5), None, "float", "1.5"),
        (json!(true), None, "boolean", "true"),
        (json!({"a": [1]}), None, "json", r#"{"a":[1]}"#),
        (json!("[1,2]"), Some("json"), "json", "[1,2]"),
        (json!("12"), Some("integer"), "integer", "12"),
    ] {
        let mut body = json!({"key": "k", "value": value});
        if let Some(stated) = stated {
            body["value_type"] = json!(stated);
        }
        let answer = program.post_json("/v1.3/keyvalues", &body).await;
        let expected = json!({"key": "k", "value": text, "value_type": kind});
        assert_eq!(answer.json()["keyvalue"], expected, "{}", answer.text());
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_by_name() {
    let app = App::test().await;
    let program = app.program().await;
    let long = "x".repeat(64 * 1024 + 1);
    for (body, code, param) in [
        (json!({"value": "x"}), "missing_parameter", "key"),
        (json!({"key": "k"}), "missing_parameter", "value"),
        (json!({"key": "", "value": "x"}), "invalid_parameter", "key"),
        (json!({"key": {}, "value": "x"}), "invalid_parameter", "key"),
        (
            json!({"key": "k", "value": long}),
            "invalid_parameter",
            "value",
        ),
        (
            json!({"key": "k", "value": "x", "value_type": "integer"}),
            "invalid_parameter",
            "value",
        ),
        (
            json!({"key": "k", "value": "x", "value_type": "blob"}),
            "invalid_parameter",
            "value_type",
        ),
        (json!([1]), "invalid_parameter", "body"),
    ] {
        let answer = program.post_json("/v1.3/keyvalues", &body).await;
        let error = answer.json();
        assert_eq!(answer.status(), 400, "{error}");
        assert_eq!(error["http_status"], "400 Bad Request");
        assert_eq!(error["error_code"], code, "{error}");
        assert_eq!(error["param"], param, "{error}");
    }
    assert_eq!(
        program.json("/v1.3/keyvalues").await["keyvalues"],
        json!([])
    );
}

#[tokio::test]
async fn values_of_another_account_are_absent() {
    let app = App::test().await;
    let program = app.program().await;
    program
        .post_json("/v1.3/keyvalues", &json!({"key": "k", "value": "ours"}))
        .await;
    let tenant = app.tenant("other").await;
    let foreign = app.program_of(tenant.client.account, "foreign").await;
    assert_eq!(foreign.get("/v1.3/keyvalues/k").await.status(), 404);
    assert_eq!(foreign.delete("/v1.3/keyvalues/k").await.status(), 404);
    assert_eq!(
        foreign.json("/v1.3/keyvalues").await["keyvalues"],
        json!([])
    );
    assert_eq!(
        program.json("/v1.3/keyvalues/k").await["keyvalue"]["value"],
        "ours"
    );
}

#[tokio::test]
async fn writing_needs_another_permission_than_reading() {
    let app = App::test().await;
    let reader = app
        .program_with(NewKey {
            name: "reader",
            permissions: vec!["api.read", "settings.read"],
            topics: None,
        })
        .await;
    assert_eq!(reader.get("/v1.3/keyvalues").await.status(), 200);
    let body = json!({"key": "k", "value": "x"});
    let answer = reader.post_json("/v1.3/keyvalues", &body).await;
    assert_eq!(answer.status(), 403);
    assert_eq!(
        answer.json(),
        json!({
            "status": "error",
            "message": "The token lacks the permission \"account.update\".",
            "http_status": "403 Forbidden",
            "error_code": "permission_denied",
        })
    );
}

#[tokio::test]
async fn lists_of_values_are_paged_filtered_and_sorted_like_others() {
    let app = App::test().await;
    let program = app.program().await;
    for number in 0..25 {
        let body = json!({"key": format!("key{number:02}"), "value": number});
        let answer = program.post_json("/v1.3/keyvalues", &body).await;
        assert_eq!(answer.status(), 200);
    }
    let mut address = "/v1.3/keyvalues?fields=key&sort=-key".to_owned();
    let mut found = Vec::new();
    loop {
        let page = program.json(&address).await;
        found.extend(page["keyvalues"].as_array().unwrap().clone());
        match page["paging"]["next_page"].as_str() {
            Some(next) => next.clone_into(&mut address),
            None => break,
        }
    }
    let expected: Vec<_> = (0..25)
        .rev()
        .map(|number| json!({"key": format!("key{number:02}")}))
        .collect();
    assert_eq!(found, expected);
    let some = program.json("/v1.3/keyvalues?key=key03&key=key04").await;
    assert_eq!(some["keyvalues"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn values_are_compared_and_left_out_like_other_fields() {
    let app = App::test().await;
    let program = app.program().await;
    for (key, value) in [("a", "one"), ("b", "two"), ("c", "")] {
        let body = json!({"key": key, "value": value});
        let answer = program.post_json("/v1.3/keyvalues", &body).await;
        assert_eq!(answer.status(), 200);
    }
    let keys = |keys: &[&str]| {
        json!(
            keys.iter()
                .map(|key| json!({"key": key}))
                .collect::<Vec<_>>()
        )
    };
    for (arguments, found) in [
        ("", &["a", "b", "c"][..]),
        ("&value=two", &["b"]),
        ("&value_isnull=false", &["a", "b", "c"]),
        ("&key=a&key=c", &["a", "c"]),
    ] {
        let address = format!("/v1.3/keyvalues?fields=key{arguments}");
        assert_eq!(program.json(&address).await["keyvalues"], keys(found));
    }
    let shown = program.json("/v1.3/keyvalues?fields=value&key=b").await;
    assert_eq!(shown["keyvalues"], json!([{"value": "two"}]));
    let whole = program.json("/v1.3/keyvalues?key=b").await;
    assert_eq!(whole["keyvalues"][0]["value"], "two");
}

#[tokio::test]
async fn the_values_of_an_account_have_eight_megabytes_together() {
    let app = App::test().await;
    let scope = Scope::system(app.first.account_id);
    let put = async |number: i32, bytes: usize| {
        let (key, value) = (format!("key{number}"), "x".repeat(bytes));
        engine::key_values::put(&app.engine, &scope, &key, &value, ValueKind::Text).await
    };
    for number in 0..128 {
        put(number, 64 * 1024).await.unwrap();
    }
    let program = app.program().await;
    let body = json!({"key": "more", "value": "x"});
    let refused = program.post_json("/v1.3/keyvalues", &body).await;
    assert_eq!(refused.status(), 409, "{}", refused.text());
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("8388608 bytes"), "{message}");
    assert_eq!(program.get("/v1.3/keyvalues/more").await.status(), 404);
    put(0, 64 * 1024).await.unwrap();
    put(0, 64 * 1024 - 1).await.unwrap();
    let answer = program.post_json("/v1.3/keyvalues", &body).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
}
