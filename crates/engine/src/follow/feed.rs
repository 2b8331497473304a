//! Where the index of each account stands.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::{AccountId, ChangeNumber};
use search::Batch;
use store::changes::Head;
use tokio::sync::watch;

use crate::write::Effects;
use crate::{Engine, Error};

/// Where the index of each account stands.
#[derive(Debug, Default)]
pub struct Follow {
    accounts: Mutex<HashMap<AccountId, Arc<Feed>>>,
}

/// How much of an account's index answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Rows are missing.
    Rebuilding,
    /// All rows are there; words of titles and contents are missing.
    Columns,
    /// All of it.
    Whole,
}

/// One account's way from log to index.
#[derive(Debug)]
pub(super) struct Feed {
    place: Mutex<Place>,
    applied: watch::Sender<ChangeNumber>,
    /// Held while the log is read, so that it is read once.
    pub(super) reading: tokio::sync::Mutex<()>,
    /// Grows when names or settings change.
    settings: AtomicU64,
    stage: watch::Sender<Stage>,
    pub(super) rebuilds: Mutex<Rebuilds>,
    /// Rebuilds that ended, well or not.
    attempts: watch::Sender<u64>,
    /// Set when the account's index answers.
    pub(super) started: tokio::sync::OnceCell<()>,
    /// Index and database differed when they were compared last.
    pub(super) differs: AtomicBool,
    /// What the newest snapshot holds.
    pub(super) saved: Mutex<Option<ChangeNumber>>,
}

/// What is wanted of rebuilding, and whether somebody is at it.
#[derive(Debug, Default)]
pub(super) struct Rebuilds {
    /// Grows whenever the index has to be built anew.
    pub(super) wanted: u64,
    pub(super) is_running: bool,
}

/// What follows on what is applied.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) hand_overs: BTreeMap<ChangeNumber, HandOver>,
    /// [`Change::mark`](domain::change::Change::mark) of the newest change that is applied, where
    /// it is known.
    pub(super) mark: Option<i64>,
    /// By first number, the last number and its mark of what transactions of this node wrote into
    /// the log. They may have been rolled back since.
    announced: BTreeMap<ChangeNumber, (ChangeNumber, i64)>,
}

/// [`Place`] under its lock, which guards what is applied, too.
pub(super) type Standing<'a> = MutexGuard<'a, Place>;

/// What a commit of this node changed.
#[derive(Debug)]
pub(super) struct HandOver {
    pub(super) last: ChangeNumber,
    pub(super) mark: Option<i64>,
    pub(super) effects: Effects,
}

impl Place {
    /// The mark that this node gave to the last of the changes that begin here.
    pub(super) fn announced(&self, first: ChangeNumber) -> Option<i64> {
        self.announced.get(&first).map(|(_, mark)| *mark)
    }

    /// Whether a transaction of this node has written this change, or has tried to.
    pub(super) fn is_announced(&self, number: ChangeNumber) -> bool {
        self.announced
            .range(..=number)
            .next_back()
            .is_some_and(|(_, (last, _))| number <= *last)
    }
}

/// Where an index was at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) applied: ChangeNumber,
    pub(super) mark: Option<i64>,
}

impl Position {
    /// The log ends there, as far as can be told.
    pub(super) fn is_at(&self, head: &Head) -> bool {
        self.applied == head.number && !self.differs(head.number, head.mark)
    }

    /// The log, asked after this position was taken, has lost what was applied.
    pub(super) fn is_beyond(&self, head: &Head) -> bool {
        self.applied > head.number || self.differs(head.number, head.mark)
    }

    /// The change with this number is another one than the one that was applied.
    pub(super) fn differs(&self, number: ChangeNumber, mark: Option<i64>) -> bool {
        self.applied == number && self.mark.zip(mark).is_some_and(|(own, log)| own != log)
    }
}

impl Feed {
    fn new() -> Self {
        Self {
            place: Mutex::default(),
            applied: watch::Sender::new(ChangeNumber::default()),
            reading: tokio::sync::Mutex::default(),
            settings: 0.into(),
            stage: watch::Sender::new(Stage::Rebuilding),
            rebuilds: Mutex::default(),
            attempts: watch::Sender::new(0),
            started: tokio::sync::OnceCell::new(),
            differs: false.into(),
            saved: Mutex::default(),
        }
    }

