//! Many topics' keywords against one text.
//!
//! Looking at every topic for every text costs time in proportion to the topics. Instead each
//! topic is filed under a few words of which every text that it wants must hold one, the rarer the
//! better; the words of a text then name the few topics that are worth a look. With ten thousand
//! topics that is a hundred times faster or more.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::WordBuffer;
use crate::filter::TextWords;
use crate::filter::{Pattern, Predicate, TextField};
use crate::ids::TopicId;

/// The keywords of many topics, ready to be matched against texts.
///
/// It answers as [`crate::filter::matches`] would for each predicate of
/// [`crate::filter::text_query`]; parts that do not look at title or content hold for no text.
#[derive(Debug, Default)]
pub struct KeywordMatcher {
    queries: Vec<(TopicId, Predicate)>,
    /// Hash of a word to the queries filed under it, as indices in `queries`.
    filed: HashMap<u64, Vec<u32>, BuildHasherDefault<Ready>>,
    /// Queries that no word leads to: wildcards only, or everything.
    always: Vec<u32>,
}

/// Memory that is used again from text to text.
#[derive(Debug, Default)]
pub struct MatchBuffer {
    title: TextWords,
    content: TextWords,
    words: WordBuffer,
    candidates: Vec<u32>,
}

impl KeywordMatcher {
    /// Files the topics. A topic may come more than once.
    pub fn new(queries: Vec<(TopicId, Predicate)>) -> Self {
        let mut matcher = Self {
            queries,
            ..Self::default()
        };
        for (index, (_, predicate)) in (0_u32..).zip(&matcher.queries) {
            match demanded(predicate) {
                None => matcher.always.push(index),
                Some(words) => {
                    for word in words {
                        let filed = matcher.filed.entry(hash(word)).or_default();
                        if filed.last() != Some(&index) {
                            filed.push(index);
                        }
                    }
                }
            }
        }
        matcher
    }

    /// The topics that want a text, ascending, each once. `content` is plain text.
    pub fn matching(&self, title: &str, content: &str) -> Vec<TopicId> {
        self.matching_with(title, content, &mut MatchBuffer::default())
    }

    /// The same with memory that is used again.
    pub fn matching_with(
        &self,
        title: &str,
        content: &str,
        buffer: &mut MatchBuffer,
    ) -> Vec<TopicId> {
        let MatchBuffer {
            title: title_words,
            content: content_words,
            words,
            candidates,
        } = buffer;
        title_words.read(title, words);
        content_words.read(content, words);
        candidates.clear();
        candidates.extend_from_slice(&self.always);
        for (_, word) in title_words.iter().chain(content_words.iter()) {
            if let Some(filed) = self.filed.get(&hash(word)) {
                candidates.extend_from_slice(filed);
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        let mut found: Vec<TopicId> = candidates
            .iter()
            .filter_map(|index| self.queries.get(usize::try_from(*index).ok()?))
            .filter(|(_, predicate)| holds(predicate, title_words, content_words))
            .map(|(topic, _)| *topic)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn holds(predicate: &Predicate, title: &TextWords, content: &TextWords) -> bool {
    let each = |part: &Predicate| holds(part, title, content);
    match predicate {
        Predicate::Everything => true,
        Predicate::All(parts) => parts.iter().all(each),
        Predicate::Any(parts) => parts.iter().any(each),
        Predicate::Not(part) => !each(part),
        Predicate::Text { field, words } => match field {
            TextField::Title => title.holds(words),
            TextField::Content => content.holds(words),
            TextField::Anywhere => title.holds(words) || content.holds(words),
            TextField::Note => false,
        },
        _ => false,
    }
}

/// Words of which every text that the predicate accepts holds at least one; `None` when there are
/// no such words. Of several choices it is the one that the fewest texts hold, by guess.
fn demanded(predicate: &Predicate) -> Option<Vec<&str>> {
    match predicate {
        Predicate::Text { words, .. } => words
            .iter()
            .filter_map(|pattern| match pattern {
                Pattern::Exact(word) => Some(word.as_str()),
                _ => None,
            })
            .min_by_key(|word| commonness(word))
            .map(|word| vec![word]),
        Predicate::All(parts) => parts
            .iter()
            .filter_map(demanded)
            .min_by_key(|words| words.iter().map(|word| commonness(word)).sum::<u64>()),
        Predicate::Any(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(demanded(part)?);
            }
            Some(all)
        }
        Predicate::Nothing => Some(Vec::new()),
        _ => None,
    }
}

/// A guess at how many texts hold the word: short words are common.
fn commonness(word: &str) -> u64 {
    let length: usize = word.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    1 << (32 - length.min(32))
}

/// FNV-1a. Two words of the same hash cost a needless look at a topic and nothing else.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Takes a number that is a hash already.
#[derive(Debug, Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        // the table looks at the top bits, where FNV mixes least
        self.0 = number ^ number.rotate_left(32);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::filter::{matches, parse, text_query};
    use crate::testing::{any_keywords, any_mention};

    fn matcher(keywords: &[&str]) -> KeywordMatcher {
        KeywordMatcher::new(
            (1..)
                .map(TopicId)
                .zip(keywords)
                .map(|(topic, text)| (topic, text_query(&parse(text).unwrap()).unwrap()))
                .collect(),
        )
    }

    #[test]
    fn topics_get_the_texts_they_ask_for() {
        let matcher = matcher(&[
            "delhaize",
            "\"guy verhofstadt\" OR #promo",
            "shop -delhaize",
            "deliver*",
            "title:news AND content:today",
            "東京",
            "",
        ]);
        for (title, content, expected) in [
            ("", "Delhaize's shop", vec![1, 7]),
            ("", "the shop of Guy Verhofstadt", vec![2, 3, 7]),
            ("", "promo or #Promo", vec![2, 7]),
            ("", "delivery today", vec![4, 7]),
            ("News", "news of today", vec![5, 7]),
            ("", "東京都", vec![6, 7]),
            ("", "", vec![7]),
        ] {
            let expected: Vec<TopicId> = expected.into_iter().map(TopicId).collect();
            assert_eq!(
                matcher.matching(title, content),
                expected,
                "{title} {content}"
            );
        }
    }

    #[test]
    fn only_topics_that_share_a_rare_word_are_looked_at() {
        let matcher = matcher(&[
            "the AND chiropractor",
            "(kitten OR puppy) AND the",
            "\"of the house\"",
        ]);
        assert_eq!(matcher.always, Vec::<u32>::new());
        for word in ["chiropractor", "kitten", "puppy", "house"] {
            assert!(matcher.filed.contains_key(&hash(word)), "{word}");
        }
        assert_eq!(matcher.filed.len(), 4);
    }

    proptest! {
        #[test]
        fn the_answer_is_that_of_each_topic_alone(
            queries in prop::collection::vec(any_keywords(), 0..12),
            mention in any_mention(),
        ) {
            let queries: Vec<(TopicId, Predicate)> = (1..)
                .map(TopicId)
                .zip(queries)
                .filter_map(|(topic, query)| Some((topic, text_query(&query).ok()?)))
                .collect();
            let expected: Vec<TopicId> = queries
                .iter()
                .filter(|(_, predicate)| matches(predicate, &mention))
                .map(|(topic, _)| *topic)
                .collect();
            let matcher = KeywordMatcher::new(queries);
            let title = mention.body.title.as_deref().unwrap_or_default();
            prop_assert_eq!(matcher.matching(title, mention.body.plain_text()), expected);
        }
    }
}
