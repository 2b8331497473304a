//! The secrets of addresses, taken out of what is read there: whoever writes a feed for one person
//! repeats its address in it.

use std::fmt;

use url::Url;

use super::made_up::looks_made_up;
use super::parameters::{decoded, is_word, is_youtube, pair, parts};
use super::path::path;
use super::words::{Announced, announced};
use super::{HIDDEN, made_up, without_secrets};

/// Shorter values stand for too much else, and are no secrets.
const FEWEST: usize = 3;

/// What some addresses hide.
///
/// In an address or in what is written like one, a hidden value is known wherever it stands as a
/// whole. In other text only what is no word is, for the value of an unknown parameter may well be a
/// word that the text is about.
#[derive(Clone, Default)]
pub(crate) struct Hidden {
    /// The longest first.
    values: Vec<String>,
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hidden({})", self.values.len())
    }
}

impl Hidden {
    /// What these addresses hide.
    pub(crate) fn of<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let mut values = Vec::new();
        for address in addresses {
            if without_secrets(address).is_some()
                && let Ok(url) = Url::parse(address)
            {
                collect(&url, &mut values);
            }
        }
        let mut all: Vec<String> = values.iter().flat_map(|value| forms(value)).collect();
        all.retain(|value| value.chars().count() >= FEWEST);
        all.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        all.dedup();
        Self { values: all }
    }

    /// Whether nothing is hidden.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// An address without user name and password; `None` when it tells a secret.
    pub(crate) fn address(&self, address: &str) -> Option<String> {
        if self.is_told_by(address) {
            return None;
        }
        match Url::parse(address) {
            Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
                url.set_username("").ok()?;
                url.set_password(None).ok()?;
                Some(url.into())
            }
            _ => Some(address.to_owned()),
        }
    }

    /// Whether an address or an identifier tells a secret.
    pub(crate) fn is_told_by(&self, address: &str) -> bool {
        let plain = decoded(address);
        self.values.iter().any(|value| {
            let holds = |text: &str| places(text, value).next().is_some();
            holds(address) || plain.as_deref().is_some_and(holds)
        })
    }

    /// The name of a feed in which the secrets are covered, words too: it is shown wherever the
    /// address is, and people give it another one.
    pub(crate) fn name(&self, name: &str) -> String {
        let mut shown = self.text(name);
        let long = |value: &&String| value.chars().count() >= FEWEST_IN_NAME;
        for value in self.values.iter().filter(long) {
            shown = covered(&shown, value);
        }
        shown
    }

    /// A text in which the secrets are covered.
    pub(crate) fn text(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for value in &self.values {
            if shown.contains(value.as_str()) {
                shown = if is_no_word(value) {
                    shown.replace(value.as_str(), HIDDEN)
                } else {
                    in_addresses(&shown, value)
                };
            }
        }
        shown
    }
}

/// Fewest characters of what is covered in the name of a feed.
const FEWEST_IN_NAME: usize = 4;

/// Puts what an address hides into `values`.
fn collect(url: &Url, values: &mut Vec<String>) {
    let mut add = |value: &str| values.push(value.to_owned());
    add(url.username());
    add(url.password().unwrap_or_default());
    for label in url.domain().unwrap_or_default().split('.') {
        if made_up::is_made_up_label(label) {
            add(label);
        }
    }
    let shown = path(url.path());
    for (part, shown) in url.path().split('/').zip(shown.split('/')) {
        if part == shown {
            continue;
        }
        add(part);
        if let Some((stem, _)) = part.rsplit_once('.') {
            add(stem);
        }
        // `token:…`, `key=…`, `me:…@…`
        let pieces = part.split([':', '=', ';', '@']);
        pieces
            .filter(|piece| announced(piece) == Announced::Nothing)
            .for_each(&mut add);
    }
    let is_youtube = url.host_str().is_some_and(is_youtube);
    let behind = [url.query(), url.fragment()];
    for (bare, _) in behind.into_iter().flatten().flat_map(parts) {
        match bare.split_once('=') {
            Some((name, value)) => {
                let shown = pair(name, value, is_youtube);
                let (shown_name, shown_value) = shown.split_once('=').unwrap_or((HIDDEN, HIDDEN));
                if shown_value != value {
                    add(value);
                }
                if shown_name != name {
                    add(name);
                }
            }
            None if !is_word(bare) => add(bare),
            None => {}
        }
    }
}

