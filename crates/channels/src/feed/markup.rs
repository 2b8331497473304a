//! Cuts markup into pieces: tolerant, linear in the length of the text, without expansion of
//! anything but single characters. Serves XML and, for plain titles, HTML.

use super::entities::named;

/// A piece of markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Character data as written, references not yet replaced.
    Text(&'a str),
    /// Content of a CDATA section.
    Cdata(&'a str),
    /// `<name …>` or `<name …/>`.
    Start {
        name: &'a str,
        /// What stands between name and end, unread.
        attributes: &'a str,
        is_empty: bool,
    },
    /// `</name>`.
    End(&'a str),
    /// `<!DOCTYPE …>`; `has_subset` when it declares something of its own.
    Doctype { has_subset: bool },
    /// Comments and processing instructions.
    Skipped,
}

/// Reads pieces off a text.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    text: &'a str,
    at: usize,
    /// The text ended inside a piece.
    pub(super) is_cut: bool,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            is_cut: false,
        }
    }

    /// Where the next piece begins, in bytes.
    pub(super) const fn position(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes everything up to and including `end`, which begins `from` bytes further on at the
    /// earliest, and gives what is before it. A text that ends before `end` does is taken whole.
    fn take_until(&mut self, from: usize, end: &str) -> &'a str {
        let rest = self.rest();
        let body = rest.get(from..).unwrap_or_default();
        if let Some(length) = body.find(end) {
            self.at += from + length + end.len();
            body.get(..length).unwrap_or_default()
        } else {
            self.at = self.text.len();
            self.is_cut = true;
            body
        }
    }

    fn bang(&mut self) -> Piece<'a> {
        let rest = self.rest();
        if rest.starts_with("<!--") {
            self.take_until(4, "-->");
            return Piece::Skipped;
        }
        if rest.starts_with("<![CDATA[") {
            return Piece::Cdata(self.take_until(9, "]]>"));
        }
        let is_doctype = starts_with_word(rest, "<!doctype");
        let is_declaration =
            starts_with_word(rest, "<!entity") || starts_with_word(rest, "<!attlist");
        let body = self.take_until(2, ">");
        if is_doctype || is_declaration {
            return Piece::Doctype {
                has_subset: is_declaration || body.contains('['),
            };
        }
        Piece::Skipped
    }

    /// A start tag. Its end is the first `>` outside quotes.
    fn start(&mut self) -> Piece<'a> {
        let rest = self.rest();
        let mut quote = None;
        let mut after_equals = false;
        let mut end = None;
        for (index, byte) in rest.bytes().enumerate().skip(1) {
            match quote {
                Some(open) if byte == open => quote = None,
                Some(_) => {}
                None if byte == b'>' => {
                    end = Some(index);
                    break;
                }
                // A quote opens a value only after `=`; elsewhere it is a slip of the pen.
                None if matches!(byte, b'"' | b'\'') && after_equals => quote = Some(byte),
                None => {}
            }
            if !byte.is_ascii_whitespace() {
                after_equals = byte == b'=';
            }
        }
        let Some(end) = end else {
            self.at = self.text.len();
            self.is_cut = true;
            return Piece::Skipped;
        };
        self.at += end + 1;
        let inside = rest.get(1..end).unwrap_or_default();
        let (inside, is_empty) = match inside.strip_suffix('/') {
            Some(inside) => (inside, true),
            None => (inside, false),
        };
        let name_end = inside
            .find(|c: char| c.is_ascii_whitespace() || c == '/')
            .unwrap_or(inside.len());
        Piece::Start {
            name: inside.get(..name_end).unwrap_or_default(),
            attributes: inside.get(name_end..).unwrap_or_default(),
            is_empty,
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let rest = self.rest();
        let mut bytes = rest.bytes();
        let first = bytes.next()?;
        if first == b'<' {
            match bytes.next() {
                Some(b'!') => return Some(self.bang()),
                Some(b'?') => {
                    self.take_until(2, "?>");
                    return Some(Piece::Skipped);
                }
                Some(b'/') => {
                    let name = self.take_until(2, ">").trim();
                    return Some(if self.is_cut {
                        Piece::Skipped
                    } else {
                        Piece::End(name)
                    });
                }
                Some(b) if b.is_ascii_alphabetic() || b == b'_' || b >= 0x80 => {
                    return Some(self.start());
                }
                _ => {}
            }
        }
        // Text up to the next thing that looks like markup; a lone `<` is text.
        let length = rest
            .bytes()
            .enumerate()
            .skip(1)
            .find(|(_, byte)| *byte == b'<')
            .map_or(rest.len(), |(index, _)| index);
        self.at += length;
        Some(Piece::Text(rest.get(..length).unwrap_or_default()))
    }
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// Reads name and value of attributes, at most `limit` of them; says whether there were more.
pub(super) fn attributes(text: &str, limit: usize) -> (Vec<(&str, String)>, bool) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, false);
        }
        if found.len() == limit {
            return (found, true);
        }
        let name_end = rest
            .find(|c: char| c.is_ascii_whitespace() || c == '=')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(name_end).unwrap_or((rest, ""));
        let value;
        (value, rest) = match after.trim_start().strip_prefix('=') {
            Some(after) => value_of(after.trim_start()),
            None => ("", after),
        };
        if name.is_empty() {
            continue;
        }
        found.push((name, unescape(value)));
    }
}

