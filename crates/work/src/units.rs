//! Work is counted while it is done.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::room::{Held, Room};
use crate::turns::Place;

/// Units after which others who wait go first. A unit is about a tenth of a microsecond: one
/// column of a page, or a few words of a dictionary.
pub const SLICE: u64 = 100_000;

/// Units after which somebody looks whether anybody still waits for the answer.
const LOOK: u64 = 5_000;

/// Why work ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It is more than one call may take.
    #[error("this is more work than one call may take")]
    TooMuch,
    /// What it makes is larger than one call may make.
    #[error("the answer is larger than one call may make")]
    TooLarge,
    /// Others hold too much memory at the moment.
    #[error("too much memory is in use for answers at the moment")]
    NoRoom,
    /// Nobody waits for it any more.
    #[error("nobody waits for the answer any more")]
    Cancelled,
}

/// What a piece of work counts on.
#[derive(Debug)]
pub struct Work {
    /// Units until the next look.
    until_look: Cell<u64>,
    /// Units that were laid aside for that time.
    laid_aside: Cell<u64>,
    left: Cell<u64>,
    /// Units since others were let in.
    in_slice: Cell<u64>,
    is_unwanted: Arc<AtomicBool>,
    /// Why it ended early, if it did.
    stopped: Cell<Option<Stopped>>,
    room: Room,
    place: Option<Place>,
}

impl Work {
    /// Work of at most so many units, on the thread of the caller.
    pub fn new(most: u64, room: Room) -> Self {
        Self {
            until_look: Cell::new(0),
            laid_aside: Cell::new(0),
            left: Cell::new(most),
            in_slice: Cell::new(0),
            is_unwanted: Arc::default(),
            stopped: Cell::new(None),
            room,
            place: None,
        }
    }

    /// Work without an end, for tests and for what nobody outside can ask for.
    pub fn endless() -> Self {
        Self::new(u64::MAX, Room::endless())
    }

    pub(crate) fn in_place(
        most: u64,
        room: Room,
        is_unwanted: Arc<AtomicBool>,
        place: Place,
    ) -> Self {
        let mut work = Self::new(most, room);
        work.is_unwanted = is_unwanted;
        work.place = Some(place);
        work
    }

    /// Counts units that are about to be done.
    ///
    /// # Errors
    /// [`Stopped::TooMuch`] or [`Stopped::Cancelled`]; the work ends here.
    #[inline]
    pub fn spend(&self, units: u64) -> Result<(), Stopped> {
        match self.until_look.get().checked_sub(units) {
            Some(rest) => {
                self.until_look.set(rest);
                Ok(())
            }
            None => self.look(units).map_err(|stopped| self.note(stopped)),
        }
    }

    /// Keeps why it ends, to be counted at the end.
    fn note(&self, stopped: Stopped) -> Stopped {
        self.stopped.set(Some(stopped));
        stopped
    }

    #[cold]
    fn look(&self, units: u64) -> Result<(), Stopped> {
        if self.is_unwanted.load(Ordering::Relaxed) {
            return Err(Stopped::Cancelled);
        }
        let done = (self.laid_aside.get() - self.until_look.get()).saturating_add(units);
        let left = self.left.get().checked_sub(done).ok_or(Stopped::TooMuch)?;
        self.left.set(left);
        let next = left.min(LOOK);
        self.laid_aside.set(next);
        self.until_look.set(next);
        self.in_slice.set(self.in_slice.get().saturating_add(done));
        if self.in_slice.get() >= SLICE
            && let Some(place) = &self.place
        {
            place.let_others_in(self.in_slice.take())?;
        }
        Ok(())
    }

    /// Takes room for bytes until what is returned is dropped.
    ///
    /// # Errors
    /// [`Stopped::TooLarge`] or [`Stopped::NoRoom`].
    pub fn hold(&self, bytes: usize) -> Result<Held, Stopped> {
        self.room.take(bytes).map_err(|stopped| self.note(stopped))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(place) = &self.place {
            let done = self.laid_aside.get().saturating_sub(self.until_look.get());
            place.charge(self.in_slice.get().saturating_add(done));
            if let Some(stopped) = self.stopped.get() {
                place.cut_short(stopped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_done_than_was_allowed() {
        for step in [1, 7, LOOK - 1, LOOK, 3 * LOOK] {
            let most = 4 * LOOK + 3;
            let work = Work::new(most, Room::endless());
            let mut done = 0;
            while work.spend(step).is_ok() {
                done += step;
            }
            assert!(done <= most && done + step > most, "{step} {done}");
        }
    }

    #[test]
    fn unwanted_work_ends_at_the_next_look() {
        let work = Work::endless();
        work.spend(1).unwrap();
        work.is_unwanted.store(true, Ordering::Relaxed);
        let done = (0..=LOOK).find(|_| work.spend(1) == Err(Stopped::Cancelled));
        assert!(done.is_some());
    }
}
