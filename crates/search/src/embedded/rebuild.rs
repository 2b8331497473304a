//! Builds an account's index anew while the present one goes on answering.
//!
//! Either whole, with [`Rebuild::push`], or in two steps: the columns, which are most of what is
//! asked for and quick to build, are put in place first, and the words are taken in afterwards.

use std::sync::Arc;

use domain::ids::{AccountId, ChangeNumber};
use domain::mention::Mention;

use super::account::{Account, feed};
use super::prepared::{Prepared, PreparedTexts};
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

/// The words of an index whose columns are in place. Dropping it leaves the words missing; begin
/// again with [`Embedded::begin_words`].
#[derive(Debug)]
pub struct WordsRebuild {
    engine: Embedded,
    account_id: AccountId,
    account: Arc<Account>,
    number: u64,
    losses: u64,
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
            ..Batch::default()
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

    pub(crate) fn begin_words(&self, account_id: AccountId) -> Result<WordsRebuild, SearchError> {
        let _feeding = self.feeding();
        let slot = self.slot(account_id);
        let (AccountState::Ready, Some(account)) = (slot.state, slot.account) else {
            return Err(SearchError::Superseded);
        };
        // An attempt that failed may have left some.
        let words = self.0.words.commit([Feed::DropAccount(account_id)])?;
        account.words(words, true);
        Ok(WordsRebuild {
            engine: self.clone(),
            account_id,
            account,
            number: slot.rebuild,
            losses: self.0.words.losses(),
        })
    }

    /// Whether no other rebuild of the account has begun since; asked while nothing is fed.
    fn is_newest(&self, account_id: AccountId, number: u64) -> Result<(), SearchError> {
        if self.slot(account_id).rebuild == number {
            Ok(())
        } else {
            Err(SearchError::Superseded)
        }
    }
}

impl Rebuild {
    /// Adds mentions. Older versions than known are passed over.
    ///
    /// # Errors
    /// [`SearchError`] when the word index cannot be written; begin again.
    pub fn push(&mut self, mentions: &[Mention]) -> Result<(), SearchError> {
        self.account.apply(&Batch {
            upsert: mentions,
            delete: &[],
            through: ChangeNumber(0),
            ..Batch::default()
        });
        if self.account.view().pending.len() >= TEXTS {
            self.hand_over()?;
        }
        Ok(())
    }

    /// Adds mentions without their words, which [`Search::begin_words`](crate::Search::begin_words)
    /// is for.
    pub fn push_columns(&mut self, mentions: &Prepared) {
        self.account.place(mentions);
    }

    /// Makes room for the new words, which takes a moment.
    ///
    /// # Errors
    /// [`SearchError`] when the word index cannot be written; begin again.
    pub fn clear(&mut self) -> Result<(), SearchError> {
        self.hand_over()
    }

    /// Gives the gathered texts to the word index.
    fn hand_over(&mut self) -> Result<(), SearchError> {
        let _feeding = self.engine.feeding();
        self.engine.is_newest(self.account_id, self.number)?;
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

impl WordsRebuild {
    /// Takes in the words of mentions, unless they have changed since they were read: those who
    /// changed them have brought their words.
    ///
    /// # Errors
    /// [`SearchError`] when the word index cannot be written, or another rebuild has begun; begin
    /// again.
    pub fn push(&self, texts: &PreparedTexts) -> Result<(), SearchError> {
        let _feeding = self.engine.feeding();
        self.engine.is_newest(self.account_id, self.number)?;
        self.engine.0.words.take(self.account.still(texts))
    }

    /// From here on words are found.
    ///
    /// # Errors
    /// [`SearchError`] when the word index cannot be written, or lost some of what it was given;
    /// begin again.
    pub fn finish(self) -> Result<(), SearchError> {
        let _feeding = self.engine.feeding();
        self.engine.is_newest(self.account_id, self.number)?;
        let words = self.engine.0.words.commit([])?;
        if self.engine.0.words.losses() != self.losses {
            return Err(SearchError::Lost);
        }
        for (_, account) in self.engine.present() {
            account.committed(&super::pending::Pending::default(), words.clone());
        }
        self.account.words(words, false);
        Ok(())
    }
}
