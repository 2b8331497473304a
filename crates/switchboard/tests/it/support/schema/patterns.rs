//! The patterns and formats that the documents use.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::civil::Date;
use regex::Regex;

/// Whether a text is written as a format says.
pub(super) fn is_written(format: &str, text: &str) -> bool {
    match format {
        "uri" => url::Url::parse(text).is_ok(),
        "date" => text.len() == 10 && text.parse::<Date>().is_ok(),
        other => panic!("a format that is not understood: {other}"),
    }
}

/// Whether a pattern is found in a text, as JSON Schema has it. A pattern is compiled once.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    static KNOWN: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    let compiled = known
        .entry(pattern.to_owned())
        .or_insert_with(|| Regex::new(pattern).unwrap());
    compiled.is_match(text)
}

#[test]
fn formats_are_read() {
    assert!(is_written(
        "uri",
        "https://switchboard.example/v1.3/accounts/1001"
    ));
    assert!(!is_written("uri", "/v1.3/accounts/1001"));
    assert!(is_written("date", "2026-05-26"));
    assert!(!is_written("date", "2026-05-26T00:00:00"));
}
