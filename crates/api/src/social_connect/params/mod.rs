//! The parameters of a call, wherever the client put them.
//!
//! Recorded clients send parameters in the query of every verb, in form bodies (of DELETE too), as
//! JSON inside a form field, and write absent values as `""`, `null` or `undefined`. We also take
//! a JSON object as the body. All of it becomes one multimap; where query and body name the same
//! parameter, the body counts, as in PHP, which the original is written in.

mod json;

use std::collections::HashSet;

use domain::time::UnixMillis;
use engine::Error;
use serde_json::Value;

use crate::http::body::without_mark;
use crate::http::dates::parse_date;
use crate::http::size;

pub use json::{Field, FieldObject};

/// One value as it came.
#[derive(Debug, Clone, PartialEq)]
enum Raw {
    /// From a query or a form.
    Text(String),
    /// From a JSON body.
    Json(Value),
}

/// The parameters of one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Params {
    /// Name without brackets, and the value. Absent values are not in here.
    entries: Vec<(String, Raw)>,
}

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyKind {
    Form,
    Json,
    Multipart,
}

impl BodyKind {
    /// What this body is, which has no space around it.
    fn of(content_type: Option<&str>, body: &[u8]) -> Self {
        let kind = content_type
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if kind.starts_with("multipart/") {
            return Self::Multipart;
        }
        let is_json = kind == "application/json" || kind.ends_with("+json");
        // `curl -d '{…}'` calls JSON a form. No form has a parameter whose name is an open brace.
        if is_json || body.starts_with(b"{") {
            return Self::Json;
        }
        Self::Form
    }
}

/// The token in a form, found without taking the form apart; `None` for other bodies.
pub(super) fn token_in_form(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let form = without_mark(body).trim_ascii();
    if BodyKind::of(content_type, form) != BodyKind::Form {
        return None;
    }
    form.split(|byte| *byte == b'&')
        .rev()
        .filter(|pair| pair.starts_with(b"access_token="))
        .flat_map(form_urlencoded::parse)
        .map(|(_, token)| token.into_owned())
        .find(|token| !is_absent(token))
}

impl Params {
    /// The parameters of a query string.
    ///
    /// # Errors
    /// `TooMany` at `query`.
    pub fn from_query(query: &str) -> Result<Self, Error> {
        size::check_pairs("query", query.as_bytes())?;
        let mut params = Self::default();
        params.add_form(query.as_bytes());
        Ok(params)
    }

    /// Adds the parameters of a body; they replace those of the same name.
    ///
    /// # Errors
    /// `Invalid` at `body` for JSON that cannot be read and kinds of body that are not taken;
    /// `TooMany` for more in it than any call has use for.
    pub fn merge_body(&mut self, content_type: Option<&str>, body: &[u8]) -> Result<(), Error> {
        let trimmed = without_mark(body).trim_ascii();
        if trimmed.is_empty() {
            return Ok(());
        }
        let mut given = Self::default();
        match BodyKind::of(content_type, trimmed) {
            BodyKind::Multipart => {
                return Err(Error::invalid(
                    "body",
                    "expected a form (application/x-www-form-urlencoded) or a JSON object",
                ));
            }
            BodyKind::Json => given.add_json(trimmed)?,
            BodyKind::Form => {
                size::check_pairs("body", trimmed)?;
                given.add_form(trimmed);
            }
        }
        let replaced: HashSet<&str> = given.entries.iter().map(|(name, _)| &**name).collect();
        self.entries
            .retain(|(name, _)| !replaced.contains(name.as_str()));
        self.entries.append(&mut given.entries);
        Ok(())
    }

    fn add_form(&mut self, text: &[u8]) {
        for (name, value) in form_urlencoded::parse(text) {
            // PostgreSQL's text cannot hold NUL, and nobody means it.
            let value = value.replace('\0', "");
            let name = name.split('[').next().unwrap_or_default();
            let name = name.trim_start_matches('\u{feff}').trim();
            if !name.is_empty() && !is_absent(&value) {
                self.entries.push((name.to_owned(), Raw::Text(value)));
            }
        }
    }

