//! What operations take: the arguments of their routes and of the fields of their resources.

use serde_json::{Map, Value, json};

use super::resources::{Paged, Resource};
use super::schemas::{day, hex, nullable, words};
use crate::conversocial::conversations::filters;
use crate::conversocial::query::values;
use crate::conversocial::routes::{Kind, Parameter};

/// An argument that the route states.
pub(super) fn stated(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "description": parameter.about,
        "schema": schema(parameter.kind),
    })
}

fn schema(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Json => json!({"type": "string"}),
        Kind::Integer { default, min, .. } => {
            json!({"type": "integer", "default": default, "minimum": min})
        }
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Date => date(),
        Kind::Id => json!({"type": "string", "pattern": "^[0-9]+$"}),
        Kind::Ids => json!({"type": "string"}),
        Kind::Word(list) => words(list),
    }
}

/// A day, a time with or without a zone (then UTC), or UNIX seconds.
fn date() -> Value {
    json!({
        "anyOf": [
            {"type": "string", "format": "date"},
            {"type": "string", "format": "date-time"},
            // as many digits as are read as seconds
            {"type": "integer", "minimum": -999_999_999_999_i64, "maximum": 999_999_999_999_i64},
        ],
    })
}

/// The arguments that come with a resource: fields, and in lists filters, order and pages.
pub(super) fn of(resource: &Resource, is_list: bool) -> Vec<Value> {
    let mut arguments = Vec::new();
    if !resource.fields.is_empty() {
        arguments.push(fields(resource));
    }
    if is_list {
        arguments.extend(filters(resource));
        arguments.extend(order(resource));
        arguments.extend(pages(resource.paged));
    }
    arguments
}

fn fields(resource: &Resource) -> Value {
    let names: Vec<String> = resource
        .fields
        .iter()
        .map(|field| format!("`{}`", field.name))
        .collect();
    json!({
        "name": "fields",
        "in": "query",
        "description": format!("Only these fields, separated by commas: {}", names.join(", ")),
        "schema": {"type": "string"},
        "example": "id,url",
    })
}

fn filters(resource: &Resource) -> Vec<Value> {
    let mut arguments = Vec::new();
    let has_numbers_as_names = matches!(resource.paged, Paged::ByBoundary { .. });
    for field in &resource.fields {
        for (name, kind) in &field.arguments {
            let ending = name.strip_prefix(field.name).unwrap_or_default();
            let words = match ending {
                "_isnull" => "1: without a value; 0: with one",
                "_gt" => "Greater than this",
                "_gte" => "This or greater",
                "_lt" => "Less than this",
                "_lte" if matches!(kind, values::Kind::Date | values::Kind::Day) => {
                    "This or earlier; a day is meant to its end"
                }
                "_lte" => "This or less",
                _ => "Equal to this; repeated: to any of these",
            };
            let value = match kind {
                // The numbers of conversations, written as they are shown.
                values::Kind::Name if has_numbers_as_names && !ending.is_empty() => hex(),
                values::Kind::Flag if ending == "_isnull" => {
                    json!({"type": "integer", "minimum": 0, "maximum": 1})
                }
                kind => value(*kind),
            };
            arguments.push(json!({
                "name": name,
                "in": "query",
                "description": words,
                "schema": {"type": "array", "items": value},
                "style": "form",
                "explode": true,
            }));
        }
    }
    arguments
}

fn value(kind: values::Kind) -> Value {
    use values::Kind;
    match kind {
        Kind::Id | Kind::Number | Kind::Link | Kind::Links => json!({"type": "integer"}),
        Kind::Flag => json!({"type": "boolean"}),
        Kind::Date | Kind::Day => date(),
        Kind::Name | Kind::Text | Kind::Address | Kind::NamedLink | Kind::Names | Kind::Objects => {
            json!({"type": "string"})
        }
    }
}

fn order(resource: &Resource) -> Option<Value> {
    let names: Vec<String> = resource
        .fields
        .iter()
        .filter(|field| field.sorts)
        .flat_map(|field| [field.name.to_owned(), format!("-{}", field.name)])
        .collect();
    let first = resource.sorted_by?;
    Some(json!({
        "name": "sort",
        "in": "query",
        "description": format!("Fields to sort by, separated by commas; `-` for descending; `{first}` when absent"),
        "schema": {"type": "array", "items": {"type": "string", "enum": names}},
        "style": "form",
        "explode": false,
    }))
}

fn pages(paged: Paged) -> Vec<Value> {
    let number = |name: &str, about: String, least: usize| {
        json!({
            "name": name,
            "in": "query",
            "description": about,
            "schema": {"type": "integer", "minimum": least},
        })
    };
    let size = |default: usize| {
        let about = format!("How many on a page: {default} when absent, at most 50");
        number("page_size", about, 1)
    };
    match paged {
        Paged::ByOffset { default } => vec![
            size(default),
            number("limit", "The same as `page_size`".to_owned(), 1),
            number("offset", "How many to pass over".to_owned(), 0),
        ],
        Paged::ByBoundary { default } => vec![
            size(default),
            number(
                "skip",
                format!(
                    "How many to pass over, from `next_page`; by hand at most {}",
                    filters::MOST_SKIPPED
                ),
                0,
            ),
        ],
        Paged::Whole => Vec::new(),
    }
}

/// The id of an account or a channel in a body: numbers are taken for the texts they print as.
pub(super) fn id() -> Value {
    json!({"anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "integer", "minimum": 0}]})
}

/// The members of a body.
pub(super) fn body(parameters: &[Parameter]) -> Value {
    members(parameters, |parameter| {
        let schema = match parameter.kind {
            Kind::Id if parameter.is_required => id(),
            // What these may be depends on other members.
            Kind::Json | Kind::Id => return json!({}),
            Kind::Date => day(),
            // A number or a truth value is taken for the text of it.
            Kind::Text => json!({
                "anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}],
            }),
            // In the words of arguments, too.
            Kind::Flag => json!({"anyOf": [
                {"type": "boolean"},
                {"type": "string", "enum": ["true", "false", "1", "0"]},
                {"type": "integer", "enum": [1, 0]},
            ]}),
            kind => schema(kind),
        };
        // Null counts as absent.
        if parameter.is_required {
            schema
        } else {
            nullable(schema)
        }
    })
}

/// The members of a form, which are texts; none where a member is any JSON.
pub(super) fn form(parameters: &[Parameter]) -> Option<Value> {
    let is_text = |parameter: &Parameter| !matches!(parameter.kind, Kind::Json);
    parameters.iter().all(is_text).then(|| {
        members(parameters, |parameter| match parameter.kind {
            Kind::Date => day(),
            kind => schema(kind),
        })
    })
}

fn members(parameters: &[Parameter], schema: impl Fn(&Parameter) -> Value) -> Value {
    let mut properties = Map::new();
    for parameter in parameters {
        let mut schema = schema(parameter);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), parameter.about.into());
        }
        properties.insert(parameter.name.to_owned(), schema);
    }
    let required: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter.is_required)
        .map(|parameter| parameter.name)
        .collect();
    let mut object = json!({"type": "object", "properties": properties});
    if let (false, Some(object)) = (required.is_empty(), object.as_object_mut()) {
        object.insert("required".to_owned(), json!(required));
    }
    object
}