/// The value at the beginning of a text, and what follows it.
fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    let end = text
        .find(|c: char| c.is_ascii_whitespace())
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Replaces references to characters, by number and by name. Others stay as they are: nothing a
/// document declares is ever expanded.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // No name is longer than this, so a text full of `&` stays linear.
        let window = after.as_bytes().get(..12).unwrap_or(after.as_bytes());
        let reference = window
            .iter()
            .position(|byte| *byte == b';')
            .and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?)))
            .and_then(|(name, behind)| Some((character(name)?, behind)));
        if let Some((character, behind)) = reference {
            out.push(character);
            rest = behind;
        } else {
            out.push('&');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return named(name);
    };
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    // What browsers do: the numbers of the C1 controls mean the characters of Windows-1252.
    if (0x80..0xa0).contains(&number) {
        let byte = [u8::try_from(number).ok()?];
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&byte);
        return text.chars().next();
    }
    char::from_u32(number).filter(|character| !is_bad(*character))
}

/// Takes out what neither XML nor a database takes: control characters, NUL above all.
pub(super) fn without_controls(text: String) -> String {
    if text.contains(is_bad) {
        text.replace(is_bad, "")
    } else {
        text
    }
}

fn is_bad(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_cut_into_pieces() {
        let pieces: Vec<Piece<'_>> =
            Pieces::new("<?xml?><!DOCTYPE rss><a b='>'>1 < 2<![CDATA[<x>]]><!-- <y> --></a ><br/>")
                .collect();
        assert_eq!(
            pieces,
            [
                Piece::Skipped,
                Piece::Doctype { has_subset: false },
                Piece::Start {
                    name: "a",
                    attributes: " b='>'",
                    is_empty: false
                },
                Piece::Text("1 "),
                Piece::Text("< 2"),
                Piece::Cdata("<x>"),
                Piece::Skipped,
                Piece::End("a"),
                Piece::Start {
                    name: "br",
                    attributes: "",
                    is_empty: true
                },
            ]
        );
    }

    #[test]
    fn a_text_that_ends_inside_a_piece_is_cut() {
        for text in [
            "<a",
            "<a b='",
            "<!-- ",
            "<![CDATA[ x",
            "</a",
            "<?xml",
            "<!DOCTYPE",
        ] {
            let mut pieces = Pieces::new(text);
            while pieces.next().is_some() {}
            assert!(pieces.is_cut, "{text}");
        }
    }

    #[test]
    fn attributes_are_read_with_any_quotes_or_none() {
        let (found, more) = attributes(" a=\"1 &amp; 2\" b = '\"' c=x/y d /", 100);
        assert!(!more);
        assert_eq!(
            found,
            [
                ("a", "1 & 2".to_owned()),
                ("b", "\"".to_owned()),
                ("c", "x/y".to_owned()),
                ("d", String::new()),
            ]
        );
        assert!(attributes(&"a='1' ".repeat(101), 100).1);
    }

    #[test]
    fn only_references_to_characters_are_replaced() {
        for (written, read) in [
            ("a &amp; b &lt;c&gt;", "a & b <c>"),
            (
                "caf&eacute; &#233; &#xE9; &#XE9;",
                "caf\u{e9} \u{e9} \u{e9} \u{e9}",
            ),
            ("&#150; &#x80;", "\u{2013} \u{20ac}"),
            (
                "AT&T &foo; & &; &#xD800; &#99999999999; &#0;",
                "AT&T &foo; & &; &#xD800; &#99999999999; &#0;",
            ),
            ("&amp;amp;", "&amp;"),
        ] {
            assert_eq!(unescape(written), read);
        }
    }

    #[test]
    fn controls_are_taken_out() {
        assert_eq!(
            without_controls("a\u{0}b\tc\u{1b}\u{fffe}".to_owned()),
            "ab\tc"
        );
    }
}
