//! The fields of channels and items: which element means what, and which one wins.

use url::Url;

use super::document::{Document, Enclosure, Entry, Format, Person, Rhythm};
use super::markup::without_controls;
use super::namespace::Ns;
use super::people;
use super::text::{self, Text};
use super::tree::Element;
use super::xml_feed::first_date;
use crate::draft::TextFormat;
use crate::safe_http::without_credentials;
use crate::secrets;

/// What relative addresses are relative to.
#[derive(Debug, Clone)]
pub(super) struct Base(Option<Url>);

impl Base {
    /// The address of the document.
    pub(super) fn new(location: Option<&Url>) -> Self {
        Self(location.and_then(secrets::base))
    }

    /// The base within an element.
    pub(super) fn inside(&self, element: &Element) -> Self {
        let Some(base) = element.attribute_in(Ns::Xml, "base") else {
            return self.clone();
        };
        let inner = match &self.0 {
            Some(outer) => outer.join(base).ok(),
            None => Url::parse(base).ok(),
        };
        // Feeds repeat their own address here.
        let inner = inner.map(without_credentials);
        Self(inner.map_or_else(|| self.0.clone(), |inner| secrets::base(&inner)))
    }

    /// An address made absolute; what is not an address stays as it is, and so does what would tell
    /// a secret of the base.
    pub(super) fn resolve(&self, address: &str) -> String {
        let address = address.trim();
        if address.is_empty() || Url::parse(address).is_ok() {
            return address.to_owned();
        }
        self.0
            .as_ref()
            .and_then(|base| base.join(address).ok())
            .filter(|resolved| !secrets::is_incomplete(resolved.as_str()))
            .map_or_else(|| address.to_owned(), Into::into)
    }
}

/// Categories and enclosures of one item that are kept.
const MAX_EXTRAS: usize = 20;

/// What a channel says of itself.
pub(super) fn channel(channel: &Element, base: &Base, format: Format) -> Document {
    let is_entry = matches!(channel.name.as_str(), "item" | "entry");
    if is_entry {
        return Document {
            format,
            ..Document::default()
        };
    }
    Document {
        format,
        title: title(channel),
        link: link(channel, base),
        id: id(channel),
        image: image(channel, base),
        language: language(channel),
        generator: channel.first(Ns::Feed, "generator").and_then(Element::text),
        author: people::author(channel, base),
        is_podcast: channel.elements().any(|child| child.ns == Ns::Itunes),
        rhythm: rhythm(channel),
        entries: Vec::new(),
        broken: Vec::new(),
    }
}

/// What an item says.
pub(super) fn entry(item: &Element, base: &Base, raw: &str) -> Entry {
    let body = content(item);
    let published_at = first_date(
        item,
        &[
            (Ns::Feed, "published"),
            (Ns::Feed, "pubdate"),
            (Ns::Feed, "issued"),
            (Ns::Dc, "issued"),
            (Ns::Dc, "date"),
            (Ns::Feed, "created"),
            (Ns::Dc, "created"),
            (Ns::Feed, "date"),
        ],
    );
    let updated_at = first_date(
        item,
        &[
            (Ns::Feed, "updated"),
            (Ns::Feed, "modified"),
            (Ns::Dc, "modified"),
            (Ns::Feed, "lastmod"),
        ],
    );
    Entry {
        id: id(item),
        title: title(item),
        link: link(item, base),
        content: body.value,
        format: body.format,
        author: people::author(item, base),
        published_at: published_at.or(updated_at),
        updated_at,
        language: language(item),
        categories: categories(item),
        enclosures: enclosures(item, base),
        in_reply_to: item
            .first(Ns::Thread, "in-reply-to")
            .and_then(|answered| answered.attribute("ref"))
            .map(str::to_owned),
        raw: raw.to_owned(),
    }
}

fn title(element: &Element) -> Option<String> {
    [(Ns::Feed, "title"), (Ns::Dc, "title"), (Ns::Media, "title")]
        .into_iter()
        .filter_map(|(ns, name)| element.first(ns, name))
        .find_map(|found| text::read(found).plain())
}

