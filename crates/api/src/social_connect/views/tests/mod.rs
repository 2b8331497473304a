mod fixtures;

use std::collections::BTreeMap;

use domain::mention::Status;
use domain::permission::Permission;
use domain::role::{StockRole, TopicAccess};
use domain::scope::Scope;
use domain::source::Service;
use serde_json::Value;

use self::fixtures::{ACCOUNT, ANNA, TOPIC, directory, mention, scope};
use super::*;
use crate::render::json::{Object, object};
use crate::social_connect::versions::ALL;

/// What a caller sees.
#[derive(Clone)]
struct Caller {
    version: ApiVersion,
    scope: Scope,
    is_trusted: bool,
    shows_email: bool,
}

impl Caller {
    fn new() -> Self {
        Self {
            version: ApiVersion::UNSTATED,
            scope: scope(StockRole::Administrator),
            is_trusted: false,
            shows_email: false,
        }
    }

    fn sees(&self, write: impl FnOnce(&mut Object<'_>, &View<'_>)) -> Value {
        let directory = directory();
        let links = Links::new("https://sb.example", false);
        let view = View {
            version: self.version,
            scope: &self.scope,
            directory: &directory,
            links: &links,
            is_trusted: self.is_trusted,
            shows_email: self.shows_email,
        };
        serde_json::from_slice(&object(|o| write(o, &view))).unwrap()
    }

    fn sees_mention(&self, service: Service) -> Value {
        self.sees(|o, view| super::mention(o, &mention(service), view))
    }

    fn links_of(&self, mention: &domain::mention::Mention) -> Vec<(String, String)> {
        let seen = self.sees(|o, view| super::mention(o, mention, view));
        let links = seen["action_links"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        links
            .iter()
            .map(|link| (text(&link["key"]), text(&link["type"])))
            .collect()
    }
}

/// Pointer and value of every leaf.
fn leaves(value: &Value, at: String, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                leaves(value, format!("{at}.{name}"), found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, format!("{at}[{index}]"), found);
            }
        }
        leaf => {
            found.insert(at, leaf.to_string());
        }
    }
}

/// What differs between two objects, one line each.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let (mut old, mut new) = (BTreeMap::new(), BTreeMap::new());
    leaves(before, String::new(), &mut old);
    leaves(after, String::new(), &mut new);
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let shown = |map: &BTreeMap<String, String>, name| {
        map.get(name)
            .cloned()
            .unwrap_or_else(|| "absent".to_owned())
    };
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| format!("{name}: {} -> {}", shown(&old, name), shown(&new, name)))
        .collect()
}

#[test]
fn a_mention_with_everything_in_it() {
    insta::assert_json_snapshot!(Caller::new().sees_mention(Service::Facebook));
}

#[test]
fn a_mention_of_twitter_keeps_identifiers_only() {
    insta::assert_json_snapshot!(Caller::new().sees_mention(Service::Twitter));
    for service in [Service::Youtube, Service::Tiktok] {
        let seen = Caller::new().sees_mention(service);
        assert_eq!(seen["message"].as_object().unwrap().len(), 2);
    }
}

#[test]
fn trusted_applications_see_entities_and_every_network() {
    let caller = Caller {
        is_trusted: true,
        ..Caller::new()
    };
    let seen = caller.sees_mention(Service::Twitter);
    assert_eq!(seen["author"]["name"], "bob");
    insta::assert_json_snapshot!(seen["message"]["entities"]);
}

