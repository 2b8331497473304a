//! Builds an account's index anew while the present one goes on answering.

use std::sync::Arc;

use domain::ids::{AccountId, ChangeNumber};
use domain::mention::Mention;

use super::account::{Account, feed};
use super::view::View;
use super::words::Feed;
use super::{Embedded, Slot};
use crate::SearchError;
use crate::query::{AccountState, Batch};

/// Texts that are gathered before the word index takes them.
const TEXTS: usize = 50_000;

/// An index that is being built. Dropping it leaves the account to be rebuilt again.
#[derive(Debug)]
pub struct Rebuild {
    engine: Embedded,
    account_id: AccountId,
    account: Account,
    number: u64,
    /// The words of the present index have been dropped from the word index.
    is_cleared: bool,
}

impl Embedded {
    pub(crate) fn begin_rebuild(&self, account_id: AccountId) -> Result<Rebuild, SearchError> {
        let _feeding = self.feeding();
        // The snapshot goes first: the words that it relies on are about to go.
        if let Some(disk) = &self.0.disk {
            disk.remove_durably(account_id)?;
        }
        let words = self.0.words.committed();
        let slot = self.slot(account_id);
        let number = slot.rebuild.saturating_add(1);
        let present = slot
            .account
            .unwrap_or_else(|| Arc::new(Account::new(View::empty(account_id, words.clone()))));
        present.detach();
        self.put(
            account_id,
            Slot {
                state: AccountState::Rebuilding,
                rebuild: number,
                account: Some(present),
            },
        );
        Ok(Rebuild {
            engine: self.clone(),
            account_id,
            account: Account::new(View::empty(account_id, words)),
            number,
            is_cleared: false,
        })
    }

    pub(crate) fn finish_rebuild(
        &self,
        mut rebuild: Rebuild,
        through: ChangeNumber,
    ) -> Result<(), SearchError> {
        rebuild.account.apply(&Batch {
            upsert: &[],
            delete: &[],
            through,
        });
        rebuild.hand_over()?;
        self.put(
            rebuild.account_id,
            Slot {
                state: AccountState::Ready,
                rebuild: rebuild.number,
                account: Some(Arc::new(rebuild.account)),
            },
        );
        Ok(())
    }
}

impl Rebuild {
    /// Adds mentions. Older versions than known are passed over.
    ///
    /// # Errors
    /// [`SearchError`] when the word index can not be written; begin again.
    pub fn push(&mut self, mentions: &[Mention]) -> Result<(), SearchError> {
        self.account.apply(&Batch {
            upsert: mentions,
            delete: &[],
            through: ChangeNumber(0),
        });
        if self.account.view().pending.len() >= TEXTS {
            self.hand_over()?;
        }
        Ok(())
    }

    /// Gives the gathered texts to the word index.
    fn hand_over(&mut self) -> Result<(), SearchError> {
        let _feeding = self.engine.feeding();
        if self.engine.slot(self.account_id).rebuild != self.number {
            return Err(SearchError::Superseded);
        }
        let taken = self.account.waiting();
        let view = self.account.view();
        let clear = (!self.is_cleared).then_some(Feed::DropAccount(self.account_id));
        if taken.is_empty() && clear.is_none() {
            return Ok(());
        }
        let words = self
            .engine
            .0
            .words
            .commit(clear.into_iter().chain(feed(&view, &taken)))?;
        self.is_cleared = true;
        self.account.committed(&taken, words);
        Ok(())
    }
}
