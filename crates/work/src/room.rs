//! Bytes that are held, over everything that goes on at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Stopped;

/// A number of bytes that all together may hold. Clones count together.
#[derive(Debug, Clone)]
pub struct Room {
    most: usize,
    held: Arc<AtomicUsize>,
}

impl Room {
    /// Room for so many bytes.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            held: Arc::default(),
        }
    }

    /// Room without an end, for work that nobody outside can ask for.
    pub fn endless() -> Self {
        Self::new(usize::MAX)
    }

    /// Takes bytes until what is returned is dropped.
    ///
    /// # Errors
    /// [`Stopped::TooLarge`] for more than there ever is for one; [`Stopped::NoRoom`] when others
    /// hold too much at the moment.
    pub fn take(&self, bytes: usize) -> Result<Held, Stopped> {
        let mut held = Held {
            room: self.clone(),
            bytes: 0,
        };
        held.more(bytes)?;
        Ok(held)
    }

    /// Counts bytes that are held anyway, until what is returned is dropped.
    pub fn count(&self, bytes: usize) -> Held {
        self.held.fetch_add(bytes, Ordering::Relaxed);
        Held {
            room: self.clone(),
            bytes,
        }
    }

    /// Bytes that are held.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }
}

/// Bytes that somebody holds; given back when dropped.
#[derive(Debug)]
pub struct Held {
    room: Room,
    bytes: usize,
}

impl Held {
    /// Takes more.
    ///
    /// # Errors
    /// As [`Room::take`].
    pub fn more(&mut self, bytes: usize) -> Result<(), Stopped> {
        // One alone gets a quarter: a few large answers must not shut all others out.
        if self.bytes.saturating_add(bytes) > self.room.most / 4 {
            return Err(Stopped::TooLarge);
        }
        let taken = self
            .room
            .held
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |held| {
                held.checked_add(bytes)
                    .filter(|held| *held <= self.room.most)
            });
        taken.map_err(|_| Stopped::NoRoom)?;
        self.bytes += bytes;
        Ok(())
    }

    /// Takes as many more as there have to be to hold this many.
    ///
    /// # Errors
    /// As [`Room::take`].
    pub fn at_least(&mut self, bytes: usize) -> Result<(), Stopped> {
        self.more(bytes.saturating_sub(self.bytes))
    }

    /// Bytes that are held.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_counted_over_all_and_given_back() {
        let room = Room::new(100);
        let mut first = room.take(20).unwrap();
        assert!(matches!(first.more(6), Err(Stopped::TooLarge)));
        first.more(5).unwrap();
        let others: Vec<Held> = (0..3).map(|_| room.take(25).unwrap()).collect();
        assert!(matches!(room.take(1), Err(Stopped::NoRoom)));
        assert_eq!(room.held(), 100);
        drop(first);
        room.take(25).unwrap();
        drop(others);
        assert_eq!(room.held(), 0);
    }
}
