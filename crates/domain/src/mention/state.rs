//! What agents and rules did with a mention: stage, tone, tags, assignees.

use serde::{Deserialize, Serialize};

use super::{Action, Location, Priority, Timers, Todo};
use crate::ids::{TagId, TeamId, UserId};
use crate::language::Language;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Stage in the workflow (`mention.status`).
    #[derive(Default)]
    Status {
        #[default]
        New = "new",
        Pending = "pending",
        Done = "done",
    }
}

vocabulary! {
    /// Tone of a message (`message.sentiment`).
    #[derive(Default)]
    Sentiment {
        #[default]
        Unset = "unset",
        Positive = "positive",
        Negative = "negative",
        Neutral = "neutral",
    }
}

impl Status {
    /// Whether a mention at this stage can be urgent: what is done is so no more. A conversation at
    /// this stage has no more urgent mention, so the same is true of it.
    pub const fn can_be_urgent(self) -> bool {
        !matches!(self, Self::Done)
    }
}

impl Sentiment {
    /// The tone as a number: 1 positive, 0 neutral, -1 negative; `None` when unset.
    pub const fn score(self) -> Option<i8> {
        match self {
            Self::Unset => None,
            Self::Positive => Some(1),
            Self::Negative => Some(-1),
            Self::Neutral => Some(0),
        }
    }
}

/// What was done with a mention since it came.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct State {
    /// Stage in the workflow.
    #[serde(default)]
    pub status: Status,
    /// Tone; `unset` until somebody or something judges.
    #[serde(default)]
    pub sentiment: Sentiment,
    /// Language of the message; `None` when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Location::is_empty")]
    pub location: Location,
    /// Tags, ascending, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<TagId>,
    /// Who is to handle it, in the order of assignment, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<Assignee>,
    /// Comment on the newest assignment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub assignment_comment: String,
    /// History, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// To-dos from notes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub todos: Vec<Todo>,
    /// `bot` or `flow`, when a machine handled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handled_by: Option<HandledBy>,
    /// Measured times.
    #[serde(default)]
    pub timers: Timers,
}

impl State {
    /// The user who judged the tone last; `None` when nobody did, or a machine.
    pub fn judged_by(&self) -> Option<UserId> {
        let mut newest_first = self.actions.iter().rev();
        newest_first
            .find(|action| action.detail.sentiment.is_some())?
            .user_id
    }
}

/// Who handled a mention without a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandledBy {
    /// `bot` or `flow`.
    pub kind: String,
    /// Identifier of the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow_id: Option<String>,
}

/// Somebody who is to handle a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "type", content = "id", rename_all = "lowercase")]
pub enum Assignee {
    /// One person.
    User(UserId),
    /// A team.
    Team(TeamId),
}

impl Assignee {
    /// The person, if it is one.
    pub const fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(*id),
            Self::Team(_) => None,
        }
    }
}
