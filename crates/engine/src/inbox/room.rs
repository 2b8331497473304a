//! How much of a mention people may make, in one call and in all.

use domain::action_type::ActionType;
use domain::limits;
use domain::mention::Mention;

use super::members;
use super::update::{AssigneeChange, MentionUpdate};
use crate::Error;

/// Refuses more than one call may bring, before anything is read.
pub(super) fn check_call(update: &MentionUpdate) -> Result<(), Error> {
    let todos = update.notes.iter().map(|note| note.todos.len()).sum();
    let assignees = match &update.assignees {
        None => 0,
        Some(AssigneeChange::All(all)) => all.len(),
        Some(AssigneeChange::Partly { users, teams }) => {
            users.iter().flatten().count() + teams.iter().flatten().count()
        }
    };
    for (field, given, limit) in [
        ("updates.actions", update.notes.len(), limits::NOTES_AT_ONCE),
        ("updates.actions.todos", todos, limits::TODOS_AT_ONCE),
        ("updates.todos", update.todos.len(), limits::TODOS),
        ("updates.assignees", assignees, limits::ASSIGNEES),
    ] {
        if given > limit {
            return Err(Error::TooMany {
                field: field.to_owned(),
                limit,
                given,
            });
        }
    }
    Ok(())
}

/// Refuses notes and ticks where the history is nearly full: what is left of it is for work that
/// ends, such as a status.
pub(super) fn check_noted(mention: &Mention, update: &MentionUpdate) -> Result<(), Error> {
    let noted = update.notes.len().saturating_add(update.todos.len());
    let after = mention.state.actions.len().saturating_add(noted);
    if noted > 0 && after > limits::NOTED_ACTIONS {
        let field = if update.notes.is_empty() {
            "updates.todos"
        } else {
            "updates.actions"
        };
        return Err(full(
            field,
            "entries in its history when notes are added or to-dos ticked",
            limits::NOTED_ACTIONS,
        ));
    }
    Ok(())
}

/// Refuses a mention that has become larger than one may be.
pub(super) fn check_mention(mention: &Mention) -> Result<(), Error> {
    let state = &mention.state;
    if state.tags.len() > limits::MENTION_TAGS {
        return Err(members::too_many_tags("updates.tags"));
    }
    let notes = state.actions.iter();
    let notes = notes
        .filter(|action| action.kind == ActionType::Note)
        .count();
    for (field, things, have, limit) in [
        (
            "updates.assignees",
            "assignees",
            state.assignees.len(),
            limits::ASSIGNEES,
        ),
        ("updates.actions", "notes", notes, limits::NOTES),
        (
            "updates.actions.todos",
            "to-dos",
            state.todos.len(),
            limits::TODOS,
        ),
        (
            "updates",
            "entries in its history",
            state.actions.len(),
            limits::ACTIONS,
        ),
        (
            "updates",
            "tags and assignees named in its history",
            named(mention),
            limits::HISTORY_NAMES,
        ),
        (
            "updates",
            "bytes of notes, to-dos and comments",
            written(mention),
            limits::WRITTEN_BYTES,
        ),
    ] {
        if have > limit {
            return Err(full(field, things, limit));
        }
    }
    Ok(())
}

fn full(field: &str, things: &'static str, limit: usize) -> Error {
    Error::Full {
        field: field.to_owned(),
        of: "a mention",
        things,
        limit,
    }
}

/// What people wrote on it.
fn work_texts(mention: &Mention) -> impl Iterator<Item = &str> {
    let texts = mention.state.actions.iter();
    let texts = texts.filter_map(|action| action.detail.text.as_deref());
    texts.chain(mention.state.todos.iter().map(|todo| todo.text.as_str()))
}

/// Bytes of what people wrote on it.
fn written(mention: &Mention) -> usize {
    work_texts(mention).map(str::len).sum()
}

/// Tags and assignees that its history names.
fn named(mention: &Mention) -> usize {
    let actions = mention.state.actions.iter();
    actions.map(|action| action.detail.names()).sum()
}

