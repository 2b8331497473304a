//! One poll of a feed: ask, understand the status, read, and say what is new.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use domain::time::UnixMillis;
use http::StatusCode;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_LOCATION, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, RETRY_AFTER,
};
use url::Url;

use super::conceal::conceal;
use super::cursor::{Cursor, short};
use super::dates;
use super::document::{Document, Entry, ParseError};
use super::due::{FeedSettings, due_at, max_age_ms};
use super::item::{self, Context};
use crate::channel::{
    Connection, InboundItem, ItemKind, Poisoned, PollError, PollErrorKind, Polled, ProfileInfo,
};
use crate::safe_http::{HttpError, Request, Response, SafeHttp, without_credentials};
use crate::secrets::{self, Hidden};

const ACCEPTED: &str = "application/atom+xml, application/rss+xml, application/feed+json, \
                        application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1";

/// What a poisoned item has in place of a revision.
const POISON: &str = "poison";

pub(super) async fn poll(
    settings: &FeedSettings,
    connection: &Connection,
    http: &SafeHttp,
    now: UnixMillis,
) -> Result<Polled, PollError> {
    let mut cursor = Cursor::load(connection.cursor.as_deref(), &connection.address);
    let mut request = Request::get(cursor.target()).header(ACCEPT, ACCEPTED);
    request.max_bytes = Some(settings.max_bytes);
    if let Some(etag) = &cursor.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(date) = &cursor.last_modified {
        request = request.header(IF_MODIFIED_SINCE, date);
    }
    let known = [&cursor.address, cursor.target(), &connection.address];
    let answer = http
        .get(request)
        .await
        .map_err(|error| without(&Hidden::of(known), unreachable(&error)))?;
    let max_age = answer.header(CACHE_CONTROL).and_then(max_age_ms);
    let location = location(&answer);
    let led_here = answer.asked.iter().chain([&location]).map(Url::as_str);
    let hidden = Hidden::of(known.into_iter().chain(led_here));
    if let Some(error) = refusal(&answer, now) {
        return Err(without(&hidden, error));
    }
    let body_hash = hash_bytes(&answer.body);
    let is_unchanged = answer.status == StatusCode::NOT_MODIFIED
        || cursor.body.as_deref() == Some(body_hash.as_str());
    if is_unchanged {
        note_move(&mut cursor, &answer);
        return Ok(Polled {
            items: Vec::new(),
            poisoned: Vec::new(),
            due_at: due_at(settings, now, max_age, &cursor.rhythm),
            has_more: false,
            moved_to: moved_to(&cursor, connection, &hidden),
            cursor: cursor.store(),
            profile: ProfileInfo::default(),
            notes: Vec::new(),
        });
    }
    let document = read(&answer, &location, &hidden).await?;
    note_move(&mut cursor, &answer);
    cursor.rhythm = document.rhythm.clone();
    let context = Context {
        document: &document,
        service_id: &connection.service_id,
        displayname: connection.displayname.as_deref(),
        host: &domain(&location, &hidden),
    };
    let found = sort_out(settings, &cursor.seen, &context, now);
    cursor.seen = found.seen;
    if found.has_more {
        // A 304 would hide what is still waiting.
        cursor.forget_validators();
    } else {
        cursor.etag = answer.header(ETAG).map(str::to_owned);
        cursor.last_modified = answer.header(LAST_MODIFIED).map(str::to_owned);
        cursor.body = Some(body_hash);
    }
    let due_at = if found.has_more {
        now.plus_ms(settings.min_interval_ms)
    } else {
        due_at(settings, now, max_age, &cursor.rhythm)
    };
    Ok(Polled {
        items: found.items,
        poisoned: found.poisoned,
        due_at,
        has_more: found.has_more,
        moved_to: moved_to(&cursor, connection, &hidden),
        cursor: cursor.store(),
        notes: notes(&document),
        profile: ProfileInfo {
            displayname: document.title,
            url: document.link.filter(|url| item::is_link(url)),
            avatar: document.image.filter(|url| item::is_link(url)),
        },
    })
}

