//! The newest changes of an account, read once for all who listen to it.
//!
//! Without it each listener would ask the database for each change: with a thousand of them one
//! write cost a thousand queries.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use domain::change::Change;
use domain::ids::{AccountId, ChangeNumber};
use tokio::sync::{Semaphore, watch};

use crate::{Engine, Error};

/// Rows of the log read at once.
const PAGE: usize = 500;
/// Changes told at once: they are written by a thread that serves others too.
const TOLD_AT_ONCE: usize = 100;
/// Those who are far behind and read the log at one time; the others wait for their turn.
const BEHIND_AT_ONCE: usize = 4;
/// Most changes kept of an account; who is further behind reads the log for itself.
const MOST: usize = 2_000;

/// The accounts that are listened to.
#[derive(Debug)]
pub(super) struct Recents {
    accounts: Mutex<HashMap<AccountId, Weak<Recent>>>,
    behind: Arc<Semaphore>,
}

impl Default for Recents {
    fn default() -> Self {
        Self {
            accounts: Mutex::default(),
            behind: Arc::new(Semaphore::new(BEHIND_AT_ONCE)),
        }
    }
}

/// The newest changes of one account, without a gap.
#[derive(Debug)]
pub(super) struct Recent {
    changes: Mutex<VecDeque<Arc<Change>>>,
    /// Held while the log is read, so that it is read once.
    reading: tokio::sync::Mutex<()>,
    /// Turns of those who are far behind, over all accounts.
    behind: Arc<Semaphore>,
    /// How often the log was found to have lost something.
    losses: watch::Sender<u64>,
}

/// What is kept after a number.
enum Kept {
    /// These come directly after it.
    Changes(Vec<Arc<Change>>),
    /// Nothing yet: the log has to be read from here.
    Nothing,
    /// What is kept begins later.
    Behind,
}

impl Recents {
    /// The log of an account lost something: drops what is kept of it, and tells who listens.
    pub(super) fn lose(&self, account_id: AccountId) {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recent) = accounts.get(&account_id).and_then(Weak::upgrade) {
            let mut changes = recent.changes();
            changes.clear();
            // Under the lock, so that what was read before is not kept after it.
            recent
                .losses
                .send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    /// The changes of an account, shared by all who hold them.
    pub(super) fn of(&self, account_id: AccountId) -> Arc<Recent> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(recent) = accounts.get(&account_id).and_then(Weak::upgrade) {
            return recent;
        }
        accounts.retain(|_, recent| recent.strong_count() > 0);
        let recent = Arc::new(Recent {
            changes: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
            behind: Arc::clone(&self.behind),
            losses: watch::Sender::default(),
        });
        accounts.insert(account_id, Arc::downgrade(&recent));
        recent
    }
}

impl Recent {
    /// Changes when the log has lost something.
    pub(super) fn losses(&self) -> watch::Receiver<u64> {
        self.losses.subscribe()
    }

    /// The changes after a number, in order and without a gap as far as the log has them, at most a
    /// page. Nothing beyond `shown`, which is committed but not in the lists of this node yet.
    pub(super) async fn after(
        &self,
        engine: &Engine,
        account_id: AccountId,
        seen: ChangeNumber,
        shown: ChangeNumber,
    ) -> Result<Vec<Arc<Change>>, Error> {
        if seen >= shown {
            return Ok(Vec::new());
        }
        match self.kept(seen, shown) {
            Kept::Changes(changes) => return Ok(changes),
            Kept::Behind => return self.read_behind(engine, account_id, seen, shown).await,
            Kept::Nothing => {}
        }
        let _reading = self.reading.lock().await;
        // Somebody else may have read it meanwhile.
        match self.kept(seen, shown) {
            Kept::Changes(changes) => Ok(changes),
            Kept::Behind => self.read_behind(engine, account_id, seen, shown).await,
            Kept::Nothing => {
                let losses = *self.losses.borrow();
                let changes = read(engine, account_id, seen, shown, PAGE).await?;
                self.keep(seen, &changes, losses);
                Ok(changes.into_iter().take(TOLD_AT_ONCE).collect())
            }
        }
    }

    async fn read_behind(
        &self,
        engine: &Engine,
        account_id: AccountId,
        seen: ChangeNumber,
        shown: ChangeNumber,
    ) -> Result<Vec<Arc<Change>>, Error> {
        // It is never closed; without a turn more would read at once.
        let _turn = self.behind.acquire().await;
        read(engine, account_id, seen, shown, TOLD_AT_ONCE).await
    }

    fn kept(&self, seen: ChangeNumber, shown: ChangeNumber) -> Kept {
        let changes = self.changes();
        let (Some(first), Some(last)) = (changes.front(), changes.back()) else {
            return Kept::Nothing;
        };
        if seen >= last.number {
            return Kept::Nothing;
        }
        if seen.next() < first.number {
            return Kept::Behind;
        }
        let from = changes.partition_point(|change| change.number <= seen);
        let to = changes.partition_point(|change| change.number <= shown);
        Kept::Changes(
            changes
                .range(from..to)
                .take(TOLD_AT_ONCE)
                .cloned()
                .collect(),
        )
    }

    /// Adds what was read after a number; older changes that it does not join on to are dropped.
    /// What was read before the log lost something is not kept.
    fn keep(&self, after: ChangeNumber, read: &[Arc<Change>], losses: u64) {
        let mut changes = self.changes();
        if *self.losses.borrow() != losses {
            return;
        }
        if changes.back().is_some_and(|last| last.number != after) {
            changes.clear();
        }
        changes.extend(read.iter().cloned());
        let surplus = changes.len().saturating_sub(MOST);
        changes.drain(..surplus);
    }

    fn changes(&self) -> MutexGuard<'_, VecDeque<Arc<Change>>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page of the log.
///
/// # Errors
/// `Conflict` when the log does not hold what comes directly after `seen`.
async fn read(
    engine: &Engine,
    account_id: AccountId,
    seen: ChangeNumber,
    shown: ChangeNumber,
    most: usize,
) -> Result<Vec<Arc<Change>>, Error> {
    let mut changes = store::changes::since(engine.db(), account_id, seen, most).await?;
    // Asked for is something that lists show, so the log has held it.
    if changes
        .first()
        .is_none_or(|first| first.number != seen.next())
    {
        return Err(Error::Conflict(format!(
            "The change log does not hold the events after {seen} any more; read the lists anew."
        )));
    }
    // The rest is committed, and about to be handed to the index.
    changes.retain(|change| change.number <= shown);
    Ok(changes.into_iter().map(Arc::new).collect())
}