    fn add_json(&mut self, body: &[u8]) -> Result<(), Error> {
        let value = json::parse("body", body)?;
        let Value::Object(members) = value else {
            return Err(Error::invalid(
                "body",
                "expected a JSON object with the parameters as members",
            ));
        };
        for (name, value) in members {
            let is_absent = match &value {
                Value::Null => true,
                Value::String(text) => is_absent(text),
                _ => false,
            };
            if !is_absent {
                self.entries.push((name, Raw::Json(value)));
            }
        }
        Ok(())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl DoubleEndedIterator<Item = &'a Raw> {
        self.entries
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, raw)| raw)
    }

    /// Whether the parameter was given.
    pub fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The text of a parameter; the last one when it was given several times, as in PHP.
    pub fn text(&self, name: &str) -> Option<String> {
        self.all(name).next_back().map(|raw| match raw {
            Raw::Text(text) => text.clone(),
            Raw::Json(Value::String(text)) => text.clone(),
            Raw::Json(value) => value.to_string(),
        })
    }

    /// The text of a parameter that the call cannot do without.
    pub fn required_text(&self, name: &str) -> Result<String, Error> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// Whether something is so: `1`, `0`, `true` or `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        match text.trim().to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(Some(true)),
            "0" | "false" => Ok(Some(false)),
            _ => Err(expected(name, "1, 0, true or false", &text)),
        }
    }

    /// How many; a number outside the range counts as the nearest end of it, because recorded
    /// clients send `limit=99999` and expect what there is.
    pub fn limit(
        &self,
        default: usize,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<usize, Error> {
        let Some(text) = self.text("limit") else {
            return Ok(default);
        };
        let trimmed = text.trim();
        let (is_negative, digits) = match trimmed.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(expected("limit", "a whole number", &text));
        }
        let number = if is_negative {
            0
        } else {
            digits.parse().unwrap_or(usize::MAX)
        };
        Ok(number.clamp(*range.start(), *range.end()))
    }

    /// A point in time; see [`parse_date`] for what is taken.
    pub fn date(&self, name: &str) -> Result<Option<UnixMillis>, Error> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        parse_date(&text).map(Some).ok_or_else(|| {
            expected(
                name,
                "a date as 2021-01-31, 2021-01-31T12:00:00+01:00 or UNIX seconds",
                &text,
            )
        })
    }

    /// Several words: repeated, with brackets, as a comma list or a JSON array.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, Error> {
        let mut words = Vec::new();
        for raw in self.all(name) {
            match raw {
                Raw::Text(text) if without_mark(text.as_bytes()).trim_ascii().starts_with(b"[") => {
                    collect_words(name, &json::parse(name, text.as_bytes())?, &mut words)?;
                }
                Raw::Text(text) | Raw::Json(Value::String(text)) => split_words(text, &mut words),
                Raw::Json(value) => collect_words(name, value, &mut words)?,
            }
        }
        Ok(Some(words).filter(|words| !words.is_empty()))
    }

    /// Several identifiers.
    pub fn ids<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, Error> {
        let Some(words) = self.list(name)? else {
            return Ok(None);
        };
        words
            .iter()
            .map(|word| {
                parse(word).ok_or_else(|| expected(name, "numbers, separated by commas", word))
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// A JSON value: itself when the body was JSON, or text that holds JSON.
    pub fn json(&self, name: &str) -> Result<Option<Value>, Error> {
        match self.all(name).next_back() {
            None => Ok(None),
            Some(Raw::Text(text) | Raw::Json(Value::String(text))) => {
                json::parse(name, text.as_bytes())
                    .map(|value| Some(value).filter(|value| !value.is_null()))
            }
            Some(Raw::Json(value)) => Ok(Some(value.clone())),
        }
    }

    /// A JSON object, with accessors that know where they are.
    pub fn object(&self, name: &str) -> Result<Option<FieldObject>, Error> {
        self.json(name)?
            .map(|value| FieldObject::new(name, value))
            .transpose()
    }

    /// A JSON object that the call cannot do without.
    pub fn required_object(&self, name: &str) -> Result<FieldObject, Error> {
        self.object(name)?.ok_or_else(|| missing(name))
    }

    /// Hands every parameter but the token to `each`, as it came.
    pub fn each_without_token(&self, mut each: impl FnMut(&str, &str)) {
        for (name, raw) in &self.entries {
            match raw {
                _ if name == "access_token" => {}
                Raw::Text(text) => each(name, text),
                Raw::Json(value) => each(name, &value.to_string()),
            }
        }
    }

    /// Name and text of every parameter of a query, in order, with a list as one comma-separated
    /// value: the normal form in which `next_url` repeats them.
    pub fn normalised(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, _) in &self.entries {
            if pairs.iter().any(|(known, _)| known == name) {
                continue;
            }
            let text = match (self.all(name).count(), self.list(name)) {
                (2.., Ok(Some(words))) => words.join(","),
                _ => self.text(name).unwrap_or_default(),
            };
            pairs.push((name.clone(), text));
        }
        pairs
    }
}

/// JavaScript clients write absent values as these words.
fn is_absent(text: &str) -> bool {
    matches!(text.trim(), "" | "null" | "undefined")
}

fn split_words(text: &str, words: &mut Vec<String>) {
    words.extend(
        text.split(',')
            .map(str::trim)
            .filter(|word| !is_absent(word))
            .map(ToOwned::to_owned),
    );
}

fn collect_words(name: &str, value: &Value, words: &mut Vec<String>) -> Result<(), Error> {
    match value {
        Value::Null => Ok(()),
        Value::String(text) => {
            split_words(text, words);
            Ok(())
        }
        Value::Number(number) => {
            words.push(number.to_string());
            Ok(())
        }
        Value::Array(items) if !items.iter().any(Value::is_array) => items
            .iter()
            .try_for_each(|item| collect_words(name, item, words)),
        // `{"0": 1, "1": 2}` is how some encoders write a list with gaps.
        Value::Object(members)
            if members
                .values()
                .all(|item| item.is_string() || item.is_number()) =>
        {
            members
                .values()
                .try_for_each(|item| collect_words(name, item, words))
        }
        _ => Err(expected(
            name,
            "a list of numbers or words",
            &value.to_string(),
        )),
    }
}

/// A required parameter that was not given.
pub fn missing(name: &str) -> Error {
    Error::invalid(name, "is required")
}

/// A parameter that is not what was expected; what was given is shown, shortened.
pub fn expected(name: &str, what: &str, given: &str) -> Error {
    let mut shown: String = given.chars().take(60).collect();
    if shown.len() < given.len() {
        shown.push('…');
    }
    Error::invalid(name, format!("expected {what}, got \"{shown}\""))
}

#[cfg(test)]
mod tests;
