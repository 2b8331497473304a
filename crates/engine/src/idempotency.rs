//! Changes that a client sends twice and that must happen once.
//!
//! The client names a change with a key. The key is taken first, so a second request that comes
//! meanwhile is told to wait. The change itself keeps a provisional answer under the key, in its
//! own transaction: from then on no repetition can make the change again, whatever becomes of the
//! server. The answer that was really sent replaces the provisional one.
//!
//! What runs on this server stands in its memory and nowhere else, so that a key is free at once
//! when its holder is gone, also when giving it back met a full disk. Other servers go by a short
//! lease in the database, which is extended while the request runs.

mod runs;
#[cfg(test)]
mod tests;

use std::time::Duration;

use domain::ids::{AccountId, UserId};
use store::Tx;
use store::idempotency::{Known, LEASE_MS, Owner, Run};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

pub use runs::Hold;
pub(crate) use runs::Runs;
pub use store::idempotency::Answer as StoredAnswer;

use crate::{Engine, Error, give_back};

/// Bytes of an answer that are kept. Of a larger one is kept that it was given, and where the
/// object in it is read anew.
pub const LARGEST_KEPT: usize = 64 << 10;
/// How often other servers are told of what still runs: several times within a lease.
const EXTEND_EVERY: Duration = Duration::from_secs(3);

/// A client's name for one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The account the change is made in, if it names one.
    pub account_id: Option<AccountId>,
    /// Who makes it; keys of different people never meet.
    pub user_id: UserId,
    /// The key as the client wrote it.
    pub text: String,
    /// Tells this request from others: the same key with another fingerprint is a mistake.
    pub fingerprint: Vec<u8>,
}

/// What is known under a key.
#[derive(Debug)]
pub enum Claim {
    /// Nothing: the caller does the work [`within`] the hold and then calls [`finish`] or
    /// [`release`]. The key is free again when the last copy of the hold is gone.
    New(Hold),
    /// The answer given before.
    Replay(StoredAnswer),
    /// The key was used for a different request.
    Mismatch,
    /// The first request is still being worked on.
    Running,
}

/// What a change notes on its key.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    hold: Hold,
    provisional: StoredAnswer,
}

tokio::task_local! {
    static HELD: Option<Held>;
}

/// Takes a key, or tells what is known under it.
pub async fn claim(engine: &Engine, key: &Key) -> Result<Claim, Error> {
    let run = Run {
        owner: Owner {
            account_id: key.account_id,
            user_id: key.user_id,
        },
        key: key.text.clone(),
        fingerprint: key.fingerprint.clone(),
        id: engine.new_id(),
    };
    let hold = match engine.runs().take(engine, run) {
        Ok(hold) => hold,
        Err(running) if running == key.fingerprint => return Ok(Claim::Running),
        Err(_) => return Ok(Claim::Mismatch),
    };
    if let Some(known) = look_up(engine, &hold).await? {
        return Ok(known);
    }
    hold.note_writing();
    let (run, node, now) = (hold.run().clone(), engine.node(), engine.now());
    let is_taken = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Error>(store::idempotency::claim(tx, &run, node, now, LEASE_MS).await?)
            })
        })
        .await?;
    if is_taken {
        return Ok(Claim::New(hold));
    }
    // Another server was faster.
    Ok(look_up(engine, &hold).await?.unwrap_or(Claim::Running))
}

async fn look_up(engine: &Engine, hold: &Hold) -> Result<Option<Claim>, Error> {
    let (node, now) = (engine.node(), engine.now());
    let known = store::idempotency::find(engine.db(), hold.run(), node, now).await?;
    Ok(match known {
        Known::Answered(answer) => Some(Claim::Replay(answer)),
        Known::Mismatch => Some(Claim::Mismatch),
        Known::Running => Some(Claim::Running),
        Known::Free => None,
    })
}

