//! The word index: titles and contents in Tantivy, for all accounts together.
//!
//! It holds immutable text only. Every term begins with its account, so that a question cannot
//! reach the words of another one. A document carries the number of its row and the epoch in
//! which that was given out. Commits are counted; the count is the payload of the commit.

mod commit;
mod find;
mod open;
mod spell;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::SearchError;
use domain::ids::AccountId;
use tantivy::columnar::Column;
use tantivy::schema::{
    Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{Index, IndexWriter, Searcher};

pub(super) use commit::Feed;
pub(super) use find::Asked;

/// Raised whenever text is cut into words or terms are written in another way.
const FORMAT: u32 = 2;

/// The fields of a document.
#[derive(Debug, Clone, Copy)]
struct Fields {
    /// `account:` and `account:mention`, to delete by.
    key: Field,
    title: Field,
    content: Field,
    /// Epoch in the upper half, row in the lower.
    row: Field,
}

impl Fields {
    fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let raw = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        let words = TextFieldIndexing::default()
            .set_tokenizer(spell::TOKENIZER)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let words = TextOptions::default().set_indexing_options(words);
        let fields = Self {
            key: schema.add_text_field("key", TextOptions::default().set_indexing_options(raw)),
            title: schema.add_text_field(&format!("title{FORMAT}"), words.clone()),
            content: schema.add_text_field(&format!("content{FORMAT}"), words),
            row: schema.add_u64_field("row", NumericOptions::default().set_fast()),
        };
        (schema.build(), fields)
    }
}

/// What every term of an account begins with.
fn prefix(account: AccountId) -> String {
    format!("{account}\u{1f}")
}

/// One committed state, for reading. Cheap to clone.
#[derive(Clone)]
pub(super) struct Committed {
    searcher: Searcher,
    /// Epochs and rows of the documents of each segment; opening them takes longer than looking up
    /// a rare word.
    rows: Arc<Vec<Column<u64>>>,
    fields: Fields,
    /// Number of the commit.
    pub(super) commit: u32,
}

impl Committed {
    fn new(searcher: Searcher, fields: Fields, commit: u32) -> Result<Self, SearchError> {
        let rows = searcher
            .segment_readers()
            .iter()
            .map(|segment| segment.fast_fields().u64("row"))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            searcher,
            rows: Arc::new(rows),
            fields,
            commit,
        })
    }

    /// An epoch in which no document has been written.
    pub(super) const fn next_epoch(&self) -> u32 {
        self.commit.saturating_add(1)
    }
}

impl std::fmt::Debug for Committed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Committed")
            .field("commit", &self.commit)
            .finish_non_exhaustive()
    }
}

/// The index.
pub(super) struct WordIndex {
    index: Index,
    fields: Fields,
    state: Mutex<State>,
}

struct State {
    /// Opened at the first commit, dropped after a failure.
    writer: Option<IndexWriter>,
    /// Grows when a writer is dropped with what it had taken and not committed.
    losses: u64,
    committed: Committed,
}

impl WordIndex {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest commit.
    pub(super) fn committed(&self) -> Committed {
        self.lock().committed.clone()
    }
}

impl std::fmt::Debug for WordIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WordIndex")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
