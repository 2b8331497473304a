//! Reads the mentions that a program adds.
//!
//! The vendor documents the endpoint and not the shape of its items; they are taken to be shaped
//! like the `mention` that the API gives out (inference). What programs plausibly write instead
//! (`topic_id`, `content`, `author_name`, a name for an author, numbers in quotes) is understood
//! too. What cannot be understood is an error that names the item and the member.

mod parts;

use channels::{Draft, TextFormat};
use domain::ids::TopicId;
use domain::language::Language;
use domain::mention::{Author, Priority, Sentiment, Status};
use domain::message_type::MessageType;
use domain::source::{Category, Provider, Service};
use domain::time::UnixMillis;
use engine::Error;
use engine::pipeline::item::{NewItem, check_count, usual_category};
use engine::pipeline::looks_like_html;
use serde_json::Value;

use super::params::{Field, FieldObject, missing};
use crate::http::dates::parse_date;

/// Reads the parameter `mentions`. Items without a topic go to `default_topic`.
///
/// # Errors
/// `TooMany` beyond the limit of one call; `Invalid` with a path like
/// `mentions[3].message.content`.
pub fn read(field: Field, default_topic: Option<TopicId>) -> Result<Vec<NewItem>, Error> {
    // One item alone is a list of one.
    let fields = if field.is_object() && !field.is_list() {
        vec![Field::new(
            format!("{}[0]", field.path()),
            field.into_value(),
        )]
    } else {
        field.into_list()?
    };
    check_count(fields.len())?;
    fields
        .into_iter()
        .map(|field| item(&field.into_object()?, default_topic))
        .collect()
}

fn item(item: &FieldObject, default_topic: Option<TopicId>) -> Result<NewItem, Error> {
    let message = part(item, "message")?;
    let source = part(item, "source")?;
    let topic_id = topic(item)?
        .or(default_topic)
        .ok_or_else(|| missing(&item.path_of("topic.id")))?;
    let service = word(
        &source,
        item,
        &["service"],
        &[],
        Service::parse,
        Service::ALL,
    )?
    .unwrap_or(Service::Custom);
    let category = word(
        &source,
        item,
        &["category"],
        &["category"],
        Category::parse,
        Category::ALL,
    )?
    .unwrap_or_else(|| usual_category(service));
    // Whatever it came from, it was a program that brought it.
    let mut draft = Draft::new(service, Provider::SearchProviderApi, category);

    draft.title = text(&message, item, &["title", "subject"], &["title", "subject"])?;
    draft.content = content(&message, item)?;
    draft.attachments = parts::attachments(&message, item)?;
    if draft.content.trim().is_empty() && draft.title.is_none() && draft.attachments.is_empty() {
        return Err(missing(&item.path_of("message.content")));
    }
    draft.format = if looks_like_html(&draft.content) {
        TextFormat::Html
    } else {
        TextFormat::Plain
    };
    draft.message_type = word(
        &message,
        item,
        &["type"],
        &["type"],
        MessageType::parse,
        MessageType::ALL,
    )?;
    draft.sentiment = word(
        &message,
        item,
        &["sentiment"],
        &["sentiment"],
        Sentiment::parse,
        Sentiment::ALL,
    )?;
    draft.language = language(&message, item)?;
    draft.author = author(item)?;
    draft.original_author = original_author(item)?;

    let from = &mut draft.source;
    from.id = text(&source, item, &["id"], &["source_id", "external_id", "id"])?;
    from.url = text(&source, item, &["url"], &["url", "link"])?;
    from.domain = text(&source, item, &["domain"], &["domain"])?.unwrap_or_default();
    from.in_reply_to = text(
        &source,
        item,
        &["in_reply_to_message_id", "in_reply_to"],
        &["in_reply_to_message_id", "in_reply_to"],
    )?;
    from.thread_id = text(&source, item, &["thread_id"], &["thread_id"])?;
    from.application = text(&source, item, &["application"], &["application"])?;
    from.profile = text(&source, item, &["profile"], &["profile"])?;
    from.profile_name = text(&source, item, &["profile_name"], &["profile_name"])?;

    draft.location = parts::location(item)?;
    draft.tags = tags(item)?;
    draft.published_at = published(item)?;
    draft.rating = item.float("rating")?;
    draft.extra_attributes = parts::extra_attributes(item)?;
    draft.buttons = parts::buttons(item)?;
    draft.clicked_buttons = parts::clicked_buttons(item)?;
    draft.service_details = parts::service_details(item)?;
    Ok(NewItem {
        topic_id,
        draft,
        status: word(item, item, &["status"], &[], Status::parse, Status::ALL)?,
        priority: priority(item)?,
    })
}

