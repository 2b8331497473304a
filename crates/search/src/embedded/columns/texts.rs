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
