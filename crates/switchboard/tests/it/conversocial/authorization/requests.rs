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
        }
    }
}

/// Whether a role that reaches other topics only sees nothing of it.
pub(super) fn is_of_a_topic(family: Family, route: &Route) -> bool {
    family == Family::Data
        && [
            "/channels",
            "/channels/{id}",
            "/conversations",
            "/conversations/{id}",
            "/authors/{id}",
        ]
        .contains(&route.path)
}

/// The address of a route with everything filled in.
pub(super) fn address(version: Version, route: &Route, ids: &Ids) -> String {
    let path = route.path.trim_start_matches('/');
    let (resource, rest) = path.split_once('/').unwrap_or((path, ""));
    let id = match resource {
        "accounts" => &ids.account,
        "channels" => &ids.channel,
        "conversations" => &ids.conversation,
        "authors" => &ids.author,
        "users" => &ids.user,
        "tags" => &ids.tag,
        "reports" => &ids.report,
        "keyvalues" => &ids.key,
        _ => "",
    };
    let path = match rest {
        "" => route.path.to_owned(),
        _ => format!("/{resource}/{id}"),
    };
    assert!(
        rest.is_empty() || !id.is_empty(),
        "nobody has said how {} is filled in",
        route.path
    );
    format!("/{}{path}{}", version.segment(), query(version, route))
}

/// Arguments with which a call succeeds, those included that ask for more permissions.
fn query(version: Version, route: &Route) -> &'static str {
    match (version.family(), route.path) {
        (Family::Data, "/conversations") => {
            "?status=unread&status=read&status=archived&include=content,notes,actions"
        }
        (Family::Data, "/conversations/{id}") => "?include=content&include=notes&include=actions",
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
        path => panic!("nobody has said how {path} is called"),
    })
}
