//! One operation of a document: what is sent and what is answered.

use engine::auth::Needs;
use serde_json::{Map, Value, json};

use super::schemas::{list, object, one, words};
use super::{arguments, resources};
use crate::conversocial::routes::{Kind, Parameter, Returns, Route, Verb};
use crate::conversocial::version::{Family, Version};
use crate::openapi::shared::{listed, reference};

/// The operation; none for a path that is only there to refuse.
pub(super) fn operation(version: Version, route: &Route) -> Option<Value> {
    let family = version.family();
    let answer = answer(family, route.returns)?;
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), name(route).into());
    operation.insert("tags".to_owned(), json!([tag(route)]));
    operation.insert("summary".to_owned(), route.summary.into());
    operation.insert("description".to_owned(), policy(route).into());
    let mut parameters = Vec::new();
    if route.verb == Verb::Get {
        parameters.extend(route.parameters.iter().map(arguments::stated));
        let resource = resources::returned(family, route.returns);
        parameters.extend(resource.into_iter().flat_map(|resource| {
            arguments::of(resource, matches!(route.returns, Returns::List(_)))
        }));
    } else if !route.parameters.is_empty() {
        operation.insert("requestBody".to_owned(), body(route));
    }
    operation.insert("parameters".to_owned(), parameters.into());
    operation.insert("responses".to_owned(), responses(route, &answer));
    Some(Value::Object(operation))
}

/// `listTags`, `getTag`, `postReport`, `updateNote`, `deleteKeyvalue`.
///
/// Without underscores: Swagger UI takes one in a link for a space and warns of it.
fn name(route: &Route) -> String {
    let (verb, word) = match route.returns {
        Returns::List(plural) => ("list", plural),
        Returns::One(singular) if route.verb == Verb::Post && route.path.ends_with('}') => {
            ("update", singular)
        }
        Returns::One(singular) => (route.verb.as_str(), singular),
        Returns::Events => ("list", "events"),
        Returns::Nothing => ("", ""),
    };
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let mut name = verb.to_ascii_lowercase();
    name.extend(first.into_iter().chain(letters));
    name
}

/// The first word of the path, as Swagger UI can have it in a link: see [`name`].
pub(super) fn tag(route: &Route) -> String {
    let word = route.path.split('/').nth(1).unwrap_or_default();
    word.replace('_', "-")
}

fn policy(route: &Route) -> String {
    let mut text = String::from("Needs the permission `api.read`");
    match route.needs {
        Needs::All([]) => {}
        Needs::All(permissions) => {
            text.push_str(" and ");
            text.push_str(&listed(permissions, " and "));
        }
        Needs::Any(permissions) => {
            text.push_str(" and one of ");
            text.push_str(&listed(permissions, " or "));
        }
    }
    for condition in route.conditional {
        text.push_str("; for `");
        text.push_str(condition.argument);
        text.push('=');
        text.push_str(condition.value);
        text.push_str("` also `");
        text.push_str(condition.permission.as_str());
        text.push('`');
    }
    text.push('.');
    text
}

/// The schema of a successful answer.
fn answer(family: Family, returns: Returns) -> Option<Value> {
    let resource = resources::returned(family, returns);
    Some(match returns {
        Returns::Nothing => return None,
        Returns::Events => one("AgentEvents"),
        Returns::List(plural) => {
            let resource = resource?;
            let mut members = vec![(plural, list(&one(resource.schema)))];
            members.extend(resource.beside());
            members.push(("paging", one("Paging")));
            object(&members)
        }
        Returns::One(singular) => {
            let resource = resource?;
            let mut members = vec![(singular, one(resource.schema))];
            members.extend(resource.beside());
            object(&members)
        }
    })
}

/// A JSON object or a form with the same members.
fn body(route: &Route) -> Value {
    let example = example(route.parameters);
    let json = combined(route.path, arguments::body(route.parameters), true);
    let mut content = Map::new();
    content.insert(
        "application/json".to_owned(),
        json!({"schema": json, "example": example}),
    );
    if let Some(form) = arguments::form(route.parameters) {
        content.insert(
            "application/x-www-form-urlencoded".to_owned(),
            json!({"schema": combined(route.path, form, false)}),
        );
    }
    json!({"required": true, "content": content})
}

