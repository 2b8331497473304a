//! The embedded engine: columns in memory, words in Tantivy.
//!
//! # Organization
//! [`columns`] are the data, [`account`] changes them, a [`view`] is one unchanging state of
//! them. [`lookup`] finds what the words of filters mean, [`select`] turns a predicate into a row set, [`list`] and [`facet`] walk it. [`words`] is
//! the word index; [`pending`] are the texts it does not hold yet. [`snapshot`] keeps an account
//! on disk.
//!
//! # Invariants
//! - A question works on one view from beginning to end and takes no lock that a writer holds
//!   for longer than a pointer is replaced or a word is added to a dictionary.
//! - The word index is committed before the snapshot that relies on it is written; a snapshot
//!   that relies on a later commit than there is counts as damaged.

mod account;
mod columns;
#[cfg(test)]
mod damage_tests;
mod disk;
mod facet;
mod list;
mod lookup;
mod pending;
mod prepared;
mod rebuild;
mod select;
mod snapshot;
#[cfg(test)]
mod tests;
mod view;
mod words;
#[cfg(test)]
mod work_tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use domain::ids::{AccountId, ChangeNumber};
use domain::scope::Scope;
use work::Work;

use crate::query::{
    AccountMemory, AccountState, Batch, Holding, ListPage, ListQuery, Loaded, MemoryUse,
};
use crate::{FacetFailure, FacetQuery, FacetTable, SearchError, SearchOptions, Segmentation};
use account::{Account, feed};
use disk::Disk;
use lookup::Lookup;
use select::Selection;
use view::View;
use words::{Feed, WordIndex};

pub use prepared::{CutWords, Prepared, PreparedTexts};
pub use rebuild::{Rebuild, WordsRebuild};
pub use view::asks_words;

