//! Late rows in the order of their keys.
//!
//! History that is fetched for a new profile makes as many of them as it has mentions, so they lie
//! in pieces: taking one in moves a piece, not all of them.

use std::sync::Arc;

use super::rows::Key;

/// Most rows of a piece.
const PIECE: usize = 512;

/// The rows. A copy shares all pieces with the original.
#[derive(Debug, Clone, Default)]
pub(in crate::embedded) struct Late {
    /// None is empty, and all together are ascending.
    pieces: Vec<Arc<Vec<(Key, u32)>>>,
}

impl Late {
    pub(super) fn of(mut rows: Vec<(Key, u32)>) -> Self {
        rows.sort_unstable();
        Self {
            pieces: rows
                .chunks(PIECE / 2)
                .map(|piece| Arc::new(piece.to_vec()))
                .collect(),
        }
    }

    pub(super) fn insert(&mut self, key: Key, row: u32) {
        // The first piece that ends behind the key, or the last one.
        let place = self
            .pieces
            .partition_point(|piece| piece.last().is_some_and(|(last, _)| *last < key))
            .min(self.pieces.len().saturating_sub(1));
        let Some(piece) = self.pieces.get_mut(place) else {
            self.pieces.push(Arc::new(vec![(key, row)]));
            return;
        };
        let piece = Arc::make_mut(piece);
        let at = piece.partition_point(|(known, _)| *known < key);
        piece.insert(at, (key, row));
        if piece.len() > PIECE {
            let rest = piece.split_off(PIECE / 2);
            self.pieces.insert(place + 1, Arc::new(rest));
        }
    }

    pub(in crate::embedded) const fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The rows from this key on, upwards.
    pub(in crate::embedded) fn from(&self, key: Key) -> impl Iterator<Item = (Key, u32)> {
        let place = self
            .pieces
            .partition_point(|piece| piece.last().is_some_and(|(last, _)| *last < key));
        self.pieces
            .iter()
            .skip(place)
            .flat_map(|piece| piece.iter().copied())
            .skip_while(move |(known, _)| *known < key)
    }

    /// The rows before this key, downwards.
    pub(in crate::embedded) fn before(&self, key: Key) -> impl Iterator<Item = (Key, u32)> {
        let place = self
            .pieces
            .partition_point(|piece| piece.first().is_some_and(|(first, _)| *first < key));
        self.pieces
            .iter()
            .take(place)
            .rev()
            .flat_map(|piece| piece.iter().rev().copied())
            .skip_while(move |(known, _)| *known >= key)
    }

    pub(super) fn bytes(&self) -> usize {
        self.pieces
            .iter()
            .map(|piece| piece.capacity() * size_of::<(Key, u32)>() + 64)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn rows_come_in_order_from_any_place(
            keys in prop::collection::hash_set((0_i64..900, 0_i64..4), 0..1_500),
            place in (0_i64..900, 0_i64..4),
        ) {
            let (mut late, mut plain) = (Late::default(), BTreeMap::new());
            for (row, key) in (0..).zip(keys) {
                late.insert(key, row);
                plain.insert(key, row);
            }
            let again = Late::of(plain.iter().rev().map(|(key, row)| (*key, *row)).collect());
            for late in [late, again] {
                prop_assert_eq!(late.is_empty(), plain.is_empty());
                let found: Vec<_> = late.from(place).collect();
                let expected: Vec<_> = plain.range(place..).map(|(key, row)| (*key, *row)).collect();
                prop_assert_eq!(found, expected);
                let found: Vec<_> = late.before(place).collect();
                let expected: Vec<_> = plain.range(..place).rev().map(|(key, row)| (*key, *row)).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
