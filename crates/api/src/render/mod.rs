//! From a finished value to bytes: selection, `ETag`, and the four encodings.
//!
//! Views write JSON text straight into a buffer ([`json`]), because nearly every answer is plain
//! JSON and a tree in between costs more than finding the data. Whoever asks for selected fields
//! or XML pays for reading that text back into a tree; there is still one description of each
//! object, the view.

pub mod etag;
pub mod json;
pub mod jsonp;
pub mod select;
pub mod xml;

use bytes::Bytes;
use engine::answers::{self, Caller};
use engine::{Engine, Error};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

use self::select::Selection;

/// In which clothes the caller wants the answer.
#[derive(Debug, Clone, Default)]
pub struct Presentation {
    /// JSON, JSON in a function call, or XML.
    pub format: Format,
    /// Write non-ASCII characters and slashes escaped.
    pub is_escaped: bool,
    /// Which members to keep; `None` keeps all.
    pub selection: Option<Selection>,
    /// The caller has a copy, or wants to know its tag: what it sent in `If-None-Match`.
    pub known_etag: Option<String>,
}

/// Encoding of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Format {
    /// `application/json`.
    #[default]
    Json,
    /// A script that calls the named function with the JSON.
    Jsonp(String),
    /// `application/xml`.
    Xml,
}

/// A value in the envelope of a successful answer.
#[derive(Debug)]
pub struct Envelope {
    /// Status, repeated in `meta.code`.
    pub status: StatusCode,
    /// JSON text of `response`.
    pub value: Vec<u8>,
    /// The value is a `paged_list`: selection applies to the elements of its `data`.
    pub is_paged: bool,
    /// JSON text of `meta.messages`; empty when there are none.
    pub messages: Vec<u8>,
    /// Something may be missing; `meta.partial` says so.
    pub is_partial: bool,
}

/// Writes a successful answer.
pub fn envelope(envelope: Envelope, presentation: &Presentation) -> Response<Bytes> {
    let mut value = envelope.value;
    if let Some(selection) = &presentation.selection {
        value = select::apply_to_text(value, selection, envelope.is_paged);
    }
    let etag = presentation
        .known_etag
        .as_ref()
        .filter(|_| envelope.status == StatusCode::OK)
        .map(|known| {
            let tag = etag::strong(&[
                presentation.format.name().as_bytes(),
                &[u8::from(presentation.is_escaped)],
                &envelope.messages,
                &value,
            ]);
            (etag::matches(known, &tag), tag)
        });
    if let Some((true, tag)) = &etag {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        insert_etag(&mut response, tag);
        return response;
    }
    let mut text = Vec::with_capacity(value.len() + envelope.messages.len() + 96);
    text.extend_from_slice(b"{\"meta\":{\"code\":");
    text.extend_from_slice(envelope.status.as_str().as_bytes());
    if !envelope.messages.is_empty() {
        text.extend_from_slice(b",\"messages\":");
        text.extend_from_slice(&envelope.messages);
    }
    if envelope.is_partial {
        text.extend_from_slice(b",\"partial\":true");
    }
    if let Some((_, tag)) = &etag {
        text.extend_from_slice(b",\"etag\":\"");
        text.extend_from_slice(tag.as_bytes());
        text.push(b'"');
    }
    text.extend_from_slice(b"},\"response\":");
    text.extend_from_slice(if value.is_empty() { b"null" } else { &value });
    text.push(b'}');
    let mut response = document(envelope.status, text, presentation);
    if let Some((_, tag)) = &etag {
        insert_etag(&mut response, tag);
    }
    response
}

/// Bytes of memory that a value takes while it is brought into this form, for each of its own.
pub fn share(presentation: &Presentation) -> usize {
    let tree = if presentation.format == Format::Xml || presentation.selection.is_some() {
        2
    } else {
        0
    };
    let copy = if presentation.is_escaped || presentation.format != Format::Json {
        2
    } else {
        1
    };
    tree + copy
}

/// Makes a response, in so many bytes of memory: the place where all answers of all dialects become
/// bytes. What is large is not made on the threads that serve requests, and what is larger than an
/// answer may be is refused. `caller` is whose turn it is, and nobody's where a change was made, which
/// is answered in any case.
///
/// # Errors
/// `Invalid` at `limit`; `Unavailable` when too much is made at the moment.
pub async fn apart(
    engine: &Engine,
    caller: Option<Caller>,
    bytes: usize,
    make: impl FnOnce() -> Response<Bytes> + Send + 'static,
) -> Result<Response<Bytes>, Error> {
    let response = match caller {
        Some(caller) => answers::apart(engine, caller, bytes, make).await?,
        None => answers::apart_surely(bytes, make).await?,
    };
    answers::check(response.body().len())?;
    Ok(response)
}

