//! Finds, sorts and counts mentions. Answers are numbers of mentions; bodies come from the store.
//!
//! # Organization
//! [`Search`] dispatches to an engine. [`query`] and [`facets`] are the questions and answers.
//! `embedded` keeps columns in memory and words in Tantivy. `contract` is the suite that every
//! engine has to pass: the same answers as a plain scan with the reference matcher.
//!
//! # Invariants
//! - Every question carries a scope: account, reachable topics and "only assigned to me" are
//!   enforced inside the engine.
//! - The index is a cache: it can be deleted and rebuilt from the store at any time, and damage
//!   to it is noticed, never answered from.
//! - A list that starts after [`Search::apply`] returned sees the whole batch; none sees a part.

#![warn(missing_docs)]

#[cfg(test)]
mod contract;
mod embedded;
mod error;
pub mod facets;
pub mod query;

use std::path::PathBuf;

use domain::ids::{AccountId, ChangeNumber};
use domain::scope::Scope;
pub use work::Work;

pub use embedded::{
    Capture, CutWords, Embedded, Prepared, PreparedTexts, Rebuild, WordsRebuild, asks_words,
};
pub use error::SearchError;
pub use facets::{
    Axis, FacetFailure, FacetLabel, FacetQuery, FacetTable, Grouping, MOST_CELLS, MOST_KEYS,
    Metric, Segmentation,
};
pub use query::{
    ALL_TIME, AccountMemory, AccountState, Batch, Cursor, Hit, Holding, ListPage, ListQuery,
    Loaded, MemoryUse, Sort, SortField,
};

/// Where an engine keeps its files.
#[derive(Debug, Clone, Default)]
pub struct SearchOptions {
    /// Directory of snapshots and of the word index; `None` keeps everything in memory, for
    /// tests.
    pub directory: Option<PathBuf>,
}

/// A search engine. Cheap to clone; all clones are the same engine.
///
/// All methods are synchronous. [`list`](Self::list) and [`facets`](Self::facets) walk the index
/// for as long as their [`Work`] lets them; [`apply`](Self::apply) and the small ones do no input
/// or output and take microseconds to milliseconds; the others write or read files and belong on a
/// blocking thread.
#[derive(Debug, Clone)]
pub enum Search {
    /// Columns in memory, words in Tantivy.
    Embedded(Embedded),
}

impl Search {
    /// Opens the embedded engine. Files that cannot be trusted are removed; the accounts
    /// concerned then load as missing.
    pub fn open(options: &SearchOptions) -> Result<Self, SearchError> {
        Embedded::open(options).map(Self::Embedded)
    }

    /// How far an account's index is.
    pub fn state(&self, account: AccountId) -> AccountState {
        let Self::Embedded(engine) = self;
        engine.state(account)
    }

    /// The change up to which an account's index is complete.
    pub fn applied(&self, account: AccountId) -> ChangeNumber {
        let Self::Embedded(engine) = self;
        engine.applied(account)
    }

    /// Takes in what changed. Every list, count and facet that starts after the return sees it.
    /// Does nothing for an account that is absent.
    pub fn apply(&self, account: AccountId, batch: Batch<'_>) -> Result<(), SearchError> {
        let Self::Embedded(engine) = self;
        engine.apply(account, batch)
    }

    /// One page of mentions.
    ///
    /// # Errors
    /// [`SearchError::Stopped`] when the work ends it; [`SearchError::Words`] when the word index
    /// cannot be read.
    pub fn list(
        &self,
        scope: &Scope,
        query: &ListQuery<'_>,
        work: &Work,
    ) -> Result<ListPage, SearchError> {
        let Self::Embedded(engine) = self;
        engine.list(scope, query, work)
    }

