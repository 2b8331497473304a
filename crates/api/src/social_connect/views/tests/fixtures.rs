//! One account and one mention with everything in it.

use domain::account::{Account, Project};
use domain::action_type::ActionType;
use domain::attachment::{Attachment, AttachmentType};
use domain::ids::*;
use domain::language::Language;
use domain::mention::*;
use domain::message_type::MessageType;
use domain::plan::Plan;
use domain::role::{License, Role, StockRole, TopicAccess};
use domain::scope::Scope;
use domain::source::{Category, Provider, Service};
use domain::tag::{Tag, TagStatus};
use domain::time::UnixMillis;
use domain::topic::{Connection, Profile, Topic};
use domain::user::{Membership, MembershipState, Presence, User};
use engine::Directory;
use engine::directory::Member;

pub(super) const ACCOUNT: AccountId = AccountId(1001);
pub(super) const TOPIC: TopicId = TopicId(46_283);
pub(super) const ANNA: UserId = UserId(7);
pub(super) const NOW: UnixMillis = UnixMillis(1_795_291_200_000);

pub(super) fn scope(role: StockRole) -> Scope {
    Scope::for_member(ACCOUNT, ANNA, TopicAccess::All, role.permissions())
}

pub(super) fn directory() -> Directory {
    let mut directory = Directory::of(Account {
        id: ACCOUNT,
        name: "Acme".into(),
        description: None,
        package: None,
        plan: Plan::EnterpriseV5,
        timezone: "Europe/Brussels".into(),
        added_at: NOW,
    });
    let project = ProjectId(5);
    directory.projects.insert(
        project,
        Project {
            account_id: ACCOUNT,
            id: project,
            name: "Care".into(),
            added_at: NOW,
        },
    );
    directory.topics.insert(
        TOPIC,
        Topic {
            account_id: ACCOUNT,
            id: TOPIC,
            project_id: project,
            name: "Brand".into(),
            searchkeywords: Some("acme OR \"ac me\"".into()),
            added_at: NOW,
            updated_at: NOW,
        },
    );
    directory.profiles.insert(
        ProfileId(3),
        Profile {
            account_id: ACCOUNT,
            topic_id: TOPIC,
            id: ProfileId(3),
            service: Service::Rss,
            service_id: "https://example.com/feed?a=\"b\"".into(),
            provider: Provider::SearchProviderRss,
            displayname: Some("Example".into()),
            username: None,
            avatar: None,
            added_at: NOW,
            removed_at: None,
            connection: Connection::default(),
        },
    );
    for (id, name, parent) in [(1, "vip", None), (2, "late parcel", Some(1))] {
        directory.tags.insert(
            TagId(id),
            Tag {
                account_id: ACCOUNT,
                id: TagId(id),
                name: name.into(),
                color: Some("rgb(1,2,3)".into()),
                parent_id: parent.map(TagId),
                is_visible: true,
                status: TagStatus::Active,
                added_at: NOW,
            },
        );
    }
    directory.roles.insert(
        RoleId(2),
        Role {
            account_id: ACCOUNT,
            id: RoleId(2),
            title: "Editor".into(),
            license: License::Paying,
            is_stock: true,
            permissions: StockRole::Contributor.permissions(),
            topics: TopicAccess::All,
            added_at: NOW,
            updated_at: NOW,
        },
    );
    directory.members.insert(
        ANNA,
        Member {
            user: User {
                id: ANNA,
                name: "Anna".into(),
                email: "anna@example.com".into(),
                avatar: None,
                presence: Presence::Available,
                is_disabled: false,
                added_at: NOW,
            },
            membership: Membership {
                account_id: ACCOUNT,
                user_id: ANNA,
                role_id: RoleId(2),
                state: MembershipState::Active,
                is_expert: false,
                timezone: None,
                added_at: NOW,
            },
        },
    );
    directory
}

fn author(name: &str) -> Author {
    Author {
        name: Some(name.into()),
        fullname: Some(format!("{name} Full")),
        id: Some("123".into()),
        url: Some("https://example.com/u".into()),
        img: Some("https://example.com/u.png".into()),
        followers: Some(10),
        ..Author::default()
    }
}

fn action(id: i64, kind: ActionType, detail: ActionDetail) -> Action {
    Action {
        id: ActionId(id),
        user_id: Some(ANNA),
        kind,
        detail,
        at: NOW.plus_ms(id * 1_000),
    }
}

