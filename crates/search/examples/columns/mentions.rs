//! Generated mentions: the same ones in every run.

use domain::action_type::ActionType;
use domain::ids::{
    ActionId, ChangeNumber, ConversationId, MentionId, ProjectId, TagId, TopicId, UserId,
};
use domain::language::Language;
use domain::mention::{
    Action, ActionDetail, Assignee, Author, Body, Entities, Entity, Location, Mention, Sentiment,
    Source, State, Status, Timers,
};
use domain::message_type::MessageType;
use domain::source::{Category, Provider, Service};
use domain::time::{DAY_MS, UnixMillis};

use super::{ACCOUNT, NOW};

/// A small generator, so that every run makes the same mentions.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn rank(&mut self, end: u64) -> u64 {
        // Small numbers often, great ones seldom: the square of two throws' smaller.
        let (one, other) = (self.below(end), self.below(end));
        one.min(other) * self.below(end) / end
    }
}

/// One of so many mentions of the year before.
pub(crate) fn mention(number: i64, count: i64, dice: &mut Dice) -> Mention {
    let added = NOW - 365 * DAY_MS + number * (365 * DAY_MS) / count;
    let id = 43_769_000_000_000_000 + number * 4_133_000;
    let author = dice.rank(400_000);
    let words = 4 + dice.below(26);
    let content: Vec<String> = (0..words)
        .map(|_| format!("w{}", dice.rank(60_000)))
        .collect();
    let content = content.join(" ");
    let is_done = dice.below(100) < 94 || number < count * 98 / 100;
    let mut tags: Vec<TagId> = (0..dice.below(4))
        .map(|_| TagId(1 + i64::try_from(dice.rank(200)).unwrap()))
        .collect();
    tags.sort_unstable();
    tags.dedup();
    let user = UserId(1 + i64::try_from(dice.below(40)).unwrap());
    let actions: Vec<Action> = if is_done {
        [ActionType::Status, ActionType::Tag]
            .into_iter()
            .map(|kind| Action {
                id: ActionId(1),
                user_id: Some(user),
                kind,
                detail: ActionDetail::default(),
                at: UnixMillis(added + 3_600_000),
            })
            .collect()
    } else {
        Vec::new()
    };
    let replied = dice.below(3) == 0;
    let reply_at = UnixMillis(added + 1_000_000 + i64::try_from(dice.below(9_000_000)).unwrap());
    Mention {
        account_id: ACCOUNT,
        topic_id: TopicId(1 + i64::try_from(dice.rank(30)).unwrap()),
        project_id: ProjectId(1),
        id: MentionId(id),
        conversation_id: ConversationId(id - i64::try_from(dice.below(2)).unwrap()),
        added_at: UnixMillis(added),
        published_at: Some(UnixMillis(added - 60_000)),
        changed_by: ChangeNumber(number + 1),
        body: Body {
            author: Author {
                name: Some(format!("user_{author}")),
                fullname: Some(format!("First{} Last{author}", author % 977)),
                id: Some(format!("{}", 100_000_000_000 + author * 7_919)),
                followers: Some(i64::try_from(dice.rank(5_000)).unwrap()),
                ..Author::default()
            },
            original_author: None,
            title: None,
            content,
            stripped_content: None,
            entities: Entities {
                hashtags: (0..dice.below(2))
                    .map(|_| Entity {
                        string: format!("#tag{}", dice.rank(20_000)),
                        start: 0,
                        end: 1,
                    })
                    .collect(),
                users: Vec::new(),
                urls: (0..dice.below(4) / 3)
                    .map(|_| Entity {
                        string: format!(
                            "https://example{}.com/{}",
                            dice.rank(3_000),
                            dice.below(900_000)
                        ),
                        start: 0,
                        end: 1,
                    })
                    .collect(),
            },
            attachments: Vec::new(),
            message_type: Some(MessageType::Post),
            source: Source {
                category: Category::Social,
                service: Service::ALL[usize::try_from(dice.rank(10)).unwrap()],
                provider: Provider::SearchProviderTwitter,
                id: Some(format!(
                    "{}",
                    1_800_000_000_000_000_000_u64 + dice.below(1 << 50)
                )),
                in_reply_to: None,
                thread_id: (dice.below(3) == 0)
                    .then(|| format!("{}", 1_800_000_000_000_000_000_u64 + dice.below(1 << 50))),
                domain: "twitter.com".to_owned(),
                url: None,
                application: Some(format!("Client {}", dice.rank(50))),
                profile: Some(format!("{}", 48_000 + dice.below(30))),
                profile_name: None,
                sender: None,
            },
            rating: None,
            extra_attributes: Vec::new(),
            buttons: Vec::new(),
            clicked_buttons: Vec::new(),
            service_details: None,
        },
        state: State {
            status: if is_done { Status::Done } else { Status::New },
            sentiment: Sentiment::ALL[usize::try_from(dice.below(4)).unwrap()],
            language: Language::parse(
                ["en", "nl", "fr", "de", "es"][usize::try_from(dice.rank(5)).unwrap()],
            ),
            priority: None,
            location: Location {
                country: Some(
                    ["BE", "NL", "FR", "US"][usize::try_from(dice.below(4)).unwrap()].to_owned(),
                ),
                ..Location::default()
            },
            tags,
            assignees: if is_done {
                vec![Assignee::User(user)]
            } else {
                Vec::new()
            },
            actions,
            timers: Timers {
                first_reply_at: replied.then_some(reply_at),
                first_done_at: is_done.then_some(reply_at),
                last_action_at: is_done.then_some(reply_at),
                last_status_at: is_done.then_some(reply_at),
                ..Timers::default()
            },
            ..State::default()
        },
    }
}
