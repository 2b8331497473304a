//! The document of the Social Connect API.

use std::sync::OnceLock;

use api::http::path::Table;
use api::social_connect::routes::{self, Route};
use axum::http::Method;
use serde_json::Value;

use super::Check;

/// What is wrong with the JSON answer of a call; empty when nothing is. `is_partial` when members
/// were left out on request.
pub(crate) fn undocumented(
    method: &Method,
    path: &str,
    status: u16,
    body: &Value,
    is_partial: bool,
) -> Vec<String> {
    let document = document();
    let mut check = Check {
        is_partial,
        ..Check::new(document)
    };
    if status != 200 {
        let schema = &document["components"]["schemas"]["error"];
        check.value(schema, body, "error");
        return check.problems;
    }
    let plain = path.strip_prefix("/api").unwrap_or(path);
    let plain = plain.strip_suffix('/').unwrap_or(plain);
    let Some(found) = table().find(plain) else {
        return vec![format!("{path} is not in the route table")];
    };
    let verb = if method == Method::HEAD {
        "get".to_owned()
    } else {
        method.as_str().to_lowercase()
    };
    let operation = &document["paths"][found.routes[0].path][verb];
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        return vec![format!("{method} {path} has no documented answer")];
    }
    check.value(schema, body, "answer");
    check.problems
}

fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(api::openapi::social_connect)
}

fn table() -> &'static Table<Route> {
    static TABLE: OnceLock<Table<Route>> = OnceLock::new();
    TABLE.get_or_init(|| Table::new(routes::all()))
}

#[test]
fn a_member_that_is_missing_unknown_or_of_another_type_is_noticed() {
    use serde_json::json;
    let problems = |body: &Value| undocumented(&Method::GET, "/api/me/", 200, body, false);
    let user = json!({"id": 1, "name": "Ann", "status": "available"});
    let answer = |user: &Value| json!({"meta": {"code": 200}, "response": user});
    assert_eq!(problems(&answer(&user)), [""; 0]);
    let mut wrong = user;
    wrong["id"] = json!("1");
    wrong["extra"] = json!(1);
    wrong["status"] = json!("asleep");
    wrong.as_object_mut().unwrap().remove("name");
    let mut found = problems(&answer(&wrong));
    found.sort();
    assert_eq!(
        found,
        [
            "answer.response.extra is not documented",
            "answer.response.id: \"1\" is not of type \"integer\"",
            "answer.response.name is missing",
            "answer.response.status: \"asleep\" is not one of the words",
        ]
    );
}
