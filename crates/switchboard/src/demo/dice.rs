//! Chance that repeats itself: the same seed gives the same week, on every machine and with every
//! version of our dependencies, hence not one of the `rand` crate's generators.

/// A generator of the `SplitMix64` family; good enough for stories, useless for secrets.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// From the first to the last number.
    pub(super) fn between(&mut self, first: i64, last: i64) -> i64 {
        let span = usize::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(1);
        first.saturating_add(i64::try_from(self.below(span)).unwrap_or_default())
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of the items; early ones no more often than late ones.
    pub(super) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        let at = self.below(items.len());
        items.get(at).copied().unwrap_or_default()
    }

    /// A place in a list whose early items come up far more often: few write a lot.
    pub(super) fn early(&mut self, len: usize) -> usize {
        self.below(len).min(self.below(len)).min(self.below(len))
    }

    /// The place of an item, chosen by weight.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        for (at, weight) in weights.iter().enumerate() {
            match rest.checked_sub(*weight) {
                Some(left) => rest = left,
                None => return at,
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_gives_the_same_numbers_for_ever() {
        let mut dice = Dice::new(1);
        let drawn: Vec<usize> = (0..5).map(|_| dice.below(1_000)).collect();
        assert_eq!(drawn, [465, 519, 590, 235, 761]);
    }

    #[test]
    fn weights_are_kept() {
        let mut dice = Dice::new(7);
        let mut counts = [0; 3];
        for _ in 0..10_000 {
            counts[dice.weighted(&[70, 0, 30])] += 1;
        }
        assert!(
            counts[0] > 6_500 && counts[1] == 0 && counts[2] > 2_500,
            "{counts:?}"
        );
    }
}
