//! The target of a request as clients write it, made into one that the HTTP library takes.

use std::borrow::Cow;

/// Longest target, in bytes, once it is escaped: the library keeps places in it in 16 bits.
pub(super) const LONGEST: usize = 65_534;

/// Escapes what should have been: quotation marks, brackets, bytes outside of ASCII. Nothing else
/// is touched, and never a space, since it would be a guess where the target ends.
pub(super) fn escaped(target: &[u8]) -> Cow<'_, [u8]> {
    let question = target.iter().position(|byte| *byte == b'?');
    let path_ends = question.unwrap_or(target.len());
    let is_raw = |at: usize, byte: u8| {
        // A fragment never travels; a `#` that does belongs to a value, which would be cut there.
        matches!(byte, b'"' | b'<' | b'>' | b'#' | 0x80..)
            // In a query the library takes these as they are.
            || (at < path_ends && matches!(byte, b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'))
    };
    let raw = target
        .iter()
        .enumerate()
        .filter(|(at, byte)| is_raw(*at, **byte))
        .count();
    if raw == 0 {
        return Cow::Borrowed(target);
    }
    let mut escaped = Vec::with_capacity(target.len().saturating_add(raw.saturating_mul(2)));
    for (at, byte) in target.iter().enumerate() {
        if is_raw(at, *byte) {
            let digit = |half: u8| char::from_digit(half.into(), 16).map_or(b'0', upper);
            escaped.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        } else {
            escaped.push(*byte);
        }
    }
    Cow::Owned(escaped)
}

fn upper(digit: char) -> u8 {
    u8::try_from(digit.to_ascii_uppercase()).unwrap_or(b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(target: &str) -> String {
        String::from_utf8(escaped(target.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn what_the_library_refuses_is_escaped_and_nothing_else() {
        for (given, expected) in [
            ("/me", "/me"),
            ("/me?a=%22b%22&c=d+e", "/me?a=%22b%22&c=d+e"),
            (
                r#"/x?mentions=[{"a":"<b>"}]"#,
                "/x?mentions=[{%22a%22:%22%3Cb%3E%22}]",
            ),
            (r"/x?a={b|c}\^`", r"/x?a={b|c}\^`"),
            ("/x{y}|z`", "/x%7By%7D%7Cz%60"),
            ("/é?ü=→", "/%C3%A9?%C3%BC=%E2%86%92"),
            ("/x?filter=#tag", "/x?filter=%23tag"),
            ("/x?100%", "/x?100%"),
            ("*", "*"),
            ("http://h/p?q=\"", "http://h/p?q=%22"),
        ] {
            assert_eq!(of(given), expected, "{given}");
        }
        assert_eq!(&*escaped(b"/?\xff\xfe"), b"/?%FF%FE");
    }

    proptest! {
        #[test]
        fn every_target_without_spaces_and_controls_is_taken_and_means_the_same(
            rest in prop::collection::vec(prop_oneof![0x21_u8..0x7f, 0x80_u8..=0xff], 0..80),
        ) {
            let mut target = b"/x?".to_vec();
            target.extend(rest);
            let escaped = escaped(&target);
            let uri = http::Uri::try_from(&*escaped).unwrap();
            let plain: Vec<_> = form_urlencoded::parse(target.get(3..).unwrap()).collect();
            let read: Vec<_> = form_urlencoded::parse(uri.query().unwrap_or("").as_bytes()).collect();
            prop_assert_eq!(plain, read);
        }
    }
}
