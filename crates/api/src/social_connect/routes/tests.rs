//! The table as a whole.

use super::*;
use crate::http::path::{Table, name};

fn table() -> Table<Route> {
    Table::new(all())
}

#[test]
fn values_are_taken_from_the_path() {
    let found = table().find("/7/inbox/mention/3/43769%30").unwrap();
    let expected = [("account_id", "7"), ("topic_id", "3"), ("id", "437690")];
    assert_eq!(
        found.values,
        expected.map(|(name, value)| (name, value.to_owned()))
    );
    assert_eq!(found.routes.len(), 3);
}

#[test]
fn other_paths_are_not_found() {
    let table = table();
    for path in [
        "",
        "/",
        "/x/inbox/mentions",
        "/7/inbox",
        "/7/inbox/mention//1",
        "/me/7",
    ] {
        assert!(table.find(path).is_none(), "{path}");
    }
}

#[test]
fn no_call_is_declared_twice_and_no_path_hides_another() {
    let table = table();
    for (segments, routes) in table.paths() {
        let mut verbs: Vec<&str> = routes.iter().map(|route| route.verb.as_str()).collect();
        verbs.sort_unstable();
        verbs.dedup();
        assert_eq!(verbs.len(), routes.len(), "{segments:?}");
        let sample: Vec<&str> = segments
            .iter()
            .map(|segment| name(segment).map_or(*segment, |_| "1"))
            .collect();
        let found = table.find(&format!("/{}", sample.join("/"))).unwrap();
        assert_eq!(found.routes[0].path, routes[0].path);
    }
}

#[test]
fn calls_below_an_account_have_an_account_policy_and_changes_need_write() {
    use engine::auth::ScopeSet;
    for route in all() {
        let read_only = ScopeSet::parse("accounts_read").unwrap();
        match route.policy {
            Policy::Identity { .. } => {
                assert!(!route.path.contains("{account_id}"), "{}", route.path);
                assert!(!route.is_mutation());
            }
            Policy::Account { scopes, .. } => {
                assert!(route.path.starts_with("/{account_id}/"), "{}", route.path);
                let is_closed = scopes.missing(read_only).is_some();
                assert_eq!(is_closed, route.is_mutation(), "{}", route.path);
                assert!(scopes.missing(ScopeSet::IDENTIFY).is_some());
            }
        }
    }
}
