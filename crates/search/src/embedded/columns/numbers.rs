//! One column of a page whose values are numbers or nothing.

use std::ops::Bound;

use super::ints::Ints;
use super::mask::{Mask, WORDS};
use super::{PAGE, index};

/// The column: the numbers of the rows that have one, one after another, as what they are above
/// a base. Most pages hold numbers that lie close together: moments of a few days, followers,
/// durations.
#[derive(Debug, Clone)]
pub(in crate::embedded) struct Numbers {
    present: Mask,
    /// For each word of the mask: how many rows before it have a number.
    before: [u16; WORDS],
    base: i64,
    above: Ints,
    /// None is further above the base than this.
    most: u64,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            present: Mask::NONE,
            before: [0; WORDS],
            base: 0,
            above: Ints::default(),
            most: 0,
        }
    }
}

/// Rows in the order of their numbers are turned back into places within the page.
fn count(bits: u64) -> u16 {
    u16::try_from(bits.count_ones()).unwrap_or_default()
}

impl Numbers {
    /// A column as it was written; `None` when its parts do not fit together.
    pub(in crate::embedded) fn new(present: Mask, base: i64, above: Ints) -> Option<Self> {
        let mut most = 0;
        above.each(|_, above| most = most.max(above));
        let mut numbers = Self {
            present,
            before: [0; WORDS],
            base,
            above,
            most,
        };
        numbers.recount();
        let is_whole = usize::try_from(present.count()).ok()? == numbers.above.len();
        is_whole.then_some(numbers)
    }

    /// The rows that have a number, the base, and what they are above it.
    pub(in crate::embedded) fn parts(&self) -> (&Mask, i64, &Ints) {
        (&self.present, self.base, &self.above)
    }

    /// The rows that have a number.
    pub(in crate::embedded) const fn present(&self) -> &Mask {
        &self.present
    }

    pub(in crate::embedded) fn is_empty(&self) -> bool {
        self.above.len() == 0
    }

    fn recount(&mut self) {
        let mut sum = 0;
        for (before, word) in self.before.iter_mut().zip(&self.present.0) {
            *before = sum;
            sum += count(*word);
        }
    }

    /// How many rows before this one have a number.
    #[inline]
    fn rank(&self, row: usize) -> usize {
        let word = self.present.0.get(row / 64).copied().unwrap_or(0);
        let before = self.before.get(row / 64).copied().unwrap_or(0);
        usize::from(before + count(word & ((1 << (row % 64)) - 1)))
    }

    #[inline]
    pub(in crate::embedded) fn get(&self, row: usize) -> Option<i64> {
        self.present
            .get(row)
            .then(|| self.value(self.above.get(self.rank(row))))
    }

    #[inline]
    const fn value(&self, above: u64) -> i64 {
        self.base.wrapping_add(above.cast_signed())
    }

    pub(in crate::embedded) fn set(&mut self, row: usize, value: Option<i64>) {
        if row >= PAGE {
            return;
        }
        let (rank, was_present) = (self.rank(row), self.present.get(row));
        let Some(value) = value else {
            if was_present {
                self.above.remove(rank);
                self.present.set(row, false);
                self.recount();
            }
            return;
        };
        if self.is_empty() {
            (self.base, self.most) = (value, 0);
            self.above = Ints::default();
        }
        if value < self.base {
            self.lower_base(value);
        }
        // The true difference, since the value is not below the base.
        let above = value.wrapping_sub(self.base).cast_unsigned();
        self.most = self.most.max(above);
        if was_present {
            self.above.set(rank, above);
        } else {
            self.above.insert(rank, above);
            self.present.set(row, true);
            self.recount();
        }
    }

    /// Makes room below, as much as costs nothing, for a column may go down row by row.
    fn lower_base(&mut self, value: i64) {
        let raised = self.base.wrapping_sub(value).cast_unsigned();
        // No two numbers are further apart than 64 bits can tell.
        let most = self.most.saturating_add(raised);
        let reach = [0xff, 0xffff, 0xff_ffff, 0xffff_ffff]
            .into_iter()
            .find(|reach| most <= *reach)
            .unwrap_or(most);
        let spare = i64::try_from(reach - most).unwrap_or(0);
        let base = value.saturating_sub(spare);
        let mut most = 0;
        let above = self.shifted(base, &mut most);
        let reach = most.max(value.wrapping_sub(base).cast_unsigned());
        (self.base, self.most, self.above) = (base, most, Ints::of(reach, above.into_iter()));
    }

    /// All numbers above another base, and the greatest.
    fn shifted(&self, base: i64, most: &mut u64) -> Vec<u64> {
        let mut shifted = Vec::with_capacity(self.above.len());
        self.above.each(|_, above| {
            let above = self.value(above).wrapping_sub(base).cast_unsigned();
            *most = above.max(*most);
            shifted.push(above);
        });
        shifted
    }

    /// Makes the column as small as it can be.
    pub(in crate::embedded) fn pack(&mut self) {
        let mut least = u64::MAX;
        self.above.each(|_, above| least = least.min(above));
        if self.is_empty() {
            return;
        }
        let base = self.value(least);
        let mut most = 0;
        let above = self.shifted(base, &mut most);
        (self.base, self.most, self.above) = (base, most, Ints::of(most, above.into_iter()));
    }