/// A mention that has a value for everything a mention can have.
pub(super) fn mention(service: Service) -> Mention {
    Mention {
        account_id: ACCOUNT,
        topic_id: TOPIC,
        project_id: ProjectId(5),
        id: MentionId(43_769_000_000_000_001),
        conversation_id: ConversationId(43_769_000_000_000_001),
        added_at: NOW,
        published_at: Some(NOW.plus_ms(-60_000)),
        body: body(service),
        state: state(),
        changed_by: ChangeNumber(1),
    }
}

fn body(service: Service) -> Body {
    let entity = |string: &str, start, end| Entity {
        string: string.into(),
        start,
        end,
    };
    Body {
        author: author("bob"),
        original_author: Some(author("eve")),
        title: Some("Parcel".into()),
        content: "<p>Hi @acme, é #late example.com/x</p>".into(),
        stripped_content: Some("Hi @acme, é #late example.com/x".into()),
        entities: Entities {
            hashtags: vec![entity("#late", 12, 17)],
            users: vec![entity("@acme", 3, 8)],
            urls: vec![entity("example.com/x", 18, 31)],
        },
        attachments: vec![Attachment {
            kind: AttachmentType::CsatAnswer,
            url: None,
            title: None,
            image: None,
            description: None,
            caption: None,
            question: Some("q1".into()),
            id: None,
            content: Some(serde_json::json!(4)),
        }],
        message_type: Some(MessageType::Privatemessage),
        source: Source {
            category: Category::Social,
            service,
            provider: Provider::SearchProviderTwitter,
            id: Some("s1".into()),
            in_reply_to: Some("s0".into()),
            thread_id: Some("t0".into()),
            domain: "example.com".into(),
            url: Some("https://example.com/s1".into()),
            application: Some("app".into()),
            profile: Some("99".into()),
            profile_name: Some("Acme page".into()),
            sender: None,
        },
        rating: Some(4.5),
        extra_attributes: vec![ExtraAttribute {
            id: "x".into(),
            name: "Order".into(),
            value: "17".into(),
        }],
        buttons: vec![Button {
            id: "b".into(),
            label: "Yes".into(),
        }],
        clicked_buttons: Vec::new(),
        service_details: Some(ServiceDetails {
            kind: "app_details".into(),
            fields: vec![
                ("app_id".into(), "a".into()),
                ("unknown".into(), "u".into()),
            ],
        }),
    }
}

fn state() -> State {
    State {
        status: Status::Pending,
        sentiment: Sentiment::Negative,
        language: Language::parse("en"),
        priority: Priority::new(7),
        location: Location {
            country: Some("BE".into()),
            city: Some("Gent".into()),
            ..Location::default()
        },
        tags: vec![TagId(1), TagId(2)],
        assignees: vec![Assignee::User(ANNA)],
        assignment_comment: "please".into(),
        actions: vec![
            action(
                1,
                ActionType::Status,
                ActionDetail {
                    status: Some(Status::Pending),
                    ..ActionDetail::default()
                },
            ),
            action(
                2,
                ActionType::Tag,
                ActionDetail {
                    tags_added: vec![TagId(1)],
                    tags_removed: vec![TagId(9)],
                    ..ActionDetail::default()
                },
            ),
            action(
                3,
                ActionType::Property,
                ActionDetail {
                    text: Some("priority".into()),
                    priority: Priority::new(7),
                    ..ActionDetail::default()
                },
            ),
            action(
                4,
                ActionType::Assign,
                ActionDetail {
                    assignees: Some(vec![Assignee::User(ANNA)]),
                    text: Some("please".into()),
                    ..ActionDetail::default()
                },
            ),
            action(
                5,
                ActionType::Note,
                ActionDetail {
                    text: Some("called".into()),
                    ..ActionDetail::default()
                },
            ),
        ],
        todos: vec![Todo {
            id: TodoId(1),
            author: ANNA,
            text: "call".into(),
            assignees: Vec::new(),
            is_done: false,
            added_at: NOW,
            updated_at: NOW,
        }],
        handled_by: None,
        timers: Timers {
            first_reply_at: Some(NOW.plus_ms(30_500)),
            handle_ms: 61_999,
            ..Timers::default()
        },
    }
}
