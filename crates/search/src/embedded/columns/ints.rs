//! Whole numbers of a page, each in as many bytes as the greatest of them needs.

use super::PAGE;
use super::mask::WORDS;

/// The numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::embedded) enum Ints {
    /// So many, and all are 0.
    Zero(usize),
    One(Vec<u8>),
    Two(Vec<u16>),
    Three(Vec<[u8; 3]>),
    Four(Vec<u32>),
    Eight(Vec<u64>),
}

impl Default for Ints {
    fn default() -> Self {
        Self::Zero(0)
    }
}

/// One number in the bytes that it takes.
pub(super) trait Int: Copy + Default {
    const MOST: u64;
    fn wide(self) -> u64;
    /// The number; [`Self::MOST`] when it does not fit.
    fn of(number: u64) -> Self;
}

macro_rules! int {
    ($($kind:ty = $most:literal),*) => {$(
        impl Int for $kind {
            const MOST: u64 = $most;
            #[inline]
            fn wide(self) -> u64 {
                u64::from(self)
            }
            #[inline]
            fn of(number: u64) -> Self {
                Self::try_from(number).unwrap_or(Self::MAX)
            }
        }
    )*};
}
int!(
    u8 = 0xff,
    u16 = 0xffff,
    u32 = 0xffff_ffff,
    u64 = 0xffff_ffff_ffff_ffff
);

impl Int for [u8; 3] {
    const MOST: u64 = 0xff_ffff;
    #[inline]
    fn wide(self) -> u64 {
        let [low, middle, high] = self;
        u64::from(u32::from_le_bytes([low, middle, high, 0]))
    }
    #[inline]
    fn of(number: u64) -> Self {
        let [low, middle, high, ..] = number.min(Self::MOST).to_le_bytes();
        [low, middle, high]
    }
}

/// The same for each width; numbers that are all 0 need none.
macro_rules! each_width {
    ($ints:expr, $len:ident => $zero:expr, $values:ident => $body:expr) => {
        match $ints {
            Ints::Zero($len) => $zero,
            Ints::One($values) => $body,
            Ints::Two($values) => $body,
            Ints::Three($values) => $body,
            Ints::Four($values) => $body,
            Ints::Eight($values) => $body,
        }
    };
}

impl Ints {
    /// These numbers, none above `most`, as narrow as that allows.
    pub(super) fn of(most: u64, numbers: impl Iterator<Item = u64>) -> Self {
        match most {
            0 => Self::Zero(numbers.count()),
            1..=0xff => Self::One(exactly(numbers)),
            0x100..=0xffff => Self::Two(exactly(numbers)),
            0x1_0000..=0xff_ffff => Self::Three(exactly(numbers)),
            0x100_0000..=0xffff_ffff => Self::Four(exactly(numbers)),
            _ => Self::Eight(exactly(numbers)),
        }
    }

