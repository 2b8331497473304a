//! Where the value of each field comes from.
//!
//! Matcher, columns and facets call these functions and nothing else, so they cannot disagree
//! about what a field means.

use super::fields::{Flag, IdField, NumberField, TextField, WordField};
use crate::action_type::ActionType;
use crate::attachment::AttachmentType;
use crate::mention::{Assignee, Mention};
use crate::message_type::MessageType;

/// Hands each value of a word field to `each`, as written (not folded). Values may repeat.
pub fn words(mention: &Mention, field: WordField, mut each: impl FnMut(&str)) {
    let body = &mention.body;
    let source = &body.source;
    let state = &mention.state;
    let mut opt = |value: Option<&str>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            each(value);
        }
    };
    match field {
        WordField::Language => opt(state
            .language
            .as_ref()
            .map(crate::language::Language::as_str)),
        WordField::Sentiment => opt(Some(state.sentiment.as_str())),
        WordField::Type => opt(body.message_type.map(MessageType::as_str)),
        WordField::Status => opt(Some(state.status.as_str())),
        WordField::Service => opt(Some(source.service.as_str())),
        WordField::Category => opt(Some(source.category.as_str())),
        WordField::Provider => opt(Some(source.provider.as_str())),
        WordField::Domain => opt(Some(&source.domain)),
        WordField::Application => opt(source.application.as_deref()),
        WordField::Profile => profile_forms(mention, source.profile.as_deref(), &mut each),
        WordField::PostedBy if body.author.managed => {
            profile_forms(mention, body.author.id.as_deref(), &mut each);
        }
        WordField::PostedIn if !body.author.managed => {
            profile_forms(mention, source.profile.as_deref(), &mut each);
        }
        WordField::PostedBy | WordField::PostedIn => {}
        WordField::InReplyTo => opt(source.in_reply_to.as_deref()),
        WordField::Thread => opt(source.thread_id.as_deref()),
        WordField::SourceId => opt(source.id.as_deref()),
        WordField::Author => {
            opt(body.author.name.as_deref());
            opt(body.author.fullname.as_deref());
        }
        WordField::AuthorName => opt(body.author.name.as_deref()),
        WordField::AuthorId => opt(body.author.id.as_deref()),
        WordField::Hashtag => body
            .entities
            .hashtags
            .iter()
            .for_each(|tag| opt(Some(tag.string.trim_start_matches(['#', '＃'])))),
        WordField::MentionedUser => body
            .entities
            .users
            .iter()
            .for_each(|user| opt(Some(user.string.trim_start_matches(['@', '＠'])))),
        WordField::Url => links(mention).for_each(|link| opt(Some(link))),
        WordField::LinkedDomain => links(mention).for_each(|link| opt(host(link))),
        WordField::Photo => attached(
            mention,
            &[AttachmentType::Photo, AttachmentType::PhotoGifFrame],
        )
        .for_each(|link| opt(Some(link))),
        WordField::Video => {
            attached(mention, &[AttachmentType::Video]).for_each(|link| opt(Some(link)));
        }
        WordField::Continent => opt(state.location.continent.as_deref()),
        WordField::Country => opt(state.location.country.as_deref()),
        WordField::Region => opt(state.location.region.as_deref()),
        WordField::City => opt(state.location.city.as_deref()),
        WordField::ActionType => state
            .actions
            .iter()
            .for_each(|action| opt(Some(action.kind.as_str()))),
        WordField::HandledBy => opt(state.handled_by.as_ref().map(|by| by.kind.as_str())),
        // The tags of contacts are not part of mentions, so none is found by them.
        WordField::ContactTag => {}
        WordField::AuthorKey => {
            if let Some(key) = body.author.key() {
                each(&format!("{}\u{1f}{key}", source.service.as_str()));
            }
        }
    }
}

/// A profile answers to its bare `service_id` and to `service_serviceid`.
fn profile_forms(mention: &Mention, id: Option<&str>, each: &mut impl FnMut(&str)) {
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        each(id);
        each(&format!("{}_{id}", mention.body.source.service.as_str()));
    }
}

fn links(mention: &Mention) -> impl Iterator<Item = &str> {
    let body = &mention.body;
    body.entities
        .urls
        .iter()
        .map(|url| url.string.as_str())
        .chain(
            body.attachments
                .iter()
                .filter(|item| matches!(item.kind, AttachmentType::Url | AttachmentType::WebUrl))
                .filter_map(|item| item.url.as_deref()),
        )
}

fn attached<'a>(
    mention: &'a Mention,
    kinds: &'a [AttachmentType],
) -> impl Iterator<Item = &'a str> {
    mention
        .body
        .attachments
        .iter()
        .filter(|item| kinds.contains(&item.kind))
        .map(|item| {
            item.url
                .as_deref()
                .or(item.image.as_deref())
                .unwrap_or("attached")
        })
}

