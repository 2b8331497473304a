//! What the tests of the API stand on: the whole router in one process over a fresh database, a
//! clock that stands still, and answers that are checked against the documentation as they come.

mod answer;
mod app;
mod call;
mod client;
mod feed_site;
mod people;
mod schema;
mod xml;

pub(crate) use answer::Answer;
pub(crate) use app::{App, START, Wishes};
pub(crate) use client::Client;
pub(crate) use feed_site::FeedSite;
pub(crate) use people::{NewPerson, PASSWORD, Tenant, everything};
pub(crate) use schema::{conversocial, undocumented};
pub(crate) use xml::Element;

use serde_json::{Value, json};

/// A message with this text, for `inbox/add`.
pub(crate) fn message(text: &str) -> Value {
    json!({"message": {"content": text}})
}

/// The same with further members beside or within it.
pub(crate) fn message_with(text: &str, more: Value) -> Value {
    merged(message(text), more)
}

pub(crate) fn merged(mut into: Value, more: Value) -> Value {
    match (&mut into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                let present = into.remove(&name).unwrap_or(Value::Null);
                into.insert(name, merged(present, value));
            }
        }
        (into, more) => *into = more,
    }
    into
}

/// JSON text, for a parameter that holds JSON.
pub(crate) fn text(value: &Value) -> String {
    value.to_string()
}
