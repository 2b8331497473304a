//! The reference matcher: what a predicate means for one mention.

use std::cell::OnceCell;

use super::fields::{TextField, WordField};
use super::predicate::{Pattern, Predicate};
use super::values;
use crate::mention::Mention;
use crate::text::{WordBuffer, fold_into, for_each_word};

/// Whether the mention answers the predicate with yes.
pub fn matches(predicate: &Predicate, mention: &Mention) -> bool {
    Subject::new(mention).answers(predicate)
}

/// A mention whose texts are cut into words at most once, however many questions are asked.
pub struct Subject<'a> {
    mention: &'a Mention,
    title: OnceCell<TextWords>,
    content: OnceCell<TextWords>,
    notes: OnceCell<Vec<TextWords>>,
}

impl<'a> Subject<'a> {
    /// Nothing is computed yet.
    pub const fn new(mention: &'a Mention) -> Self {
        Self {
            mention,
            title: OnceCell::new(),
            content: OnceCell::new(),
            notes: OnceCell::new(),
        }
    }

    /// Whether the mention answers the predicate with yes.
    pub fn answers(&self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::Everything => true,
            Predicate::Nothing => false,
            Predicate::All(parts) => parts.iter().all(|part| self.answers(part)),
            Predicate::Any(parts) => parts.iter().any(|part| self.answers(part)),
            Predicate::Not(part) => !self.answers(part),
            Predicate::Word { field, pattern } => has_word(self.mention, *field, pattern),
            Predicate::Id { field, id } => {
                let mut found = false;
                values::ids(self.mention, *field, |value| found |= value == *id);
                found
            }
            Predicate::HasId(field) => {
                let mut found = false;
                values::ids(self.mention, *field, |_| found = true);
                found
            }
            Predicate::Number { field, low, high } => values::number(self.mention, *field)
                .is_some_and(|value| std::ops::RangeBounds::contains(&(*low, *high), &value)),
            Predicate::Text { field, words } => self.holds(*field, words),
            Predicate::Flag(flag) => values::flag(self.mention, *flag),
        }
    }

    fn holds(&self, field: TextField, words: &[Pattern]) -> bool {
        match field {
            TextField::Title => self.title().holds(words),
            TextField::Content => self.content().holds(words),
            TextField::Anywhere => self.title().holds(words) || self.content().holds(words),
            TextField::Note => self
                .notes
                .get_or_init(|| {
                    let mut notes = Vec::new();
                    values::texts(self.mention, TextField::Note, |text| {
                        notes.push(TextWords::of(text));
                    });
                    notes
                })
                .iter()
                .any(|note| note.holds(words)),
        }
    }

    fn title(&self) -> &TextWords {
        self.title
            .get_or_init(|| TextWords::of(self.mention.body.title.as_deref().unwrap_or_default()))
    }

    fn content(&self) -> &TextWords {
        self.content
            .get_or_init(|| TextWords::of(self.mention.body.plain_text()))
    }
}

fn has_word(mention: &Mention, field: WordField, pattern: &Pattern) -> bool {
    let mut folded = String::new();
    let mut found = false;
    values::words(mention, field, |word| {
        if !found {
            folded.clear();
            fold_into(word, &mut folded);
            found = pattern.fits(&folded);
        }
    });
    found
}

/// The words of one text with their positions.
#[derive(Debug, Default)]
pub(crate) struct TextWords {
    folded: String,
    /// Position, first byte and byte after the last in `folded`; positions never go down.
    places: Vec<(u32, usize, usize)>,
}

impl TextWords {
    pub(crate) fn of(text: &str) -> Self {
        let mut words = Self::default();
        words.read(text, &mut WordBuffer::default());
        words
    }

    /// Takes another text instead, keeping the memory.
    pub(crate) fn read(&mut self, text: &str, buffer: &mut WordBuffer) {
        self.folded.clear();
        self.places.clear();
        for_each_word(text, buffer, |word, position| {
            let start = self.folded.len();
            self.folded.push_str(word);
            self.places.push((position, start, self.folded.len()));
        });
    }

    /// Each word with its position.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        self.places.iter().map(|(position, start, end)| {
            (*position, self.folded.get(*start..*end).unwrap_or_default())
        })
    }

    /// Whether the words follow one another somewhere; for no words, whether there is any word.
    pub(crate) fn holds(&self, words: &[Pattern]) -> bool {
        let Some((first, rest)) = words.split_first() else {
            return !self.places.is_empty();
        };
        self.iter().enumerate().any(|(index, (position, word))| {
            first.fits(word) && self.goes_on(index, position, rest)
        })
    }

    fn goes_on(&self, index: usize, position: u32, rest: &[Pattern]) -> bool {
        let mut after = self.iter().skip(index).peekable();
        let mut wanted = position;
        rest.iter().all(|pattern| {
            wanted = wanted.saturating_add(1);
            while after.next_if(|(at, _)| *at < wanted).is_some() {}
            let mut fits = false;
            while let Some((_, word)) = after.next_if(|(at, _)| *at == wanted) {
                fits |= pattern.fits(word);
            }
            fits
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{any_mention, any_predicate};

    proptest! {
        #[test]
        fn not_turns_the_answer_around(mention in any_mention(), predicate in any_predicate()) {
            prop_assert_ne!(
                matches(&predicate, &mention),
                matches(&Predicate::Not(Box::new(predicate.clone())), &mention)
            );
        }

        #[test]
        fn all_and_any_mirror_each_other(
            mention in any_mention(),
            parts in prop::collection::vec(any_predicate(), 0..4),
        ) {
            let negated = parts.iter().cloned().map(|part| Predicate::Not(Box::new(part))).collect();
            prop_assert_eq!(
                matches(&Predicate::All(parts), &mention),
                !matches(&Predicate::Any(negated), &mention)
            );
        }
    }

    #[test]
    fn random_predicates_often_hit() {
        use proptest::strategy::ValueTree;
        use proptest::test_runner::TestRunner;
        let mut runner = TestRunner::deterministic();
        let hits = (0..500)
            .filter(|_| {
                let (mention, predicate) = (any_mention(), any_predicate())
                    .new_tree(&mut runner)
                    .unwrap()
                    .current();
                matches(&predicate, &mention)
            })
            .count();
        assert!((100..400).contains(&hits), "{hits}");
    }
}
