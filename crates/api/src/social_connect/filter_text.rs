//! Ready-made filter strings, in a form that the filter language reads back.

/// `key:value`, with the value in quotes unless it is a plain word.
pub fn clause(key: &str, value: &str) -> String {
    let is_plain = !value.is_empty()
        && value
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_'));
    let mut text = String::with_capacity(key.len() + value.len() + 3);
    text.push_str(key);
    text.push(':');
    if is_plain {
        text.push_str(value);
    } else {
        text.push('"');
        for c in value.chars() {
            if matches!(c, '"' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push('"');
    }
    text
}
