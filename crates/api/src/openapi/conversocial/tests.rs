use std::collections::BTreeSet;

use super::*;

const ALL: [Version; 4] = [
    Version::V1_1,
    Version::V1_3,
    Version::Profiles1,
    Version::V3,
];

#[test]
fn every_part_that_is_named_is_described() {
    for version in ALL {
        let document = document(version);
        let text = document.to_string();
        let mut named = BTreeSet::new();
        for part in text.split("\"$ref\":\"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
            named.insert(pointer.to_owned());
        }
        assert!(!named.is_empty());
    }
}

#[test]
fn operations_have_names_of_their_own() {
    for version in ALL {
        let document = document(version);
        let mut names = BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            for verb in ["get", "post", "delete"] {
                if let Some(operation) = item.get(verb) {
                    let name = operation["operationId"].as_str().unwrap().to_owned();
                    assert!(!name.contains('_'), "{name}");
                    assert!(names.insert(name.clone()), "{name}");
                }
            }
        }
    }
}

#[test]
fn a_document_names_no_other_version() {
    for (version, other) in [(Version::V1_1, "v1.3"), (Version::V1_3, "v1.1")] {
        assert!(!document(version).to_string().contains(other));
    }
}

#[test]
fn arguments_are_described_as_they_are_read() {
    let document = document(Version::V1_3);
    let schema = |path: &str, name: &str| {
        let arguments = document["paths"][path]["get"]["parameters"].as_array();
        let argument = arguments
            .unwrap()
            .iter()
            .find(|given| given["name"] == name);
        argument.unwrap_or_else(|| panic!("{path} {name}"))["schema"].clone()
    };
    let conversation = schema("/v1.3/conversations", "id_gt");
    assert_eq!(conversation["items"]["pattern"], "^[0-9a-f]{24}$");
    // Keys are any text.
    let text = json!({"type": "array", "items": {"type": "string"}});
    assert_eq!(schema("/v1.3/keyvalues", "key_gt"), text);
    // Several dates are alternatives.
    let date = schema("/v1.3/conversations", "oldest_sort_date");
    assert_eq!(date["type"], "array");
    assert_eq!(date, schema("/v1.3/conversations", "oldest_sort_date_gte"));
}

#[test]
fn what_is_needed_is_said() {
    let document = document(Version::V1_3);
    let text = |path: &str, verb: &str| document["paths"][path][verb]["description"].clone();
    assert_eq!(
        text("/v1.3/users", "get"),
        "Needs the permission `api.read` and one of `users.update` or \
         `usagestatistics.userdetails.read`."
    );
    assert_eq!(
        text("/v1.3/conversations", "get"),
        "Needs the permission `api.read` and `inbox.read`; for `include=notes` also \
         `history.read`; for `include=actions` also `history.read`."
    );
}
