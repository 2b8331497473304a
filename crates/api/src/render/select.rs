//! `fields=name,plan,projects.limit(1).fields(name,topics)`: which members to keep.
//!
//! The vendor documents that one example. The grammar behind it, and the dotted short form
//! `message.content` for `message.fields(content)`, are inference:
//! ```text
//! fields := item ("," item)*        item := name ("." name)* modifier*
//! modifier := ".limit(" number ")" | ".fields(" fields ")"
//! ```
//! Unknown names are ignored and nothing is kept that was not asked for.

use serde_json::Value;

/// Selections may not nest deeper than this.
const DEEPEST: usize = 16;
/// Selections may not name more members than this.
const MOST: usize = 256;

/// A parsed selection: names, each with what is kept below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection(Vec<(String, Keep)>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Keep {
    limit: Option<usize>,
    /// `None` keeps everything below.
    fields: Option<Selection>,
}

/// Why a selection cannot be read: where (in characters) and what was expected there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("at character {at}: {expected}")]
pub struct SelectionError {
    /// Position of the first character that does not fit, from 0.
    pub at: usize,
    /// What would fit.
    pub expected: &'static str,
}

impl Selection {
    /// Reads the grammar above.
    pub fn parse(text: &str) -> Result<Self, SelectionError> {
        let mut parser = Parser {
            characters: text.chars().collect(),
            at: 0,
            named: 0,
        };
        let selection = parser.fields(0)?;
        if parser.peek().is_some() {
            return Err(parser.error("expected a comma or the end"));
        }
        Ok(selection)
    }

    fn find(&self, name: &str) -> Option<&Keep> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, keep)| keep)
    }

    /// Adds a path; naming a member twice keeps what either asks for.
    fn add(&mut self, path: &[String], keep: Keep) {
        let Some((name, rest)) = path.split_first() else {
            return;
        };
        let keep = if rest.is_empty() {
            keep
        } else {
            let mut below = Self::default();
            below.add(rest, keep);
            Keep {
                limit: None,
                fields: Some(below),
            }
        };
        match self.0.iter_mut().find(|(known, _)| known == name) {
            None => self.0.push((name.clone(), keep)),
            Some((_, known)) => known.merge(keep),
        }
    }

    /// Drops from an object, or from each object of an array, what is not selected.
    pub fn apply(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(members) => {
                members.retain(|name, value| match self.find(name) {
                    None => false,
                    Some(keep) => {
                        keep.apply(value);
                        true
                    }
                });
            }
            _ => {}
        }
    }
}

impl Keep {
    fn merge(&mut self, other: Self) {
        self.limit = self.limit.or(other.limit);
        self.fields = match (self.fields.take(), other.fields) {
            (Some(mut ours), Some(theirs)) => {
                for (name, keep) in theirs.0 {
                    ours.add(&[name], keep);
                }
                Some(ours)
            }
            _ => None,
        };
    }

    fn apply(&self, value: &mut Value) {
        if let (Some(limit), Value::Array(items)) = (self.limit, &mut *value) {
            items.truncate(limit);
        }
        if let Some(fields) = &self.fields {
            fields.apply(value);
        }
    }
}

/// Selects within JSON text; of a `paged_list` within each element of `data`.
pub fn apply_to_text(json: Vec<u8>, selection: &Selection, is_paged: bool) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(&json) else {
        return json;
    };
    if is_paged {
        if let Some(data) = value.get_mut("data") {
            selection.apply(data);
        }
    } else {
        selection.apply(&mut value);
    }
    serde_json::to_vec(&value).unwrap_or(json)
}

struct Parser {
    characters: Vec<char>,
    at: usize,
    named: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        self.spaces();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn error(&self, expected: &'static str) -> SelectionError {
        SelectionError {
            at: self.at,
            expected,
        }
    }

    fn fields(&mut self, depth: usize) -> Result<Selection, SelectionError> {
        if depth > DEEPEST {
            return Err(self.error("fields may nest 16 deep"));
        }
        let mut selection = Selection::default();
        loop {
            let (path, keep) = self.item(depth)?;
            selection.add(&path, keep);
            if !self.take(',') {
                return Ok(selection);
            }
        }
    }

