//! The people who write: names, handles and followers, all of them made up.

use domain::mention::Author;

use super::brand::Place;
use super::dice::Dice;
use super::phrases::{self, Phrases};

/// Somebody who writes to the brand or about it.
pub(super) struct Person {
    pub(super) phrases: &'static Phrases,
    pub(super) place: Place,
    full_name: String,
    handle: String,
    number: i64,
    followers: i64,
}

impl Person {
    /// The person as one network knows them.
    pub(super) fn on(&self, network: &str) -> Author {
        Author {
            name: Some(self.handle.clone()),
            fullname: Some(self.full_name.clone()),
            id: Some(format!("{}", self.number)),
            url: Some(format!("https://{network}/{}", self.handle)),
            followers: Some(self.followers),
            ..Author::default()
        }
    }

    /// The person as the sender of a mail.
    pub(super) fn by_mail(&self) -> Author {
        let address = format!("{}@mail.example", self.handle);
        Author {
            name: Some(address.clone()),
            fullname: Some(self.full_name.clone()),
            id: Some(address),
            ..Author::default()
        }
    }

    /// The person as a number without a name.
    pub(super) fn by_phone(&self) -> Author {
        Author {
            name: Some(self.full_name.clone()),
            fullname: Some(self.full_name.clone()),
            // The range that Britain keeps free for films.
            id: Some(format!("4477009{:05}", self.number % 100_000)),
            ..Author::default()
        }
    }

    /// Whether many people listen.
    pub(super) const fn is_heard(&self) -> bool {
        self.followers > 20_000
    }
}

/// Everybody who writes in the week; the first ones write most.
pub(super) fn people(dice: &mut Dice, count: usize) -> Vec<Person> {
    let shares: Vec<usize> = phrases::ALL.iter().map(|phrases| phrases.share).collect();
    (0..count)
        .filter_map(|_| {
            let phrases: &'static Phrases = phrases::ALL.get(dice.weighted(&shares))?;
            Some(person(dice, phrases))
        })
        .collect()
}

fn person(dice: &mut Dice, phrases: &'static Phrases) -> Person {
    let first = dice.pick(phrases.first_names);
    let last = dice.pick(phrases.last_names);
    let handle = match dice.below(4) {
        0 => format!("{first}{last}"),
        1 => format!("{first}_{last}"),
        2 => format!("{last}{}", dice.between(1, 99)),
        _ => format!("{first}.{last}{}", dice.between(1, 9)),
    };
    let handle: String = handle
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
        .collect();
    // Most have some hundreds of followers, few have very many.
    let followers = match dice.below(100) {
        0..=1 => dice.between(50_000, 900_000),
        2..=11 => dice.between(3_000, 40_000),
        12..=59 => dice.between(200, 2_500),
        _ => dice.between(3, 250),
    };
    Person {
        phrases,
        place: dice.pick(phrases.places),
        full_name: format!("{first} {last}"),
        handle: handle.to_lowercase(),
        number: dice.between(100_000_000, 4_000_000_000),
        followers,
    }
}
