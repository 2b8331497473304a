//! `mention_action` and `mention_assignee`.

use domain::action_type::ActionType;
use domain::ids::TagId;
use domain::mention::{Action, ActionDetail, Assignee, Priority, PriorityBand};

use super::View;
use crate::render::json::{Array, Object};

/// The history, newest first: a recorded client takes `actions[0]` for the latest.
pub(super) fn actions(a: &mut Array<'_>, actions: &[Action], view: &View<'_>) {
    let seen = actions
        .iter()
        .rev()
        .filter(|action| engine::inbox::sees_action(view.scope, action));
    for action in seen {
        a.object(|o| write(o, action, view));
    }
}

/// Who is to handle something.
pub(super) fn assignees(a: &mut Array<'_>, assignees: &[Assignee], view: &View<'_>) {
    for assignee in assignees {
        a.object(|o| {
            let (id, kind) = match assignee {
                Assignee::User(id) => (id.get(), "user"),
                Assignee::Team(id) => (id.get(), "team"),
            };
            o.display("id", format_args!("{id}"));
            o.text("type", kind);
            o.text("display_name", &name_of(*assignee, view));
        });
    }
}

fn name_of(assignee: Assignee, view: &View<'_>) -> String {
    match assignee {
        Assignee::User(id) => view.directory.user_name(id).to_owned(),
        Assignee::Team(id) => format!("Team {id}"),
    }
}

fn write(o: &mut Object<'_>, action: &Action, view: &View<'_>) {
    // What the system did has no user (recorded answers).
    if let Some(user) = action.user_id {
        o.object("user", |o| {
            o.display("id", format_args!("{user}"));
            o.text("name", view.directory.user_name(user));
        });
    }
    o.set("type", &action.kind);
    o.text("description", &description(action, view));
    o.maybe_text("details", action.written_text());
    o.object("date", |o| o.number("added", action.at.seconds()));
    let detail = &action.detail;
    let has_metadata =
        detail.status.is_some() || detail.assignees.is_some() || names_priority(detail);
    if has_metadata {
        o.object("metadata", |o| metadata(o, detail, view));
    }
}

fn names_priority(detail: &ActionDetail) -> bool {
    detail.priority.is_some() || detail.previous_priority.is_some()
}

fn metadata(o: &mut Object<'_>, detail: &ActionDetail, view: &View<'_>) {
    o.maybe("status", detail.status);
    if names_priority(detail) {
        o.set("priority", &detail.priority.map(Priority::band));
        o.set(
            "previous_priority",
            &detail.previous_priority.map(Priority::band),
        );
    }
    if let Some(given) = &detail.assignees {
        o.array("assignees", |a| assignees(a, given, view));
    }
}

/// One sentence for the history. The vendor says "textual description of the action taken"; the
/// words are ours.
fn description(action: &Action, view: &View<'_>) -> String {
    let detail = &action.detail;
    match action.kind {
        ActionType::Status => match detail.status {
            Some(status) => format!("Status changed to {status}"),
            None => "Status changed".to_owned(),
        },
        ActionType::Sentiment => match detail.sentiment {
            Some(sentiment) => format!("Sentiment changed to {sentiment}"),
            None => "Sentiment changed".to_owned(),
        },
        ActionType::Tag => tags(detail, view),
        ActionType::Assign => match detail.assignees.as_deref() {
            None | Some([]) => "Unassigned".to_owned(),
            Some(given) => {
                let names: Vec<String> = given
                    .iter()
                    .map(|assignee| name_of(*assignee, view))
                    .collect();
                format!("Assigned to {}", names.join(", "))
            }
        },
        ActionType::Note => "Note added".to_owned(),
        ActionType::MarkTodo => "To-do updated".to_owned(),
        ActionType::Property if names_priority(detail) => {
            let word = |priority: Option<Priority>| {
                priority.map_or("none", |priority| PriorityBand::as_str(priority.band()))
            };
            format!(
                "Priority changed from {} to {}",
                word(detail.previous_priority),
                word(detail.priority)
            )
        }
        ActionType::Property => match detail.text.as_deref() {
            Some(property) => format!("Changed the {property}"),
            None => "Property changed".to_owned(),
        },
        ActionType::Automationtriggered => "Automation triggered".to_owned(),
        ActionType::Reply => "Replied".to_owned(),
        ActionType::Updated => "Updated by the source".to_owned(),
        kind => sentence(kind.as_str()),
    }
}

/// `case_linked` as `Case linked`.
fn sentence(word: &str) -> String {
    let text = word.replace('_', " ");
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => text,
    }
}

fn tags(detail: &ActionDetail, view: &View<'_>) -> String {
    let names = |ids: &[TagId]| {
        let names: Vec<&str> = ids
            .iter()
            .map(|id| {
                view.directory
                    .tags
                    .get(id)
                    .map_or("deleted tag", |tag| &tag.name)
            })
            .collect();
        names.join(", ")
    };
    match (detail.tags_added.as_slice(), detail.tags_removed.as_slice()) {
        ([], []) => "Tags changed".to_owned(),
        (added, []) => format!("Added tags: {}", names(added)),
        ([], removed) => format!("Removed tags: {}", names(removed)),
        (added, removed) => {
            format!(
                "Added tags: {}; removed tags: {}",
                names(added),
                names(removed)
            )
        }
    }
}
