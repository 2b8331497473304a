//! Random filters.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::vocabulary as v;
use crate::filter::keys::{KEYS, Key, KeyKind};
use crate::filter::{Clause, Node, Piece, Query, Range, Span, Value};

/// Any filter that can be written, also one whose values make no sense: for parser and printer.
pub fn any_syntax() -> impl Strategy<Value = Query> {
    prop_oneof![
        1 => Just(Query::default()),
        30 => tree(any_clause()).prop_map(|root| Query { root: Some(root) }),
    ]
}

/// A filter that compiles with [`v::VocabularyNames`] and often hits mentions of this module.
pub fn any_query() -> impl Strategy<Value = Query> {
    tree(sensible_clause()).prop_map(|root| Query { root: Some(root) })
}

/// The text of such a filter.
pub fn any_filter_text() -> impl Strategy<Value = String> {
    any_query().prop_map(|query| query.to_string())
}

/// A filter that looks at the text only, as topics have them; it may be refused for being only
/// negative.
pub fn any_keywords() -> impl Strategy<Value = Query> {
    let clause = (option_of_key(&["content", "title"]), words_value())
        .prop_map(|(key, value)| clause(key, value));
    tree(clause).prop_map(|root| Query { root: Some(root) })
}

fn tree(clause: impl Strategy<Value = Clause> + 'static) -> impl Strategy<Value = Node> {
    clause
        .prop_map(Node::Clause)
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                3 => vec(inner.clone(), 2..5).prop_map(Node::And),
                3 => vec(inner.clone(), 2..5).prop_map(Node::Or),
                1 => inner.prop_map(|part| Node::Not(Box::new(part))),
            ]
        })
}

fn clause(key: Option<&'static Key>, value: Value) -> Clause {
    Clause {
        key,
        value,
        span: Span::default(),
        value_span: Span::default(),
    }
}

fn option_of_key(names: &'static [&'static str]) -> impl Strategy<Value = Option<&'static Key>> {
    let keys: Vec<&'static Key> = KEYS
        .iter()
        .filter(|key| names.contains(&key.name))
        .collect();
    proptest::option::of(select(keys))
}

fn any_clause() -> impl Strategy<Value = Clause> {
    prop_oneof![
        2 => any_pieces().prop_map(|pieces| clause(None, Value::Text(pieces))),
        2 => (select(KEYS_BY_REFERENCE.as_slice()), any_pieces())
            .prop_map(|(key, pieces)| clause(Some(key), Value::Text(pieces))),
        1 => (select(KEYS_BY_REFERENCE.as_slice()), any_range())
            .prop_map(|(key, range)| clause(Some(key), Value::Range(range))),
    ]
}

static KEYS_BY_REFERENCE: std::sync::LazyLock<Vec<&'static Key>> =
    std::sync::LazyLock::new(|| KEYS.iter().collect());

/// Characters that mean something to the language, and some that do not.
fn any_literal() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(v::TEXT_PARTS).prop_map(str::to_owned),
        3 => "[ab:()\"\\\\*?\\[\\]{}<>#@ \t/.,_Aé東-]{1,8}",
        1 => select(&["AND", "OR", "NOT", "TO", "-", "source:twitter", "a:b", "12:30", "https://x.y/(z)"][..])
            .prop_map(str::to_owned),
        1 => "\\PC{1,6}",
    ]
}

fn any_pieces() -> impl Strategy<Value = Vec<Piece>> {
    prop_oneof![
        4 => any_literal().prop_map(|text| vec![Piece::Literal(text)]),
        1 => Just(vec![Piece::Literal(String::new())]),
        3 => vec(prop_oneof![
            any_literal().prop_map(Piece::Literal), Just(Piece::Any), Just(Piece::One),
        ], 1..5).prop_map(|mut pieces| {
            pieces.dedup_by(|one, other| matches!((one, other), (Piece::Literal(_), Piece::Literal(_))));
            pieces
        }),
    ]
}

fn any_range() -> impl Strategy<Value = Range> {
    let bound = || proptest::option::of(prop_oneof![any_literal(), Just(String::new())]);
    (bound(), any::<bool>(), bound(), any::<bool>()).prop_map(
        |(low, includes_low, high, includes_high)| Range {
            low,
            includes_low,
            high,
            includes_high,
        },
    )
}

fn sensible_clause() -> impl Strategy<Value = Clause> {
    prop_oneof![
        1 => words_value().prop_map(|value| clause(None, value)),
        5 => select(KEYS_BY_REFERENCE.as_slice()).prop_flat_map(|key| {
            sensible_value(key).prop_map(move |value| clause(Some(key), value))
        }),
    ]
}

fn literal(text: impl Into<String>) -> Value {
    Value::Text(vec![Piece::Literal(text.into())])
}

