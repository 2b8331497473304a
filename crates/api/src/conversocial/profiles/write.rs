//! Writing about customers. These calls are ours; their answers have the documented forms.

use domain::author::AuthorId;
use domain::contact::{ContactEntry, EntryKind};
use domain::ids::{AnnotationTypeId, ContactEntryId};
use engine::contacts;
use engine::{Error, What};

use super::{author, entries};
use crate::conversocial::call::Call;
use crate::conversocial::errors::{Failure, expected, missing};
use crate::conversocial::ids::parse_hex;
use crate::conversocial::reply::{Answer, Reply};

/// `POST /notes`.
pub async fn add_note(call: Call) -> Answer {
    let (author, text) = (author(&call, "author_id")?, text(&call, "text")?);
    let entry = contacts::add_note(&call.engine, &call.scope, &author, &text).await?;
    show(&call, &entry).await
}

/// `POST /notes/{id}`.
pub async fn modify_note(call: Call) -> Answer {
    let id = call.id("id", parse_hex, What::Note)?;
    let text = text(&call, "text")?;
    let id = ContactEntryId(id);
    let entry = contacts::modify_note(&call.engine, &call.scope, id, &text).await?;
    show(&call, &entry).await
}

/// `POST /annotations`.
pub async fn set_annotation(call: Call) -> Answer {
    let (author, value) = (author(&call, "author_id")?, text(&call, "text")?);
    let kind = text(&call, "type_id")?;
    let kind = AnnotationTypeId::parse(&kind)
        .ok_or_else(|| expected("type_id", "the number of an annotation type", &kind))?;
    let entry = contacts::set_annotation(&call.engine, &call.scope, &author, kind, &value).await?;
    show(&call, &entry).await
}

/// `POST /tags`.
pub async fn add_tag(call: Call) -> Answer {
    let (author, name) = (author(&call, "author_id")?, text(&call, "name")?);
    let entry = contacts::add_tag(&call.engine, &call.scope, &author, &name).await?;
    show(&call, &entry).await
}

/// `DELETE /authors/{author_id}/tags/{name}`.
pub async fn remove_tag(call: Call) -> Answer {
    let author = author::named(&call)?;
    // PostgreSQL's text cannot hold NUL, so there is no such tag.
    let name = call
        .part("name")
        .filter(|name| !name.contains('\0'))
        .ok_or(Error::NotFound(What::Tag))?;
    let entry = contacts::remove_tag(&call.engine, &call.scope, &author, name).await?;
    show(&call, &entry).await
}

/// The author that a member of the body names.
///
/// # Errors
/// It is absent, or nobody is called so.
pub fn author(call: &Call, name: &'static str) -> Result<AuthorId, Failure> {
    let text = text(call, name)?;
    Ok(AuthorId::parse(&text).ok_or(Error::NotFound(What::Contact))?)
}

fn text(call: &Call, name: &'static str) -> Result<String, Failure> {
    call.body.text(name)?.ok_or_else(|| missing(name))
}

async fn show(call: &Call, entry: &ContactEntry) -> Answer {
    let authors = contacts::authors_of(&call.engine, &call.scope, entry.contact_id).await?;
    let name = match entry.subject.kind() {
        EntryKind::Note => "note",
        EntryKind::Annotation => "annotation",
        EntryKind::Tag => "tag",
    };
    Ok(Reply::one(name, |object| {
        entries::write(object, entry, &authors);
    }))
}
