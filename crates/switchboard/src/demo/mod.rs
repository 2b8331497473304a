//! A made-up brand's week: the same every time, ending now.
//!
//! # Organization
//! [`brand`] is who, [`cast`] who writes to them, [`phrases`] what is said, [`networks`] where,
//! [`hours`] when, [`desk`] what agents write down about them. [`scenes`] writes the [`script`], and [`play`] performs it through the same use
//! cases that the API has, with a clock that moves through the week.
//!
//! # Invariants
//! - Nobody in it exists: surnames are invented and every address ends in `.example`.
//! - No chance but [`dice`]: the same moment gives the same week to the letter.

mod brand;
mod cast;
mod desk;
mod dice;
mod hours;
mod networks;
mod phrases;
mod play;
mod scenes;
mod script;

use domain::ids::AccountId;
use domain::time::UnixMillis;
use store::Db;

use crate::config::Config;

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// Name of the account.
    pub account: &'static str,
    /// Its number.
    pub account_id: AccountId,
    /// Address of the administrator.
    pub email: &'static str,
    /// Password of the administrator; always the same where only this machine reaches the server.
    pub password: String,
    /// Token of the administrator; always the same where only this machine reaches the server.
    pub access_token: String,
    /// Name of a key for programs that use the Conversocial API.
    pub key: String,
    /// Secret of that key; always the same where only this machine reaches the server.
    pub key_secret: String,
    /// How many mentions there are.
    pub mentions: usize,
    /// How many people can work on them.
    pub users: usize,
    /// How many topics there are.
    pub topics: usize,
}

/// The seed of the week that everybody sees.
const SEED: u64 = 20_170_424;

/// Fills an empty database with the week before a moment, and the directory of the index with it.
///
/// # Errors
/// The database is not empty, or fails.
pub async fn fill(config: &Config, db: Db, now: UnixMillis) -> anyhow::Result<Made> {
    let mut script = script::Script::new(SEED, now);
    scenes::write(&mut script);
    play::perform(config, db, script).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    const NOW: UnixMillis = UnixMillis(1_795_291_200_000);

    fn week() -> Vec<script::Line> {
        let mut script = script::Script::new(SEED, NOW);
        scenes::write(&mut script);
        script.lines
    }

    #[test]
    fn the_week_is_the_same_every_time() {
        let text = |lines: Vec<script::Line>| -> Vec<(i64, String, Option<String>)> {
            lines
                .into_iter()
                .map(|line| (line.at.0, line.draft.content, line.draft.source.id))
                .collect()
        };
        assert_eq!(text(week()), text(week()));
    }

    #[test]
    fn the_week_is_worth_looking_at() {
        let lines = week();
        assert!((2_500..8_000).contains(&lines.len()), "{}", lines.len());
        let services: BTreeSet<&str> = lines
            .iter()
            .map(|line| line.draft.source.service.as_str())
            .collect();
        assert!(services.len() >= 10, "{services:?}");
        let unfilled = lines.iter().find(|line| line.draft.content.contains('{'));
        assert!(
            unfilled.is_none(),
            "{:?}",
            unfilled.map(|line| &line.draft.content)
        );
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        for line in &lines {
            *texts.entry(&line.draft.content).or_default() += 1;
        }
        assert!(
            texts.len() * 5 > lines.len() * 2,
            "{} of {}",
            texts.len(),
            lines.len()
        );
        for line in &lines {
            assert!(line.at < NOW && line.at >= NOW.plus_ms(-7 * 86_400_000));
        }
    }

    #[test]
    fn nothing_points_to_a_place_that_exists() {
        for line in week() {
            for url in [&line.draft.source.url, &line.draft.author.url]
                .into_iter()
                .flatten()
            {
                let host = url.split('/').nth(2).unwrap();
                assert!(host.ends_with(".example"), "{url}");
            }
        }
    }
}