    fn item(&mut self, depth: usize) -> Result<(Vec<String>, Keep), SelectionError> {
        let mut path = Vec::new();
        let mut keep = Keep::default();
        // An empty item, as in a trailing comma, selects nothing.
        if let Some(name) = self.word() {
            path.push(name);
        }
        while !path.is_empty() && self.take('.') {
            if depth + path.len() > DEEPEST {
                return Err(self.error("fields may nest 16 deep"));
            }
            let Some(word) = self.word() else {
                return Err(self.error("expected a name, limit(…) or fields(…)"));
            };
            if !self.take('(') {
                path.push(word);
            } else if word == "limit" {
                keep.limit = Some(self.count()?);
                self.close()?;
            } else if word == "fields" {
                keep.fields = Some(self.fields(depth + path.len())?);
                self.close()?;
            } else {
                return Err(self.error("only limit(…) and fields(…) take brackets"));
            }
        }
        self.named += path.len();
        if self.named > MOST {
            return Err(self.error("at most 256 names may be selected"));
        }
        Ok((path, keep))
    }

    fn close(&mut self) -> Result<(), SelectionError> {
        if self.take(')') {
            Ok(())
        } else {
            Err(self.error("expected a closing bracket"))
        }
    }

    fn word(&mut self) -> Option<String> {
        self.spaces();
        let word: String = self
            .characters
            .iter()
            .skip(self.at)
            .take_while(|c| !matches!(c, '.' | ',' | '(' | ')') && !c.is_whitespace())
            .collect();
        self.at += word.chars().count();
        (!word.is_empty()).then_some(word)
    }

    fn count(&mut self) -> Result<usize, SelectionError> {
        let start = self.at;
        self.word()
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|word| word.parse().unwrap_or(usize::MAX))
            .ok_or(SelectionError {
                at: start,
                expected: "expected a whole number",
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn selected(fields: &str, mut value: Value) -> Value {
        Selection::parse(fields).unwrap().apply(&mut value);
        value
    }

    #[test]
    fn the_vendors_example_selects_within_projects() {
        let account = json!({
            "id": 1, "name": "A", "plan": "basic",
            "projects": [
                {"id": 2, "name": "P", "topics": [{"id": 3}]},
                {"id": 4, "name": "Q", "topics": []},
            ],
        });
        assert_eq!(
            selected("name,plan,projects.limit(1).fields(name,topics)", account),
            json!({"name": "A", "plan": "basic", "projects": [{"name": "P", "topics": [{"id": 3}]}]})
        );
    }

    #[test]
    fn dots_are_short_for_fields_and_names_add_up() {
        let value = json!({"a": {"b": 1, "c": {"d": 2, "e": 3}}, "f": 4});
        for fields in [
            "a.b,a.c.d",
            "a.fields(b),a.fields(c.d)",
            "a.fields(b , c.fields(d),)",
        ] {
            assert_eq!(
                selected(fields, value.clone()),
                json!({"a": {"b": 1, "c": {"d": 2}}}),
                "{fields}"
            );
        }
        assert_eq!(selected("a,a.b", value.clone()), json!({"a": value["a"]}));
        assert_eq!(selected("unknown", value), json!({}));
    }

    #[test]
    fn mistakes_are_pointed_at() {
        for (text, at) in [
            ("a)", 1),
            ("a.limit(x)", 8),
            ("a.limit(1", 9),
            ("a.fields(b", 10),
            ("a.sum(b)", 6),
            ("a..b", 2),
        ] {
            assert_eq!(Selection::parse(text).unwrap_err().at, at, "{text}");
        }
        assert!(Selection::parse(&"a.fields(".repeat(40)).is_err());
        assert!(Selection::parse(&"a.".repeat(40)).is_err());
        assert!(Selection::parse(&"a,".repeat(300)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parser(text in "[a-c.,() 0-9é]{0,40}|\\PC{0,40}") {
            if let Ok(selection) = Selection::parse(&text) {
                let mut value = json!({"a": [{"b": {"c": 1}}, 2], "b": "x"});
                selection.apply(&mut value);
            }
        }
    }
}
