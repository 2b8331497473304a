//! Generated mentions, the same for every engine and every run.
//!
//! Skewed like real data: 20 topics by Zipf (the largest has 28 %), 10 services, 20 languages,
//! 4 sentiments, 94 % done with the new ones in the last three days, 0 to 5 of 200 tags, authors by
//! Zipf 0.9 over a million, texts of 20 to 300 characters from a vocabulary of 60,000 words by
//! Zipf 1.0, spread over 365 days.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Days that the data spans.
pub(crate) const DAYS: i64 = 365;
/// How many topics there are.
pub(crate) const TOPICS: usize = 20;
/// How many tags there are.
pub(crate) const TAGS: usize = 200;
/// Services, the most frequent first.
pub(crate) const SERVICES: [&str; 10] = [
    "facebook",
    "instagram",
    "whatsapp",
    "web",
    "email_mailbox",
    "linkedin_company",
    "telegram_bot",
    "viber",
    "tumblr_blog",
    "custom",
];
/// Categories of those services.
pub(crate) const CATEGORIES: [&str; 10] = [
    "social",
    "social_photos",
    "conversations",
    "conversations",
    "email",
    "social",
    "conversations",
    "conversations",
    "blogs",
    "forums",
];
/// Languages, the most frequent first.
pub(crate) const LANGUAGES: [&str; 20] = [
    "en", "nl", "fr", "de", "es", "it", "pt", "pl", "sv", "da", "fi", "cs", "hu", "ro", "tr", "el",
    "ru", "ja", "zh", "ar",
];
/// Sentiments.
pub(crate) const SENTIMENTS: [&str; 4] = ["neutral", "positive", "negative", "unset"];

/// One mention before any engine has seen it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) topic: usize,
    /// Milliseconds after the start of the data.
    pub(crate) at_ms: i64,
    pub(crate) service: usize,
    pub(crate) language: usize,
    pub(crate) sentiment: usize,
    /// 0 new, 1 pending, 2 done.
    pub(crate) status: usize,
    pub(crate) tags: Vec<usize>,
    pub(crate) author: u32,
    pub(crate) rating: Option<u8>,
    pub(crate) text: String,
}

/// Makes items in the order of their dates.
pub(crate) struct Generator {
    random: StdRng,
    topics: Zipf,
    services: Zipf,
    languages: Zipf,
    authors: Zipf,
    words: Zipf,
    rows: u64,
    made: u64,
}

impl Generator {
    /// A generator of so many rows.
    pub(crate) fn new(seed: u64, rows: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            topics: Zipf::new(TOPICS, 1.0),
            services: Zipf::new(SERVICES.len(), 0.8),
            languages: Zipf::new(LANGUAGES.len(), 1.0),
            authors: Zipf::new(1_000_000, 0.9),
            words: Zipf::new(60_000, 1.0),
            rows,
            made: 0,
        }
    }

    /// A topic, weighted by its size.
    pub(crate) fn topic(&mut self) -> usize {
        self.topics.draw(&mut self.random)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    /// A word of a range of ranks.
    pub(crate) fn word_between(&mut self, low: usize, high: usize) -> String {
        word(self.random.random_range(low..high))
    }

    fn item(&mut self) -> Item {
        let span = DAYS * 86_400_000;
        let at_ms = i64::try_from(
            u128::from(self.made) * u128::from(span.unsigned_abs()) / u128::from(self.rows.max(1)),
        )
        .unwrap_or(span);
        let is_recent = span - at_ms < 3 * 86_400_000;
        let chance: f64 = self.random.random();
        let status = match (is_recent, chance) {
            (true, c) if c < 0.55 => 0,
            (true, c) if c < 0.70 => 1,
            (false, c) if c < 0.015 => 0,
            (false, c) if c < 0.055 => 1,
            _ => 2,
        };
        let tags = match self.random.random_range(0..100) {
            0..30 => 0,
            30..60 => 1,
            60..80 => 2,
            80..92 => 3,
            92..98 => 4,
            _ => 5,
        };
        let tags = (0..tags).map(|_| {
            let spread: f64 = self.random.random();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a small index"
            )]
            let tag = (spread * spread * TAGS as f64) as usize;
            tag
        });
        let mut tags: Vec<usize> = tags.collect();
        tags.sort_unstable();
        tags.dedup();
        let length = self.random.random_range(20..200);
        let mut text = String::with_capacity(length + 12);
        while text.len() < length {
            if !text.is_empty() {
                text.push(' ');
            }
            push_word(&mut text, self.words.draw(&mut self.random));
        }
        Item {
            topic: self.topics.draw(&mut self.random),
            at_ms,
            service: self.services.draw(&mut self.random),
            language: self.languages.draw(&mut self.random),
            sentiment: self.random.random_range(0..SENTIMENTS.len()),
            status,
            tags,
            author: u32::try_from(self.authors.draw(&mut self.random)).unwrap_or_default(),
            rating: self
                .random
                .random_bool(0.2)
                .then(|| self.random.random_range(1..=5)),
            text,
        }
    }
}

impl Iterator for Generator {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        if self.made == self.rows {
            return None;
        }
        let item = self.item();
        self.made += 1;
        Some(item)
    }
}

/// The word of a rank: letters only, so that every engine takes it as one word.
pub(crate) fn word(rank: usize) -> String {
    let mut text = String::with_capacity(8);
    push_word(&mut text, rank);
    text
}

fn push_word(text: &mut String, rank: usize) {
    const SYLLABLES: [&str; 40] = [
        "ka", "lo", "mi", "ne", "ru", "sa", "ti", "vo", "be", "da", "fi", "go", "hu", "ja", "ke",
        "li", "mo", "na", "pe", "ri", "so", "tu", "va", "wo", "ba", "de", "fo", "ga", "he", "jo",
        "ku", "la", "me", "no", "pi", "ro", "se", "ta", "ve", "zu",
    ];
    let mut rest = rank;
    for _ in 0..3 {
        text.push_str(SYLLABLES.get(rest % 40).copied().unwrap_or("ka"));
        rest /= 40;
    }
}

/// Numbers by Zipf's law: rank r with a weight of 1 / (r + 1)^s.
struct Zipf {
    cumulative: Vec<f64>,
}

impl Zipf {
    fn new(count: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        #[expect(clippy::cast_precision_loss, reason = "ranks are small")]
        let cumulative: Vec<f64> = (0..count)
            .map(|rank| {
                sum += 1.0 / ((rank + 1) as f64).powf(exponent);
                sum
            })
            .collect();
        Self { cumulative }
    }

    fn draw(&self, random: &mut StdRng) -> usize {
        let total = self.cumulative.last().copied().unwrap_or_default();
        let at = random.random::<f64>() * total;
        self.cumulative
            .partition_point(|sum| *sum < at)
            .min(self.cumulative.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_items() {
        let first: Vec<String> = Generator::new(7, 500)
            .map(|item| format!("{item:?}"))
            .collect();
        let second: Vec<String> = Generator::new(7, 500)
            .map(|item| format!("{item:?}"))
            .collect();
        assert_eq!(first, second);
        assert_eq!(first.len(), 500);
    }

    #[test]
    fn words_of_different_ranks_differ() {
        let words: std::collections::HashSet<String> = (0..60_000).map(word).collect();
        assert_eq!(words.len(), 60_000);
    }
}