/// The engine.
#[derive(Debug, Clone)]
pub struct Embedded(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    disk: Option<Disk>,
    words: WordIndex,
    accounts: RwLock<HashMap<AccountId, Slot>>,
    /// Held while texts go to the word index, so that each goes once.
    feeding: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Slot {
    state: AccountState,
    /// Grows with every rebuild that begins; only the newest may finish.
    rebuild: u64,
    account: Option<Arc<Account>>,
}

const ABSENT: Slot = Slot {
    state: AccountState::Absent,
    rebuild: 0,
    account: None,
};

/// A state of an account that is about to be written to disk.
#[derive(Debug)]
pub struct Capture {
    view: Arc<View>,
    rebuild: u64,
}

impl Capture {
    /// The change up to which it is complete.
    pub fn through(&self) -> ChangeNumber {
        self.view.applied
    }
}

impl Embedded {
    pub(crate) fn open(options: &SearchOptions) -> Result<Self, SearchError> {
        let (disk, words) = match &options.directory {
            Some(directory) => {
                let (disk, words) = Disk::open(directory)?;
                (Some(disk), words)
            }
            None => (None, WordIndex::in_memory()?),
        };
        Ok(Self(Arc::new(Shared {
            disk,
            words,
            accounts: RwLock::default(),
            feeding: Mutex::default(),
        })))
    }

    fn slot(&self, account: AccountId) -> Slot {
        let accounts = self
            .0
            .accounts
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        accounts.get(&account).cloned().unwrap_or(ABSENT)
    }

    fn put(&self, account: AccountId, slot: Slot) {
        let mut accounts = self
            .0
            .accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        accounts.insert(account, slot);
    }

    fn present(&self) -> Vec<(AccountId, Arc<Account>)> {
        let accounts = self
            .0
            .accounts
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let mut present: Vec<_> = accounts
            .iter()
            .filter_map(|(id, slot)| Some((*id, slot.account.clone()?)))
            .collect();
        present.sort_by_key(|(id, _)| *id);
        present
    }

    fn feeding(&self) -> MutexGuard<'_, ()> {
        self.0
            .feeding
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self, account: AccountId) -> AccountState {
        self.slot(account).state
    }

    pub(crate) fn applied(&self, account: AccountId) -> ChangeNumber {
        self.slot(account)
            .account
            .map_or(ChangeNumber(0), |account| account.view().applied)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "an engine beyond the network can fail here"
    )]
    pub(crate) fn apply(&self, account: AccountId, batch: Batch<'_>) -> Result<(), SearchError> {
        if let Some(account) = self.slot(account).account {
            account.apply(&batch);
        }
        Ok(())
    }

    pub(crate) fn list(
        &self,
        scope: &Scope,
        query: &ListQuery<'_>,
        work: &Work,
    ) -> Result<ListPage, SearchError> {
        let slot = self.slot(scope.account_id());
        let mut lacks_words = false;
        let mut page = match &slot.account {
            Some(account) => {
                let view = account.view();
                lacks_words = view.lacks_words_of(query.predicate);
                let lookup = Lookup::of(std::iter::once(query.predicate), &view, work)?;
                let selection = Selection::new(
                    &view,
                    scope,
                    query.predicate,
                    query.topics,
                    query.added,
                    &lookup,
                    work,
                )?;
                list::list(&selection, query)?
            }
            None => ListPage {
                total: query.count.then_some(0),
                ..ListPage::default()
            },
        };
        page.is_partial = slot.state != AccountState::Ready || lacks_words;
        Ok(page)
    }

    pub(crate) fn facets(
        &self,
        scope: &Scope,
        queries: &[FacetQuery<'_>],
        work: &Work,
    ) -> Result<Vec<FacetTable>, FacetFailure> {
        let slot = self.slot(scope.account_id());
        let view = match &slot.account {
            Some(account) => account.view(),
            None => Arc::new(View::empty(scope.account_id(), self.0.words.committed())),
        };
        let mut tables = facet::facets(&view, scope, queries, facet::Limits::default(), work)?;
        for (table, query) in tables.iter_mut().zip(queries) {
            let lacks_words = view.lacks_words_of(query.predicate)
                || match &query.segmentation {
                    Some(Segmentation::Custom(filters)) => filters
                        .iter()
                        .any(|(_, filter)| view.lacks_words_of(filter)),
                    _ => false,
                };
            table.is_partial = slot.state != AccountState::Ready || lacks_words;
        }
        Ok(tables)
    }

    pub(crate) fn load(&self, id: AccountId) -> Loaded {
        let Some(disk) = &self.0.disk else {
            return Loaded::Missing;
        };
        let slot = self.slot(id);
        if let (AccountState::Ready, Some(account)) = (slot.state, &slot.account) {
            return Loaded::Ready {
                through: account.view().applied,
                mark: None,
            };
        }
        self.put(
            id,
            Slot {
                state: AccountState::Loading,
                ..slot.clone()
            },
        );
        let loaded = disk.load(id, self.0.words.committed());
        let (slot, answer) = match loaded {
            Ok(Some((view, mark))) => {
                let through = view.applied;
                let slot = Slot {
                    state: AccountState::Ready,
                    rebuild: slot.rebuild,
                    account: Some(Arc::new(Account::new(view))),
                };
                (slot, Loaded::Ready { through, mark })
            }
            Ok(None) => (
                Slot {
                    rebuild: slot.rebuild,
                    ..ABSENT
                },
                Loaded::Missing,
            ),
            Err(reason) => {
                tracing::warn!(account.id = %id, reason, "a snapshot cannot be trusted");
                disk.remove(id);
                (
                    Slot {
                        rebuild: slot.rebuild,
                        ..ABSENT
                    },
                    Loaded::Damaged(reason),
                )
            }
        };
        self.put(id, slot);
        answer
    }

    pub(crate) fn capture(&self, id: AccountId) -> Result<Option<Capture>, SearchError> {
        if self.0.disk.is_none() || self.state(id) != AccountState::Ready {
            return Ok(None);
        }
        self.maintain()?;
        let slot = self.slot(id);
        let (AccountState::Ready, Some(account)) = (slot.state, slot.account) else {
            return Ok(None);
        };
        let view = account.view();
        Ok((!view.lacks_words).then_some(Capture {
            view,
            rebuild: slot.rebuild,
        }))
    }

    pub(crate) fn write(
        &self,
        capture: &Capture,
        mark: Option<i64>,
    ) -> Result<Option<ChangeNumber>, SearchError> {
        let Some(disk) = &self.0.disk else {
            return Ok(None);
        };
        // Nothing is fed while the file is written, so that no rebuild can begin unnoticed.
        let _feeding = self.feeding();
        let slot = self.slot(capture.view.account_id);
        if slot.state != AccountState::Ready || slot.rebuild != capture.rebuild {
            return Ok(None);
        }
        disk.save(&capture.view, mark)?;
        Ok(Some(capture.view.applied))
    }

    pub(crate) fn holding(&self, id: AccountId) -> Option<Holding> {
        let slot = self.slot(id);
        let account = slot.account.filter(|_| slot.state == AccountState::Ready)?;
        let view = account.view();
        Some(Holding {
            through: view.applied,
            checksum: view.checksum,
        })
    }

    pub(crate) fn maintain(&self) -> Result<usize, SearchError> {
        let _feeding = self.feeding();
        let waiting: Vec<_> = self
            .present()
            .into_iter()
            .map(|(_, account)| {
                let taken = account.waiting();
                let view = account.view();
                (account, view, taken)
            })
            .collect();
        let count = waiting.iter().map(|(_, _, taken)| taken.len()).sum();
        if count > 0 {
            let words = self.0.words.commit(
                waiting
                    .iter()
                    .flat_map(|(_, view, taken)| feed(view, taken)),
            )?;
            // All accounts, also those that gave nothing: an old commit that somebody still
            // looks at keeps its files, and the texts deleted from them, on the disk.
            for (account, _, taken) in waiting {
                account.committed(&taken, words.clone());
            }
        }
        Ok(count)
    }

    pub(crate) fn purge(&self) -> Result<(), SearchError> {
        self.maintain()?;
        let _feeding = self.feeding();
        if let Some(words) = self.0.words.purge()? {
            for (_, account) in self.present() {
                account.committed(&pending::Pending::default(), words.clone());
            }
        }
        Ok(())
    }

    pub(crate) fn forget(&self, id: AccountId) -> Result<(), SearchError> {
        let _feeding = self.feeding();
        let mut accounts = self
            .0
            .accounts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = accounts.remove(&id)
            && let Some(account) = slot.account
        {
            account.detach();
        }
        drop(accounts);
        if let Some(disk) = &self.0.disk {
            disk.remove(id);
        }
        self.0.words.commit([Feed::DropAccount(id)])?;
        Ok(())
    }

    pub(crate) fn memory(&self) -> MemoryUse {
        let accounts = self
            .present()
            .into_iter()
            .map(|(account_id, account)| {
                let view = account.view();
                AccountMemory {
                    account_id,
                    rows: u64::try_from(view.rows.len()).unwrap_or(u64::MAX),
                    bytes: u64::try_from(view.bytes()).unwrap_or(u64::MAX),
                }
            })
            .collect();
        MemoryUse { accounts }
    }
}