/// How many bytes of an answer a mention takes at most, in whichever encoding takes most: its texts,
/// and what each entry of its history, each name in one, each to-do and each part needs besides.
pub fn weight(mention: &Mention) -> usize {
    const WHOLE: usize = 8_192;
    const EACH: usize = 512;
    const NAME: usize = 256;
    /// A hashtag is shown by itself, in a filter and in an address, where each byte is three.
    const ENTITY: usize = 6;
    let (body, state) = (&mention.body, &mention.state);
    let source = &body.source;
    let texts = [
        body.title.as_deref(),
        Some(body.content.as_str()),
        // Shown as well where it is the same.
        Some(body.plain_text()),
        source.id.as_deref(),
        source.in_reply_to.as_deref(),
        source.thread_id.as_deref(),
        Some(source.domain.as_str()),
        source.url.as_deref(),
        source.application.as_deref(),
        source.profile.as_deref(),
        source.profile_name.as_deref(),
        Some(state.assignment_comment.as_str()),
    ];
    let authors = std::iter::once(&body.author).chain(&body.original_author);
    let authors = authors.flat_map(|author| {
        [
            &author.name,
            &author.fullname,
            &author.id,
            &author.url,
            &author.img,
        ]
    });
    let attachments = body.attachments.iter().flat_map(|one| {
        [
            &one.url,
            &one.title,
            &one.image,
            &one.description,
            &one.caption,
            &one.question,
        ]
    });
    let texts = texts.into_iter().flatten();
    let texts = texts.chain(authors.chain(attachments).filter_map(Option::as_deref));
    let values = body
        .attachments
        .iter()
        .filter_map(|one| one.content.as_ref());
    let attributes = body.extra_attributes.iter();
    let attributes = attributes.flat_map(|one| [&one.id, &one.name, &one.value]);
    let buttons = body.buttons.iter().flat_map(|one| [&one.id, &one.label]);
    let clicked = body.clicked_buttons.iter();
    let clicked = clicked.flat_map(|one| [&one.id, &one.label, &one.payload]);
    let details = body.service_details.iter().flat_map(|one| &one.fields);
    let details = details.flat_map(|(name, value)| [name, value]);
    let parts = attributes.chain(buttons).chain(clicked).chain(details);
    let texts = texts.chain(parts.map(String::as_str));
    // Beside conversations as the note and as the entry of the history.
    let work = work_texts(mention).chain(work_texts(mention));
    let found = &body.entities;
    let found = || found.hashtags.iter().chain(&found.users).chain(&found.urls);
    let count = state.actions.len()
        + state.todos.len()
        + state.tags.len()
        + body.attachments.len()
        + body.extra_attributes.len()
        + body.buttons.len()
        + body.clicked_buttons.len()
        + found().count();
    let todos = state.todos.iter().map(|todo| todo.assignees.len());
    let names = named(mention) + state.assignees.len() + todos.sum::<usize>();
    let found = found().map(|entity| longest(&entity.string).saturating_mul(ENTITY));
    let values = values.map(value_length);
    WHOLE
        + texts.chain(work).map(longest).sum::<usize>()
        + found.chain(values).sum::<usize>()
        + names.saturating_mul(NAME)
        + count.saturating_mul(EACH)
}

/// A value and everything in it.
fn value_length(value: &serde_json::Value) -> usize {
    const EACH: usize = 64;
    use serde_json::Value;
    EACH + match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => longest(text),
        Value::Array(items) => items.iter().map(value_length).sum(),
        Value::Object(members) => members
            .iter()
            // An element of XML bears its name twice.
            .map(|(name, value)| longest(name) * 2 + value_length(value))
            .sum(),
    }
}

/// Bytes that a text takes where it takes most: in JSON, in JSON with `\u` for whatever is not
/// ASCII, or in XML.
fn longest(text: &str) -> usize {
    text.bytes().map(longest_of).sum()
}

const fn longest_of(byte: u8) -> usize {
    match byte {
        0..=0x1f | 0x7f => 6,
        b'"' | b'/' | b'\\' => 2,
        b'&' => 5,
        b'<' | b'>' => 4,
        // The first byte of a character of two, three and four bytes: 6, 6 and 12 with the rest.
        0xc0..=0xdf => 5,
        0xe0..=0xef => 4,
        0xf0..=0xff => 9,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::{ActionId, TagId};
    use domain::mention::{Action, ActionDetail};
    use domain::time::UnixMillis;
    use proptest::strategy::{Strategy as _, ValueTree as _};
    use proptest::test_runner::TestRunner;

    use super::*;

    #[test]
    fn the_names_in_a_history_have_an_end() {
        let mut runner = TestRunner::deterministic();
        let mention = domain::testing::any_mention();
        let mut mention = mention.new_tree(&mut runner).unwrap().current();
        let tags = |count: i64| Action {
            id: ActionId(1),
            user_id: None,
            kind: ActionType::Tag,
            detail: ActionDetail {
                tags_added: (0..count).map(TagId).collect(),
                tags_removed: (0..count).map(TagId).collect(),
                ..ActionDetail::default()
            },
            at: UnixMillis(0),
        };
        let half = i64::try_from(limits::HISTORY_NAMES / 2).unwrap();
        mention.state.actions = vec![tags(half)];
        check_mention(&mention).unwrap();
        let light = weight(&mention);
        mention.state.actions.push(tags(1));
        let refused = check_mention(&mention).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "updates: a mention has at most 20000 tags and assignees named in its history."
        );
        assert!(weight(&mention) > light);
    }
}
