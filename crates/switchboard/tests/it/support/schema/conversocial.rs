//! The documents of the Conversocial dialect.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::http::Method;
use serde_json::Value;

use super::{Check, referred};

/// What is wrong with the JSON answer of a call; empty when nothing is. The address is a path with
/// its query.
pub(crate) fn undocumented(
    method: &Method,
    address: &str,
    status: u16,
    body: &Value,
) -> Vec<String> {
    if address.contains("openapi.json") || body.get("permsError").is_some() {
        return Vec::new();
    }
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = usual(path);
    let Some(document) = document_of(&path) else {
        return Vec::new();
    };
    let mut check = Check::new(document);
    let Some((template, item)) = item(document, &path) else {
        if status == 200 {
            return vec![format!("{path} is not in a document")];
        }
        check.value(&document["components"]["schemas"]["Error"], body, "error");
        return check.problems;
    };
    let verb = match *method {
        Method::HEAD => "get".to_owned(),
        ref other => other.as_str().to_lowercase(),
    };
    let operation = &item[&verb];
    if operation.is_null() {
        if status == 200 {
            return vec![format!("{method} {template} is not in the document")];
        }
        check.value(&document["components"]["schemas"]["Error"], body, "error");
        return check.problems;
    }
    let mut response = &operation["responses"][status.to_string()];
    if let Some(reference) = response["$ref"].as_str() {
        response = referred(document, reference);
    }
    let schema = &response["content"]["application/json"]["schema"];
    if schema.is_null() {
        return vec![format!("{method} {template} has no documented {status}")];
    }
    let mut arguments = form_urlencoded::parse(query.as_bytes());
    if !arguments.any(|(name, value)| name == "fields" && !value.is_empty()) {
        let is_list = schema["properties"].get("paging").is_some();
        check.shown = Some(if is_list {
            "x-shown-in-lists"
        } else {
            "x-shown-alone"
        });
    }
    check.value(schema, body, "answer");
    check.problems
}

/// The path with the usual base and without a slash at its end.
fn usual(path: &str) -> String {
    let path = path.strip_suffix('/').unwrap_or(path);
    for (alias, usual) in [
        ("/v1/", "/v1.1/"),
        ("/v1.0/", "/v1.1/"),
        ("/api/v1/", "/api/1/"),
    ] {
        if let Some(rest) = path.strip_prefix(alias) {
            return format!("{usual}{}", one_part(rest));
        }
    }
    one_part(path)
}

/// The path with the id of an author as one part: slashes in it may be sent as they are.
fn one_part(path: &str) -> String {
    match path.split_once("authors/") {
        Some((base, id)) if !base.contains("/api/") => {
            format!("{base}authors/{}", id.replace('/', "%2F"))
        }
        _ => path.to_owned(),
    }
}

fn document_of(path: &str) -> Option<&'static Value> {
    static DOCUMENTS: OnceLock<BTreeMap<&'static str, Value>> = OnceLock::new();
    let documents = DOCUMENTS.get_or_init(|| {
        api::openapi::served()
            .map(|document| {
                (
                    document.base(),
                    serde_json::from_str(document.text()).unwrap(),
                )
            })
            .collect()
    });
    documents
        .iter()
        .find(|(base, _)| {
            path.strip_prefix(**base)
                .is_some_and(|rest| rest.starts_with('/'))
        })
        .map(|(_, document)| document)
}

/// The path of the document that a path is of; words come before names in braces.
fn item<'a>(document: &'a Value, path: &str) -> Option<(&'a str, &'a Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .filter(|(template, _)| is_of(template, path))
        .min_by_key(|(template, _)| template.matches('{').count())
        .map(|(template, item)| (template.as_str(), item))
}

fn is_of(template: &str, path: &str) -> bool {
    let (template, path): (Vec<&str>, Vec<&str>) =
        (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template
            .iter()
            .zip(&path)
            .all(|(part, given)| part.starts_with('{') && !given.is_empty() || part == given)
}
