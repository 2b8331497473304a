//! The mention and its parts.

use domain::action_type::{ActionKey, ActionType};
use domain::attachment::AttachmentType;
use domain::mention::{PriorityBand, Sentiment, Status};
use domain::message_type::MessageType;
use domain::source::{Category, Provider, Service};
use serde_json::json;

use super::{Member, flag, float, int, list, nullable, object, one, text, vocabulary, words};

pub(super) fn mention() -> Vec<(&'static str, Vec<Member>)> {
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

pub(super) fn parts() -> Vec<(&'static str, Vec<Member>)> {
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
