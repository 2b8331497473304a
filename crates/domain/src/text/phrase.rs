//! Cuts a question into the words that must follow one another.

use super::words::{Kind, WordBuffer, scan};

/// The words that a text must hold one after another to contain `question`; empty when there is no
/// word in it.
///
/// At each position it is the most telling of the words that share it: the tag with its sign, the
/// pair of characters; words at the end that are part of the one before are left out.
pub fn phrase(question: &str) -> Vec<String> {
    phrase_parts(question, true)
}

/// The same; when more words follow it is not the end, and every position counts.
pub(crate) fn phrase_parts(question: &str, is_end: bool) -> Vec<String> {
    let mut places: Vec<(String, Kind, u32, usize)> = Vec::new();
    scan(question, &mut WordBuffer::default(), |token| {
        match places.last_mut() {
            Some(last) if last.2 == token.position => {
                if token.kind > last.1 {
                    *last = (token.word.to_owned(), token.kind, token.position, token.end);
                }
            }
            _ => places.push((token.word.to_owned(), token.kind, token.position, token.end)),
        }
    });
    while is_end
        && let [.., before, last] = places.as_slice()
        && before.3 >= last.3
    {
        places.pop();
    }
    places.into_iter().map(|(word, ..)| word).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::phrase;
    use crate::text::words;

    fn holds(text: &str, question: &str) -> bool {
        let asked = phrase(question);
        let found: Vec<_> = words(text).collect();
        !asked.is_empty()
            && found.iter().any(|first| {
                (0_u32..).zip(&asked).all(|(step, word)| {
                    found
                        .iter()
                        .any(|one| one.position == first.position + step && one.folded == *word)
                })
            })
    }

    #[test]
    fn questions_are_cut_like_texts_and_find_them() {
        for (question, expected) in [
            ("Guy Verhofstadt", "guy verhofstadt"),
            ("#Tag", "#tag"),
            ("tag", "tag"),
            ("東京都", "東京 京都"),
            ("都", "都"),
            ("東京 hotel", "東京 京 hotel"),
            ("#東京", "#東京"),
            ("#LG전자", "#lg전자"),
            ("example.com", "example com"),
            ("!!", ""),
        ] {
            assert_eq!(phrase(question).join(" "), expected, "{question}");
        }
    }

    #[test]
    fn a_question_finds_whole_words_and_any_run_of_paired_characters() {
        for (text, question, expected) in [
            ("Vote for Guy Verhofstadt!", "guy verhofstadt", true),
            ("Verhofstadt, Guy", "guy verhofstadt", false),
            ("Delhaize's shop", "delhaize", true),
            ("Delhaize's shop", "delhaize's", true),
            ("so #happy today", "so happy today", true),
            ("so #happy today", "#happy", true),
            ("so happy today", "#happy", false),
            ("東京都庁", "京都", true),
            ("東京都庁", "庁", true),
            ("東京都 hotel", "東京 hotel", false),
            ("東京hotel", "東京 hotel", true),
            ("#東京オリンピック", "#東京", false),
            ("#東京オリンピック", "東京", true),
            ("thumbs 👍🏿", "👍", true),
            ("see example.com/x", "example.com", true),
        ] {
            assert_eq!(holds(text, question), expected, "{question} in {text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_holds_itself_and_each_of_its_words(
            text in "[#@a-z_'. 東京ー가กิ👍🏽0-9é]{0,24}",
            before in "[a東🍕]{0,3}", after in "[a東🍕]{0,3}",
        ) {
            prop_assert!(phrase(&text).is_empty() || holds(&text, &text));
            let within = format!("{before} {text} {after}");
            prop_assert!(phrase(&text).is_empty() || holds(&within, &text), "{:?} {:?}", within, text);
        }
    }
}
