//! Lengths of the texts of a message that a program adds. What is longer is refused by name: only
//! from sources that cannot be told are texts cut.

use std::fmt::Display;

use channels::Draft;
use domain::mention::Author;

use super::clean::{MAX_IDENTIFIER, MAX_TITLE, MAX_URL, MAX_VALUE};
use super::enrich::MAX_BIO;
use super::{MAX_CONTENT, MAX_NAME};

/// A text that is too long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong {
    /// The member, within the message.
    pub(super) field: String,
    /// Characters it may have.
    pub(super) most: usize,
}

/// The first text of a message that is longer than it may be.
pub(super) fn find_too_long(draft: &Draft) -> Option<TooLong> {
    let mut found = Search(None);
    found.look("message.content", Some(&draft.content), MAX_CONTENT);
    found.look("message.title", draft.title.as_deref(), MAX_TITLE);
    author(&mut found, "author", &draft.author);
    if let Some(original) = &draft.original_author {
        author(&mut found, "original_author", original);
    }
    source(&mut found, draft);
    let location = &draft.location;
    found.look("location.region", location.region.as_deref(), MAX_NAME);
    found.look("location.city", location.city.as_deref(), MAX_NAME);
    parts(&mut found, draft);
    found.0
}

fn author(found: &mut Search, path: &str, author: &Author) {
    for (name, text, most) in [
        ("name", &author.name, MAX_NAME),
        ("fullname", &author.fullname, MAX_NAME),
        ("location", &author.location, MAX_NAME),
        ("id", &author.id, MAX_IDENTIFIER),
        ("bio", &author.bio, MAX_BIO),
        ("url", &author.url, MAX_URL),
        ("img", &author.img, MAX_URL),
        ("website", &author.website, MAX_URL),
    ] {
        found.look(format_args!("{path}.{name}"), text.as_deref(), most);
    }
}

fn source(found: &mut Search, draft: &Draft) {
    let source = &draft.source;
    for (name, text, most) in [
        ("id", source.id.as_deref(), MAX_IDENTIFIER),
        ("thread_id", source.thread_id.as_deref(), MAX_IDENTIFIER),
        (
            "in_reply_to_message_id",
            source.in_reply_to.as_deref(),
            MAX_IDENTIFIER,
        ),
        ("profile", source.profile.as_deref(), MAX_IDENTIFIER),
        ("url", source.url.as_deref(), MAX_URL),
        ("domain", Some(&*source.domain), MAX_NAME),
        ("application", source.application.as_deref(), MAX_NAME),
        ("profile_name", source.profile_name.as_deref(), MAX_NAME),
    ] {
        found.look(format_args!("source.{name}"), text, most);
    }
    if let Some(sender) = &source.sender {
        for (name, text) in [
            ("type", &sender.kind),
            ("id", &sender.id),
            ("name", &sender.name),
        ] {
            found.look(format_args!("source.sender.{name}"), Some(text), MAX_NAME);
        }
    }
}

fn parts(found: &mut Search, draft: &Draft) {
    for (index, attachment) in draft.attachments.iter().enumerate() {
        let content = attachment.content.as_ref().and_then(|value| value.as_str());
        for (name, text, most) in [
            ("url", attachment.url.as_deref(), MAX_URL),
            ("image", attachment.image.as_deref(), MAX_URL),
            ("title", attachment.title.as_deref(), MAX_TITLE),
            ("caption", attachment.caption.as_deref(), MAX_TITLE),
            ("question", attachment.question.as_deref(), MAX_TITLE),
            ("description", attachment.description.as_deref(), MAX_VALUE),
            ("content", content, MAX_VALUE),
        ] {
            found.look(format_args!("attachments[{index}].{name}"), text, most);
        }
    }
    for (index, attribute) in draft.extra_attributes.iter().enumerate() {
        for (name, text, most) in [
            ("id", &attribute.id, MAX_NAME),
            ("name", &attribute.name, MAX_NAME),
            ("value", &attribute.value, MAX_VALUE),
        ] {
            let path = format_args!("extra_attributes[{index}].{name}");
            found.look(path, Some(text), most);
        }
    }
    for (index, button) in draft.buttons.iter().enumerate() {
        for (name, text) in [("id", &button.id), ("label", &button.label)] {
            found.look(
                format_args!("buttons[{index}].{name}"),
                Some(text),
                MAX_NAME,
            );
        }
    }
    for (index, button) in draft.clicked_buttons.iter().enumerate() {
        for (name, text, most) in [
            ("id", &button.id, MAX_NAME),
            ("label", &button.label, MAX_NAME),
            ("payload", &button.payload, MAX_VALUE),
        ] {
            let path = format_args!("clicked_buttons[{index}].{name}");
            found.look(path, Some(text), most);
        }
    }
    for (name, text) in draft.service_details.iter().flat_map(|all| &all.fields) {
        found.look(
            format_args!("service_details.{name}"),
            Some(text),
            MAX_VALUE,
        );
    }
}

struct Search(Option<TooLong>);

impl Search {
    fn look(&mut self, field: impl Display, text: Option<&str>, most: usize) {
        // Bytes bound characters from above, so most texts need no count.
        let is_too_long = |text: &str| text.len() > most && text.char_indices().nth(most).is_some();
        if self.0.is_none() && text.is_some_and(is_too_long) {
            self.0 = Some(TooLong {
                field: field.to_string(),
                most,
            });
        }
    }
}
