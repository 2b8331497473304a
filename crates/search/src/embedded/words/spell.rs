//! How words that are already cut reach the word index: in one text, taken apart again by a
//! tokenizer that does nothing else. Handing over a list of tokens would copy each of them, and
//! pass through JSON.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::embedded::columns::texts::Words;

/// The name under which the schema knows the tokenizer.
pub(super) const TOKENIZER: &str = "spelled";

/// Stands before a word at the position of the one before.
const SAME: char = '\u{1d}';
/// Stands before a word at the next position; repeated, it skips positions.
const NEXT: char = '\u{1e}';

/// Writes what every term begins with, then the words with their positions.
pub(super) fn spell(prefix: &str, words: &Words) -> String {
    let mut spelled = String::with_capacity(prefix.len() + words.bytes());
    spelled.push_str(prefix);
    let mut reached = 0;
    for (position, word) in words.iter() {
        // Counted from 1, so that the first position is a step like all others.
        let wanted = position.saturating_add(1);
        if wanted <= reached {
            spelled.push(SAME);
        }
        for _ in reached..wanted {
            spelled.push(NEXT);
        }
        reached = reached.max(wanted);
        spelled.push_str(word);
    }
    spelled
}

/// Takes apart what [`spell`] wrote.
#[derive(Debug, Clone, Default)]
pub(super) struct SpelledWords {
    token: Token,
}

impl Tokenizer for SpelledWords {
    type TokenStream<'a> = SpelledStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SpelledStream<'a> {
        self.token.reset();
        let (prefix, rest) = text
            .find([SAME, NEXT])
            .and_then(|at| text.split_at_checked(at))
            .unwrap_or((text, ""));
        self.token.text.push_str(prefix);
        SpelledStream {
            token: &mut self.token,
            prefix: prefix.len(),
            rest,
            reached: 0,
        }
    }
}

/// The words of one text.
#[derive(Debug)]
pub(super) struct SpelledStream<'a> {
    token: &'a mut Token,
    /// Length of what every term begins with; it stays in the token.
    prefix: usize,
    rest: &'a str,
    /// Position of the last word, counted from 1.
    reached: usize,
}

impl TokenStream for SpelledStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let mut chars = self.rest.chars();
            match chars.next() {
                None => return false,
                Some(NEXT) => self.reached += 1,
                Some(_) => {}
            }
            let rest = chars.as_str();
            let end = rest.find([SAME, NEXT]).unwrap_or(rest.len());
            let (word, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.rest = rest;
            if !word.is_empty() {
                self.token.text.truncate(self.prefix);
                self.token.text.push_str(word);
                self.token.position = self.reached.saturating_sub(1);
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_with_their_positions() {
        let mut words = Words::default();
        let given = [(0, "#tag"), (0, "tag"), (1, "été"), (4, "東京"), (5, "x")];
        for (position, word) in given {
            words.push(word, position);
        }
        let spelled = spell("7\u{1f}", &words);
        let mut tokenizer = SpelledWords::default();
        let mut stream = tokenizer.token_stream(&spelled);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().position, stream.token().text.clone()));
        }
        let expected: Vec<(usize, String)> = given
            .iter()
            .map(|(position, word)| (*position as usize, format!("7\u{1f}{word}")))
            .collect();
        assert_eq!(found, expected);
        assert!(!tokenizer.token_stream("").advance());
    }
}
