//! The OpenAPI 3.1 document of the dialect, made from its route table and a table of objects.
//!
//! The committed file `openapi/social-connect.json` is this document.

mod schemas;

use serde_json::{Map, Value, json};

use crate::social_connect::routes::{self, Kind, Parameter, Policy, Returns, Route, Scopes, Verb};

/// The whole document.
pub fn social_connect() -> Value {
    let mut paths = Map::new();
    for route in routes::all() {
        let path = paths
            .entry(route.path)
            .or_insert_with(|| json!({ "parameters": path_parameters(route) }));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.verb.as_str().to_ascii_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Switchboard: Social Connect API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"oauth": []}],
        "tags": tags(),
        "paths": paths,
        "components": {
            "parameters": common_parameters(),
            "responses": {"Error": error_response()},
            "schemas": schemas::all(),
            "securitySchemes": security_schemes(),
        },
    })
}

const ABOUT: &str = "Parameters may come in the query, in a form or in a JSON body, with every verb. \
    Lists of numbers are separated by commas, repeated or written with brackets. Empty values and \
    the words `null` and `undefined` count as absent. Paths also answer below `/api` and with a \
    slash at the end. Objects are documented in their newest shape; `version=YYYYMMDD` brings back \
    older ones.";

/// Parameters that every call takes.
const COMMON: &[(&str, &str)] = &[
    (
        "access_token",
        "The token, for clients that cannot send the header `Authorization`",
    ),
    ("format", "`xml` for XML; JSON when absent"),
    (
        "version",
        "A date as YYYYMMDD: the shape and behaviour of that day",
    ),
    (
        "fields",
        "The members to keep, such as `name,projects.limit(1).fields(name,topics)`",
    ),
    (
        "callback",
        "Name of a function: the answer is a script that calls it (GET only)",
    ),
];

fn operation(route: &Route) -> Value {
    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), operation_id(route).into());
    operation.insert("tags".to_owned(), json!([tag_of(route)]));
    operation.insert("summary".to_owned(), route.summary.into());
    operation.insert("description".to_owned(), policy_text(route).into());
    operation.insert("security".to_owned(), security(route));
    operation.insert("x-permissions".to_owned(), permissions(route));
    let mut parameters: Vec<Value> = COMMON
        .iter()
        .map(|(name, _)| json!({"$ref": format!("#/components/parameters/{name}")}))
        .collect();
    if route.is_mutation() {
        parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
    }
    if route.verb == Verb::Post {
        if !route.parameters.is_empty() {
            operation.insert("requestBody".to_owned(), body(route.parameters));
        }
    } else {
        parameters.extend(route.parameters.iter().map(query_parameter));
    }
    operation.insert("parameters".to_owned(), parameters.into());
    operation.insert("responses".to_owned(), responses(route));
    Value::Object(operation)
}

/// `get_inbox_mentions`: verb and path without the braces.
fn operation_id(route: &Route) -> String {
    let words: Vec<&str> = route
        .segments()
        .filter(|segment| *segment != "{account_id}")
        .map(|segment| segment.trim_matches(['{', '}']))
        .collect();
    format!(
        "{}_{}",
        route.verb.as_str().to_ascii_lowercase(),
        words.join("_")
    )
}

fn tag_of(route: &Route) -> &'static str {
    route
        .segments()
        .find(|segment| !segment.starts_with('{'))
        .unwrap_or("me")
}

fn tags() -> Value {
    let mut names: Vec<&str> = routes::all().map(tag_of).collect();
    names.dedup();
    names
        .into_iter()
        .map(|name| json!({"name": name}))
        .collect()
}

fn scopes(route: &Route) -> Scopes {
    match route.policy {
        Policy::Identity { scopes } | Policy::Account { scopes, .. } => scopes,
    }
}

fn security(route: &Route) -> Value {
    match scopes(route) {
        Scopes::All(scopes) => {
            let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            json!([{"oauth": names}])
        }
        Scopes::Any(scopes) => scopes
            .iter()
            .map(|scope| json!({"oauth": [scope.as_str()]}))
            .collect(),
    }
}

fn permissions(route: &Route) -> Value {
    let Policy::Account { permissions, .. } = route.policy else {
        return json!([]);
    };
    let mut names = vec!["api.read"];
    names.extend(permissions.iter().map(|permission| permission.as_str()));
    json!(names)
}

fn policy_text(route: &Route) -> String {
    let Policy::Account {
        permissions,
        conditional,
        ..
    } = route.policy
    else {
        return "Needs a token, and no permission in an account.".to_owned();
    };
    let mut text = String::from("Needs the permission `api.read`");
    for permission in permissions {
        text.push_str(", `");
        text.push_str(permission.as_str());
        text.push('`');
    }
    for (what, permission) in conditional {
        text.push_str("; for `");
        text.push_str(what);
        text.push_str("` also `");
        text.push_str(permission.as_str());
        text.push('`');
    }
    text.push('.');
    text
}

