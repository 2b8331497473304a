//! Reads the public corpus of the Python library `feedparser` and counts what holds.
//!
//! Every file of that corpus states in its head what the library makes of it, as a Python
//! expression. What these say of title, link and id is compared with what our reader makes of it.
//! Titles are compared as text, because ours are plain where the library's are HTML.
//!
//! The corpus is not part of the repository: `scripts/feed-corpus DIRECTORY` fetches it, and
//! `SWITCHBOARD_FEED_CORPUS` names the directory. Without it this test says so and passes.

#![expect(
    clippy::expect_used,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "the helpers of a test may fail as the test does"
)]

use std::path::{Path, PathBuf};

use channels::feed::{self, Document};
use url::Url;

/// What was reached when the reader was written; less is a step back.
const PARSED_FLOOR: usize = 1_737;
const HELD_FLOOR: usize = 195;

/// Where the library's own tests pretend the files to be.
const LOCATION: &str = "http://127.0.0.1:8097/";

#[derive(Debug, Default)]
struct Count {
    files: usize,
    parsed: usize,
    expectations: usize,
    held: usize,
}

#[test]
fn the_public_corpus_is_read() {
    let Some(root) = std::env::var_os("SWITCHBOARD_FEED_CORPUS").map(PathBuf::from) else {
        println!("feed corpus: not tried, SWITCHBOARD_FEED_CORPUS is not set");
        return;
    };
    let mut wellformed = Count::default();
    for folder in ["wellformed", "illformed", "encoding", "entities"] {
        let mut count = Count::default();
        let mut files = Vec::new();
        list(&root.join(folder), &mut files);
        files.sort();
        for file in &files {
            check(&root, file, &mut count);
        }
        println!(
            "feed corpus: {folder}: {} of {} files parsed, {} of {} expectations on title, link \
             and id hold",
            count.parsed, count.files, count.held, count.expectations
        );
        if folder == "wellformed" {
            wellformed = count;
        }
    }
    assert!(wellformed.files > 1_000, "the corpus is not complete");
    assert!(wellformed.parsed >= PARSED_FLOOR, "{wellformed:?}");
    assert!(wellformed.held >= HELD_FLOOR, "{wellformed:?}");
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the corpus has this folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn check(root: &Path, file: &Path, count: &mut Count) {
    let bytes = std::fs::read(file).expect("a file");
    let name = file.strip_prefix(root).unwrap_or(file).display();
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let header = |wanted: &str| {
        head.lines()
            .filter_map(|line| line.trim().strip_prefix("Header:")?.trim().split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
    };
    let relative = file
        .strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string();
    let own = Url::parse(LOCATION)
        .and_then(|base| base.join(&relative))
        .expect("a location");
    let location = header("content-location")
        .and_then(|location| own.join(&location).ok())
        .filter(|location| matches!(location.scheme(), "http" | "https"))
        .unwrap_or(own);
    count.files += 1;
    let document = feed::parse(&bytes, header("content-type").as_deref(), Some(&location));
    match &document {
        Ok(_) => count.parsed += 1,
        Err(error) => println!("  not parsed: {name}: {error}"),
    }
    for expectation in expectations(&head) {
        count.expectations += 1;
        let found = document
            .as_ref()
            .ok()
            .and_then(|document| value(document, &expectation));
        let holds = expectation.accepted.iter().any(|accepted| {
            if expectation.key == "title" {
                found.as_deref().unwrap_or_default() == as_plain_title(accepted)
            } else {
                found.as_deref() == Some(accepted.as_str())
            }
        });
        if holds {
            count.held += 1;
        } else {
            println!("  does not hold: {name}: {expectation:?}, found {found:?}");
        }
    }
}

/// One comparison of title, link or id of the feed or an entry.
#[derive(Debug)]
struct Expectation {
    entry: Option<usize>,
    key: &'static str,
    /// Any of these is right.
    accepted: Vec<String>,
}

fn value(document: &Document, expectation: &Expectation) -> Option<String> {
    match expectation.entry {
        None => match expectation.key {
            "title" => document.title.clone(),
            "link" => document.link.clone(),
            _ => document.id.clone(),
        },
        Some(index) => {
            let entry = document.entries.get(index)?;
            match expectation.key {
                "title" => entry.title.clone(),
                "link" => entry.link.clone(),
                _ => entry.id.clone(),
            }
        }
    }
}

/// A title of the library as our reader would give it: it is HTML, so it is given to the reader
/// as the HTML title of a feed.
fn as_plain_title(html: &str) -> String {
    let escaped = html.replace('&', "&amp;").replace('<', "&lt;");
    // Titles that the library holds to be text have no markup to lose.
    let kind = if html.contains('<') && !html.contains("</") && !html.contains("/>") {
        "text"
    } else {
        "html"
    };
    let feed = format!("<feed><title type='{kind}'>{escaped}</title><id>x</id></feed>");
    feed::parse(feed.as_bytes(), None, None)
        .expect("a feed")
        .title
        .unwrap_or_default()
}

/// Reads the comparisons out of the `Expect:` line: `feed['title'] == 'x'`,
/// `entries[0].id == u"y"`, `entries[0]['id'] == entries[1]['id'] == 'z'`, joined by `and`, or by
/// `or` where one of several values will do.
fn expectations(head: &str) -> Vec<Expectation> {
    let Some((_, rest)) = head.split_once("Expect:") else {
        return Vec::new();
    };
    let line = rest.split_once("-->").map_or(rest, |(line, _)| line).trim();
    let mut found: Vec<Expectation> = Vec::new();
    let mut waiting: Vec<(Option<usize>, &'static str)> = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        if let Some((subject, after)) = subject(rest) {
            rest = after.trim_start();
            if let Some(after) = rest.strip_prefix("==") {
                waiting.push(subject);
                rest = after.trim_start();
                if let Some((literal, after)) = sum(rest) {
                    for (entry, key) in waiting.drain(..) {
                        let known = found
                            .iter_mut()
                            .find(|known| known.entry == entry && known.key == key);
                        match known {
                            Some(known) => known.accepted.push(literal.clone()),
                            None => found.push(Expectation {
                                entry,
                                key,
                                accepted: vec![literal.clone()],
                            }),
                        }
                    }
                    rest = after;
                }
            }
        } else if let Some((_, after)) = literal(rest) {
            rest = after;
        } else {
            waiting.clear();
            let skip = rest.chars().next().map_or(1, char::len_utf8);
            // Whole words, so that the `u` of `menu'` is not taken for a prefix of a literal.
            let word = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            rest = &rest[word.max(skip)..];
        }
    }
    found
}

fn subject(text: &str) -> Option<((Option<usize>, &'static str), &str)> {
    let (entry, rest) = if let Some(rest) = text.strip_prefix("feed") {
        (None, rest)
    } else {
        let (index, rest) = text.strip_prefix("entries[")?.split_once(']')?;
        (Some(index.parse().ok()?), rest)
    };
    for (written, key) in [
        ("title", "title"),
        ("link", "link"),
        ("id", "id"),
        ("guid", "id"),
    ] {
        for form in [
            format!("['{written}']"),
            format!("[\"{written}\"]"),
            format!(".{written} "),
        ] {
            if let Some(after) = rest.strip_prefix(form.as_str()) {
                return Some(((entry, key), after));
            }
        }
    }
    None
}

/// Python strings, joined by `+`.
fn sum(text: &str) -> Option<(String, &str)> {
    let (mut out, mut rest) = literal(text)?;
    while let Some(after) = rest.trim_start().strip_prefix('+') {
        let (more, after) = literal(after.trim_start())?;
        out.push_str(&more);
        rest = after;
    }
    Some((out, rest))
}

/// A Python string.
fn literal(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix(['u', 'b']).unwrap_or(text);
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((index, c)) = chars.next() {
        if c == quote {
            return Some((out, &text[index + 1..]));
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        let mut code = |digits: usize| {
            let hex: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
            u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32)
        };
        match text[index + 1..].chars().next()? {
            'x' => {
                code(1);
                out.push(code(2)?);
            }
            'u' => {
                code(1);
                out.push(code(4)?);
            }
            'U' => {
                code(1);
                out.push(code(8)?);
            }
            other => {
                code(1);
                out.push(match other {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                });
            }
        }
    }
    None
}
