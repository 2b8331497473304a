//! The mention: one thing that somebody said, and what was done with it since.
//!
//! A mention is one aggregate and one stored row: [`Body`] is what arrived and never changes but
//! by erasure, [`State`] is what agents and rules change. Names of tags, topics and users are not
//! in it; views look them up, so that a renamed tag is renamed everywhere at once.

use serde::{Deserialize, Serialize};

use crate::action_type::ActionType;
use crate::attachment::Attachment;
use crate::ids::{
    AccountId, ActionId, ChangeNumber, ConversationId, MentionId, ProjectId, TagId, TeamId, TodoId,
    TopicId, UserId,
};
use crate::language::Language;
use crate::message_type::MessageType;
use crate::source::{Category, Provider, Service};
use crate::time::UnixMillis;
use crate::vocabulary::vocabulary;

/// A mention as tracked in one topic.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// The tenant.
    pub account_id: AccountId,
    /// The topic it was found for.
    pub topic_id: TopicId,
    /// The project of the topic.
    pub project_id: ProjectId,
    /// 17-digit number, unique in the account, growing with `added_at`.
    pub id: MentionId,
    /// What it belongs together with; see [`crate::conversation`].
    pub conversation_id: ConversationId,
    /// When Switchboard got it (`date.added`).
    pub added_at: UnixMillis,
    /// When it was published, as far as the source says (`date.published`).
    pub published_at: Option<UnixMillis>,
    /// What arrived.
    pub body: Body,
    /// What was done with it.
    pub state: State,
    /// The change that wrote this version of the mention.
    pub changed_by: ChangeNumber,
}

impl Mention {
    /// Messages between two parties that the public can not see.
    pub fn is_private(&self) -> bool {
        self.body.message_type.is_some_and(MessageType::is_private)
    }

    /// An answer to another message.
    pub fn is_reply(&self) -> bool {
        self.body.source.in_reply_to.is_some()
    }

    /// A mention that stands for a case.
    pub fn is_case(&self) -> bool {
        self.body.source.category == Category::Case
    }
}

/// What arrived from the source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Author::is_empty")]
    pub author: Author,
    /// Who wrote what is shared here (a repost).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_author: Option<Author>,
    /// Headline or subject, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The message; may hold HTML, already reduced to harmless tags.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// The message as plain text; absent when `content` is plain text already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripped_content: Option<String>,
    /// What the message speaks of.
    #[serde(default, skip_serializing_if = "Entities::is_empty")]
    pub entities: Entities,
    /// What hangs on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// What kind of message it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_type: Option<MessageType>,
    /// Where it comes from.
    pub source: Source,
    /// Stars or score given by a review, in the source's own scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// Free fields that came with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_attributes: Vec<ExtraAttribute>,
    /// Quick replies that were offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
    /// Quick replies that were chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clicked_buttons: Vec<ClickedButton>,
    /// Details of a reviewed location, product, app or shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_details: Option<ServiceDetails>,
}

impl Body {
    /// The message as plain text.
    pub fn plain_text(&self) -> &str {
        self.stripped_content.as_deref().unwrap_or(&self.content)
    }
}

/// A person or page at a network.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Author {
    /// User name or handle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fullname: Option<String>,
    /// Identifier at the service; for web sources the domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Profile page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub img: Option<String>,
    /// The author is one of the account's own connected profiles.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub managed: bool,
    /// How many follow the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<i64>,
}

impl Author {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What tells authors of one service apart: the id, else the name.
    pub fn key(&self) -> Option<&str> {
        self.id
            .as_deref()
            .or(self.name.as_deref())
            .filter(|key| !key.is_empty())
    }
}

/// Where a mention comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Kind of publication.
    pub category: Category,
    /// Network or kind of channel.
    pub service: Service,
    /// Internal name of the collector (`source.type`).
    pub provider: Provider,
    /// The message's identifier at its service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The message this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// The topmost post of the thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// Host name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub domain: String,
    /// The message on its service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Client it was posted with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// `service_id` of the profile it was found on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Name of the profile, page or forum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_name: Option<String>,
    /// Who in the company, or which flow, sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
}

/// Who or what sent a message of the company (`source_sender`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// `user` or `flow`.
    pub kind: String,
    /// Its identifier.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Things that a text speaks of. Indices are in Unicode code points, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Entities {
    /// `#words`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hashtags: Vec<Entity>,
    /// `@names`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<Entity>,
    /// Links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<Entity>,
}