fn id(element: &Element) -> Option<String> {
    [(Ns::Feed, "id"), (Ns::Feed, "guid"), (Ns::Dc, "identifier")]
        .into_iter()
        .filter_map(|(ns, name)| element.first(ns, name))
        .find_map(Element::text)
        .or_else(|| element.attribute_in(Ns::Rdf, "about").map(str::to_owned))
        .map(without_controls)
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty())
}

/// The web page: an Atom link to an alternate, an RSS link, the address in a CDF attribute, and
/// last a guid that is an address.
fn link(element: &Element, base: &Base) -> Option<String> {
    let links: Vec<&Element> = element.all(Ns::Feed, "link").collect();
    let alternate = links.iter().find(|link| {
        link.attribute("href").is_some()
            && link
                .attribute("rel")
                .is_none_or(|rel| rel.is_empty() || rel.eq_ignore_ascii_case("alternate"))
            && link
                .attribute("type")
                .is_none_or(|media_type| !media_type.contains("xml") || media_type.contains("html"))
    });
    let any_alternate = || {
        links.iter().find(|link| {
            link.attribute("href").is_some()
                && link
                    .attribute("rel")
                    .is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"))
        })
    };
    let written = links.iter().find_map(|link| Some((*link, link.text()?)));
    let (holder, address) = if let Some((link, address)) = written {
        (link, address)
    } else if let Some(link) = alternate.or_else(any_alternate) {
        (*link, link.attribute("href")?.to_owned())
    } else if let Some(address) = element.attribute("href") {
        (element, address.to_owned())
    } else if let Some(anchor) = element.first(Ns::Feed, "a") {
        (anchor, anchor.attribute("href")?.to_owned())
    } else {
        let guid = element.first(Ns::Feed, "guid")?;
        let is_link = guid
            .attribute("ispermalink")
            .is_none_or(|word| !word.eq_ignore_ascii_case("false"));
        let address = guid
            .text()
            .filter(|address| is_link && address.contains("://"))?;
        (guid, address)
    };
    let base = if std::ptr::eq(holder, element) {
        base.clone()
    } else {
        base.inside(holder)
    };
    Some(without_controls(base.resolve(&address))).filter(|address| !address.is_empty())
}

/// The whole text if the item has it, else its summary.
fn content(item: &Element) -> Text {
    const CANDIDATES: [(Ns, &str); 11] = [
        (Ns::Content, "encoded"),
        (Ns::Feed, "content"),
        (Ns::Xhtml, "body"),
        (Ns::Feed, "fullitem"),
        (Ns::Feed, "description"),
        (Ns::Feed, "summary"),
        (Ns::Feed, "abstract"),
        (Ns::Dc, "description"),
        (Ns::Itunes, "summary"),
        (Ns::Media, "description"),
        (Ns::Feed, "tagline"),
    ];
    CANDIDATES
        .into_iter()
        .flat_map(|(ns, name)| item.all(ns, name))
        // Content that lies elsewhere is an attachment.
        .filter(|found| found.attribute("src").is_none())
        .map(text::read)
        .find(|text| !text.value.is_empty())
        .unwrap_or(Text {
            value: String::new(),
            format: TextFormat::Plain,
        })
}

fn language(element: &Element) -> Option<String> {
    element
        .attribute_in(Ns::Xml, "lang")
        .map(str::to_owned)
        .or_else(|| element.first(Ns::Feed, "language")?.text())
        .or_else(|| element.first(Ns::Dc, "language")?.text())
        .filter(|language| !language.trim().is_empty())
}

fn image(channel: &Element, base: &Base) -> Option<String> {
    let of_image = channel.first(Ns::Feed, "image").and_then(|image| {
        let url = image.first(Ns::Feed, "url")?;
        Some(base.inside(url).resolve(&url.text()?))
    });
    of_image
        .or_else(|| {
            ["logo", "icon"]
                .into_iter()
                .filter_map(|name| channel.first(Ns::Feed, name))
                .find_map(|found| Some(base.inside(found).resolve(&found.text()?)))
        })
        .or_else(|| {
            let image = channel.first(Ns::Itunes, "image")?;
            Some(base.resolve(image.attribute("href")?))
        })
        .map(without_controls)
}

