//! The words and numbers that random mentions and filters are made of.

use crate::filter::Names;
use crate::ids::{AccountId, ProjectId, TagId, TopicId, UserId};
use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS, UnixMillis};

/// The present of all random data, 2026-11-22T00:00:00Z.
pub const NOW: UnixMillis = UnixMillis(1_795_305_600_000);
/// The account of all random mentions.
pub const ACCOUNT: AccountId = AccountId(1);

/// What texts are made of: several scripts, tags, names, links, numbers, emoji.
pub const TEXT_PARTS: &[&str] = &[
    "hello",
    "Hello",
    "world",
    "wereld",
    "café",
    "CAFE",
    "Straße",
    "Delhaize's",
    "delhaize",
    "Guy Verhofstadt",
    "l'homme",
    "the",
    "of",
    "AND",
    "or",
    "not",
    "東京都",
    "東京",
    "都",
    "京都",
    "ホテル",
    "กินข้าว",
    "한국어",
    "한국",
    "привет",
    "ПРИВЕТ",
    "مرحبا",
    "👍🏽",
    "👍",
    "🍕",
    "#promo",
    "promo",
    "#東京",
    "@guy_v",
    "guy_v",
    "example.com",
    "https://example.com/a?b=c",
    "4.5",
    "10,000",
    "v2",
];
/// What stands between them.
pub const SEPARATORS: &[&str] = &[" ", " ", " ", ", ", ". ", "\n", "-", ""];

/// Names of people, handles and the like.
pub const NAMES: &[&str] = &[
    "Anna Müller",
    "anna",
    "guy_v",
    "Bob",
    "bob",
    "O'Neil",
    "王小明",
];
/// Identifiers at services.
pub const SERVICE_IDS: &[&str] = &["48016", "48017", "page-1", "abc_DEF", "9"];
/// Host names.
pub const HOSTS: &[&str] = &[
    "example.com",
    "www.example.com",
    "news.example.org",
    "twitter.com",
];
/// Links.
pub const LINKS: &[&str] = &[
    "https://example.com/a?b=c",
    "http://www.example.com/",
    "https://news.example.org/2021/x.html",
    "example.com/y",
];
/// Hashtags without sign.
pub const HASHTAGS: &[&str] = &["promo", "Promo", "東京", "café", "sale2026"];
/// Places.
pub const CITIES: &[&str] = &["Gent", "Brussel", "São Paulo", "東京"];
/// Language codes.
pub const LANGUAGES: &[&str] = &["nl", "en", "ja", "th"];
/// Countries.
pub const COUNTRIES: &[&str] = &["BE", "NL", "JP", "BR"];

/// Ages of dates before [`NOW`], in milliseconds.
pub const AGES: &[i64] = &[
    0,
    MINUTE_MS,
    30 * MINUTE_MS,
    90 * MINUTE_MS,
    90 * MINUTE_MS + 1,
    HOUR_MS * 5,
    DAY_MS,
    DAY_MS + 1,
    3 * DAY_MS,
    28 * DAY_MS,
];
/// Small numbers: scores, seconds, followers.
pub const NUMBERS: &[i64] = &[0, 1, 2, 3, 5, 8, 10, 60, 90, 3_600];

/// First topic.
pub const TOPIC_A: TopicId = TopicId(46_283);
/// Second topic, of the same project.
pub const TOPIC_B: TopicId = TopicId(46_284);
/// Third topic, of the other project.
pub const TOPIC_C: TopicId = TopicId(7);
/// Project of two topics.
pub const PROJECT_A: ProjectId = ProjectId(1);
/// Project of one topic.
pub const PROJECT_B: ProjectId = ProjectId(2);
/// Topics and their names.
pub const TOPICS: &[(TopicId, &str)] = &[
    (TOPIC_A, "Brand"),
    (TOPIC_B, "Competitors"),
    (TOPIC_C, "Über uns"),
];
/// Projects and their names.
pub const PROJECTS: &[(ProjectId, &str)] =
    &[(PROJECT_A, "Belgium"), (PROJECT_B, "The Netherlands")];
/// Tags and their names.
pub const TAGS: &[(TagId, &str)] = &[
    (TagId(11), "urgent"),
    (TagId(12), "very important"),
    (TagId(13), "Réclame"),
    (TagId(14), "12"),
    (TagId(15), "a \"b\" \\c"),
];
/// Users and their names.
pub const USERS: &[(UserId, &str)] = &[
    (UserId(5), "Anna Müller"),
    (UserId(6), "Bob"),
    (UserId(7), "王小明"),
];

/// The names of the vocabulary.
#[derive(Debug, Clone, Copy, Default)]
pub struct VocabularyNames;

impl Names for VocabularyNames {
    fn tag(&self, name: &str) -> Option<TagId> {
        let key = crate::tag::tag_key(name);
        TAGS.iter()
            .find(|(_, name)| crate::tag::tag_key(name) == key)
            .map(|(id, _)| *id)
    }

    fn topics(&self, name_or_id: &str) -> Vec<TopicId> {
        let number = TopicId::parse(name_or_id);
        TOPICS
            .iter()
            .filter(|(id, name)| Some(*id) == number || same(name, name_or_id))
            .map(|(id, _)| *id)
            .collect()
    }

    fn projects(&self, name_or_id: &str) -> Vec<ProjectId> {
        let number = ProjectId::parse(name_or_id);
        PROJECTS
            .iter()
            .filter(|(id, name)| Some(*id) == number || same(name, name_or_id))
            .map(|(id, _)| *id)
            .collect()
    }

    fn users(&self, name: &str) -> Vec<UserId> {
        USERS
            .iter()
            .filter(|(_, other)| same(other, name))
            .map(|(id, _)| *id)
            .collect()
    }

    fn tags_like(&self, pattern: &crate::filter::Pattern) -> Vec<TagId> {
        TAGS.iter()
            .filter(|(_, name)| pattern.fits(&crate::text::fold(name)))
            .map(|(id, _)| *id)
            .collect()
    }
}

fn same(one: &str, other: &str) -> bool {
    crate::text::fold(one) == crate::text::fold(other)
}
