//! From a decision to an acknowledged change.
//!
//! [`commit`] runs one durable transaction, then hands what it changed to the index and the
//! listeners, and only then returns. It runs in a task of its own: a caller that goes away after
//! the commit cannot keep the change from the index.
//!
//! What reads and then writes, locks first: [`commit`] and [`locked`] take the account's lock
//! before their function runs, so whatever it reads and decides is still true when it commits.

use std::ops::RangeInclusive;

use domain::change::NewChange;
use domain::ids::{ChangeNumber, MentionId};
use domain::mention::Mention;
use domain::scope::Scope;
use search::CutWords;
use store::{Tx, Work};

use crate::{Engine, Error};

/// What a transaction changed, to be told after its commit.
#[derive(Debug, Default)]
pub struct Effects {
    /// Mentions as they now are.
    pub mentions: Vec<Mention>,
    /// Mentions that are gone.
    pub deleted: Vec<MentionId>,
    /// Names or settings changed.
    pub settings: bool,
    /// The numbers the change log gave, if anything changed.
    pub numbers: Option<RangeInclusive<ChangeNumber>>,
    /// Words of the mentions, where they were cut already.
    pub(crate) words: Option<CutWords>,
}

/// Bytes of text that are compressed or cut into words on the thread that serves the request: a
/// millisecond or two.
pub(crate) const CUT_AT_ONCE: usize = 32 << 10;

impl Effects {
    /// Cuts long texts into words on a thread that nobody waits for, before the index is held.
    /// What can be cut before the commit is: others whose commits come next wait for this.
    pub(crate) async fn cut(mut self) -> Result<Self, Error> {
        let is_cut = |mention: &Mention| self.words.as_ref().is_some_and(|cut| cut.has(mention));
        let missing = self.mentions.iter().filter(|mention| !is_cut(mention));
        if CutWords::bytes(missing) <= CUT_AT_ONCE {
            return Ok(self);
        }
        tokio::task::spawn_blocking(move || {
            let mut words = self.words.take().unwrap_or_default();
            let missing: Vec<&Mention> = self
                .mentions
                .iter()
                .filter(|mention| !words.has(mention))
                .collect();
            words.add(missing);
            self.words = Some(words);
            self
        })
        .await
        .map_err(|failure| Error::internal(format!("cutting texts did not end: {failure}")))
    }

    /// Nothing changed.
    pub fn none() -> Self {
        Self::default()
    }

    /// Names or settings changed.
    pub fn settings(numbers: RangeInclusive<ChangeNumber>) -> Self {
        Self {
            settings: true,
            numbers: Some(numbers),
            ..Self::default()
        }
    }
}

/// Numbers of changes that a transaction is about to write, one for each.
pub async fn number(
    tx: &mut Tx,
    scope: &Scope,
    count: usize,
) -> Result<RangeInclusive<ChangeNumber>, Error> {
    Ok(store::changes::reserve(tx, scope, count).await?)
}

/// Writes the rows of the change log for numbers that were reserved.
pub async fn log(
    tx: &mut Tx,
    scope: &Scope,
    engine: &Engine,
    numbers: &RangeInclusive<ChangeNumber>,
    changes: &[NewChange],
) -> Result<(), Error> {
    let now = engine.now();
    if let Some(last) = changes.last() {
        let mark = last.mark(scope.actor().user_id(), now);
        engine.follow().announce(scope.account_id(), numbers, mark);
    }
    Ok(store::changes::append(tx, scope, now, *numbers.start(), changes).await?)
}

/// Runs a transaction of one account that nobody follows, under the account's lock, and returns
/// when it is durable.
pub(crate) async fn locked<T, F>(engine: &Engine, scope: &Scope, work: F) -> Result<T, Error>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, Error> + Send + 'static,
    T: Send + 'static,
{
    engine.begins();
    let (work_engine, scope) = (engine.clone(), scope.clone());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::changes::lock(tx, &scope).await?;
                let done = work(tx).await?;
                work_engine.hold_written(tx).await;
                Ok(done)
            })
        })
        .await
}

/// Runs a transaction of one account, under the account's lock, and returns when its effects are
/// durable and visible.
pub async fn commit<T, F>(engine: &Engine, scope: &Scope, work: F) -> Result<T, Error>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, (T, Effects), Error> + Send + 'static,
    T: Send + 'static,
{
    let (engine, scope) = (engine.clone(), scope.clone());
    let held = crate::idempotency::held();
    let task = tokio::spawn(async move {
        // The key is held until the commit is through, whatever becomes of the caller.
        let noted = held.clone();
        let (value, effects) = locked(&engine, &scope, move |tx| {
            Box::pin(async move {
                let done = work(tx).await?;
                if let Some(held) = noted {
                    crate::idempotency::note(tx, &held).await?;
                }
                Ok(done)
            })
        })
        .await?;
        crate::follow::published(&engine, scope.account_id(), effects).await?;
        drop(held);
        Ok(value)
    });
    match task.await {
        Ok(result) => result,
        Err(failure) => Err(Error::internal(format!("a write did not end: {failure}"))),
    }
}
