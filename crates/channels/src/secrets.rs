//! What in an address may be a secret, and the address without it.
//!
//! Nothing says which part of an address is a key, so what is not plainly harmless is taken for
//! one: who signs in, the value of every parameter that is not a usual one of feeds or that is no
//! plain word or number, what follows a word such as `token`, and parts of the host and the path
//! that look as if a machine had made them up.

use url::{Host, Url};

/// Stands for what was taken out.
pub const HIDDEN: &str = "•••";

/// Whether something was taken out of an address.
pub fn is_incomplete(address: &str) -> bool {
    // As it is shown, and as programs write it that parse and print addresses.
    address.contains(HIDDEN) || address.contains("%E2%80%A2%E2%80%A2%E2%80%A2")
}

/// The address without what may be a secret; `None` when there is no such thing in it, or when it
/// is no web address.
pub fn without_secrets(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let Some(given_host) = url.host_str() else {
        // `feed:https://…`
        let inner = without_secrets(url.path().trim_start()).filter(|_| url.cannot_be_a_base())?;
        return Some(format!("{}:{inner}", url.scheme()));
    };
    let mut is_secret = false;
    let mut hide = |text: &str, shown: String| {
        is_secret |= text != shown;
        shown
    };
    let mut shown = format!("{}://", url.scheme());
    if !url.username().is_empty() || url.password().is_some() {
        shown.push_str(&hide("", format!("{HIDDEN}@")));
    }
    shown.push_str(&hide(given_host, host(&url)));
    if let Some(port) = url.port() {
        shown.push(':');
        shown.push_str(&port.to_string());
    }
    shown.push_str(&hide(url.path(), path(url.path())));
    if let Some(given) = url.query() {
        shown.push('?');
        shown.push_str(&hide(given, query(given, is_youtube(given_host))));
    }
    if let Some(given) = url.fragment() {
        let fragment = if is_plain(given) { given } else { HIDDEN };
        shown.push('#');
        shown.push_str(&hide(given, fragment.to_owned()));
    }
    is_secret.then_some(shown)
}

/// What addresses may be resolved against that are then shown: the address without secrets, by which
/// one that would tell a secret can be known ([`is_incomplete`]). `None` when the host is one.
pub(crate) fn base(url: &Url) -> Option<Url> {
    match without_secrets(url.as_str()) {
        None => Some(url.clone()),
        Some(shown) => Url::parse(&shown)
            .ok()
            .filter(|shown| shown.host_str() == url.host_str()),
    }
}

/// The host of an address, without the parts that look made up.
pub(crate) fn host(url: &Url) -> String {
    match url.host() {
        Some(Host::Domain(name)) => name
            .split('.')
            .map(|label| {
                if is_made_up_label(label) {
                    HIDDEN
                } else {
                    label
                }
            })
            .collect::<Vec<_>>()
            .join("."),
        _ => url.host_str().unwrap_or_default().to_owned(),
    }
}

/// The same, without what was taken out: a name for where something came from.
pub(crate) fn domain(url: &Url) -> String {
    let host = host(url);
    let labels: Vec<&str> = host.split('.').filter(|label| *label != HIDDEN).collect();
    let domain = labels.join(".");
    domain.strip_prefix("www.").unwrap_or(&domain).to_owned()
}

/// A sentence that may name a host, without the parts of it that look made up.
pub(crate) fn in_sentence(text: &str) -> String {
    let is_of_label = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_label) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c| !is_of_label(c)).unwrap_or(from.len());
        let (label, after) = from.split_at(end);
        shown.push_str(before);
        shown.push_str(if is_made_up_label(label) {
            HIDDEN
        } else {
            label
        });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn is_made_up_label(label: &str) -> bool {
    // Names in other scripts are written like this.
    if label.starts_with("xn--") {
        return false;
    }
    is_uuid(label)
        || label.split('-').any(|run| {
            (run.len() >= 16 && is_hex(run)) || (run.len() >= 20 && has(run, u8::is_ascii_digit))
        })
        || (label.len() >= 24 && label.bytes().filter(u8::is_ascii_digit).count() >= 4)
}