/// What a document brings that the last one did not.
#[derive(Debug, Default)]
struct Found {
    items: Vec<InboundItem>,
    poisoned: Vec<Poisoned>,
    seen: BTreeMap<String, String>,
    has_more: bool,
}

fn sort_out(
    settings: &FeedSettings,
    before: &BTreeMap<String, String>,
    context: &Context<'_>,
    now: UnixMillis,
) -> Found {
    let mut found = Found::default();
    let document = context.document;
    let mut count: HashMap<String, usize> = HashMap::new();
    for entry in &document.entries {
        *count.entry(item::identity(entry)).or_default() += 1;
    }
    let mut fresh: Vec<(&Entry, String, String, ItemKind)> = Vec::new();
    for entry in &document.entries {
        let mut external_id = item::identity(entry);
        if count.get(&external_id).is_some_and(|times| *times > 1) {
            external_id = item::identity_of_twin(entry);
        }
        let key = short(&item::hash(&[&external_id]));
        let revision = item::revision(entry);
        if found.seen.contains_key(&key) {
            continue;
        }
        let kind = match before.get(&key) {
            Some(known) if *known == short(&revision) => {
                found.seen.insert(key, short(&revision));
                continue;
            }
            Some(_) => ItemKind::Update,
            None => ItemKind::New,
        };
        found.seen.insert(key, short(&revision));
        fresh.push((entry, external_id, revision, kind));
    }
    // Feeds list the newest first; oldest first is the order in which things were said. What has no
    // date goes by its place alone, before the rest.
    fresh.reverse();
    fresh.sort_by_key(|(entry, ..)| entry.published_at);
    for (entry, external_id, revision, kind) in fresh {
        if found.items.len() >= settings.max_items {
            // Not brought, so not seen; an edit is known by the revision that was seen before.
            let key = short(&item::hash(&[&external_id]));
            match before.get(&key) {
                Some(known) => found.seen.insert(key, known.clone()),
                None => found.seen.remove(&key),
            };
            found.has_more = true;
            continue;
        }
        found.items.push(InboundItem {
            draft: item::draft(entry, &external_id, context),
            external_id,
            revision,
            kind,
            raw: Bytes::from(entry.raw.clone()),
            received_at: now,
        });
    }
    for broken in &document.broken {
        let external_id = item::hash(&[&broken.raw]);
        let is_known = before
            .get(&short(&external_id))
            .is_some_and(|seen| seen == POISON);
        let is_repeated = found
            .seen
            .insert(short(&external_id), POISON.to_owned())
            .is_some();
        if !is_known && !is_repeated {
            found.poisoned.push(Poisoned {
                external_id,
                raw: Bytes::from(broken.raw.clone()),
                reason: broken.reason.clone(),
            });
        }
    }
    found
}

/// Reads the document on a thread of its own: it may be large, and should reading it ever panic,
/// the poll fails and nothing else.
async fn read(answer: &Response, location: &Url, hidden: &Hidden) -> Result<Document, PollError> {
    let body = answer.body.clone();
    let content_type = answer.header(CONTENT_TYPE).map(str::to_owned);
    let location = Arc::new(location.clone());
    let concealing = hidden.clone();
    tokio::task::spawn_blocking(move || {
        let mut document = super::parse(&body, content_type.as_deref(), Some(&location))?;
        conceal(&mut document, &concealing);
        Ok(document)
    })
    .await
    .map_err(|_| PollError::new(PollErrorKind::Malformed, "reading the feed failed"))?
    .map_err(|error| {
        let shown = match error {
            ParseError::WebPage(Some(feed)) => {
                ParseError::WebPage(Some(secrets::without_secrets(&feed).unwrap_or(feed)))
            }
            error => error,
        };
        without(
            hidden,
            PollError::new(PollErrorKind::Malformed, shown.to_string()),
        )
    })
}

