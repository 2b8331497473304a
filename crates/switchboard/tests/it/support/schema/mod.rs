//! Compares answers with the OpenAPI documents. Stricter than JSON Schema: a member that the
//! document does not name is a mistake as well.

pub(crate) mod conversocial;
mod patterns;
mod social_connect;

use serde_json::Value;

pub(crate) use social_connect::undocumented;

/// A walk through a value along its schema, in the form of OpenAPI 3.0 or 3.1.
struct Check<'a> {
    document: &'a Value,
    /// Members were left out on request.
    is_partial: bool,
    /// The extension that lists what an object shows when nothing was asked for.
    shown: Option<&'static str>,
    problems: Vec<String>,
}

impl<'a> Check<'a> {
    fn new(document: &'a Value) -> Self {
        Self {
            document,
            is_partial: false,
            shown: None,
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, path: &str, text: &str) {
        self.problems.push(format!("{path}{text}"));
    }

    /// Whether a value has this schema.
    fn fits(&self, schema: &Value, value: &Value, path: &str) -> bool {
        let mut check = Check {
            problems: Vec::new(),
            ..*self
        };
        check.value(schema, value, path);
        check.problems.is_empty()
    }

    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        if schema["nullable"] == true && value.is_null() {
            return;
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = referred(self.document, reference);
            return self.value(schema, value, path);
        }
        for schema in schema["allOf"].as_array().into_iter().flatten() {
            self.value(schema, value, path);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let fitting = choices
                .iter()
                .filter(|choice| self.fits(choice, value, path))
                .count();
            if fitting != 1 {
                self.problem(path, &format!(": {value} is not one of the choices"));
            }
            return;
        }
        if let Some(words) = schema["enum"].as_array() {
            if !words.contains(value) {
                self.problem(path, &format!(": {value} is not one of the words"));
            }
            return;
        }
        let is_fine = match &schema["type"] {
            Value::Null => true,
            Value::String(kind) => is_of(kind, value),
            Value::Array(kinds) => kinds
                .iter()
                .any(|kind| is_of(kind.as_str().unwrap(), value)),
            other => panic!("{path}: a type that is not understood: {other}"),
        };
        if !is_fine {
            let kind = &schema["type"];
            self.problem(path, &format!(": {value} is not of type {kind}"));
            return;
        }
        match value {
            Value::String(text) => self.text(schema, text, path),
            Value::Number(number) => {
                if let (Some(least), Some(number)) = (schema["minimum"].as_i64(), number.as_i64())
                    && number < least
                {
                    self.problem(path, &format!(": {number} is less than {least}"));
                }
            }
            Value::Array(items) if schema.get("items").is_some() => {
                for (index, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &format!("{path}[{index}]"));
                }
            }
            Value::Object(members) => self.object(schema, members, path),
            _ => {}
        }
    }

    fn text(&mut self, schema: &Value, text: &str, path: &str) {
        let format = schema["format"].as_str();
        let pattern = schema["pattern"].as_str();
        if !format.is_none_or(|format| patterns::is_written(format, text)) {
            self.problem(path, &format!(": {text:?} is not written as {format:?}"));
        }
        if !pattern.is_none_or(|pattern| patterns::matches(pattern, text)) {
            self.problem(path, &format!(": {text:?} does not look like {pattern:?}"));
        }
    }

    fn object(&mut self, schema: &Value, members: &serde_json::Map<String, Value>, path: &str) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        for (name, value) in members {
            match properties.get(name) {
                Some(schema) => self.value(schema, value, &format!("{path}.{name}")),
                None => self.problem(path, &format!(".{name} is not documented")),
            }
        }
        if self.is_partial {
            return;
        }
        let listed = |list: &Value, name: &str| {
            list.as_array()
                .is_some_and(|names| names.iter().any(|listed| listed == name))
        };
        let shown = self.shown.map(|shown| &schema[shown]);
        for name in properties.keys() {
            let is_shown = shown.is_some_and(|shown| listed(shown, name));
            if (is_shown || listed(&schema["required"], name)) && !members.contains_key(name) {
                self.problem(path, &format!(".{name} is missing"));
            }
            let is_hidden = shown.is_some_and(|shown| shown.is_array() && !listed(shown, name))
                && !listed(&schema["x-when-set"], name);
            if is_hidden && members.contains_key(name) {
                self.problem(path, &format!(".{name} was not asked for"));
            }
        }
    }
}

/// The part of a document that a reference names.
fn referred<'a>(document: &'a Value, reference: &str) -> &'a Value {
    let pointer = reference.strip_prefix('#').unwrap();
    document.pointer(pointer).expect("a part of this name")
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("a type that is not understood: {other}"),
    }
}