fn is_youtube(host: &str) -> bool {
    host == "youtube.com" || host.ends_with(".youtube.com")
}

/// What a word is followed by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Announced {
    /// Nothing of note.
    Nothing,
    /// A secret, and the word is used for hardly anything else.
    Secret,
    /// A secret perhaps.
    Perhaps,
}

/// Ends of words after which a secret comes, as in `accesstoken`.
const ENDINGS: &[&str] = &[
    "apikey",
    "auth",
    "bearer",
    "credential",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwort",
    "pwd",
    "secret",
    "sessid",
    "sessionid",
    "signature",
    "token",
];

/// Whole words after which a secret comes.
const SECRETS: &[&str] = &[
    "cred", "hmac", "jwt", "nonce", "otp", "pin", "private", "pw", "session", "sid", "ticket",
];

/// Words after which a secret may come, and much else.
const VAGUE: &[&str] = &["access", "code", "hash", "login", "pass", "sig"];

/// Words that stand before those.
const QUALIFYING: &[&str] = &[
    "access", "api", "app", "auth", "calendar", "client", "feed", "ics", "my", "oauth", "pass",
    "private", "rss", "secret", "session", "shared", "user", "web",
];

/// Words that end like `passkey` and mean something else.
const KEYLESS: &[&str] = &[
    "dickey", "donkey", "hickey", "hockey", "hokey", "jockey", "lackey", "mickey", "monkey",
    "pokey", "smokey", "turkey", "whiskey",
];

fn announced(word: &str) -> Announced {
    let word: String = word
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let one = word.strip_suffix('s').unwrap_or(&word);
    let is = |list: &[&str]| list.contains(&word.as_str()) || list.contains(&one);
    if ENDINGS.iter().any(|end| one.ends_with(end)) || is(SECRETS) {
        Announced::Secret
    } else if is(VAGUE) || (one.ends_with("key") && !is(KEYLESS)) {
        Announced::Perhaps
    } else {
        Announced::Nothing
    }
}

/// What a part of a path says of the next one: the whole of it, or its last word.
fn announces_next(part: &str) -> bool {
    let last = part.rsplit(is_joint).next().unwrap_or_default();
    announced(part) != Announced::Nothing || announced(last) != Announced::Nothing
}

/// What stands between the words of one part.
fn is_joint(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | ':' | ',' | '~' | '.' | '+' | ' ' | '|' | '!' | '$'
    )
}

/// Whether a part of a path is a secret behind the word for it: `token:…`, `private-…`.
fn holds_announced(part: &str) -> bool {
    let Some(end) = part.find(is_joint) else {
        return false;
    };
    let (word, rest) = part.split_at(end);
    let mut rest = rest.chars();
    let joint = rest.next();
    let rest = rest.as_str();
    // The first word may be made of two: `api_key:…`, `access-token-…`.
    let qualifies = QUALIFYING.contains(&word.to_ascii_lowercase().as_str());
    let second = rest.find(is_joint).filter(|_| qualifies).and_then(|at| {
        let (second, after) = rest.split_at(at);
        let kind = announced(&format!("{word}{second}"));
        Some((kind, after.get(1..)?))
    });
    let holds = |kind: Announced, value: &str, is_prose: bool| match kind {
        Announced::Nothing => false,
        _ if value.is_empty() || is_file_of_feed(value) => false,
        Announced::Secret => true,
        Announced::Perhaps => !(is_prose && value.split(is_joint).all(is_letters)),
    };
    let is_prose = matches!(joint, Some('-' | '_' | '.' | '+' | ' '));
    holds(announced(word), rest, is_prose)
        || second.is_some_and(|(kind, value)| holds(kind, value, is_prose))
}

