//! What the documents have in common.

use domain::permission::Permission;
use serde_json::{Value, json};

/// The names in braces of a path.
pub(super) fn names_in(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// "`a`, `b` and `c`", or with "or".
pub(super) fn listed(permissions: &[Permission], last: &str) -> String {
    let mut text = String::new();
    for (index, permission) in permissions.iter().enumerate() {
        if index > 0 {
            let is_last = index + 1 == permissions.len();
            text.push_str(if is_last { last } else { ", " });
        }
        text.push('`');
        text.push_str(permission.as_str());
        text.push('`');
    }
    text
}

/// A reference to a part of the document.
pub(super) fn reference(kind: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{kind}/{name}")})
}
