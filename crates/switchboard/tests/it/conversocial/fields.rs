//! `fields`: exactly what is asked for.

use serde_json::json;

use crate::support::App;

#[tokio::test]
async fn fields_may_be_repeated_or_separated_by_commas_and_unknown_ones_are_skipped() {
    let app = App::test().await;
    app.make("tags", "tag", &json!({"tag": "Refund"})).await;
    let cv = app.program().await;
    let expected = json!([{"name": "Refund", "is_active": true}]);
    for query in [
        "fields=name,is_active",
        "fields=is_active%2Cname",
        "fields=name&fields=is_active",
        "fields=name,nothing,is_active,contents",
    ] {
        let list = cv.json(&format!("/v1.1/tags?{query}")).await;
        assert_eq!(list["tags"], expected, "{query}");
        assert_eq!(
            list["paging"],
            json!({"next_page": null, "prev_page": null})
        );
    }
    let nothing = cv.json("/v1.1/tags?fields=nothing").await;
    assert_eq!(nothing["tags"], json!([{}]));
}

#[tokio::test]
async fn fields_narrow_single_things_and_widen_lists() {
    let app = App::test().await;
    let cv = app.program().await;
    let id = app.first.user_id.get();
    let one = cv
        .json(&format!("/v1.3/users/{id}?fields=name,first_name,created"))
        .await;
    assert_eq!(one, json!({"user": {"first_name": "Ines"}}));
    let list = cv.json("/v1.3/users?fields=email").await;
    assert_eq!(
        list["users"],
        json!([{"email": "ines.morgado@northwind.example"}])
    );
}

#[tokio::test]
async fn fields_leave_what_is_beside_the_conversations_alone() {
    let app = App::test().await;
    app.post("t1", "hello", json!({})).await;
    let cv = app.program().await;
    let list = cv
        .json("/v1.3/conversations?is_priority=false&fields=status&include=content")
        .await;
    assert_eq!(list["conversations"], json!([{"status": "unread"}]));
    assert_eq!(list["content"][0].as_object().unwrap().len(), 17);
}
