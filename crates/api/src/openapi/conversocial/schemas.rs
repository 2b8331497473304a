//! The objects of the dialect, as JSON Schema in the form of OpenAPI 3.0.
//!
//! Members of resources stand beside their field tables, which a test compares with them; the
//! tables know when a member is shown, this knows exactly what it looks like.

use domain::agent_event::AgentEventKind;
use domain::naming;
use serde_json::{Map, Value, json};

use crate::conversocial::actions::Word;
use crate::openapi::shared::reference;

/// A member of an object; names with a question mark may be absent.
pub(super) type Member = (&'static str, Value);

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn flag() -> Value {
    json!({"type": "boolean"})
}

pub(super) fn whole() -> Value {
    json!({"type": "integer"})
}

/// The id of an account, channel, tag, user or report.
pub(super) fn digits() -> Value {
    json!({"type": "string", "pattern": "^[0-9]+$", "example": "1001"})
}

/// The id of a conversation and of what is in it.
pub(super) fn hex() -> Value {
    json!({"type": "string", "pattern": "^[0-9a-f]{24}$", "example": "0000000000271d9e5a3c41b2"})
}

/// The id of an author: a letter for the network, a colon, the id there.
pub(super) fn author_id() -> Value {
    json!({"type": "string", "pattern": "^[a-z]:.", "example": "t:2825986021"})
}

pub(super) fn address() -> Value {
    json!({"type": "string", "format": "uri"})
}

/// Not `date-time`: that has a zone.
pub(super) fn date() -> Value {
    json!({
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$",
        "example": "2013-11-18T11:20:24",
    })
}

/// As the lists of the Customer Profiles API have them.
fn precise_date() -> Value {
    json!({
        "type": "string",
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}$",
        "example": "2016-03-15T17:48:49.988000",
    })
}

pub(super) fn day() -> Value {
    json!({"type": "string", "format": "date"})
}

pub(super) fn words(words: impl IntoIterator<Item = impl AsRef<str>>) -> Value {
    let words = words.into_iter().map(|word| word.as_ref().into());
    json!({"type": "string", "enum": words.collect::<Vec<Value>>()})
}

pub(super) fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

pub(super) fn one(name: &str) -> Value {
    reference("schemas", name)
}

/// The same, or null. Not for references: beside one, `nullable` says nothing.
pub(super) fn nullable(mut schema: Value) -> Value {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    if let Some(members) = schema.as_object_mut() {
        members.insert("nullable".to_owned(), true.into());
    }
    schema
}

/// An object of these members and no others.
pub(super) fn object(members: &[Member]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in members {
        let bare = name.trim_end_matches('?');
        if bare == *name {
            required.push(bare);
        }
        properties.insert(bare.to_owned(), schema.clone());
    }
    let mut object = json!({"type": "object", "properties": properties});
    if let Some(object) = object.as_object_mut() {
        if !required.is_empty() {
            object.insert("required".to_owned(), json!(required));
        }
        object.insert("additionalProperties".to_owned(), false.into());
    }
    object
}

/// What the objects of the data API besides its resources look like.
pub(super) fn data() -> Vec<(&'static str, Value)> {
    vec![
        ("Link", link()),
        (
            "NamedLink",
            object(&[("id", digits()), ("name", text()), ("url", address())]),
        ),
        ("Content", object(&content())),
        ("Note", object(&note())),
        ("Action", object(&action())),
        (
            "HandlingTime",
            object(&[
                ("user", one("Link")),
                ("started", date()),
                ("ended", date()),
                ("seconds", json!({"type": "integer", "minimum": 0})),
            ]),
        ),
        (
            "Attachment",
            object(&[
                ("type", nullable(text())),
                ("url", nullable(text())),
                ("title", nullable(text())),
            ]),
        ),
        ("Paging", both_ways()),
        ("Error", error()),
    ]
}

/// A reference to an account, channel, tag or user.
pub(super) fn link() -> Value {
    object(&[("id", digits()), ("url", address())])
}

/// A reference to an author.
pub(super) fn author_link() -> Value {
    object(&[("id", author_id()), ("url", address())])
}

fn sentiment() -> Value {
    object(&[
        ("created_by", nullable(link())),
        ("value", json!({"type": "integer", "enum": [-1, 0, 1]})),
    ])
}

