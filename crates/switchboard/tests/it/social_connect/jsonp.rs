//! JSON in a function call, for pages that load the API as a script.

use axum::http::Method;

use crate::support::App;

#[tokio::test]
async fn a_get_with_a_callback_is_a_script_that_calls_it() {
    let app = App::test().await;
    let plain = app.get("/me", &[]).await;
    let answer = app.get("/me", &[("callback", "jQuery191_7")]).await;
    assert_eq!(
        answer.header("content-type"),
        "application/javascript; charset=utf-8"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.text(), format!("jQuery191_7({})", plain.text()));
}

#[tokio::test]
async fn code_in_the_name_of_the_function_is_refused() {
    let app = App::test().await;
    for wrong in ["alert(1)//", "a;b", "a b", "<script>", "é", "1a"] {
        let answer = app.get("/me", &[("callback", wrong)]).await;
        answer.assert_invalid("callback");
    }
}

/// A browser runs no script that comes with the status of an error.
#[tokio::test]
async fn errors_reach_the_function_too_with_their_code_inside() {
    let app = App::test().await;
    for (client, path, code) in [
        (app.with_token(None), "/me", 401),
        (app.with_token(Some("nonsense")), "/me", 401),
        (app.with_token(app.token.as_deref()), "/nothing", 404),
        (
            app.with_token(app.token.as_deref()),
            "/999/inbox/mentions",
            404,
        ),
        (
            app.with_token(app.token.as_deref()),
            "/{a}/inbox/mentions?limit=x",
            400,
        ),
        (app.with_token(app.token.as_deref()), "/me?version=x", 400),
    ] {
        let answer = client.get(path, &[("callback", "cb")]).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(
            answer.header("content-type"),
            "application/javascript; charset=utf-8"
        );
        let start = format!("cb({{\"meta\":{{\"code\":{code}}}");
        assert!(
            answer.text().starts_with(&start),
            "{path}: {}",
            answer.text()
        );
        // Nobody else is told another status than before.
        let plain = client.get(path, &[]).await;
        assert_eq!(plain.status(), code, "{path}");
        let xml = client
            .get(path, &[("callback", "cb"), ("format", "xml")])
            .await;
        assert_eq!(xml.status(), code, "{path}");
    }
}

#[tokio::test]
async fn an_error_of_a_post_is_no_script() {
    let app = App::test().await;
    let call = app
        .with_token(None)
        .call(Method::POST, "/{a}/settings/tags")
        .query(&[("callback", "cb")])
        .form(&[("tag", r#"{"tag":"x"}"#)])
        .send()
        .await;
    call.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn a_post_is_never_a_script() {
    let app = App::test().await;
    let call = app
        .call(Method::POST, "/{a}/settings/tags")
        .query(&[("callback", "cb")])
        .form(&[("tag", r#"{"tag":"x"}"#)]);
    assert_eq!(call.send().await.response()["tag"], "x");
}