fn is_letters(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
}

/// Usual names of the document itself: not a secret whatever it stands behind.
fn is_file_of_feed(part: &str) -> bool {
    let stem = part.split_once('.').map_or(part, |(stem, _)| stem);
    let ending = part.split_once('.').map_or("xml", |(_, ending)| ending);
    FILES.contains(&stem.to_ascii_lowercase().as_str())
        && ["xml", "rss", "rdf", "atom", "json", "ics", "php"].contains(&ending)
}

const FILES: &[&str] = &[
    "all", "atom", "basic", "feed", "feeds", "index", "json", "latest", "news", "rdf", "rss",
    "rss2", "xml",
];

fn path(path: &str) -> String {
    let mut is_announced = false;
    let mut is_inner = false;
    let mut before = "";
    let parts: Vec<String> = path
        .split('/')
        .map(|part| {
            // An address within the address: `…/https://me:word@other.example/feed`.
            is_inner |= part.is_empty() && before.ends_with(':');
            before = part;
            let Some(plain) = decoded(part) else {
                return HIDDEN.to_owned();
            };
            let shown = if part.is_empty() || (is_announced && is_file_of_feed(&plain)) {
                return part.to_owned();
            } else if is_announced || (is_inner && plain.contains('@')) {
                HIDDEN.to_owned()
            } else {
                segment(part, &plain)
            };
            is_announced = announces_next(plain.rsplit('/').next().unwrap_or_default());
            shown
        })
        .collect();
    parts.join("/")
}

