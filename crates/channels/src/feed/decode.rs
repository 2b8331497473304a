//! Bytes to text: feeds come in every charset, and what they say of it is wrong often enough.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Text, and how sure that is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// Some bytes meant nothing in the charset and were replaced.
    pub(super) is_damaged: bool,
}

/// Decodes a document. What is tried, until one fits without damage: a byte order mark, the
/// charset of the HTTP header, that of the XML declaration, UTF-8, a guess.
pub(super) fn decode(bytes: &[u8], content_type: Option<&str>) -> Decoded {
    if let Some(text) = wide(bytes) {
        return Decoded {
            text,
            is_damaged: false,
        };
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, is_damaged) =
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return Decoded {
            text: text.into_owned(),
            is_damaged,
        };
    }
    let stated = [
        content_type.and_then(charset_of_header),
        unmarked_utf16(bytes),
        charset_of_declaration(bytes),
    ];
    let mut first = None;
    for encoding in stated.into_iter().flatten().chain([UTF_8, guess(bytes)]) {
        let (text, is_damaged) = encoding.decode_without_bom_handling(bytes);
        let decoded = Decoded {
            text: text.into_owned(),
            is_damaged,
        };
        if !is_damaged {
            return decoded;
        }
        first.get_or_insert(decoded);
    }
    first.unwrap_or(Decoded {
        text: String::new(),
        is_damaged: true,
    })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes.get(..65_536).unwrap_or(bytes), true);
    detector.guess(None, Utf8Detection::Allow)
}

/// `charset` of a `Content-Type`.
fn charset_of_header(header: &str) -> Option<&'static Encoding> {
    header.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("charset") {
            return None;
        }
        let label = value.trim().trim_matches(['"', '\'']);
        // By the letter ASCII; in practice the default of a server that was never configured.
        if label.eq_ignore_ascii_case("us-ascii") {
            return None;
        }
        for_label(label)
    })
}

/// `encoding` of an XML declaration, in anything that looks like ASCII.
fn charset_of_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..1_024).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let (label, _) = rest.get(1..)?.split_once(quote)?;
    let encoding = for_label(label)?;
    // A declaration that can be read byte by byte does not stand in a two-byte charset.
    (encoding != UTF_16BE && encoding != UTF_16LE).then_some(encoding)
}

/// Labels of the web, and some that only XML tools write.
fn for_label(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes()).or_else(|| {
        let lower = label.to_ascii_lowercase().replace('_', "-");
        let known = match lower.as_str() {
            "ms-ee" | "cp1250" => "windows-1250",
            "ms-cyrl" => "windows-1251",
            "ms-ansi" => "windows-1252",
            "ms-greek" => "windows-1253",
            "ms-turk" => "windows-1254",
            "ms-hebr" => "windows-1255",
            "ms-arab" => "windows-1256",
            "winbaltrim" => "windows-1257",
            "mac-roman" | "macroman" => "macintosh",
            "mac-cyrillic" | "maccyrillic" => "x-mac-cyrillic",
            other => other,
        };
        Encoding::for_label(known.as_bytes())
    })
}

/// UTF-16 without a mark, known by the zero in its first `<`.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<' | b'{', 0, _, 0, ..] => Some(UTF_16LE),
        [0, b'<' | b'{', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// UTF-32, which the web's charset list leaves out.
fn wide(bytes: &[u8]) -> Option<String> {
    let (is_big, rest) = match bytes {
        [0, 0, 0xfe, 0xff, rest @ ..] => (true, rest),
        [0xff, 0xfe, 0, 0, rest @ ..] => (false, rest),
        [0, 0, 0, b'<', ..] => (true, bytes),
        [b'<', 0, 0, 0, ..] => (false, bytes),
        _ => return None,
    };
    let (units, _) = rest.as_chunks::<4>();
    Some(
        units
            .iter()
            .map(|unit| {
                let number = if is_big {
                    u32::from_be_bytes(*unit)
                } else {
                    u32::from_le_bytes(*unit)
                };
                char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], content_type: Option<&str>) -> String {
        decode(bytes, content_type).text
    }

    #[test]
    fn the_byte_order_mark_wins() {
        let mut bytes = vec![0xef, 0xbb, 0xbf];
        bytes.extend_from_slice("<?xml version='1.0' encoding='latin1'?>é".as_bytes());
        assert!(text(&bytes, Some("text/xml; charset=koi8-r")).ends_with('é'));
    }

    #[test]
    fn the_header_wins_over_the_declaration() {
        let bytes = b"<?xml version='1.0' encoding='utf-8'?>\xc1";
        assert!(text(bytes, Some("text/xml; charset=koi8-r")).ends_with('а'));
    }

    #[test]
    fn a_charset_that_does_not_fit_is_not_believed() {
        let bytes = "<?xml version='1.0' encoding='windows-1251'?>é".as_bytes();
        assert!(text(bytes, Some("text/xml; charset=utf-8")).ends_with('é'));
        let latin = b"<rss>caf\xe9 au lait, d\xe9j\xe0 vu, na\xefvet\xe9</rss>";
        let decoded = decode(latin, Some("text/xml; charset=utf-8"));
        assert_eq!(decoded.text, "<rss>café au lait, déjà vu, naïveté</rss>");
        assert!(!decoded.is_damaged);
    }

    #[test]
    fn wide_charsets_are_read_with_and_without_a_mark() {
        let feed = "<rss>é😀</rss>";
        let le16: Vec<u8> = feed.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be16: Vec<u8> = feed.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let le32: Vec<u8> = feed
            .chars()
            .flat_map(|c| u32::from(c).to_le_bytes())
            .collect();
        let be32: Vec<u8> = feed
            .chars()
            .flat_map(|c| u32::from(c).to_be_bytes())
            .collect();
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            marked(&[0xff, 0xfe], &le16),
            marked(&[0xfe, 0xff], &be16),
            marked(&[0xff, 0xfe, 0, 0], &le32),
            marked(&[0, 0, 0xfe, 0xff], &be32),
            le16,
            be16,
            le32,
            be32,
        ] {
            assert_eq!(text(&bytes, None), feed);
        }
    }

    #[test]
    fn bytes_that_mean_nothing_are_replaced_and_reported() {
        let decoded = decode(b"\xef\xbb\xbf<rss>\xff</rss>", None);
        assert_eq!(decoded.text, "<rss>\u{fffd}</rss>");
        assert!(decoded.is_damaged);
    }
}