/// Frees the keys of requests that this server was at when it last ended, so that clients of other
/// servers need not wait until the leases end. This server needs none of it: what it does not
/// remember does not run.
pub async fn release_unfinished(engine: &Engine) {
    let node = engine.node();
    let freed = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Error>(store::idempotency::release_unfinished(tx, node).await?)
            })
        })
        .await;
    match freed {
        Ok(0) => {}
        Ok(freed) => tracing::info!(
            freed,
            "keys of requests that the last run did not finish are free again"
        ),
        // Their leases end by themselves.
        Err(error) => tracing::warn!(
            error = crate::error::in_full(&error),
            "keys of requests that the last run did not finish are not freed for other servers"
        ),
    }
}

/// Tells other servers of the requests that still run, until it is cancelled.
pub(crate) async fn run(engine: Engine, stop: CancellationToken) {
    if engine.db().dialect() == store::Dialect::Sqlite {
        // One server alone knows by itself.
        return;
    }
    let mut ticks = interval(EXTEND_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = extend(&engine).await {
            // The lease is longer than several such failures.
            tracing::warn!(
                error = crate::error::in_full(&error),
                "the leases of requests with a key are not extended"
            );
        }
    }
}

/// Extends the leases of the requests that run.
pub async fn extend(engine: &Engine) -> Result<(), Error> {
    let (runs, now) = (engine.runs().running(), engine.now());
    if runs.is_empty() {
        return Ok(());
    }
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::idempotency::extend(tx, &runs, now, LEASE_MS).await?;
                Ok(())
            })
        })
        .await
}

/// Does the work; the changes it commits keep the provisional answer under the key.
pub async fn within<F: Future>(hold: Hold, provisional: StoredAnswer, work: F) -> F::Output {
    HELD.scope(Some(Held { hold, provisional }), work).await
}

/// Does work that is not yet the change that the key stands for: when the change itself fails
/// afterwards, the key must not say that it was made.
pub(crate) async fn aside<F: Future>(work: F) -> F::Output {
    HELD.scope(None, work).await
}

/// The key that the present work is done under.
pub(crate) fn held() -> Option<Held> {
    HELD.try_with(Clone::clone).ok().flatten()
}

/// Notes within the transaction of a change that it was made.
///
/// # Errors
/// `Conflict` when the key is not this request's any more: another one may be making the same
/// change, so this transaction must not.
pub(crate) async fn note(tx: &mut Tx, held: &Held) -> Result<(), Error> {
    if store::idempotency::finish(tx, held.hold.run(), &held.provisional).await? {
        return Ok(());
    }
    Err(Error::Conflict(
        "Another call has taken over the Idempotency-Key of this one.".to_owned(),
    ))
}

/// Keeps the answer that was sent; of a large one only that it was given, and where its object is.
pub async fn finish(engine: &Engine, hold: &Hold, answer: StoredAnswer) -> Result<(), Error> {
    let run = hold.run().clone();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let mut answer = answer;
                answer.body = answer.body.filter(|body| body.len() <= LARGEST_KEPT);
                if !store::idempotency::finish(tx, &run, &answer).await? {
                    store::idempotency::amend(tx, &run, &answer).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await?;
    hold.note_settled();
    Ok(())
}

/// Frees the key of a request that changed nothing. Does not fail: where the database cannot be
/// written now, it is told later, and this server knows at once.
pub async fn release(engine: &Engine, hold: &Hold) {
    match release_run(engine, hold.run().clone()).await {
        Ok(()) => hold.note_settled(),
        // The end of the hold hands it to whoever repeats it until it succeeds.
        Err(error) => tracing::debug!(error = ?error, "a key is freed later"),
    }
}

async fn release_run(engine: &Engine, run: Run) -> Result<(), Error> {
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::idempotency::release(tx, &run).await?;
                Ok(())
            })
        })
        .await
}

/// Tells the database that an attempt has ended that nobody settled, until it is told.
fn forget_later(engine: &Engine, run: Run) {
    give_back::until_done(engine, "a key of a request", move |engine| {
        let run = run.clone();
        async move { release_run(&engine, run).await }
    });
}
