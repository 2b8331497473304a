//! One column of a page whose values are numbers or nothing.

use std::ops::Bound;

use super::PAGE;
use super::cells::{put, test};
use super::mask::Mask;

/// The column. Most pages hold numbers that lie within 32 bits of one another: moments of a few
/// weeks, followers, durations.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) enum Numbers {
    /// No row has a number.
    #[default]
    Empty,
    /// `base` plus a difference.
    Near {
        present: Box<Mask>,
        base: i64,
        above: Vec<u32>,
    },
    /// Whatever there is.
    Far {
        present: Box<Mask>,
        values: Vec<i64>,
    },
}

impl Numbers {
    pub(in crate::embedded) fn get(&self, row: usize) -> Option<i64> {
        match self {
            Self::Empty => None,
            Self::Near {
                present,
                base,
                above,
            } => present
                .get(row)
                .then(|| base.wrapping_add(i64::from(above.get(row).copied().unwrap_or(0)))),
            Self::Far { present, values } => present
                .get(row)
                .then(|| values.get(row).copied().unwrap_or(0)),
        }
    }

    pub(in crate::embedded) fn set(&mut self, row: usize, value: Option<i64>) {
        match (&mut *self, value) {
            (Self::Empty, None) => {}
            (Self::Empty, Some(value)) => {
                // Half of the reach on either side: neighbours may be smaller, too.
                let base = value.saturating_sub(1 << 31);
                *self = Self::Near {
                    present: Box::new(Mask::NONE),
                    base,
                    above: Vec::new(),
                };
                self.set(row, Some(value));
            }
            (Self::Near { present, .. } | Self::Far { present, .. }, None) => {
                present.set(row, false);
            }
            (
                Self::Near {
                    present,
                    base,
                    above,
                },
                Some(value),
            ) => {
                let difference = value
                    .checked_sub(*base)
                    .and_then(|above| u32::try_from(above).ok());
                if let Some(difference) = difference {
                    present.set(row, true);
                    put(above, row, difference);
                } else {
                    // All rows, because a difference of 0 beyond the end was not stored.
                    let mut values = vec![*base; PAGE];
                    for (value, above) in values.iter_mut().zip(above.iter()) {
                        *value = base.wrapping_add(i64::from(*above));
                    }
                    *self = Self::Far {
                        present: present.clone(),
                        values,
                    };
                    self.set(row, Some(value));
                }
            }
            (Self::Far { present, values }, Some(value)) => {
                present.set(row, true);
                put(values, row, value);
            }
        }
    }

    /// The rows, among those of `within`, whose number lies in the range.
    pub(in crate::embedded) fn select(
        &self,
        low: Bound<i64>,
        high: Bound<i64>,
        within: &Mask,
    ) -> Mask {
        let Some((low, high)) = inclusive(low, high) else {
            return Mask::NONE;
        };
        match self {
            Self::Empty => Mask::NONE,
            Self::Near {
                present,
                base,
                above,
            } => {
                // Widened to 128 bits: the ends may lie anywhere.
                let low = i128::from(low) - i128::from(*base);
                let high = i128::from(high) - i128::from(*base);
                let Ok(high) = u32::try_from(high.min(i128::from(u32::MAX))) else {
                    return Mask::NONE;
                };
                let Ok(low) = u32::try_from(low.max(0)) else {
                    return Mask::NONE;
                };
                select(above, present, within, |above| {
                    low <= above && above <= high
                })
            }
            Self::Far { present, values } => select(values, present, within, |value| {
                low <= value && value <= high
            }),
        }
    }

    /// The rows that have a number.
    pub(in crate::embedded) fn present(&self) -> Mask {
        match self {
            Self::Empty => Mask::NONE,
            Self::Near { present, .. } | Self::Far { present, .. } => **present,
        }
    }

    pub(in crate::embedded) fn bytes(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Near { above, .. } => above.capacity() * 4 + size_of::<Mask>(),
            Self::Far { values, .. } => values.capacity() * 8 + size_of::<Mask>(),
        }
    }
}

/// The rows beyond the end of the vector hold the default, since it grows only for other values.
fn select<T: Copy + Default>(
    column: &[T],
    present: &Mask,
    within: &Mask,
    is_wanted: impl Fn(T) -> bool,
) -> Mask {
    let mut rows = *present;
    rows.and(within);
    let mut found = test(column, &rows, |value| is_wanted(*value));
    if is_wanted(T::default()) {
        let mut beyond = Mask::range(column.len(), PAGE);
        beyond.and(&rows);
        found.or(&beyond);
    }
    found
}

fn inclusive(low: Bound<i64>, high: Bound<i64>) -> Option<(i64, i64)> {
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

    proptest! {
        #[test]
        fn ranges_find_the_rows_whose_number_lies_within(
            rows in prop::collection::vec((0_usize..PAGE, prop::option::of(any_number())), 0..60),
            low in any_bound(),
            high in any_bound(),
        ) {
            let mut column = Numbers::default();
            let mut plain = vec![None; PAGE];
            for (row, value) in rows {
                column.set(row, value);
                plain[row] = value;
            }
            let found = column.select(low, high, &Mask::ALL);
            for (row, value) in plain.iter().enumerate() {
                prop_assert_eq!(column.get(row), *value);
                prop_assert_eq!(column.present().get(row), value.is_some());
                let expected = value.is_some_and(|value| (low, high).contains(&value));
                prop_assert_eq!(found.get(row), expected, "row {}", row);
            }
        }
    }
}
