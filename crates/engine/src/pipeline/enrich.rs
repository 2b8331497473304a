//! From what a source said to a mention's body and first state.
//!
//! Pure: the same draft gives the same result. No sentiment is guessed; one that the source
//! claims is taken.

use channels::{Draft, TextFormat};
use domain::attachment::{Attachment, AttachmentType};
use domain::mention::{
    Author, Body, Button, ClickedButton, ExtraAttribute, Location, Sender, ServiceDetails, Source,
    State,
};
use domain::time::UnixMillis;
use url::Url;

use super::{clean, entities, html, language};

/// Attachments, free fields and buttons that are kept at most, of each.
const MAX_PARTS: usize = 100;
/// Publication dates before 1980 or further ahead than this are mistakes of the source.
const MAX_AHEAD_MS: i64 = 2 * domain::time::DAY_MS;
const EARLIEST: UnixMillis = UnixMillis(315_532_800_000);

/// A message fit to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Enriched {
    /// What arrived.
    pub body: Body,
    /// Its first state: new, and what the source says of language, tone and place.
    pub state: State,
    /// When it was published, unless the source gives an impossible date.
    pub published_at: Option<UnixMillis>,
    /// Names of tags to set at once.
    pub tags: Vec<String>,
}

/// Normalises a draft. `now` only serves to tell impossible dates.
pub fn enrich(draft: Draft, now: UnixMillis) -> Enriched {
    let source = source(&draft.source);
    let base = source.url.as_deref().and_then(|url| Url::parse(url).ok());
    let message = message(&draft.content, draft.format, base.as_ref());
    let title = draft
        .title
        .as_deref()
        .and_then(|title| clean::line(&headline(title), clean::MAX_TITLE));
    let mut attachments: Vec<Attachment> = draft
        .attachments
        .into_iter()
        .take(MAX_PARTS)
        .filter_map(attachment)
        .collect();
    for image in message.images {
        let is_known = attachments.iter().any(|known| {
            known.url.as_ref() == Some(&image.url) || known.image.as_ref() == Some(&image.url)
        });
        if !is_known {
            attachments.push(photo(image));
        }
    }
    let plain = message.stripped.as_deref().unwrap_or(&message.content);
    let entities = entities::find(plain);
    let language = draft.language.or_else(|| {
        let text = entities::without_links_and_users(plain, &entities);
        language::guess(&text).or_else(|| {
            // A short message may have a telling headline.
            title
                .as_ref()
                .and_then(|title| language::guess(&format!("{title}\n{text}")))
        })
    });
    let body = Body {
        author: author(&draft.author),
        original_author: draft
            .original_author
            .as_ref()
            .map(author)
            .filter(|author| !author.is_empty()),
        title,
        content: message.content,
        stripped_content: message.stripped,
        entities,
        attachments,
        message_type: draft.message_type,
        source,
        rating: draft.rating.filter(|rating| rating.is_finite()),
        extra_attributes: draft
            .extra_attributes
            .iter()
            .take(MAX_PARTS)
            .map(extra_attribute)
            .collect(),
        buttons: draft.buttons.iter().take(MAX_PARTS).map(button).collect(),
        clicked_buttons: draft
            .clicked_buttons
            .iter()
            .take(MAX_PARTS)
            .map(clicked_button)
            .collect(),
        service_details: draft.service_details.map(service_details),
    };
    let state = State {
        sentiment: draft.sentiment.unwrap_or_default(),
        language,
        location: location(draft.location),
        ..State::default()
    };
    Enriched {
        body,
        state,
        published_at: draft.published_at.filter(|at| is_possible(*at, now)),
        tags: draft
            .tags
            .iter()
            .filter_map(|name| clean::line(name, crate::inbox::LONGEST_TAG))
            .collect(),
    }
}

/// Whether a publication date can be true.
pub fn is_possible(at: UnixMillis, now: UnixMillis) -> bool {
    at >= EARLIEST && at <= now.plus_ms(MAX_AHEAD_MS)
}

struct Message {
    content: String,
    stripped: Option<String>,
    images: Vec<html::Image>,
}

/// The message in the two forms that a mention keeps. Plain text that a browser would misread is
/// kept escaped, with the text itself beside it: `content` is always safe to show as HTML.
fn message(raw: &str, format: TextFormat, base: Option<&Url>) -> Message {
    match format {
        TextFormat::Plain => {
            let text = clean::text(raw, clean::MAX_CONTENT);
            if html::needs_escape(&text) {
                escaped(text, Vec::new())
            } else {
                Message {
                    content: text,
                    stripped: None,
                    images: Vec::new(),
                }
            }
        }
        TextFormat::Html => {
            let reduced = html::reduce(raw, base);
            let text = clean::text(&reduced.text, clean::MAX_CONTENT);
            let content = clean::text(&reduced.content, usize::MAX);
            // Cutting HTML would tear tags apart, so what is too long is kept as its text.
            if content.chars().count() > clean::MAX_MARKUP {
                return escaped(text, reduced.images);
            }
            if content == text && !html::needs_escape(&text) {
                return Message {
                    content,
                    stripped: None,
                    images: reduced.images,
                };
            }
            Message {
                content,
                stripped: Some(text),
                images: reduced.images,
            }
        }
    }
}

fn escaped(text: String, images: Vec<html::Image>) -> Message {
    Message {
        content: html::escape(&text),
        stripped: Some(text),
        images,
    }
}

/// Characters of a headline that are looked at, markup included.
const MAX_HEADLINE: usize = 16 * clean::MAX_TITLE;