fn any_of(words: Vec<String>) -> BoxedStrategy<Value> {
    prop_oneof![
        8 => select(words.clone()).prop_map(literal),
        1 => Just(Value::Text(vec![Piece::Any])),
        1 => select(words).prop_map(|word| {
            let start = word.chars().take(2).collect();
            Value::Text(vec![Piece::Literal(start), Piece::Any])
        }),
    ]
    .boxed()
}

fn words_value() -> BoxedStrategy<Value> {
    prop_oneof![
        6 => vec(select(v::TEXT_PARTS), 1..3).prop_map(|parts| literal(parts.join(" "))),
        1 => select(v::TEXT_PARTS).prop_map(|part| {
            Value::Text(vec![Piece::Literal(part.chars().take(3).collect()), Piece::Any])
        }),
    ]
    .boxed()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn sensible_value(key: &'static Key) -> BoxedStrategy<Value> {
    let plain = |words: Vec<String>| select(words).prop_map(literal).boxed();
    let owned = |words: Vec<&'static str>| texts(&words);
    let numbers = || {
        v::NUMBERS
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    match key.kind {
        KeyKind::Text(_) => words_value(),
        KeyKind::Listed(_, crate::filter::keys::List::Languages) => any_of(texts(v::LANGUAGES)),
        KeyKind::Status | KeyKind::Source | KeyKind::Listed(..) => any_of(owned(key.kind.words())),
        KeyKind::Is => plain(owned(key.kind.words())),
        KeyKind::Managed | KeyKind::Case | KeyKind::PartOfCase => plain(owned(key.kind.words())),
        KeyKind::Signed(..) => any_of(
            [v::NAMES, v::HASHTAGS]
                .concat()
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
        ),
        KeyKind::Url => any_of(texts(v::LINKS)),
        KeyKind::Host => any_of(texts(v::HOSTS)),
        KeyKind::Word(_) => any_of(
            [v::SERVICE_IDS, v::NAMES, v::CITIES, v::COUNTRIES, v::HOSTS]
                .concat()
                .iter()
                .map(|&word| word.to_owned())
                .collect(),
        ),
        KeyKind::SourceId | KeyKind::Conversation => any_of(
            v::SERVICE_IDS
                .iter()
                .map(|&id| id.to_owned())
                .chain(mention_numbers())
                .collect(),
        ),
        KeyKind::MentionId => plain(
            mention_numbers()
                .flat_map(|id| [format!("46283_{id}"), id])
                .collect(),
        ),
        KeyKind::Tag => any_of(
            v::TAGS
                .iter()
                .flat_map(|(id, name)| [id.to_string(), (*name).to_owned()])
                .collect(),
        ),
        KeyKind::Topic => plain(
            v::TOPICS
                .iter()
                .flat_map(|(id, name)| [id.to_string(), (*name).to_owned()])
                .collect(),
        ),
        KeyKind::Project => plain(
            v::PROJECTS
                .iter()
                .flat_map(|(id, name)| [id.to_string(), (*name).to_owned()])
                .collect(),
        ),
        KeyKind::Assigned | KeyKind::ActionBy => plain(
            v::USERS
                .iter()
                .flat_map(|(id, name)| [id.to_string(), (*name).to_owned()])
                .chain(texts(&["me", "none"]))
                .collect(),
        ),
        KeyKind::Number(_) => ranged(numbers()),
        KeyKind::Score(_) => ranged(texts(&["0", "1", "2.5", "3.25", "4", "5"])),
        KeyKind::Priority => ranged(texts(&["0", "3", "7", "10", "low", "high", "critical"])),
        KeyKind::Age(_) => ranged(
            v::AGES
                .iter()
                .map(|age| (age / 60_000).to_string())
                .collect(),
        ),
        KeyKind::Moment(_) => ranged(
            v::AGES
                .iter()
                .map(|age| v::NOW.plus_ms(-age))
                .flat_map(|at| {
                    [
                        at.seconds().to_string(),
                        at.to_string(),
                        at.to_string().chars().take(10).collect(),
                    ]
                })
                .collect(),
        ),
    }
}

fn mention_numbers() -> impl Iterator<Item = String> {
    (0..6).map(|number| (43_769_000_000_000_000_i64 + number).to_string())
}

fn ranged(values: Vec<String>) -> BoxedStrategy<Value> {
    let bound = proptest::option::weighted(0.8, select(values.clone()));
    prop_oneof![
        1 => select(values).prop_map(literal),
        1 => Just(Value::Text(vec![Piece::Any])),
        4 => (bound.clone(), any::<bool>(), bound, any::<bool>()).prop_map(
            |(low, includes_low, high, includes_high)| Value::Range(Range {
                low,
                includes_low,
                high,
                includes_high,
            })
        ),
    ]
    .boxed()
}
