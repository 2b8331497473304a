//! What was taken is given back, also when the first try meets a full disk.
//!
//! For what is noted in the database and has to be taken out of it when its holder is gone. The
//! first try may fail like any write; it is repeated until it succeeds. Leases and the next start
//! end what this process cannot, because it died.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::error::in_full;
use crate::{Engine, Error};

/// Pause after the first failure, doubled with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Most that is waited with at once. What comes beyond is left to its lease.
const MOST: usize = 10_000;

/// What is still to be given back.
#[derive(Debug, Default)]
pub(crate) struct GiveBacks {
    count: AtomicUsize,
    fewer: Notify,
}

impl GiveBacks {
    fn begin(self: &Arc<Self>) -> Option<Waiting> {
        let before = self.count.fetch_add(1, Ordering::SeqCst);
        let waiting = Waiting(Arc::clone(self));
        (before < MOST).then_some(waiting)
    }
}

/// Counts while it lives.
struct Waiting(Arc<GiveBacks>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::SeqCst);
        self.0.fewer.notify_waiters();
    }
}

/// Does `work` in the background until it succeeds; it has to bear repetition. May be called
/// anywhere, also where a value is dropped.
pub(crate) fn until_done<F, W>(engine: &Engine, what: &'static str, work: F)
where
    F: Fn(Engine) -> W + Send + Sync + 'static,
    W: Future<Output = Result<(), Error>> + Send + 'static,
{
    let (Ok(runtime), Some(waiting)) = (
        tokio::runtime::Handle::try_current(),
        engine.give_backs().begin(),
    ) else {
        tracing::warn!(what, "not given back: its lease ends it");
        return;
    };
    let engine = engine.clone();
    runtime.spawn(async move {
        let mut pause = FIRST_PAUSE;
        let mut is_told = false;
        while let Err(error) = work(engine.clone()).await {
            if !may_pass(&error) {
                tracing::error!(what, error = in_full(&error), "not given back");
                break;
            }
            if !is_told {
                tracing::warn!(
                    what,
                    error = in_full(&error),
                    "giving back failed and is repeated until it succeeds"
                );
                is_told = true;
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
        drop(waiting);
    });
}

/// Another try may succeed.
pub(crate) const fn may_pass(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Internal(_))
}

/// Returns when nothing is to be given back any more.
#[cfg(any(test, feature = "testing"))]
pub async fn all_done(engine: &Engine) {
    loop {
        let fewer = engine.give_backs().fewer.notified();
        tokio::pin!(fewer);
        fewer.as_mut().enable();
        if engine.give_backs().count.load(Ordering::SeqCst) == 0 {
            return;
        }
        fewer.await;
    }
}
