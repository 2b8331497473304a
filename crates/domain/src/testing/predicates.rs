//! Random predicates, as compiled filters.

use std::ops::Bound;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::vocabulary as v;
use crate::action_type::ActionType;
use crate::filter::{Flag, IdField, NumberField, Pattern, Predicate, TextField, WordField};
use crate::mention::{Sentiment, Status};
use crate::message_type::MessageType;
use crate::source::{Category, Provider, Service};
use crate::text::{fold, phrase};

/// A predicate up to four levels deep.
pub fn any_predicate() -> impl Strategy<Value = Predicate> {
    leaf().prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Predicate::All),
            vec(inner.clone(), 0..4).prop_map(Predicate::Any),
            inner.prop_map(|part| Predicate::Not(Box::new(part))),
        ]
    })
}

fn leaf() -> impl Strategy<Value = Predicate> {
    prop_oneof![
        1 => Just(Predicate::Everything),
        1 => Just(Predicate::Nothing),
        8 => word(),
        5 => id(),
        1 => select(IdField::ALL).prop_map(Predicate::HasId),
        5 => number(),
        8 => text(),
        3 => select(&[
            Flag::Private, Flag::Reply, Flag::Retweet, Flag::Managed, Flag::Case, Flag::PartOfCase,
            Flag::Assigned, Flag::Located,
        ][..]).prop_map(Predicate::Flag),
    ]
}

