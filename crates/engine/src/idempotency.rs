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
        Owner { account_id: self.account_id, user_id: self.user_id }
    }
}

/// What a change notes on its key.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    key: Key,
    provisional: StoredAnswer,
}

tokio::task_local! {
    static HELD: Held;
}

/// Takes a key, or tells what is known under it.
pub async fn claim(engine: &Engine, key: &Key) -> Result<Claim, Error> {
    let (key, now) = (key.clone(), engine.now());
    engine
        .db()
        .write(move |tx| {
            Box::pin(async move {
                let claim = store::idempotency::claim(
                    tx,
                    key.owner(),
                    &key.text,
                    &key.fingerprint,
                    now,
                )
                .await?;
                Ok::<_, Error>(claim)
            })
        })
        .await
}

/// Does the work; the changes it commits keep the provisional answer under the key.
pub async fn within<F: Future>(key: Key, provisional: StoredAnswer, work: F) -> F::Output {
    HELD.scope(Held { key, provisional }, work).await
}

/// The key that the present work is done under.
pub(crate) fn held() -> Option<Held> {
    HELD.try_with(Clone::clone).ok()
}

/// Notes within the transaction of a change that it was made.
pub(crate) async fn note(tx: &mut Tx, held: &Held) -> Result<(), Error> {
    let key = &held.key;
    let owner = key.owner();
    store::idempotency::finish(tx, owner, &key.text, &key.fingerprint, &held.provisional).await?;
    Ok(())
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
