//! The columns of a report, and what a message shows in them.
//!
//! Of the columns of the vendor's exports only `From ID`, `Sentiment` and `Followers` are known by
//! name, from a recorded client; the others are ours. Platforms, types and statuses have the words of
//! the Conversocial API. Dates and times are UTC.

use std::borrow::Cow;

use domain::action_type::ActionType;
use domain::author::AuthorId;
use domain::conversation::Conversation;
use domain::mention::{Action, Assignee, Mention, Priority};
use domain::naming;
use domain::role::TopicAccess;
use domain::time::{SECOND_MS, UnixMillis};
use jiff::civil::{Date, DateTime, Time};

use crate::Directory;

/// Columns of a report.
pub(super) const COLUMNS: usize = 19;

/// Their headings, and their widths in characters.
pub(super) const HEADINGS: [(&str, u8); COLUMNS] = [
    ("Date", 11),
    ("Time", 9),
    ("Channel", 20),
    ("Platform", 12),
    ("Type", 16),
    ("From", 20),
    ("From ID", 20),
    ("Followers", 10),
    ("Message", 60),
    ("Link", 30),
    ("Private", 8),
    ("Priority", 8),
    ("Sentiment", 10),
    ("Tags", 20),
    ("Status", 9),
    ("Assigned To", 18),
    ("Handling Time", 14),
    ("Replied By", 18),
    ("Reply Date", 18),
];

/// What stands in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Empty,
    /// Text, never a formula.
    Text(Cow<'a, str>),
    /// A whole number.
    Number(i64),
    /// A day.
    Day(Date),
    /// A time of day.
    Time(Time),
    /// A day and a time of day.
    Moment(DateTime),
}

impl<'a> Cell<'a> {
    fn text(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Empty
        } else {
            Self::Text(text)
        }
    }

    fn number(number: Option<i64>) -> Self {
        number.map_or(Self::Empty, Self::Number)
    }

    fn yes(is_so: bool) -> Self {
        Self::text(if is_so { "Yes" } else { "No" })
    }
}

/// The fields of one message, in the order of [`HEADINGS`].
///
/// Status and assignee are those of the conversation; a message whose conversation is not known
/// shows its own. Profiles are named as far as their topics are within `reach`.
pub(super) fn row<'a>(
    mention: &'a Mention,
    conversation: Option<&Conversation>,
    directory: &'a Directory,
    reach: &TopicAccess,
) -> [Cell<'a>; COLUMNS] {
    let (body, state) = (&mention.body, &mention.state);
    let (author, source) = (&body.author, &body.source);
    let at = moment(mention.clock_start());
    let reply = first_reply(&state.actions);
    let status = conversation.map_or(state.status, |known| known.totals.status());
    let assignee = conversation.map_or_else(
        || state.assignees.iter().find_map(Assignee::user_id),
        |known| known.assigned_to,
    );
    [
        Cell::Day(at.date()),
        Cell::Time(at.time()),
        Cell::text(channel(mention, directory, reach)),
        Cell::text(naming::platform(source.service)),
        Cell::text(naming::kind(source.service, body.message_type)),
        author
            .fullname
            .as_deref()
            .filter(|name| !name.is_empty())
            .or(author.name.as_deref())
            .map_or(Cell::Empty, Cell::text),
        author
            .key()
            .and_then(|key| AuthorId::new(source.service, key))
            .map_or(Cell::Empty, |id| Cell::text(id.to_string())),
        Cell::number(author.followers),
        Cell::text(body.plain_text()),
        source.url.as_deref().map_or(Cell::Empty, Cell::text),
        Cell::yes(mention.is_private()),
        Cell::yes(state.priority.is_some_and(Priority::is_urgent)),
        Cell::number(state.sentiment.score().map(i64::from)),
        Cell::text(tags(mention, directory)),
        Cell::text(naming::stage(status)),
        assignee.map_or(Cell::Empty, |id| Cell::text(directory.user_name(id))),
        Cell::Number(state.timers.handle_ms.div_euclid(SECOND_MS)),
        reply
            .and_then(|action| action.user_id)
            .map_or(Cell::Empty, |id| Cell::text(directory.user_name(id))),
        reply.map_or(Cell::Empty, |action| Cell::Moment(moment(action.at))),
    ]
}

/// A point in time as date and time of day, UTC, in whole seconds.
fn moment(at: UnixMillis) -> DateTime {
    at.whole_seconds().civil()
}

/// The connected profile that the message was found on, by its name; the name that came with the
/// message when it is no longer connected.
fn channel<'a>(mention: &'a Mention, directory: &'a Directory, reach: &TopicAccess) -> &'a str {
    let source = &mention.body.source;
    directory
        .profile_of_mention(reach, mention)
        .map(domain::topic::Profile::title)
        .or(source.profile_name.as_deref())
        .or(source.profile.as_deref())
        .unwrap_or_default()
}

fn tags(mention: &Mention, directory: &Directory) -> String {
    let names: Vec<&str> = mention
        .state
        .tags
        .iter()
        .filter_map(|id| directory.tags.get(id))
        .map(|tag| tag.name.as_str())
        .collect();
    names.join(", ")
}

fn first_reply(actions: &[Action]) -> Option<&Action> {
    actions
        .iter()
        .find(|action| action.kind == ActionType::Reply)
}