/// Writes a finished JSON document in the asked encoding; nothing is selected or tagged.
pub fn document(status: StatusCode, json: Vec<u8>, presentation: &Presentation) -> Response<Bytes> {
    let json = if presentation.is_escaped && presentation.format != Format::Xml {
        json::escape_for_old_callers(&json)
    } else {
        json
    };
    let (body, content_type) = match &presentation.format {
        Format::Json => (json, "application/json; charset=utf-8"),
        Format::Jsonp(function) => (
            jsonp::wrap(function, &json),
            "application/javascript; charset=utf-8",
        ),
        Format::Xml => (xml::from_json(&json), "application/xml; charset=utf-8"),
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = match presentation.format {
        // A browser runs no script that comes with another status; the code is inside.
        Format::Jsonp(_) => StatusCode::OK,
        Format::Json | Format::Xml => status,
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(NOSNIFF, HeaderValue::from_static("nosniff"));
    response
}

const NOSNIFF: HeaderName = header::X_CONTENT_TYPE_OPTIONS;

fn insert_etag(response: &mut Response<Bytes>, tag: &str) {
    if let Ok(value) = HeaderValue::try_from(format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, value);
    }
}

impl Format {
    const fn name(&self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonp(_) => "jsonp",
            Self::Xml => "xml",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Envelope {
        Envelope {
            status: StatusCode::OK,
            value: r#"{"count":1,"data":[{"id":"1","name":"é/x"}],"paging":{"next_url":null}}"#
                .into(),
            is_paged: true,
            messages: Vec::new(),
            is_partial: false,
        }
    }

    fn body(response: &Response<Bytes>) -> &str {
        std::str::from_utf8(response.body()).unwrap()
    }

    #[test]
    fn the_envelope_repeats_the_status_and_gives_no_etag_unasked() {
        let response = envelope(sample(), &Presentation::default());
        assert_eq!(
            body(&response),
            r#"{"meta":{"code":200},"response":{"count":1,"data":[{"id":"1","name":"é/x"}],"paging":{"next_url":null}}}"#
        );
        assert!(!response.headers().contains_key("etag"));
    }

    #[test]
    fn a_caller_that_knows_the_tag_gets_an_empty_304() {
        let mut presentation = Presentation {
            known_etag: Some("dummy".to_owned()),
            ..Presentation::default()
        };
        let first = envelope(sample(), &presentation);
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert!(body(&first).contains(&format!(r#""etag":{tag}"#)));
        for known in [
            tag.clone(),
            tag.trim_matches('"').to_owned(),
            format!("W/{tag}, \"x\""),
        ] {
            presentation.known_etag = Some(known);
            let second = envelope(sample(), &presentation);
            assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
            assert!(second.body().is_empty());
            assert_eq!(second.headers()["etag"].to_str().unwrap(), tag);
        }
    }

    #[test]
    fn the_tag_tells_encodings_and_selections_apart() {
        let tag = |format, selection: Option<&str>| {
            let presentation = Presentation {
                format,
                selection: selection.map(|text| Selection::parse(text).unwrap()),
                known_etag: Some(String::new()),
                ..Presentation::default()
            };
            envelope(sample(), &presentation).headers()["etag"].clone()
        };
        let plain = tag(Format::Json, None);
        assert_ne!(plain, tag(Format::Xml, None));
        assert_ne!(plain, tag(Format::Json, Some("id")));
        assert_eq!(plain, tag(Format::Json, None));
    }

    #[test]
    fn selection_of_a_paged_list_applies_to_its_elements() {
        let presentation = Presentation {
            selection: Some(Selection::parse("name").unwrap()),
            ..Presentation::default()
        };
        assert_eq!(
            body(&envelope(sample(), &presentation)),
            r#"{"meta":{"code":200},"response":{"count":1,"data":[{"name":"é/x"}],"paging":{"next_url":null}}}"#
        );
    }

    #[test]
    fn old_callers_get_escapes_and_scripts_get_a_call() {
        let old = Presentation {
            is_escaped: true,
            ..Presentation::default()
        };
        assert!(body(&envelope(sample(), &old)).contains(r#""name":"\u00e9\/x""#));
        let script = Presentation {
            format: Format::Jsonp("cb".to_owned()),
            ..Presentation::default()
        };
        let response = envelope(sample(), &script);
        assert!(body(&response).starts_with(r#"cb({"meta":"#) && body(&response).ends_with("})"));
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(
            response.headers()["content-type"],
            "application/javascript; charset=utf-8"
        );
    }
}
