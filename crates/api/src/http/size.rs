//! How much a body may hold, beside how long it may be.
//!
//! A short text can become something large: each value of `[0,0,…]` takes sixteen times its text in
//! memory, each `{"a":0}` fifty times. So values and arguments are counted before any is made.

use engine::Error;

/// Arguments that a query or a form may have. Each is looked for among all others.
pub const MOST_PAIRS: usize = 10_000;

/// Refuses a JSON text with more than `limit` values; names of members are not counted.
///
/// # Errors
/// `TooMany` at `field`.
pub fn check_values(field: &str, text: &[u8], limit: usize) -> Result<(), Error> {
    check(field, values(text), limit)
}

/// Refuses a query or a form with more than [`MOST_PAIRS`] arguments.
///
/// # Errors
/// `TooMany` at `field`.
pub fn check_pairs(field: &str, text: &[u8]) -> Result<(), Error> {
    let given = text.split(|byte| *byte == b'&').count();
    check(field, given, MOST_PAIRS)
}

fn check(field: &str, given: usize, limit: usize) -> Result<(), Error> {
    if given > limit {
        return Err(Error::TooMany {
            field: field.to_owned(),
            limit,
            given,
        });
    }
    Ok(())
}

/// The values of a JSON text: the outermost one, and one after each bracket that opens and each
/// comma. An empty list or object counts as two. Of a text that is no JSON it is at least as many
/// as a reader can have made before it noticed.
fn values(text: &[u8]) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (1_usize, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' | b',' if !is_text => count = count.saturating_add(1),
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_texts_are_not_looked_into() {
        for (text, expected) in [
            ("1", 1),
            ("[1,2]", 3),
            (r#"{"a":1,"b":[true,null]}"#, 5),
            (r#""[1,2,{""#, 1),
            (r#"["a\",b","\\",0]"#, 4),
            ("[]", 2),
            ("", 1),
        ] {
            assert_eq!(values(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_too_much_is_told_with_its_limit() {
        assert!(check_values("body", b"[1,2]", 3).is_ok());
        let error = check_values("body", b"[1,2,3]", 3).unwrap_err();
        assert_eq!(
            error.to_string(),
            "body: at most 3 are taken at once, 4 were given."
        );
        let form = "a&".repeat(MOST_PAIRS - 1);
        assert!(check_pairs("query", form.as_bytes()).is_ok());
        assert!(check_pairs("query", format!("{form}&").as_bytes()).is_err());
    }
}
