//! Text from outside, made fit to be stored: no control characters, no surprises in line ends,
//! bounded length.
//!
//! NUL has to go because PostgreSQL refuses it in text; the other control characters because XML
//! answers cannot carry them.

use url::Url;

/// The longest message, in characters of plain text.
pub const MAX_CONTENT: usize = 100_000;
/// The longest message with its markup, in characters; a longer one is kept as plain text.
pub(super) const MAX_MARKUP: usize = 300_000;
/// The longest title.
pub const MAX_TITLE: usize = 1_000;
/// The longest name of a person, place, application and the like.
pub const MAX_NAME: usize = 255;
/// The longest identifier at a service.
pub(super) const MAX_IDENTIFIER: usize = 2_048;
/// The longest address, in characters before it is percent-encoded.
pub(super) const MAX_URL: usize = 4_096;
/// The longest value of a free field.
pub(super) const MAX_VALUE: usize = 10_000;

/// Several lines of text: line ends are `\n`, tabs stay, other control characters go, blank ends
/// go, and what is too long is cut with an ellipsis.
pub(super) fn text(raw: &str, limit: usize) -> String {
    let mut clean = String::with_capacity(raw.len().min(limit.saturating_mul(4)));
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() == Some(&'\n') {
                    chars.next();
                }
                clean.push('\n');
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => clean.push('\n'),
            '\n' | '\t' => clean.push(c),
            c if is_forbidden(c) => {}
            c => clean.push(c),
        }
    }
    clean.truncate(clean.trim_end().len());
    let lead = clean.len() - clean.trim_start().len();
    clean.drain(..lead);
    shorten(clean, limit)
}

/// One line of text: every run of white space is one blank; `None` when nothing is left.
pub fn line(raw: &str, limit: usize) -> Option<String> {
    let mut clean = String::with_capacity(raw.len());
    for c in raw.chars() {
        if c.is_whitespace() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if !is_forbidden(c) {
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end().len());
    Some(shorten(clean, limit)).filter(|clean| !clean.is_empty())
}

/// An identifier: as given, without control characters and blank ends. One that is too long is
/// cut without a mark.
pub(super) fn identifier(raw: &str) -> Option<String> {
    let clean: String = raw
        .chars()
        .filter(|c| !is_forbidden(*c) && !matches!(c, '\n' | '\r' | '\t'))
        .collect();
    let clean = clean.trim();
    let clean: String = match clean.char_indices().nth(MAX_IDENTIFIER) {
        Some((end, _)) => clean.get(..end).unwrap_or_default().to_owned(),
        None => clean.to_owned(),
    };
    Some(clean).filter(|clean| !clean.is_empty())
}

/// A web address, as given where it is clean, else percent-encoded; `None` for anything but
/// `http` and `https`.
pub fn web_address(raw: &str) -> Option<String> {
    let raw = raw.trim();
    if raw.len() > MAX_URL && raw.char_indices().nth(MAX_URL).is_some() {
        return None;
    }
    let url = Url::parse(raw).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    let is_clean = raw.chars().all(|c| {
        !c.is_whitespace()
            && !c.is_control()
            && !is_forbidden(c)
            && !matches!(
                c,
                '"' | '\'' | '<' | '>' | '`' | '\\' | '{' | '}' | '|' | '^'
            )
    });
    let is_plain = raw
        .split_once("://")
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case(url.scheme()));
    if is_clean && is_plain {
        Some(raw.to_owned())
    } else {
        Some(url.into())
    }
}

/// The host name of a web address.
pub(super) fn host(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned()).filter(|host| !host.is_empty())
}

/// Characters that no stored text may hold: controls, halves of characters that are none, and
/// the byte-order mark.
const fn is_forbidden(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{feff}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
    )
}

fn shorten(text: String, limit: usize) -> String {
    // Bytes bound characters from above, so most texts need no count.
    if text.len() <= limit || text.char_indices().nth(limit).is_none() {
        return text;
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_line_ends_are_one_character() {
        assert_eq!(
            text("\u{feff}a\0b\r\nc\rd\u{2028}e\u{7}\u{9b}f\tg  \n", 100),
            "ab\nc\nd\nef\tg"
        );
        assert_eq!(line("  a \u{a0}\t b\0c\n ", 100).as_deref(), Some("a bc"));
        assert_eq!(line("\0 \n", 100), None);
        assert_eq!(identifier(" tag:x,1\0\n ").as_deref(), Some("tag:x,1"));
        assert_eq!(text("👩‍👩‍👧 e\u{301}", 100), "👩‍👩‍👧 e\u{301}");
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(text("ééééé", 5), "ééééé");
        assert_eq!(text("éééééé", 5), "éééé…");
        assert_eq!(
            identifier(&"é".repeat(MAX_IDENTIFIER + 1)).map(|id| id.chars().count()),
            Some(MAX_IDENTIFIER)
        );
    }

    #[test]
    fn only_web_addresses_are_addresses() {
        for (raw, expected) in [
            ("https://example.com", Some("https://example.com")),
            (
                " HTTP://example.com/a?b=c#d ",
                Some("HTTP://example.com/a?b=c#d"),
            ),
            ("https://例え.jp/テスト", Some("https://例え.jp/テスト")),
            (
                "https://example.com/a b\"c",
                Some("https://example.com/a%20b%22c"),
            ),
            ("https:example.com", Some("https://example.com/")),
            ("javascript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("data:text/html,x", None),
            ("ftp://example.com", None),
            ("//example.com", None),
            ("example.com", None),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(web_address(raw).as_deref(), expected, "{raw:?}");
        }
        assert_eq!(
            web_address(&format!("https://e.com/{}", "a".repeat(5_000))),
            None
        );
        assert_eq!(
            host("https://www.Example.com:8080/x").as_deref(),
            Some("example.com")
        );
    }
}
