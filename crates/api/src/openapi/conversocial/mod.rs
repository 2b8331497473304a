//! The OpenAPI 3.0 documents of the Conversocial dialect, made from its route and field tables.
//!
//! 3.0.3, because the original's document was an OpenAPI 3 one and each viewer knows it.

mod arguments;
mod operations;
mod resources;
mod schemas;

use serde_json::{Map, Value, json};

use super::shared::names_in;
use crate::conversocial::routes::{self, Route};
use crate::conversocial::version::{Family, Version};

/// The document of the calls below a base.
pub(super) fn document(version: Version) -> Value {
    let family = version.family();
    let mut paths = Map::new();
    for route in routes::of(family) {
        let Some(operation) = operations::operation(version, route) else {
            continue;
        };
        let path = format!("/{}{}", version.segment(), route.path);
        let item = paths.entry(path).or_insert_with(|| item(route));
        if let Some(item) = item.as_object_mut() {
            item.insert(route.verb.as_str().to_ascii_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": title(version),
            "version": env!("CARGO_PKG_VERSION"),
            "description": about(version),
            "license": {"name": "Apache-2.0 OR MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": tags(family),
        "paths": paths,
        "components": {
            "headers": headers(),
            "responses": operations::failures(),
            "schemas": schemas(family),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The name of a token as user name, its secret as password",
                },
            },
        },
    })
}

fn title(version: Version) -> String {
    match version.family() {
        Family::Data => format!("Conversocial API {}", version.segment()),
        Family::Profiles => "Conversocial Customer Profiles API v1".to_owned(),
        Family::Events => "Conversocial agent events v3.0".to_owned(),
    }
}

/// What the caller of every operation must know.
fn about(version: Version) -> String {
    let mut text = String::from(COMMON);
    text.push_str(match version.family() {
        Family::Data => DATA,
        Family::Profiles => PROFILES,
        Family::Events => EVENTS,
    });
    text
}

const COMMON: &str = "Calls are authenticated with HTTP Basic: the name of a token and its secret. \
    A token belongs to one account and has a role, which says what it may do. It may make 30 \
    requests a minute, unless the server is set otherwise; `X-RateLimit-Remaining` says how many \
    are left and `X-RateLimit-Reset` in how many seconds there are more.\n\n\
    Answers are JSON. All times are UTC. Where something does not exist, or belongs to somebody \
    else, the answer is the same 404.\n\n";

const DATA: &str = "**Fields.** `fields=id,name` gives these fields and no others; unknown names are \
    skipped. Without it lists give few fields, and single objects all.\n\n\
    **Filters.** An argument named like a field keeps what equals its value. Repeated, it keeps what \
    equals any of the values; different arguments must all fit. `_gt`, `_gte`, `_lt` and `_lte` \
    compare dates and ids; a day without a time as `_lte` means all of that day. `_isnull=1` keeps \
    what has no value, `_isnull=0` what has one. Unknown arguments are ignored.\n\n\
    **Order.** `sort=-date_from,id`: fields separated by commas, a minus for descending.\n\n\
    **Pages.** `page_size` says how many, at most 50. Follow `paging.next_page` as it stands until it \
    is null.\n";

const PROFILES: &str = "Notes, annotations and tags that agents wrote about customers, each with when \
    and by whom. Lists have at most 50 entries; follow `paging.next_page` as it stands until it is \
    null.\n";

const EVENTS: &str = "What agents did, oldest first. `documents` is a text that holds a JSON array and \
    must be decoded a second time; follow `next_url` as it stands until it is null.\n";

fn item(route: &Route) -> Value {
    let parameters: Vec<Value> = names_in(route.path)
        .map(|name| {
            json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": {"type": "string", "minLength": 1},
            })
        })
        .collect();
    if parameters.is_empty() {
        json!({})
    } else {
        json!({ "parameters": parameters })
    }
}

/// One tag for each resource: the first word of the paths.
fn tags(family: Family) -> Value {
    let mut names: Vec<String> = Vec::new();
    for route in routes::of(family) {
        let name = operations::tag(route);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .map(|name| json!({"name": name}))
        .collect()
}

fn schemas(family: Family) -> Value {
    let mut schemas = Map::new();
    for resource in resources::of(family) {
        schemas.insert(resource.schema.to_owned(), resource.schema());
    }
    let others = match family {
        Family::Data => schemas::data(),
        Family::Profiles => schemas::profiles(),
        Family::Events => schemas::events(),
    };
    for (name, schema) in others {
        schemas.insert(name.to_owned(), schema);
    }
    Value::Object(schemas)
}

fn headers() -> Value {
    let number =
        |about: &str| json!({"description": about, "schema": {"type": "integer", "minimum": 0}});
    json!({
        "Limit": number("How many requests the token may make in a minute"),
        "Remaining": number("How many of them are left"),
        "Reset": number("In how many seconds all of them are there again"),
        "RetryAfter": number("After how many seconds to try again"),
    })
}

#[cfg(test)]
mod tests;
