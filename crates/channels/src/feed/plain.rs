//! HTML to plain text, for titles. Message texts keep their HTML until the pipeline cleans it.

use super::markup::{Piece, Pieces, unescape};

/// The text of a piece of HTML, on one line.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut hidden: Option<String> = None;
    for piece in Pieces::new(html) {
        match piece {
            Piece::Text(text) | Piece::Cdata(text) if hidden.is_none() => {
                out.push_str(&unescape(text));
            }
            Piece::Start { name, is_empty, .. } => {
                if is_hidden(name) && !is_empty && hidden.is_none() {
                    hidden = Some(name.to_ascii_lowercase());
                } else if is_break(name) {
                    out.push(' ');
                }
            }
            Piece::End(name) => {
                let is_end = hidden
                    .as_deref()
                    .is_some_and(|hidden| name.eq_ignore_ascii_case(hidden));
                if is_end {
                    hidden = None;
                } else if is_break(name) {
                    out.push(' ');
                }
            }
            Piece::Text(_) | Piece::Cdata(_) | Piece::Doctype { .. } | Piece::Skipped => {}
        }
    }
    one_line(&out)
}

/// Runs of white space become one space.
pub(super) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Whether a text that may be either is HTML: it has a tag or a reference that means something.
pub(super) fn looks_like_html(text: &str) -> bool {
    let has_tag = Pieces::new(text).any(|piece| {
        matches!(piece, Piece::End(name) | Piece::Start { name, .. }
            if name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    });
    has_tag || (text.contains('&') && unescape(text) != text)
}

fn is_hidden(name: &str) -> bool {
    ["script", "style", "template", "noscript"]
        .iter()
        .any(|hidden| name.eq_ignore_ascii_case(hidden))
}

fn is_break(name: &str) -> bool {
    ["br", "p", "div", "li", "tr", "td", "h1", "h2", "h3"]
        .iter()
        .any(|block| name.eq_ignore_ascii_case(block))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_their_text_stays() {
        for (html, text) in [
            ("Example <b>Atom</b>", "Example Atom"),
            ("<p>one</p><p>two</p>", "one two"),
            ("a<br/>b", "a b"),
            ("caf&eacute; &lt;b&gt;", "café <b>"),
            ("1 < 2 & 3", "1 < 2 & 3"),
            ("safe<script>alert('<b>')</script> text", "safe text"),
            ("<img src=x onerror=alert(1)>", ""),
            ("  two\n lines ", "two lines"),
        ] {
            assert_eq!(plain(html), text);
        }
    }

    #[test]
    fn html_is_told_from_text() {
        for html in ["<b>x</b>", "a<br/>b", "&eacute;", "x</p>"] {
            assert!(looks_like_html(html), "{html}");
        }
        for text in ["1 < 2", "AT&T", "a <3 b", "x > y"] {
            assert!(!looks_like_html(text), "{text}");
        }
    }
}
