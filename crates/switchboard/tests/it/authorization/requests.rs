//! How each route is called so that it would succeed.

use api::social_connect::routes::{Route, Verb};
use serde_json::json;

/// Identifiers of one of everything that a path can name.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    /// A topic without mentions.
    pub(super) topic: i64,
    pub(super) profile: i64,
    pub(super) role: i64,
    pub(super) user: i64,
    pub(super) tag: i64,
    pub(super) project: i64,
    pub(super) key: i64,
    /// The topic of the mention.
    pub(super) mention_topic: i64,
    pub(super) mention: String,
    /// Makes names differ.
    pub(super) number: usize,
}

impl Ids {
    /// Identifiers of things that do not exist.
    pub(super) fn absent(&self) -> Self {
        Self {
            topic: 999_991,
            profile: 999_992,
            role: 999_993,
            user: 999_994,
            tag: 999_995,
            project: 999_996,
            key: 999_998,
            mention_topic: 999_997,
            mention: "99999999999999998".to_owned(),
            number: self.number,
        }
    }
}

/// The path of a route with everything filled in.
pub(super) fn path(route: &Route, account: i64, ids: &Ids) -> String {
    let is_mention = route.path.contains("/inbox/mention/");
    let topic = if is_mention {
        ids.mention_topic
    } else {
        ids.topic
    };
    let id = match route.path {
        path if !path.ends_with("{id}") => String::new(),
        _ if is_mention => ids.mention.clone(),
        path if path.contains("/profile/") => ids.profile.to_string(),
        path if path.contains("/user/") => ids.user.to_string(),
        path if path.contains("/userrole/") => ids.role.to_string(),
        path if path.contains("/tag/") => ids.tag.to_string(),
        path if path.contains("/project/") => ids.project.to_string(),
        path if path.contains("/apikey/") => ids.key.to_string(),
        path => panic!("nobody has said what {{id}} is in {path}"),
    };
    let path = route
        .path
        .replace("{account_id}", &account.to_string())
        .replace("{topic_id}", &topic.to_string())
        .replace("{id}", &id);
    assert!(
        !path.contains('{'),
        "nobody has said how {path} is filled in"
    );
    path
}

/// Parameters with which the call succeeds.
pub(super) fn arguments(route: &Route, ids: &Ids) -> Vec<(String, String)> {
    let number = ids.number;
    let short = route
        .path
        .strip_prefix("/{account_id}")
        .unwrap_or(route.path);
    let (name, value) = match (route.verb, short) {
        (Verb::Get, "/tools/language" | "/tools/languages") => {
            return vec![("string".to_owned(), "Where is my parcel?".to_owned())];
        }
        (_, "/insights/facets") => (
            "facetdefinitions",
            json!([{"key": null, "value": {"field": "mentions"}}]),
        ),
        (Verb::Get | Verb::Delete, _) => return Vec::new(),
        (Verb::Post, "/inbox/add") => {
            let item = json!({"topic": {"id": ids.mention_topic}, "message": {"content": "canary from a form"}});
            ("mentions", json!([item]))
        }
        (Verb::Post, "/inbox/mention/{topic_id}/{id}") => (
            "updates",
            json!({"actions": [{"type": "note", "extra": "canary note"}]}),
        ),
        (Verb::Post, "/settings/account") => ("updates", json!({"timezone": "Europe/Lisbon"})),
        (Verb::Post, "/settings/topics") => {
            ("topic", json!({"name": format!("canary new {number}")}))
        }
        (Verb::Post, "/settings/topic/{topic_id}/profiles") => {
            let address = format!("http://127.0.0.1:9/new{number}");
            ("profile", json!({"type": "rss", "service_id": address}))
        }
        (Verb::Post, "/settings/topic/{topic_id}/profile/{id}") => {
            ("updates", json!({"displayname": "canary renamed"}))
        }
        (Verb::Post, "/settings/users") => {
            let email = format!("new{number}@northwind.example");
            (
                "user",
                json!({"name": "canary new", "email": email, "account_role": ids.role}),
            )
        }
        (Verb::Post, "/settings/user/{id}") => ("updates", json!({"account_role": ids.role})),
        (Verb::Post, "/settings/userroles") => (
            "userrole",
            json!({"title": format!("canary new {number}"), "permissions": ["api.read"]}),
        ),
        (Verb::Post, "/settings/userrole/{id}") => (
            "updates",
            json!({"title": format!("canary renamed {number}")}),
        ),
        (Verb::Post, "/settings/tags") => ("tag", json!({"tag": format!("canary new {number}")})),
        (Verb::Post, "/settings/tag/{id}") => ("updates", json!({"visible": false})),
        (Verb::Post, "/settings/projects") => {
            ("project", json!({"name": format!("canary new {number}")}))
        }
        (Verb::Post, "/settings/apikeys") => (
            "apikey",
            json!({"name": format!("canary new {number}"), "role": "Editor"}),
        ),
        (Verb::Post, "/settings/apikey/{id}") => (
            "updates",
            json!({"name": format!("canary renamed {number}"), "reset_secret": true}),
        ),
        (Verb::Post, "/settings/topic/{topic_id}" | "/settings/project/{id}") => (
            "updates",
            json!({"name": format!("canary renamed {number}")}),
        ),
        (Verb::Post, path) => panic!("nobody has said how {path} is called"),
    };
    vec![(name.to_owned(), value.to_string())]
}
