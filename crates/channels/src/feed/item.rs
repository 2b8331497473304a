//! From an entry to an inbound item: who it is, whether it changed, and the draft it becomes.

use domain::attachment::{Attachment, AttachmentType};
use domain::language::Language;
use domain::mention::{Author, ExtraAttribute};
use domain::message_type::MessageType;
use domain::source::{Category, Provider, Service};
use sha2::{Digest, Sha256};
use url::Url;

use super::document::{Document, Enclosure, Entry, Format, Person};
use crate::draft::Draft;
use crate::secrets::is_incomplete;

/// Identifiers longer than this are replaced by their hash.
const MAX_ID_BYTES: usize = 500;

/// What tells an entry from all others of its feed, for as long as the feed keeps its word: the
/// identifier, or else a hash of address, title and date.
pub(super) fn identity(entry: &Entry) -> String {
    if let Some(id) = &entry.id {
        return known_as(id);
    }
    let date = entry
        .published_at
        .map(|date| date.get().to_string())
        .unwrap_or_default();
    hash(&[
        entry.link.as_deref().unwrap_or_default(),
        entry.title.as_deref().unwrap_or_default(),
        &date,
        // Without all of them only the text is left.
        if entry.link.is_none() && entry.title.is_none() {
            &entry.content
        } else {
            ""
        },
    ])
}

/// An identifier as items are known and referred to by it.
fn known_as(id: &str) -> String {
    if id.len() <= MAX_ID_BYTES && !is_incomplete(id) {
        id.to_owned()
    } else {
        hash(&[id])
    }
}

/// The same for an entry whose identifier another entry of the same document has too. Some feeds
/// give all their items one identifier; losing all but one of them would be worse than a double.
pub(super) fn identity_of_twin(entry: &Entry) -> String {
    hash(&[
        entry.id.as_deref().unwrap_or_default(),
        entry.link.as_deref().unwrap_or_default(),
        entry.title.as_deref().unwrap_or_default(),
    ])
}

/// Changes when what a reader would see changes. Dates do not count: some feeds renew them at
/// every request.
pub(super) fn revision(entry: &Entry) -> String {
    let author = entry.author.clone().unwrap_or_default();
    let mut parts = vec![
        entry.title.as_deref().unwrap_or_default(),
        &entry.content,
        entry.link.as_deref().unwrap_or_default(),
        author.name.as_deref().unwrap_or_default(),
    ];
    parts.extend(entry.enclosures.iter().map(|file| file.url.as_str()));
    hash(&parts)
}