    /// Counted tables, all of the same moment. What their filters have in common is looked up
    /// once.
    ///
    /// # Errors
    /// [`FacetFailure`] with [`SearchError::Invalid`] for an unknown time zone, a calendar of
    /// something that is no moment, or more cells than [`MOST_CELLS`] in all tables together; with
    /// [`SearchError::Stopped`] when the work ends it.
    pub fn facets(
        &self,
        scope: &Scope,
        queries: &[FacetQuery<'_>],
        work: &Work,
    ) -> Result<Vec<FacetTable>, FacetFailure> {
        let Self::Embedded(engine) = self;
        engine.facets(scope, queries, work)
    }

    /// Reads an account's snapshot. Never fails: what cannot be read has to be rebuilt.
    pub fn load(&self, account: AccountId) -> Loaded {
        let Self::Embedded(engine) = self;
        engine.load(account)
    }

    /// What an account's index holds; `None` when it is not complete.
    pub fn holding(&self, account: AccountId) -> Option<Holding> {
        let Self::Embedded(engine) = self;
        engine.holding(account)
    }

    /// Takes an account's present state, to be written to disk; `None` for an account that is not
    /// complete, or when nothing is kept on disk.
    pub fn capture(&self, account: AccountId) -> Result<Option<Capture>, SearchError> {
        let Self::Embedded(engine) = self;
        engine.capture(account)
    }

    /// Writes a snapshot and returns the change up to which it is complete; `None` when the
    /// account is being rebuilt by now. `mark` is given back when the snapshot is loaded: something
    /// that tells its last change from another one that may come to bear the same number.
    pub fn write(
        &self,
        capture: &Capture,
        mark: Option<i64>,
    ) -> Result<Option<ChangeNumber>, SearchError> {
        let Self::Embedded(engine) = self;
        engine.write(capture, mark)
    }

    /// Writes an account's snapshot without a mark.
    pub fn save(&self, account: AccountId) -> Result<Option<ChangeNumber>, SearchError> {
        match self.capture(account)? {
            Some(capture) => self.write(&capture, None),
            None => Ok(None),
        }
    }

    /// Housekeeping, to be called every second or two: commits the words that arrived since the
    /// last time. Returns how many texts it committed.
    pub fn maintain(&self) -> Result<usize, SearchError> {
        let Self::Embedded(engine) = self;
        engine.maintain()
    }

    /// Begins to build an account's index anew, beside the present one. To be called before the
    /// first mention is read from the store.
    ///
    /// Changes applied from now on go to the present index only; after
    /// [`finish_rebuild`](Self::finish_rebuild) they have to be applied again. A rebuild that is
    /// dropped half way leaves the account [`AccountState::Rebuilding`]; begin again.
    pub fn begin_rebuild(&self, account: AccountId) -> Result<Rebuild, SearchError> {
        let Self::Embedded(engine) = self;
        engine.begin_rebuild(account)
    }

    /// Puts a new index in place: with what was pushed, everything up to this change is in it.
    pub fn finish_rebuild(
        &self,
        rebuild: Rebuild,
        through: ChangeNumber,
    ) -> Result<(), SearchError> {
        let Self::Embedded(engine) = self;
        engine.finish_rebuild(rebuild, through)
    }

    /// Begins to take in the words of an account whose columns were rebuilt without them, to be
    /// called before the first mention is read from the store. Until
    /// [`finish`](WordsRebuild::finish) whoever asks for words is told that the answer is partial.
    pub fn begin_words(&self, account: AccountId) -> Result<WordsRebuild, SearchError> {
        let Self::Embedded(engine) = self;
        engine.begin_words(account)
    }

    /// Removes the texts of deleted and changed mentions from the files of the word index, to be
    /// called some time after an erasure. Names of authors and the like leave the files with the
    /// next rebuild of the account.
    pub fn purge(&self) -> Result<(), SearchError> {
        let Self::Embedded(engine) = self;
        engine.purge()
    }

    /// Forgets an account and removes its files.
    pub fn forget(&self, account: AccountId) -> Result<(), SearchError> {
        let Self::Embedded(engine) = self;
        engine.forget(account)
    }

    /// Memory in use.
    pub fn memory(&self) -> MemoryUse {
        let Self::Embedded(engine) = self;
        engine.memory()
    }
}
