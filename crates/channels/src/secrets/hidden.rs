//! What addresses hide, looked for in other texts.
//!
//! Some feeds repeat their own address. What is hidden of it is looked for by its length and by how
//! sure it is that it is a secret (it stands where a secret stands, or looks made up):
//!
//! | hidden                                                    | is looked for                      |
//! |-----------------------------------------------------------|------------------------------------|
//! | made up, or letters and digits, at least 8 characters     | in every text, within words, too   |
//! | at least 8 characters; 6 when sure, or not a plain word   | in every text, as a word           |
//! | at least 4 characters                                     | in addresses, as a whole part      |
//! | less, such as `x=1`                                       | in addresses, behind the same name |
//!
//! What is not sure is not looked for in hosts: `?site=ferries` says nothing against the host
//! `ferries.example`. Names and passwords are never shown in an address, whatever they are.

use super::made_up::{looks_made_up, without_ending};
use super::percent::{decoded, encoded};
use super::plain::{Words, is_plain_word, is_word_of_feeds};
use super::shown::{Secret, Shown};
use super::sign_in::without_sign_in;
use super::words::{Announced, announced};
use super::{HIDDEN, address, parameters, path};

/// Values that are looked for at most. A source may lead through addresses of any length; what is
/// hidden of the address that was asked comes first.
const MAX_VALUES: usize = 1_000;

/// What must not be shown, from all addresses that led to a document.
#[derive(Clone, Default)]
pub(crate) struct Hidden {
    values: Vec<Value>,
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hidden").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    /// Ways to write it.
    forms: Vec<String>,
    /// The same in small letters.
    small: Vec<String>,
    reach: Reach,
    is_sure: bool,
}

/// Where a value is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Everywhere,
    Words,
    Parts,
}

/// Where something is looked for at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Address,
    Text,
}

impl Hidden {
    /// What is hidden of these addresses.
    pub(crate) fn of<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hidden = Self::default();
        for address in addresses {
            for secret in address::judge(address).unwrap_or_default().secrets {
                hidden.add(&secret);
                for inner in within(&secret) {
                    hidden.add(&inner);
                }
            }
        }
        // The whole before what is part of it.
        let length = |value: &Value| value.forms.iter().map(String::len).max();
        hidden
            .values
            .sort_by_key(|value| std::cmp::Reverse(length(value)));
        hidden
    }

    fn add(&mut self, secret: &Secret) {
        let length = secret.value.chars().count();
        if length == 0 || (!secret.is_sure && is_word_of_feeds(&secret.value)) {
            return;
        }
        let has = |is: fn(char) -> bool| secret.value.chars().any(is);
        let is_mixed = has(char::is_alphabetic) && has(char::is_numeric);
        let is_word = is_plain_word(&secret.value, Words::Letters);
        let reach = if looks_made_up(&secret.value) || (length >= 8 && is_mixed) {
            Reach::Everywhere
        } else if length >= 8 || (length >= 6 && (secret.is_sure || !is_word)) {
            Reach::Words
        } else {
            Reach::Parts
        };
        let forms = if length >= 4 {
            forms(&secret.value)
        } else if secret.name.is_empty() {
            return;
        } else {
            vec![
                format!("{}={}", secret.name, secret.value),
                format!("{}/{}", secret.name, secret.value),
            ]
        };
        let value = Value {
            small: forms.iter().map(|form| form.to_ascii_lowercase()).collect(),
            forms,
            reach,
            is_sure: secret.is_sure,
        };
        if self.values.len() < MAX_VALUES && !self.values.contains(&value) {
            self.values.push(value);
        }
    }

    /// An address, or an identifier that may be one, with all that is hidden replaced; `None` when
    /// there is no such thing in it.
    pub(crate) fn in_address(&self, address: &str) -> Option<String> {
        // However it is encoded: the whole is then shown without percent signs. As it is written
        // some of it may be found by a part that does not need them.
        decoded(address)
            .filter(|plain| plain != address)
            .and_then(|plain| self.in_spelling(&plain))
            .or_else(|| self.in_spelling(address))
    }

    fn in_spelling(&self, address: &str) -> Option<String> {
        let signed_off = without_sign_in(address);
        let text = signed_off.as_deref().unwrap_or(address);
        self.cover(text, Place::Address).or(signed_off)
    }

    /// A text with all that is hidden replaced, in addresses within it, too; `None` when there is no
    /// such thing in it.
    pub(crate) fn in_text(&self, text: &str) -> Option<String> {
        if self.values.is_empty() && !text.contains('@') {
            return None;
        }
        let with_addresses = self.in_addresses_within(text);
        let text = with_addresses.as_deref().unwrap_or(text);
        self.cover(text, Place::Text).or(with_addresses)
    }

    fn in_addresses_within(&self, text: &str) -> Option<String> {
        if !text.contains('/') {
            return None;
        }
        let mut shown = String::with_capacity(text.len());
        let is_outside = |c: char| c.is_whitespace() || "<>\"'".contains(c);
        for piece in text.split_inclusive(is_outside) {
            let word = piece.trim_end_matches(is_outside);
            let is_address = word.contains("://")
                || word.starts_with("www.")
                || (word.contains('/') && word.contains('?'));
            let covered = is_address.then(|| self.in_address(word)).flatten();
            match covered {
                Some(covered) => {
                    shown.push_str(&covered);
                    shown.push_str(piece.get(word.len()..).unwrap_or_default());
                }
                None => shown.push_str(piece),
            }
        }
        (shown != text).then_some(shown)
    }

    fn cover(&self, text: &str, place: Place) -> Option<String> {
        let small = text.to_ascii_lowercase();
        let mut shown: Option<String> = None;
        for value in &self.values {
            if place == Place::Text && value.reach == Reach::Parts {
                continue;
            }
            for (form, small_form) in value.forms.iter().zip(&value.small) {
                if small.contains(small_form) {
                    let text = shown.as_deref().unwrap_or(text);
                    shown = value.covered(form, text, place).or(shown);
                }
            }
        }
        shown
    }
}

