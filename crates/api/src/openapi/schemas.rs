//! The objects of the dialect, as JSON Schema. One short line per member: name, `?` when it may be
//! absent, kind.

use domain::action_type::{ActionKey, ActionType};
use domain::attachment::AttachmentType;
use domain::mention::{PriorityBand, Sentiment, Status};
use domain::message_type::MessageType;
use domain::permission::Permission;
use domain::plan::Plan;
use domain::role::License;
use domain::source::{Category, Provider, Service};
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
    objects.extend(mention());
    objects.extend(mention_parts());
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
        ("language", vec![("code", text()), ("name", text())]),
    ]
}

fn mention() -> Vec<(&'static str, Vec<Member>)> {
    let named = || object(vec![("id", int()), ("name", text())]);
    let assignment = object(vec![
        ("user_ids?", list(&int())),
        ("team_ids?", list(&int())),
        ("comments", text()),
    ]);
    vec![(
        "mention",
        vec![
            ("id", text()),
            ("unique_id", text()),
            ("author", one("author")),
            ("original_author?", one("author")),
            ("message", one("mention_message")),
            ("source", one("source")),
            ("location?", one("mention_location")),
            ("tags?", list(&text())),
            ("topic", named()),
            ("project", named()),
            ("status", vocabulary!(Status)),
            ("permalink", text()),
            ("assignment", assignment),
            ("assignees", list(&one("mention_assignee"))),
            ("actions", list(&one("mention_action"))),
            ("action_links", list(&one("actionlink"))),
            (
                "handled_by",
                json!({"type": ["object", "null"], "properties": {"type": text(), "flow_id": text()}}),
            ),
            (
                "timestamps",
                object(vec![
                    ("response_time?", int()),
                    ("response_time_during_bh?", int()),
                    ("resolve_time?", int()),
                    ("resolve_time_during_bh?", int()),
                    ("handle_time", int()),
                ]),
            ),
            (
                "date",
                object(vec![("added", int()), ("published?", int())]),
            ),
            ("priority?", one("priority")),
            ("extra_attributes?", list(&one("extra_attribute"))),
            ("todos?", list(&one("todo"))),
            ("buttons?", list(&one("button"))),
            ("clicked_buttons?", list(&one("clicked_button"))),
            ("service_details?", one("service_details")),
        ],
    )]
}

fn mention_parts() -> Vec<(&'static str, Vec<Member>)> {
    let entity = |more: &[&'static str]| {
        let mut members = vec![
            ("string", text()),
            ("indices", list(&int())),
            ("url", text()),
        ];
        members.extend(more.iter().map(|name| (*name, text())));
        list(&object(members))
    };
    let band = || words(PriorityBand::ALL, PriorityBand::as_str);
    vec![
        (
            "author",
            vec![
                ("name?", text()),
                ("fullname?", text()),
                ("id?", text()),
                ("url?", text()),
                ("img?", text()),
                ("managed?", flag()),
                ("tags?", list(&text())),
            ],
        ),
        (
            "mention_message",
            vec![
                ("title?", text()),
                ("content?", text()),
                ("stripped_content?", text()),
                ("entities?", one("entities")),
                ("attachments?", list(&one("mention_attachment"))),
                ("language", nullable("string")),
                ("sentiment", vocabulary!(Sentiment)),
                ("type?", vocabulary!(MessageType)),
            ],
        ),
        (
            "entities",
            vec![
                ("hashtag?", entity(&["text", "filter"])),
                ("url?", entity(&["short_url", "long_url", "display_url"])),
                ("user?", entity(&["service", "screen_name", "filter"])),
            ],
        ),
        (
            "mention_attachment",
            vec![
                ("type", vocabulary!(AttachmentType)),
                ("url?", text()),
                ("title?", text()),
                ("image?", text()),
                ("description?", text()),
                ("caption?", text()),
                ("question?", text()),
                ("id?", int()),
                ("content?", json!({})),
            ],
        ),
        (
            "source",
            vec![
                ("category", vocabulary!(Category)),
                ("service", vocabulary!(Service)),
                ("type", vocabulary!(Provider)),
                ("id?", text()),
                ("in_reply_to_message_id?", text()),
                ("thread_id?", text()),
                ("domain", text()),
                ("url?", text()),
                ("application?", text()),
                ("profile?", text()),
                ("profile_name?", text()),
                (
                    "sender?",
                    object(vec![("type", text()), ("id", text()), ("name", text())]),
                ),
            ],
        ),
        (
            "mention_location",
            vec![
                ("continent?", text()),
                ("country?", text()),
                ("city?", text()),
                ("region?", text()),
                ("longitude?", float()),
                ("latitude?", float()),
            ],
        ),
        (
            "mention_assignee",
            vec![
                ("id", text()),
                ("type", json!({"type": "string", "enum": ["user", "team"]})),
                ("display_name", text()),
            ],
        ),
        (
            "mention_action",
            vec![
                ("user?", object(vec![("id", text()), ("name", text())])),
                ("type", vocabulary!(ActionType)),
                ("description", text()),
                ("details?", text()),
                ("date", object(vec![("added", int())])),
                (
                    "metadata?",
                    object(vec![
                        ("status?", vocabulary!(Status)),
                        ("priority?", json!({"anyOf": [band(), {"type": "null"}]})),
                        (
                            "previous_priority?",
                            json!({"anyOf": [band(), {"type": "null"}]}),
                        ),
                        ("assignees?", list(&one("mention_assignee"))),
                    ]),
                ),
            ],
        ),
        (
            "actionlink",
            vec![
                ("key", vocabulary!(ActionKey)),
                ("type?", json!({"type": "string", "enum": ["web", "api"]})),
                ("name?", text()),
                ("title?", text()),
                ("link", text()),
                (
                    "http_method?",
                    json!({"type": "string", "enum": ["GET", "POST", "DELETE"]}),
                ),
                ("post_params?", text()),
            ],
        ),
        (
            "priority",
            vec![("id", int()), ("name", text()), ("color", text())],
        ),
        (
            "extra_attribute",
            vec![("id", text()), ("name", text()), ("value", text())],
        ),
        (
            "todo",
            vec![
                ("id", text()),
                (
                    "author",
                    object(vec![("id?", text()), ("name?", text()), ("email?", text())]),
                ),
                ("text", text()),
                ("assignees", list(&one("mention_assignee"))),
                (
                    "status",
                    json!({"type": "string", "enum": ["todo", "done"]}),
                ),
                ("dateadd", int()),
                ("lastupdate", int()),
            ],
        ),
        ("button", vec![("id", text()), ("label", text())]),
        (
            "clicked_button",
            vec![("id", text()), ("label", text()), ("payload", text())],
        ),
        (
            "service_details",
            vec![
                ("type", text()),
                ("location_id?", text()),
                ("location_name?", text()),
                ("locationUrl?", text()),
                ("locationAddress?", text()),
                ("app_id?", text()),
                ("app_name?", text()),
                ("product_id?", text()),
                ("product_name?", text()),
                ("shop_id?", text()),
                ("shop_name?", text()),
                ("author_phone?", text()),
            ],
        ),
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
