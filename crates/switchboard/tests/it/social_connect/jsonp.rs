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

#[tokio::test]
async fn errors_reach_the_function_too() {
    let app = App::test().await;
    let answer = app.with_token(None).get("/me", &[("callback", "cb")]).await;
    assert_eq!(answer.status(), 401);
    assert!(
        answer.text().starts_with("cb({\"meta\":{\"code\":401}"),
        "{}",
        answer.text()
    );
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
