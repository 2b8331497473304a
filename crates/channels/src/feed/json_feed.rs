//! JSON Feed 1 and 1.1.

use domain::time::UnixMillis;
use serde_json::{Map, Value};
use url::Url;

use super::dates;
use super::document::{Broken, Document, Enclosure, Entry, Format, ParseError, Person, Rhythm};
use super::fields::{Base, somebody};
use super::markup::without_controls;
use super::text::line;
use super::xml_feed::MAX_ENTRIES;
use crate::draft::TextFormat;

type Object = Map<String, Value>;

/// Reads a JSON feed. `location` is where it came from, for relative addresses.
pub(super) fn parse(text: &str, location: Option<&Url>) -> Result<Document, ParseError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ParseError::Refused(format!("its JSON is damaged: {error}")))?;
    let feed = value.as_object().ok_or(ParseError::NotAFeed)?;
    let items = feed
        .get("items")
        .and_then(Value::as_array)
        .ok_or(ParseError::NotAFeed)?;
    let base = Base::new(location);
    let mut document = Document {
        format: Format::Json,
        title: string(feed, "title").map(|title| line(&title)),
        link: string(feed, "home_page_url").map(|url| base.resolve(&url)),
        id: string(feed, "feed_url"),
        image: string(feed, "icon").map(|url| base.resolve(&url)),
        language: string(feed, "language"),
        generator: None,
        author: author(feed, &base),
        is_podcast: false,
        rhythm: Rhythm::default(),
        entries: Vec::new(),
        broken: Vec::new(),
    };
    for item in items.iter().take(MAX_ENTRIES) {
        let raw = item.to_string();
        match read_item(item, &base, &raw) {
            Ok(entry) => document.entries.push(entry),
            Err(reason) => document.broken.push(Broken {
                reason: reason.to_owned(),
                raw,
            }),
        }
    }
    Ok(document)
}

fn read_item(item: &Value, base: &Base, raw: &str) -> Result<Entry, &'static str> {
    let item = item.as_object().ok_or("the item is not a JSON object")?;
    let html = string(item, "content_html");
    let plain = string(item, "content_text").or_else(|| string(item, "summary"));
    let (content, format) = match (html, plain) {
        (Some(html), _) => (html, TextFormat::Html),
        (None, Some(text)) => (text, TextFormat::Plain),
        (None, None) => (String::new(), TextFormat::Plain),
    };
    let entry = Entry {
        id: string(item, "id"),
        title: string(item, "title").map(|title| line(&title)),
        link: string(item, "url")
            .or_else(|| string(item, "external_url"))
            .map(|url| base.resolve(&url)),
        content,
        format,
        author: author(item, base),
        published_at: date(item, "date_published").or_else(|| date(item, "date_modified")),
        updated_at: date(item, "date_modified"),
        language: string(item, "language"),
        categories: strings(item, "tags"),
        enclosures: enclosures(item, base),
        in_reply_to: None,
        raw: raw.to_owned(),
    };
    if entry.id.is_none()
        && entry.link.is_none()
        && entry.title.is_none()
        && entry.content.is_empty()
    {
        return Err("the item says nothing: no title, text, address or identifier");
    }
    Ok(entry)
}

/// A member as text. Identifiers are written as numbers by some.
fn string(object: &Object, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => without_controls(text.trim().to_owned()),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn strings(object: &Object, name: &str) -> Vec<String> {
    object
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(line)
        .filter(|text| !text.is_empty())
        .take(20)
        .collect()
}

fn date(object: &Object, name: &str) -> Option<UnixMillis> {
    dates::parse(&string(object, name)?)
}

/// `authors` of version 1.1, `author` of version 1.
fn author(object: &Object, base: &Base) -> Option<Person> {
    let author = object
        .get("authors")
        .and_then(Value::as_array)
        .and_then(|authors| authors.first())
        .or_else(|| object.get("author"))?
        .as_object()?;
    somebody(Person {
        name: string(author, "name").map(|name| line(&name)),
        url: string(author, "url").map(|url| base.resolve(&url)),
        image: string(author, "avatar").map(|url| base.resolve(&url)),
    })
}

fn enclosures(item: &Object, base: &Base) -> Vec<Enclosure> {
    let image = string(item, "image").map(|url| Enclosure {
        url: base.resolve(&url),
        media_type: "image".to_owned(),
        title: None,
    });
    let files = item
        .get("attachments")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .filter_map(|file| {
            Some(Enclosure {
                url: base.resolve(&string(file, "url")?),
                media_type: string(file, "mime_type").unwrap_or_default(),
                title: string(file, "title").map(|title| line(&title)),
            })
        });
    image.into_iter().chain(files).take(20).collect()
}
