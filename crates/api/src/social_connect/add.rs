//! `inbox/add`: messages that programs bring, each shaped like a `mention`.
//!
//! The members are not documented; they follow the object. Whatever of it makes sense for a new
//! message is taken, anything else is passed over.

mod parts;

use channels::draft::{Draft, TextFormat};
use domain::ids::TopicId;
use domain::language::Language;
use domain::mention::{Priority, Sentiment, Status};
use domain::message_type::MessageType;
use domain::source::{Category, Provider, Service};
use engine::Error;
use engine::pipeline::item::{self, NewItem};
use engine::pipeline::looks_like_html;

use super::call::Call;
use super::mentions::location;
use super::params::{Field, FieldObject, expected, missing, parse_date};
use super::reply::{Answer, Reply};

/// `POST inbox/add`.
pub async fn add(call: Call) -> Answer {
    let items = items(&call)?;
    item::add(&call.engine, call.scope()?, items).await?;
    Ok(Reply::done())
}

fn items(call: &Call) -> Result<Vec<NewItem>, Error> {
    const NAME: &str = "mentions";
    let value = call.params.json(NAME)?.ok_or_else(|| missing(NAME))?;
    // One mention alone is taken as a list of one.
    let fields = match value {
        serde_json::Value::Object(members) if members.contains_key("message") => {
            vec![Field::new(
                format!("{NAME}[0]"),
                serde_json::Value::Object(members),
            )]
        }
        value => Field::new(NAME, value).into_list()?,
    };
    item::check_count(fields.len())?;
    fields
        .into_iter()
        .map(|field| read(&field.into_object()?))
        .collect()
}

fn read(given: &FieldObject) -> Result<NewItem, Error> {
    let draft = draft(given)?;
    Ok(NewItem {
        topic_id: topic(given)?,
        draft,
        status: word(given, "status", Status::parse, "new, pending or done")?,
        priority: priority(given)?,
    })
}

/// `topic.id`; also `topic_id`, and a topic that is only a number.
fn topic(given: &FieldObject) -> Result<TopicId, Error> {
    let id = match given.get("topic") {
        Some(field) => match field.clone().into_object() {
            Ok(topic) => topic.integer("id")?,
            Err(_) => Some(field.into_integer()?),
        },
        None => given.integer("topic_id")?,
    };
    id.map(TopicId)
        .ok_or_else(|| missing(&given.path_of("topic.id")))
}

fn draft(given: &FieldObject) -> Result<Draft, Error> {
    let message = given
        .object("message")?
        .ok_or_else(|| missing(&given.path_of("message.content")))?;
    let empty = FieldObject::new(&given.path_of("source"), serde_json::json!({}))?;
    let source = given.object("source")?.unwrap_or(empty);
    let service = word(
        &source,
        "service",
        Service::parse,
        "a service such as custom or web",
    )?
    .unwrap_or(Service::Custom);
    let category = word(
        &source,
        "category",
        Category::parse,
        "a category such as forums",
    )?
    .unwrap_or(item::usual_category(service));

    let mut draft = Draft::new(service, Provider::SearchProviderApi, category);
    draft.content = message
        .text("content")?
        .ok_or_else(|| missing(&message.path_of("content")))?;
    if looks_like_html(&draft.content) {
        draft.format = TextFormat::Html;
    }
    draft.title = message.filled_text("title")?;
    draft.language = language(&message)?;
    draft.sentiment = word(
        &message,
        "sentiment",
        Sentiment::parse,
        "positive, negative, neutral or unset",
    )?;
    draft.message_type = word(&message, "type", MessageType::parse, "a type such as post")?;
    draft.attachments = parts::attachments(&message)?;
    if let Some(author) = given.object("author")? {
        draft.author = parts::author(&author)?;
    }
    if let Some(author) = given.object("original_author")? {
        draft.original_author = Some(parts::author(&author)?);
    }
    parts::source(&source, &mut draft.source)?;
    draft.published_at = published_at(given)?;
    draft.location = given
        .get("location")
        .map(location)
        .transpose()?
        .unwrap_or_default();
    draft.tags = given.texts("tags")?.unwrap_or_default();
    draft.rating = given.float("rating")?;
    draft.extra_attributes = parts::extra_attributes(given)?;
    Ok(draft)
}

fn word<T>(
    given: &FieldObject,
    name: &str,
    parse: fn(&str) -> Option<T>,
    what: &str,
) -> Result<Option<T>, Error> {
    let Some(text) = given.filled_text(name)? else {
        return Ok(None);
    };
    match parse(text.trim()) {
        Some(word) => Ok(Some(word)),
        None => Err(expected(&given.path_of(name), what, &text)),
    }
}

fn language(message: &FieldObject) -> Result<Option<Language>, Error> {
    let Some(code) = message.filled_text("language")? else {
        return Ok(None);
    };
    match Language::parse(code.trim()) {
        Some(language) => Ok(Some(language)),
        None => Err(expected(
            &message.path_of("language"),
            "an ISO 639-1 code of two letters",
            &code,
        )),
    }
}

/// `date.published`, in every form that parameters take.
fn published_at(given: &FieldObject) -> Result<Option<domain::time::UnixMillis>, Error> {
    let Some(date) = given.object("date")? else {
        return Ok(None);
    };
    let Some(text) = date.filled_text("published")? else {
        return Ok(None);
    };
    match parse_date(&text) {
        Some(at) => Ok(Some(at)),
        None => Err(expected(
            &date.path_of("published"),
            "UNIX seconds or an ISO 8601 date",
            &text,
        )),
    }
}

fn priority(given: &FieldObject) -> Result<Option<Priority>, Error> {
    let Some(field) = given.get("priority") else {
        return Ok(None);
    };
    let number = match field.clone().into_object() {
        Ok(priority) => priority.integer("id")?,
        Err(_) => Some(field.clone().into_integer()?),
    };
    let Some(number) = number else {
        return Ok(None);
    };
    match u8::try_from(number).ok().and_then(Priority::new) {
        Some(priority) => Ok(Some(priority)),
        None => Err(field.wrong("a number from 0 to 10")),
    }
}
