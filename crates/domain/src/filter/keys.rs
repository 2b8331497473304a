//! The table of keys: what a filter can ask for.
//!
//! Parser, compiler, suggestions and documentation read it; nothing else names a key.

use super::fields::{NumberField, TextField, WordField};

/// Something that a filter can ask for.
#[derive(Debug)]
pub struct Key {
    /// The name under which it is printed.
    pub name: &'static str,
    /// Other names that are accepted.
    pub aliases: &'static [&'static str],
    /// What values it takes and what they mean.
    pub kind: KeyKind,
    /// What it asks for, in a line.
    pub help: &'static str,
    /// Whether any mention can have it yet.
    pub has_data: bool,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Key {}

/// What values a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Words of running text.
    Text(TextField),
    /// One value as a whole, with wildcards.
    Word(WordField),
    /// The same without a sign at its start (`#`, `@`).
    Signed(WordField, char),
    /// One of a closed list of words, with wildcards.
    Listed(WordField, List),
    /// `new`, `pending`, `done`, `alldone`, `alltodo`.
    Status,
    /// Service, category (with its children), provider or host name.
    Source,
    /// A link: as a whole when it has a scheme, else part of it.
    Url,
    /// A host name, with or without `www.`.
    Host,
    /// Identifier of a message at its service, or a mention's number.
    SourceId,
    /// `<topic>_<mention>` or a mention's number.
    MentionId,
    /// A conversation's number or a thread's identifier.
    Conversation,
    /// Name or number of a tag.
    Tag,
    /// Name or number of a topic.
    Topic,
    /// Name or number of a project.
    Project,
    /// User, `team:<number>`, `me`, `none`.
    Assigned,
    /// User, `me`, `none`.
    ActionBy,
    /// Whole number.
    Number(NumberField),
    /// Number with up to two decimals.
    Score(NumberField),
    /// 0 to 10, or `low`, `medium`, `high`, `critical`.
    Priority,
    /// A point in time or a day.
    Moment(NumberField),
    /// Minutes before now.
    Age(NumberField),
    /// `true` or `false`.
    Managed,
    /// `true`, `false` or a case's number.
    Case,
    /// The same for the parts of a case.
    PartOfCase,
    /// A property.
    Is,
}

/// A closed list of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// ISO 639-1.
    Languages,
    /// Tones.
    Sentiments,
    /// Kinds of message.
    MessageTypes,
    /// Networks.
    Services,
    /// Kinds of publication.
    Categories,
    /// Collectors.
    Providers,
    /// Kinds of action.
    ActionTypes,
    /// `bot`, `flow`.
    Machines,
}

impl List {
    /// The words, as they are written on the wire.
    pub fn words(self) -> Vec<&'static str> {
        macro_rules! all {
            ($list:path) => {{
                use $list as Members;
                Members::ALL.iter().map(|one| one.as_str()).collect()
            }};
        }
        match self {
            Self::Languages => crate::language::LANGUAGES
                .iter()
                .map(|(code, _)| *code)
                .collect(),
            Self::Sentiments => all!(crate::mention::Sentiment),
            Self::MessageTypes => all!(crate::message_type::MessageType),
            Self::Services => all!(crate::source::Service),
            Self::Categories => all!(crate::source::Category),
            Self::Providers => all!(crate::source::Provider),
            Self::ActionTypes => all!(crate::action_type::ActionType),
            Self::Machines => vec!["bot", "flow"],
        }
    }
}

/// The values of `status:`.
pub const STATUS_WORDS: &[&str] = &["new", "pending", "done", "alldone", "alltodo"];
/// The values of `is:`.
pub const IS_WORDS: &[&str] = &[
    "private",
    "public",
    "reply",
    "retweet",
    "assigned",
    "unassigned",
    "resolved",
    "unresolved",
    "case",
    "managed",
    "located",
];

