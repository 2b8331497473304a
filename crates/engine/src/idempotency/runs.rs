//! What this server is at: the keys of the requests that run here, in memory only.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::idempotency::{Owner, Run};

use crate::Engine;

/// The requests that run, by their keys.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    running: Mutex<HashMap<(Owner, String), Place>>,
}

#[derive(Debug)]
struct Place {
    id: i64,
    fingerprint: Vec<u8>,
}

impl Runs {
    fn places(&self) -> MutexGuard<'_, HashMap<(Owner, String), Place>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the place of a key; the fingerprint of the request that has it, if one has.
    pub(super) fn take(&self, engine: &Engine, run: Run) -> Result<Hold, Vec<u8>> {
        match self.places().entry((run.owner, run.key.clone())) {
            Entry::Occupied(place) => Err(place.get().fingerprint.clone()),
            Entry::Vacant(place) => {
                place.insert(Place {
                    id: run.id,
                    fingerprint: run.fingerprint.clone(),
                });
                Ok(Hold(Arc::new(Inner {
                    engine: engine.clone(),
                    run,
                    state: AtomicU8::new(UNWRITTEN),
                })))
            }
        }
    }

    /// The numbers of all attempts that run.
    pub(super) fn running(&self) -> Vec<i64> {
        self.places().values().map(|place| place.id).collect()
    }
}

/// The database knows nothing of the attempt.
const UNWRITTEN: u8 = 0;
/// It may say that the attempt runs.
const WRITTEN: u8 = 1;
/// It says what became of the attempt.
const SETTLED: u8 = 2;

/// Possession of a key. Whoever works for the request has a copy, the transaction of its change
/// too; when the last is gone, by whatever way, nobody works on it any more and the key is free.
#[derive(Debug, Clone)]
pub struct Hold(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    engine: Engine,
    run: Run,
    state: AtomicU8,
}

impl Hold {
    pub(super) fn run(&self) -> &Run {
        &self.0.run
    }

    /// From now on the database may say that the attempt runs.
    pub(super) fn note_writing(&self) {
        self.0.state.store(WRITTEN, Ordering::SeqCst);
    }

    /// The database says what became of the attempt.
    pub(super) fn note_settled(&self) {
        self.0.state.store(SETTLED, Ordering::SeqCst);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let place = (self.run.owner, self.run.key.clone());
        self.engine.runs().places().remove(&place);
        if self.state.load(Ordering::SeqCst) == WRITTEN {
            super::forget_later(&self.engine, self.run.clone());
        }
    }
}
