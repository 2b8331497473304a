//! What in an address may be a secret, and the address without it.
//!
//! Nothing says which part of an address is a key, so what is not known to be harmless is taken
//! for one: who signs in, the value of every parameter that is not a usual one of feeds, and parts
//! of the path that look as if a machine had made them up.

use url::Url;

/// Stands for what was taken out.
pub(super) const HIDDEN: &str = "•••";

/// The address without what may be a secret; `None` when there is no such thing in it, or when it
/// is no web address.
pub(super) fn without_secrets(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?;
    let mut is_secret = false;
    let mut hide = |text: String, shown: String| {
        is_secret |= text != shown;
        shown
    };
    let mut shown = format!("{}://", url.scheme());
    if !url.username().is_empty() || url.password().is_some() {
        shown.push_str(&hide(String::new(), format!("{HIDDEN}@")));
    }
    shown.push_str(host);
    if let Some(port) = url.port() {
        shown.push(':');
        shown.push_str(&port.to_string());
    }
    let path = hide(url.path().to_owned(), path(url.path()));
    shown.push_str(&path);
    if let Some(given) = url.query() {
        let query = hide(given.to_owned(), query(given));
        shown.push('?');
        shown.push_str(&query);
    }
    if let Some(given) = url.fragment() {
        let is_shown = !given.contains('=') && !looks_made_up(given);
        let fragment = if is_shown { given } else { HIDDEN };
        shown.push('#');
        shown.push_str(&hide(given.to_owned(), fragment.to_owned()));
    }
    is_secret.then_some(shown)
}

/// Words in a path after which a secret comes.
const ANNOUNCING: &[&str] = &[
    "access",
    "apikey",
    "auth",
    "hash",
    "key",
    "pass",
    "password",
    "private",
    "secret",
    "sig",
    "signature",
    "token",
];

fn path(path: &str) -> String {
    let mut is_announced = false;
    let parts: Vec<String> = path
        .split('/')
        .map(|part| {
            let shown = if is_announced && !part.is_empty() {
                HIDDEN.to_owned()
            } else {
                segment(part)
            };
            let word = part.to_ascii_lowercase().replace(['-', '_'], "");
            is_announced = ANNOUNCING.contains(&word.as_str());
            shown
        })
        .collect();
    parts.join("/")
}

/// One part of a path; the ending of a file stays.
fn segment(part: &str) -> String {
    let (part, parameters) = part
        .split_once(';')
        .map_or((part, ""), |(part, rest)| (part, rest));
    let shown = match part.split_once('=') {
        Some((name, value)) => pair(name, value),
        None if looks_made_up(part) => match part.rsplit_once('.') {
            Some((_, ending)) if is_ending(ending) => format!("{HIDDEN}.{ending}"),
            _ => HIDDEN.to_owned(),
        },
        None => part.to_owned(),
    };
    if parameters.is_empty() {
        return shown;
    }
    format!("{shown};{HIDDEN}")
}

fn is_ending(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn query(query: &str) -> String {
    let pairs: Vec<String> = query
        .split('&')
        .map(|one| match one.split_once('=') {
            Some((name, value)) => pair(name, value),
            None if is_word(one) => one.to_owned(),
            None => HIDDEN.to_owned(),
        })
        .collect();
    pairs.join("&")
}

/// A word such as `rss2` that stands without a value.
fn is_word(text: &str) -> bool {
    text.is_empty() || HARMLESS.contains(&text.to_ascii_lowercase().trim_end_matches('2'))
}

fn pair(name: &str, value: &str) -> String {
    let known = name.to_ascii_lowercase();
    let is_shown = value.is_empty()
        || IDENTIFYING.contains(&known.as_str())
        || (HARMLESS.contains(&known.as_str()) && !looks_made_up(value));
    let name = if looks_made_up(name) { HIDDEN } else { name };
    format!("{name}={}", if is_shown { value } else { HIDDEN })
}

/// Parameters whose value is public even where it looks made up.
const IDENTIFYING: &[&str] = &["channel_id", "playlist_id"];

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
    "count",
    "country",
    "days",
    "feed",
    "fid",
    "format",
    "forum",
    "from",
    "gl",
    "group",
    "hl",
    "id",
    "interval",
    "items",
    "kind",
    "lang",
    "language",
    "limit",
    "locale",
    "loc",
    "max",
    "max-results",
    "n",
    "name",
    "num",
    "order",
    "orderby",
    "output",
    "page",
    "paged",
    "per_page",
    "post_type",
    "project",
    "q",
    "query",
    "rdf",
    "region",
    "rss",
    "s",
    "search",
    "section",
    "show",
    "size",
    "sort",
    "start",
    "status",
    "subject",
    "tag",
    "tags",
    "term",
    "text",
    "tid",
    "title",
    "topic",
    "type",
    "tz",
    "user",
    "version",
    "view",
    "withoutcomments",
    "year",
];