/// A word of the vocabulary that the field is likely to have.
fn word() -> impl Strategy<Value = Predicate> {
    select(WordField::ALL).prop_flat_map(|field| {
        select(words_of(field))
            .prop_flat_map(|word| pattern(&word))
            .prop_map(move |pattern| Predicate::Word { field, pattern })
    })
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn words_of(field: WordField) -> Vec<String> {
    macro_rules! all {
        ($list:ty) => {
            <$list>::ALL
                .iter()
                .map(|one| one.as_str().to_owned())
                .collect()
        };
    }
    match field {
        WordField::Language => owned(v::LANGUAGES),
        WordField::Sentiment => all!(Sentiment),
        WordField::Type => all!(MessageType),
        WordField::Status => all!(Status),
        WordField::Service => all!(Service),
        WordField::Category => all!(Category),
        WordField::Provider => all!(Provider),
        WordField::Domain | WordField::LinkedDomain => owned(v::HOSTS),
        WordField::Profile | WordField::PostedBy | WordField::PostedIn => {
            let mut words = owned(v::SERVICE_IDS);
            words.extend(
                v::SERVICE_IDS
                    .iter()
                    .flat_map(|id| [format!("twitter_{id}"), format!("rss_{id}")]),
            );
            words
        }
        WordField::InReplyTo | WordField::Thread | WordField::SourceId | WordField::AuthorId => {
            owned(v::SERVICE_IDS)
        }
        WordField::Author
        | WordField::AuthorName
        | WordField::Application
        | WordField::MentionedUser
        | WordField::ContactTag => owned(v::NAMES),
        WordField::Hashtag => owned(v::HASHTAGS),
        WordField::Url | WordField::Photo | WordField::Video => owned(v::LINKS),
        WordField::Continent => owned(&["EU", "AS"]),
        WordField::Country => owned(v::COUNTRIES),
        WordField::Region | WordField::City => owned(v::CITIES),
        WordField::ActionType => all!(ActionType),
        WordField::HandledBy => owned(&["bot", "flow"]),
        WordField::AuthorKey => v::SERVICE_IDS
            .iter()
            .map(|id| format!("twitter\u{1f}{id}"))
            .collect(),
    }
}

/// A pattern that fits the word, as a whole or in part.
fn pattern(word: &str) -> impl Strategy<Value = Pattern> + use<> {
    let folded = fold(word);
    (0_u8..8, any::<prop::sample::Index>()).prop_map(move |(kind, index)| {
        let at = index.index(folded.chars().count());
        let start: String = folded.chars().take(at).flat_map(literally).collect();
        let middle = || folded.chars().skip(at);
        match kind {
            0 => Pattern::Present,
            1 => Pattern::Wildcard(start + "*"),
            2 => Pattern::Wildcard(
                std::iter::once('*')
                    .chain(middle().flat_map(literally))
                    .collect(),
            ),
            3 => Pattern::Wildcard(
                start
                    .chars()
                    .chain(['?'])
                    .chain(middle().skip(1).flat_map(literally))
                    .collect(),
            ),
            _ => Pattern::Exact(folded.clone()),
        }
    })
}

/// The character as a pattern that fits itself only.
fn literally(c: char) -> impl Iterator<Item = char> {
    matches!(c, '*' | '?' | '\\')
        .then_some('\\')
        .into_iter()
        .chain([c])
}

fn id() -> impl Strategy<Value = Predicate> {
    select(IdField::ALL).prop_flat_map(|field| {
        let ids: Vec<i64> = match field {
            IdField::Topic => v::TOPICS.iter().map(|(id, _)| id.0).collect(),
            IdField::Project => v::PROJECTS.iter().map(|(id, _)| id.0).collect(),
            IdField::Tag => v::TAGS.iter().map(|(id, _)| id.0).chain([99]).collect(),
            IdField::AssignedUser | IdField::ActionBy => {
                v::USERS.iter().map(|(id, _)| id.0).chain([99]).collect()
            }
            IdField::AssignedTeam => vec![1, 2, 99],
            IdField::Conversation | IdField::Mention | IdField::Case => (0..6)
                .map(|number| 43_769_000_000_000_000 + number)
                .collect(),
        };
        select(ids).prop_map(move |id| Predicate::Id { field, id })
    })
}

fn number() -> impl Strategy<Value = Predicate> {
    select(NumberField::ALL).prop_flat_map(|field| {
        let numbers: Vec<i64> = match field {
            NumberField::Added
            | NumberField::Published
            | NumberField::LastAction
            | NumberField::LastStatus
            | NumberField::FirstReply => v::AGES.iter().map(|age| v::NOW.0 - age).collect(),
            NumberField::Rating | NumberField::Csat | NumberField::Nps => {
                v::NUMBERS.iter().map(|number| number * 100).collect()
            }
            _ => v::NUMBERS
                .iter()
                .copied()
                .chain(v::AGES.iter().map(|age| age / 1_000))
                .collect(),
        };
        (bound(numbers.clone()), bound(numbers)).prop_map(move |(low, high)| Predicate::Number {
            field,
            low,
            high,
        })
    })
}

fn bound(numbers: Vec<i64>) -> impl Strategy<Value = Bound<i64>> {
    prop_oneof![
        1 => Just(Bound::Unbounded),
        2 => select(numbers.clone()).prop_map(Bound::Included),
        1 => select(numbers).prop_map(Bound::Excluded),
    ]
}

fn text() -> impl Strategy<Value = Predicate> {
    (
        select(
            &[
                TextField::Content,
                TextField::Title,
                TextField::Anywhere,
                TextField::Note,
            ][..],
        ),
        prop_oneof![
            1 => Just(Vec::new()),
            6 => vec(select(v::TEXT_PARTS), 1..3).prop_map(|parts| {
                phrase(&parts.join(" ")).into_iter().map(Pattern::Exact).collect()
            }),
            2 => select(v::TEXT_PARTS).prop_flat_map(|part| {
                pattern(&first_word(part)).prop_map(|pattern| vec![pattern])
            }),
            1 => (select(v::TEXT_PARTS), select(v::TEXT_PARTS)).prop_flat_map(|(one, other)| {
                (pattern(&first_word(one)), pattern(&first_word(other)))
                    .prop_map(|(one, other)| vec![one, other])
            }),
        ],
    )
        .prop_map(|(field, words)| Predicate::Text { field, words })
}

fn first_word(text: &str) -> String {
    phrase(text).into_iter().next().unwrap_or_default()
}