    pub(super) fn place(&self) -> Standing<'_> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rebuilds(&self) -> MutexGuard<'_, Rebuilds> {
        self.rebuilds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn applied(&self) -> ChangeNumber {
        *self.applied.borrow()
    }

    pub(super) fn watch(&self) -> watch::Receiver<ChangeNumber> {
        self.applied.subscribe()
    }

    pub(super) fn position(&self) -> Position {
        let place = self.place();
        Position {
            applied: self.applied(),
            mark: place.mark,
        }
    }

    pub(super) fn stage(&self) -> Stage {
        *self.stage.borrow()
    }

    pub(super) fn set_stage(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    /// Returns when so much of the index answers.
    pub(super) async fn reached(&self, stage: Stage) {
        // The sender lives as long as this.
        let _ = self.stage.subscribe().wait_for(|at| *at >= stage).await;
    }

    /// Changes when a rebuild has ended, well or not.
    pub(super) fn attempts(&self) -> watch::Receiver<u64> {
        self.attempts.subscribe()
    }

    pub(super) fn note_attempt(&self) {
        self.attempts
            .send_modify(|count| *count = count.saturating_add(1));
    }

    /// Takes in what changed up to a change with this mark.
    pub(super) fn apply(
        &self,
        engine: &Engine,
        account_id: AccountId,
        place: &mut Standing<'_>,
        effects: &Effects,
        (through, mark): (ChangeNumber, Option<i64>),
    ) -> Result<(), Error> {
        if effects.settings {
            self.forget_names(engine, account_id);
        }
        engine.search().apply(
            account_id,
            Batch {
                upsert: &effects.mentions,
                delete: &effects.deleted,
                through,
                words: effects.words.as_ref(),
            },
        )?;
        self.set(place, through, mark);
        Ok(())
    }

    /// Names and settings may have changed.
    pub(super) fn forget_names(&self, engine: &Engine, account_id: AccountId) {
        self.settings.fetch_add(1, Ordering::SeqCst);
        engine.forget_directory(account_id);
    }

    /// Puts another place.
    pub(super) fn set(&self, place: &mut Standing<'_>, through: ChangeNumber, mark: Option<i64>) {
        place.mark = mark;
        place.announced = place.announced.split_off(&through.next());
        self.applied.send_replace(through);
    }

    /// Goes on from a snapshot.
    pub(super) fn resume(&self, through: ChangeNumber, mark: Option<i64>) {
        self.set(&mut self.place(), through, mark);
        self.set_saved(through);
        self.set_stage(Stage::Whole);
    }

    pub(super) fn saved(&self) -> Option<ChangeNumber> {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_saved(&self, through: ChangeNumber) {
        *self.saved.lock().unwrap_or_else(PoisonError::into_inner) = Some(through);
    }
}

impl Follow {
    pub(super) fn feed(&self, account_id: AccountId) -> Arc<Feed> {
        Arc::clone(
            self.accounts()
                .entry(account_id)
                .or_insert_with(|| Arc::new(Feed::new())),
        )
    }

    fn accounts(&self) -> MutexGuard<'_, HashMap<AccountId, Arc<Feed>>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn positions(&self) -> HashMap<AccountId, Position> {
        let feeds: Vec<(AccountId, Arc<Feed>)> = self
            .accounts()
            .iter()
            .map(|(id, feed)| (*id, Arc::clone(feed)))
            .collect();
        feeds
            .into_iter()
            .map(|(id, feed)| (id, feed.position()))
            .collect()
    }

    pub(crate) fn settings_generation(&self, account_id: AccountId) -> u64 {
        self.feed(account_id).settings.load(Ordering::SeqCst)
    }

    /// A transaction of this node writes these changes; the last one has this mark.
    pub(crate) fn announce(
        &self,
        account_id: AccountId,
        numbers: &RangeInclusive<ChangeNumber>,
        mark: i64,
    ) {
        let feed = self.feed(account_id);
        let mut place = feed.place();
        place
            .announced
            .insert(*numbers.start(), (*numbers.end(), mark));
    }

    /// The newest change that lists of this node show, and news of it.
    pub fn watch(&self, account_id: AccountId) -> watch::Receiver<ChangeNumber> {
        self.feed(account_id).watch()
    }

    /// Lists of the account may lack rows at the moment.
    pub fn is_partial(&self, account_id: AccountId) -> bool {
        self.feed(account_id).stage() < Stage::Whole
    }

    /// Says that lists of the account lack rows, as while they are built anew.
    #[cfg(test)]
    pub(crate) fn set_partial(&self, account_id: AccountId, is_partial: bool) {
        let stage = if is_partial {
            Stage::Rebuilding
        } else {
            Stage::Whole
        };
        self.feed(account_id).stage.send_replace(stage);
    }

    /// Lists of the account may lack rows at the moment, also when they do not ask for words.
    pub(crate) fn lacks_rows(&self, account_id: AccountId) -> bool {
        self.feed(account_id).stage() < Stage::Columns
    }
}
