//! HTML from outside, reduced to harmless tags, and the plain text in it.
//!
//! The result neither runs anything nor loads anything: scripts, styles, frames, forms and
//! embedded drawings are gone, links open without a way back, and pictures are taken out of the
//! text and listed, so that whoever shows a message decides about loading them.

mod bounds;
mod detect;
mod plain;
mod scan;

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use url::Url;

pub use detect::looks_like_html;
pub(super) use detect::needs_escape;
pub(super) use plain::escape;

use plain::PlainText;
use scan::{Piece, Tag};

/// Bytes of HTML that are read at most; the rest of a longer text is dropped.
const MAX_BYTES: usize = 1_000_000;
/// Pictures that are listed at most.
const MAX_IMAGES: usize = 20;

/// What is left of a piece of HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reduced {
    /// Harmless HTML.
    pub(super) content: String,
    /// The same as plain text: entities resolved, blocks on lines of their own.
    pub(super) text: String,
    /// The pictures that were in it.
    pub(super) images: Vec<Image>,
}

/// A picture that was in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Image {
    /// Where it is.
    pub(super) url: String,
    /// What it shows, in the author's words.
    pub(super) alt: Option<String>,
}

/// Reduces HTML. Relative addresses are resolved against `base`, or dropped without one.
pub(super) fn reduce(html: &str, base: Option<&Url>) -> Reduced {
    let html = cut(html);
    if !bounds::are_kept(html) {
        let text = plain::strip_roughly(html);
        return Reduced {
            content: escape(&text),
            text,
            images: Vec::new(),
        };
    }
    let clean = match base {
        Some(base) => {
            let mut cleaner = cleaner();
            cleaner.url_relative(UrlRelative::RewriteWithBase(base.clone()));
            cleaner.clean(html).to_string()
        }
        None => CLEANER.clean(html).to_string(),
    };
    split(&clean)
}

/// The plain text of a headline that may hold markup or entities.
pub(super) fn headline(html: &str) -> String {
    reduce(html, None).text
}

/// Takes the pictures out of sanitised HTML and reads its text in the same pass.
fn split(clean: &str) -> Reduced {
    let mut content = String::with_capacity(clean.len());
    let mut text = PlainText::default();
    let mut images: Vec<Image> = Vec::new();
    for piece in scan::pieces(clean) {
        match piece {
            Piece::Text(raw) => {
                content.push_str(raw);
                text.push(&plain::decode(raw));
            }
            Piece::Tag(tag) if tag.name == "img" => {
                let (alt, image) = picture(&tag);
                if let Some(alt) = &alt {
                    content.push_str(&escape(alt));
                    text.push(alt);
                }
                if let Some(url) = image
                    && images.len() < MAX_IMAGES
                    && images.iter().all(|known| known.url != url)
                {
                    images.push(Image { url, alt });
                }
            }
            Piece::Tag(tag) => {
                content.push_str(tag.raw);
                text.tag(tag.name, tag.is_end);
            }
        }
    }
    Reduced {
        content: content.trim().to_owned(),
        text: text.finish(),
        images,
    }
}

/// The words of a picture, and its address unless it is a counting pixel or an emoji.
fn picture(tag: &Tag<'_>) -> (Option<String>, Option<String>) {
    let alt = tag
        .attribute("alt")
        .and_then(|alt| super::clean::line(&plain::decode(alt), super::clean::MAX_TITLE));
    let is_dot = ["width", "height"].iter().any(|side| {
        tag.attribute(side)
            .and_then(|size| size.trim().trim_end_matches("px").parse::<f64>().ok())
            .is_some_and(|size| size <= 2.0)
    });
    let is_emoji = alt.as_ref().is_some_and(|alt| {
        alt.chars().count() <= 10 && !alt.chars().any(|c| c.is_alphanumeric() || c == ' ')
    });
    let url = tag
        .attribute("src")
        .filter(|_| !is_dot && !is_emoji)
        .and_then(|src| super::clean::web_address(&plain::decode(src)));
    (alt.filter(|_| !is_dot), url)
}

fn cut(html: &str) -> &str {
    let mut end = html.len().min(MAX_BYTES);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    html.get(..end).unwrap_or_default()
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(cleaner);

/// What may stay.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
];

/// What goes with everything in it. Drawings and formulas are parsed by rules of their own and
/// raw-text elements hide what follows; both were ways around sanitisers before.
const TAGS_WITH_CONTENT: &[&str] = &[
    "script", "style", "title", "svg", "math", "iframe", "frameset", "object", "applet",
    "template", "noscript", "noembed", "noframes", "select",
];

fn cleaner() -> Builder<'static> {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(TAGS.iter().copied().collect())
        .clean_content_tags(TAGS_WITH_CONTENT.iter().copied().collect())
        .generic_attributes(HashSet::from(["title", "lang", "dir"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("img", HashSet::from(["src", "alt", "width", "height"])),
            ("ol", HashSet::from(["start"])),
            ("td", HashSet::from(["colspan", "rowspan"])),
            ("th", HashSet::from(["colspan", "rowspan"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .strip_comments(true);
    cleaner
}

#[cfg(test)]
mod tests;
