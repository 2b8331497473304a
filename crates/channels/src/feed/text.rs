//! Text constructs: what an element says of how its text is written, and what it then says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::markup::without_controls;
use super::namespace::Ns;
use super::plain::{looks_like_html, one_line, plain};
use super::tree::Element;
use crate::draft::TextFormat;

/// A text and how it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) format: TextFormat,
}

impl Text {
    /// On one line, without markup; `None` when nothing is left.
    pub(super) fn plain(&self) -> Option<String> {
        let text = match self.format {
            TextFormat::Plain => one_line(&self.value),
            TextFormat::Html => plain(&self.value),
        };
        (!text.is_empty()).then_some(text)
    }
}

/// One line of plain text, whatever was written.
pub(super) fn line(written: &str) -> String {
    without_controls(one_line(written))
}

/// Reads a text element of any format: RSS says nothing of how it is written, Atom 0.3 has
/// `type` and `mode`, Atom 1.0 has `type` alone.
pub(super) fn read(element: &Element) -> Text {
    let kind = element
        .attribute("type")
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let mode = element.attribute("mode").unwrap_or_default();
    if element.has_elements() {
        return Text {
            value: without_controls(markup_in(element)),
            format: TextFormat::Html,
        };
    }
    let mut value = element.text().unwrap_or_default();
    let is_textual = ["", "text", "html", "xhtml", "plain"].contains(&kind.as_str())
        || kind.starts_with("text/")
        || kind.ends_with("xml")
        || kind.ends_with("html");
    if (mode == "base64" || !is_textual)
        && let Some(decoded) = base64_text(&value)
    {
        value = decoded;
    }
    let format = match kind.as_str() {
        "text" => TextFormat::Plain,
        "text/plain" | "plain" if mode != "base64" => TextFormat::Plain,
        "html" | "xhtml" => TextFormat::Html,
        _ if looks_like_html(&value) => TextFormat::Html,
        _ => TextFormat::Plain,
    };
    Text {
        value: without_controls(value).trim().to_owned(),
        format,
    }
}

/// Markup that stands in the element unescaped. The one `div` that Atom wants around XHTML is not
/// part of the text.
fn markup_in(element: &Element) -> String {
    let mut inner = element.elements();
    let only = inner.next().filter(|_| inner.next().is_none());
    let has_own_text = element
        .children
        .iter()
        .any(|child| matches!(child, super::tree::Node::Text(text) if !text.trim().is_empty()));
    match only {
        Some(div)
            if div.name == "div" && matches!(div.ns, Ns::Xhtml | Ns::Feed) && !has_own_text =>
        {
            div.inner_html()
        }
        _ => element.inner_html(),
    }
}

fn base64_text(value: &str) -> Option<String> {
    let packed: String = value.split_whitespace().collect();
    if packed.is_empty() {
        return None;
    }
    let bytes = STANDARD.decode(packed).ok()?;
    String::from_utf8(bytes).ok()
}
