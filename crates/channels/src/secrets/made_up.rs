//! What looks as if a machine had made it up.
//!
//! Words that people write keep to shapes: letters of one case or with a capital in front, a few
//! digits at one end, and pairs of letters that languages use. What is drawn by lot does not, and
//! it is long.

/// A part of this many characters can be a key.
const LONG: usize = 16;
/// So can a word of this many.
const LONG_WORD: usize = 12;

/// Whether a text looks as if a machine had made it up: digests, UUIDs, and what is long and keeps
/// to no shape of words.
pub(super) fn looks_made_up(text: &str) -> bool {
    let stem = without_ending(text);
    let mut words = words(stem);
    is_uuid(stem)
        || (stem.len() >= LONG && is_strange(stem))
        || words.any(|word| {
            (word.len() >= LONG && (is_hex(word) || is_in_capitals(word) || is_mixed(word)))
                || (word.len() >= LONG_WORD && is_strange(word))
        })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
}

/// A file's name without its ending.
pub(super) fn without_ending(text: &str) -> &str {
    match text.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => stem,
        _ => text,
    }
}

pub(super) fn is_ending(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Words have a turn that is not usual now and then, and hardly ever capitals with it; what is
/// drawn by lot has one at every other character.
fn is_strange(text: &str) -> bool {
    let turns: usize = words(text).map(strange_turns).sum();
    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) {
        turns >= 2 && turns * 10 > text.len()
    } else {
        turns >= 3 && turns * 6 > text.len()
    }
}

/// How often a character follows that does not follow in words.
fn strange_turns(word: &str) -> usize {
    let bytes = word.as_bytes();
    let is_turn = |at: &usize| {
        let (before, after) = bytes.split_at(*at);
        let ([.., first], [second, ..]) = (before, after) else {
            return false;
        };
        match (first.is_ascii_digit(), second.is_ascii_digit()) {
            (true, true) => false,
            (false, true) => !after.iter().all(u8::is_ascii_digit),
            (true, false) => before.len() > 2 || !before.iter().all(u8::is_ascii_digit),
            (false, false) if first.is_ascii_lowercase() && second.is_ascii_uppercase() => {
                !is_seam(before, after)
            }
            (false, false) => first != second && !is_usual(*first, *second),
        }
    };
    (1..bytes.len()).filter(is_turn).count()
}

/// Where two words are written in one, as in `BuzzFeed`.
fn is_seam(before: &[u8], after: &[u8]) -> bool {
    let ends = before.len() >= 3 && before.iter().rev().take(2).all(u8::is_ascii_lowercase);
    let begins = after.len() >= 3 && after.iter().skip(1).take(2).all(u8::is_ascii_lowercase);
    ends && begins
}

/// The letters that follow each letter, from `a` on, in words of European languages written
/// without accents; a pair that is not here is rare in each of them.
const FOLLOWING: [&[u8]; 26] = [
    b"bcdefghijklmnoprstuvwyz",
    b"aeilorsuy",
    b"aehiklorstuyz",
    b"aegilmnorstuvyz",
    b"abcdfghijklmnpqrstuvwxyz",
    b"aefilortuy",
    b"aeghilnorstuy",
    b"aeilnortuy",
    b"abcdefgjklmnopqrstuvxz",
    b"aeosu",
    b"aeiklnorstuy",
    b"abcdefgijklmnopstuvyz",
    b"abeilmnopsuy",
    b"abcdefgijklnostuvyz",
    b"abcdefghijklmnprstuvwz",
    b"aehiloprstuy",
    b"u",
    b"abcdegiklmnorstuvwyz",
    b"acehiklmnopstuwyz",
    b"abehilorstuwyz",
    b"abcdefghiklmnprstvxz",
    b"aeinoru",
    b"aehinorsy",
    b"aceiopt",
    b"abcelmnoprstuw",
    b"aeinotuwyz",
];

fn is_usual(first: u8, second: u8) -> bool {
    let first = usize::from(first.to_ascii_lowercase().wrapping_sub(b'a'));
    FOLLOWING
        .get(first)
        .is_some_and(|following| following.contains(&second.to_ascii_lowercase()))
}

/// Digits between letters, or letters between digits.
fn is_mixed(word: &str) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let kinds = word.as_bytes().chunk_by(|a, b| is_digit(a) == is_digit(b));
    kinds.count() > 2
}

fn is_in_capitals(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &[u8] = b"0123456789abcdef";
    const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// The same keys at every run.
    struct Lot(u64);

    impl Lot {
        fn draw(&mut self, alphabet: &[u8], length: usize) -> String {
            (0..length)
                .map(|_| {
                    // SplitMix64.
                    self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
                    let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                    let at = usize::try_from((mixed ^ (mixed >> 31)) >> 16).unwrap();
                    char::from(alphabet[at % alphabet.len()])
                })
                .collect()
        }
    }

    fn uuid(hex: &str) -> String {
        let dashes = [8, 12, 16, 20];
        let digits = hex.chars().enumerate();
        digits
            .flat_map(|(at, digit)| {
                dashes
                    .contains(&at)
                    .then_some('-')
                    .into_iter()
                    .chain([digit])
            })
            .collect()
    }

    #[test]
    fn keys_of_the_usual_makers_are_known_by_their_look() {
        const TRIES: u32 = 10_000;
        let mut lot = Lot(27);
        for (maker, alphabet, length) in [
            ("token_urlsafe(12)", URL_SAFE, 16),
            ("token_urlsafe(16)", URL_SAFE, 22),
            ("token_urlsafe(24)", URL_SAFE, 32),
            ("nanoid", URL_SAFE, 21),
            ("base32 of 10 bytes", BASE32, 16),
            ("small letters and digits", LOWER, 16),
            ("small letters and digits", LOWER, 19),
            ("token_hex(8)", HEX, 16),
            ("token_hex(16)", HEX, 32),
            ("uuid", HEX, 32),
        ] {
            let mut shown = Vec::new();
            for _ in 0..TRIES {
                let key = lot.draw(alphabet, length);
                let key = if maker == "uuid" { uuid(&key) } else { key };
                for text in [key.clone(), format!("{key}.rss")] {
                    if !looks_made_up(&text) {
                        shown.push(text);
                    }
                }
            }
            let rate = f64::from(u32::try_from(shown.len()).unwrap()) / f64::from(2 * TRIES);
            let some: Vec<&String> = shown.iter().take(20).collect();
            assert!(rate <= 0.001, "{maker} {length}: {rate}, {some:?}");
        }
    }

    #[test]
    fn what_people_write_is_not_taken_for_made_up() {
        for text in [
            "",
            "feed.xml",
            "why-we-moved-42-servers-to-the-cellar-of-a-friend",
            "Donaudampfschifffahrtsgesellschaft",
            "kraftfahrzeughaftpflichtversicherung.xml",
            "internationalization",
            "meervoudigepersoonlijkheidsstoornis",
            "anticonstitutionnellement",
            "BuzzFeedNewsPodcast",
            "iPhone-15-Pro-Max-review",
            "GLT1412515089",
            "id1200361736",
            "2026-01-15-covid-19-numbers",
            "StatesideFromThePublicRadio",
            "ec2-52-23-11-8",
            "r/programming-languages",
            "northamericanscharfenberger",
        ] {
            assert!(!looks_made_up(text), "{text}");
        }
    }
}
