//! Words that say that a secret comes.

/// What a word is followed by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Announced {
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

pub(super) fn announced(word: &str) -> Announced {
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
pub(super) fn announces_next(part: &str) -> bool {
    let last = part.rsplit(is_joint).next().unwrap_or_default();
    announced(part) != Announced::Nothing || announced(last) != Announced::Nothing
}

/// What stands between the words of one part.
pub(super) fn is_joint(c: char) -> bool {
    matches!(
        c,
        '-' | '_'
            | ':'
            | ','
            | '~'
            | '.'
            | '+'
            | ' '
            | '|'
            | '!'
            | '$'
            | '@'
            | '*'
            | '('
            | ')'
            | '\''
    )
}

/// Whether a part of a path is a secret behind the word for it: `token:…`, `private-…`.
pub(super) fn holds_announced(part: &str) -> bool {
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
        // `passwords-and-you`: more than one is what a text is about.
        Announced::Secret if is_prose && word.ends_with('s') => {
            value.split(is_joint).count() < 2 || !value.split(is_joint).all(is_letters)
        }
        Announced::Secret => true,
        Announced::Perhaps => !(is_prose && value.split(is_joint).all(is_letters)),
    };
    let is_prose = match joint {
        Some('-' | '_' | '+' | ' ') => true,
        Some('.') => is_ending_of_file(rest),
        _ => false,
    };
    // Nobody writes `feed_key` of anything but a key.
    let sure = |kind: Announced| match kind {
        Announced::Perhaps => Announced::Secret,
        kind => kind,
    };
    holds(announced(word), rest, is_prose)
        || second.is_some_and(|(kind, value)| holds(sure(kind), value, is_prose))
        || stands_before_the_last(part)
}

/// Whether the last word but one announces a secret, as in `u-token-…`; in a longer text it is a
/// word like any other.
fn stands_before_the_last(part: &str) -> bool {
    let words: Vec<&str> = part
        .split(is_joint)
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [_, word, last] => announced(word) == Announced::Secret && !is_ending_of_file(last),
        _ => false,
    }
}

/// What follows the last dot in the names of documents and of programs that write them.
fn is_ending_of_file(text: &str) -> bool {
    [
        "asp", "aspx", "atom", "cgi", "htm", "html", "ics", "json", "jsp", "php", "rdf", "rss",
        "txt", "xml",
    ]
    .contains(&text.to_ascii_lowercase().as_str())
}

fn is_letters(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
}

/// Usual names of the document itself: not a secret whatever it stands behind.
pub(super) fn is_file_of_feed(part: &str) -> bool {
    let stem = part.split_once('.').map_or(part, |(stem, _)| stem);
    let ending = part.split_once('.').map_or("xml", |(_, ending)| ending);
    FILES.contains(&stem.to_ascii_lowercase().as_str())
        && ["xml", "rss", "rdf", "atom", "json", "ics", "php"].contains(&ending)
}

const FILES: &[&str] = &[
    "all", "atom", "basic", "feed", "feeds", "index", "json", "latest", "news", "rdf", "rss",
    "rss2", "xml",
];
