//! Compares answers with the OpenAPI document. Stricter than JSON Schema: a member that the
//! document does not name is a mistake as well.

use std::sync::OnceLock;

use api::http::path::Table;
use api::social_connect::routes::{self, Route};
use axum::http::Method;
use serde_json::Value;

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
        document,
        is_partial,
        problems: Vec::new(),
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

struct Check<'a> {
    document: &'a Value,
    is_partial: bool,
    problems: Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let pointer = reference.strip_prefix('#').unwrap();
            let document = self.document;
            let schema = document.pointer(pointer).expect("a schema of this name");
            return self.value(schema, value, path);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let fitting = choices.iter().filter(|choice| {
                let mut check = Check {
                    problems: Vec::new(),
                    ..*self
                };
                check.value(choice, value, path);
                check.problems.is_empty()
            });
            if fitting.count() != 1 {
                self.problems
                    .push(format!("{path}: {value} is not one of the choices"));
            }
            return;
        }
        if let Some(words) = schema["enum"].as_array() {
            if !words.contains(value) {
                self.problems
                    .push(format!("{path}: {value} is not one of the words"));
            }
            return;
        }
        let is_fine = match &schema["type"] {
            Value::Null => true,
            Value::String(kind) => is_of(kind, value),
            Value::Array(kinds) => kinds
                .iter()
                .any(|kind| is_of(kind.as_str().unwrap(), value)),
            other => panic!("{path}: a type that is not understood: {other}"),
        };
        if !is_fine {
            let kind = &schema["type"];
            self.problems
                .push(format!("{path}: {value} is not of type {kind}"));
            return;
        }
        match value {
            Value::Array(items) if schema.get("items").is_some() => {
                for (index, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &format!("{path}[{index}]"));
                }
            }
            Value::Object(members) => self.object(schema, members, path),
            _ => {}
        }
    }

    fn object(&mut self, schema: &Value, members: &serde_json::Map<String, Value>, path: &str) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        for (name, value) in members {
            match properties.get(name) {
                Some(schema) => self.value(schema, value, &format!("{path}.{name}")),
                None => self
                    .problems
                    .push(format!("{path}.{name} is not documented")),
            }
        }
        if self.is_partial {
            return;
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            if !members.contains_key(name) {
                self.problems.push(format!("{path}.{name} is missing"));
            }
        }
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("a type that is not understood: {other}"),
    }
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
