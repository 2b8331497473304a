//! Writes JSON text member by member into a byte buffer, and rewrites it for old callers.

use domain::limits::ANSWER_BYTES;
use serde::Serialize;

/// A JSON object being written; it is closed by the function that opened it.
#[derive(Debug)]
pub struct Object<'a>(&'a mut Vec<u8>);

/// A JSON array being written.
#[derive(Debug)]
pub struct Array<'a>(&'a mut Vec<u8>);

/// The text of one JSON object.
pub fn object(write: impl FnOnce(&mut Object<'_>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    open_object(&mut out, write);
    out
}

/// The text of one JSON array.
pub fn array(write: impl FnOnce(&mut Array<'_>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    open_array(&mut out, write);
    out
}

/// The text of any value that serde can write.
pub fn value<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, value);
    out
}

fn open_object(out: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    write(&mut Object(out));
    out.push(b'}');
}

fn open_array(out: &mut Vec<u8>, write: impl FnOnce(&mut Array<'_>)) {
    out.push(b'[');
    write(&mut Array(out));
    out.push(b']');
}

/// Writes a value; what serde cannot write (a map with keys that are not text) becomes `null`.
fn put<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

/// A comma, unless this is the first thing within its brackets. No value ends in an opening
/// bracket, so the last byte tells.
fn separate(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

impl Object<'_> {
    fn name(&mut self, name: &'static str) {
        debug_assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-.$/".contains(&byte)),
            "names of documented members need no escapes"
        );
        separate(self.0);
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// A member with any value serde can write.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.name(name);
        put(self.0, value);
    }

    /// A member, when there is a value.
    pub fn maybe<T: Serialize>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.set(name, &value);
        }
    }

    /// A text member.
    pub fn text(&mut self, name: &'static str, value: &str) {
        self.set(name, value);
    }

    /// A text member, when there is a text and it is not empty.
    pub fn maybe_text(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.set(name, value);
        }
    }

    /// A text member that is written with `format_args!`.
    pub fn display(&mut self, name: &'static str, value: std::fmt::Arguments<'_>) {
        self.name(name);
        put_display(self.0, value);
    }

    /// A whole number.
    pub fn number(&mut self, name: &'static str, value: i64) {
        self.set(name, &value);
    }

    /// True or false.
    pub fn flag(&mut self, name: &'static str, value: bool) {
        self.set(name, &value);
    }

    /// Nothing, said aloud.
    pub fn null(&mut self, name: &'static str) {
        self.name(name);
        self.0.extend_from_slice(b"null");
    }

    /// An object within this one.
    pub fn object(&mut self, name: &'static str, write: impl FnOnce(&mut Object<'_>)) {
        self.name(name);
        open_object(self.0, write);
    }

    /// An array within this object.
    pub fn array(&mut self, name: &'static str, write: impl FnOnce(&mut Array<'_>)) {
        self.name(name);
        open_array(self.0, write);
    }

    /// A member whose JSON text exists already.
    pub fn json(&mut self, name: &'static str, text: &[u8]) {
        self.name(name);
        self.0.extend_from_slice(text);
    }
}