fn both_ways() -> Value {
    object(&[
        ("next_page", nullable(address())),
        ("prev_page", nullable(address())),
    ])
}

fn content() -> Vec<Member> {
    vec![
        ("id", hex()),
        ("type", words(naming::KINDS)),
        ("platform", text()),
        ("platform_id", nullable(text())),
        ("link", nullable(text())),
        ("created_date", date()),
        ("text", text()),
        ("author", nullable(author_link())),
        ("user", nullable(link())),
        ("is_by_source", flag()),
        ("is_private", flag()),
        ("is_priority", flag()),
        ("parent", nullable(hex())),
        ("channels", list(&one("NamedLink"))),
        ("tags", list(&one("Link"))),
        ("sentiment", nullable(sentiment())),
        ("attachments", list(&one("Attachment"))),
    ]
}

fn note() -> Vec<Member> {
    vec![
        ("id", text()),
        ("conversation", hex()),
        ("text", text()),
        ("user", nullable(link())),
        ("created_date", date()),
    ]
}

fn action() -> Vec<Member> {
    vec![
        ("id", text()),
        ("conversation", hex()),
        ("type", words(Word::ALL.map(Word::as_str))),
        ("user", nullable(link())),
        ("created_date", date()),
        (
            "details",
            json!({"type": "object", "additionalProperties": true}),
        ),
    ]
}

fn error() -> Value {
    object(&[
        ("status", words(["error"])),
        ("message", text()),
        (
            "http_status",
            json!({"type": "string", "pattern": "^[0-9]{3} .", "example": "404 Object Not Found"}),
        ),
        ("error_code?", text()),
        ("param?", text()),
    ])
}

/// What the Customer Profiles API answers with besides its resources.
pub(super) fn profiles() -> Vec<(&'static str, Value)> {
    vec![
        (
            "ProfileReference",
            object(&[
                ("author_ids", list(&author_id())),
                ("customer_profiles_id", hex()),
            ]),
        ),
        ("Paging", object(&[("next_page", nullable(address()))])),
        (
            "Error",
            object(&[("status", words(["error"])), ("message", text())]),
        ),
    ]
}

/// Something that an agent wrote about a customer, at one time.
fn entry(actions: [&str; 2], others: Vec<Member>) -> Vec<Member> {
    let mut members = vec![
        ("id", hex()),
        ("action", words(actions)),
        ("created_date", precise_date()),
    ];
    members.extend(others);
    members.push(("user", nullable(whole())));
    members.push(("author", one("ProfileReference")));
    members
}

pub(super) fn profile_note() -> Vec<Member> {
    entry(["add_note", "modify_note"], vec![("text", text())])
}

pub(super) fn profile_annotation() -> Vec<Member> {
    entry(
        ["add_annotation", "modify_annotation"],
        vec![("text", text()), ("type_id", text())],
    )
}

pub(super) fn profile_tag() -> Vec<Member> {
    entry(["add_tag", "remove_tag"], vec![("name", text())])
}

pub(super) fn annotation_type() -> Vec<Member> {
    vec![
        ("id", text()),
        ("name", text()),
        ("format", words(["short", "long"])),
        ("is_active", flag()),
    ]
}

pub(super) fn profile_author() -> Vec<Member> {
    vec![
        ("author_ids", list(&author_id())),
        ("customer_profiles_id", hex()),
        ("notes", list(&one("Note"))),
        ("annotations", list(&one("Annotation"))),
        ("tags", list(&one("Tag"))),
    ]
}

/// What is in the text of agent events, and the text itself.
pub(super) fn events() -> Vec<(&'static str, Value)> {
    let event_kinds = AgentEventKind::ALL.iter().map(|kind| kind.as_str());
    vec![
        (
            "AgentEvents",
            object(&[
                (
                    "documents",
                    json!({
                        "type": "string",
                        "description": "A JSON array of `AgentEvent`, as text: it must be decoded a second time",
                    }),
                ),
                ("next_url", nullable(address())),
            ]),
        ),
        (
            "AgentEvent",
            object(&[
                ("id", text()),
                ("timestamp", date()),
                ("agent", digits()),
                ("type", words(event_kinds)),
                ("conversation_id", nullable(hex())),
                ("channel_id", nullable(digits())),
                ("duration", nullable(whole())),
            ]),
        ),
        ("Error", error()),
    ]
}