impl Entities {
    /// Nothing was found.
    pub fn is_empty(&self) -> bool {
        self.hashtags.is_empty() && self.users.is_empty() && self.urls.is_empty()
    }
}

/// One hashtag, name or link in the plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// As written, with its sign.
    pub string: String,
    /// First code point.
    pub start: u32,
    /// Code point after the last.
    pub end: u32,
}

/// Where something happened or was written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Location {
    /// Two-letter continent code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continent: Option<String>,
    /// ISO 3166-1 alpha-2, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// State or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// City.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// Degrees north.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
}

impl Location {
    /// Nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A free field that came with a mention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtraAttribute {
    /// Identifier of the field.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A quick reply that was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// Identifier.
    pub id: String,
    /// Text on it.
    pub label: String,
}

/// A quick reply that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickedButton {
    /// Identifier.
    pub id: String,
    /// Text on it.
    pub label: String,
    /// What it stands for.
    pub payload: String,
}

/// Details of what is reviewed: a kind, and the documented fields of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDetails {
    /// `location_details`, `product_details`, `app_details`, `shop_details` or `author_phone`.
    pub kind: String,
    /// Field name and value, in the documented order.
    pub fields: Vec<(String, String)>,
}

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

vocabulary! {
    /// The four bands of priority that action metadata speaks of.
    PriorityBand {
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

/// Priority from 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// A priority, if the number is 0 to 10.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 10 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// 0-2 low, 3-5 medium, 6-8 high, 9-10 critical (inference; the vendor names only the bands).
    pub const fn band(self) -> PriorityBand {
        match self.0 {
            0..=2 => PriorityBand::Low,
            3..=5 => PriorityBand::Medium,
            6..=8 => PriorityBand::High,
            _ => PriorityBand::Critical,
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

/// Moments and durations of work on a mention. Durations are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Timers {
    /// First reply (or other answer) to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_reply_at: Option<UnixMillis>,
    /// First time it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_done_at: Option<UnixMillis>,
    /// First assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_assigned_at: Option<UnixMillis>,
    /// First action of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_action_at: Option<UnixMillis>,
    /// Newest action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_action_at: Option<UnixMillis>,
    /// Newest change of status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status_at: Option<UnixMillis>,
    /// Publication to first reply, business hours only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_in_hours_ms: Option<i64>,
    /// Publication to first done, business hours only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolve_in_hours_ms: Option<i64>,
    /// Time spent by agents.
    #[serde(skip_serializing_if = "is_zero")]
    pub handle_ms: i64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Mention {
    /// Publication (or arrival, when the source gave no date): where timers start.
    pub fn clock_start(&self) -> UnixMillis {
        self.published_at.unwrap_or(self.added_at)
    }

    /// Seconds from publication to the first reply.
    pub fn response_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_reply_at)
    }

    /// Seconds from publication to the first time it was done.
    pub fn resolve_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_done_at)
    }

    /// Seconds from publication to the first assignment.
    pub fn assign_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_assigned_at)
    }

    /// Seconds from publication to the first action of a person.
    pub fn first_action_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_action_at)
    }

    fn seconds_until(&self, moment: Option<UnixMillis>) -> Option<i64> {
        moment.map(|at| at.since(self.clock_start()).max(0).div_euclid(1_000))
    }
}

/// One entry in the history of a mention.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Number within the mention, from 1.
    pub id: ActionId,
    /// Who did it; `None` for the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// What was done.
    #[serde(rename = "type")]
    pub kind: ActionType,
    /// What it changed, from which views write the description.
    #[serde(default, skip_serializing_if = "ActionDetail::is_empty")]
    pub detail: ActionDetail,
    /// When.
    pub at: UnixMillis,
}

/// What an action changed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ActionDetail {
    /// Text of a note, comment of an assignment, name of a property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// New status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// New sentiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
    /// New priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Priority before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_priority: Option<Priority>,
    /// New assignees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignees: Option<Vec<Assignee>>,
    /// Tags added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_added: Vec<TagId>,
    /// Tags removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags_removed: Vec<TagId>,
}

impl ActionDetail {
    /// Nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A to-do that was written into a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// Number within the mention, from 1.
    pub id: TodoId,
    /// Who wrote it.
    pub author: UserId,
    /// What is to be done.
    pub text: String,
    /// Who is to do it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<Assignee>,
    /// Done or not.
    pub is_done: bool,
    /// When it was written.
    pub added_at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}