    pub(in crate::embedded) fn len(&self) -> usize {
        each_width!(self, len => *len, values => values.len())
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> u64 {
        each_width!(self, _len => 0, values => values.get(at).map_or(0, |value| value.wide()))
    }

    /// Greatest number that this width can hold.
    fn reach(&self) -> u64 {
        fn of<T: Int>(_: &[T]) -> u64 {
            T::MOST
        }
        each_width!(self, _len => 0, values => of(values))
    }

    fn make_room(&mut self, number: u64) {
        if number > self.reach() {
            let mut all = Vec::with_capacity(self.len());
            self.each(|_, number| all.push(number));
            *self = Self::of(number, all.into_iter());
        }
    }

    /// Replaces a number that is there.
    pub(super) fn set(&mut self, at: usize, number: u64) {
        fn put<T: Int>(values: &mut [T], at: usize, number: u64) {
            if let Some(value) = values.get_mut(at) {
                *value = T::of(number);
            }
        }
        self.make_room(number);
        each_width!(self, _len => (), values => put(values, at, number));
    }

    /// Puts a number between the others.
    pub(super) fn insert(&mut self, at: usize, number: u64) {
        fn put<T: Int>(values: &mut Vec<T>, at: usize, number: u64) {
            values.insert(at.min(values.len()), T::of(number));
        }
        self.make_room(number);
        each_width!(self, len => *len += 1, values => put(values, at, number));
    }

    pub(super) fn remove(&mut self, at: usize) {
        fn take<T>(values: &mut Vec<T>, at: usize) {
            if at < values.len() {
                values.remove(at);
            }
        }
        each_width!(self, len => *len = len.saturating_sub(1), values => take(values, at));
    }

    /// Makes them as many as this, with 0 for the new ones.
    pub(super) fn grow(&mut self, to: usize) {
        fn fill<T: Int>(values: &mut Vec<T>, to: usize) {
            values.reserve_exact(to.saturating_sub(values.len()));
            values.resize(to.max(values.len()), T::default());
        }
        each_width!(self, len => *len = to.max(*len), values => fill(values, to));
    }

    /// Hands each number and its place to `each`.
    #[inline]
    pub(super) fn each(&self, mut each: impl FnMut(usize, u64)) {
        each_width!(
            self,
            len => (0..*len).for_each(|at| each(at, 0)),
            values => for (at, value) in values.iter().enumerate() {
                each(at, value.wide());
            }
        );
    }

    /// Writes each number above a base; places beyond the last keep what they hold.
    pub(super) fn add_to(&self, base: i64, out: &mut [i64; PAGE]) {
        fn write<T: Int>(values: &[T], base: i64, out: &mut [i64; PAGE]) {
            for (out, value) in out.iter_mut().zip(values) {
                *out = base.wrapping_add(value.wide().cast_signed());
            }
        }
        each_width!(
            self,
            len => out.iter_mut().take(*len).for_each(|out| *out = base),
            values => write(values, base, out)
        );
    }

    /// Which of them lie within the range, 64 to a word.
    pub(super) fn between(&self, low: u64, high: u64) -> [u64; WORDS] {
        fn of<T: Int + PartialOrd>(values: &[T], low: u64, high: u64) -> [u64; WORDS] {
            if low > T::MOST {
                return [0; WORDS];
            }
            let (low, high) = (T::of(low), T::of(high));
            gather(values, |value| low <= *value && *value <= high)
        }
        match self {
            Self::Zero(len) if low == 0 => super::mask::Mask::range(0, *len).0,
            Self::Zero(_) => [0; WORDS],
            Self::One(values) => of(values, low, high),
            Self::Two(values) => of(values, low, high),
            Self::Three(values) => gather(values, |value| {
                let value = value.wide();
                low <= value && value <= high
            }),
            Self::Four(values) => of(values, low, high),
            Self::Eight(values) => of(values, low, high),
        }
    }

    /// Which of them are this one.
    pub(super) fn equal(&self, wanted: u64) -> [u64; WORDS] {
        fn of<T: Int + PartialEq>(values: &[T], wanted: u64) -> [u64; WORDS] {
            if wanted > T::MOST {
                return [0; WORDS];
            }
            let wanted = T::of(wanted);
            gather(values, |value| *value == wanted)
        }
        each_width!(
            self,
            len => if wanted == 0 { super::mask::Mask::range(0, *len).0 } else { [0; WORDS] },
            values => of(values, wanted)
        )
    }

    /// Which of them `is_wanted` accepts.
    pub(super) fn test(&self, is_wanted: impl Fn(u64) -> bool) -> [u64; WORDS] {
        each_width!(
            self,
            len => if is_wanted(0) { super::mask::Mask::range(0, *len).0 } else { [0; WORDS] },
            values => gather(values, |value| is_wanted(value.wide()))
        )
    }

    pub(super) fn bytes(&self) -> usize {
        fn of<T>(values: &Vec<T>) -> usize {
            values.capacity() * size_of::<T>()
        }
        each_width!(self, _len => 0, values => of(values))
    }

    /// Bytes of each number, and the numbers in little endian; for snapshots.
    pub(in crate::embedded) fn to_bytes(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Zero(_) => (0, Vec::new()),
            Self::One(values) => (1, values.clone()),
            Self::Two(values) => (2, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
            Self::Three(values) => (3, values.iter().flatten().copied().collect()),
            Self::Four(values) => (4, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
            Self::Eight(values) => (8, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        }
    }

    /// The reverse; `None` for another width, or when there are not so many.
    pub(in crate::embedded) fn from_bytes(width: u8, len: usize, bytes: &[u8]) -> Option<Self> {
        if len > PAGE || bytes.len() != len.checked_mul(usize::from(width))? {
            return None;
        }
        Some(match width {
            0 => Self::Zero(len),
            1 => Self::One(bytes.to_vec()),
            2 => Self::Two(each_chunk(bytes, u16::from_le_bytes)),
            3 => Self::Three(bytes.as_chunks().0.to_vec()),
            4 => Self::Four(each_chunk(bytes, u32::from_le_bytes)),
            8 => Self::Eight(each_chunk(bytes, u64::from_le_bytes)),
            _ => return None,
        })
    }
}

fn each_chunk<const N: usize, T>(bytes: &[u8], of: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|bytes| of(*bytes)).collect()
}

fn exactly<T: Int>(numbers: impl Iterator<Item = u64>) -> Vec<T> {
    let mut values: Vec<T> = numbers.map(T::of).collect();
    values.shrink_to_fit();
    values
}

/// One bit for each value. The answers are made as bytes first, which the processor does for many
/// values at once, and then pressed together.
#[inline]
pub(super) fn gather<T>(values: &[T], is_wanted: impl Fn(&T) -> bool) -> [u64; WORDS] {
    let mut found = [0; WORDS];
    for (values, found) in values.chunks(64).zip(&mut found) {
        let mut flags = [0_u8; 64];
        for (flag, value) in flags.iter_mut().zip(values) {
            *flag = u8::from(is_wanted(value));
        }
        let (eights, _) = flags.as_chunks::<8>();
        for (place, eight) in eights.iter().enumerate() {
            let pressed = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            *found |= pressed << (place * 8);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_int() -> impl Strategy<Value = u64> {
        prop_oneof![
            Just(0),
            0_u64..300,
            0_u64..70_000,
            0_u64..17_000_000,
            any::<u32>().prop_map(u64::from),
            any::<u64>(),
        ]
    }

    proptest! {
        #[test]
        fn numbers_of_any_width_come_back(
            first in prop::collection::vec(0_u64..3, 0..70),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any_int(), 0..3), 0..40),
            low in any_int(),
            high in any_int(),
        ) {
            let mut ints = Ints::of(2, first.iter().copied());
            let mut plain = first;
            for (at, number, what) in changes {
                let at = at.index(plain.len() + 1);
                match what {
                    0 if at < plain.len() => {
                        plain.remove(at);
                        ints.remove(at);
                    }
                    1 if at < plain.len() => {
                        plain[at] = number;
                        ints.set(at, number);
                    }
                    _ => {
                        plain.insert(at, number);
                        ints.insert(at, number);
                    }
                }
            }
            let (width, bytes) = ints.to_bytes();
            prop_assert_eq!(Ints::from_bytes(width, plain.len(), &bytes), Some(ints.clone()));
            let mut found = Vec::new();
            ints.each(|at, number| found.push((at, number)));
            let expected: Vec<_> = plain.iter().copied().enumerate().collect();
            prop_assert_eq!(found, expected);
            let wanted = plain.first().copied().unwrap_or(low);
            let (between, equal) = (ints.between(low, high), ints.equal(wanted));
            for (at, number) in plain.iter().enumerate() {
                let bit = |words: &[u64; WORDS]| words[at / 64] >> (at % 64) & 1 == 1;
                prop_assert_eq!(ints.get(at), *number);
                prop_assert_eq!(bit(&between), low <= *number && *number <= high);
                prop_assert_eq!(bit(&equal), *number == wanted);
            }
            let most = plain.iter().copied().max().unwrap_or(0);
            let packed = Ints::of(most, plain.iter().copied());
            prop_assert!(packed.bytes() <= ints.bytes());
        }
    }
}
