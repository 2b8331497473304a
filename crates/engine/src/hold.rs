//! Places at which a test holds a piece of work until something else has happened.
//!
//! In the product a place is nothing: [`Engine::hold`] is empty there.

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
    use std::sync::{Arc, Mutex, PoisonError};

    use tokio::sync::Semaphore;

    use super::Place;
    use crate::Error;

    /// The gates of an engine.
    #[derive(Debug, Default)]
    pub struct Holds(Mutex<HashMap<Place, Arc<Gate>>>);

    /// Holds whoever comes first.
    #[derive(Debug)]
    pub struct Gate {
        reached: Semaphore,
        opened: Semaphore,
        is_failure: bool,
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
            let gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            gates.contains_key(&place)
        }

        fn put(&self, place: Place, is_failure: bool) -> Arc<Gate> {
            let gate = Arc::new(Gate {
                reached: Semaphore::new(0),
                opened: Semaphore::new(0),
                is_failure,
            });
            let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            gates.insert(place, Arc::clone(&gate));
            gate
        }

        pub(super) async fn pass(&self, place: Place) -> Result<(), Error> {
            let gate = {
                let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                gates.remove(&place)
            };
            if let Some(gate) = gate {
                gate.reached.add_permits(1);
                // Never closed, so it can be waited for without end.
                let _ = gate.opened.acquire().await;
                if gate.is_failure {
                    return Err(Error::unavailable("a test wants this to fail"));
                }
            }
            Ok(())
        }
    }

    impl Gate {
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
