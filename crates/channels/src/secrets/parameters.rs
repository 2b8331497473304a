//! Parameters of an address: what stands behind the path.

use super::HIDDEN;
use super::made_up::looks_made_up;
use super::words::{announces_next, is_joint};

pub(super) fn is_youtube(host: &str) -> bool {
    host == "youtube.com" || host.ends_with(".youtube.com")
}

/// Some servers part parameters with `;`, and some people put a second `?`.
pub(super) fn query(query: &str, is_youtube: bool) -> String {
    parts(query)
        .map(|(bare, joint)| {
            let shown = match bare.split_once('=') {
                Some((name, value)) => pair(name, value, is_youtube),
                None if is_word(bare) => bare.to_owned(),
                None => HIDDEN.to_owned(),
            };
            shown + joint
        })
        .collect()
}

/// The parameters of a query, each with what stands between it and the next one.
pub(super) fn parts(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split_inclusive(['&', ';', '?']).map(|one| {
        let bare = one.trim_end_matches(['&', ';', '?']);
        (bare, one.get(bare.len()..).unwrap_or_default())
    })
}

/// A word such as `rss2` that stands without a value.
pub(super) fn is_word(text: &str) -> bool {
    text.is_empty() || HARMLESS.contains(&text.to_ascii_lowercase().trim_end_matches('2'))
}

pub(super) fn pair(name: &str, value: &str, is_youtube: bool) -> String {
    let known = decoded(name).unwrap_or_default().to_ascii_lowercase();
    let is_name = HARMLESS.contains(&known.as_str())
        || NUMBERS.contains(&known.as_str())
        || IDENTIFYING.contains(&known.as_str());
    let is_shown = match known.as_str() {
        _ if value.is_empty() => is_name,
        "channel_id" | "playlist_id" | "list" => is_youtube && is_of_youtube(value),
        "user" | "author" | "name" => is_youtube && is_user(value) || is_name_of_somebody(value),
        "ceid" => decoded(value).is_some_and(|plain| {
            plain
                .split_once(':')
                .is_some_and(|(country, language)| is_plain(country) && is_plain(language))
        }),
        name if NUMBERS.contains(&name) => {
            value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_digit())
        }
        name => HARMLESS.contains(&name) && is_plain(value),
    };
    if value.is_empty() && !is_shown {
        // A name without a value may be the secret itself.
        return HIDDEN.to_owned();
    }
    let is_name = is_name || is_name_of_parameter(&known);
    let name = if is_name { name } else { HIDDEN };
    format!("{name}={}", if is_shown { value } else { HIDDEN })
}

fn is_name_of_parameter(name: &str) -> bool {
    name.len() <= 32
        && name
            .split(|c: char| is_joint(c) || c == '[' || c == ']')
            .all(|word| word.is_empty() || is_plain_word(word))
}

/// Channels and lists of videos, which are public.
fn is_of_youtube(value: &str) -> bool {
    let is_id = |text: &str| {
        (10..=60).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    ["UC", "UU", "PL", "FL", "OL", "RD"]
        .iter()
        .any(|kind| value.strip_prefix(kind).is_some_and(is_id))
}

/// A name or a number that is no word to sign in with, as far as can be told.
fn is_name_of_somebody(value: &str) -> bool {
    is_plain(value) && is_unmixed(value)
}

/// Words in which no digits stand beside letters.
pub(super) fn is_unmixed(value: &str) -> bool {
    value
        .split(|c: char| !c.is_alphanumeric())
        .all(|word| word.chars().all(char::is_numeric) || !word.chars().any(char::is_numeric))
}

/// The public name of somebody.
fn is_user(value: &str) -> bool {
    value.len() <= 40
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !looks_made_up(value)
}

/// Words and numbers that somebody wrote, percent-encoded or not: a search, a category, a format.
pub(super) fn is_plain(value: &str) -> bool {
    let Some(text) = decoded(value) else {
        return false;
    };
    let is_announced = text.contains('/') && text.split('/').any(announces_next);
    !looks_made_up(&text)
        && !is_announced
        && text
            .split(|c: char| is_joint(c) && c != ':' || "\"#/".contains(c))
            .all(|word| {
                // What searches for news take: `when:7d`, `site:a.example`.
                let word = OPERATORS
                    .iter()
                    .find_map(|operator| word.strip_prefix(operator)?.strip_prefix(':'))
                    .unwrap_or(word);
                word.is_empty()
                    || is_plain_word(word)
                    || word.ends_with(['d', 'h', 'm', 'y']) && is_short(word)
            })
}

const OPERATORS: &[&str] = &[
    "after", "before", "intitle", "inurl", "site", "source", "when",
];

/// A span of time such as `24h`.
fn is_short(word: &str) -> bool {
    let number = word.get(..word.len().saturating_sub(1)).unwrap_or_default();
    (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters with at most one digit behind them, such as `rss2`, or a number.
fn is_plain_word(word: &str) -> bool {
    let stem = word
        .strip_suffix(|c: char| c.is_ascii_digit())
        .unwrap_or(word);
    let is_letter = |c: char| c.is_ascii_alphabetic() || (!c.is_ascii() && !c.is_control());
    word.chars().count() <= 40 && stem.chars().all(is_letter)
        || word.len() <= 12 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Without percent signs, however often it was encoded; `None` for what stays unclear.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for _ in 0..4 {
        if !text.contains('%') {
            return Some(text);
        }
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
        let next = String::from_utf8(bytes).ok()?;
        if next == text {
            return Some(text);
        }
        text = next;
    }
    None
}

/// Parameters that are looked at more closely.
const IDENTIFYING: &[&str] = &["channel_id", "playlist_id", "list"];

/// Usual parameters of feeds whose value is a number.
const NUMBERS: &[&str] = &[
    "count",
    "days",
    "f",
    "fid",
    "id",
    "interval",
    "items",
    "limit",
    "max",
    "max-results",
    "n",
    "num",
    "p",
    "page",
    "paged",
    "per_page",
    "points",
    "size",
    "t",
    "tid",
    "year",
];

/// Usual parameters of feeds that hold no secret.
const HARMLESS: &[&str] = &[
    "alt",
    "atom",
    "author",
    "blog",
    "cat",
    "category",
    "ceid",
    "content",
    "country",
    "edition",
    "feed",
    "format",
    "forum",
    "from",
    "gl",
    "group",
    "hl",
    "kind",
    "lang",
    "language",
    "locale",
    "loc",
    "name",
    "order",
    "orderby",
    "output",
    "post_type",
    "project",
    "q",
    "query",
    "rdf",
    "region",
    "restrict_sr",
    "rss",
    "s",
    "search",
    "section",
    "show",
    "sort",
    "sortby",
    "start",
    "status",
    "subject",
    "tag",
    "tagnames",
    "tags",
    "term",
    "text",
    "title",
    "topic",
    "type",
    "tz",
    "user",
    "version",
    "view",
    "withoutcomments",
];
