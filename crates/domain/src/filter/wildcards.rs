//! Many patterns with `*` and `?` against one word at once, in time proportional to the word and
//! the length of all patterns together, a machine word of them at a time.
//!
//! Each pattern is a row of states: how many of its characters have been met. A star behind one
//! keeps its state. All states lie in one long string of bits, which a character of the word moves
//! on by one and thins out.

use std::collections::HashMap;

/// Compiled patterns, numbered in the order they were given.
#[derive(Debug, Clone)]
pub struct Wildcards {
    /// Machine words of a string of states.
    width: usize,
    /// Before the first character.
    start: Vec<u64>,
    /// States that any character keeps.
    stars: Vec<u64>,
    /// Last states.
    ends: Vec<u64>,
    /// The last state of each pattern, ascending.
    last: Vec<usize>,
    /// For each kind of character the states it leads to, one string of states after another. The
    /// first is for characters that no pattern names.
    rows: Vec<u64>,
    ascii: [u32; 128],
    others: HashMap<char, u32>,
}

/// Memory that is used again from word to word.
#[derive(Debug, Clone, Default)]
pub struct States {
    now: Vec<u64>,
}

impl Wildcards {
    /// States of a pattern at most.
    pub fn states_of(pattern: &str) -> usize {
        pattern.len() + 1
    }

    /// Compiles patterns as [`super::Pattern::Wildcard`] has them.
    pub fn new<'p>(patterns: impl Iterator<Item = &'p str> + Clone) -> Self {
        let states: usize = patterns.clone().map(Self::states_of).sum();
        let width = states.div_ceil(64);
        let mut all = Self {
            width,
            start: vec![0; width],
            stars: vec![0; width],
            ends: vec![0; width],
            last: Vec::new(),
            rows: vec![0; width],
            ascii: [0; 128],
            others: HashMap::new(),
        };
        let mut state = 0;
        for pattern in patterns {
            set(&mut all.start, state);
            let mut chars = pattern.chars();
            while let Some(c) = chars.next() {
                match c {
                    '*' => set(&mut all.stars, state),
                    '?' => {
                        state += 1;
                        for row in all.rows.chunks_mut(width) {
                            set(row, state);
                        }
                    }
                    c => {
                        let c = if c == '\\' {
                            chars.next().unwrap_or('\\')
                        } else {
                            c
                        };
                        state += 1;
                        let row = all.row_of(c);
                        if let Some(row) = all.rows.chunks_mut(width).nth(row) {
                            set(row, state);
                        }
                    }
                }
            }
            set(&mut all.ends, state);
            all.last.push(state);
            state += 1;
        }
        all
    }

    /// The row of a character, a new one with what holds for all characters when it has none.
    fn row_of(&mut self, c: char) -> usize {
        let known = self.find_row(c);
        if known > 0 {
            return known;
        }
        let new = self.rows.len() / self.width.max(1);
        let other = self.rows.get(..self.width).unwrap_or_default().to_vec();
        self.rows.extend(other);
        let number = u32::try_from(new).unwrap_or_default();
        let ascii = usize::try_from(u32::from(c))
            .ok()
            .and_then(|at| self.ascii.get_mut(at));
        match ascii {
            Some(row) => *row = number,
            None => {
                self.others.insert(c, number);
            }
        }
        new
    }

    fn find_row(&self, c: char) -> usize {
        let at = usize::try_from(u32::from(c)).unwrap_or(usize::MAX);
        let row = match self.ascii.get(at) {
            Some(row) => *row,
            None => self.others.get(&c).copied().unwrap_or(0),
        };
        usize::try_from(row).unwrap_or(0)
    }

    /// Machine words of states, which is how long a character takes.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Hands the number of each pattern that the word fits to `each`, ascending.
    pub fn fitting(&self, word: &str, states: &mut States, mut each: impl FnMut(usize)) {
        let now = &mut states.now;
        now.clear();
        now.extend_from_slice(&self.start);
        for c in word.chars() {
            let from = self.find_row(c) * self.width;
            let row = self.rows.get(from..).unwrap_or_default();
            let (mut carried, mut any) = (0, 0);
            for ((now, leads_to), star) in now.iter_mut().zip(row).zip(&self.stars) {
                let before = *now;
                *now = (((before << 1) | carried) & leads_to) | (before & star);
                carried = before >> 63;
                any |= *now;
            }
            if any == 0 {
                return;
            }
        }
        for (at, (now, end)) in now.iter().zip(&self.ends).enumerate() {
            let mut found = now & end;
            while found != 0 {
                let bit = usize::try_from(found.trailing_zeros()).unwrap_or(0);
                if let Ok(pattern) = self.last.binary_search(&(at * 64 + bit)) {
                    each(pattern);
                }
                found &= found - 1;
            }
        }
    }
}

fn set(states: &mut [u64], state: usize) {
    if let Some(word) = states.get_mut(state / 64) {
        *word |= 1 << (state % 64);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::wildcard::fits;
    use super::*;

    proptest! {
        #[test]
        fn each_pattern_fits_as_it_does_alone(
            patterns in prop::collection::vec(r"[abé*?\\]{0,9}", 0..40),
            words in prop::collection::vec("[abcé*東]{0,9}", 1..8),
        ) {
            let all = Wildcards::new(patterns.iter().map(String::as_str));
            let mut states = States::default();
            for word in &words {
                let mut found = Vec::new();
                all.fitting(word, &mut states, |pattern| found.push(pattern));
                let expected: Vec<usize> = (0..patterns.len())
                    .filter(|at| fits(&patterns[*at], word))
                    .collect();
                prop_assert_eq!(found, expected, "{:?} {}", &patterns, word);
            }
        }
    }

    #[test]
    fn patterns_longer_than_a_machine_word_go_on_in_the_next_one() {
        let long = format!("x*{}y", "ab".repeat(100));
        let all = Wildcards::new(["*q*", long.as_str(), "*"].into_iter());
        let word = format!("x--{}y", "ab".repeat(100));
        let mut found = Vec::new();
        all.fitting(&word, &mut States::default(), |pattern| found.push(pattern));
        assert_eq!(found, [1, 2]);
    }
}
