//! JSON inside parameters, with errors that name the member.

use engine::Error;
use serde_json::{Map, Value};

use super::{expected, is_absent};
use crate::http::body::without_mark;
use crate::http::size;

/// Values may not nest deeper than this; nothing documented comes near.
const DEEPEST: usize = 32;

/// Values that one JSON text may hold: five hundred for each of five hundred mentions, the most
/// that a call takes.
const MOST_VALUES: usize = 250_000;

/// Reads JSON text of a parameter.
pub(super) fn parse(name: &str, text: &[u8]) -> Result<Value, Error> {
    let text = without_mark(text);
    size::check_values(name, text, MOST_VALUES)?;
    let mut value: Value = serde_json::from_slice(text).map_err(|error| {
        Error::invalid(
            name,
            format!(
                "is not valid JSON (line {}, column {}): {}",
                error.line(),
                error.column(),
                reason(&error)
            ),
        )
    })?;
    clean(name, &mut value, 0)?;
    Ok(value)
}

fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

/// Drops NUL characters, which PostgreSQL's text cannot hold, and refuses deep nesting.
fn clean(name: &str, value: &mut Value, depth: usize) -> Result<(), Error> {
    if depth > DEEPEST {
        return Err(Error::invalid(
            name,
            format!("values may nest {DEEPEST} deep"),
        ));
    }
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(items) => {
            for item in items {
                clean(name, item, depth + 1)?;
            }
        }
        Value::Object(members) => {
            if members.keys().any(|key| key.contains('\0')) {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', ""), value))
                    .collect();
            }
            for (_, item) in members {
                clean(name, item, depth + 1)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// A JSON value and the path to it, for errors.
#[derive(Debug, Clone)]
pub struct Field {
    path: String,
    value: Value,
}

/// A JSON object and the path to it.
#[derive(Debug, Clone)]
pub struct FieldObject {
    path: String,
    members: Map<String, Value>,
}

impl FieldObject {
    /// The object; an empty PHP array (`[]`) is an empty object too.
    pub fn new(path: &str, value: Value) -> Result<Self, Error> {
        let members = match value {
            Value::Object(members) => members,
            Value::Array(items) if items.is_empty() => Map::new(),
            other => return Err(expected(path, "a JSON object", &other.to_string())),
        };
        Ok(Self {
            path: path.to_owned(),
            members,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path of a member.
    pub fn path_of(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }

    /// Names of the members that were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// Whether the member is there, be it `null`.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A member; `null` is absent.
    pub fn get(&self, name: &str) -> Option<Field> {
        let value = self.members.get(name).filter(|value| !value.is_null())?;
        Some(Field {
            path: self.path_of(name),
            value: value.clone(),
        })
    }

    /// A text member; numbers are taken as text, `""` counts.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        self.get(name).map(Field::into_text).transpose()
    }

    /// A text member, absent when it is empty or blank.
    pub fn filled_text(&self, name: &str) -> Result<Option<String>, Error> {
        Ok(self.text(name)?.filter(|text| !is_absent(text)))
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Error> {
        self.get(name).map(Field::into_integer).transpose()
    }

    /// A number.
    pub fn float(&self, name: &str) -> Result<Option<f64>, Error> {
        self.get(name).map(Field::into_float).transpose()
    }

    /// Whether something is so.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        self.get(name).map(Field::into_flag).transpose()
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Error> {
        self.get(name).map(Field::into_object).transpose()
    }

    /// A list.
    pub fn list(&self, name: &str) -> Result<Option<Vec<Field>>, Error> {
        self.get(name).map(Field::into_list).transpose()
    }

    /// A list of texts; one text alone is a list of one.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        let Some(field) = self.get(name) else {
            return Ok(None);
        };
        if field.value.is_string() {
            return field.into_text().map(|text| Some(vec![text]));
        }
        field
            .into_list()?
            .into_iter()
            .map(Field::into_text)
            .collect::<Result<_, _>>()
            .map(Some)
    }
}

impl Field {
    /// A value at a path.
    pub fn new(path: impl Into<String>, value: Value) -> Self {
        Self {
            path: path.into(),
            value,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// An object, or an empty PHP array.
    pub fn is_object(&self) -> bool {
        match &self.value {
            Value::Object(_) => true,
            Value::Array(items) => items.is_empty(),
            _ => false,
        }
    }

    /// A list, also as PHP writes it: an object whose names are numbers.
    pub fn is_list(&self) -> bool {
        match &self.value {
            Value::Array(_) => true,
            Value::Object(members) => members
                .keys()
                .all(|key| key.bytes().all(|byte| byte.is_ascii_digit())),
            _ => false,
        }
    }

    /// Text.
    pub fn is_text(&self) -> bool {
        self.value.is_string()
    }

    /// Text that says nothing.
    pub fn is_blank(&self) -> bool {
        self.value.as_str().is_some_and(is_absent)
    }

    /// The value itself.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The error that says what was expected here.
    pub fn wrong(&self, what: &str) -> Error {
        let shown = match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        expected(&self.path, what, &shown)
    }

    /// Text; numbers and truth values are taken as they would be written.
    pub fn into_text(self) -> Result<String, Error> {
        match self.value {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(flag) => Ok(flag.to_string()),
            _ => Err(self.wrong("text")),
        }
    }

    /// A whole number, also as text.
    pub fn into_integer(self) -> Result<i64, Error> {
        let number = match &self.value {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.ok_or_else(|| self.wrong("a whole number"))
    }

    /// A number, also as text.
    pub fn into_float(self) -> Result<f64, Error> {
        let number = match &self.value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        number.ok_or_else(|| self.wrong("a number"))
    }

    /// Whether something is so.
    pub fn into_flag(self) -> Result<bool, Error> {
        match &self.value {
            Value::Bool(flag) => Ok(*flag),
            Value::Number(number) if number.as_i64() == Some(1) => Ok(true),
            Value::Number(number) if number.as_i64() == Some(0) => Ok(false),
            Value::String(text) if matches!(text.as_str(), "1" | "true") => Ok(true),
            Value::String(text) if matches!(text.as_str(), "0" | "false" | "") => Ok(false),
            _ => Err(self.wrong("true or false")),
        }
    }

    /// An object.
    pub fn into_object(self) -> Result<FieldObject, Error> {
        FieldObject::new(&self.path, self.value)
    }

    /// A list; an object whose names are numbers is a list as PHP writes it.
    pub fn into_list(self) -> Result<Vec<Self>, Error> {
        let items: Vec<Value> = match self.value {
            Value::Array(items) => items,
            Value::Object(members)
                if members
                    .keys()
                    .all(|key| key.bytes().all(|byte| byte.is_ascii_digit())) =>
            {
                members.into_iter().map(|(_, value)| value).collect()
            }
            _ => return Err(self.wrong("a list")),
        };
        Ok(items
            .into_iter()
            .enumerate()
            .map(|(index, value)| Self {
                path: format!("{}[{index}]", self.path),
                value,
            })
            .collect())
    }
}

fn whole(number: f64) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range and the fraction are checked"
    )]
    (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i64)
}
