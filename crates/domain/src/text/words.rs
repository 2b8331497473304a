//! Cuts a text into words; [`super`] says what a word is.

use unicode_segmentation::UnicodeSegmentation;

use super::fold::fold_into;
use super::script::{Class, class, is_picture, is_skin_tone};

/// Longer words are cut off here, in texts and in questions alike, so that a word always fits into
/// an index.
pub const MAX_WORD_BYTES: usize = 255;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// In the form of [`super::fold()`].
    pub folded: String,
    /// Place among the words; several words may share one.
    pub position: u32,
    /// First byte in the text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// Memory that is used again from text to text.
#[derive(Debug, Default)]
pub struct WordBuffer {
    folded: String,
}

/// Hands each word and its position to `each`, without allocating once the buffer has grown.
pub fn for_each_word(text: &str, buffer: &mut WordBuffer, mut each: impl FnMut(&str, u32)) {
    scan(text, buffer, |token| each(token.word, token.position));
}

/// The words of a text with their places, for highlighting and tests.
pub fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut words = Vec::new();
    scan(text, &mut WordBuffer::default(), |token| {
        words.push(Word {
            folded: token.word.to_owned(),
            position: token.position,
            start: token.start,
            end: token.end,
        });
    });
    words.into_iter()
}

/// What kind of word it is; a phrase takes the greatest at each position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A plain word, an emoji, or a single character of a paired script.
    Plain,
    /// Two neighbours of a paired script.
    Pair,
    /// A tag or name with its sign.
    Signed,
}

/// A word as the scanner finds it.
pub(super) struct Token<'a> {
    pub(super) word: &'a str,
    pub(super) kind: Kind,
    pub(super) position: u32,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Hands each word to `each`.
