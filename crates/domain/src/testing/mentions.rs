//! Random mentions.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::vocabulary as v;
use crate::action_type::ActionType;
use crate::attachment::{Attachment, AttachmentType};
use crate::ids::{ActionId, ChangeNumber, ConversationId, MentionId, TeamId};
use crate::language::Language;
use crate::mention::{
    Action, ActionDetail, Assignee, Author, Body, Entities, Entity, HandledBy, Location, Mention,
    Priority, Sentiment, Source, State, Status, Timers,
};
use crate::message_type::MessageType;
use crate::source::{Category, Provider, Service};
use crate::time::UnixMillis;

/// A text of up to eight parts of the vocabulary.
pub fn any_text() -> impl Strategy<Value = String> {
    vec((select(v::TEXT_PARTS), select(v::SEPARATORS)), 0..8).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(part, separator)| [part, separator])
            .collect()
    })
}

/// One mention; its number is random, so two may share one.
pub fn any_mention() -> impl Strategy<Value = Mention> {
    (moments(), 0_i64..8, any_body(), any_state()).prop_map(
        |((added_at, published_at), number, body, state)| {
            make(number, added_at, published_at, body, state)
        },
    )
}

/// Up to `most` mentions with different numbers, in the order of arrival.
pub fn any_mentions(most: usize) -> impl Strategy<Value = Vec<Mention>> {
    vec((moments(), any_body(), any_state()), 0..=most).prop_map(|mut parts| {
        parts.sort_by_key(|((added_at, _), ..)| *added_at);
        (0_i64..)
            .zip(parts)
            .map(|(number, ((added_at, published_at), body, state))| {
                make(number, added_at, published_at, body, state)
            })
            .collect()
    })
}

fn make(
    number: i64,
    added_at: UnixMillis,
    published_at: Option<UnixMillis>,
    body: Body,
    state: State,
) -> Mention {
    // Topic, project and conversation follow from the number, so that they repeat.
    let (topic_id, project_id) = match number % 3 {
        0 => (v::TOPIC_A, v::PROJECT_A),
        1 => (v::TOPIC_B, v::PROJECT_A),
        _ => (v::TOPIC_C, v::PROJECT_B),
    };
    Mention {
        account_id: v::ACCOUNT,
        topic_id,
        project_id,
        id: MentionId(43_769_000_000_000_000 + number),
        conversation_id: ConversationId(43_769_000_000_000_000 + number % 4),
        added_at,
        published_at,
        body,
        state,
        changed_by: ChangeNumber(number + 1),
    }
}

fn moment() -> impl Strategy<Value = UnixMillis> {
    select(v::AGES).prop_map(|age| v::NOW.plus_ms(-age))
}

fn moments() -> impl Strategy<Value = (UnixMillis, Option<UnixMillis>)> {
    (moment(), option::of(moment()))
}

fn name() -> impl Strategy<Value = Option<String>> {
    option::of(select(v::NAMES).prop_map(str::to_owned))
}

fn one(from: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    option::of(select(from).prop_map(str::to_owned))
}

fn any_body() -> impl Strategy<Value = Body> {
    (
        (any_author(), option::weighted(0.1, any_author())),
        (
            option::weighted(0.3, any_text()),
            any_text(),
            option::weighted(0.2, any_text()),
        ),
        any_entities(),
        vec(any_attachment(), 0..3),
        option::of(select(MessageType::ALL)),
        any_source(),
        option::weighted(0.3, (0_u32..=20).prop_map(|half| f64::from(half) / 4.0)),
    )
        .prop_map(
            |(
                (author, original_author),
                (title, content, stripped_content),
                entities,
                attachments,
                message_type,
                source,
                rating,
            )| Body {
                author,
                original_author,
                title,
                content,
                stripped_content,
                entities,
                attachments,
                message_type,
                source,
                rating,
                extra_attributes: Vec::new(),
                buttons: Vec::new(),
                clicked_buttons: Vec::new(),
                service_details: None,
            },
        )
}

fn any_author() -> impl Strategy<Value = Author> {
    (
        name(),
        name(),
        one(v::SERVICE_IDS),
        any::<bool>(),
        option::of(select(v::NUMBERS)),
    )
        .prop_map(|(name, fullname, id, managed, followers)| Author {
            name,
            fullname,
            id,
            url: None,
            img: None,
            managed,
            followers,
            ..Author::default()
        })
}

fn entity(
    sign: &'static str,
    words: &'static [&'static str],
) -> impl Strategy<Value = Vec<Entity>> {
    vec(
        select(words).prop_map(move |word| Entity {
            string: format!("{sign}{word}"),
            start: 0,
            end: 1,
        }),
        0..3,
    )
}

fn any_entities() -> impl Strategy<Value = Entities> {
    (
        entity("#", v::HASHTAGS),
        entity("@", v::NAMES),
        entity("", v::LINKS),
    )
        .prop_map(|(hashtags, users, urls)| Entities {
            hashtags,
            users,
            urls,
        })
}

