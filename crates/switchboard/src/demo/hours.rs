//! When things happen: people write in the evening, agents answer while they work.

use domain::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, UnixMillis};

use super::dice::Dice;

/// How much is written in each hour of the day (UTC).
const RHYTHM: [usize; 24] = [
    4, 2, 1, 1, 2, 5, 12, 22, 30, 34, 33, 31, 35, 33, 29, 28, 31, 36, 42, 47, 44, 34, 20, 9,
];

/// The seven days that end now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Week {
    pub(super) start: UnixMillis,
    pub(super) now: UnixMillis,
}

impl Week {
    /// The week before a moment.
    pub(super) const fn before(now: UnixMillis) -> Self {
        Self {
            start: now.plus_ms(-7 * DAY_MS),
            now,
        }
    }

    /// A moment in it, at an hour at which people write.
    pub(super) fn moment(self, dice: &mut Dice) -> UnixMillis {
        let midnight = UnixMillis::midnight(self.now.day());
        let hour = i64::try_from(dice.weighted(&RHYTHM)).unwrap_or_default();
        let within = dice.between(0, HOUR_MS - 1);
        let at = midnight.plus_ms(hour * HOUR_MS + within - dice.between(0, 6) * DAY_MS);
        if at > self.now {
            at.plus_ms(-7 * DAY_MS)
        } else {
            at
        }
    }

    /// A moment so many days before now, at this hour or up to so many hours later.
    pub(super) fn around(self, dice: &mut Dice, days: i64, hours: i64) -> UnixMillis {
        self.now
            .plus_ms(-days * DAY_MS + dice.between(0, hours * HOUR_MS))
    }
}

/// How long until somebody else says something: seconds in a chat.
pub(super) fn in_chat(dice: &mut Dice) -> i64 {
    dice.between(8 * SECOND_MS, 150 * SECOND_MS)
}

/// How long until a comment: soon at first, then ever more seldom.
pub(super) fn for_comment(dice: &mut Dice) -> i64 {
    let hours = dice.between(1, 30).min(dice.between(1, 30));
    dice.between(MINUTE_MS, hours * HOUR_MS)
}

/// How long until an agent turns to a message that came then: some minutes, or next morning.
pub(super) fn for_agent(dice: &mut Dice, arrived: UnixMillis) -> i64 {
    let hour = arrived.0.rem_euclid(DAY_MS) / HOUR_MS;
    let until_work = match hour {
        0..=6 => (7 - hour) * HOUR_MS,
        21..=23 => (31 - hour) * HOUR_MS,
        _ => 0,
    };
    let minutes = dice
        .between(2, 240)
        .min(dice.between(2, 240))
        .min(dice.between(2, 240));
    until_work + minutes * MINUTE_MS + dice.between(0, MINUTE_MS)
}

/// What agents do within this time happens at one moment.
pub(super) const BEAT_MS: i64 = 3 * MINUTE_MS;

/// How long an agent needs for one more step on the same message: longer than a beat, and short
/// enough to be one stretch of work with the step before.
pub(super) fn for_step(dice: &mut Dice) -> i64 {
    dice.between(BEAT_MS, 2 * BEAT_MS)
}
