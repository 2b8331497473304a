//! Texts that the word index does not hold yet: matched in memory until it does.

use std::sync::Arc;

use domain::filter::{Pattern, TextField};
use work::{Stopped, Work};

use super::columns::mask::RowSet;
use super::columns::texts::{Texts, Words};
use super::lookup::units;

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
    /// The word index may hold a document of the mention.
    pub(super) replaces: bool,
    /// Its words; `None` when it has none any more.
    pub(super) texts: Option<Arc<Texts>>,
}

/// The texts in their order, at most one for each mention. A copy shares them.
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

    /// Takes out the text with this order.
    pub(super) fn remove(&mut self, order: u64) {
        let place = self
            .batches
            .partition_point(|batch| batch.last().is_none_or(|last| last.order < order));
        let Some(batch) = self.batches.get_mut(place) else {
            return;
        };
        Arc::make_mut(batch).retain(|text| text.order != order);
        if batch.is_empty() {
            self.batches.remove(place);
        }
    }

    /// Takes out the texts up to this order.
    pub(super) fn remove_through(&mut self, newest: u64) {
        self.batches
            .retain(|batch| batch.last().is_some_and(|last| last.order > newest));
        if let Some(first) = self.batches.first_mut()
            && first.first().is_some_and(|text| text.order <= newest)
        {
            Arc::make_mut(first).retain(|text| text.order > newest);
        }
    }

    /// Corrects what the word index found: these rows are matched here.
    pub(super) fn correct(
        &self,
        field: TextField,
        words: &[Pattern],
        found: &mut RowSet,
        work: &Work,
    ) -> Result<(), Stopped> {
        for text in self.iter() {
            let length = text
                .texts
                .as_ref()
                .map_or(0, |texts| texts.title.len() + texts.content.len());
            work.spend(1 + units(length, 8))?;
            let fits = text.texts.as_ref().is_some_and(|texts| match field {
                TextField::Title => holds(&texts.title, words),
                TextField::Content => holds(&texts.content, words),
                TextField::Anywhere => holds(&texts.title, words) || holds(&texts.content, words),
                TextField::Note => false,
            });
            found.set(super::columns::index(text.row), fits);
        }
        Ok(())
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
