//! Where unpredictable bytes come from: the operating system in the product, a seed in tests.

use std::sync::{Mutex, PoisonError};

use rand::rngs::{StdRng, SysRng};
use rand::{Rng as _, SeedableRng as _, TryRng as _};

/// A source of random bytes.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Overwrites the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(buffer) {
            // A secret made of predictable bytes is worse than no server at all.
            tracing::error!(%error, "the operating system gives no random bytes, stopping");
            std::process::abort();
        }
    }
}

/// The same bytes for the same seed: for tests and reproducible demonstrations, never for secrets.
#[derive(Debug)]
pub struct SeededRandom(Mutex<StdRng>);

impl SeededRandom {
    /// A source that starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_the_system_does_not() {
        let draw = |random: &dyn Random| {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            bytes
        };
        assert_eq!(draw(&SeededRandom::new(7)), draw(&SeededRandom::new(7)));
        assert_ne!(draw(&SeededRandom::new(7)), draw(&SeededRandom::new(8)));
        assert_ne!(draw(&SystemRandom), draw(&SystemRandom));
    }
}
