//! A document without what the addresses hide that led to it: all that is read passes here before
//! anything is made of it.
//!
//! What was hidden is replaced wherever it stands. An address that is incomplete then becomes no
//! link, picture or attachment ([`super::item`]), and an identifier that is incomplete is hashed, so
//! that an item stays the same when the secret is renewed.

use std::fmt::Write;

use super::document::{Document, Entry, Person};
use super::markup::{Piece, Pieces, attributes, unescape};
use super::tree::escape;
use crate::draft::TextFormat;
use crate::secrets::Hidden;

/// Attributes of one element that are kept when one of them is taken out.
const MAX_ATTRIBUTES: usize = 64;

/// Replaces all that is hidden in a document.
pub(super) fn conceal(document: &mut Document, hidden: &Hidden) {
    let Document {
        title,
        link,
        id,
        image,
        author,
        entries,
        // None of these is shown as it is written.
        format: _,
        language: _,
        generator: _,
        is_podcast: _,
        rhythm: _,
        broken: _,
    } = document;
    text(title, hidden);
    for one in [link, id, image] {
        address(one, hidden);
    }
    person(author, hidden);
    for one in entries {
        entry(one, hidden);
    }
}

fn entry(entry: &mut Entry, hidden: &Hidden) {
    let Entry {
        id,
        title,
        link,
        content,
        format,
        author,
        categories,
        enclosures,
        in_reply_to,
        published_at: _,
        updated_at: _,
        language: _,
        raw: _,
    } = entry;
    for one in [id, link, in_reply_to] {
        address(one, hidden);
    }
    text(title, hidden);
    let concealed = match format {
        TextFormat::Plain => hidden.in_text(content),
        TextFormat::Html => markup(content, hidden),
    };
    replace(content, concealed);
    person(author, hidden);
    for category in categories {
        let concealed = hidden.in_text(category);
        replace(category, concealed);
    }
    for file in enclosures {
        let concealed = hidden.in_address(&file.url);
        replace(&mut file.url, concealed);
        text(&mut file.title, hidden);
    }
}

fn person(person: &mut Option<Person>, hidden: &Hidden) {
    if let Some(Person { name, url, image }) = person {
        text(name, hidden);
        address(url, hidden);
        address(image, hidden);
    }
}

fn text(text: &mut Option<String>, hidden: &Hidden) {
    if let Some(text) = text {
        let concealed = hidden.in_text(text);
        replace(text, concealed);
    }
}

fn address(address: &mut Option<String>, hidden: &Hidden) {
    if let Some(address) = address {
        let concealed = hidden.in_address(address);
        replace(address, concealed);
    }
}

fn replace(text: &mut String, concealed: Option<String>) {
    if let Some(concealed) = concealed {
        *text = concealed;
    }
}

/// Markup without attributes that tell a secret; elsewhere in it the secret is replaced.
fn markup(html: &str, hidden: &Hidden) -> Option<String> {
    let mut shown = String::with_capacity(html.len());
    let mut pieces = Pieces::new(html);
    loop {
        let start = pieces.position();
        let Some(piece) = pieces.next() else { break };
        let written = html.get(start..pieces.position()).unwrap_or_default();
        let concealed = match piece {
            Piece::Text(raw) => hidden.in_text(&unescape(raw)).map(|text| escaped(&text)),
            Piece::Start {
                name,
                attributes,
                is_empty,
            } => tag(name, attributes, is_empty, hidden),
            Piece::Cdata(_) | Piece::End(_) | Piece::Doctype { .. } | Piece::Skipped => None,
        };
        match concealed {
            Some(concealed) => shown.push_str(&concealed),
            None => shown.push_str(written),
        }
    }
    // What is cut into pieces otherwise by those who show it.
    hidden
        .in_text(&shown)
        .or_else(|| (shown != html).then_some(shown))
}

/// A start tag without the attributes that tell a secret; `None` when there is none.
fn tag(name: &str, written: &str, is_empty: bool, hidden: &Hidden) -> Option<String> {
    let (found, _) = attributes(written, MAX_ATTRIBUTES);
    let tells = |value: &str| hidden.in_address(value).is_some() || hidden.in_text(value).is_some();
    if !found.iter().any(|(_, value)| tells(value)) {
        return None;
    }
    let mut shown = format!("<{name}");
    for (attribute, value) in &found {
        let value = match tells(value) {
            false => Some(value.clone()),
            true if ["title", "alt"].contains(&attribute.to_ascii_lowercase().as_str()) => {
                hidden.in_text(value)
            }
            true => None,
        };
        if let Some(value) = value {
            // Writing to a string does not fail.
            let _ = write!(shown, " {attribute}=\"{}\"", escaped(&value));
        }
    }
    shown.push_str(if is_empty { "/>" } else { ">" });
    Some(shown)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concealed(html: &str) -> Option<String> {
        markup(
            html,
            &Hidden::of(["https://a.example/?auth=PODhush77&u=hush"]),
        )
    }

    #[test]
    fn attributes_that_tell_a_secret_are_dropped() {
        for (html, shown) in [
            (
                "<p>x <a class=\"c\" href='https://a.example/e?auth=POD&#104;ush77'>y</a></p>",
                "<p>x <a class=\"c\">y</a></p>",
            ),
            (
                "<img src=/u/hush/i.png alt='a &amp; b'>",
                "<img alt=\"a &amp; b\">",
            ),
            ("<img alt='of PODhush77'/>", "<img alt=\"of •••\"/>"),
            ("<b>POD&#104;ush77 &lt;</b>", "<b>••• &lt;</b>"),
            ("<!-- PODhush77 --><", "<!-- ••• --><"),
            ("<a href=\"http:me@b.example\">z</a>", "<a>z</a>"),
            ("<a href='PODhush77", "<a href='•••"),
        ] {
            assert_eq!(concealed(html).as_deref(), Some(shown), "{html}");
        }
    }

    #[test]
    fn a_document_stays_as_it_was_read_where_nothing_is_hidden() {
        let hidden = Hidden::of(["https://a.example/feed.xml"]);
        for feed in [
            include_str!("../../tests/feeds/rss20.xml"),
            include_str!("../../tests/feeds/atom10.xml"),
        ] {
            let mut document = crate::feed::parse(feed.as_bytes(), None, None).unwrap();
            let read = format!("{document:?}");
            conceal(&mut document, &hidden);
            assert_eq!(format!("{document:?}"), read);
        }
    }

    #[test]
    fn other_markup_stays_as_it_was_written() {
        for html in [
            "<A HREF = 'https://a.example/@b?x=1&y' >c &amp d</A>",
            "<a href=\"mailto:a@b.example\">hush</a>",
            "",
        ] {
            assert_eq!(concealed(html), None, "{html}");
        }
    }
}
