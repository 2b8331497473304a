//! JSON as the argument of a function call, for pages that load the API as a script.
//!
//! A recorded client of 2013 used it on `/me`. No cookie opens this API, so a script from another
//! site can only read what its own token opens.

/// Longest accepted function name.
const LONGEST: usize = 128;

/// Whether the name is a plain function reference such as `jQuery19_1`, `app.done` or `cb[0]`;
/// anything else could carry code into the script.
pub fn is_function_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= LONGEST
        && bytes
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$'))
        && bytes.all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'.' | b'[' | b']')
        })
}

/// `name(json)`. The two line separators that JSON allows and older scripts do not are escaped.
pub fn wrap(name: &str, json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() + name.len() + 2);
    out.extend_from_slice(name.as_bytes());
    out.push(b'(');
    let mut rest = json;
    while let Some(at) = rest
        .windows(3)
        .position(|window| matches!(window, [0xe2, 0x80, 0xa8 | 0xa9]))
    {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before);
        let is_line = after.get(2) == Some(&0xa8);
        out.extend_from_slice(if is_line { b"\\u2028" } else { b"\\u2029" });
        rest = after.get(3..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out.push(b')');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_function_references_are_names() {
        for name in ["cb", "jQuery19_1", "a.b", "$", "_x[0]"] {
            assert!(is_function_name(name), "{name}");
        }
        for name in [
            "",
            "1a",
            "a(b)",
            "a;b",
            "a b",
            "alert`1`",
            "é",
            &"a".repeat(129),
        ] {
            assert!(!is_function_name(name), "{name}");
        }
    }

    #[test]
    fn line_separators_do_not_end_a_script_line() {
        assert_eq!(
            wrap("cb", "\"a\u{2028}b\u{2029}\"".as_bytes()),
            br#"cb("a\u2028b\u2029")"#
        );
    }
}