/// The host name within an address as people write it: `https://www.Example.com/x` is
/// `www.Example.com`, `example.com/x` is `example.com`.
fn host(link: &str) -> Option<&str> {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    Some(host).filter(|host| !host.is_empty())
}

/// Hands each identifier of a field to `each`; identifiers may repeat.
pub fn ids(mention: &Mention, field: IdField, mut each: impl FnMut(i64)) {
    let state = &mention.state;
    match field {
        IdField::Topic => each(mention.topic_id.0),
        IdField::Project => each(mention.project_id.0),
        IdField::Tag => state.tags.iter().for_each(|tag| each(tag.0)),
        IdField::AssignedUser => state.assignees.iter().for_each(|assignee| {
            if let Assignee::User(user) = assignee {
                each(user.0);
            }
        }),
        IdField::AssignedTeam => state.assignees.iter().for_each(|assignee| {
            if let Assignee::Team(team) = assignee {
                each(team.0);
            }
        }),
        IdField::ActionBy => state
            .actions
            .iter()
            .filter_map(|action| action.user_id)
            .for_each(|user| each(user.0)),
        IdField::Conversation => each(mention.conversation_id.0),
        IdField::Mention => each(mention.id.0),
        // Cases are not part of the model yet, so no mention is part of one.
        IdField::Case => {}
    }
}

/// The value of a number field.
pub fn number(mention: &Mention, field: NumberField) -> Option<i64> {
    let timers = &mention.state.timers;
    match field {
        NumberField::Added => Some(mention.added_at.0),
        NumberField::Published => mention.published_at.map(|at| at.0),
        NumberField::LastAction => timers.last_action_at.map(|at| at.0),
        NumberField::LastStatus => timers.last_status_at.map(|at| at.0),
        NumberField::FirstReply => timers.first_reply_at.map(|at| at.0),
        NumberField::Followers => mention.body.author.followers,
        NumberField::Rating => mention.body.rating.and_then(hundredths),
        NumberField::Csat => score(mention, AttachmentType::CsatAnswer),
        NumberField::Nps => score(mention, AttachmentType::NpsAnswer),
        NumberField::Priority => mention
            .state
            .priority
            .map(|priority| i64::from(priority.get())),
        NumberField::ResponseTime => mention.response_seconds(),
        NumberField::ResponseTimeInHours => {
            timers.response_in_hours_ms.map(|ms| ms.div_euclid(1_000))
        }
        NumberField::ResolveTime => mention.resolve_seconds(),
        NumberField::ResolveTimeInHours => {
            timers.resolve_in_hours_ms.map(|ms| ms.div_euclid(1_000))
        }
        NumberField::HandleTime => Some(timers.handle_ms.div_euclid(1_000)),
        NumberField::AssignTime => mention.assign_seconds(),
        NumberField::FirstActionTime => mention.first_action_seconds(),
    }
}

fn score(mention: &Mention, kind: AttachmentType) -> Option<i64> {
    let answer = mention
        .body
        .attachments
        .iter()
        .find(|item| item.kind == kind)?;
    let content = answer.content.as_ref()?;
    hundredths(
        content
            .as_f64()
            .or_else(|| content.as_str()?.parse().ok())?,
    )
}

/// A score times one hundred; `None` when it is no ordinary number.
pub fn hundredths(score: f64) -> Option<i64> {
    let scaled = (score * 100.0).round();
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "the range is checked"
    )]
    (scaled.abs() < 1e15).then_some(scaled as i64)
}

/// Hands each text of a field to `each`.
pub fn texts(mention: &Mention, field: TextField, mut each: impl FnMut(&str)) {
    match field {
        TextField::Content => each(mention.body.plain_text()),
        TextField::Title => {
            if let Some(title) = &mention.body.title {
                each(title);
            }
        }
        TextField::Anywhere => {
            if let Some(title) = &mention.body.title {
                each(title);
            }
            each(mention.body.plain_text());
        }
        TextField::Note => mention
            .state
            .actions
            .iter()
            .filter(|action| action.kind == ActionType::Note)
            .filter_map(|action| action.detail.text.as_deref())
            .for_each(each),
    }
}

/// Whether the mention has the property.
pub fn flag(mention: &Mention, flag: Flag) -> bool {
    match flag {
        Flag::Private => mention.is_private(),
        Flag::Reply => mention.is_reply(),
        Flag::Retweet => {
            mention.body.original_author.is_some()
                || matches!(
                    mention.body.message_type,
                    Some(
                        MessageType::Retweet
                            | MessageType::Repin
                            | MessageType::Reblog
                            | MessageType::Shared
                    )
                )
        }
        Flag::Managed => mention.body.author.managed,
        Flag::Case => mention.is_case(),
        // Cases are not part of the model yet.
        Flag::PartOfCase => false,
        Flag::Assigned => !mention.state.assignees.is_empty(),
        Flag::Located => !mention.state.location.is_empty(),
    }
}