/// What relative addresses are relative to. What stands behind the path goes: it is where keys to
/// feeds are, and `<link/>` or `#top` would put it into the link of an item.
fn location(answer: &Response) -> Url {
    let mut location = answer
        .header(CONTENT_LOCATION)
        .and_then(|location| answer.final_url.join(location).ok())
        .filter(|location| matches!(location.scheme(), "http" | "https"))
        .map_or_else(|| answer.final_url.clone(), without_credentials);
    location.set_query(None);
    location.set_fragment(None);
    location
}

fn note_move(cursor: &mut Cursor, answer: &Response) {
    if let Some(moved) = &answer.permanent_redirect {
        cursor.moved_to = Some(moved.to_string());
    }
}

/// Where the feed moved to, to be shown like the address it had. One that repeats a secret where
/// nothing tells that it is one is followed all the same, and told to nobody.
fn moved_to(cursor: &Cursor, connection: &Connection, hidden: &Hidden) -> Option<String> {
    let tells = |moved: &str| {
        let shown = secrets::without_secrets(moved);
        hidden
            .in_address(shown.as_deref().unwrap_or(moved))
            .is_some()
    };
    cursor
        .moved_to
        .clone()
        .filter(|moved| *moved != connection.address && !tells(moved))
}

/// A name for where the feed came from.
fn domain(location: &Url, hidden: &Hidden) -> String {
    let domain = secrets::domain(location);
    match hidden.in_address(&format!("http://{domain}/")) {
        Some(_) => String::new(),
        None => domain,
    }
}

fn without(hidden: &Hidden, error: PollError) -> PollError {
    PollError {
        message: hidden.in_text(&error.message).unwrap_or(error.message),
        ..error
    }
}

fn notes(document: &Document) -> Vec<String> {
    let mut notes = Vec::new();
    if !document.broken.is_empty() {
        notes.push(format!(
            "{} of {} items could not be read and are kept aside",
            document.broken.len(),
            document.broken.len() + document.entries.len()
        ));
    }
    notes
}

fn unreachable(error: &HttpError) -> PollError {
    let kind = match error {
        HttpError::Refused(_) => PollErrorKind::Refused,
        HttpError::TooLarge { .. } => PollErrorKind::Malformed,
        _ => PollErrorKind::Transient,
    };
    PollError::new(kind, secrets::in_sentence(&error.to_string()))
}

/// The error that a status stands for, if it is one.
fn refusal(answer: &Response, now: UnixMillis) -> Option<PollError> {
    let status = answer.status;
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return None;
    }
    let host = secrets::host(&answer.final_url);
    let retry_after_ms = answer.retry_after_ms().or_else(|| {
        let date = dates::parse(answer.header(RETRY_AFTER)?)?;
        Some(date.since(now).max(0))
    });
    let (kind, message) = match status.as_u16() {
        410 => (
            PollErrorKind::Gone,
            format!("{host} says that this feed is gone for good"),
        ),
        429 => (
            PollErrorKind::RateLimited,
            format!("{host} asks to be read less often"),
        ),
        503 if retry_after_ms.is_some() => (
            PollErrorKind::RateLimited,
            format!("{host} is not available at the moment and said when to come back"),
        ),
        401 | 403 => (
            PollErrorKind::Refused,
            format!("{host} does not let us read this feed ({status})"),
        ),
        404 => (
            PollErrorKind::Transient,
            format!("{host} has no feed at this address ({status})"),
        ),
        _ => (
            PollErrorKind::Transient,
            format!("{host} answered {status}"),
        ),
    };
    Some(PollError {
        kind,
        message,
        retry_after_ms,
    })
}

fn hash_bytes(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    let mut out = String::new();
    for byte in Sha256::digest(bytes).iter().take(16) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
