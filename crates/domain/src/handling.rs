//! How long agents worked on a mention.
//!
//! Nobody tells when somebody begins and ends to look at a message. What is known are the moments
//! at which something was done, so time is counted between actions of one person that follow each
//! other closely (inference; the vendor gives only the sums).

use crate::ids::UserId;
use crate::mention::Action;
use crate::time::{MINUTE_MS, UnixMillis};

/// A longer pause ends a stretch of work.
pub const PAUSE_MS: i64 = 10 * MINUTE_MS;

/// A stretch of work of one person on one mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// Who.
    pub user_id: UserId,
    /// The first action.
    pub started_at: UnixMillis,
    /// The last action.
    pub ended_at: UnixMillis,
}

impl Interval {
    /// Its length in milliseconds.
    pub const fn ms(&self) -> i64 {
        let ms = self.ended_at.since(self.started_at);
        if ms < 0 { 0 } else { ms }
    }
}

/// The stretches of work that a history tells of, oldest first.
///
/// A stretch is a run of one person's actions without a pause of more than [`PAUSE_MS`]; an action
/// of somebody else ends it, what the server does by itself does not. One action alone has no
/// length and is no stretch.
pub fn intervals(actions: &[Action]) -> Vec<Interval> {
    let mut all: Vec<Interval> = Vec::new();
    for action in actions {
        let Some(user_id) = action.user_id else {
            continue;
        };
        match all.last_mut() {
            Some(last) if last.user_id == user_id && action.at.since(last.ended_at) <= PAUSE_MS => {
                last.ended_at = last.ended_at.max(action.at);
            }
            _ => all.push(Interval {
                user_id,
                started_at: action.at,
                ended_at: action.at,
            }),
        }
    }
    all.retain(|interval| interval.ms() > 0);
    all
}

/// The length of all stretches together, in milliseconds.
pub fn total_ms(actions: &[Action]) -> i64 {
    intervals(actions)
        .iter()
        .fold(0, |sum, interval| sum.saturating_add(interval.ms()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action_type::ActionType;
    use crate::ids::ActionId;
    use crate::mention::ActionDetail;

    fn history(steps: &[(Option<i64>, i64)]) -> Vec<Action> {
        steps
            .iter()
            .zip(1..)
            .map(|((user, minute), id)| Action {
                id: ActionId(id),
                user_id: user.map(UserId),
                kind: ActionType::Note,
                detail: ActionDetail::default(),
                at: UnixMillis(minute * MINUTE_MS),
            })
            .collect()
    }

    fn stretches(steps: &[(Option<i64>, i64)]) -> Vec<(i64, i64, i64)> {
        intervals(&history(steps))
            .iter()
            .map(|one| {
                (
                    one.user_id.0,
                    one.started_at.0 / MINUTE_MS,
                    one.ended_at.0 / MINUTE_MS,
                )
            })
            .collect()
    }

    #[test]
    fn actions_that_follow_closely_are_one_stretch() {
        let steps = [(Some(7), 0), (Some(7), 10), (Some(7), 12)];
        assert_eq!(stretches(&steps), [(7, 0, 12)]);
        assert_eq!(total_ms(&history(&steps)), 12 * MINUTE_MS);
    }

    #[test]
    fn a_pause_ends_a_stretch() {
        let steps = [(Some(7), 0), (Some(7), 5), (Some(7), 16), (Some(7), 18)];
        assert_eq!(stretches(&steps), [(7, 0, 5), (7, 16, 18)]);
    }

    #[test]
    fn somebody_else_ends_a_stretch_and_the_server_does_not() {
        let steps = [
            (Some(7), 0),
            (None, 1),
            (Some(7), 2),
            (Some(8), 3),
            (Some(7), 4),
            (Some(7), 6),
        ];
        assert_eq!(stretches(&steps), [(7, 0, 2), (7, 4, 6)]);
    }

    #[test]
    fn one_action_alone_takes_no_time() {
        assert_eq!(stretches(&[(Some(7), 0)]), []);
        assert_eq!(total_ms(&[]), 0);
    }
}
