//! Whether the disk had room for the last write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the disk had room for the last write; all clones tell the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    is_full: Arc<AtomicBool>,
}

impl Room {
    /// A write found no room, or one got through.
    pub(super) fn note(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }

    /// The last write found no room.
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }
}