/// Which members go together, where a table of them cannot say it.
fn combined(path: &str, mut schema: Value, is_json: bool) -> Value {
    let (name, choices) = match path {
        "/reports" if is_json => {
            let only = |one: &str, other: &str| {
                json!({
                    "properties": {(one): arguments::id(), (other): {"enum": [null], "nullable": true}},
                    "required": [one],
                })
            };
            (
                "oneOf",
                json!([only("account", "channel"), only("channel", "account")]),
            )
        }
        "/reports" => (
            "oneOf",
            json!([{"required": ["account"]}, {"required": ["channel"]}]),
        ),
        "/keyvalues" => {
            if let Some(key) = schema
                .pointer_mut("/properties/key")
                .and_then(Value::as_object_mut)
            {
                key.insert("minLength".to_owned(), 1.into());
                key.insert("maxLength".to_owned(), 200.into());
                // no control characters
                key.insert(
                    "pattern".to_owned(),
                    r"^[^\u0000-\u001f\u007f-\u009f]+$".into(),
                );
            }
            ("anyOf", values_by_type())
        }
        _ => return schema,
    };
    if let Some(members) = schema.as_object_mut() {
        members.insert(name.to_owned(), choices);
    }
    schema
}

/// Any value without a type, or one of the stated type.
fn values_by_type() -> Value {
    let text = json!({"type": "string"});
    let whole = json!({"type": "integer", "format": "int64"});
    let number = json!({"type": "number"});
    let flag = json!({"type": "boolean"});
    let object = json!({"type": "object"});
    let list = json!({"type": "array", "items": {}});
    let typed = |word: &str, value: &Value| {
        json!({
            "properties": {"value_type": words([word]), "value": value},
            "required": ["value_type"],
        })
    };
    json!([
        {
            "properties": {
                "value": {"anyOf": [text, number, flag, object, list]},
                "value_type": {"enum": [null], "nullable": true},
            },
        },
        typed("string", &text),
        typed("integer", &whole),
        typed("float", &number),
        typed("boolean", &flag),
        typed("json", &json!({"anyOf": [object, list]})),
    ])
}

/// What a body looks like: the arguments that are needed.
fn example(parameters: &[Parameter]) -> Value {
    let members: Map<String, Value> = parameters
        .iter()
        .filter(|parameter| parameter.is_required)
        .map(|parameter| {
            let value = match parameter.kind {
                Kind::Date => "2026-05-26",
                Kind::Id => "1001",
                Kind::Json => "text",
                _ => parameter.name,
            };
            (parameter.name.to_owned(), value.into())
        })
        .collect();
    Value::Object(members)
}

fn responses(route: &Route, answer: &Value) -> Value {
    let mut responses = Map::new();
    responses.insert(
        "200".to_owned(),
        json!({
            "description": route.summary,
            "headers": limits(),
            "content": {"application/json": {"schema": answer}},
        }),
    );
    let is_one = route.path.contains('{');
    for (status, name, _) in FAILURES {
        let applies = match *status {
            404 => is_one || route.verb != Verb::Get,
            409 | 413 => route.verb != Verb::Get,
            _ => true,
        };
        if applies {
            responses.insert(status.to_string(), reference("responses", name));
        }
    }
    Value::Object(responses)
}

fn limits() -> Value {
    json!({
        "X-RateLimit-Limit": reference("headers", "Limit"),
        "X-RateLimit-Remaining": reference("headers", "Remaining"),
        "X-RateLimit-Reset": reference("headers", "Reset"),
    })
}

/// Status, name in the document, and when it is answered.
const FAILURES: &[(u16, &str, &str)] = &[
    (
        400,
        "Invalid",
        "An argument is missing or cannot be understood; `param` names it",
    ),
    (
        401,
        "Unauthorized",
        "The name or the secret of the token is missing or wrong",
    ),
    (
        403,
        "Denied",
        "The role of the token does not allow it, or a page of another site asks for a change",
    ),
    (
        404,
        "Absent",
        "There is no such thing in the account of the token",
    ),
    (409, "Conflict", "It does not fit what there is"),
    (413, "TooLarge", "The body is larger than the server takes"),
    (
        429,
        "Limited",
        "The token made too many requests in this minute",
    ),
    (500, "Failed", "The server could not do it"),
    (503, "Unavailable", "The server cannot do it now"),
];

/// The answers to calls that fail.
pub(super) fn failures() -> Value {
    FAILURES
        .iter()
        .map(|(status, name, about)| {
            let mut response = json!({
                "description": about,
                "content": {"application/json": {"schema": one("Error")}},
            });
            let mut headers = match status {
                401 => json!({"WWW-Authenticate": {"description": "`Basic`", "schema": {"type": "string"}}}),
                413 => json!({}),
                _ => limits(),
            };
            if let (429 | 503, Some(headers)) = (status, headers.as_object_mut()) {
                headers.insert("Retry-After".to_owned(), reference("headers", "RetryAfter"));
            }
            if let Some(response) = response.as_object_mut() {
                response.insert("headers".to_owned(), headers);
            }
            ((*name).to_owned(), response)
        })
        .collect::<Map<String, Value>>()
        .into()
}