impl Array<'_> {
    /// An element with any value serde can write.
    pub fn push<T: Serialize + ?Sized>(&mut self, value: &T) {
        if self.has_room() {
            separate(self.0);
            put(self.0, value);
        }
    }

    /// An object as the next element.
    pub fn object(&mut self, write: impl FnOnce(&mut Object<'_>)) {
        if self.has_room() {
            separate(self.0);
            open_object(self.0, write);
        }
    }

    /// An array as the next element.
    pub fn array(&mut self, write: impl FnOnce(&mut Array<'_>)) {
        if self.has_room() {
            separate(self.0);
            open_array(self.0, write);
        }
    }

    /// Whether it is still an answer that may be given: what is larger is refused, so there is no
    /// use in writing the rest.
    const fn has_room(&self) -> bool {
        self.0.len() <= ANSWER_BYTES
    }
}

/// Writes formatted text as a JSON string without an intermediate allocation.
fn put_display(out: &mut Vec<u8>, value: std::fmt::Arguments<'_>) {
    struct Escaped<'a>(&'a mut Vec<u8>);
    impl std::fmt::Write for Escaped<'_> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            // Numbers and addresses, which are nearly all that is written so, need no escapes.
            if !text
                .bytes()
                .any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
            {
                self.0.extend_from_slice(text.as_bytes());
                return Ok(());
            }
            for byte in text.bytes() {
                match byte {
                    b'"' => self.0.extend_from_slice(b"\\\""),
                    b'\\' => self.0.extend_from_slice(b"\\\\"),
                    0..=0x1f => {
                        self.0.extend_from_slice(b"\\u00");
                        self.0.extend(HEX.get(usize::from(byte >> 4)));
                        self.0.extend(HEX.get(usize::from(byte & 15)));
                    }
                    byte => self.0.push(byte),
                }
            }
            Ok(())
        }
    }
    out.push(b'"');
    // Writing to the buffer cannot fail; a failing `Display` of a value leaves what it wrote.
    let _ = std::fmt::write(&mut Escaped(&mut *out), value);
    out.push(b'"');
}

const HEX: &[u8; 16] = b"0123456789abcdef";

/// JSON text with non-ASCII characters as `\uXXXX` and slashes as `\/`.
///
/// The original did so until version 20221028 ("multibyte characters are no longer escaped",
/// vendor's changelog); that slashes were escaped too is inference: it is what PHP's encoder does
/// with the same setting.
pub fn escape_for_old_callers(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() + json.len() / 8);
    for chunk in json.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                // A slash stands only within strings, and never after an odd backslash in what
                // serde writes.
                '/' => out.extend_from_slice(b"\\/"),
                ' '..='~' => out.extend(u8::try_from(character)),
                character => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        out.extend_from_slice(b"\\u");
                        for shift in [12, 8, 4, 0] {
                            let digit = usize::from((*unit >> shift) & 15);
                            out.extend(HEX.get(digit));
                        }
                    }
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_and_elements_are_separated_by_commas() {
        let text = object(|o| {
            o.object("empty", |_| {});
            o.array("list", |a| {
                a.push("[");
                a.push("{");
                a.array(|a| a.push(&1));
                a.object(|o| o.null("x"));
            });
            o.maybe("absent", None::<i64>);
            o.maybe_text("blank", Some(""));
            o.display("url", format_args!("a{}\"\n", 1));
            o.number("n", -3);
        });
        assert_eq!(
            String::from_utf8(text).unwrap(),
            r#"{"empty":{},"list":["[","{",[1],{"x":null}],"url":"a1\"\u000a","n":-3}"#
        );
    }

    #[test]
    fn what_is_too_large_to_be_given_is_not_written_to_its_end() {
        let text = "x".repeat(1 << 20);
        let written = array(|a| (0..100).for_each(|_| a.push(&text)));
        assert!(written.len() > ANSWER_BYTES && written.len() < ANSWER_BYTES + (2 << 20));
    }

    proptest! {
        #[test]
        fn old_callers_read_the_same_value(texts in proptest::collection::vec(any::<String>(), 0..8)) {
            let written = array(|a| texts.iter().for_each(|text| a.push(text)));
            let escaped = escape_for_old_callers(&written);
            prop_assert!(escaped.is_ascii());
            let read: Vec<String> = serde_json::from_slice(&escaped).unwrap();
            prop_assert_eq!(read, texts);
        }

        #[test]
        fn displayed_text_reads_back(text in any::<String>()) {
            let written = object(|o| o.display("x", format_args!("{text}")));
            let read: serde_json::Value = serde_json::from_slice(&written).unwrap();
            prop_assert_eq!(read["x"].as_str().unwrap(), text);
        }
    }
}