impl KeyKind {
    /// Whether `[a TO b]` and comparisons make sense.
    pub const fn takes_ranges(self) -> bool {
        matches!(
            self,
            Self::Number(_) | Self::Score(_) | Self::Priority | Self::Moment(_) | Self::Age(_)
        )
    }

    /// The words that the key takes, when there is a closed list.
    pub fn words(self) -> Vec<&'static str> {
        match self {
            Self::Listed(_, list) => list.words(),
            Self::Status => STATUS_WORDS.to_vec(),
            Self::Is => IS_WORDS.to_vec(),
            Self::Priority => vec!["low", "medium", "high", "critical"],
            Self::Managed | Self::Case | Self::PartOfCase => vec!["true", "false"],
            Self::Source => [List::Services, List::Categories, List::Providers]
                .into_iter()
                .flat_map(List::words)
                .collect(),
            _ => Vec::new(),
        }
    }
}

macro_rules! keys {
    ($($name:literal [$($alias:literal),*] $kind:expr, $help:literal $(, $nodata:ident)?;)+) => {
        /// Every key.
        pub static KEYS: &[Key] = &[$(Key {
            name: $name,
            aliases: &[$($alias),*],
            kind: { use KeyKind::*; $kind },
            help: $help,
            has_data: keys!(@data $($nodata)?),
        }),+];
    };
    (@data) => { true };
    (@data nodata) => { false };
}

use List::{
    ActionTypes, Categories, Languages, Machines, MessageTypes, Providers, Sentiments, Services,
};

