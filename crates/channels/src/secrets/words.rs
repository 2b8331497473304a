//! Words that announce a secret: `token`, `key`, `private` and the like.

use super::plain::{is_file_of_feed, is_letters};

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

/// Things that a site may have many of, each with a name that is no secret.
const THINGS: &[&str] = &["codes", "keys", "passes", "sessions", "tickets"];

/// What stands behind `key-` and `code-` in titles.
const COMPANIONS: &[&str] = &[
    "camp",
    "club",
    "dates",
    "events",
    "facts",
    "features",
    "figures",
    "findings",
    "insights",
    "issues",
    "messages",
    "moments",
    "news",
    "people",
    "points",
    "quotes",
    "review",
    "stage",
    "takeaways",
    "week",
    "west",
];

/// Small words that follow in a sentence.
const SMALL: &[&str] = &[
    "a", "and", "at", "au", "aus", "de", "der", "des", "die", "du", "el", "en", "et", "for",
    "from", "fuer", "in", "is", "la", "le", "les", "mit", "of", "on", "or", "per", "pour", "the",
    "to", "un", "und", "van", "von", "vs", "with", "y",
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
    let last = part.rsplit(is_joint).find(|word| !word.is_empty());
    announced(part) != Announced::Nothing
        || last.is_some_and(|last| announced(last) != Announced::Nothing)
}

/// Whether what follows a part of a path that announces a secret is none all the same: the document
/// itself, the file of one of many things, a year of sessions.
pub(super) fn is_harmless_behind(before: &str, part: &str) -> bool {
    let before = before.to_ascii_lowercase();
    let is_among_things = THINGS.contains(&before.as_str());
    let is_named = part
        .split_once('.')
        .is_some_and(|(stem, ending)| is_letters(stem) && is_ending_of_file(ending));
    let is_year = part.len() == 4
        && (part.starts_with("19") || part.starts_with("20"))
        && part.bytes().all(|byte| byte.is_ascii_digit());
    is_file_of_feed(part)
        || (is_among_things && is_named)
        || ((is_among_things || before == "session") && is_year)
}

/// What stands between the words of one part.
pub(super) fn is_joint(c: char) -> bool {
    !c.is_alphanumeric() && !matches!(c, '/' | '?' | '%' | '&' | '#' | '=')
}

/// The secret in a part of a path that stands behind the word for it: `token:…`, `private-…`,
/// `my-feed-token-…`.
pub(super) fn announced_in(part: &str) -> Option<&str> {
    let mut before = "";
    let mut from = 0;
    while let Some(rest) = part.get(from..) {
        let length = rest.find(is_joint)?;
        let (word, behind) = rest.split_at_checked(length)?;
        let joint = behind.chars().next()?;
        let value = behind.get(joint.len_utf8()..)?;
        if announces(before, word, from == 0, joint, value) {
            return Some(value);
        }
        before = word;
        from += length + joint.len_utf8();
    }
    None
}

/// Whether a word of a part says that the rest of the part is a secret.
fn announces(before: &str, word: &str, is_first: bool, joint: char, value: &str) -> bool {
    let is_ending = joint == '.' && is_ending_of_file(value);
    if value.chars().all(is_joint) || is_ending || is_file_of_feed(value) {
        return false;
    }
    let is_qualified = QUALIFYING.contains(&before.to_ascii_lowercase().as_str());
    let kind = match announced(word) {
        Announced::Nothing if is_qualified => announced(&format!("{before}{word}")),
        kind => kind,
    };
    let is_prose_joint = matches!(joint, '-' | '_' | '.' | '+' | ' ' | ',');
    let stem = match value.rsplit_once('.') {
        Some((stem, ending)) if is_ending_of_file(ending) => stem,
        _ => value,
    };
    let words: Vec<&str> = stem.split(is_joint).filter(|w| !w.is_empty()).collect();
    let next = words.first().map(|word| word.to_ascii_lowercase());
    let next = next.as_deref().unwrap_or_default();
    let are_words = is_prose_joint && words.iter().all(|word| is_letters(word));
    let is_sentence = are_words && words.len() > 1;
    match kind {
        Announced::Nothing => false,
        // `access_key` announces the next part.
        _ if words.len() == 1 && announced(next) != Announced::Nothing => false,
        _ if is_sentence && SMALL.contains(&next) => false,
        Announced::Secret if is_first || is_qualified => true,
        // In the middle of many words it may be one of them.
        Announced::Secret => {
            ENDINGS
                .iter()
                .any(|end| word.to_ascii_lowercase().ends_with(end))
                && !is_sentence
        }
        Announced::Perhaps if is_first || is_qualified => {
            let is_title = are_words && COMPANIONS.contains(&next);
            !is_sentence && !is_title
        }
        Announced::Perhaps => !is_prose_joint,
    }
}

fn is_ending_of_file(text: &str) -> bool {
    ENDINGS_OF_FILES.contains(&text.to_ascii_lowercase().as_str())
}

/// Endings of files that are no secrets behind a dot.
const ENDINGS_OF_FILES: &[&str] = &[
    "asp", "aspx", "atom", "cfm", "cgi", "do", "htm", "html", "ics", "json", "jsp", "php", "rdf",
    "rss", "xml",
];
