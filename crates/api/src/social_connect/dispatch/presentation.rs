//! `format`, `fields`, `callback`, `version` and `ETag` headers: how the caller wants the answer.

use axum::http::{HeaderMap, Method, header};
use engine::Error;

use crate::render::select::Selection;
use crate::render::{Format, Presentation, jsonp};
use crate::social_connect::params::{Params, expected};
use crate::social_connect::versions::{ApiVersion, RAW_UNICODE};

/// What can be told from the query before anything is checked, for errors that come early.
pub(in crate::social_connect) fn early(query: Option<&str>, method: &Method) -> Presentation {
    let Some(query) =
        query.filter(|query| query.contains("format=") || query.contains("callback="))
    else {
        return Presentation::default();
    };
    let params = Params::from_query(query).unwrap_or_default();
    Presentation {
        format: format(&params, is_read(method)).unwrap_or_default(),
        ..Presentation::default()
    }
}

/// Everything about the presentation of an answer.
///
/// # Errors
/// `Invalid` at the parameter that cannot be read.
pub(super) fn presentation(
    params: &Params,
    version: ApiVersion,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Presentation, Error> {
    let is_read = is_read(method);
    let selection = params
        .text("fields")
        .map(|text| {
            Selection::parse(&text).map_err(|error| Error::invalid("fields", error.to_string()))
        })
        .transpose()?;
    // "If you send the HTTP request header ETag/If-None-Match" (vendor's response page).
    let known_etag = [header::IF_NONE_MATCH, header::ETAG]
        .iter()
        .find_map(|name| headers.get(name))
        .filter(|_| is_read)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    Ok(Presentation {
        format: format(params, is_read)?,
        is_escaped: !version.has(&RAW_UNICODE),
        selection,
        known_etag,
    })
}

fn is_read(method: &Method) -> bool {
    method == Method::GET || method == Method::HEAD
}

fn format(params: &Params, is_read: bool) -> Result<Format, Error> {
    let format = match params.text("format").as_deref().map(str::trim) {
        None | Some("json") => Format::Json,
        Some("xml") => return Ok(Format::Xml),
        Some(other) => return Err(expected("format", "json or xml", other)),
    };
    // A script can only be loaded with GET.
    match params.text("callback").filter(|_| is_read) {
        None => Ok(format),
        Some(name) if jsonp::is_function_name(&name) => Ok(Format::Jsonp(name)),
        Some(name) => Err(expected("callback", "the name of a function", &name)),
    }
}
