//! Places at which a test holds a piece of work until something else has happened.
//!
//! In the product a place is nothing: [`Engine::hold`] is empty there.

use store::Tx;

use crate::{Engine, Error};

/// Where work can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Handing over: the change before is this node's, too, and is waited for.
    HandOverAwaited,
    /// Following: a page of the log and its mentions are read, and not applied yet.
    LogRead,
    /// Rebuilding: every mention is read, and the new index is not in place yet.
    RebuildRead,
    /// Rebuilding: the new index is in place, and not caught up yet.
    RebuildPlaced,
    /// Rebuilding: the words of every mention are read, and not found yet.
    WordsRead,
    /// Adding: the mentions are ready, with the numbers of their tags, and not written yet.
    Prepared,
    /// Running a job: it is taken, and not begun yet.
    JobTaken,
    /// Making a report: a page of messages is read, and not handed to the writer yet.
    ReportRead,
    /// Writing: a transaction of an account has done its work, and is not committed yet.
    Written,
}

impl Engine {
    /// Waits here for as long as a test wants, and fails when a test wants that.
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(clippy::unused_async, reason = "there are no tests in the product")
    )]
    pub(crate) async fn hold(&self, place: Place) -> Result<(), Error> {
        #[cfg(any(test, feature = "testing"))]
        return self.parts.holds.pass(place).await;
        #[cfg(not(any(test, feature = "testing")))]
        {
            let _ = place;
            Ok(())
        }
    }

    /// A transaction of an account is about to begin: what is read before it, has been read.
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(clippy::unused_self, reason = "there are no tests in the product")
    )]
    pub(crate) fn begins(&self) {
        #[cfg(any(test, feature = "testing"))]
        self.parts.holds.count();
    }

    /// Waits at [`Place::Written`] within the transaction, for as long as a test wants.
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(clippy::unused_async, reason = "there are no tests in the product")
    )]
    pub(crate) async fn hold_written(&self, tx: &mut Tx) {
        #[cfg(any(test, feature = "testing"))]
        self.parts.holds.pass_written(tx).await;
        #[cfg(not(any(test, feature = "testing")))]
        let _ = tx;
    }

    /// The places that are held.
    #[cfg(any(test, feature = "testing"))]
    pub fn holds(&self) -> &testing::Holds {
        &self.parts.holds
    }
}

/// What tests hold with.
#[cfg(any(test, feature = "testing"))]
pub mod testing {
    use std::collections::HashMap;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex, OnceLock, PoisonError};

    use store::Tx;
    use tokio::sync::Semaphore;

    use super::Place;
    use crate::Error;

    /// The gates of an engine.
    #[derive(Debug, Default)]
    pub struct Holds {
        gates: Mutex<HashMap<Place, Arc<Gate>>>,
        begun: AtomicUsize,
    }

    /// Holds whoever comes first.
    #[derive(Debug)]
    pub struct Gate {
        reached: Semaphore,
        opened: Semaphore,
        is_failure: bool,
        connection: OnceLock<Option<i64>>,
    }

    impl Holds {
        /// Holds the next one who comes to a place, and nobody after that.
        pub fn next(&self, place: Place) -> Arc<Gate> {
            self.put(place, false)
        }

        /// Lets the next one who comes to a place fail there.
        pub fn fail_next(&self, place: Place) -> Arc<Gate> {
            let gate = self.put(place, true);
            gate.open();
            gate
        }

        /// Whether somebody is still to come to a place where it is held or fails.
        pub fn is_set(&self, place: Place) -> bool {
            let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
            gates.contains_key(&place)
        }

        fn put(&self, place: Place, is_failure: bool) -> Arc<Gate> {
            let gate = Arc::new(Gate {
                reached: Semaphore::new(0),
                opened: Semaphore::new(0),
                is_failure,
                connection: OnceLock::new(),
            });
            let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
            gates.insert(place, Arc::clone(&gate));
            gate
        }

        /// Holds nobody at a place.
        pub fn forget(&self, place: Place) {
            self.take(place);
        }

        /// Transactions of accounts that were begun.
        pub fn begun(&self) -> usize {
            self.begun.load(Ordering::SeqCst)
        }

        pub(super) fn count(&self) {
            self.begun.fetch_add(1, Ordering::SeqCst);
        }

        pub(super) async fn pass(&self, place: Place) -> Result<(), Error> {
            if let Some(gate) = self.take(place) {
                gate.pass().await;
                if gate.is_failure {
                    return Err(Error::unavailable("a test wants this to fail"));
                }
            }
            Ok(())
        }

        pub(super) async fn pass_written(&self, tx: &mut Tx) {
            if let Some(gate) = self.take(Place::Written) {
                let _ = gate.connection.set(store::testing::connection(tx).await);
                gate.pass().await;
            }
        }

        fn take(&self, place: Place) -> Option<Arc<Gate>> {
            let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
            gates.remove(&place)
        }
    }

    impl Gate {
        async fn pass(&self) {
            self.reached.add_permits(1);
            // Never closed, so it can be waited for without end.
            let _ = self.opened.acquire().await;
        }

        /// The connection of the transaction that is held at [`Place::Written`], where others may
        /// wait for it.
        pub fn connection(&self) -> Option<i64> {
            self.connection.get().copied().flatten()
        }

        /// Returns when somebody is held.
        pub async fn reached(&self) {
            let _ = self.reached.acquire().await;
        }

        /// Lets go.
        pub fn open(&self) {
            self.opened.add_permits(1);
        }
    }
}
