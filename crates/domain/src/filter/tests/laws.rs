//! What holds for every filter.

use proptest::prelude::*;

use super::super::*;
use crate::testing::vocabulary::{NOW, VocabularyNames};
use crate::testing::{any_mention, any_query, any_syntax};

fn context() -> Context<'static> {
    Context {
        now: NOW,
        me: Some(crate::ids::UserId(5)),
        names: &VocabularyNames,
    }
}

proptest! {
    #[test]
    fn a_printed_filter_is_read_back_as_the_same(query in any_syntax()) {
        let text = query.to_string();
        let again = parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        prop_assert_eq!(&again, &query, "{}", text);
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*|[\\x00-\\x7f]*|([ab:()\"\\\\*?\\[\\]{}<>#@ é東.-]|AND |OR |NOT | TO |source:|rating:){0,40}") {
        match parse(&text) {
            Ok(query) => {
                prop_assert_eq!(&parse(&query.to_string()), &Ok(query.clone()));
                if let Err(error) = compile(&query, &context()) {
                    prop_assert!(error.start <= error.end && error.end <= text.chars().count());
                }
                let _ = text_query(&query);
            }
            Err(error) => {
                prop_assert!(error.start <= error.end && error.end <= text.chars().count());
                prop_assert!(error.to_string().ends_with(['.', '?']));
            }
        }
    }

    #[test]
    fn sensible_filters_compile_and_mean_the_same_after_printing(
        query in any_query(), mention in any_mention(),
    ) {
        let compiled = compile(&query, &context()).map_err(|error| TestCaseError::fail(format!("{query}: {error}")))?;
        let again = compile(&parse(&query.to_string()).unwrap(), &context());
        prop_assert_eq!(again.as_ref(), Ok(&compiled));
        let _ = matches(&compiled, &mention);
    }

    #[test]
    fn operators_mean_what_they_say(
        one in any_query(), other in any_query(), mention in any_mention(),
    ) {
        let answer = |text: String| matches(&compile(&parse(&text).unwrap(), &context()).unwrap(), &mention);
        let (a, b) = (answer(one.to_string()), answer(other.to_string()));
        prop_assert_eq!(answer(format!("({one}) AND ({other})")), a && b);
        prop_assert_eq!(answer(format!("({one}) ({other})")), a && b);
        prop_assert_eq!(answer(format!("({one}) OR ({other})")), a || b);
        prop_assert_eq!(answer(format!("NOT ({one})")), !a);
        prop_assert_eq!(answer(format!("-({one})")), !a);
    }

    #[test]
    fn compiled_filters_are_in_their_simplest_form(query in any_query()) {
        let predicate = compile(&query, &context()).unwrap();
        prop_assert!(is_simple(&predicate), "{:?}", predicate);
    }
}

fn is_simple(predicate: &Predicate) -> bool {
    let constant = |part: &Predicate| matches!(part, Predicate::Everything | Predicate::Nothing);
    match predicate {
        Predicate::All(parts) => {
            parts.len() > 1
                && parts.iter().all(|part| {
                    !constant(part) && !matches!(part, Predicate::All(_)) && is_simple(part)
                })
        }
        Predicate::Any(parts) => {
            parts.len() > 1
                && parts.iter().all(|part| {
                    !constant(part) && !matches!(part, Predicate::Any(_)) && is_simple(part)
                })
        }
        Predicate::Not(part) => {
            !constant(part) && !matches!(**part, Predicate::Not(_)) && is_simple(part)
        }
        _ => true,
    }
}

#[test]
fn the_largest_filters_are_read_and_larger_ones_refused() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(
        parse(&nested(MAX_DEPTH + 1)).unwrap_err().kind,
        FilterErrorKind::TooDeep
    );
    assert_eq!(
        parse(&format!("{}a", "-".repeat(16_000))).unwrap_err().kind,
        FilterErrorKind::TooDeep
    );
    assert!(parse(&"a ".repeat(MAX_CLAUSES)).is_ok());
    let error = parse(&"a ".repeat(MAX_CLAUSES + 1)).unwrap_err();
    assert_eq!(error.kind, FilterErrorKind::TooManyClauses);
    assert_eq!((error.start, error.end), (2_000, 2_001));
    let wild = "a*b? ".repeat(MAX_WILDCARDS / 2);
    assert!(parse(&format!("{wild}* tag:* note:*")).is_ok());
    let error = parse(&format!("{wild}tag:c*")).unwrap_err();
    assert_eq!(error.kind, FilterErrorKind::TooManyWildcards);
    assert_eq!(error.found, "c*");
    assert_eq!(
        parse(&"a".repeat(MAX_BYTES + 1)).unwrap_err().kind,
        FilterErrorKind::TooLong
    );
}
