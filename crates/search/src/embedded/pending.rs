//! Texts that the word index does not hold yet: matched in memory until it does.

use std::sync::Arc;

use domain::filter::{Pattern, TextField};

use super::columns::fields::{Texts, Words};
use super::columns::mask::RowSet;

const BATCH: usize = 256;

/// What the word index has to be told about one mention.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// Grows with every text of the account.
    pub(super) order: u64,
    /// Where the mention stands.
    pub(super) row: u32,
    /// The mention.
    pub(super) id: i64,
    /// Its words; `None` when it has none any more.
    pub(super) texts: Option<Arc<Texts>>,
}

/// The texts, at most one for each mention. A copy shares them.
#[derive(Debug, Clone, Default)]
pub(super) struct Pending {
    batches: Vec<Arc<Vec<Text>>>,
}

impl Pending {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Text> {
        self.batches.iter().flat_map(|batch| batch.iter())
    }

    pub(super) fn len(&self) -> usize {
        self.batches.iter().map(|batch| batch.len()).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Adds the text of a mention that is not in the list.
    pub(super) fn push(&mut self, text: Text) {
        match self.batches.last_mut() {
            Some(last) if last.len() < BATCH => Arc::make_mut(last).push(text),
            _ => self.batches.push(Arc::new(vec![text])),
        }
    }

    /// Keeps only some.
    pub(super) fn retain(&mut self, keep: impl Fn(&Text) -> bool) {
        for batch in &mut self.batches {
            if batch.iter().any(|text| !keep(text)) {
                Arc::make_mut(batch).retain(&keep);
            }
        }
        self.batches.retain(|batch| !batch.is_empty());
    }

    /// Corrects what the word index found: these rows are matched here.
    pub(super) fn correct(&self, field: TextField, words: &[Pattern], found: &mut RowSet) {
        for text in self.iter() {
            let fits = text.texts.as_ref().is_some_and(|texts| match field {
                TextField::Title => holds(&texts.title, words),
                TextField::Content => holds(&texts.content, words),
                TextField::Anywhere => holds(&texts.title, words) || holds(&texts.content, words),
                TextField::Note => false,
            });
            found.set(super::columns::index(text.row), fits);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.iter()
            .map(|text| {
                let words = text
                    .texts
                    .as_ref()
                    .map_or(0, |texts| texts.title.bytes() + texts.content.bytes() + 96);
                words + size_of::<Text>()
            })
            .sum()
    }
}

/// Whether the patterns fit words that follow one another; for no patterns, whether there is a
/// word.
pub(super) fn holds(words: &Words, patterns: &[Pattern]) -> bool {
    let Some((first, rest)) = patterns.split_first() else {
        return !words.is_empty();
    };
    words.iter().enumerate().any(|(place, (position, word))| {
        first.fits(word) && (rest.is_empty() || goes_on(words, place, position, rest))
    })
}

fn goes_on(words: &Words, place: usize, position: u32, rest: &[Pattern]) -> bool {
    (position.saturating_add(1)..)
        .zip(rest)
        .all(|(wanted, pattern)| {
            words
                .iter()
                .skip(place)
                .skip_while(|(at, _)| *at < wanted)
                .take_while(|(at, _)| *at == wanted)
                .any(|(_, word)| pattern.fits(word))
        })
}