impl Value {
    /// The text without a form of this value, if it was there.
    fn covered(&self, form: &str, text: &str, place: Place) -> Option<String> {
        // Words in texts are not the secret because they are spelt with a capital.
        let is_exact = place == Place::Text && self.reach == Reach::Words;
        let (small, small_form) = if is_exact {
            (text.to_owned(), form.to_owned())
        } else {
            (text.to_ascii_lowercase(), form.to_ascii_lowercase())
        };
        let begins_at = if place == Place::Address && !self.is_sure {
            behind_host(text)
        } else {
            0
        };
        let mut shown = String::new();
        let mut copied = 0;
        let mut from = begins_at;
        while let Some(at) = small.get(from..).and_then(|rest| rest.find(&small_form)) {
            let (start, end) = (from + at, from + at + small_form.len());
            let before = text.get(..start).and_then(|text| text.chars().next_back());
            let after = text.get(end..).and_then(|text| text.chars().next());
            if self.reach.ends_at(before) && self.reach.ends_at(after) {
                shown.push_str(text.get(copied..start).unwrap_or_default());
                shown.push_str(HIDDEN);
                copied = end;
                from = end;
            } else {
                from = start + form.chars().next().map_or(1, char::len_utf8);
            }
        }
        shown.push_str(text.get(copied..).unwrap_or_default());
        (copied > 0).then_some(shown)
    }
}

impl Reach {
    /// Whether what is looked for may end beside this character.
    fn ends_at(self, neighbour: Option<char>) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Words => !neighbour.is_some_and(char::is_alphanumeric),
            Self::Parts => !neighbour.is_some_and(|c| c.is_alphanumeric() || "-_%".contains(c)),
        }
    }
}

/// Where the path of an address begins.
fn behind_host(address: &str) -> usize {
    let host = address.find("://").map_or(0, |at| at + 3);
    let is_path = |rest: &str| rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if host == 0 {
        return 0;
    }
    host + address.get(host..).map_or(0, is_path)
}