keys! {
    "content" ["message.content"] Text(TextField::Content), "words of the message";
    "title" ["message.title"] Text(TextField::Title), "words of the headline or subject";
    "note" ["notes"] Text(TextField::Note), "words of agents' notes; note:* has a note";
    "language" ["message.language"] Listed(WordField::Language, Languages), "ISO 639-1 code of the message's language";
    "sentiment" ["message.sentiment"] Listed(WordField::Sentiment, Sentiments), "tone of the message";
    "type" ["message.type"] Listed(WordField::Type, MessageTypes), "kind of message";
    "hashtag" ["hashtags", "message.entities.hashtag", "message.entities.hashtags"] Signed(WordField::Hashtag, '#'), "a hashtag, with or without #";
    "mentions" ["message.entities.user", "message.entities.users", "message.entities.mentions"] Signed(WordField::MentionedUser, '@'), "a named user, with or without @";
    "url" ["message.entities.url", "message.entities.urls"] Url, "a link in the message: as a whole when it begins with https:// or the like, else a part of it";
    "domain" ["message.entities.domain", "message.entities.domains"] Host, "host name of a link in the message";
    "photo" ["message.entities.photo", "message.entities.photos"] Word(WordField::Photo), "address of a picture; photo:* has one";
    "video" ["message.entities.video", "message.entities.videos"] Word(WordField::Video), "address of a video; video:* has one";
    "source" [] Source, "service, category (news also finds news_local and so on), provider or host name";
    "service" ["source.service"] Listed(WordField::Service, Services), "network or kind of channel";
    "category" ["source.category"] Listed(WordField::Category, Categories), "kind of publication";
    "provider" ["source.type"] Listed(WordField::Provider, Providers), "internal name of the collector";
    "sourcedomain" ["source.domain"] Word(WordField::Domain), "host name of the source";
    "application" ["source.application"] Word(WordField::Application), "client it was posted with";
    "profile" ["source.profile"] Word(WordField::Profile), "found on this profile: its service_id, or service_serviceid";
    "postedby" ["source.profile.postedby"] Word(WordField::PostedBy), "written by this own profile";
    "postedin" ["source.profile.postedin"] Word(WordField::PostedIn), "written by others on this own profile";
    "inreplyto" ["source.in_reply_to_message_id", "in_reply_to"] Word(WordField::InReplyTo), "identifier of the message it answers";
    "thread" ["source.thread_id"] Word(WordField::Thread), "identifier of the topmost post";
    "id" ["source.id"] SourceId, "identifier at the service, or the mention's number";
    "mention" ["unique_id", "uniqueid", "mention.id"] MentionId, "the mention's number, or topic_number";
    "conversation" ["conversation.id", "conversation_id"] Conversation, "number of the conversation, or identifier of the thread";
    "author" ["author.fullname"] Signed(WordField::Author, '@'), "user name or full name of the author";
    "authorname" ["author.name"] Signed(WordField::AuthorName, '@'), "user name of the author";
    "authorid" ["author.id"] Word(WordField::AuthorId), "identifier of the author at the service";
    "managed" ["author.managed"] Managed, "written by one of the own profiles: true or false";
    "followers" ["author.followers"] Number(NumberField::Followers), "followers of the author";
    "contacttag" ["author.tags"] Word(WordField::ContactTag), "tag of the author's contact", nodata;
    "tag" ["tags"] Tag, "name or number of a tag; tag:* has any";
    "topic" ["topic.id", "topics"] Topic, "name or number of a topic";
    "project" ["project.id", "projects"] Project, "name or number of a project";
    "continent" ["location.continent"] Word(WordField::Continent), "code of the continent";
    "country" ["location.country"] Word(WordField::Country), "ISO 3166-1 code of the country";
    "region" ["location.region", "region_state"] Word(WordField::Region), "state or province";
    "city" ["location.city"] Word(WordField::City), "city";
    "status" ["mention.status"] Status, "new, pending, done; alldone is everything finished, alltodo the rest";
    "assigned" ["assignedto", "assignees", "assignment"] Assigned, "name or number of a user, team:<number>, me, none; assigned:* has anybody";
    "action" ["actions.type", "action.type"] Listed(WordField::ActionType, ActionTypes), "something that was done to it";
    "actionby" ["actions.user.id", "action.user.id"] ActionBy, "name or number of a user who did something to it, me, none";
    "handledby" ["handled_by.type", "handled_by"] Listed(WordField::HandledBy, Machines), "what handled it without a person";
    "priority" [] Priority, "0 to 10, or low, medium, high, critical";
    "rating" ["message.rating"] Score(NumberField::Rating), "stars or score of a review";
    "csat" [] Score(NumberField::Csat), "answer to a satisfaction survey";
    "nps" [] Score(NumberField::Nps), "answer to a recommendation survey";
    "dateadd" ["date.added", "date_added", "dateadded"] Moment(NumberField::Added), "when it arrived";
    "date_published" ["date.published", "datepublished"] Moment(NumberField::Published), "when it was published";
    "action_date" ["timestamps.action_last_date"] Moment(NumberField::LastAction), "when something was last done to it";
    "status_date" ["timestamps.action_status_last"] Moment(NumberField::LastStatus), "when its status last changed";
    "reply_date" ["timestamps.action_reply_first"] Moment(NumberField::FirstReply), "when it was first answered";
    "date_added_age" ["dateadd_age", "date.added_age"] Age(NumberField::Added), "minutes since it arrived";
    "date_published_age" ["date.published_age"] Age(NumberField::Published), "minutes since it was published";
    "action_date_age" [] Age(NumberField::LastAction), "minutes since something was last done to it";
    "response_time" ["timestamps.response_time"] Number(NumberField::ResponseTime), "seconds from publication to the first reply";
    "response_time_during_bh" ["timestamps.response_time_during_bh"] Number(NumberField::ResponseTimeInHours), "the same in business hours";
    "resolve_time" ["timestamps.resolve_time"] Number(NumberField::ResolveTime), "seconds from publication to the first time done";
    "resolve_time_during_bh" ["timestamps.resolve_time_during_bh"] Number(NumberField::ResolveTimeInHours), "the same in business hours";
    "handle_time" ["timestamps.handle_time"] Number(NumberField::HandleTime), "seconds that agents spent";
    "assign_time" ["timestamps.assign_time"] Number(NumberField::AssignTime), "seconds from publication to the first assignment";
    "first_action_time" ["timestamps.first_action_time"] Number(NumberField::FirstActionTime), "seconds from publication to the first action of a person";
    "case" [] Case, "true for mentions that stand for a case, or the number of a case";
    "partofcase" ["part_of_cases"] PartOfCase, "true for mentions within a case, or the number of a case", nodata;
    "is" [] Is, "private, public, reply, retweet, assigned, unassigned, resolved, unresolved, case, managed, located";
}