fn categories(item: &Element) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let elements = item.elements().filter(|child| {
        matches!(
            (child.ns, child.name.as_str()),
            (Ns::Feed, "category") | (Ns::Dc, "subject")
        )
    });
    for category in elements {
        let written = category
            .attribute("label")
            .or_else(|| category.attribute("term"))
            .map(str::to_owned)
            .or_else(|| category.text());
        let Some(written) = written.map(|text| text::line(&text)) else {
            continue;
        };
        if !written.is_empty() && !found.contains(&written) && found.len() < MAX_EXTRAS {
            found.push(written);
        }
    }
    found
}

fn enclosures(item: &Element, base: &Base) -> Vec<Enclosure> {
    let mut found: Vec<Enclosure> = Vec::new();
    let mut add = |holder: &Element, url: Option<&str>, media_type: String| {
        let Some(url) = url.map(|url| without_controls(base.inside(holder).resolve(url))) else {
            return;
        };
        let is_known = found.iter().any(|known| known.url == url);
        if !url.is_empty() && !is_known && found.len() < MAX_EXTRAS {
            found.push(Enclosure {
                url,
                media_type,
                title: holder
                    .attribute("title")
                    .map(text::line)
                    .filter(|title| !title.is_empty()),
            });
        }
    };
    for child in item.elements() {
        let media_type = child.attribute("type").unwrap_or_default().to_owned();
        match (child.ns, child.name.as_str()) {
            (Ns::Feed, "enclosure") => add(child, child.attribute("url"), media_type),
            (Ns::Feed, "link") if child.attribute("rel") == Some("enclosure") => {
                add(child, child.attribute("href"), media_type);
            }
            (Ns::Feed, "content") => add(child, child.attribute("src"), media_type),
            (Ns::Media, "content") => add(child, child.attribute("url"), medium(child)),
            (Ns::Media, "thumbnail") => add(child, child.attribute("url"), "image".to_owned()),
            (Ns::Media, "group") => {
                for inner in child.all(Ns::Media, "content") {
                    add(inner, inner.attribute("url"), medium(inner));
                }
            }
            _ => {}
        }
    }
    found
}

fn medium(content: &Element) -> String {
    content
        .attribute("type")
        .or_else(|| content.attribute("medium"))
        .unwrap_or_default()
        .to_owned()
}

/// `ttl`, `skipHours`, `skipDays` and the syndication module.
fn rhythm(channel: &Element) -> Rhythm {
    let number = |element: &Element| -> Option<i64> { element.text()?.parse().ok() };
    let ttl = channel
        .first(Ns::Feed, "ttl")
        .and_then(number)
        .filter(|minutes| *minutes > 0)
        .map(|minutes| minutes.saturating_mul(60_000));
    let period = channel
        .first(Ns::Syndication, "updateperiod")
        .and_then(Element::text)
        .and_then(|word| match word.to_ascii_lowercase().as_str() {
            "hourly" => Some(3_600_000),
            "daily" => Some(86_400_000),
            "weekly" => Some(7 * 86_400_000),
            "monthly" => Some(30 * 86_400_000),
            "yearly" => Some(365 * 86_400_000),
            _ => None,
        });
    let frequency = channel
        .first(Ns::Syndication, "updatefrequency")
        .and_then(number)
        .filter(|times| *times > 0)
        .unwrap_or(1);
    let words = |list: &str, entry: &str| -> Vec<String> {
        channel
            .first(Ns::Feed, list)
            .into_iter()
            .flat_map(|list| {
                list.all(Ns::Feed, entry)
                    .filter_map(Element::text)
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    Rhythm {
        interval_ms: ttl.or_else(|| period.map(|period: i64| period / frequency)),
        skip_hours: words("skiphours", "hour")
            .iter()
            .filter_map(|hour| hour.parse::<u8>().ok())
            .filter(|hour| *hour <= 24)
            .map(|hour| hour % 24)
            .collect(),
        skip_days: words("skipdays", "day")
            .iter()
            .filter_map(|day| weekday(day))
            .collect(),
    }
}

fn weekday(word: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let head = word.get(..3)?.to_ascii_lowercase();
    let index = DAYS.iter().position(|day| *day == head)?;
    u8::try_from(index).ok()
}

/// A person without anything is none.
pub(super) fn somebody(person: Person) -> Option<Person> {
    (person != Person::default()).then_some(person)
}