/// A member that is an object; one that is something else is read by whoever expects it.
fn part(item: &FieldObject, name: &str) -> Result<FieldObject, Error> {
    match item.get(name).filter(Field::is_object) {
        Some(field) => field.into_object(),
        None => FieldObject::new(&item.path_of(name), Value::Array(Vec::new())),
    }
}

/// The first text that is not blank: from the object by one of `names`, else from the item itself
/// by one of `flat`.
fn text(
    object: &FieldObject,
    item: &FieldObject,
    names: &[&str],
    flat: &[&str],
) -> Result<Option<String>, Error> {
    for (object, names) in [(object, names), (item, flat)] {
        for name in names {
            if let Some(text) = object.filled_text(name)? {
                return Ok(Some(text));
            }
        }
    }
    Ok(None)
}

/// A word of a closed list.
fn word<T: Copy + std::fmt::Display>(
    object: &FieldObject,
    item: &FieldObject,
    names: &[&str],
    flat: &[&str],
    parse: impl Fn(&str) -> Option<T>,
    all: &[T],
) -> Result<Option<T>, Error> {
    for (object, names) in [(object, names), (item, flat)] {
        for name in names {
            if let Some(text) = object.filled_text(name)? {
                if let Some(word) = parse(text.trim()) {
                    return Ok(Some(word));
                }
                let known: Vec<String> = all.iter().map(ToString::to_string).collect();
                let field = Field::new(object.path_of(name), Value::String(text));
                return Err(field.wrong(&format!("one of {}", known.join(", "))));
            }
        }
    }
    Ok(None)
}

/// `topic.id`, `topic` or `topic_id`.
fn topic(item: &FieldObject) -> Result<Option<TopicId>, Error> {
    let field = match item.get("topic") {
        Some(field) if field.is_object() => field.into_object()?.get("id"),
        Some(field) => Some(field),
        None => item.get("topic_id"),
    };
    let Some(field) = field else { return Ok(None) };
    let wrong = field.wrong("the number of a topic");
    let text = field.into_text()?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    TopicId::parse(text.trim()).map(Some).ok_or(wrong)
}

/// `message.content`, the message itself, or a flat member.
fn content(message: &FieldObject, item: &FieldObject) -> Result<String, Error> {
    if let Some(field) = item.get("message").filter(|field| !field.is_object()) {
        return field.into_text();
    }
    let found = text(
        message,
        item,
        &["content", "text", "body"],
        &["content", "text", "body"],
    )?;
    Ok(found.unwrap_or_default())
}

/// A two-letter code, also as the beginning of a tag such as `nl-BE`.
fn language(message: &FieldObject, item: &FieldObject) -> Result<Option<Language>, Error> {
    let Some(code) = text(message, item, &["language"], &["language"])? else {
        return Ok(None);
    };
    let plain = code.trim().split(['-', '_']).next().unwrap_or_default();
    Language::parse(plain).map(Some).ok_or_else(|| {
        Field::new(message.path_of("language"), Value::String(code))
            .wrong("an ISO 639-1 language code such as \"nl\"")
    })
}

fn author(item: &FieldObject) -> Result<Author, Error> {
    match item.get("author") {
        Some(field) if !field.is_object() => {
            let name = field.into_text()?;
            Ok(Author {
                name: Some(name).filter(|name| !name.trim().is_empty()),
                ..Author::default()
            })
        }
        field => {
            let object = match field {
                Some(field) => field.into_object()?,
                None => part(item, "author")?,
            };
            person(&object, item)
        }
    }
}