/// For each boundary what a mention looks like just below it and at it.
#[test]
fn mentions_change_at_the_documented_dates_and_nowhere_else() {
    let at = |date, service| {
        Caller {
            version: ApiVersion::stated(date),
            ..Caller::new()
        }
        .sees_mention(service)
    };
    let mut lines = Vec::new();
    for boundary in ALL {
        let since = boundary.since;
        for service in [Service::Facebook, Service::Twitter] {
            let (below, above) = (at(since - 1, service), at(since, service));
            for line in differences(&below, &above) {
                lines.push(format!("{since} {service}{line}"));
            }
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn without_a_version_a_mention_has_both_forms_of_its_assignees() {
    let seen = Caller::new().sees_mention(Service::Facebook);
    assert_eq!(seen["assignment"]["user_ids"], serde_json::json!([7]));
    assert_eq!(seen["assignees"][0]["id"], "7");
    let newest = Caller {
        version: ApiVersion::stated(20_991_231),
        ..Caller::new()
    };
    let stated = newest.sees_mention(Service::Facebook);
    assert_eq!(
        differences(&seen, &stated),
        [
            ".assignment.team_ids: [] -> absent",
            ".assignment.user_ids[0]: 7 -> absent",
        ]
    );
}

#[test]
fn settings_objects() {
    let directory = directory();
    let caller = Caller {
        shows_email: true,
        ..Caller::new()
    };
    insta::assert_json_snapshot!(caller.sees(account));
    let role = directory.roles.values().next().unwrap();
    insta::assert_json_snapshot!(caller.sees(|o, view| user_role(o, role, view)));
    let last = directory.tags.values().last().unwrap();
    insta::assert_json_snapshot!(caller.sees(|o, view| super::tag(o, last, view)));
}

#[test]
fn addresses_are_shown_only_to_tokens_that_may_see_them() {
    let seen = Caller::new().sees(account);
    assert!(!seen.to_string().contains("anna@example.com"));
}

#[test]
fn tags_have_a_status_from_2018_on() {
    let directory = directory();
    let tag = directory.tags.values().next().unwrap();
    for (date, has_status) in [(20_180_114, false), (20_180_115, true)] {
        let caller = Caller {
            version: ApiVersion::stated(date),
            ..Caller::new()
        };
        let seen = caller.sees(|o, view| super::tag(o, tag, view));
        assert_eq!(seen.get("status").is_some(), has_status, "{date}");
    }
}

#[test]
fn links_offer_what_the_role_allows_and_the_status_asks_for() {
    let administrator = Caller::new();
    let mut given = mention(Service::Facebook);
    let keys = |caller: &Caller, given: &domain::mention::Mention| -> Vec<String> {
        let mut keys: Vec<String> = caller
            .links_of(given)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        keys.dedup();
        keys
    };
    assert_eq!(
        keys(&administrator, &given),
        [
            "mark_as_done",
            "status",
            "assign",
            "tags",
            "sentiment",
            "note",
            "delete"
        ]
    );
    given.state.status = Status::Done;
    assert_eq!(
        keys(&administrator, &given),
        [
            "mark_as_todo",
            "status",
            "assign",
            "tags",
            "sentiment",
            "note",
            "delete"
        ]
    );
    let contributor = Caller {
        scope: scope(StockRole::Contributor),
        ..Caller::new()
    };
    assert_eq!(keys(&contributor, &given), ["note"]);
}

#[test]
fn who_may_resolve_only_what_is_assigned_to_him_is_offered_only_that() {
    let permissions = StockRole::Editor
        .permissions()
        .without(Permission::InboxUnassignedResolveReply);
    let caller = Caller {
        scope: Scope::for_member(ACCOUNT, ANNA, TopicAccess::All, permissions),
        ..Caller::new()
    };
    let mut given = mention(Service::Facebook);
    let may_resolve = |given: &domain::mention::Mention| {
        caller
            .links_of(given)
            .iter()
            .any(|(key, _)| key == "mark_as_done")
    };
    assert!(may_resolve(&given));
    given.state.assignees.clear();
    assert!(!may_resolve(&given));
}

#[test]
fn topics_out_of_reach_are_not_shown() {
    let nothing = TopicAccess::Only(std::collections::BTreeSet::new());
    let caller = Caller {
        scope: Scope::for_member(ACCOUNT, ANNA, nothing, StockRole::Editor.permissions()),
        ..Caller::new()
    };
    let seen = caller.sees(account);
    assert_eq!(seen["projects"][0]["topics"], serde_json::json!([]));
    assert_eq!(seen["projects"][0]["visible"], false);
    assert!(!seen.to_string().contains(&TOPIC.to_string()));
}

/// What a page counts is at least what is written of it, in each encoding.
#[test]
fn no_mention_is_written_in_more_bytes_than_it_counts_for() {
    use crate::render::{json, xml};
    use domain::mention::Entity;
    let mut caller = Caller::new();
    caller.is_trusted = true;
    let directory = directory();
    let links = Links::new("https://sb.example", false);
    for text in [
        "中", "é", "😀", "&", "<", "\"", "/", "\u{1}", "\\", "a", "\r",
    ] {
        let long = text.repeat(20_000);
        let mut plain = mention(Service::Facebook);
        plain.body.content.clone_from(&long);
        plain.body.stripped_content = None;
        plain.body.title = Some(long.clone());
        plain.body.author.name = Some(long.clone());
        plain.state.assignment_comment.clone_from(&long);
        for action in &mut plain.state.actions {
            action.detail.text = Some(long.clone());
        }
        plain.body.entities.hashtags = (0..2_000)
            .map(|at| Entity {
                string: format!("#{}", text.repeat(9)),
                start: at,
                end: at + 10,
            })
            .collect();
        let view = View {
            version: caller.version,
            scope: &caller.scope,
            directory: &directory,
            links: &links,
            is_trusted: true,
            shows_email: true,
        };
        let written = object(|o| super::mention(o, &plain, &view));
        let counted = engine::inbox::weight(&plain);
        let most = [
            written.len(),
            json::escape_for_old_callers(&written).len(),
            xml::from_json(&written).len(),
        ];
        assert!(
            most.iter().all(|bytes| *bytes <= counted),
            "{text:?} {most:?} {counted}"
        );
        // Nor for many times as many, or pages would be short.
        assert!(
            most.iter().any(|bytes| *bytes * 4 > counted),
            "{text:?} {most:?} {counted}"
        );
    }
}
