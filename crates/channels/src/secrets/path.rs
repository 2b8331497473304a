//! The path of an address.

use super::HIDDEN;
use super::made_up::{is_ending, looks_made_up};
use super::parameters::{decoded, pair};
use super::words::{announces_next, holds_announced, is_file_of_feed};

/// A path without what may be a secret; it has as many parts as before.
pub(super) fn path(path: &str) -> String {
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
            } else if is_public(&plain) {
                part.to_owned()
            } else {
                segment(part, &plain)
            };
            is_announced = announces_next(plain.rsplit('/').next().unwrap_or_default());
            shown
        })
        .collect();
    parts.join("/")
}

/// A decentralised identifier, which stands for a person of a network and is public.
fn is_public(plain: &str) -> bool {
    plain.strip_prefix("did:plc:").is_some_and(|id| {
        id.len() == 24
            && id
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
    })
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
