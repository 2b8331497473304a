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

/// Bytes of what people wrote on it.
fn written(mention: &Mention) -> usize {
    let texts = mention.state.actions.iter();
    let texts = texts.filter_map(|action| action.detail.text.as_deref());
    let todos = mention.state.todos.iter().map(|todo| todo.text.as_str());
    texts.chain(todos).map(str::len).sum()
}

/// Tags and assignees that its history names.
fn named(mention: &Mention) -> usize {
    let actions = mention.state.actions.iter();
    actions.map(|action| action.detail.names()).sum()
}

/// About how many bytes of an answer a mention takes: its texts, and what each entry of its
/// history, each name in one, each to-do and each part needs besides.
pub(crate) fn weight(mention: &Mention) -> usize {
    const EACH: usize = 512;
    const NAME: usize = 128;
    let (body, state) = (&mention.body, &mention.state);
    let texts = [
        Some(body.content.as_str()),
        body.stripped_content.as_deref(),
        body.title.as_deref(),
    ];
    let texts: usize = texts.into_iter().flatten().map(str::len).sum();
    let attachments = body.attachments.iter().map(|attachment| {
        let long = attachment.description.as_deref().map_or(0, str::len);
        let value = attachment
            .content
            .as_ref()
            .and_then(serde_json::Value::as_str);
        long + value.map_or(0, str::len)
    });
    let attributes = body.extra_attributes.iter().map(|one| one.value.len());
    let clicked = body.clicked_buttons.iter().map(|one| one.payload.len());
    let details = body
        .service_details
        .iter()
        .flat_map(|details| &details.fields);
    let details = details.map(|(_, value)| value.len());
    let parts: usize = attachments
        .chain(attributes)
        .chain(clicked)
        .chain(details)
        .sum();
    let entities = &body.entities;
    let entities = entities.hashtags.len() + entities.users.len() + entities.urls.len();
    let count = state.actions.len()
        + state.todos.len()
        + body.attachments.len()
        + body.extra_attributes.len()
        + body.clicked_buttons.len()
        + entities;
    let names = named(mention).saturating_mul(NAME);
    texts + parts + written(mention) + names + count.saturating_mul(EACH)
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
