//! One call: which program asks, below which base, with which arguments.

use domain::ids::AccountId;
use domain::scope::Scope;
use engine::answers::{self, Caller};
use engine::{Engine, Error, What};
use serde_json::{Map, Value};

use super::errors::expected;
use super::links::Links;
use super::reply::Answer;
use crate::http::body::without_mark;
use crate::http::pairs::Pairs;
use crate::http::size;

/// What a handler is given.
#[derive(Debug)]
pub struct Call {
    /// The use cases.
    pub engine: Engine,
    /// What it may do.
    pub scope: Scope,
    /// Where things are.
    pub links: Links,
    /// The arguments of the address.
    pub pairs: Pairs,
    /// The arguments of the body.
    pub body: Body,
    /// Name and value of each part of the path that is in braces.
    pub path_values: Vec<(&'static str, String)>,
    /// The path below the base, with a slash at its start and none at its end.
    pub path: String,
}

impl Call {
    /// The account of the key.
    pub const fn account_id(&self) -> AccountId {
        self.scope.account_id()
    }

    /// A part of the path, decoded.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.path_values
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A number in the path. One that cannot be a number does not exist.
    ///
    /// # Errors
    /// `NotFound` with what was looked for.
    pub fn id<T>(&self, name: &str, parse: fn(&str) -> Option<T>, what: What) -> Result<T, Error> {
        self.part(name).and_then(parse).ok_or(Error::NotFound(what))
    }

    /// Writes an answer of about so many bytes; a large one not on the threads that serve requests.
    /// Only for calls that change nothing: where too much is written already, it is refused.
    ///
    /// # Errors
    /// Those of `write`, and as [`engine::answers::apart`].
    pub async fn write(
        self,
        about: usize,
        write: impl FnOnce(&Self) -> Answer + Send + 'static,
    ) -> Answer {
        let (engine, caller) = (self.engine.clone(), Caller::from(&self.scope));
        answers::apart(&engine, caller, about, move || write(&self)).await?
    }

    /// The last value of an argument of the address that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.last(name)
    }
}

/// The arguments of a body: a JSON object, or a form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    members: Map<String, Value>,
}

/// Values that a JSON body may hold: more than a text of 64 KiB, the largest value that is kept,
/// has room for.
const MOST_VALUES: usize = 50_000;

impl Body {
    /// Reads a body.
    ///
    /// # Errors
    /// `Invalid` at `body` when it is neither a form nor a JSON object, `TooMany` when there is more
    /// in it than any call has use for.
    pub fn parse(content_type: Option<&str>, bytes: &[u8]) -> Result<Self, Error> {
        let trimmed = without_mark(bytes).trim_ascii();
        if trimmed.is_empty() {
            return Ok(Self::default());
        }
        let kind = content_type
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        // `curl -d '{…}'` calls JSON a form. No form begins with a brace.
        if kind.ends_with("json") || trimmed.starts_with(b"{") {
            size::check_values("body", trimmed, MOST_VALUES)?;
            return match serde_json::from_slice(trimmed) {
                Ok(Value::Object(members)) => Ok(Self { members }),
                _ => Err(Error::invalid("body", "a JSON object was expected")),
            };
        }
        if kind.starts_with("multipart/") {
            return Err(Error::invalid(
                "body",
                "a JSON object or a form (application/x-www-form-urlencoded) was expected",
            ));
        }
        size::check_pairs("body", trimmed)?;
        let members = form_urlencoded::parse(trimmed)
            .map(|(name, value)| {
                let name = name.trim_start_matches('\u{feff}').to_owned();
                (name, Value::String(value.into_owned()))
            })
            .collect();
        Ok(Self { members })
    }

    /// A member that is there and not null.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// A member as text; a JSON number or a truth value counts as the text of it.
    ///
    /// # Errors
    /// `Invalid` at the member when it is an array or an object.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        match self.get(name) {
            None => Ok(None),
            // PostgreSQL's text cannot hold NUL, and nobody means it.
            Some(Value::String(text)) => Ok(Some(text.replace('\0', ""))),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(value.to_string())),
            Some(other) => Err(expected(name, "a text", &other.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_and_json_objects_say_the_same() {
        for (kind, text) in [
            (Some("application/json"), r#"{"account":13954,"x":null}"#),
            (None, r#" {"account":"13954"}"#),
            (Some("application/x-www-form-urlencoded"), "account=13954"),
        ] {
            let body = Body::parse(kind, text.as_bytes()).unwrap();
            assert_eq!(body.text("account").unwrap().as_deref(), Some("13954"));
            assert_eq!(body.text("x").unwrap(), None);
        }
        for (kind, text) in [
            (Some("application/json"), "[1]"),
            (Some("application/json"), "{"),
            (Some("multipart/form-data"), "x"),
        ] {
            assert!(Body::parse(kind, text.as_bytes()).is_err(), "{text}");
        }
        let nested = Body::parse(None, br#"{"account":{}}"#).unwrap();
        assert!(nested.text("account").is_err());
    }
}
