//! Words and numbers that somebody wrote.

use super::made_up::looks_made_up;
use super::path;
use super::percent::decoded;
use super::words::is_joint;

pub(super) fn is_letters(word: &str) -> bool {
    word.chars().all(char::is_alphabetic)
}

/// Usual names of the document itself: not a secret whatever it stands behind.
pub(super) fn is_file_of_feed(part: &str) -> bool {
    let stem = part.split_once('.').map_or(part, |(stem, _)| stem);
    let ending = part.split_once('.').map_or("xml", |(_, ending)| ending);
    is_word_of_feeds(stem) && ["xml", "rss", "rdf", "atom", "json", "ics", "php"].contains(&ending)
}

/// A word such as `rss2`.
pub(super) fn is_word_of_feeds(word: &str) -> bool {
    FILES.contains(&word.to_ascii_lowercase().trim_end_matches('2'))
}

const FILES: &[&str] = &[
    "all", "atom", "basic", "feed", "feeds", "index", "json", "latest", "news", "rdf", "rss", "xml",
];

/// How words may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Letters alone, as names are.
    Letters,
    /// With a digit behind them, as in what is searched for.
    WithDigit,
}

/// Words and numbers, percent-encoded or not: a search, a category, a format.
pub(super) fn is_plain(value: &str, words: Words) -> bool {
    let Some(text) = decoded(value) else {
        return false;
    };
    let is_shown = |word: &str| is_plain_word(word, words);
    !looks_made_up(&text)
        && (!text.contains('/') || path::is_whole(&text))
        && text
            .split(|c: char| (is_joint(c) && !":@".contains(c)) || "/#".contains(c))
            .all(|word| {
                // What searches for news take: `when:7d`, `site:a.example`.
                let word = OPERATORS
                    .iter()
                    .find_map(|operator| word.strip_prefix(operator)?.strip_prefix(':'))
                    .unwrap_or(word);
                is_shown(word) || (word.ends_with(['d', 'h', 'm', 'y']) && is_short(word))
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

/// Letters or a number; `rss2` is a word, too.
pub(super) fn is_plain_word(word: &str, words: Words) -> bool {
    let is_digit = |c: char| c.is_ascii_digit();
    let stem = match words {
        Words::WithDigit => word.strip_suffix(is_digit).unwrap_or(word),
        Words::Letters if is_word_of_feeds(word) => return true,
        Words::Letters => word,
    };
    let is_letter = |c: char| c.is_ascii_alphabetic() || (!c.is_ascii() && !c.is_control());
    (word.chars().count() <= 50 && stem.chars().all(is_letter))
        || (word.len() <= 12 && word.chars().all(is_digit))
}
