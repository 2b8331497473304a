//! Is a text HTML?

/// Names after which `<` counts as markup in a text of unknown kind.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "image",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "marquee",
    "math",
    "menu",
    "meta",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "picture",
    "plaintext",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xmp",
];

/// Whether a text of unknown kind is meant as HTML: it has a whole tag of HTML, a comment, or a
/// character reference. `a < b`, `<3` and `<unknown>` are not.
pub fn looks_like_html(text: &str) -> bool {
    // Looked for once: a search from each `<` would take a time that grows with the square.
    let after_last_close = text.rfind('>').map_or(usize::MAX, |at| text.len() - at);
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        let name = after.strip_prefix('/').unwrap_or(after);
        let end = name
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(name.len());
        let (name, tail) = name.split_at_checked(end).unwrap_or_default();
        let is_tag = KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
            && tail.starts_with(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
            && tail.len() >= after_last_close;
        if is_tag || after.starts_with("!--") || starts_with_doctype(after) {
            return true;
        }
        rest = after;
    }
    has_reference(text)
}

/// Whether a plain text would change its meaning, or become dangerous, when shown as HTML.
pub(in crate::pipeline) fn needs_escape(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        if after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            return true;
        }
        rest = after;
    }
    has_reference(text)
}

fn starts_with_doctype(after: &str) -> bool {
    after
        .get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("!doctype"))
}

/// `&amp;`, `&#233;`, `&#xe9;` and the like.
fn has_reference(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('&') {
        let end = after
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '#')
            .unwrap_or(after.len());
        let (name, tail) = after.split_at_checked(end).unwrap_or_default();
        let is_number = name
            .strip_prefix('#')
            .is_some_and(|number| !number.is_empty());
        let is_name = name.len() > 1
            && name.len() <= 32
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if tail.starts_with(';') && (is_number || is_name) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_angle_brackets_without_meaning_html() {
        for text in [
            "I <3 you",
            "a < b and c > d",
            "x<y and y>z",
            "<unknown tag>",
            "AT&T",
            "a & b; c",
            "1 <b",
            "",
            "<",
            "&",
            "<>",
        ] {
            assert!(!looks_like_html(text), "{text}");
        }
        for text in [
            "<p>Hi",
            "Hi<br/>there",
            "Hi <BR>",
            "</div>",
            "Fish &amp; chips",
            "caf&#233;",
            "<!-- x -->",
            "<!DOCTYPE html>",
            "<a\nhref='x'>y</a>",
        ] {
            assert!(looks_like_html(text), "{text}");
        }
        for text in ["<unknown x=1>", "x<y", "<!x", "<?php ?>", "</x>", "&lt;"] {
            assert!(needs_escape(text), "{text}");
        }
        for text in ["I <3 you", "a < b", "AT&T", "a & b;"] {
            assert!(!needs_escape(text), "{text}");
        }
    }
}
