//! Two calls of which one is sent while the other has done its work and is not committed.

use tokio::task::yield_now;

use crate::Engine;
use crate::hold::Place;

/// Runs two calls of which the second is sent while the first stands between its work and its
/// commit; gives what they answered.
///
/// What the second reads before its own lock is what was there before the first, and what it writes
/// comes after: all that can go wrong between two who write goes wrong here. The first goes on when
/// the second waits for it, or has answered without waiting.
pub async fn one_while_the_other<A, B, T, U>(engine: &Engine, first: A, second: B) -> (T, U)
where
    A: Future<Output = T> + Send + 'static,
    B: Future<Output = U> + Send + 'static,
    T: Send + 'static,
    U: Send + 'static,
{
    let holds = engine.holds();
    let gate = holds.next(Place::Written);
    let mut first = tokio::spawn(first);
    tokio::select! {
        () = gate.reached() => {}
        // It was refused before it wrote anything.
        done = &mut first => {
            holds.forget(Place::Written);
            return (done.unwrap(), second.await);
        }
    }
    let before = holds.begun();
    let second = tokio::spawn(second);
    while !second.is_finished() && !waits(engine, before, gate.connection()).await {
        yield_now().await;
    }
    gate.open();
    (first.await.unwrap(), second.await.unwrap())
}

async fn waits(engine: &Engine, before: usize, connection: Option<i64>) -> bool {
    if engine.holds().begun() == before {
        return false;
    }
    match connection {
        Some(connection) => store::testing::is_waited_for(engine.db(), connection).await,
        // There is one writer, and whoever has begun stands in its queue.
        None => true,
    }
}
