//! `*` and `?` against one word, in time proportional to pattern times word.

/// Whether the word fits; `\` takes the next pattern character literally.
pub(super) fn fits(pattern: &str, word: &str) -> bool {
    let pattern = parse(pattern);
    let word: Vec<char> = word.chars().collect();
    let (mut p, mut w) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while w < word.len() {
        match pattern.get(p) {
            Some(Piece::Any) => {
                star = Some((p, w));
                p += 1;
            }
            Some(Piece::One) => {
                p += 1;
                w += 1;
            }
            Some(Piece::Char(c)) if word.get(w) == Some(c) => {
                p += 1;
                w += 1;
            }
            _ => match star {
                Some((star_p, star_w)) => {
                    p = star_p + 1;
                    w = star_w + 1;
                    star = Some((star_p, w));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|piece| *piece == Piece::Any)
}

#[derive(PartialEq)]
enum Piece {
    Any,
    One,
    Char(char),
}

fn parse(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '*' => Piece::Any,
            '?' => Piece::One,
            '\\' => Piece::Char(chars.next().unwrap_or('\\')),
            c => Piece::Char(c),
        });
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::fits;

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