fn original_author(item: &FieldObject) -> Result<Option<Author>, Error> {
    let Some(object) = item.object("original_author")? else {
        return Ok(None);
    };
    let nobody = FieldObject::new(item.path(), Value::Array(Vec::new()))?;
    person(&object, &nobody).map(Some)
}

fn person(object: &FieldObject, item: &FieldObject) -> Result<Author, Error> {
    Ok(Author {
        name: text(
            object,
            item,
            &["name", "username", "screen_name"],
            &["author_name"],
        )?,
        fullname: text(
            object,
            item,
            &["fullname", "full_name", "displayname"],
            &["author_fullname"],
        )?,
        id: text(object, item, &["id"], &["author_id"])?,
        url: text(object, item, &["url"], &["author_url"])?,
        img: text(
            object,
            item,
            &["img", "avatar"],
            &["author_img", "author_avatar"],
        )?,
        // Whose profile it is only connected profiles tell.
        managed: false,
        followers: object.integer("followers")?.or(item.integer("followers")?),
        location: plain(object, "location")?,
        bio: plain(object, "bio")?.or(plain(object, "description")?),
        website: plain(object, "website")?,
    })
}

/// A member that is a text; one that is an object is left alone.
fn plain(object: &FieldObject, name: &str) -> Result<Option<String>, Error> {
    object
        .get(name)
        .filter(|field| !field.is_object() && !field.is_blank())
        .map(Field::into_text)
        .transpose()
}

/// Names, objects with a name, or one text with commas.
fn tags(item: &FieldObject) -> Result<Vec<String>, Error> {
    let Some(field) = item.get("tags") else {
        return Ok(Vec::new());
    };
    if field.is_text() {
        let text = field.into_text()?;
        return Ok(text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(ToOwned::to_owned)
            .collect());
    }
    field
        .into_list()?
        .into_iter()
        .map(|field| {
            if !field.is_object() {
                return field.into_text();
            }
            let tag = field.into_object()?;
            text(&tag, &tag, &["tag", "name"], &[])?.ok_or_else(|| missing(&tag.path_of("tag")))
        })
        .collect()
}

/// `date.published`, or a flat member; UNIX seconds, milliseconds beyond the year 5000, ISO 8601.
fn published(item: &FieldObject) -> Result<Option<UnixMillis>, Error> {
    let nested = match item.get("date") {
        Some(field) if field.is_object() => {
            let dates = field.into_object()?;
            dates.get("published")
        }
        field => field,
    };
    let field = nested.filter(|field| !field.is_blank()).or_else(|| {
        [
            "published",
            "published_at",
            "date_published",
            "created_at",
            "timestamp",
        ]
        .iter()
        .find_map(|name| item.get(name).filter(|field| !field.is_blank()))
    });
    let Some(field) = field else { return Ok(None) };
    let wrong = field.wrong("a date: UNIX seconds or ISO 8601");
    let text = field.into_text()?;
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>()
        && number.unsigned_abs() >= 100_000_000_000
    {
        return Ok(Some(UnixMillis(number)));
    }
    let whole = text.split_once('.').map_or(text, |(seconds, fraction)| {
        let is_number = seconds.parse::<i64>().is_ok() && fraction.parse::<u64>().is_ok();
        if is_number { seconds } else { text }
    });
    parse_date(whole).map(Some).ok_or(wrong)
}

/// A number, or an object with the number as `id`.
fn priority(item: &FieldObject) -> Result<Option<Priority>, Error> {
    let field = match item.get("priority") {
        Some(field) if field.is_object() => field.into_object()?.get("id"),
        field => field,
    };
    let Some(field) = field.filter(|field| !field.is_blank()) else {
        return Ok(None);
    };
    let wrong = field.wrong("a priority from 0 to 10");
    let number = field.into_integer()?;
    u8::try_from(number)
        .ok()
        .and_then(Priority::new)
        .map(Some)
        .ok_or(wrong)
}

#[cfg(test)]
mod tests;
