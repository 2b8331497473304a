//! The time by which things may be removed for good.
//!
//! A clock that is set months ahead by mistake, be it for a second, makes everything look as if it
//! had expired. So what is purged has been looked at twice, some minutes of the steady clock apart,
//! and the earliest of the times counts that the looks speak for.

use domain::time::{Clock, MINUTE_MS, SteadyMillis, UnixMillis};

/// How far apart the two looks are at least.
const APART_MS: i64 = 5 * MINUTE_MS;

/// One look at the clock.
#[derive(Debug, Clone, Copy)]
struct Look {
    said: UnixMillis,
    at: SteadyMillis,
}

impl Look {
    /// What the clock must say by now if it said the right thing then.
    const fn by(self, now: SteadyMillis) -> UnixMillis {
        self.said.plus_ms(now.since(self.at))
    }
}

/// The looks so far.
#[derive(Debug)]
pub(crate) struct Looks {
    newer: Look,
    /// At least [`APART_MS`] before the newer one.
    older: Option<Look>,
}

impl Looks {
    /// Takes the first look.
    pub(crate) fn begin(clock: &dyn Clock) -> Self {
        Self {
            newer: look(clock),
            older: None,
        }
    }

    /// Looks again; gives the time by which things may be removed, or nothing before there were
    /// two looks far enough apart.
    pub(crate) fn again(&mut self, clock: &dyn Clock) -> Option<UnixMillis> {
        let present = look(clock);
        if present.at.since(self.newer.at) >= APART_MS {
            self.older = Some(self.newer);
            self.newer = present;
        }
        // A look in between that speaks for an earlier time speaks for the whole time since.
        let ahead_ms = self.newer.by(present.at).since(present.said).max(0);
        self.newer.said = self.newer.said.plus_ms(-ahead_ms);
        let (older, newer) = (self.older?.by(present.at), self.newer.by(present.at));
        Some(present.said.min(older).min(newer))
    }
}

fn look(clock: &dyn Clock) -> Look {
    Look {
        said: clock.now(),
        at: clock.steady(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{DAY_MS, ManualClock};

    const START: UnixMillis = UnixMillis(1_795_291_200_000);

    #[test]
    fn nothing_is_removed_before_the_second_look() {
        let clock = ManualClock::at(START);
        let mut looks = Looks::begin(&clock);
        assert_eq!(looks.again(&clock), None);
        clock.advance_ms(APART_MS - 1);
        assert_eq!(looks.again(&clock), None);
        clock.advance_ms(1);
        assert_eq!(looks.again(&clock), Some(START.plus_ms(APART_MS)));
        clock.advance_ms(9);
        assert_eq!(looks.again(&clock), Some(START.plus_ms(APART_MS + 9)));
    }

    #[test]
    fn a_clock_that_jumps_ahead_and_back_removes_nothing_whichever_look_meets_it() {
        for jump in [120 * DAY_MS, 1] {
            for met in 0..6 {
                let clock = ManualClock::at(START);
                let mut looks = None;
                for number in 0..6 {
                    if number == met {
                        clock.jump_ms(jump);
                    }
                    let given = match &mut looks {
                        None => {
                            looks = Some(Looks::begin(&clock));
                            None
                        }
                        Some(looks) => looks.again(&clock),
                    };
                    let right = START.plus_ms(number * APART_MS);
                    assert!(given.is_none_or(|given| given <= right), "{met} {number}");
                    if number == met {
                        clock.jump_ms(-jump);
                    }
                    clock.advance_ms(APART_MS);
                }
            }
        }
    }

    #[test]
    fn a_clock_that_jumps_again_and_again_removes_nothing_while_it_is_right_in_between() {
        let clock = ManualClock::at(START);
        let mut looks = Looks::begin(&clock);
        for number in 0..6 {
            let right = START.plus_ms(number * 2 * APART_MS);
            clock.jump_ms(120 * DAY_MS);
            assert!(looks.again(&clock).is_none_or(|given| given <= right));
            clock.jump_ms(-120 * DAY_MS);
            assert!(looks.again(&clock).is_none_or(|given| given <= right));
            clock.advance_ms(2 * APART_MS);
        }
    }

    #[test]
    fn a_clock_that_was_wrong_and_is_put_right_is_believed_after_two_looks() {
        let clock = ManualClock::at(START.plus_ms(-DAY_MS));
        let mut looks = Looks::begin(&clock);
        clock.jump_ms(DAY_MS);
        for right in [false, true, true] {
            clock.advance_ms(APART_MS);
            let given = looks.again(&clock).unwrap();
            assert_eq!(given == clock.now(), right);
        }
    }
}
