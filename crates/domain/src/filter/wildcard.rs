//! `*` and `?` against one word, in time proportional to pattern times word and without memory.

use std::str::Chars;

/// Whether the word fits; `\` takes the next pattern character literally.
pub(super) fn fits(pattern: &str, word: &str) -> bool {
    let (mut pattern, mut word) = (pattern.chars(), word.chars());
    // Pattern after the newest star, and the word from where that star may take one more.
    let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
    loop {
        let (mut pattern_after, mut word_after) = (pattern.clone(), word.clone());
        let goes_on = match (piece(&mut pattern_after), word_after.next()) {
            (None, None) => return true,
            (Some(Piece::Any), _) => {
                star = Some((pattern_after.clone(), word.clone()));
                word_after = word.clone();
                true
            }
            (Some(Piece::One), Some(_)) => true,
            (Some(Piece::Char(wanted)), Some(c)) => wanted == c,
            _ => false,
        };
        if goes_on {
            (pattern, word) = (pattern_after, word_after);
            continue;
        }
        let Some((pattern_after, word_after)) = &mut star else {
            return false;
        };
        if word_after.next().is_none() {
            return false;
        }
        (pattern, word) = (pattern_after.clone(), word_after.clone());
    }
}

enum Piece {
    Any,
    One,
    Char(char),
}

fn piece(pattern: &mut Chars<'_>) -> Option<Piece> {
    Some(match pattern.next()? {
        '*' => Piece::Any,
        '?' => Piece::One,
        '\\' => Piece::Char(pattern.next().unwrap_or('\\')),
        c => Piece::Char(c),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::fits;

    /// The definition, without care for time.
    fn by_definition(pattern: &[char], word: &[char]) -> bool {
        match (pattern, word) {
            ([], word) => word.is_empty(),
            (['*', rest @ ..], word) => (0..=word.len()).any(|at| by_definition(rest, &word[at..])),
            (['?', rest @ ..], [_, after @ ..]) => by_definition(rest, after),
            ([wanted, rest @ ..], [c, after @ ..]) => wanted == c && by_definition(rest, after),
            (_, []) => false,
        }
    }

    proptest! {
        #[test]
        fn fitting_follows_the_definition(pattern in "[ab*?]{0,8}", word in "[ab]{0,8}") {
            let chars: Vec<char> = pattern.chars().collect();
            let letters: Vec<char> = word.chars().collect();
            prop_assert_eq!(fits(&pattern, &word), by_definition(&chars, &letters));
        }
    }

    #[test]
    fn stars_take_any_run_and_question_marks_one_character() {
        for (pattern, word, expected) in [
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "a__b__c", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "é", true),
            ("a*c", "abd", false),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, word), expected, "{pattern} {word}");
        }
    }
}
