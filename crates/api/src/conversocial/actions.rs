//! `actions`: what was done with messages.

use domain::action_type::ActionType;
use domain::ids::TagId;
use domain::mention::{Action, Assignee, Mention, Priority, Sentiment, Status};

use super::dates;
use super::ids::hex;
use super::query::fields::{View, put_link};
use crate::render::json::{Array, Object};

/// What one entry of a history says here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Plain(&'static str),
    Assigned(domain::ids::UserId),
    Tags(&'static str, Vec<TagId>),
    Sentiment(Option<i8>),
    Priority(bool),
}

/// Writes what was done with one message, oldest first; kinds that this dialect has no word for
/// are left out. Words and shape are inference: only the name of the array is documented.
pub fn write(array: &mut Array<'_>, mention: &Mention, view: &View<'_>) {
    let (message, conversation) = (hex(mention.id.get()), hex(mention.conversation_id.get()));
    for action in &mention.state.actions {
        for (said, part) in said(action).into_iter().zip(1..) {
            array.object(|object| {
                match part {
                    1 => object.display("id", format_args!("{message}-{}", action.id)),
                    _ => object.display("id", format_args!("{message}-{}-{part}", action.id)),
                }
                object.text("conversation", &conversation);
                object.text("type", said.word());
                put_link(object, "user", view.links, "users", action.user_id);
                object.text("created_date", &dates::seconds(action.at));
                object.object("details", |object| said.put_details(object, view));
            });
        }
    }
}

/// Tags can be put on and taken off in one step, which are two things here.
fn said(action: &Action) -> Vec<Said> {
    let detail = &action.detail;
    let one = match action.kind {
        ActionType::Tag => {
            let parts = [
                ("tagged", &detail.tags_added),
                ("untagged", &detail.tags_removed),
            ];
            return parts
                .into_iter()
                .filter(|(_, tags)| !tags.is_empty())
                .map(|(word, tags)| Said::Tags(word, tags.clone()))
                .collect();
        }
        ActionType::Status => match detail.status {
            Some(Status::Done) => Said::Plain("archived"),
            Some(Status::Pending) => Said::Plain("read"),
            Some(Status::New) => Said::Plain("unarchived"),
            None => return Vec::new(),
        },
        ActionType::Assign => {
            let mut assignees = detail.assignees.iter().flatten();
            let user = assignees.find_map(|assignee| match assignee {
                Assignee::User(id) => Some(*id),
                Assignee::Team(_) => None,
            });
            user.map_or(Said::Plain("unassigned"), Said::Assigned)
        }
        ActionType::Sentiment => Said::Sentiment(detail.sentiment.and_then(Sentiment::score)),
        ActionType::Property if detail.priority.or(detail.previous_priority).is_some() => {
            Said::Priority(detail.priority.is_some_and(Priority::is_urgent))
        }
        ActionType::Reply => Said::Plain("replied"),
        ActionType::Note => Said::Plain("note_added"),
        ActionType::Like => Said::Plain("liked"),
        ActionType::HideOnService => Said::Plain("hidden"),
        ActionType::DeleteOnService => Said::Plain("deleted"),
        ActionType::CaseCreated => Said::Plain("created"),
        _ => return Vec::new(),
    };
    vec![one]
}

impl Said {
    const fn word(&self) -> &'static str {
        match self {
            Self::Plain(word) | Self::Tags(word, _) => word,
            Self::Assigned(_) => "assigned",
            Self::Sentiment(_) => "sentiment_set",
            Self::Priority(_) => "priority_set",
        }
    }

    fn put_details(&self, object: &mut Object<'_>, view: &View<'_>) {
        match self {
            Self::Plain(_) => {}
            Self::Assigned(user) => put_link(object, "user", view.links, "users", Some(user)),
            Self::Tags(_, tags) => object.array("tags", |array| {
                for tag in tags {
                    array.object(|object| view.links.write(object, "tags", tag));
                }
            }),
            Self::Sentiment(value) => object.set("value", value),
            Self::Priority(flag) => object.flag("is_priority", *flag),
        }
    }
}
