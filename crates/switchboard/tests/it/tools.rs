//! `/tools`: helpers without an account.

use serde_json::json;

use crate::support::App;

#[tokio::test]
async fn the_language_of_a_text_is_told_with_its_english_name() {
    let app = App::test().await;
    for (text, code, name) in [
        (
            "Waar blijft mijn pakje? Ik wacht nu al drie weken op de levering.",
            "nl",
            "Dutch",
        ),
        (
            "Où est mon colis ? J'attends depuis trois semaines déjà.",
            "fr",
            "French",
        ),
        (
            "お客様サポートに電話しましたが、誰も出ませんでした。",
            "ja",
            "Japanese",
        ),
    ] {
        let answer = app.get("/tools/language", &[("string", text)]).await;
        assert_eq!(answer.response(), json!({"code": code, "name": name}));
        assert_eq!(
            app.get("/tools/languages", &[("string", text)])
                .await
                .json()["response"],
            answer.response()
        );
    }
}

#[tokio::test]
async fn too_little_text_has_no_language() {
    let app = App::test().await;
    for text in ["ok", "123", "🚆🚆🚆"] {
        let answer = app.get("/tools/language", &[("string", text)]).await;
        assert_eq!(answer.response(), json!({"code": "", "name": ""}), "{text}");
    }
}

#[tokio::test]
async fn all_languages_are_listed() {
    let app = App::test().await;
    let languages = app.get("/tools/languages", &[]).await.response();
    let languages = languages.as_array().unwrap();
    assert!(languages.len() > 180);
    assert!(languages.contains(&json!({"code": "nl", "name": "Dutch"})));
}
