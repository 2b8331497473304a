//! What looks like the secret of a link, whatever stands around it.

/// Fewest hexadecimal digits in a row: tokens have 32, links 64. Names and numbers have fewer.
const HEXADECIMAL: usize = 32;
/// Fewest characters of base64 in a row: the token of a report has 55.
const BASE64: usize = 40;
/// How often an escape may be escaped: once by each program that hands an address on.
const ESCAPED: usize = 4;

/// Whether part of a path has a secret in it, be it escaped.
pub(super) fn is_in(segment: &str) -> bool {
    let mut bytes = segment.as_bytes().to_vec();
    for _ in 0..ESCAPED {
        if longest(&bytes, |byte| byte.is_ascii_hexdigit()) >= HEXADECIMAL
            || longest(&bytes, is_base64) >= BASE64
        {
            return true;
        }
        let plain = unescaped(&bytes);
        if plain == bytes {
            return false;
        }
        bytes = plain;
    }
    // Escaped more often than anything is that means well.
    true
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// The length of the longest run of such bytes.
fn longest(bytes: &[u8], is_of: impl Fn(u8) -> bool) -> usize {
    bytes
        .split(|byte| !is_of(*byte))
        .map(<[u8]>::len)
        .max()
        .unwrap_or_default()
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        let escaped = match others {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            out.push(high << 4 | low);
            rest = others.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            rest = others;
        }
    }
    out
}

fn digit(byte: u8) -> Option<u8> {
    let value = char::from(byte).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_seen_however_they_are_written() {
        let secret = "0123456789abcdef".repeat(4);
        let escaped: Vec<String> = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let escaped = escaped.concat();
        let twice = escaped.replace('%', "%25");
        for text in [
            secret.clone(),
            secret.to_uppercase(),
            format!("{secret})."),
            secret.chars().take(63).collect(),
            secret.chars().take(32).collect(),
            escaped,
            twice,
            "AQAAAAAAAAPpAAAAAAAAA-oAAAAAAAeZUA0123456789_abcdefghij".to_owned(),
        ] {
            assert!(is_in(&text), "{text}");
        }
    }

    #[test]
    fn names_and_numbers_are_no_secrets() {
        for text in [
            "",
            "mentions",
            "43769000000000001",
            "conversation_statistics_by_user",
            "report_7.zip",
            "550e8400-e29b-41d4-a716-446655440000",
            "100%",
            "a%20b%zz",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }
}