/// As itself, and as it is written in addresses.
fn forms(value: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for form in [
        value.to_owned(),
        value.replace('+', " "),
        value.replace(' ', "+"),
        encoded(value),
        encoded(value).replace("%20", "+"),
        encoded(value).replace("%2B", "+"),
    ] {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// What stands in something hidden and may be the secret itself: an address, parameters, what is
/// joined by signs, the name of a file.
fn within(secret: &Secret) -> Vec<Secret> {
    let value = secret.value.as_str();
    let mut found = Shown::default();
    if let Some(at) = value.find("://") {
        let scheme = value.get(..at).unwrap_or_default();
        let start = scheme
            .rfind(|c: char| !c.is_ascii_alphanumeric())
            .map_or(0, |at| at + 1);
        let inner = value.get(start..).and_then(address::judge);
        found.secrets.extend(inner.unwrap_or_default().secrets);
    } else if value.contains('=') {
        parameters::query(value, "", &mut found);
    } else if value.contains('/') {
        path::path(value, "", &mut found);
    }
    if let Some((who, _)) = value.rsplit_once('@') {
        for one in who.split(':') {
            found.note("", one, true);
        }
    }
    found.note(&secret.name, without_ending(value), secret.is_sure);
    for piece in value.split(|c: char| !(c.is_alphanumeric() || "-_.~+".contains(c))) {
        let is_key = piece.chars().count() >= 6
            && announced(piece) == Announced::Nothing
            && !is_plain_word(piece, Words::Letters);
        if is_key {
            found.note("", piece, secret.is_sure);
        }
    }
    found.secrets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(address: &str) -> Hidden {
        Hidden::of([address])
    }

    #[test]
    fn what_an_address_hides_is_found_in_other_addresses() {
        let hidden = Hidden::of([
            "http://ann:pa%20ss@h.example/calendar/private-9f86d081884c7d65/basic?auth=PODhush77&u=hush",
            "https://h.example/token/zz?x=1",
        ]);
        for address in [
            "http://h.example/calendar/private-9f86d081884c7d65/basic",
            "http://other.example/9F86D081884C7D65.png",
            "http://h.example/e/podhush77",
            "http://h.example/e?k=POD%68ush77",
            "http://h.example/u/hush/1",
            "http://h.example/i/hush.png",
            "http://hush@h.example/",
            "//me:pw@h.example/x",
            "http:me@h.example/x",
            "https://a.example/https%3A%2F%2Fme%3Apw%40h.example/",
            "/token/zz/rel",
            "http://h.example/?x=1",
            "http://h.example/a?p=pa+ss",
            "tag:h.example,2026:PODhush77/1",
        ] {
            let shown = hidden.in_address(address);
            assert!(
                shown.is_some_and(|shown| shown.contains(HIDDEN)),
                "{address}"
            );
        }
        for address in [
            "http://h.example/calendar/",
            "http://h.example/news/1?y=1",
            "http://hush.example/hush-puppies/hushed",
            "https://a.example/@ann",
            "http://h.example/a?p=pass",
            "http://h.example/token/z",
        ] {
            assert_eq!(hidden.in_address(address), None, "{address}");
        }
    }

    #[test]
    fn texts_are_shown_without_what_is_hidden() {
        let hidden =
            hidden("http://annette:sesame@h.example/?auth=PODhush77&u=hush&x=1&city=london");
        for (text, shown) in [
            ("Feed of PODhush77", "Feed of •••"),
            ("xPODHUSH77x", "x•••x"),
            ("by annette (sesame)", "by ••• (•••)"),
            ("Annette in London, 1", "Annette in London, 1"),
            ("hush, london, 1", "hush, london, 1"),
            (
                "see http://a.example/u/hush!",
                "see http://a.example/u/•••!",
            ),
            ("see http://a:b@c.example/", "see http://•••@c.example/"),
            ("mail a@b.example or @c", "mail a@b.example or @c"),
            ("www.a.example/?x=1&y", "www.a.example/?•••&y"),
        ] {
            assert_eq!(hidden.in_text(text).as_deref().unwrap_or(text), shown);
        }
    }

    #[test]
    fn what_the_asked_address_hides_is_looked_for_whatever_redirects_led_through() {
        let long: Vec<String> = (0..3_000).map(|at| format!("k{at}=v{at}")).collect();
        let long = format!("https://b.example/?{}", long.join("&"));
        let hidden = Hidden::of(["https://a.example/?auth=PODhush77", &long]);
        assert_eq!(hidden.values.len(), MAX_VALUES);
        assert_eq!(hidden.in_text("PODhush77").as_deref(), Some(HIDDEN));
    }

    #[test]
    fn nothing_is_looked_for_where_nothing_is_hidden() {
        let hidden = hidden("https://a.example/feed.xml?format=atom");
        assert!(hidden.values.is_empty());
        assert_eq!(
            hidden.in_text("https://a.example/feed.xml?format=atom a@b"),
            None
        );
        assert_eq!(hidden.in_address("https://a.example/feed.xml"), None);
    }
}