fn any_attachment() -> impl Strategy<Value = Attachment> {
    (
        prop_oneof![
            select(
                &[
                    AttachmentType::CsatAnswer,
                    AttachmentType::NpsAnswer,
                    AttachmentType::Photo
                ][..]
            ),
            select(AttachmentType::ALL),
        ],
        one(v::LINKS),
        one(v::LINKS),
        option::of(prop_oneof![
            select(v::NUMBERS).prop_map(serde_json::Value::from),
            select(v::NUMBERS).prop_map(|number| serde_json::Value::from(number.to_string())),
            Just(serde_json::Value::from("none")),
        ]),
    )
        .prop_map(|(kind, url, image, content)| Attachment {
            kind,
            url,
            title: None,
            image,
            description: None,
            caption: None,
            question: None,
            id: None,
            content,
        })
}

fn any_source() -> impl Strategy<Value = Source> {
    (
        (
            // half of them from few services, so that filters hit
            prop_oneof![
                select(
                    &[
                        Category::Social,
                        Category::News,
                        Category::NewsLocal,
                        Category::Case
                    ][..]
                ),
                select(Category::ALL)
            ],
            prop_oneof![
                select(&[Service::Twitter, Service::Rss, Service::Facebook][..]),
                select(Service::ALL)
            ],
            prop_oneof![
                select(&[Provider::SearchProviderRss, Provider::SearchProviderTwitter][..]),
                select(Provider::ALL)
            ],
        ),
        (
            one(v::SERVICE_IDS),
            one(v::SERVICE_IDS),
            one(v::SERVICE_IDS),
        ),
        select(v::HOSTS),
        one(v::NAMES),
        one(v::SERVICE_IDS),
    )
        .prop_map(
            |(
                (category, service, provider),
                (id, in_reply_to, thread_id),
                domain,
                application,
                profile,
            )| Source {
                category,
                service,
                provider,
                id,
                in_reply_to,
                thread_id,
                domain: domain.to_owned(),
                url: None,
                application,
                profile,
                profile_name: None,
                sender: None,
            },
        )
}

fn any_state() -> impl Strategy<Value = State> {
    (
        (
            select(Status::ALL),
            select(Sentiment::ALL),
            one(v::LANGUAGES),
        ),
        (option::of(0_u8..=10), any_location()),
        subsequence(v::TAGS, 0..=v::TAGS.len()),
        vec(any_assignee(), 0..3),
        vec(any_action(), 0..4),
        option::weighted(0.2, select(&["bot", "flow"][..])),
        any_timers(),
    )
        .prop_map(
            |(
                (status, sentiment, language),
                (priority, location),
                tags,
                mut assignees,
                mut actions,
                handled_by,
                timers,
            )| {
                assignees.sort_unstable();
                assignees.dedup();
                actions.sort_by_key(|action| action.at);
                for (id, action) in (1..).zip(&mut actions) {
                    action.id = ActionId(id);
                }
                State {
                    status,
                    sentiment,
                    language: language.as_deref().and_then(Language::parse),
                    priority: priority.and_then(Priority::new),
                    location,
                    tags: tags.into_iter().map(|(id, _)| id).collect(),
                    assignees,
                    assignment_comment: String::new(),
                    actions,
                    todos: Vec::new(),
                    handled_by: handled_by.map(|kind| HandledBy {
                        kind: kind.to_owned(),
                        flow_id: None,
                    }),
                    timers,
                }
            },
        )
}

fn any_location() -> impl Strategy<Value = Location> {
    (
        one(&["EU", "AS"]),
        one(v::COUNTRIES),
        one(v::CITIES),
        one(v::CITIES),
    )
        .prop_map(|(continent, country, region, city)| Location {
            continent,
            country,
            region,
            city,
            longitude: None,
            latitude: None,
        })
}

fn any_assignee() -> impl Strategy<Value = Assignee> {
    prop_oneof![
        select(v::USERS).prop_map(|(id, _)| Assignee::User(id)),
        (1_i64..3).prop_map(|id| Assignee::Team(TeamId(id))),
    ]
}

fn any_action() -> impl Strategy<Value = Action> {
    (
        option::of(select(v::USERS)),
        prop_oneof![Just(ActionType::Note), select(ActionType::ALL)],
        option::of(any_text()),
        moment(),
    )
        .prop_map(|(user, kind, text, at)| Action {
            id: ActionId(1),
            user_id: user.map(|(id, _)| id),
            kind,
            detail: ActionDetail {
                text,
                ..ActionDetail::default()
            },
            at,
        })
}

fn any_timers() -> impl Strategy<Value = Timers> {
    let at = || option::of(moment());
    (
        (at(), at(), at(), at(), at(), at()),
        (
            option::of(select(v::NUMBERS)),
            option::of(select(v::NUMBERS)),
            select(v::NUMBERS),
        ),
    )
        .prop_map(
            |(
                (
                    first_reply_at,
                    first_done_at,
                    first_assigned_at,
                    first_action_at,
                    last_action_at,
                    last_status_at,
                ),
                (response, resolve, handle),
            )| Timers {
                first_reply_at,
                first_done_at,
                first_assigned_at,
                first_action_at,
                last_action_at,
                last_status_at,
                response_in_hours_ms: response.map(|seconds| seconds * 1_000 + 7),
                resolve_in_hours_ms: resolve.map(|seconds| seconds * 1_000),
                handle_ms: handle * 1_000 + 999,
            },
        )
}
