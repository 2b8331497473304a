//! Hashtags, named users and links in plain text.
//!
//! Hashtags and names follow the published rules of Twitter's text library, which networks since
//! agree on. Positions are counted in Unicode code points, the end is exclusive.

use domain::mention::{Entities, Entity};
use linkify::{LinkFinder, LinkKind};
use unicode_normalization::char::is_combining_mark;

/// Entities of one kind that are kept at most.
const MAX_OF_A_KIND: usize = 200;
/// The longest name of a user at any network we know.
const MAX_NAME: usize = 30;

/// Finds what a text speaks of.
pub(super) fn find(text: &str) -> Entities {
    let spans = links(text);
    let mut positions = Positions::new(text);
    let urls = spans
        .iter()
        .filter(|span| span.is_url)
        .take(MAX_OF_A_KIND)
        .filter_map(|span| positions.entity(span.start, span.end))
        .collect();
    let (hashtags, users) = signs(text, &spans);
    let mut positions = Positions::new(text);
    let hashtags = hashtags
        .into_iter()
        .filter_map(|(start, end)| positions.entity(start, end))
        .collect();
    let mut positions = Positions::new(text);
    let users = users
        .into_iter()
        .filter_map(|(start, end)| positions.entity(start, end))
        .collect();
    Entities {
        hashtags,
        users,
        urls,
    }
}

/// The text without links and names, which say nothing about its language.
pub(super) fn without_links_and_users(text: &str, entities: &Entities) -> String {
    let mut spans: Vec<(u32, u32)> = entities
        .urls
        .iter()
        .chain(&entities.users)
        .map(|entity| (entity.start, entity.end))
        .collect();
    spans.sort_unstable();
    let mut spans = spans.into_iter().peekable();
    let mut rest = String::with_capacity(text.len());
    for (at, c) in (0_u32..).zip(text.chars()) {
        while spans.next_if(|(_, end)| *end <= at).is_some() {}
        if spans.peek().is_none_or(|(start, _)| at < *start) {
            rest.push(c);
        }
    }
    rest
}

/// A link or mail address, in bytes.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    is_url: bool,
}

fn links(text: &str) -> Vec<Span> {
    // Every link has a dot; most messages have none.
    if !text.contains('.') {
        return Vec::new();
    }
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    finder
        .links(text)
        .filter_map(|link| {
            let (mut start, mut end) = (link.start(), link.end());
            let is_mail = *link.kind() == LinkKind::Email;
            let is_url = !is_mail && {
                let part = web_part(link.as_str());
                let shown = if part.contains("://") {
                    part
                } else {
                    part.trim_start_matches(is_cjk)
                };
                start += part.len() - shown.len();
                end = start + shown.len();
                is_web(text.get(..start)?, shown)
            };
            (is_mail || is_url).then_some(Span { start, end, is_url })
        })
        .collect()
}

/// A link ends where Chinese, Japanese or Korean text follows its host or path without a blank.
fn web_part(link: &str) -> &str {
    let lead = link.len() - link.trim_start_matches(is_cjk).len();
    for (at, c) in link.char_indices().skip_while(|(at, _)| *at < lead) {
        if is_cjk(c) {
            let Some(before) = link.get(..at) else { break };
            let rest = before.split_once("://").map_or(before, |(_, rest)| rest);
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            if has_ascii_tld(host) {
                return before;
            }
        }
    }
    link
}

