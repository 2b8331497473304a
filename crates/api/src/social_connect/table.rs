//! From a path to the routes behind it.

use super::routes::{self, Route};

/// The routes of one path and the values in it.
#[derive(Debug)]
pub struct Found {
    /// One route for each verb the path takes.
    pub routes: Vec<&'static Route>,
    /// Name and value of each part in braces, in the order of the path.
    pub values: Vec<(&'static str, String)>,
}

/// The paths of the dialect, made once.
#[derive(Debug)]
pub struct Table {
    paths: Vec<(Vec<&'static str>, Vec<&'static Route>)>,
}

impl Table {
    /// The table of all routes.
    pub fn new() -> Self {
        let mut paths: Vec<(Vec<&'static str>, Vec<&'static Route>)> = Vec::new();
        for route in routes::all() {
            let segments: Vec<&'static str> = route.segments().collect();
            match paths.iter_mut().find(|(known, _)| *known == segments) {
                Some((_, routes)) => routes.push(route),
                None => paths.push((segments, vec![route])),
            }
        }
        Self { paths }
    }

    /// The routes of a path without the `/api` alias and without a slash at its end.
    pub fn find(&self, path: &str) -> Option<Found> {
        let given: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let (segments, routes) = self.paths.iter().find(|(segments, _)| {
            segments.len() == given.len()
                && segments
                    .iter()
                    .zip(&given)
                    .all(|(segment, part)| fits(segment, part))
        })?;
        let values = segments
            .iter()
            .zip(&given)
            .filter_map(|(segment, part)| Some((name(segment)?, decode(part))))
            .collect();
        Some(Found {
            routes: routes.clone(),
            values,
        })
    }
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

/// An account is always a number, so that `/oauth/…` or `/favicon.ico` is no account.
fn fits(segment: &str, part: &str) -> bool {
    match name(segment) {
        None => segment == part,
        Some("account_id") => !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()),
        Some(_) => !part.is_empty(),
    }
}

fn name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn decode(part: &str) -> String {
    percent_encoding::percent_decode_str(part)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::social_connect::routes::Policy;

    #[test]
    fn values_are_taken_from_the_path() {
        let found = Table::new().find("/7/inbox/mention/3/43769%30").unwrap();
        let expected = [("account_id", "7"), ("topic_id", "3"), ("id", "437690")];
        assert_eq!(
            found.values,
            expected.map(|(name, value)| (name, value.to_owned()))
        );
        assert_eq!(found.routes.len(), 3);
    }

    #[test]
    fn other_paths_are_not_found() {
        let table = Table::new();
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
        let table = Table::new();
        for (segments, routes) in &table.paths {
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
        for route in routes::all() {
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
}
