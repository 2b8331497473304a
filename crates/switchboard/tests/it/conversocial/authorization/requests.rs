//! How each route is called so that it would succeed.

use api::conversocial::routes::{Route, Verb};
use api::conversocial::version::{Family, Version};
use serde_json::{Value, json};

/// Identifiers of one of everything that an address can name.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    pub(super) account: String,
    pub(super) channel: String,
    pub(super) conversation: String,
    pub(super) author: String,
    pub(super) user: String,
    pub(super) tag: String,
    pub(super) report: String,
    pub(super) key: String,
    /// Another author, who wrote as well.
    pub(super) twin: String,
    /// A note about the author.
    pub(super) note: String,
    /// A tag on the author.
    pub(super) contact_tag: String,
    /// A type of annotations.
    pub(super) annotation_type: String,
    /// Makes names differ.
    pub(super) number: usize,
}

impl Ids {
    /// Identifiers of things that do not exist.
    pub(super) fn absent() -> Self {
        let number = || "999991".to_owned();
        Self {
            account: number(),
            channel: number(),
            conversation: "00000000000000000000f0f1".to_owned(),
            author: "t:99999999".to_owned(),
            user: number(),
            tag: number(),
            report: number(),
            key: "absent".to_owned(),
            twin: "t:99999998".to_owned(),
            note: "00000000000000000000f0f2".to_owned(),
            contact_tag: "absent".to_owned(),
            annotation_type: number(),
            number: 0,
        }
    }
}

/// Whether a role that reaches other topics only sees nothing of it.
pub(super) fn is_of_a_topic(family: Family, route: &Route) -> bool {
    let paths: &[&str] = match family {
        Family::Data => &[
            "/channels",
            "/channels/{id}",
            "/conversations",
            "/conversations/{id}",
            "/authors/{id}",
            "/reports",
            "/reports/{id}",
        ],
        Family::Profiles => &[],
        Family::Events => &["/agent_events"],
    };
    // Whoever asks for a report gets one of the own topics.
    !route.is_mutation() && paths.contains(&route.path)
}

/// The address of a route with everything filled in.
pub(super) fn address(version: Version, route: &Route, ids: &Ids) -> String {
    let mut resource = "";
    let mut path = String::new();
    for part in route.path.split('/').skip(1) {
        let filled = match (resource, part) {
            (_, "{author_id}") | ("authors", "{id}") => &ids.author,
            ("accounts", "{id}") => &ids.account,
            ("channels", "{id}") => &ids.channel,
            ("conversations", "{id}") => &ids.conversation,
            ("users", "{id}") => &ids.user,
            ("tags", "{id}") => &ids.tag,
            ("tags", "{name}") => &ids.contact_tag,
            ("reports", "{id}") => &ids.report,
            ("keyvalues", "{key}") => &ids.key,
            ("notes", "{id}") => &ids.note,
            ("annotation-types", "{id}") => &ids.annotation_type,
            (_, part) if part.starts_with('{') => {
                panic!("nobody has said how {} is filled in", route.path)
            }
            (_, part) => {
                resource = part;
                part
            }
        };
        path.push('/');
        path.push_str(filled);
    }
    let query = match route.verb {
        Verb::Get => query(version, route),
        Verb::Post | Verb::Delete => "",
    };
    format!("/{}{path}{query}", version.segment())
}

/// Arguments with which a call succeeds, those included that ask for more permissions.
fn query(version: Version, route: &Route) -> &'static str {
    match (version.family(), route.path) {
        (Family::Data, "/conversations") => {
            "?status=unread&status=read&status=archived&include=content,notes,actions"
        }
        (Family::Data, "/conversations/{id}") => "?include=content&include=notes&include=actions",
        (Family::Data, "/reports") => "?fields=id,name",
        (Family::Profiles, "/notes" | "/annotations" | "/tags") => {
            "?created_date_from=2026-01-01&created_date_to=2027-01-01"
        }
        (Family::Events, _) => "?timestamp_from=2026-01-01",
        _ => "",
    }
}

/// The body with which a call succeeds.
pub(super) fn body(route: &Route, ids: &Ids) -> Option<Value> {
    if route.verb != Verb::Post {
        return None;
    }
    Some(match route.path {
        "/keyvalues" => json!({"key": "written", "value": ids.key.len()}),
        "/reports" => json!({
            "account": ids.account,
            "date_from": "2026-11-01",
            "date_to": "2026-11-02",
        }),
        "/notes" => json!({"author_id": ids.author, "text": "written"}),
        "/notes/{id}" => json!({"text": "written anew"}),
        "/annotations" => json!({
            "author_id": ids.author,
            // One that every account has.
            "type_id": 1,
            "text": "written",
        }),
        "/tags" => json!({"author_id": ids.author, "name": "written"}),
        "/annotation-types" => json!({"name": format!("Kind {}", ids.number)}),
        "/annotation-types/{id}" => json!({"is_active": true}),
        "/authors/{author_id}" => json!({"same_as": ids.twin}),
        path => panic!("nobody has said how {path} is called"),
    })
}
