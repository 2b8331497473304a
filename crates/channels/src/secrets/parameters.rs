//! Parameters of addresses: those that feeds usually have, and what their values may be.

use super::made_up::looks_made_up;
use super::percent::decoded;
use super::plain::{Words, is_plain, is_plain_word, is_word_of_feeds};
use super::public;
use super::shown::{Secret, Shown};
use super::words::{Announced, announced, is_joint};

/// Some servers part parameters with `;`, and some people put a second `?`.
pub(super) fn query(query: &str, host: &str, shown: &mut Shown) {
    for one in query.split_inclusive(['&', ';', '?']) {
        let bare = one.trim_end_matches(['&', ';', '?']);
        match bare.split_once('=') {
            Some((name, value)) => pair(name, value, host, shown),
            None if is_word(bare) => shown.show(bare),
            None => shown.hide(Secret::new("", &plain_or(bare), true)),
        }
        shown.show(one.get(bare.len()..).unwrap_or_default());
    }
}

/// A word such as `rss2` that stands without a value.
fn is_word(text: &str) -> bool {
    text.is_empty() || is_word_of_feeds(text) || is_usual(&text.to_ascii_lowercase())
}

fn is_usual(name: &str) -> bool {
    HARMLESS.contains(&name) || SEARCHES.contains(&name) || NUMBERS.contains(&name)
}

fn plain_or(text: &str) -> String {
    decoded(text).unwrap_or_else(|| text.to_owned())
}

/// `name=value`.
pub(super) fn pair(name: &str, value: &str, host: &str, shown: &mut Shown) {
    let known = decoded(name).unwrap_or_default().to_ascii_lowercase();
    let is_name = is_usual(&known) || IDENTIFYING.contains(&known.as_str());
    if value.is_empty() {
        if is_name {
            shown.show(&format!("{name}="));
        } else {
            // A name without a value may be the secret itself.
            shown.hide(Secret::new("", &plain_or(name), true));
        }
        return;
    }
    let plain = plain_or(value);
    if is_name || is_name_of_parameter(&known) {
        shown.show(name);
    } else {
        shown.hide(Secret::new("", &plain_or(name), looks_made_up(name)));
    }
    shown.show("=");
    if is_shown(&known, value, &plain, host) {
        shown.show(value);
    } else {
        let is_sure = announced(&known) != Announced::Nothing || looks_made_up(&plain);
        shown.hide(Secret::new(&known, &plain, is_sure));
    }
}

fn is_shown(known: &str, value: &str, plain: &str, host: &str) -> bool {
    match known {
        "channel_id" | "playlist_id" | "list" => public::is_of_youtube(host, value),
        "user" if public::is_youtube(host) => is_user(value),
        "ceid" => plain.split_once(':').is_some_and(|(country, language)| {
            is_plain(country, Words::Letters) && is_plain(language, Words::Letters)
        }),
        name if NUMBERS.contains(&name) => {
            SPANS.contains(&plain)
                || (value.len() <= 12 && value.bytes().all(|byte| byte.is_ascii_digit()))
        }
        name if SEARCHES.contains(&name) => is_plain(value, Words::WithDigit),
        name if HARMLESS.contains(&name) => is_plain(value, Words::Letters),
        name => announced(name) == Announced::Nothing && is_word_of_feeds(plain),
    }
}

fn is_name_of_parameter(name: &str) -> bool {
    name.len() <= 32
        && !looks_made_up(name)
        && name
            .split(is_joint)
            .all(|word| is_plain_word(word, Words::WithDigit))
}

/// The public name of somebody.
fn is_user(value: &str) -> bool {
    value.len() <= 40
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !looks_made_up(value)
}

/// Parameters that are looked at more closely.
const IDENTIFYING: &[&str] = &["ceid", "channel_id", "playlist_id", "list"];

/// How far back a list goes.
const SPANS: &[&str] = &["all", "day", "hour", "month", "week", "year"];

/// Usual parameters of feeds whose value is a number or says how far back a list goes.
const NUMBERS: &[&str] = &[
    "comments",
    "count",
    "days",
    "f",
    "fid",
    "forumid",
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

/// Usual parameters of feeds whose value somebody looks for.
const SEARCHES: &[&str] = &[
    "cat", "category", "hashtag", "q", "query", "search", "subject", "tag", "tagnames", "tags",
    "term", "topic",
];

/// Usual parameters of feeds that hold no secret.
const HARMLESS: &[&str] = &[
    "alt",
    "atom",
    "author",
    "blog",
    "channel",
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
    "loc",
    "locale",
    "mode",
    "name",
    "order",
    "orderby",
    "output",
    "post_type",
    "project",
    "rdf",
    "region",
    "restrict_sr",
    "rss",
    "s",
    "section",
    "show",
    "sort",
    "sortby",
    "start",
    "status",
    "text",
    "title",
    "type",
    "tz",
    "user",
    "version",
    "view",
    "withoutcomments",
];
