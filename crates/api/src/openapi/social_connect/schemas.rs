//! The objects of the dialect, as JSON Schema. One short line per member: name, `?` when it may be
//! absent, kind.

mod mentions;

use domain::permission::Permission;
use domain::plan::Plan;
use domain::role::License;
use domain::source::{Provider, Service};
use domain::tag::TagStatus;
use domain::topic::Health;
use domain::user::{MembershipState, Presence};
use serde_json::{Map, Value, json};

/// A member of an object.
type Member = (&'static str, Value);

/// Every object by name.
pub(super) fn all() -> Value {
    let mut schemas = Map::new();
    for (name, members) in objects() {
        schemas.insert(name.to_owned(), object(members));
    }
    Value::Object(schemas)
}

fn text() -> Value {
    json!({"type": "string"})
}

fn int() -> Value {
    json!({"type": "integer"})
}

fn float() -> Value {
    json!({"type": "number"})
}

fn flag() -> Value {
    json!({"type": "boolean"})
}

fn nullable(kind: &str) -> Value {
    json!({"type": [kind, "null"]})
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

fn one(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn words<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str) -> Value {
    let words: Vec<&str> = all.iter().map(|member| word(*member)).collect();
    json!({"type": "string", "enum": words})
}

/// A closed list of words.
macro_rules! vocabulary {
    ($name:ident) => {
        words($name::ALL, $name::as_str)
    };
}
use vocabulary;

/// An object; names with a question mark may be absent.
fn object(members: Vec<Member>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in members {
        let bare = name.trim_end_matches('?');
        if bare == name {
            required.push(name);
        }
        properties.insert(bare.to_owned(), schema);
    }
    if required.is_empty() {
        return json!({"type": "object", "properties": properties});
    }
    json!({"type": "object", "properties": properties, "required": required})
}

fn objects() -> Vec<(&'static str, Vec<Member>)> {
    let mut objects = envelope();
    objects.extend(people());
    objects.extend(settings());
    objects.extend(mentions::mention());
    objects.extend(mentions::parts());
    objects.extend(counting());
    objects
}

fn envelope() -> Vec<(&'static str, Vec<Member>)> {
    vec![
        (
            "meta",
            vec![
                ("code", int()),
                ("messages?", list(&one("message"))),
                ("partial?", flag()),
                ("etag?", text()),
            ],
        ),
        (
            "message",
            vec![
                (
                    "level?",
                    json!({"type": "string", "enum": ["error", "info", "success", "warning"]}),
                ),
                ("code?", text()),
                ("description?", text()),
                ("details?", json!({"type": ["object", "array"]})),
                ("show_user?", flag()),
            ],
        ),
        (
            "error",
            vec![
                ("meta", object(vec![("code", int())])),
                ("code", int()),
                ("error", text()),
                ("error_description", text()),
                ("error_details?", list(&one("error_detail"))),
            ],
        ),
        (
            "error_detail",
            vec![
                ("parameter?", text()),
                ("message?", text()),
                ("found?", text()),
                ("start?", int()),
                ("end?", int()),
                ("suggestion?", text()),
                ("request_id?", text()),
            ],
        ),
        (
            "paging",
            vec![
                ("next_url", nullable("string")),
                ("previous_url", nullable("string")),
            ],
        ),
    ]
}

fn people() -> Vec<(&'static str, Vec<Member>)> {
    vec![
        (
            "user",
            vec![
                ("id", int()),
                ("name", text()),
                ("email?", text()),
                ("avatar?", text()),
                ("account_role?", text()),
                ("account_role_id?", text()),
                ("status", vocabulary!(Presence)),
                ("membership?", vocabulary!(MembershipState)),
                ("password_link?", text()),
                ("password_link_ends_at?", int()),
                ("invitation_link?", text()),
                ("invitation_link_ends_at?", int()),
            ],
        ),
        (
            "account",
            vec![
                ("id", int()),
                ("name", text()),
                ("expires", int()),
                ("expired?", flag()),
                ("plan", vocabulary!(Plan)),
                ("projects", list(&one("project"))),
                ("users", list(&one("user"))),
                ("timezone", text()),
                ("description?", text()),
                ("package?", text()),
            ],
        ),
        (
            "userrole",
            vec![
                ("id", text()),
                ("title", text()),
                ("license", vocabulary!(License)),
                ("permissions", list(&vocabulary!(Permission))),
                ("topics", list(&one("topic"))),
                ("all_topics", flag()),
                ("stock", flag()),
                ("date", object(vec![("added", int()), ("updated", int())])),
            ],
        ),
    ]
}

fn settings() -> Vec<(&'static str, Vec<Member>)> {
    vec![
        (
            "project",
            vec![
                ("id", int()),
                ("name", text()),
                ("visible", flag()),
                ("topics", list(&one("topic"))),
            ],
        ),
        (
            "topic",
            vec![
                ("id", int()),
                ("name", text()),
                ("searchkeywords?", text()),
                ("monitoredprofiles?", list(&one("connectedprofile"))),
            ],
        ),
        (
            "connectedprofile",
            vec![
                ("id", int()),
                ("type", vocabulary!(Service)),
                ("service_id", text()),
                ("displayname?", text()),
                ("username?", text()),
                ("avatar?", text()),
                ("provider", vocabulary!(Provider)),
                (
                    "filters",
                    object(vec![
                        ("postedby?", text()),
                        ("postedin?", text()),
                        ("profile?", text()),
                    ]),
                ),
                (
                    "connection",
                    object(vec![
                        ("status", vocabulary!(Health)),
                        ("message?", text()),
                        ("last_polled", nullable("integer")),
                        ("last_succeeded", nullable("integer")),
                        ("next_poll", nullable("integer")),
                        ("failures", int()),
                    ]),
                ),
            ],
        ),
        (
            "tag",
            vec![
                ("id", int()),
                ("tag", text()),
                ("filter", text()),
                ("color_code?", text()),
                ("parent_id?", text()),
                ("visible", flag()),
                ("category_model_tag", flag()),
                ("status", vocabulary!(TagStatus)),
            ],
        ),
        (
            "apikey",
            vec![
                ("id", int()),
                ("name", text()),
                ("token", text()),
                ("secret?", text()),
                ("userrole", object(vec![("id", text()), ("title", text())])),
                (
                    "date",
                    object(vec![("added", int()), ("last_used", nullable("integer"))]),
                ),
            ],
        ),
        ("language", vec![("code", text()), ("name", text())]),
    ]
}

fn counting() -> Vec<(&'static str, Vec<Member>)> {
    vec![
        (
            "facet",
            vec![
                ("keys", list(&one("facet_label"))),
                ("segments", list(&one("facet_label"))),
                ("data", list(&list(&float()))),
            ],
        ),
        (
            "facet_label",
            vec![
                ("id", json!({"type": ["string", "integer"]})),
                ("text", text()),
                ("html", text()),
                ("name?", int()),
            ],
        ),
    ]
}
