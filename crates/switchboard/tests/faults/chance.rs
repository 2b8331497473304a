//! Choices that a seed repeats, and the counts that the environment sets.

use std::hash::{BuildHasher as _, Hasher as _};
use std::ops::Range;
use std::time::Duration;

/// A small generator of even random numbers (the method is called `SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another generator whose numbers have nothing to do with this one's.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.number())
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.number() % (range.end - range.start)
    }

    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.within(0..u64::try_from(len).unwrap())).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    pub(crate) fn percent(&mut self, of_hundred: u64) -> bool {
        self.within(0..100) < of_hundred
    }

    pub(crate) fn ms(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.within(range))
    }
}

/// The seed of this run, printed so that it can be repeated.
pub(crate) fn seed() -> u64 {
    let seed = number("SWITCHBOARD_FAULT_SEED")
        .unwrap_or_else(|| std::hash::RandomState::new().build_hasher().finish());
    println!("SWITCHBOARD_FAULT_SEED={seed}");
    seed
}

/// How often to do something.
pub(crate) fn count(variable: &str, default: u64) -> u64 {
    number(variable).unwrap_or(default)
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is not a number")),
    )
}