/// Headlines are plain text, but feeds put markup and entities into them.
fn headline(title: &str) -> String {
    let title = match title.char_indices().nth(MAX_HEADLINE) {
        Some((end, _)) => title.get(..end).unwrap_or_default(),
        None => title,
    };
    if html::looks_like_html(title) {
        html::headline(title)
    } else {
        title.to_owned()
    }
}

fn source(source: &Source) -> Source {
    let url = source.url.as_deref().and_then(clean::web_address);
    let domain = clean::line(&source.domain, clean::MAX_NAME)
        .map(|domain| domain.to_lowercase())
        .or_else(|| url.as_deref().and_then(clean::host))
        .unwrap_or_default();
    Source {
        category: source.category,
        service: source.service,
        provider: source.provider,
        id: source.id.as_deref().and_then(clean::identifier),
        in_reply_to: source.in_reply_to.as_deref().and_then(clean::identifier),
        thread_id: source.thread_id.as_deref().and_then(clean::identifier),
        domain,
        url,
        application: name(source.application.as_deref()),
        profile: source.profile.as_deref().and_then(clean::identifier),
        profile_name: name(source.profile_name.as_deref()),
        sender: source.sender.as_ref().map(sender),
    }
}

/// Longest description of an author, in characters.
pub(super) const MAX_BIO: usize = 2_000;

fn author(author: &Author) -> Author {
    Author {
        name: name(author.name.as_deref()),
        fullname: name(author.fullname.as_deref()),
        id: author.id.as_deref().and_then(clean::identifier),
        url: author.url.as_deref().and_then(clean::web_address),
        img: author.img.as_deref().and_then(clean::web_address),
        managed: author.managed,
        followers: author.followers.filter(|followers| *followers >= 0),
        location: name(author.location.as_deref()),
        bio: author
            .bio
            .as_deref()
            .and_then(|bio| clean::line(bio, MAX_BIO)),
        website: author.website.as_deref().and_then(clean::web_address),
    }
}

fn name(name: Option<&str>) -> Option<String> {
    name.and_then(|name| clean::line(name, clean::MAX_NAME))
}

/// Codes in upper case; what is no code, or no place on Earth, is dropped.
fn location(location: Location) -> Location {
    let code = |code: Option<String>| {
        code.map(|code| code.trim().to_ascii_uppercase())
            .filter(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    let (longitude, latitude) = match (location.longitude, location.latitude) {
        (Some(longitude), Some(latitude)) if longitude.abs() <= 180.0 && latitude.abs() <= 90.0 => {
            (Some(longitude), Some(latitude))
        }
        _ => (None, None),
    };
    Location {
        continent: code(location.continent).filter(|code| CONTINENTS.contains(&code.as_str())),
        country: code(location.country),
        region: name(location.region.as_deref()),
        city: name(location.city.as_deref()),
        longitude,
        latitude,
    }
}

/// Codes of continents.
pub const CONTINENTS: &[&str] = &["AF", "AN", "AS", "EU", "NA", "OC", "SA"];

fn photo(image: html::Image) -> Attachment {
    Attachment {
        kind: AttachmentType::Photo,
        url: Some(image.url),
        title: image.alt,
        image: None,
        description: None,
        caption: None,
        question: None,
        id: None,
        content: None,
    }
}

/// An attachment with harmless addresses; `None` when its only content was an address that is
/// none.
fn attachment(attachment: Attachment) -> Option<Attachment> {
    let had_url = attachment.url.is_some();
    let line = |text: Option<String>| {
        text.as_deref()
            .and_then(|text| clean::line(text, clean::MAX_TITLE))
    };
    let long = |text: Option<String>| {
        text.map(|text| clean::text(&text, clean::MAX_VALUE))
            .filter(|text| !text.is_empty())
    };
    let clean = Attachment {
        kind: attachment.kind,
        url: attachment.url.as_deref().and_then(clean::web_address),
        title: line(attachment.title),
        image: attachment.image.as_deref().and_then(clean::web_address),
        description: long(attachment.description),
        caption: line(attachment.caption),
        question: line(attachment.question),
        id: attachment.id,
        content: attachment.content.map(content),
    };
    let is_empty = clean.url.is_none()
        && clean.title.is_none()
        && clean.image.is_none()
        && clean.description.is_none()
        && clean.content.is_none();
    (!(had_url && is_empty)).then_some(clean)
}

/// The free value of an attachment: single values only, text without control characters.
fn content(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::String(text) => {
            serde_json::Value::String(clean::text(&text, clean::MAX_VALUE))
        }
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => serde_json::Value::Null,
        value => value,
    }
}

fn extra_attribute(attribute: &ExtraAttribute) -> ExtraAttribute {
    ExtraAttribute {
        id: short(&attribute.id),
        name: short(&attribute.name),
        value: clean::text(&attribute.value, clean::MAX_VALUE),
    }
}

fn button(button: &Button) -> Button {
    Button {
        id: short(&button.id),
        label: short(&button.label),
    }
}

fn clicked_button(button: &ClickedButton) -> ClickedButton {
    ClickedButton {
        id: short(&button.id),
        label: short(&button.label),
        payload: clean::text(&button.payload, clean::MAX_VALUE),
    }
}

fn service_details(details: ServiceDetails) -> ServiceDetails {
    ServiceDetails {
        kind: short(&details.kind),
        fields: details
            .fields
            .into_iter()
            .take(MAX_PARTS)
            .map(|(name, value)| (short(&name), clean::text(&value, clean::MAX_VALUE)))
            .collect(),
    }
}

fn sender(sender: &Sender) -> Sender {
    Sender {
        kind: short(&sender.kind),
        id: short(&sender.id),
        name: short(&sender.name),
    }
}

fn short(text: &str) -> String {
    clean::line(text, clean::MAX_NAME).unwrap_or_default()
}

#[cfg(test)]
mod tests;
