//! Changes that a client sends twice and that must happen once.
//!
//! The client names a change with a key. The key is taken first, so a second request that comes
//! meanwhile is told to wait. The change itself keeps a provisional answer under the key, in its
//! own transaction: from then on no repetition can make the change again, whatever becomes of the
//! server. The answer that was really sent replaces the provisional one.

use domain::ids::{AccountId, UserId};
use store::Tx;
use store::idempotency::Owner;

pub use store::idempotency::{Answer as StoredAnswer, Claim};

use crate::{Engine, Error};

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

impl Key {
    const fn owner(&self) -> Owner {
        Owner {
            account_id: self.account_id,
            user_id: self.user_id,
        }
    }
}

/// What a change notes on its key.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    key: Key,
    provisional: StoredAnswer,
}

tokio::task_local! {
    static HELD: Option<Held>;
}

/// Takes a key, or tells what is known under it.
pub async fn claim(engine: &Engine, key: &Key) -> Result<Claim, Error> {
    let (key, node, now) = (key.clone(), engine.node(), engine.now());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let claim = store::idempotency::claim(
                    tx,
                    key.owner(),
                    &key.text,
                    &key.fingerprint,
                    node,
                    now,
                )
                .await?;
                Ok::<_, Error>(claim)
            })
        })
        .await
}

/// Frees the keys of requests that this server was at when it last ended, so that their clients
/// need not wait until the keys expire. Called before the first request is taken.
pub async fn release_unfinished(engine: &Engine) -> Result<(), Error> {
    let node = engine.node();
    let freed = engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                Ok::<_, Error>(store::idempotency::release_unfinished(tx, node).await?)
            })
        })
        .await?;
    if freed > 0 {
        tracing::info!(
            freed,
            "keys of requests that the last run did not finish are free again"
        );
    }
    Ok(())
}

/// Does the work; the changes it commits keep the provisional answer under the key.
pub async fn within<F: Future>(key: Key, provisional: StoredAnswer, work: F) -> F::Output {
    HELD.scope(Some(Held { key, provisional }), work).await
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
/// `Unavailable` when the key is not this request's any more: another one may be making the same
/// change, so this transaction must not.
pub(crate) async fn note(tx: &mut Tx, held: &Held) -> Result<(), Error> {
    let key = &held.key;
    let owner = key.owner();
    if store::idempotency::finish(tx, owner, &key.text, &key.fingerprint, &held.provisional).await?
    {
        return Ok(());
    }
    Err(Error::unavailable(
        "another call has taken over the Idempotency-Key of this one",
    ))
}

/// Keeps the answer that was sent.
pub async fn finish(engine: &Engine, key: &Key, answer: StoredAnswer) -> Result<(), Error> {
    let key = key.clone();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let (owner, text) = (key.owner(), key.text.as_str());
                let fingerprint = key.fingerprint.as_slice();
                if !store::idempotency::finish(tx, owner, text, fingerprint, &answer).await? {
                    store::idempotency::amend(tx, owner, text, fingerprint, &answer).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
}

/// Frees the key of a request that changed nothing.
pub async fn release(engine: &Engine, key: &Key) -> Result<(), Error> {
    let key = key.clone();
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                store::idempotency::release(tx, key.owner(), &key.text).await?;
                Ok::<_, Error>(())
            })
        })
        .await
}
