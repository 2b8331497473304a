use super::*;
use crate::openapi::{DEFAULT, find};
use engine::auth::ApiScope;
use std::collections::BTreeSet;

#[test]
fn every_route_is_documented_and_nothing_else_is() {
    let document = social_connect();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for verb in ["get", "post", "delete"] {
            if item.get(verb).is_some() {
                documented.insert((path.clone(), verb.to_uppercase()));
            }
        }
    }
    let mounted: BTreeSet<(String, String)> = routes::all()
        .map(|route| (route.path.to_owned(), route.verb.as_str().to_owned()))
        .collect();
    assert_eq!(documented, mounted);
}

#[test]
fn every_object_that_is_named_is_described() {
    let text = find(DEFAULT).unwrap().text();
    let document: Value = serde_json::from_str(text).unwrap();
    let mut found = 0;
    for part in text.split("\"$ref\": \"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        found += 1;
    }
    assert!(found > 50);
}

#[test]
fn operations_have_names_of_their_own() {
    let names: Vec<String> = routes::all().map(operation_id).collect();
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
}

#[test]
fn all_scopes_are_described() {
    let document = social_connect();
    let scopes =
        &document["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"]["scopes"];
    for scope in ApiScope::ALL {
        assert!(scopes.get(scope.as_str()).is_some(), "{scope}");
    }
}
