//! Whether two places hold the same versions of the same mentions, told by comparing two numbers.

use crate::ids::{ChangeNumber, MentionId};

/// What an account's mentions come to: how many there are, and one number over which ones and in
/// which versions. The order in which they come and go makes no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Checksum {
    /// How many mentions.
    pub mentions: i64,
    /// Exclusive or of a hash of each.
    pub hash: i64,
}

impl Checksum {
    /// A mention comes.
    pub const fn add(&mut self, id: MentionId, version: ChangeNumber) {
        self.mentions = self.mentions.wrapping_add(1);
        self.hash ^= hash(id, version);
    }

    /// A mention goes, in the version in which it was.
    pub const fn remove(&mut self, id: MentionId, version: ChangeNumber) {
        self.mentions = self.mentions.wrapping_sub(1);
        self.hash ^= hash(id, version);
    }
}

/// Stored in databases: it must not change.
const fn hash(id: MentionId, version: ChangeNumber) -> i64 {
    let mixed = mix(id.0.cast_unsigned()) ^ version.0.cast_unsigned();
    mix(mixed).cast_signed()
}

/// The finaliser of `SplitMix64`, over a step of its sequence so that 0 is not kept.
pub(crate) const fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mentions: &[(i64, i64)]) -> Checksum {
        let mut sum = Checksum::default();
        for (id, version) in mentions {
            sum.add(MentionId(*id), ChangeNumber(*version));
        }
        sum
    }

    #[test]
    fn the_order_makes_no_difference_and_everything_else_does() {
        let sum = of(&[(1, 1), (2, 2), (3, 3)]);
        assert_eq!(sum, of(&[(3, 3), (1, 1), (2, 2)]));
        assert_ne!(sum, of(&[(1, 1), (2, 2)]));
        assert_ne!(sum, of(&[(1, 1), (2, 2), (3, 4)]));
        assert_ne!(sum, of(&[(1, 2), (2, 1), (3, 3)]));
        assert_ne!(sum, of(&[(1, 1), (2, 2), (4, 3)]));
        let mut sum = sum;
        sum.remove(MentionId(2), ChangeNumber(2));
        sum.add(MentionId(2), ChangeNumber(9));
        assert_eq!(sum, of(&[(1, 1), (2, 9), (3, 3)]));
    }

    #[test]
    fn what_is_stored_stays_comparable() {
        let sum = of(&[(0, 0), (1_234_567_890_123, 42)]);
        assert_eq!((sum.mentions, sum.hash), (2, 1_605_835_490_122_580_512));
    }
}
