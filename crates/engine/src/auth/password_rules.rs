//! Which passwords are taken: long enough, and not made of what everybody uses.
//!
//! There are no rules about kinds of characters and no expiry (NIST SP 800-63B-4). Because only
//! long passwords are taken, a list of leaked short ones would never match; what does get through
//! the length is padding: words repeated, joined, spelt with digits, followed by a year. So the
//! check takes such material out and looks at what is left.

use super::common_passwords::{RUNS, WORDS};

/// Fewest characters of a password that is the only factor.
const SHORTEST: usize = 15;
/// Most bytes; longer ones are refused, never cut.
const LONGEST: usize = 1_024;
/// Fewest characters that must be left after everything common has been taken out.
const REMAINDER: usize = 4;

/// Why a password is not taken. The texts are shown to the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than 15 characters.
    #[error("A password has at least 15 characters. A sentence is a good choice.")]
    TooShort,
    /// More than 1,024 bytes.
    #[error("A password has at most 1024 bytes.")]
    TooLong,
    /// Made of common words, keyboard rows, repetitions or the person's own name.
    #[error(
        "This password is easy to guess: it consists of common words, rows of keys, repetitions or your own name. Choose several unrelated words."
    )]
    Common,
}

/// Checks a new password. `context` holds what an attacker knows: name, e-mail address, company.
pub fn check(password: &str, context: &[&str]) -> Result<(), WeakPassword> {
    if password.len() > LONGEST {
        return Err(WeakPassword::TooLong);
    }
    if password.chars().count() < SHORTEST {
        return Err(WeakPassword::TooShort);
    }
    let plain = password.to_lowercase();
    let known = known_words(context);
    let left = |text: &str| distinct_left(text, &known);
    // Once as written and once with digits read as letters ("p4ssw0rd").
    if left(&plain).min(left(&unleet(&plain))) < REMAINDER {
        return Err(WeakPassword::Common);
    }
    Ok(())
}

/// The common words and those of names and addresses, longest first, so that no word hides a longer
/// one that it is part of.
fn known_words(context: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = context
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() >= 3)
        .map(str::to_lowercase)
        .chain(WORDS.split_whitespace().map(str::to_owned))
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

/// How many different characters remain when common material is taken out of a folded password.
fn distinct_left(text: &str, known: &[String]) -> usize {
    let mut rest = text.to_owned();
    for word in known {
        rest = rest.replace(word, " ");
    }
    let rest = without_runs(&rest);
    let mut letters: Vec<char> = rest
        .chars()
        .filter(|c| c.is_alphabetic() || !c.is_ascii())
        .collect();
    letters.sort_unstable();
    letters.dedup();
    let mut digits: Vec<char> = rest.chars().filter(char::is_ascii_digit).collect();
    // A year or a few digits at the end add little; a long random number adds something.
    let many_digits = digits.len() >= 8;
    digits.sort_unstable();
    digits.dedup();
    letters.len()
        + if many_digits {
            digits.len()
        } else {
            digits.len() / 3
        }
}

/// Takes out rows of keys and of the alphabet, forwards and backwards, of four characters or more.
fn without_runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut kept = String::new();
    let mut at = 0;
    while at < chars.len() {
        let length = RUNS
            .iter()
            .map(|row| {
                let rest = chars.get(at..).unwrap_or_default();
                run_length(row.chars(), rest).max(run_length(row.chars().rev(), rest))
            })
            .max()
            .unwrap_or(0);
        if length >= 4 {
            at += length;
        } else {
            kept.extend(chars.get(at));
            at += 1;
        }
    }
    kept
}

/// How many characters at the beginning follow the row, wherever in the row they begin.
fn run_length(row: impl Iterator<Item = char>, chars: &[char]) -> usize {
    let Some(first) = chars.first() else { return 0 };
    row.skip_while(|c| c != first)
        .zip(chars)
        .take_while(|(in_row, here)| in_row == *here)
        .count()
}

fn unleet(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            '8' => 'b',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTEXT: &[&str] = &[
        "Ines Morgado",
        "ines.morgado@northwind.example",
        "Northwind",
    ];

    #[test]
    fn passwords_of_common_material_are_refused() {
        for password in [
            "passwordpassword",
            "Password123456789",
            "P4ssw0rdP4ssw0rd!",
            "123456789012345",
            "qwertyuiopasdfghjkl",
            "qwertzuiopasdfghjkl",
            "abcdefghijklmnopqrst",
            "zyxwvutsrqponmlkjihg",
            "aaaaaaaaaaaaaaaaaaaa",
            "abababababababababab",
            "Summer2026!Summer2026!",
            "iloveyouiloveyou",
            "LetMeInLetMeIn2026",
            "welcomewelcome1234",
            "ines.morgado-2026!!",
            "NorthwindNorthwind1",
            "switchboard-admin-2026",
            "               ",
            "!!!!!!!!!!!!!!!!!!!!",
            "1q2w3e4r5t6y7u8i9o0p",
        ] {
            assert_eq!(
                check(password, CONTEXT),
                Err(WeakPassword::Common),
                "{password:?}"
            );
        }
    }

    #[test]
    fn sentences_and_random_strings_are_taken() {
        for password in [
            "correct horse battery staple",
            "der Zug nach Ulm kommt nie an",
            "9f86d081884c7d659a2feaa0c55ad015",
            "Xk7#pQ2v!mR9zL4w",
            "лошадь скрепка батарея",
            "人山人海的周末电车真的很挤很挤啊",
            "Tr0ub4dor&3-lighthouse",
        ] {
            assert_eq!(check(password, CONTEXT), Ok(()), "{password:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters_and_nothing_is_cut() {
        assert_eq!(check("Xk7#pQ2v!mR9zL", &[]), Err(WeakPassword::TooShort));
        assert_eq!(check("ßäöüéèêëñçåøæœj", &[]), Ok(()));
        let long = "Xk7#pQ2v!mR9zL4w".repeat(64);
        assert_eq!(long.len(), LONGEST);
        assert_eq!(check(&long, &[]), Ok(()));
        assert_eq!(check(&format!("{long}x"), &[]), Err(WeakPassword::TooLong));
    }
}