/// SHA-256 of parts, each with its length, in hexadecimal.
pub(super) fn hash(parts: &[&str]) -> String {
    use std::fmt::Write;
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut out = String::with_capacity(71);
    out.push_str("sha256:");
    for byte in hasher.finalize() {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// What the connection adds to each of its items.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) document: &'a Document,
    /// The profile's `service_id`.
    pub(super) service_id: &'a str,
    pub(super) displayname: Option<&'a str>,
    /// The host from which the feed was read, as it may be shown.
    pub(super) host: &'a str,
}

/// The neutral message.
pub(super) fn draft(entry: &Entry, external_id: &str, context: &Context<'_>) -> Draft {
    let document = context.document;
    let domain = [entry.link.as_deref(), document.link.as_deref()]
        .into_iter()
        .flatten()
        .find_map(host)
        .unwrap_or_else(|| context.host.to_owned());
    let mut draft = Draft::new(
        Service::Rss,
        Provider::SearchProviderRss,
        category(document, entry),
    );
    draft.title.clone_from(&entry.title);
    draft.content.clone_from(&entry.content);
    draft.format = entry.format;
    let person = entry.author.as_ref().or(document.author.as_ref());
    draft.author = author(person, &domain);
    draft.message_type = Some(if entry.in_reply_to.is_some() {
        MessageType::Comment
    } else {
        MessageType::Post
    });
    draft.source.id = Some(external_id.to_owned());
    draft.source.in_reply_to = entry.in_reply_to.as_deref().map(known_as);
    draft.source.url = entry.link.clone().filter(|link| is_link(link));
    draft.source.domain = domain;
    draft.source.profile = Some(context.service_id.to_owned());
    draft.source.profile_name = context
        .displayname
        .map(str::to_owned)
        .or_else(|| document.title.clone());
    draft.published_at = entry.published_at;
    draft.updated_at = entry.updated_at;
    draft.language = [&entry.language, &document.language]
        .into_iter()
        .flatten()
        .find_map(|language| Language::parse(language.split(['-', '_']).next()?.trim()));
    draft.attachments = entry
        .enclosures
        .iter()
        .filter(|file| is_link(&file.url))
        .map(attachment)
        .collect();
    draft.extra_attributes = entry
        .categories
        .iter()
        .map(|category| ExtraAttribute {
            id: "category".to_owned(),
            name: "category".to_owned(),
            value: category.clone(),
        })
        .collect();
    draft
}

/// For sources on the web the author's identifier is the domain, says the vendor's response page.
fn author(person: Option<&Person>, domain: &str) -> Author {
    let id = (!domain.is_empty()).then(|| domain.to_owned());
    let Some(person) = person else {
        return Author {
            id,
            ..Author::default()
        };
    };
    Author {
        name: person.name.clone(),
        fullname: person.name.clone(),
        id,
        url: person.url.clone().filter(|url| is_link(url)),
        img: person.image.clone().filter(|url| is_link(url)),
        ..Author::default()
    }
}

fn attachment(file: &Enclosure) -> Attachment {
    let kind = file.media_type.split('/').next().unwrap_or_default();
    let kind = match kind.trim().to_ascii_lowercase().as_str() {
        "image" => AttachmentType::Photo,
        "audio" => AttachmentType::Audio,
        "video" => AttachmentType::Video,
        _ => AttachmentType::File,
    };
    Attachment {
        kind,
        url: Some(file.url.clone()),
        title: file.title.clone(),
        image: (kind == AttachmentType::Photo).then(|| file.url.clone()),
        description: None,
        caption: None,
        question: None,
        id: None,
        content: None,
    }
}

/// The kind of publication, as far as a feed gives itself away.
fn category(document: &Document, entry: &Entry) -> Category {
    const FORUMS: [&str; 7] = [
        "discourse",
        "phpbb",
        "vbulletin",
        "xenforo",
        "mybb",
        "vanilla",
        "invision",
    ];
    const BLOGS: [&str; 9] = [
        "wordpress",
        "blogger",
        "ghost",
        "medium",
        "tumblr",
        "jekyll",
        "hugo",
        "movable",
        "typepad",
    ];
    let generator = document
        .generator
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let has_sound = entry
        .enclosures
        .iter()
        .any(|file| file.media_type.to_ascii_lowercase().starts_with("audio"));
    if document.is_podcast || has_sound {
        Category::Podcasts
    } else if entry.in_reply_to.is_some() {
        Category::Comments
    } else if generator.contains("mediawiki") {
        Category::Wikis
    } else if FORUMS.iter().any(|name| generator.contains(name)) {
        Category::Forums
    } else if BLOGS.iter().any(|name| generator.contains(name))
        || matches!(document.format, Format::Atom | Format::Json)
    {
        Category::Blogs
    } else {
        Category::News
    }
}

fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    // An address may be incomplete behind its host, but not in it.
    let mut parts = address.split(['/', '?', '#']).skip(2);
    let host = url
        .host_str()
        .filter(|_| !parts.next().is_some_and(is_incomplete))?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// Other schemes (`javascript:`, `data:`) must not become links in front of an agent, and what a
/// secret was taken out of leads nowhere.
pub(super) fn is_link(address: &str) -> bool {
    !is_incomplete(address)
        && Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
