//! One mention about which nearly everything is known.

use crate::action_type::ActionType;
use crate::attachment::{Attachment, AttachmentType};
use crate::ids::{ActionId, ChangeNumber, ConversationId, MentionId, TagId, TeamId, UserId};
use crate::language::Language;
use crate::mention::{
    Action, ActionDetail, Assignee, Author, Body, Entities, Entity, HandledBy, Location, Mention,
    Priority, Sentiment, Source, State, Status, Timers,
};
use crate::message_type::MessageType;
use crate::source::{Category, Provider, Service};
use crate::testing::vocabulary::{ACCOUNT, NOW, PROJECT_A, TOPIC_A};
use crate::time::{MINUTE_MS, UnixMillis};

#[expect(
    clippy::unnecessary_wraps,
    reason = "most texts of a mention are optional"
)]
pub(super) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub(super) fn entity(text: &str) -> Entity {
    Entity {
        string: text.to_owned(),
        start: 0,
        end: 1,
    }
}

fn attachment(kind: AttachmentType) -> Attachment {
    Attachment {
        kind,
        url: None,
        title: None,
        image: None,
        description: None,
        caption: None,
        question: None,
        id: None,
        content: None,
    }
}

fn before(minutes: i64) -> UnixMillis {
    NOW.plus_ms(-minutes * MINUTE_MS)
}

fn action(id: i64, user: i64, kind: ActionType, text: Option<&str>) -> Action {
    Action {
        id: ActionId(id),
        user_id: Some(UserId(user)),
        kind,
        detail: ActionDetail {
            text: text.map(str::to_owned),
            ..ActionDetail::default()
        },
        at: before(90),
    }
}

/// A mention about which nearly everything is known.
pub(super) fn mention() -> Mention {
    Mention {
        account_id: ACCOUNT,
        topic_id: TOPIC_A,
        project_id: PROJECT_A,
        id: MentionId(43_769_000_000_000_001),
        conversation_id: ConversationId(43_769_000_000_000_000),
        added_at: UnixMillis(1_795_262_400_000), // 2026-11-21T12:00:00Z
        published_at: Some(UnixMillis(1_795_262_100_000)), // 11:55
        body: Body {
            author: Author {
                name: text("anna_m"),
                fullname: text("Anna Müller"),
                id: text("777"),
                followers: Some(1_200),
                ..Author::default()
            },
            original_author: None,
            title: text("News of the day"),
            content: "Meeting Guy Verhofstadt at Delhaize's café, #Promo 東京都 👍🏽".to_owned(),
            stripped_content: None,
            entities: Entities {
                hashtags: vec![entity("#Promo")],
                users: vec![entity("@guy_v")],
                urls: vec![entity("https://www.Example.com/a?b=c")],
            },
            attachments: vec![
                Attachment {
                    url: text("https://img.example.org/1.jpg"),
                    ..attachment(AttachmentType::Photo)
                },
                Attachment {
                    content: Some(serde_json::json!("4")),
                    ..attachment(AttachmentType::CsatAnswer)
                },
                Attachment {
                    content: Some(serde_json::json!(9)),
                    ..attachment(AttachmentType::NpsAnswer)
                },
            ],
            message_type: Some(MessageType::Privatemessage),
            source: Source {
                category: Category::NewsLocal,
                service: Service::Twitter,
                provider: Provider::SearchProviderTwitter,
                id: text("1234"),
                in_reply_to: text("1233"),
                thread_id: text("1200"),
                domain: "twitter.com".to_owned(),
                url: None,
                application: text("Tweetbot for iOS"),
                profile: text("48016"),
                profile_name: None,
                sender: None,
            },
            rating: Some(3.5),
            extra_attributes: Vec::new(),
            buttons: Vec::new(),
            clicked_buttons: Vec::new(),
            service_details: None,
        },
        state: State {
            status: Status::Done,
            sentiment: Sentiment::Positive,
            language: Language::parse("nl"),
            priority: Priority::new(7),
            location: Location {
                continent: text("EU"),
                country: text("BE"),
                region: text("Oost-Vlaanderen"),
                city: text("Gent"),
                ..Location::default()
            },
            tags: vec![TagId(11), TagId(12)],
            assignees: vec![Assignee::User(UserId(5)), Assignee::Team(TeamId(3))],
            actions: vec![
                action(1, 6, ActionType::Note, Some("call back tomorrow")),
                action(2, 5, ActionType::Reply, None),
            ],
            handled_by: Some(HandledBy {
                kind: "bot".to_owned(),
                flow_id: None,
            }),
            timers: Timers {
                first_reply_at: Some(UnixMillis(1_795_262_160_000)), // 60 s
                first_done_at: Some(UnixMillis(1_795_262_220_500)),  // 120 s
                first_assigned_at: Some(UnixMillis(1_795_262_130_000)), // 30 s
                first_action_at: Some(UnixMillis(1_795_262_110_000)), // 10 s
                last_action_at: Some(before(90)),
                last_status_at: Some(before(100)),
                response_in_hours_ms: Some(40_000),
                resolve_in_hours_ms: Some(50_000),
                handle_ms: 25_900,
            },
            ..State::default()
        },
        changed_by: ChangeNumber(1),
    }
}