/// One part of a path; the ending of a file stays.
fn segment(part: &str, plain: &str) -> String {
    if part != plain {
        let is_shown = if plain.contains('/') {
            path(plain) == plain
        } else {
            !plain.contains(['?', '&', '#']) && segment(plain, plain) == plain
        };
        return if is_shown { part } else { HIDDEN }.to_owned();
    }
    let (part, parameters) = part
        .split_once(';')
        .map_or((part, ""), |(part, rest)| (part, rest));
    let signs_in = part
        .split_once('@')
        .is_some_and(|(who, _)| who.contains(':'));
    let shown = match part.split_once('=') {
        Some((name, value)) => pair(name, value, false),
        None if looks_made_up(part) => match part.rsplit_once('.') {
            Some((_, ending)) if is_ending(ending) => format!("{HIDDEN}.{ending}"),
            _ => HIDDEN.to_owned(),
        },
        None if signs_in || holds_announced(part) => HIDDEN.to_owned(),
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

/// Some servers part parameters with `;`, and some people put a second `?`.
fn query(query: &str, is_youtube: bool) -> String {
    query
        .split_inclusive(['&', ';', '?'])
        .map(|one| {
            let bare = one.trim_end_matches(['&', ';', '?']);
            let joint = one.get(bare.len()..).unwrap_or_default();
            let shown = match bare.split_once('=') {
                Some((name, value)) => pair(name, value, is_youtube),
                None if is_word(bare) => bare.to_owned(),
                None => HIDDEN.to_owned(),
            };
            shown + joint
        })
        .collect()
}

/// A word such as `rss2` that stands without a value.
fn is_word(text: &str) -> bool {
    text.is_empty() || HARMLESS.contains(&text.to_ascii_lowercase().trim_end_matches('2'))
}

fn pair(name: &str, value: &str, is_youtube: bool) -> String {
    let known = decoded(name).unwrap_or_default().to_ascii_lowercase();
    let is_name = HARMLESS.contains(&known.as_str())
        || NUMBERS.contains(&known.as_str())
        || IDENTIFYING.contains(&known.as_str());
    let is_shown = match known.as_str() {
        _ if value.is_empty() => is_name,
        "channel_id" | "playlist_id" | "list" => is_youtube && is_of_youtube(value),
        "user" | "author" => is_user(value),
        "ceid" => value
            .split_once(':')
            .is_some_and(|(country, language)| is_plain(country) && is_plain(language)),
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
        (10..=40).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    ["UC", "UU", "PL", "FL", "OL"]
        .iter()
        .any(|kind| value.strip_prefix(kind).is_some_and(is_id))
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
fn is_plain(value: &str) -> bool {
    let Some(text) = decoded(value) else {
        return false;
    };
    !looks_made_up(&text)
        && text
            .split(|c: char| is_joint(c) && c != ':' || "()\"'*#".contains(c))
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
fn decoded(text: &str) -> Option<String> {
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
    "fid",
    "id",
    "interval",
    "items",
    "limit",
    "max",
    "max-results",
    "n",
    "num",
    "page",
    "paged",
    "per_page",
    "size",
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
    "rss",
    "s",
    "search",
    "section",
    "show",
    "sort",
    "start",
    "status",
    "subject",
    "tag",
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

/// Whether a text looks as if a machine had made it up: long runs of hexadecimal digits, with
/// digits in them, or of letters alone, and what is long and of both cases with digits.
fn looks_made_up(text: &str) -> bool {
    let has_long_run = text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        (run.len() >= 16 && is_hex(run))
            || (run.len() >= 16 && is_of_all(run))
            || (run.len() >= 20 && has(run, u8::is_ascii_digit))
            || run.len() >= 24
    });
    let stem = text.rsplit_once('.').map_or(
        text,
        |(stem, ending)| {
            if is_ending(ending) { stem } else { text }
        },
    );
    has_long_run
        || is_uuid(stem)
        || (stem.len() >= 24
            && is_of_all(stem)
            && stem
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_:~.%+=".contains(&byte)))
}

fn has(text: &str, is: fn(&u8) -> bool) -> bool {
    text.bytes().any(|byte| is(&byte))
}

fn is_of_all(text: &str) -> bool {
    has(text, u8::is_ascii_digit)
        && has(text, u8::is_ascii_uppercase)
        && has(text, u8::is_ascii_lowercase)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
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
            // Addresses within the address.
            (
                "https://a.example/https://me:innerpw@inner.example/feed",
                "https://a.example/https://•••/feed",
            ),
            (
                "https://a.example/https%3A%2F%2Fme%3Apw%40inner.example%2Ffeed",
                "https://a.example/•••",
            ),
            (
                "https://a.example/p?feed=https://me:innerpw@inner.example/feed",
                "https://a.example/p?feed=•••",
            ),
            (
                "feed:https://me:pw@a.example/f",
                "feed:https://•••@a.example/f",
            ),
            // Parameters that are parted otherwise, or encoded.
            (
                "https://a.example/f?id=1;key=hush",
                "https://a.example/f?id=1;key=•••",
            ),
            (
                "https://a.example/f?feed=rss2?key=hush",
                "https://a.example/f?feed=rss2?key=•••",
            ),
            (
                "https://a.example/f?q=x%26token%3Dhush",
                "https://a.example/f?q=•••",
            ),
            (
                "https://a.example/f?q=x%2526token%253Dhush",
                "https://a.example/f?q=•••",
            ),
            (
                "https://a.example/f?user=me:hush",
                "https://a.example/f?user=•••",
            ),
            (
                "https://a.example/f?s=hush12session",
                "https://a.example/f?s=•••",
            ),
            (
                "https://a.example/f?id=hush27",
                "https://a.example/f?id=•••",
            ),
            (
                "https://a.example/f?channel_id=hush",
                "https://a.example/f?channel_id=•••",
            ),
            ("https://a.example/f?hush=", "https://a.example/f?•••"),
            ("https://a.example/f#token/hush", "https://a.example/f#•••"),
            // Words before a secret, however they are written and joined.
            (
                "https://a.example/feeds/feed-token/hush/1",
                "https://a.example/feeds/feed-token/•••/1",
            ),
            (
                "https://a.example/passkey/hush",
                "https://a.example/passkey/•••",
            ),
            (
                "https://a.example/rsskey/hush",
                "https://a.example/rsskey/•••",
            ),
            (
                "https://a.example/accesstoken/hush",
                "https://a.example/accesstoken/•••",
            ),
            (
                "https://a.example/access_key/hush",
                "https://a.example/access_key/•••",
            ),
            (
                "https://a.example/tokens/hush",
                "https://a.example/tokens/•••",
            ),
            (
                "https://a.example/session/hush",
                "https://a.example/session/•••",
            ),
            ("https://a.example/pwd/hush", "https://a.example/pwd/•••"),
            (
                "https://a.example/%74oken/hush",
                "https://a.example/%74oken/•••",
            ),
            (
                "https://a.example/token/feed/hush",
                "https://a.example/token/feed/•••",
            ),
            ("https://a.example/token:hush/x", "https://a.example/•••/x"),
            ("https://a.example/token,hush/x", "https://a.example/•••/x"),
            (
                "https://a.example/api_key-hush/x",
                "https://a.example/•••/x",
            ),
            ("https://a.example/key-h4sh/x", "https://a.example/•••/x"),
            (
                "https://a.example/secret%2Fhush/x",
                "https://a.example/•••/x",
            ),
            (
                "https://a.example/private-hushhush/basic.ics",
                "https://a.example/•••/basic.ics",
            ),
            // What looks made up.
            (
                "https://a.example/f/9f86d081884c7d65",
                "https://a.example/f/•••",
            ),
            (
                "https://a.example/f/QWERTYuiopASDFGHjklzxcvbnmqwertz",
                "https://a.example/f/•••",
            ),
            (
                "https://9f86d081884c7d659a2feaa0c55ad015.m.example/f",
                "https://•••.m.example/f",
            ),
        ] {
            assert_eq!(
                without_secrets(address).as_deref(),
                Some(shown),
                "{address}"
            );
        }
    }

    #[test]
    fn what_is_resolved_against_an_address_tells_no_secret_of_it() {
        let url = |text: &str| Url::parse(text).unwrap();
        let base_of = |text: &str| base(&url(text)).map(String::from);
        let plain = "https://a.example/dir/feed.xml";
        assert_eq!(base_of(plain).as_deref(), Some(plain));
        let shown = base_of("https://a.example/token/hush/feed.xml").unwrap();
        assert!(is_incomplete(&shown) && !shown.contains("hush"), "{shown}");
        assert_eq!(
            base_of("https://9f86d081884c7d659a2feaa0c55ad015.m.example/"),
            None
        );
        let host = url("https://9f86d081884c7d659a2feaa0c55ad015.m.example/");
        assert_eq!(domain(&host), "m.example");
        assert_eq!(
            in_sentence(
                "9f86d081884c7d659a2feaa0c55ad015.m.example answered 500 Internal Server Error"
            ),
            "•••.m.example answered 500 Internal Server Error"
        );
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
            "https://a.example/?s=harbour&feed=rss2&paged=2&withoutcomments=1",
            "https://a.example/f?format=xml&page=2&id=48016&lang=pt-BR",
            "https://www.youtube.com/feeds/videos.xml?playlist_id=PLrEnWoR732-BHrPp_Pm8_VleD68f9s14-",
            "https://www.youtube.com/feeds/videos.xml?user=GoogleDevelopers",
            "https://news.example/rss/search?q=%22night%20bus%22+when:7d&hl=en",
            "https://a.example/suche?q=stra%C3%9Fe",
            "https://a.example/key-findings/private/feed.xml",
            "https://a.example/hockey/nhl.xml",
            "https://a.example/the-secret-of-good-bread.xml",
            "https://xn--80aaxitdbjk0a0b1c2d3e4f.example/f",
            "https://a.example/@somebody/feed",
            "48016",
            "northwind",
        ] {
            assert_eq!(without_secrets(address), None, "{address}");
        }
    }
}
