//! Bytes of answers in the making: counted over all requests, until each answer is on its way.

use std::sync::{Arc, Mutex, PoisonError};

use domain::limits;
pub use work::Caller;
use work::Held;

use crate::{Engine, Error};

tokio::task_local! {
    static MAKING: Making;
}

/// What an answer that is being made holds. Given back when the last clone is dropped.
#[derive(Debug, Clone, Default)]
pub struct Making(Arc<Mutex<Vec<Held>>>);

impl Making {
    /// Answers a call; what it takes room for is held by this.
    pub async fn during<T>(&self, call: impl Future<Output = T>) -> T {
        MAKING.scope(self.clone(), call).await
    }

    /// The finished answer has so many bytes. It is made, so it is counted whatever others hold:
    /// those that come next wait for it to go.
    pub fn finished(&self, engine: &Engine, bytes: usize) {
        let answer = engine.pool().room().count(bytes);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.clear();
        all.push(answer);
    }
}

/// Takes room for a part of the answer.
///
/// # Errors
/// `Invalid` at `field` when it is more than one answer may have, `Unavailable` when all others
/// take too much at the moment.
pub(crate) fn hold(engine: &Engine, field: &str, bytes: usize) -> Result<(), Error> {
    let held = engine
        .pool()
        .room()
        .take(bytes)
        .map_err(|stopped| Error::stopped(field, stopped))?;
    // Without an answer in the making somebody inside asks, who has no need of room afterwards.
    let _ = MAKING.try_with(|making| {
        let mut all = making.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(held);
    });
    Ok(())
}

/// Answers of at least so many bytes are made apart from the threads that serve requests.
const AT_ONCE: usize = 64 << 10;

/// Bytes that are written in a unit of work.
const A_UNIT: usize = 16;

/// Makes something of so many bytes for whoever only reads. What is large takes its turn on a thread
/// of its own, so that others are answered meanwhile, and its bytes are taken from the room of
/// answers.
///
/// # Errors
/// `Invalid` at `limit` when it is more than one answer may have, `Unavailable` when too much is
/// made at the moment.
pub async fn apart<T: Send + 'static>(
    engine: &Engine,
    caller: Caller,
    bytes: usize,
    make: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    if bytes < AT_ONCE {
        return Ok(make());
    }
    // What has no end of its own is refused when it is written.
    hold(engine, FIELD, bytes.min(limits::ANSWER_BYTES))?;
    let (turns, room) = (engine.pool().writing(), engine.pool().room());
    let units = u64::try_from(bytes / A_UNIT).unwrap_or(u64::MAX);
    let made = turns.run(caller, u64::MAX, room, move |work| {
        // Paid before, so that whoever made less until now goes first.
        work.spend(units)?;
        Ok(make())
    });
    made.await?
        .map_err(|stopped| Error::stopped(FIELD, stopped))
}

/// The same for the answer to a change. It was made, so the answer waits for no turn and is never
/// refused.
///
/// # Errors
/// `Internal` when it did not end in order.
pub async fn apart_surely<T: Send + 'static>(
    bytes: usize,
    make: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    if bytes < AT_ONCE {
        return Ok(make());
    }
    tokio::task::spawn_blocking(make)
        .await
        .map_err(|failure| Error::internal(format!("an answer was not written: {failure}")))
}

/// Refuses an answer that is larger than any may be.
///
/// # Errors
/// `Invalid` at `limit`.
pub fn check(bytes: usize) -> Result<(), Error> {
    if bytes <= limits::ANSWER_BYTES {
        return Ok(());
    }
    Err(Error::invalid(
        FIELD,
        format!(
            "the answer would have more than {} bytes; ask for less",
            limits::ANSWER_BYTES
        ),
    ))
}

/// What is said to ask for too much, where nothing else is known of a call: the size of its page.
const FIELD: &str = "limit";

#[cfg(test)]
mod tests {
    use std::thread;

    use domain::ids::AccountId;
    use store::both_engines;

    use super::*;
    use crate::pipeline::tests::world::world;

    both_engines! {
        async fn what_is_large_is_made_on_another_thread_and_takes_room(db: &Db) {
            let world = world(db).await;
            let engine = world.engine();
            let caller = Caller::system(AccountId(1));
            let here = thread::current().id();
            let small = apart(engine, caller, AT_ONCE - 1, || thread::current().id()).await.unwrap();
            assert_eq!(small, here);
            let held = engine.clone();
            let making = Making::default();
            let large = making.during(apart(engine, caller, AT_ONCE, move || {
                (thread::current().id(), held.pool().room().held())
            }));
            let (there, bytes) = large.await.unwrap();
            assert_ne!(there, here);
            assert_eq!(bytes, AT_ONCE);
            assert_eq!(engine.pool().room().held(), AT_ONCE, "until the answer is on its way");
            drop(making);
            assert_eq!(engine.pool().room().held(), 0);
        }
    }

    #[test]
    fn an_answer_has_an_end_and_says_where_to_ask_for_less() {
        check(limits::ANSWER_BYTES).unwrap();
        let refused = check(limits::ANSWER_BYTES + 1).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "limit: the answer would have more than 67108864 bytes; ask for less"
        );
    }
}
