//! RSS, Atom and CDF: from the tree to the neutral document.

use url::Url;

use super::dates;
use super::document::{Broken, Document, Entry, Format, ParseError};
use super::fields::{self, Base};
use super::namespace::Ns;
use super::reader;
use super::tree::Element;

/// Items of one document that are read; a feed is not an archive.
pub(super) const MAX_ENTRIES: usize = 5_000;
/// Text of one item, in bytes.
const MAX_ENTRY_BYTES: usize = 1024 * 1024;

/// Reads an XML feed. `location` is where it came from, for relative addresses.
pub(super) fn parse(text: &str, location: Option<&Url>) -> Result<Document, ParseError> {
    let whole = reader::read(text).map_err(|refused| match refused {
        reader::Refused::Empty => ParseError::NotAFeed,
        other => ParseError::Refused(other.to_string()),
    })?;
    let found = whole.elements().find_map(|root| find_feed(root, 0));
    let Some(found) = found else {
        return Err(not_a_feed(&whole, location));
    };
    let base = Base::new(location).inside(found.root);
    let channel_base = if std::ptr::eq(found.root, found.channel) {
        base.clone()
    } else {
        base.inside(found.channel)
    };
    let mut document = fields::channel(found.channel, &channel_base, found.format);
    let mut items = Vec::new();
    collect_items(found.root, &base, 0, &mut items);
    for (item, item_base) in items.into_iter().take(MAX_ENTRIES) {
        let raw = text.get(item.span.clone()).unwrap_or_default();
        match read_item(item, &item_base, raw) {
            Ok(entry) => document.entries.push(entry),
            Err(reason) => document.broken.push(Broken {
                reason,
                raw: raw.chars().take(MAX_ENTRY_BYTES).collect(),
            }),
        }
    }
    Ok(document)
}

struct Found<'a> {
    root: &'a Element,
    channel: &'a Element,
    format: Format,
}

/// The feed within a document: its root, mostly; sometimes wrapped in something.
fn find_feed(element: &Element, depth: usize) -> Option<Found<'_>> {
    let itself = |format| {
        Some(Found {
            root: element,
            channel: element,
            format,
        })
    };
    if matches!(element.ns, Ns::Feed | Ns::Rdf) {
        match element.name.as_str() {
            "feed" => return itself(Format::Atom),
            "rss" | "rdf" => {
                // A channel's fields may stand in the root itself where somebody forgot it.
                let channel = element.first(Ns::Feed, "channel").unwrap_or(element);
                return Some(Found {
                    root: element,
                    channel,
                    format: Format::Rss,
                });
            }
            "channel" if depth == 0 && is_cdf(element) => return itself(Format::Cdf),
            "channel" => return itself(Format::Rss),
            "entry" if depth == 0 => return itself(Format::Atom),
            "item" if depth == 0 => return itself(Format::Rss),
            _ => {}
        }
    }
    if depth >= 3 || element.name == "html" {
        return None;
    }
    element
        .elements()
        .find_map(|child| find_feed(child, depth + 1))
}

fn is_cdf(channel: &Element) -> bool {
    channel.attribute("href").is_some()
        || channel
            .elements()
            .any(|child| child.name == "schedule" || child.attribute("href").is_some())
}

/// All items, wherever they stand: within the channel, beside it, or in a list of their own.
fn collect_items<'a>(
    element: &'a Element,
    base: &Base,
    depth: usize,
    items: &mut Vec<(&'a Element, Base)>,
) {
    if is_item(element) {
        items.push((element, base.clone()));
        return;
    }
    // Deeper than this stand texts, not items.
    if depth > 4 {
        return;
    }
    for child in element.elements() {
        if is_item(child) || matches!(child.ns, Ns::Feed | Ns::Rdf) {
            collect_items(child, &base.inside(child), depth + 1, items);
        }
    }
}

fn is_item(element: &Element) -> bool {
    element.ns == Ns::Feed && matches!(element.name.as_str(), "item" | "entry")
}

fn read_item(item: &Element, base: &Base, raw: &str) -> Result<Entry, String> {
    if let Some(flaw) = item.flaw {
        return Err(format!("the item {}", flaw.describe()));
    }
    if raw.len() > MAX_ENTRY_BYTES {
        return Err(format!("the item is larger than {MAX_ENTRY_BYTES} bytes"));
    }
    let entry = fields::entry(item, base, raw);
    if entry.id.is_none()
        && entry.link.is_none()
        && entry.title.is_none()
        && entry.content.is_empty()
        && entry.enclosures.is_empty()
    {
        return Err("the item says nothing: no title, text, address or identifier".to_owned());
    }
    Ok(entry)
}

/// What else it may be; a web page often names its feed.
fn not_a_feed(whole: &Element, location: Option<&Url>) -> ParseError {
    let Some(html) = whole.elements().find(|root| root.name == "html") else {
        return ParseError::NotAFeed;
    };
    let base = Base::new(location);
    let mut open = vec![html];
    let mut seen = 0;
    while let Some(element) = open.pop() {
        seen += 1;
        if seen > 2_000 {
            break;
        }
        let is_feed_link = element.name == "link"
            && element.attribute("rel") == Some("alternate")
            && element.attribute("type").is_some_and(|media_type| {
                [
                    "application/rss+xml",
                    "application/atom+xml",
                    "application/feed+json",
                ]
                .contains(&media_type)
            });
        if let Some(href) = element.attribute("href").filter(|_| is_feed_link) {
            return ParseError::WebPage(Some(base.resolve(href)));
        }
        let children: Vec<&Element> = element.elements().collect();
        open.extend(children.into_iter().rev());
    }
    ParseError::WebPage(None)
}

/// The first date among these elements that can be read.
pub(super) fn first_date(
    element: &Element,
    names: &[(Ns, &str)],
) -> Option<domain::time::UnixMillis> {
    names
        .iter()
        .filter_map(|(ns, name)| element.first(*ns, name))
        .find_map(|found| dates::parse(&found.text()?))
}
