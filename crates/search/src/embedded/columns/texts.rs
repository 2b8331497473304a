//! The words of titles, contents and notes.

use domain::filter::{TextField, values};
use domain::mention::Mention;
use domain::text::{WordBuffer, for_each_word};

/// The words of a text with their positions, in one string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::embedded) struct Words {
    folded: String,
    /// Position and byte after the last.
    places: Vec<(u32, u32)>,
}

impl Words {
    pub(in crate::embedded) fn push(&mut self, word: &str, position: u32) {
        self.folded.push_str(word);
        self.places
            .push((position, super::number(self.folded.len())));
    }

    pub(in crate::embedded) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(in crate::embedded) fn len(&self) -> usize {
        self.places.len()
    }

    /// Each word with its position; positions never go down.
    pub(in crate::embedded) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        let mut start = 0;
        self.places.iter().map(move |(position, end)| {
            let end = super::index(*end);
            let word = self.folded.get(start..end).unwrap_or_default();
            start = end;
            (*position, word)
        })
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        self.folded.capacity() + self.places.capacity() * 8
    }
}

/// Cuts texts into words, in memory that is used again: the words of a text are then copied to
/// a place of just their size.
#[derive(Debug, Default)]
pub(in crate::embedded) struct Cutter {
    buffer: WordBuffer,
    words: Words,
}

impl Cutter {
    fn cut(&mut self, text: &str) -> Words {
        let Self { buffer, words } = self;
        words.folded.clear();
        words.places.clear();
        for_each_word(text, buffer, |word, position| words.push(word, position));
        words.clone()
    }
}

/// Title and content of a mention, cut into words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::embedded) struct Texts {
    pub(in crate::embedded) title: Words,
    pub(in crate::embedded) content: Words,
}

impl Texts {
    pub(in crate::embedded) fn of(mention: &Mention, cutter: &mut Cutter) -> Self {
        let mut texts = Self::default();
        values::texts(mention, TextField::Title, |text| {
            texts.title = cutter.cut(text);
        });
        values::texts(mention, TextField::Content, |text| {
            texts.content = cutter.cut(text);
        });
        texts
    }
}

/// Whether title and content of a mention have a word.
pub(in crate::embedded) fn has_word(mention: &Mention, cutter: &mut Cutter) -> [bool; 2] {
    let mut has = [false; 2];
    for (has, field) in has.iter_mut().zip([TextField::Title, TextField::Content]) {
        values::texts(mention, field, |text| {
            // A plain letter or digit is always part of a word, and nearly every text has one.
            *has = text.bytes().any(|byte| byte.is_ascii_alphanumeric())
                || !cutter.cut(text).is_empty();
        });
    }
    has
}

/// The notes of a mention that have a word.
pub(in crate::embedded) fn notes(mention: &Mention, cutter: &mut Cutter) -> Vec<Words> {
    let mut notes = Vec::new();
    values::texts(mention, TextField::Note, |text| {
        let words = cutter.cut(text);
        if !words.is_empty() {
            notes.push(words);
        }
    });
    notes
}

/// Tells texts apart: 64 bits over title and content as written.
pub(in crate::embedded) fn fingerprint(mention: &Mention) -> i64 {
    use std::hash::Hasher;
    // The standard hasher with its fixed key: fingerprints are kept in snapshots.
    let mut hasher = std::hash::DefaultHasher::new();
    for field in [TextField::Title, TextField::Content] {
        values::texts(mention, field, |text| {
            hasher.write(text.as_bytes());
            hasher.write_u8(0xff);
        });
        hasher.write_u8(0xfe);
    }
    hasher.finish().cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_with_a_plain_letter_or_digit_has_a_word(
            before in "\\PC{0,6}", plain in "[A-Za-z0-9]", after in "\\PC{0,6}",
        ) {
            let text = format!("{before}{plain}{after}");
            prop_assert!(!Cutter::default().cut(&text).is_empty(), "{text:?}");
        }
    }
}
