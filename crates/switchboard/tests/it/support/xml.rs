//! A strict reader of small XML documents: no comments, no processing instructions, no types.

use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// `key`, where the member's name is no name in XML.
    pub(crate) key: Option<String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The element of a document.
    pub(crate) fn parse(text: &str) -> Self {
        let rest = text
            .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
            .unwrap_or_else(|| panic!("no declaration: {text}"));
        let mut rest = rest.trim_start();
        let element = read(&mut rest);
        assert_eq!(rest.trim(), "", "something follows the document");
        element
    }

    /// The element below, by the names on the way.
    pub(crate) fn at(&self, path: &str) -> &Self {
        path.split('/').fold(self, |element, name| {
            element
                .children
                .iter()
                .find(|child| child.name == name)
                .unwrap_or_else(|| panic!("there is no {name} in {}", element.name))
        })
    }

    /// Asserts that the element says what the JSON value says.
    pub(crate) fn assert_same(&self, value: &Value) {
        match value {
            Value::Null => assert!(self.text.is_empty() && self.children.is_empty()),
            Value::Bool(_) | Value::Number(_) => assert_eq!(self.text, value.to_string()),
            Value::String(text) => assert_eq!(&self.text, text),
            Value::Array(items) => {
                assert_eq!(self.children.len(), items.len(), "{}", self.name);
                for (child, item) in self.children.iter().zip(items) {
                    assert_eq!(child.name, "item");
                    child.assert_same(item);
                }
            }
            Value::Object(members) => {
                let names: Vec<&String> = self
                    .children
                    .iter()
                    .map(|child| child.key.as_ref().unwrap_or(&child.name))
                    .collect();
                assert_eq!(names, members.keys().collect::<Vec<_>>());
                for (child, value) in self.children.iter().zip(members.values()) {
                    child.assert_same(value);
                }
            }
        }
    }
}

fn read(rest: &mut &str) -> Element {
    let tag = tag(rest);
    let (tag, is_empty) = match tag.strip_suffix('/') {
        Some(tag) => (tag, true),
        None => (tag, false),
    };
    let (name, key) = match tag.split_once(" key=\"") {
        Some((name, key)) => (name, Some(unescape(key.strip_suffix('"').unwrap()))),
        None => (tag, None),
    };
    let mut element = Element {
        name: name.to_owned(),
        key,
        ..Element::default()
    };
    if is_empty {
        return element;
    }
    loop {
        let at = rest.find('<').expect("an end tag");
        let (text, after) = rest.split_at(at);
        element.text.push_str(&unescape(text));
        *rest = after;
        if rest.starts_with("</") {
            let end = self::tag(rest);
            assert_eq!(end.strip_prefix('/'), Some(name));
            return element;
        }
        element.children.push(read(rest));
    }
}

fn tag<'a>(rest: &mut &'a str) -> &'a str {
    let inner = rest.strip_prefix('<').expect("a tag");
    let (tag, after) = inner.split_once('>').expect("the end of a tag");
    *rest = after;
    tag
}

fn unescape(text: &str) -> String {
    assert!(!text.contains('>'), "a bare > in {text:?}");
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part.split_once(';').expect("the end of a reference");
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            number => {
                let number = number.strip_prefix('#').expect("a known reference");
                char::from_u32(number.parse().unwrap()).unwrap()
            }
        });
        out.push_str(after);
    }
    out
}
