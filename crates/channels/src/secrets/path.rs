//! Paths: part by part, with what the part before says of the next.

use super::made_up::{is_ending, looks_made_up};
use super::parameters;
use super::percent::decoded;
use super::public;
use super::shown::{Secret, Shown};
use super::words::{announced_in, announces_next, is_harmless_behind};

/// Whether a path holds no secret.
pub(super) fn is_whole(text: &str) -> bool {
    let mut shown = Shown::default();
    path(text, "", &mut shown);
    shown.is_whole()
}

pub(super) fn path(path: &str, host: &str, shown: &mut Shown) {
    let public_from = public::parts_before_identifiers(host, path);
    let mut announcer: Option<String> = None;
    let mut is_inner = false;
    let mut before = String::new();
    for (at, part) in path.split('/').enumerate() {
        if at > 0 {
            shown.show("/");
        }
        // An address within the address: `…/https://me:word@other.example/feed`.
        is_inner |= part.is_empty() && before.ends_with(':');
        let plain = decoded(part);
        let name = std::mem::replace(&mut before, plain.clone().unwrap_or_default());
        let Some(plain) = plain else {
            shown.hide(Secret::new(&name, part, true));
            continue;
        };
        let is_public = public_from.is_some_and(|from| at >= from) && public::is_identifier(&plain);
        if part.is_empty() || is_public {
            shown.show(part);
            continue;
        }
        if let Some(announcer) = &announcer {
            // Behind what is none, the secret may still come.
            if is_harmless_behind(announcer, &plain) {
                shown.show(part);
                continue;
            }
            shown.hide(Secret::new(&name, &plain, true));
        } else if is_inner && plain.contains('@') {
            shown.hide(Secret::new(&name, &plain, true));
        } else {
            segment(part, &plain, &name, shown);
        }
        let last = plain.rsplit('/').next().unwrap_or_default();
        announcer = announces_next(last).then(|| last.to_owned());
    }
}

/// One part of a path; the ending of a file stays.
fn segment(part: &str, plain: &str, name: &str, shown: &mut Shown) {
    if part != plain {
        let mut inner = Shown::default();
        if plain.contains('/') {
            path(plain, "", &mut inner);
        } else if plain.contains(['?', '&', '#']) {
            inner.note(name, plain, true);
        } else {
            segment(plain, plain, name, &mut inner);
        }
        if inner.is_whole() {
            shown.show(part);
        } else {
            shown.hide(Secret::new(name, plain, false));
            shown.secrets.append(&mut inner.secrets);
        }
        return;
    }
    let (part, parameters) = part
        .split_once(';')
        .map_or((part, None), |(part, rest)| (part, Some(rest)));
    one(part, name, shown);
    if let Some(parameters) = parameters {
        shown.show(";");
        for (at, one) in parameters.split(';').enumerate() {
            let (name, value) = one.split_once('=').unwrap_or(("", one));
            match at {
                0 => shown.hide(Secret::new(name, value, true)),
                _ => shown.note(name, value, true),
            }
        }
    }
}

fn one(part: &str, name: &str, shown: &mut Shown) {
    let signs_in = part
        .split_once('@')
        .is_some_and(|(who, _)| who.contains(':'));
    let announced = announced_in(part);
    if let Some((name, value)) = part.split_once('=') {
        parameters::pair(name, value, "", shown);
    } else if public::is_did(part) {
        shown.show(part);
    } else if looks_made_up(part) {
        match part.rsplit_once('.') {
            Some((stem, ending)) if is_ending(ending) => {
                shown.hide(Secret::new(name, stem, true));
                shown.show(&format!(".{ending}"));
            }
            _ => shown.hide(Secret::new(name, part, true)),
        }
    } else if signs_in || announced.is_some() {
        shown.hide(Secret::new(name, part, true));
    } else {
        shown.show(part);
        return;
    }
    // The feed may repeat it without the word.
    if let Some(value) = announced {
        shown.note(name, value, true);
    }
}