fn path_parameters(route: &Route) -> Value {
    route
        .segments()
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": {"type": "string", "pattern": "^[0-9]+$"},
            })
        })
        .collect()
}

fn query_parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "description": parameter.about,
        "schema": kind(parameter.kind, false),
    })
}

/// A form and a JSON object with the same members.
fn body(parameters: &[Parameter]) -> Value {
    let schema = |is_json| {
        let properties: Map<String, Value> = parameters
            .iter()
            .map(|parameter| {
                let mut schema = kind(parameter.kind, is_json);
                if let Some(schema) = schema.as_object_mut() {
                    schema.insert("description".to_owned(), parameter.about.into());
                }
                (parameter.name.to_owned(), schema)
            })
            .collect();
        let required: Vec<&str> = parameters
            .iter()
            .filter(|parameter| parameter.is_required)
            .map(|parameter| parameter.name)
            .collect();
        json!({"type": "object", "properties": properties, "required": required})
    };
    json!({
        "content": {
            "application/x-www-form-urlencoded": {"schema": schema(false)},
            "application/json": {"schema": schema(true)},
        },
    })
}

fn kind(kind: Kind, is_json: bool) -> Value {
    match kind {
        Kind::Text => json!({"type": "string"}),
        Kind::Integer { default, min, max } => {
            json!({"type": "integer", "default": default, "minimum": min, "maximum": max})
        }
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Date => json!({"type": "string", "examples": ["2021-01-31T12:00:00+01:00"]}),
        Kind::Id => json!({"type": "integer"}),
        Kind::Ids if is_json => json!({"type": "array", "items": {"type": "integer"}}),
        Kind::Ids => json!({"type": "string", "examples": ["1,2,3"]}),
        Kind::Word(words) => json!({"type": "string", "enum": words}),
        Kind::Json if is_json => json!({"type": ["object", "array"]}),
        Kind::Json => json!({"type": "string", "contentMediaType": "application/json"}),
    }
}

fn responses(route: &Route) -> Value {
    let error = json!({"$ref": "#/components/responses/Error"});
    let success = match route.returns {
        Returns::Events => json!({
            "description": "Events, one for each change, until the client or the token goes. An event \
                            `log.lost` ends a stream that cannot go on because the log has lost \
                            events: read the lists anew, and listen from its number",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }),
        returns => json!({
            "description": route.summary,
            "content": {
                "application/json": {"schema": enveloped(&returned(returns))},
                "application/xml": {"schema": {"type": "string"}},
            },
        }),
    };
    json!({"200": success, "default": error})
}

fn returned(returns: Returns) -> Value {
    let named = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    match returns {
        Returns::Object(name) => named(name),
        Returns::List(name) => json!({"type": "array", "items": named(name)}),
        Returns::OneOrList(name) => {
            json!({"oneOf": [named(name), {"type": "array", "items": named(name)}]})
        }
        Returns::Words => json!({"type": "array", "items": {"type": "string"}}),
        Returns::Done | Returns::Events => json!({"type": "boolean"}),
        Returns::Paged(name) => json!({
            "type": "object",
            "properties": {
                "count": {"type": "integer"},
                "data": {"type": "array", "items": named(name)},
                "paging": {"$ref": "#/components/schemas/paging"},
            },
            "required": ["count", "data", "paging"],
        }),
    }
}

fn enveloped(response: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "meta": {"$ref": "#/components/schemas/meta"},
            "response": response,
        },
        "required": ["meta", "response"],
    })
}

fn common_parameters() -> Value {
    let mut parameters: Map<String, Value> = COMMON
        .iter()
        .map(|(name, about)| {
            let parameter = json!({
                "name": name,
                "in": "query",
                "description": about,
                "schema": {"type": "string"},
            });
            ((*name).to_owned(), parameter)
        })
        .collect();
    parameters.insert(
        "IdempotencyKey".to_owned(),
        json!({
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A name for this change: sent twice, it is made once and answered alike",
            "schema": {"type": "string", "maxLength": 255},
        }),
    );
    Value::Object(parameters)
}

fn error_response() -> Value {
    json!({
        "description": "The call failed",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/error"}},
            "application/xml": {"schema": {"type": "string"}},
        },
    })
}

fn security_schemes() -> Value {
    let scopes: Map<String, Value> = [
        ("identify", "Who the user is"),
        ("accounts_read", "Read everything in the user's accounts"),
        ("accounts_write", "Change things in the user's accounts"),
        ("socialprofiles", "The user's connected profiles"),
        ("email", "The user's e-mail address"),
        ("accounts_handover", "The hand-over of conversations"),
    ]
    .into_iter()
    .map(|(name, about)| (name.to_owned(), about.into()))
    .collect();
    json!({
        "oauth": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": "/oauth/authorize/",
                    "tokenUrl": "/oauth/access_token/",
                    "refreshUrl": "/oauth/access_token/",
                    "scopes": scopes,
                },
            },
        },
    })
}

#[cfg(test)]
mod tests;