/// Whether a text looks as if a machine had made it up: long runs with digits in them, or long and
/// of both cases with digits.
fn looks_made_up(text: &str) -> bool {
    let has_long_run = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .any(|run| run.len() >= 20 && run.bytes().any(|byte| byte.is_ascii_digit()));
    let stem = text.rsplit_once('.').map_or(
        text,
        |(stem, ending)| {
            if is_ending(ending) { stem } else { text }
        },
    );
    let has = |is: fn(&u8) -> bool| stem.bytes().any(|byte| is(&byte));
    has_long_run
        || is_uuid(stem)
        || (stem.len() >= 24
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_uppercase)
            && has(u8::is_ascii_lowercase)
            && stem
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_:~.%+".contains(&byte)))
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_taken_out() {
        for (address, shown) in [
            ("https://me:pw@a.example/feed", "https://•••@a.example/feed"),
            ("https://token@a.example/feed", "https://•••@a.example/feed"),
            ("https://:pw@a.example:8443/", "https://•••@a.example:8443/"),
            (
                "https://a.example/f?key=abc&token=d&format=atom",
                "https://a.example/f?key=•••&token=•••&format=atom",
            ),
            ("https://a.example/f?x=1", "https://a.example/f?x=•••"),
            (
                "https://a.example/f?%74oken=1",
                "https://a.example/f?%74oken=•••",
            ),
            ("https://a.example/f?hunter2", "https://a.example/f?•••"),
            (
                "https://a.example/f?id=9f86d081884c7d659a2feaa0c55ad015",
                "https://a.example/f?id=•••",
            ),
            (
                "https://a.example?token=a/b@c",
                "https://a.example/?token=•••",
            ),
            ("https://a.example/f#token=hush", "https://a.example/f#•••"),
            (
                "https://a.example/ical/me/private-9f86d081884c7d659a2feaa0c55ad015/basic.xml",
                "https://a.example/ical/me/•••/basic.xml",
            ),
            (
                "https://a.example/feeds/token/hush/1",
                "https://a.example/feeds/token/•••/1",
            ),
            (
                "https://a.example/api-key/hush.xml",
                "https://a.example/api-key/•••",
            ),
            (
                "https://a.example/bot123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11/x",
                "https://a.example/•••/x",
            ),
            (
                "https://a.example/1b4e28ba-2fa1-11d2-883f-0016d3cca427.rss",
                "https://a.example/•••.rss",
            ),
            ("https://a.example/f;sid=12", "https://a.example/f;•••"),
            ("https://a.example/key=12/f", "https://a.example/key=•••/f"),
        ] {
            assert_eq!(
                without_secrets(address).as_deref(),
                Some(shown),
                "{address}"
            );
        }
    }

    #[test]
    fn usual_addresses_stay_as_they_are() {
        for address in [
            "https://a.example/feed.xml",
            "http://127.0.0.1:9/feed",
            "https://a.example/with@sign",
            "https://a.example/f#news",
            "https://a.example/?feed=rss2&cat=12&lang=nl",
            "https://a.example/index.php?rss2",
            "https://www.youtube.com/feeds/videos.xml?channel_id=UCXuqSBlHAE6Xw-yeJA0Tunw",
            "https://a.example/2026/01/why-we-moved-42-servers-to-the-cellar-of-a-friend.xml",
            "https://news.example/rss/search?q=night+bus&hl=en&gl=BE&ceid=BE:en",
            "48016",
            "northwind",
        ] {
            assert_eq!(without_secrets(address), None, "{address}");
        }
    }
}
