//! What is done with mentions before the index is needed: by a rebuild on as many threads as there
//! are, and for long texts that arrive on a thread that nobody waits for.

use std::collections::HashMap;
use std::sync::Arc;

use domain::filter::{TextField, values};
use domain::mention::Mention;

use super::columns::texts::{Cutter, Texts, Words, fingerprint, has_word, notes};

/// Mentions for the columns.
#[derive(Debug)]
pub struct Prepared(pub(super) Vec<Entry>);

/// One of them.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) mention: Mention,
    /// Of title and content.
    pub(super) fingerprint: i64,
    pub(super) notes: Vec<Words>,
    /// Whether title, content and notes have a word.
    pub(super) has: [bool; 3],
}

impl Prepared {
    /// Makes mentions ready.
    pub fn of(mentions: Vec<Mention>) -> Self {
        let mut cutter = Cutter::default();
        let entries = mentions.into_iter().map(|mention| {
            let notes = notes(&mention, &mut cutter);
            let [title, content] = has_word(&mention, &mut cutter);
            Entry {
                fingerprint: fingerprint(&mention),
                has: [title, content, !notes.is_empty()],
                notes,
                mention,
            }
        });
        Self(entries.collect())
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Texts for the word index.
#[derive(Debug)]
pub struct PreparedTexts(pub(super) Vec<PreparedText>);

/// One of them.
#[derive(Debug)]
pub(super) struct PreparedText {
    pub(super) id: i64,
    pub(super) fingerprint: i64,
    pub(super) texts: Texts,
}

impl PreparedTexts {
    /// Cuts the texts of mentions into words; those without a word are left out.
    pub fn of(mentions: &[Mention]) -> Self {
        let mut cutter = Cutter::default();
        let texts = mentions.iter().map(|mention| PreparedText {
            id: mention.id.0,
            fingerprint: fingerprint(mention),
            texts: Texts::of(mention, &mut cutter),
        });
        Self(
            texts
                .filter(|text| !text.texts.title.is_empty() || !text.texts.content.is_empty())
                .collect(),
        )
    }
}

/// The words of mentions that are about to be applied, cut while the index serves others.
#[derive(Debug, Default)]
pub struct CutWords(HashMap<i64, CutText>);

/// Those of one mention.
#[derive(Debug)]
pub(super) struct CutText {
    pub(super) fingerprint: i64,
    pub(super) texts: Arc<Texts>,
    pub(super) notes: Vec<Words>,
}

impl CutWords {
    /// Cuts all texts of these mentions.
    pub fn of<'a>(mentions: impl IntoIterator<Item = &'a Mention>) -> Self {
        let mut words = Self::default();
        words.add(mentions);
        words
    }

    /// Cuts the texts of these mentions, too.
    pub fn add<'a>(&mut self, mentions: impl IntoIterator<Item = &'a Mention>) {
        let mut cutter = Cutter::default();
        self.0.extend(mentions.into_iter().map(|mention| {
            let cut = CutText {
                fingerprint: fingerprint(mention),
                texts: Arc::new(Texts::of(mention, &mut cutter)),
                notes: notes(mention, &mut cutter),
            };
            (mention.id.0, cut)
        }));
    }

    /// Whether the texts of this mention are cut. They are those that it had then: words of a
    /// mention whose text changes are to be cut anew.
    pub fn has(&self, mention: &Mention) -> bool {
        self.0.contains_key(&mention.id.0)
    }

    /// Bytes of text that are to be cut.
    pub fn bytes<'a>(mentions: impl IntoIterator<Item = &'a Mention>) -> usize {
        let mut bytes = 0_usize;
        for mention in mentions {
            for field in [TextField::Title, TextField::Content, TextField::Note] {
                values::texts(mention, field, |text| {
                    bytes = bytes.saturating_add(text.len());
                });
            }
        }
        bytes
    }

    pub(super) fn get(&self, mention: &Mention) -> Option<&CutText> {
        self.0.get(&mention.id.0)
    }
}
