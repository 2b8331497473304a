//! From sanitised HTML to plain text, and back.

use std::borrow::Cow;

/// Collects plain text: white space collapses as in a browser, blocks stand on lines of their own.
#[derive(Debug, Default)]
pub(super) struct PlainText {
    out: String,
    blank: bool,
    breaks: usize,
    preformatted: usize,
}

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "blockquote",
    "caption",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

impl PlainText {
    /// Text with its entities resolved.
    pub(super) fn push(&mut self, text: &str) {
        for c in text.chars() {
            if self.preformatted > 0 && matches!(c, '\n' | '\t' | ' ') {
                self.flush();
                self.out.push(c);
            } else if c.is_ascii_whitespace() || c == '\u{a0}' {
                self.blank = true;
            } else {
                self.flush();
                self.out.push(c);
            }
        }
    }

    /// A tag.
    pub(super) fn tag(&mut self, name: &str, is_end: bool) {
        match name {
            "br" => self.breaks = (self.breaks + 1).min(2),
            "td" | "th" => self.blank = true,
            name if BLOCKS.contains(&name) => {
                self.breaks = self.breaks.max(1);
                if name == "pre" {
                    self.preformatted = if is_end {
                        self.preformatted.saturating_sub(1)
                    } else {
                        self.preformatted + 1
                    };
                }
            }
            _ => {}
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        let end = self.out.trim_end().len();
        let mut out = self.out;
        out.truncate(end);
        out
    }

    fn flush(&mut self) {
        if !self.out.is_empty() {
            if self.breaks > 0 {
                self.out.truncate(self.out.trim_end_matches(' ').len());
                self.out.extend(std::iter::repeat_n('\n', self.breaks));
            } else if self.blank && !self.out.ends_with(['\n', ' ']) {
                self.out.push(' ');
            }
        }
        self.breaks = 0;
        self.blank = false;
    }
}

/// Resolves the entities that the sanitiser writes.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let known = [
            ("amp;", '&'),
            ("lt;", '<'),
            ("gt;", '>'),
            ("quot;", '"'),
            ("nbsp;", '\u{a0}'),
            ("#39;", '\''),
        ]
        .into_iter()
        .find_map(|(name, c)| after.strip_prefix(name).map(|next| (next, c)));
        rest = if let Some((next, c)) = known {
            out.push(c);
            next
        } else {
            out.push('&');
            after
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Plain text as HTML.
pub(in crate::pipeline) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The text of HTML that is too costly to parse: everything between `<` and `>` goes, and what
/// stands in scripts and styles.
pub(super) fn strip_roughly(html: &str) -> String {
    let mut text = PlainText::default();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push(&decode(before));
        let inner = after.split('>').next().unwrap_or_default();
        let is_end = inner.starts_with('/');
        let name = inner.trim_start_matches('/');
        let name: String = name
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        text.tag(&name, is_end);
        rest = after.split_once('>').map_or("", |(_, next)| next);
        if !is_end && matches!(name.as_str(), "script" | "style") {
            rest = skip_to_end_of(rest, &name);
        }
    }
    text.push(&decode(rest));
    text.finish()
}

fn skip_to_end_of<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("</") {
        if after
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
        {
            return after.split_once('>').map_or("", |(_, next)| next);
        }
        rest = after;
    }
    ""
}