/// A value as it may be written: as it is in the address, decoded, and encoded otherwise.
fn forms(value: &str) -> Vec<String> {
    let plain = decoded(value).unwrap_or_else(|| value.to_owned());
    let spaced = plain.replace('+', " ");
    let encoded: String = url::form_urlencoded::byte_serialize(plain.as_bytes()).collect();
    let escaped = plain.replace('&', "&amp;").replace('\'', "&#39;");
    vec![value.to_owned(), plain, spaced, encoded, escaped]
}

/// Whether a value is known in the middle of any text: no text is about it.
fn is_no_word(value: &str) -> bool {
    let is_mixed =
        value.chars().any(|c| c.is_ascii_digit()) && value.chars().any(char::is_alphabetic);
    value.chars().count() >= 6 && (is_mixed || looks_made_up(value))
}

/// Where a value stands as a whole.
fn places<'a>(text: &'a str, value: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(value).filter_map(move |(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let after = text.get(at + value.len()..)?.chars().next();
        let goes_on = |beside: Option<char>, edge: Option<char>| {
            beside.is_some_and(char::is_alphanumeric) && edge.is_some_and(char::is_alphanumeric)
        };
        let is_whole =
            !goes_on(before, value.chars().next()) && !goes_on(after, value.chars().next_back());
        is_whole.then_some(at)
    })
}

/// A text in which a value is covered where something is written like an address.
fn in_addresses(text: &str, value: &str) -> String {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`');
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive(ends) {
        if word.contains(['/', '=', '?', '@']) {
            shown.push_str(&covered(word, value));
        } else {
            shown.push_str(word);
        }
    }
    shown
}

/// A text in which a value is covered where it stands as a whole.
fn covered(text: &str, value: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    for at in places(text, value) {
        // Places of values that overlap themselves.
        if at >= end {
            shown.push_str(text.get(end..at).unwrap_or_default());
            shown.push_str(HIDDEN);
            end = at + value.len();
        }
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_tells_what_another_hides_is_known() {
        let hidden = Hidden::of([
            "https://me:geheim@a.example/rss/token/hush?auth=PODhush77&format=rss#x/y+z==",
            "https://a.example/ical/private-9f86d081884c7d659a2feaa0c55ad015/basic.ics",
            "https://a.example/1b4e28ba-2fa1-11d2-883f-0016d3cca427.rss",
        ]);
        for told in [
            "https://a.example/other?a=PODhush77",
            "https://a.example/other?a=%50ODhush77",
            "https://b.example/hush/1.mp3",
            "https://b.example/x?next=%2Frss%2Ftoken%2Fhush",
            "https://a.example/logo/private-9f86d081884c7d659a2feaa0c55ad015/1.png",
            "https://a.example/1b4e28ba-2fa1-11d2-883f-0016d3cca427/1.png",
            "https://a.example/?u=geheim",
            "tag:a.example,2026:PODhush77/1",
        ] {
            assert_eq!(hidden.address(told), None, "{told}");
            assert!(hidden.is_told_by(told), "{told}");
        }
        for harmless in [
            "https://a.example/rss/feed/1?format=rss",
            "https://a.example/hushed/1",
            "tag:a.example,2026:1",
        ] {
            assert_eq!(hidden.address(harmless).as_deref(), Some(harmless));
        }
        assert_eq!(
            hidden.address("https://you:word@b.example/1").as_deref(),
            Some("https://b.example/1")
        );
        assert!(Hidden::of(["https://a.example/feed.xml", "northwind"]).is_empty());
    }

    #[test]
    fn in_a_text_secrets_are_covered_and_words_are_left() {
        let hidden = Hidden::of(["https://a.example/f?auth=PODhush77&topic_of=rust&id_of=hush"]);
        for (text, shown) in [
            ("News of PODhush77 and more", "News of ••• and more"),
            ("aPODhush77b", "a•••b"),
            ("rust and hush in rust", "rust and hush in rust"),
            (
                "<a href=\"http://a.example/hush?rust\">rust</a> hush.",
                "<a href=\"http://a.example/•••?•••\">rust</a> hush.",
            ),
            (
                "<img src='/x?id_of=hush&hush=hushed'>",
                "<img src='/x?id_of=•••&•••=hushed'>",
            ),
            (
                "see a.example/f?id_of=hush, rust",
                "see a.example/f?id_of=•••, rust",
            ),
        ] {
            assert_eq!(hidden.text(text), shown, "{text}");
        }
        assert_eq!(hidden.name("Posts of hush on rust"), "Posts of ••• on •••");
    }
}
