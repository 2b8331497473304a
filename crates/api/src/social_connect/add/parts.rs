//! Parts of an added message.

use domain::attachment::{Attachment, AttachmentType};
use domain::mention::{Author, ExtraAttribute, Source};
use engine::Error;

use crate::social_connect::params::{Field, FieldObject, expected, missing};

/// An author. That it is one of the account's own profiles is not taken from the sender.
pub(super) fn author(given: &FieldObject) -> Result<Author, Error> {
    Ok(Author {
        name: given.filled_text("name")?,
        fullname: given.filled_text("fullname")?,
        id: given.filled_text("id")?,
        url: given.filled_text("url")?,
        img: given.filled_text("img")?,
        managed: false,
        followers: given.integer("followers")?.filter(|count| *count >= 0),
    })
}

/// Everything of a source that is free text; service, category and collector are set already.
pub(super) fn source(given: &FieldObject, source: &mut Source) -> Result<(), Error> {
    source.id = given.filled_text("id")?;
    source.in_reply_to = given.filled_text("in_reply_to_message_id")?;
    source.thread_id = given.filled_text("thread_id")?;
    source.domain = given.filled_text("domain")?.unwrap_or_default();
    source.url = given.filled_text("url")?;
    source.application = given.filled_text("application")?;
    source.profile = given.filled_text("profile")?;
    source.profile_name = given.filled_text("profile_name")?;
    Ok(())
}

pub(super) fn attachments(message: &FieldObject) -> Result<Vec<Attachment>, Error> {
    let items = message.list("attachments")?.unwrap_or_default();
    items.into_iter().map(attachment).collect()
}

fn attachment(item: Field) -> Result<Attachment, Error> {
    let given = item.into_object()?;
    let kind = given.filled_text("type")?;
    let kind = match kind.as_deref() {
        None => AttachmentType::Other,
        Some(word) => AttachmentType::parse(word.trim())
            .ok_or_else(|| expected(&given.path_of("type"), "a type such as photo or url", word))?,
    };
    Ok(Attachment {
        kind,
        url: given.filled_text("url")?,
        title: given.filled_text("title")?,
        image: given.filled_text("image")?,
        description: given.filled_text("description")?,
        caption: given.filled_text("caption")?,
        question: given.filled_text("question")?,
        id: given.integer("id")?,
        content: given.get("content").map(Field::into_value),
    })
}

pub(super) fn extra_attributes(given: &FieldObject) -> Result<Vec<ExtraAttribute>, Error> {
    let items = given.list("extra_attributes")?.unwrap_or_default();
    items
        .into_iter()
        .map(|item| {
            let given = item.into_object()?;
            let name = given.filled_text("name")?;
            let id = given.filled_text("id")?;
            let name_or_id = name.clone().or_else(|| id.clone());
            let name_or_id = name_or_id.ok_or_else(|| missing(&given.path_of("name")))?;
            Ok(ExtraAttribute {
                id: id.unwrap_or_else(|| name_or_id.clone()),
                name: name_or_id,
                value: given.text("value")?.unwrap_or_default(),
            })
        })
        .collect()
}
