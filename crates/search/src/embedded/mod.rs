//! The embedded engine: columns in memory, words in Tantivy.

use std::sync::Arc;

use domain::ids::{AccountId, ChangeNumber};
use domain::mention::Mention;
use domain::scope::Scope;

use crate::query::{AccountState, Batch, ListPage, ListQuery, Loaded, MemoryUse};
use crate::{FacetQuery, FacetTable, SearchError, SearchOptions};

/// The engine.
#[derive(Debug, Clone)]
pub struct Embedded(Arc<()>);

#[expect(
    unused_variables,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the shape first"
)]
impl Embedded {
    pub(crate) fn open(options: &SearchOptions) -> Result<Self, SearchError> {
        Ok(Self(Arc::new(())))
    }
    pub(crate) fn state(&self, account: AccountId) -> AccountState {
        AccountState::Absent
    }
    pub(crate) fn applied(&self, account: AccountId) -> ChangeNumber {
        ChangeNumber(0)
    }
    pub(crate) fn apply(&self, account: AccountId, batch: Batch<'_>) -> Result<(), SearchError> {
        Ok(())
    }
    pub(crate) fn list(
        &self,
        scope: &Scope,
        query: &ListQuery<'_>,
    ) -> Result<ListPage, SearchError> {
        Ok(ListPage::default())
    }
    pub(crate) fn facet(
        &self,
        scope: &Scope,
        query: &FacetQuery<'_>,
    ) -> Result<FacetTable, SearchError> {
        Ok(FacetTable::default())
    }
    pub(crate) fn load(&self, account: AccountId) -> Loaded {
        Loaded::Missing
    }
    pub(crate) fn save(&self, account: AccountId) -> Result<Option<ChangeNumber>, SearchError> {
        Ok(None)
    }
    pub(crate) fn maintain(&self) -> Result<usize, SearchError> {
        Ok(0)
    }
    pub(crate) fn begin_rebuild(&self, account: AccountId) -> Result<Rebuild, SearchError> {
        Ok(Rebuild { account })
    }
    pub(crate) fn finish_rebuild(
        &self,
        rebuild: Rebuild,
        through: ChangeNumber,
    ) -> Result<(), SearchError> {
        Ok(())
    }
    pub(crate) fn forget(&self, account: AccountId) -> Result<(), SearchError> {
        Ok(())
    }
    pub(crate) fn memory(&self) -> MemoryUse {
        MemoryUse::default()
    }
}

/// An index that is being built.
#[derive(Debug)]
pub struct Rebuild {
    account: AccountId,
}

#[expect(
    unused_variables,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "the shape first"
)]
impl Rebuild {
    /// Adds mentions. Older versions than known are passed over.
    pub fn push(&mut self, mentions: &[Mention]) -> Result<(), SearchError> {
        Ok(())
    }
}
