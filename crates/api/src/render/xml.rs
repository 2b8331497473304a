//! The same members as XML: `<result>` around them, array elements as `<item>`.
//!
//! The vendor documents only that "members are the same" and that arrays become `<item/>`; the
//! root name and `<item key="…">` for names that XML does not allow are inference.

use serde_json::Value;

/// The XML form of JSON text.
pub fn from_json(json: &[u8]) -> Vec<u8> {
    let value: Value = serde_json::from_slice(json).unwrap_or(Value::Null);
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut out, "result", &value);
    out.push('\n');
    out.into_bytes()
}

fn element(out: &mut String, name: &str, value: &Value) {
    let is_name = is_xml_name(name);
    let tag = if is_name { name } else { "item" };
    out.push('<');
    out.push_str(tag);
    if !is_name {
        out.push_str(" key=\"");
        escape(out, name, true);
        out.push('"');
    }
    match value {
        Value::Null => return out.push_str("/>"),
        Value::String(text) => {
            out.push('>');
            escape(out, text, false);
        }
        Value::Bool(_) | Value::Number(_) => {
            out.push('>');
            out.push_str(&value.to_string());
        }
        Value::Array(items) => {
            out.push('>');
            for item in items {
                element(out, "item", item);
            }
        }
        Value::Object(members) => {
            out.push('>');
            for (name, value) in members {
                element(out, name, value);
            }
        }
    }
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
}

/// Names we write as tags: a safe subset of what XML allows.
fn is_xml_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Characters that XML 1.0 does not allow are dropped; those a parser would normalise are written
/// as references.
fn escape(out: &mut String, text: &str, in_attribute: bool) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if in_attribute => out.push_str("&#10;"),
            '\t' if in_attribute => out.push_str("&#9;"),
            '\n' | '\t' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            character => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn xml(value: &Value) -> String {
        String::from_utf8(from_json(value.to_string().as_bytes())).unwrap()
    }

    #[test]
    fn arrays_become_items_and_odd_names_keys() {
        let value = serde_json::json!({
            "meta": {"code": 200},
            "response": {"tags": ["a & b", null, true], "data": [[1, 2.5]], "2 x\"": "", "n": null},
        });
        assert_eq!(
            xml(&value),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<result><meta><code>200</code></meta>\
             <response><tags><item>a &amp; b</item><item/><item>true</item></tags>\
             <data><item><item>1</item><item>2.5</item></item></data>\
             <item key=\"2 x&quot;\"></item><n/></response></result>\n"
        );
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// A strict reader of exactly what may be written: tags balance, no bare specials, no
    /// forbidden characters.
    fn well_formed(xml: &str) -> bool {
        let Some(mut rest) = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        else {
            return false;
        };
        if rest
            .chars()
            .any(|c| (c < ' ' && !"\n\t".contains(c)) || "\u{fffe}\u{ffff}".contains(c))
        {
            return false;
        }
        let mut open: Vec<&str> = Vec::new();
        while let Some((text, after)) = rest.split_once('<') {
            if text.contains('>') || (open.is_empty() && !text.is_empty()) {
                return false;
            }
            let Some((tag, after)) = after.split_once('>') else {
                return false;
            };
            rest = after;
            if let Some(name) = tag.strip_prefix('/') {
                if open.pop() != Some(name) {
                    return false;
                }
                continue;
            }
            let bare = tag.trim_end_matches('/');
            let (name, attribute) = bare.split_once(' ').unwrap_or((bare, ""));
            let is_plain = attribute.is_empty()
                || (attribute.starts_with("key=\"") && attribute.matches('"').count() == 2);
            if !is_xml_name(name) || !is_plain || tag.contains('<') {
                return false;
            }
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
        open.is_empty() && rest == "\n"
    }

    proptest! {
        #[test]
        fn every_value_becomes_well_formed_xml(value in any_json()) {
            let text = xml(&value);
            prop_assert!(well_formed(&text), "{text}");
        }
    }
}
