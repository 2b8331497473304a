//! What looks as if a machine had made it up.

pub(super) fn is_made_up_label(label: &str) -> bool {
    // Names in other scripts are written like this.
    if label.starts_with("xn--") {
        return false;
    }
    is_uuid(label)
        || label.split('-').any(|run| {
            (run.len() >= 16 && is_hex(run)) || (run.len() >= 16 && has(run, u8::is_ascii_digit))
        })
        || (label.len() >= 24 && label.bytes().filter(u8::is_ascii_digit).count() >= 4)
}

/// Whether a text looks as if a machine had made it up: long runs of hexadecimal digits, of letters
/// with digits, of capitals, or of letters that nobody can speak; and what goes to and fro between
/// small letters, capitals and digits.
pub(super) fn looks_made_up(text: &str) -> bool {
    let stem = text.rsplit_once('.').map_or(
        text,
        |(stem, ending)| {
            if is_ending(ending) { stem } else { text }
        },
    );
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(is_made_up_run)
        || is_uuid(stem)
        || stem
            .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '~')))
            .any(|word| word.len() >= 12 && changes(word) >= 4)
        || (stem.len() >= 24
            && is_of_all(stem)
            && stem
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_:~.%+=".contains(&byte)))
}

/// The same of letters and digits alone.
fn is_made_up_run(run: &str) -> bool {
    if run.len() >= 16 && has(run, u8::is_ascii_digit) {
        return true;
    }
    let is_capitals = run.bytes().all(|byte| byte.is_ascii_uppercase());
    run.len() >= 12 && is_capitals || run.len() >= 16 && !is_spoken(run)
}

/// Whether letters make a word that somebody may speak.
fn is_spoken(run: &str) -> bool {
    let is_vowel = |byte: &u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
    let vowels = run.bytes().filter(|byte| is_vowel(byte)).count();
    let mut apart = run.as_bytes().split(is_vowel);
    // Between the vowels of words stand few others, even in German; made up ones have fewer vowels.
    changes(run) < 4 && vowels * 4 >= run.len() && apart.all(|others| others.len() <= 7)
}

/// How often a text goes from one kind of character to another within its words. One capital before
/// a small letter begins a word.
fn changes(text: &str) -> usize {
    let kind = |c: char| (c.is_ascii_digit(), c.is_ascii_uppercase());
    let in_run = |run: &str| {
        let all: Vec<char> = run.chars().collect();
        let mut count = 0;
        let mut is_small_before = true;
        for pair in all.windows(2) {
            let &[one, other] = pair else { continue };
            let begins = one.is_ascii_uppercase() && other.is_ascii_lowercase() && is_small_before;
            count += usize::from(kind(one) != kind(other) && !begins);
            is_small_before = one.is_ascii_lowercase();
        }
        count
    };
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .map(in_run)
        .sum()
}

fn has(text: &str, is: fn(&u8) -> bool) -> bool {
    text.bytes().any(|byte| is(&byte))
}

fn is_of_all(text: &str) -> bool {
    has(text, u8::is_ascii_digit)
        && has(text, u8::is_ascii_uppercase)
        && has(text, u8::is_ascii_lowercase)
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

/// The ending of the name of a file.
pub(super) fn is_ending(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    const SMALL: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
    const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// A text of characters that are drawn from an alphabet, another one for each number.
    fn drawn(alphabet: &str, length: usize, number: u32) -> String {
        let bytes = Sha256::digest(format!("{alphabet}{number}"));
        let letters = alphabet.as_bytes();
        let one = |byte: &u8| char::from(letters[usize::from(*byte) % letters.len()]);
        bytes.iter().take(length).map(one).collect()
    }

    #[test]
    fn nearly_everything_that_programs_make_up_is_known() {
        for (alphabet, length, most_of_10_000) in [
            (BASE64, 16, 200),
            (BASE64, 21, 20),
            (BASE64, 22, 15),
            (BASE64, 32, 0),
            (BASE32, 16, 0),
            (BASE32, 26, 0),
            (SMALL, 16, 20),
            (SMALL, 24, 5),
            ("0123456789abcdef", 16, 0),
            ("0123456789abcdef", 32, 0),
        ] {
            let missed: Vec<String> = (0..10_000)
                .map(|number| drawn(alphabet, length, number))
                .filter(|text| !looks_made_up(text) || !looks_made_up(&format!("{text}.rss")))
                .collect();
            let few: Vec<&String> = missed.iter().take(5).collect();
            assert!(
                missed.len() <= most_of_10_000,
                "{} of {length} characters of {alphabet}, such as {few:?}",
                missed.len()
            );
        }
    }
}
