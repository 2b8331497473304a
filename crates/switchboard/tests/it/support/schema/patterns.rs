//! The few patterns and formats that the documents use.

use jiff::civil::Date;

/// Whether a text is written as a format says.
pub(super) fn is_written(format: &str, text: &str) -> bool {
    match format {
        "uri" => url::Url::parse(text).is_ok(),
        "date" => text.len() == 10 && text.parse::<Date>().is_ok(),
        other => panic!("a format that is not understood: {other}"),
    }
}

/// Whether a text matches a pattern of literals, `.`, classes and the counts `+` and `{n}`, which
/// begins with `^`. Without `$` at its end the text may go on.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern = pattern.strip_prefix('^').expect("a pattern from the start");
    let (pattern, is_whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut left: Vec<char> = text.chars().rev().collect();
    let mut parts = pattern.chars().peekable();
    while let Some(first) = parts.next() {
        let class: Vec<char> = match first {
            '[' => parts.by_ref().take_while(|next| *next != ']').collect(),
            '\\' => vec![parts.next().unwrap()],
            literal => vec![literal],
        };
        let takes = |next: char| match class.as_slice() {
            ['.'] if first != '\\' => true,
            [from, '-', to] => (*from..=*to).contains(&next),
            [from, '-', to, more, '-', most] => {
                (*from..=*to).contains(&next) || (*more..=*most).contains(&next)
            }
            [literal] => *literal == next,
            other => panic!("a class that is not understood: {other:?}"),
        };
        let (least, most) = match parts.peek() {
            Some('+') => {
                parts.next();
                (1, usize::MAX)
            }
            Some('{') => {
                parts.next();
                let count: String = parts.by_ref().take_while(|next| *next != '}').collect();
                let count = count.parse().unwrap();
                (count, count)
            }
            _ => (1, 1),
        };
        let mut taken = 0;
        while taken < most && left.last().is_some_and(|next| takes(*next)) {
            left.pop();
            taken += 1;
        }
        if taken < least {
            return false;
        }
    }
    left.is_empty() || !is_whole
}

#[test]
fn patterns_are_read_as_regular_expressions() {
    let date = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$";
    let fraction = "^[0-9]{2}\\.[0-9]{6}$";
    for (pattern, text, expected) in [
        (date, "2013-11-18T11:20:24", true),
        (date, "2013-11-18T11:20:24Z", false),
        (date, "2013-11-18 11:20:24", false),
        (date, "13-11-18T11:20:24", false),
        (fraction, "49.988000", true),
        (fraction, "49x988000", false),
        ("^[0-9]+$", "1001", true),
        ("^[0-9]+$", "", false),
        ("^[0-9a-f]{24}$", "0000000000271d9e5a3c41b2", true),
        ("^[0-9a-f]{24}$", "0000000000271d9e5a3c41bG", false),
        ("^[a-z]:.", "t:2825986021", true),
        ("^[a-z]:.", "t:", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
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