const fn is_cjk(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

fn has_ascii_tld(host: &str) -> bool {
    host.rsplit_once('.').is_some_and(|(_, tld)| {
        let tld = tld.split(':').next().unwrap_or_default();
        tld.len() >= 2 && tld.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// Domains that people write without `http://`. Others need a path, because `so.it` and `end.Now`
/// are more often slips than links.
const BARE_TLDS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "int", "info", "biz", "eu", "io", "co", "tv", "app", "dev",
    "shop",
];

/// Country domains whose second level is fixed, as in `example.co.uk`.
const SECOND_LEVELS: &[&str] = &[
    "co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go",
];

fn is_web(before: &str, link: &str) -> bool {
    if let Some((scheme, rest)) = link.split_once("://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_named = host.contains('.') && !host.ends_with('.');
        return is_named
            && (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
            && url::Url::parse(link).is_ok();
    }
    if before.ends_with(|c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '@' | '＠' | '#' | '＃' | '$' | '/' | '_' | '-' | '.')
    }) {
        return false;
    }
    let (host, path) = match link.find(['/', '?', '#']) {
        Some(at) => link.split_at_checked(at).unwrap_or((link, "")),
        None => (link, ""),
    };
    let host = host.split(':').next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let Some((tld, names)) = labels.split_last() else {
        return false;
    };
    let is_lower = tld.bytes().all(|byte| byte.is_ascii_lowercase());
    if !host.is_ascii() || names.is_empty() || names.iter().any(|name| name.is_empty()) {
        return false;
    }
    let is_country = is_lower && tld.len() == 2;
    BARE_TLDS
        .iter()
        .any(|known| known.eq_ignore_ascii_case(tld))
        && is_one_case(tld)
        || is_country && path.len() > 1
        || is_country
            && names.len() > 1
            && names
                .last()
                .is_some_and(|name| SECOND_LEVELS.contains(name))
        || is_lower && names.len() > 1 && names.first() == Some(&"www") && tld.len() >= 2
}

/// `com` and `COM`, but not `Com`, which begins a sentence.
fn is_one_case(tld: &str) -> bool {
    tld.bytes().all(|byte| byte.is_ascii_lowercase())
        || tld.bytes().all(|byte| byte.is_ascii_uppercase())
}

type Ranges = Vec<(usize, usize)>;

/// Hashtags and users outside of links, in bytes.
fn signs(text: &str, spans: &[Span]) -> (Ranges, Ranges) {
    let (mut hashtags, mut users) = (Ranges::new(), Ranges::new());
    let mut spans = spans.iter().peekable();
    let mut resume = 0;
    for (at, sign) in text.char_indices() {
        while spans.next_if(|span| span.end <= at).is_some() {}
        if at < resume || spans.peek().is_some_and(|span| span.start <= at) {
            continue;
        }
        let (Some(before), Some(after)) = (text.get(..at), text.get(at + sign.len_utf8()..)) else {
            continue;
        };
        let length = match sign {
            '#' | '＃' => hashtag(before, after),
            '@' | '＠' => user(before, after),
            _ => continue,
        };
        let Some(length) = length else { continue };
        let end = at + sign.len_utf8() + length;
        if spans.peek().is_some_and(|span| span.start < end) {
            continue;
        }
        let list = if matches!(sign, '#' | '＃') {
            &mut hashtags
        } else {
            &mut users
        };
        if list.len() < MAX_OF_A_KIND {
            list.push((at, end));
        }
        resume = end;
    }
    (hashtags, users)
}

/// Length in bytes of the word of a hashtag.
fn hashtag(before: &str, after: &str) -> Option<usize> {
    if before.ends_with(|c: char| (is_tag_character(c) && !is_selector(c)) || c == '&') {
        return None;
    }
    let end = after
        .char_indices()
        .find(|(_, c)| !is_tag_character(*c) || is_selector(*c))
        .map_or(after.len(), |(at, _)| at);
    let (word, rest) = after.split_at_checked(end)?;
    let has_letter = word
        .chars()
        .any(|c| c.is_alphabetic() || is_combining_mark(c));
    (has_letter && !rest.starts_with(['#', '＃']) && !rest.starts_with("://")).then_some(end)
}

fn is_tag_character(c: char) -> bool {
    c.is_alphanumeric()
        || is_combining_mark(c)
        || matches!(
            c,
            '_' | '\u{200c}'
                | '\u{200d}'
                | '\u{a67e}'
                | '\u{5be}'
                | '\u{5f3}'
                | '\u{5f4}'
                | '\u{ff5e}'
                | '\u{301c}'
                | '\u{309b}'
                | '\u{309c}'
                | '\u{30a0}'
                | '\u{30fb}'
                | '\u{3003}'
                | '\u{f0b}'
                | '\u{f0c}'
                | '\u{b7}'
        )
}

/// Emoji presentation and key caps: `#️⃣` is a picture.
const fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}')
}

/// Length in bytes of the name of a user.
fn user(before: &str, after: &str) -> Option<usize> {
    if !may_precede_user(before) {
        return None;
    }
    let end = after
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(after.len());
    let rest = after.get(end..)?;
    let runs_on = rest.starts_with(|c: char| {
        matches!(c, '@' | '＠' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{24f}')
            || is_combining_mark(c)
    });
    ((1..=MAX_NAME).contains(&end) && !runs_on && !rest.starts_with("://")).then_some(end)
}

fn may_precede_user(before: &str) -> bool {
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    if !last.is_ascii_alphanumeric()
        && !matches!(
            last,
            '_' | '!' | '#' | '$' | '%' | '&' | '*' | '@' | '＠' | '＃'
        )
    {
        return true;
    }
    // "RT@name" is a way of repeating what somebody said.
    let word = before.trim_end_matches(':');
    let Some(start) = word.len().checked_sub(2) else {
        return false;
    };
    word.len() + 1 >= before.len()
        && word
            .get(start..)
            .is_some_and(|word| word.eq_ignore_ascii_case("rt"))
        && !word.get(..start).is_some_and(|text| {
            text.ends_with(|c: char| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '~' | '.' | '-')
            })
        })
}

/// Turns byte positions, given in ascending order, into code points.
struct Positions<'a> {
    text: &'a str,
    byte: usize,
    point: u32,
}

impl<'a> Positions<'a> {
    const fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            point: 0,
        }
    }

    fn entity(&mut self, start: usize, end: usize) -> Option<Entity> {
        let string = self.text.get(start..end)?;
        let before = self.text.get(self.byte..start)?;
        let first = self.point + length(before)?;
        let last = first + length(string)?;
        self.byte = end;
        self.point = last;
        Some(Entity {
            string: string.to_owned(),
            start: first,
            end: last,
        })
    }
}

fn length(text: &str) -> Option<u32> {
    u32::try_from(text.chars().count()).ok()
}

#[cfg(test)]
mod tests;