/// The key of this name, whatever its case.
pub fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| {
        key.name.eq_ignore_ascii_case(name)
            || key
                .aliases
                .iter()
                .any(|alias| alias.eq_ignore_ascii_case(name))
    })
}

/// The name of the key that looks most like this one, if any looks like it.
pub fn similar_key(name: &str) -> Option<&'static str> {
    similar(
        name,
        KEYS.iter()
            .flat_map(|key| std::iter::once(&key.name).chain(key.aliases))
            .copied(),
    )
}

/// The word that looks most like this one, if any looks like it.
fn similar<'a>(word: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    words
        .filter_map(|other| Some((closeness(word, other)?, other)))
        .min_by_key(|(closeness, _)| *closeness)
        .map(|(_, other)| other)
}

/// Up to three words that look like this one, most alike first; a short list is given whole when
/// none does.
pub fn similar_words(word: &str, words: &[&'static str]) -> Vec<&'static str> {
    let mut alike: Vec<(usize, &'static str)> = words
        .iter()
        .filter_map(|other| Some((closeness(word, other)?, *other)))
        .collect();
    alike.sort_by_key(|(closeness, _)| *closeness);
    alike.truncate(3);
    if alike.is_empty() && words.len() <= 6 {
        return words.to_vec();
    }
    alike.into_iter().map(|(_, other)| other).collect()
}

/// How many letters differ; `None` when it is more than a third of them, or more than three.
fn closeness(word: &str, other: &str) -> Option<usize> {
    let letters =
        |word: &str| -> Vec<char> { word.chars().take(64).flat_map(char::to_lowercase).collect() };
    let (word, other) = (letters(word), letters(other));
    let limit = word.len().max(other.len()).div_ceil(3).min(3);
    Some(distance(&word, &other)).filter(|distance| *distance <= limit)
}

/// Letters to insert, drop, replace, or swap with their neighbour.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, c) in one.iter().enumerate() {
        let mut line = Vec::with_capacity(above.len());
        line.push(row + 1);
        for (column, d) in other.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&above, column) + usize::from(c != d))
                .min(at(&above, column + 1) + 1)
                .min(at(&line, column) + 1);
            let swapped = column > 0
                && row > 0
                && other.get(column - 1) == Some(c)
                && one.get(row - 1) == Some(d);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_name_stands_for_two_keys_and_all_are_written_plainly() {
        let mut seen = HashSet::new();
        for key in KEYS {
            for name in std::iter::once(&key.name).chain(key.aliases) {
                assert!(seen.insert(*name), "{name}");
                assert!(
                    name.chars()
                        .all(|c| c.is_ascii_lowercase() || matches!(c, '_' | '.')),
                    "{name}"
                );
                assert_eq!(super::key(&name.to_uppercase()), Some(key), "{name}");
            }
        }
    }

    #[test]
    fn slips_of_the_finger_lead_to_the_key_that_was_meant() {
        for (typed, meant) in [
            ("langauge", Some("language")),
            ("sorce", Some("source")),
            ("Sentimnt", Some("sentiment")),
            ("statsu", Some("status")),
            ("message.contnt", Some("message.content")),
            ("zebra", None),
            ("", None),
        ] {
            assert_eq!(similar_key(typed), meant, "{typed}");
        }
    }
}