pub(super) fn scan(text: &str, buffer: &mut WordBuffer, each: impl FnMut(Token<'_>)) {
    let mut scanner = Scanner {
        text,
        folded: &mut buffer.folded,
        each,
        position: 0,
        neighbour: None,
        sign: None,
    };
    let mut after_letter = false;
    for (start, segment) in text.split_word_bound_indices() {
        let mut chars = segment.chars();
        let Some(first) = chars.next() else { continue };
        let alone = chars.next().is_none();
        match class(first) {
            Class::Other if alone && matches!(first, '#' | '@' | '＃' | '＠') => {
                let end = start + segment.len();
                scanner.sign = (!after_letter)
                    .then(|| scanner.signed_run(start, end))
                    .flatten();
                after_letter = false;
            }
            Class::Other if is_picture(first) => {
                scanner.sign = None;
                scanner.picture(start, start + segment.len());
                after_letter = false;
            }
            _ => {
                scanner.segment(start, segment);
                scanner.sign = None;
                after_letter = segment
                    .chars()
                    .next_back()
                    .is_some_and(|c| class(c) != Class::Other);
            }
        }
    }
}

struct Scanner<'t, 'b, F> {
    text: &'t str,
    folded: &'b mut String,
    each: F,
    /// Of the next word.
    position: u32,
    /// Start, end and position of the paired character just before.
    neighbour: Option<(usize, usize, u32)>,
    /// Start and end of the tag or name that begins with the next word.
    sign: Option<(usize, usize)>,
}

impl<F: FnMut(Token<'_>)> Scanner<'_, '_, F> {
    /// The tag or name after a sign.
    fn signed_run(&self, start: usize, after_sign: usize) -> Option<(usize, usize)> {
        let rest = self.text.get(after_sign..)?;
        let length = rest
            .find(|c| class(c) == Class::Other)
            .unwrap_or(rest.len());
        (length > 0).then_some((start, after_sign + length))
    }

    /// Words between two Unicode word boundaries.
    fn segment(&mut self, offset: usize, segment: &str) {
        let mut chars = segment.char_indices().peekable();
        let mut open: Option<usize> = None;
        let mut previous = ' ';
        while let Some((at, c)) = chars.next() {
            let start = offset + at;
            match class(c) {
                Class::Paired => {
                    self.close(open.take(), start);
                    while chars.next_if(|(_, c)| class(*c) == Class::Mark).is_some() {}
                    let end = chars.peek().map_or(segment.len(), |(at, _)| *at);
                    self.paired(start, offset + end);
                }
                Class::Letter => {
                    open.get_or_insert(start);
                }
                Class::Mark => {}
                Class::Other => {
                    let joins = previous.is_numeric()
                        && chars.peek().is_some_and(|(_, next)| next.is_numeric());
                    if !joins {
                        self.close(open.take(), start);
                    }
                }
            }
            previous = c;
        }
        self.close(open, offset + segment.len());
    }

    /// A plain word that began at `start`, if one did.
    fn close(&mut self, start: Option<usize>, end: usize) {
        let Some(start) = start else { return };
        let text = self.text;
        let whole = text.get(start..end).unwrap_or_default();
        let trimmed = whole.trim_start_matches('_');
        let start = end - trimmed.len();
        let trimmed = trimmed.trim_end_matches('_');
        let end = start + trimmed.len();
        if self.emit(Kind::Plain, start, end, self.position) {
            self.advance();
        }
    }

    /// A character of a paired script, with its marks.
    fn paired(&mut self, start: usize, end: usize) {
        if let Some((from, to, position)) = self.neighbour
            && to == start
        {
            self.emit(Kind::Pair, from, end, position);
        }
        if self.emit(Kind::Plain, start, end, self.position) {
            self.neighbour = Some((start, end, self.position));
            self.advance();
        }
    }

    /// An emoji.
    fn picture(&mut self, start: usize, end: usize) {
        if self.emit(Kind::Plain, start, end, self.position) {
            self.advance();
        }
    }

    /// Goes to the next position; a tag or name shares the one that was just used.
    fn advance(&mut self) {
        if let Some((start, end)) = self.sign.take() {
            self.emit(Kind::Signed, start, end, self.position);
        }
        self.position = self.position.saturating_add(1);
    }

    fn emit(&mut self, kind: Kind, start: usize, end: usize, position: u32) -> bool {
        let Some(text) = self.text.get(start..end) else {
            return false;
        };
        self.folded.clear();
        fold_into(text, self.folded);
        if !text.is_ascii() && self.folded.chars().any(is_skin_tone) {
            let toneless: String = self.folded.chars().filter(|c| !is_skin_tone(*c)).collect();
            if !toneless.is_empty() {
                *self.folded = toneless;
            }
        }
        if self.folded.is_empty() {
            return false;
        }
        let length = self.folded.floor_char_boundary(MAX_WORD_BYTES);
        (self.each)(Token {
            word: self.folded.get(..length).unwrap_or_default(),
            kind,
            position,
            start,
            end,
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(text: &str) -> String {
        let mut out: Vec<String> = Vec::new();
        for word in words(text) {
            let place = usize::try_from(word.position).unwrap();
            if place == out.len() {
                out.push(word.folded);
            } else {
                out[place] += "|";
                out[place] += &word.folded;
            }
        }
        out.join(" ")
    }

    #[test]
    fn texts_are_cut_into_words() {
        for (text, expected) in [
            ("", ""),
            (" \n!?… -- ", ""),
            ("Hello, World", "hello world"),
            ("Delhaize's l’homme O'Neil", "delhaize s l homme o neil"),
            (
                "4.5 stars, 10,000 at 12:30 v2.0",
                "4.5 stars 10,000 at 12 30 v2.0",
            ),
            ("snake_case _great_ __", "snake_case great"),
            ("e-mail joe@example.com", "e mail joe example com"),
            (
                "https://example.com/a-b?c=d#e",
                "https example com a b c d e",
            ),
            ("#Café and @Guy_V.", "cafe|#cafe and guy_v|@guy_v"),
            ("##x a#b ＃ｘ #!", "x|#x a b x|#x"),
            ("東京都", "東|東京 京|京都 都"),
            ("東 京", "東 京"),
            ("LG전자", "lg 전|전자 자"),
            ("#東京 #LG전", "東|東京|#東京 京 lg|#lg전 전"),
            ("กิน", "กิ|กิน น"),
            ("ｶﾞｽ", "ガ|ガス ス"),
            ("각가", "각|각가 가"),
            ("I ❤️ 🍕🍕👍🏽", "i ❤ 🍕 🍕 👍"),
            ("🇧🇪👨‍👩‍👧", "🇧🇪 👨👩👧"),
            ("क्या की", "क्या की"),
        ] {
            let mut places = cut(text);
            // the order within a position is not part of the contract
            places = places
                .split(' ')
                .map(|place| {
                    let mut forms: Vec<&str> = place.split('|').collect();
                    forms.sort_by_key(|form| (form.starts_with(['#', '@']), form.len()));
                    forms.join("|")
                })
                .collect::<Vec<_>>()
                .join(" ");
            assert_eq!(places, expected, "{text}");
        }
    }

    #[test]
    fn overlong_words_are_cut_off_between_characters() {
        let word = words(&"é".repeat(400)).next().unwrap();
        assert_eq!(word.folded.len(), MAX_WORD_BYTES);
        let word = words(&"я".repeat(400)).next().unwrap();
        assert_eq!(word.folded.len(), MAX_WORD_BYTES - 1);
    }

    proptest! {
        #[test]
        fn positions_have_no_gap_and_words_are_folded(text in "\\PC*|[#@a-z_'. 東京ー가กิ👍🏽0-9]*") {
            let mut next = 0;
            for word in words(&text) {
                prop_assert!(word.position == next || word.position + 1 == next);
                next = word.position + 1;
                prop_assert!(!word.folded.is_empty());
                prop_assert_eq!(&crate::text::fold(&word.folded), &word.folded);
                prop_assert!(text.get(word.start..word.end).is_some_and(|part| !part.is_empty()));
            }
        }
    }
}
