//! `actions`: what was done with messages.

use domain::action_type::ActionType;
use domain::ids::TagId;
use domain::mention::{Action, Assignee, Mention, Priority, Sentiment, Status};

use super::dates;
use super::ids::hex;
use super::query::fields::{View, put_link};
use crate::render::json::{Array, Object};

macro_rules! words {
    ($($variant:ident = $word:literal,)+) => {
        /// What can have been done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Word {
            $(#[doc = concat!("`", $word, "`")] $variant,)+
        }

        impl Word {
            /// All of them.
            pub const ALL: [Self; [$($word,)+].len()] = [$(Self::$variant,)+];

            /// The word in answers.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

words! {
    Created = "created",
    Assigned = "assigned",
    Unassigned = "unassigned",
    Tagged = "tagged",
    Untagged = "untagged",
    SentimentSet = "sentiment_set",
    PrioritySet = "priority_set",
    Replied = "replied",
    NoteAdded = "note_added",
    Read = "read",
    Archived = "archived",
    Unarchived = "unarchived",
    Hidden = "hidden",
    Deleted = "deleted",
    Liked = "liked",
}

/// What one entry of a history says here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Plain(Word),
    Assigned(domain::ids::UserId),
    Tags(Word, Vec<TagId>),
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
                object.text("type", said.word().as_str());
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
                (Word::Tagged, &detail.tags_added),
                (Word::Untagged, &detail.tags_removed),
            ];
            return parts
                .into_iter()
                .filter(|(_, tags)| !tags.is_empty())
                .map(|(word, tags)| Said::Tags(word, tags.clone()))
                .collect();
        }
        ActionType::Status => match detail.status {
            Some(Status::Done) => Said::Plain(Word::Archived),
            Some(Status::Pending) => Said::Plain(Word::Read),
            Some(Status::New) => Said::Plain(Word::Unarchived),
            None => return Vec::new(),
        },
        ActionType::Assign => {
            let user = detail
                .assignees
                .iter()
                .flatten()
                .find_map(Assignee::user_id);
            user.map_or(Said::Plain(Word::Unassigned), Said::Assigned)
        }
        ActionType::Sentiment => Said::Sentiment(detail.sentiment.and_then(Sentiment::score)),
        ActionType::Property if detail.priority.or(detail.previous_priority).is_some() => {
            Said::Priority(detail.priority.is_some_and(Priority::is_urgent))
        }
        ActionType::Reply => Said::Plain(Word::Replied),
        ActionType::Note => Said::Plain(Word::NoteAdded),
        ActionType::Like => Said::Plain(Word::Liked),
        ActionType::HideOnService => Said::Plain(Word::Hidden),
        ActionType::DeleteOnService => Said::Plain(Word::Deleted),
        ActionType::CaseCreated => Said::Plain(Word::Created),
        _ => return Vec::new(),
    };
    vec![one]
}

impl Said {
    const fn word(&self) -> Word {
        match self {
            Self::Plain(word) | Self::Tags(word, _) => *word,
            Self::Assigned(_) => Word::Assigned,
            Self::Sentiment(_) => Word::SentimentSet,
            Self::Priority(_) => Word::PrioritySet,
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