    /// No number is smaller than the first nor greater than the second.
    pub(in crate::embedded) fn bounds(&self) -> Option<(i64, i64)> {
        (!self.is_empty()).then(|| (self.base, self.value(self.most)))
    }

    /// Whether the rows with a number are the first ones, so that each stands at its own place.
    fn is_dense(&self) -> bool {
        self.present == Mask::range(0, self.above.len())
    }

    /// The rows, among those of `within`, whose number lies in the range.
    pub(in crate::embedded) fn select(
        &self,
        low: Bound<i64>,
        high: Bound<i64>,
        within: &Mask,
    ) -> Mask {
        let (Some((low, high)), Some((least, greatest))) = (inclusive(low, high), self.bounds())
        else {
            return Mask::NONE;
        };
        if low > greatest || high < least {
            return Mask::NONE;
        }
        let mut rows = *within;
        rows.and(&self.present);
        if low <= least && greatest <= high {
            return rows;
        }
        let above = |bound: i64| bound.wrapping_sub(self.base).cast_unsigned();
        let found = self
            .above
            .between(above(low.max(least)), above(high.min(greatest)));
        if self.is_dense() {
            rows.and(&Mask(found));
            return rows;
        }
        let ranked = Mask(found);
        rows.keep(|row| ranked.get(self.rank(row)));
        rows
    }

    /// The numbers of all rows that have one; the other places keep what they hold.
    pub(in crate::embedded) fn read(&self, out: &mut [i64; PAGE]) {
        if self.is_dense() {
            self.above.add_to(self.base, out);
            return;
        }
        let (mut place, mut rest) = (0, self.present.0.first().copied().unwrap_or(0));
        self.above.each(|_, above| {
            while rest == 0 && place + 1 < WORDS {
                place += 1;
                rest = self.present.0.get(place).copied().unwrap_or(0);
            }
            if let Some(out) = out.get_mut(place * 64 + index(rest.trailing_zeros())) {
                *out = self.value(above);
            }
            rest &= rest.wrapping_sub(1);
        });
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        self.above.bytes()
    }
}

pub(super) fn inclusive(low: Bound<i64>, high: Bound<i64>) -> Option<(i64, i64)> {
    let low = match low {
        Bound::Unbounded => i64::MIN,
        Bound::Included(low) => low,
        Bound::Excluded(low) => low.checked_add(1)?,
    };
    let high = match high {
        Bound::Unbounded => i64::MAX,
        Bound::Included(high) => high,
        Bound::Excluded(high) => high.checked_sub(1)?,
    };
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use std::ops::RangeBounds;

    use proptest::prelude::*;

    use super::*;

    fn any_number() -> impl Strategy<Value = i64> {
        prop_oneof![
            0_i64..100,
            1_700_000_000_000_i64..1_700_000_100_000,
            Just(i64::MIN),
            Just(i64::MAX),
            Just(50 - (1 << 31)),
            any::<i64>(),
        ]
    }

    fn any_bound() -> impl Strategy<Value = Bound<i64>> {
        prop_oneof![
            Just(Bound::Unbounded),
            any_number().prop_map(Bound::Included),
            any_number().prop_map(Bound::Excluded),
        ]
    }

    fn check(column: &Numbers, plain: &[Option<i64>], low: Bound<i64>, high: Bound<i64>) {
        let found = column.select(low, high, &Mask::ALL);
        let mut read = [77; PAGE];
        column.read(&mut read);
        let (mask, base, above) = column.parts();
        let again = Numbers::new(*mask, base, above.clone()).unwrap();
        for (row, value) in plain.iter().enumerate() {
            assert_eq!(column.get(row), *value);
            assert_eq!(again.get(row), *value);
            assert_eq!(column.present().get(row), value.is_some());
            assert_eq!(read[row], value.unwrap_or(77));
            let expected = value.is_some_and(|value| (low, high).contains(&value));
            assert_eq!(found.get(row), expected, "row {row}");
            if let Some(value) = value {
                let (least, greatest) = column.bounds().unwrap();
                assert!((least..=greatest).contains(value));
            }
        }
    }

    proptest! {
        #[test]
        fn ranges_find_the_rows_whose_number_lies_within(
            rows in prop::collection::vec((0_usize..PAGE, prop::option::of(any_number())), 0..60),
            filled in prop::option::of(any_number()),
            later in prop::collection::vec((0_usize..PAGE, prop::option::of(any_number())), 0..6),
            low in any_bound(),
            high in any_bound(),
        ) {
            let mut column = Numbers::default();
            let mut plain = vec![None; PAGE];
            if let Some(value) = filled {
                for (row, plain) in plain.iter_mut().enumerate() {
                    let value = value.saturating_sub(i64::try_from(row).unwrap());
                    column.set(row, Some(value));
                    *plain = Some(value);
                }
            }
            for (row, value) in rows {
                column.set(row, value);
                plain[row] = value;
            }
            check(&column, &plain, low, high);
            column.pack();
            check(&column, &plain, low, high);
            for (row, value) in later {
                column.set(row, value);
                plain[row] = value;
            }
            check(&column, &plain, low, high);
        }
    }
}
