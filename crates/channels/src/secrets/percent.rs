//! Percent signs.

/// Without percent signs, however often it was encoded; `None` for what stays unclear.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for _ in 0..4 {
        if !text.contains('%') {
            return Some(text);
        }
        let next = String::from_utf8(decoded_once(&text)).ok()?;
        if next == text {
            return Some(text);
        }
        text = next;
    }
    None
}

fn decoded_once(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| char::from(*after.get(at)?).to_digit(16);
        let escaped = (*first == b'%')
            .then(|| Some(digit(0)? * 16 + digit(1)?))
            .flatten();
        if let Some(byte) = escaped.and_then(|byte| u8::try_from(byte).ok()) {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}

/// With a percent sign for every byte that has a meaning in addresses.
pub(super) fn encoded(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
