//! `notes`, `annotations` and `tags`: what was written, by time.

use domain::author::AuthorId;
use domain::contact::{ContactEntry, EntryAction, EntryKind, Subject};
use domain::ids::{ContactEntryId, ContactId, UserId};
use domain::time::UnixMillis;
use engine::contacts::{self, EntryRange};

use super::paging;
use crate::conversocial::call::Call;
use crate::conversocial::dates::microseconds;
use crate::conversocial::ids::hex;
use crate::conversocial::page_token;
use crate::conversocial::reply::{Answer, Reply};
use crate::render::json::Object;

/// `GET /notes`.
pub async fn notes(call: Call) -> Answer {
    list(&call, EntryKind::Note).await
}

/// `GET /annotations`.
pub async fn annotations(call: Call) -> Answer {
    list(&call, EntryKind::Annotation).await
}

/// `GET /tags`.
pub async fn tags(call: Call) -> Answer {
    list(&call, EntryKind::Tag).await
}

async fn list(call: &Call, kind: EntryKind) -> Answer {
    let (from, to) = paging::range(call)?;
    let after = page_token::place(call)?.and_then(|place| {
        let at = UnixMillis(place.sort_value?);
        Some((at, ContactEntryId(place.id)))
    });
    let range = EntryRange {
        kind,
        from,
        to,
        after,
        limit: paging::limit(call)?,
    };
    let page = contacts::entries(&call.engine, &call.scope, &range).await?;
    let next = page
        .next
        .map(|(at, id)| page_token::next(call, Some(at.0), id.0));
    let reply = Reply::list(plural(kind), |array| {
        for entry in &page.entries {
            let authors = page.authors.get(&entry.contact_id);
            let authors = authors.map(Vec::as_slice).unwrap_or_default();
            array.object(|object| write(object, entry, authors));
        }
    });
    Ok(reply.paged_forward(next.as_deref()))
}

/// The name of a list of such entries.
pub const fn plural(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Note => "notes",
        EntryKind::Annotation => "annotations",
        EntryKind::Tag => "tags",
    }
}

/// Writes an entry.
///
/// A note keeps its identifier when it is modified, so that a program can tell which note it was;
/// for annotations the customer and the type tell that (inference: the documentation shows one
/// entry of each).
pub fn write(object: &mut Object<'_>, entry: &ContactEntry, authors: &[AuthorId]) {
    let id = match entry.subject {
        Subject::Note(id) => id,
        Subject::Annotation(_) | Subject::Tag => entry.id,
    };
    object.text("id", &hex(id.0));
    object.display(
        "action",
        format_args!("{}_{}", verb(entry.action), entry.subject.kind()),
    );
    object.text("created_date", &microseconds(entry.at));
    match entry.subject {
        Subject::Note(_) => object.text("text", &entry.text),
        Subject::Annotation(kind) => {
            object.text("text", &entry.text);
            object.display("type_id", format_args!("{kind}"));
        }
        Subject::Tag => object.text("name", &entry.text),
    }
    object.set("user", &entry.user_id.map(UserId::get));
    object.object("author", |object| who(object, entry.contact_id, authors));
}

/// Writes which customer is meant: all identities at networks, and the number of the person.
pub fn who(object: &mut Object<'_>, contact: ContactId, authors: &[AuthorId]) {
    object.array("author_ids", |array| {
        for author in authors {
            array.push(&author.to_string());
        }
    });
    object.text("customer_profiles_id", &hex(contact.0));
}

/// Only `add` and `modify` are documented; taking tags away is ours.
const fn verb(action: EntryAction) -> &'static str {
    match action {
        EntryAction::Added => "add",
        EntryAction::Modified => "modify",
        EntryAction::Removed => "remove",
    }
}
