//! What the author of a wrong filter is told.

use super::super::*;
use crate::testing::vocabulary::{NOW, VocabularyNames};
use FilterErrorKind as K;

fn error(text: &str) -> FilterError {
    let context = Context {
        now: NOW,
        me: None,
        names: &VocabularyNames,
    };
    match parse(text).and_then(|query| compile(&query, &context)) {
        Ok(predicate) => panic!("{text} means {predicate:?}"),
        Err(error) => error,
    }
}

#[test]
fn errors_name_the_wrong_part_and_its_place() {
    for (text, kind, found) in [
        ("sorce:twitter", K::UnknownKey, "sorce"),
        ("été (a OR sorce:x)", K::UnknownKey, "sorce"),
        ("Hello: world", K::UnknownKey, "Hello"),
        ("source:", K::MissingValue, "source:"),
        ("(source:)", K::MissingValue, "source:"),
        ("source: AND status:new", K::MissingValue, "source:"),
        ("tag:\"\"", K::MissingValue, ""),
        ("hashtag:#", K::MissingValue, "#"),
        ("AND", K::NothingBefore, "AND"),
        ("OR a", K::NothingBefore, "OR"),
        ("(OR a)", K::NothingBefore, "OR"),
        ("a AND", K::NothingAfter, "AND"),
        ("(a OR ) b", K::NothingAfter, "OR"),
        ("a AND OR b", K::NothingAfter, "AND"),
        ("NOT", K::NothingAfter, "NOT"),
        ("(a", K::UnclosedParenthesis, "("),
        ("tag:(a OR b", K::UnclosedParenthesis, "("),
        ("(", K::UnclosedParenthesis, "("),
        ("a)", K::UnopenedParenthesis, ")"),
        (")", K::UnopenedParenthesis, ")"),
        ("()", K::EmptyParentheses, "()"),
        ("tag:( )", K::EmptyParentheses, "( )"),
        ("\"abc", K::UnclosedQuote, "\"abc"),
        ("tag:\"abc\\\"", K::UnclosedQuote, "\"abc\\\""),
        ("rating:[1 5]", K::MalformedRange, "[1 5]"),
        ("rating:[1 TO 5", K::MalformedRange, "[1 TO 5"),
        ("rating:[TO 5] x", K::MalformedRange, "[TO 5]"),
        ("content:[1 TO 5]", K::NoRangeAllowed("content"), "[1 TO 5]"),
        ("!!", K::NoWord, "!!"),
        ("a - b", K::NoWord, "-"),
        ("a && b", K::NoWord, "&&"),
        ("content:\"...\"", K::NoWord, "..."),
        ("language:xx", K::UnknownValue("language"), "xx"),
        ("sentiment:happy", K::UnknownValue("sentiment"), "happy"),
        ("source:twiter", K::UnknownValue("source"), "twiter"),
        ("is:big", K::UnknownValue("is"), "big"),
        ("managed:maybe", K::UnknownValue("managed"), "maybe"),
        ("followers:many", K::NotANumber("followers"), "many"),
        ("followers:1.5", K::NotANumber("followers"), "1.5"),
        ("rating:[1 TO five]", K::NotANumber("rating"), "[1 TO five]"),
        ("priority:11", K::NotANumber("priority"), "11"),
        ("dateadd:yesterday", K::NotADate("dateadd"), "yesterday"),
        ("mention:abc", K::NotAnId("mention"), "abc"),
        ("assigned:team:x", K::NotAnId("assigned"), "team:x"),
        ("topic:Bra*", K::NoWildcardAllowed("topic"), "Bra*"),
        ("is:pri*", K::NoWildcardAllowed("is"), "pri*"),
    ] {
        let error = error(text);
        assert_eq!(error.kind, kind, "{text}");
        assert_eq!(error.found, found, "{text}");
        let part: String = text
            .chars()
            .skip(error.start)
            .take(error.end - error.start)
            .collect();
        assert_eq!(part.trim_matches('"'), found.trim_matches('"'), "{text}");
    }
}

#[test]
fn near_misses_come_with_what_was_meant() {
    for (text, suggestion) in [
        ("sorce:twitter", Some("source")),
        ("message.langauge:nl", Some("message.language")),
        ("zebra:nl", None),
        ("source:twiter", Some("twitter")),
        ("language:Dutch", Some("nl")),
        ("sentiment:postive", Some("positive")),
        (
            "sentiment:happy",
            Some("unset, positive, negative or neutral"),
        ),
        ("status:all_done", Some("alldone")),
        ("priority:hgh", Some("high")),
        ("a && b", Some("AND")),
    ] {
        assert_eq!(error(text).suggestion.as_deref(), suggestion, "{text}");
    }
}

#[test]
fn errors_read_as_sentences() {
    assert_eq!(
        error("sorce:twitter").to_string(),
        "There is no key \"sorce\"; text with a colon is searched for within quotes. Did you mean source?"
    );
    assert_eq!(
        error("language:xx").to_string(),
        "\"language\" has no value \"xx\"."
    );
}

#[test]
fn keywords_look_at_the_text_only_and_must_demand_something() {
    let refused = |text: &str| text_query(&parse(text).unwrap()).map_err(|error| error.kind);
    for text in [
        "",
        "delhaize",
        "\"guy verhofstadt\" AND (title:news OR #promo) -sport",
        "NOT (NOT a OR b)",
        "deliver* OR 東京",
        "content:*",
    ] {
        assert!(refused(text).is_ok(), "{text}");
    }
    for text in ["-a", "NOT a NOT b", "a OR -b", "NOT (a AND b)"] {
        assert_eq!(refused(text), Err(K::OnlyNegative), "{text}");
    }
    assert_eq!(refused("a source:twitter"), Err(K::OnlyText("source")));
    assert_eq!(refused("note:a"), Err(K::OnlyText("note")));
}
