//! Tone as a number: 1 positive, 0 neutral, -1 negative.

use domain::ids::UserId;
use domain::mention::State;

/// The tone of a message and who set it; `None` until somebody or something judged.
///
/// The export of the original has whole numbers; which ones is inference.
pub fn of(state: &State) -> Option<(i8, Option<UserId>)> {
    Some((state.sentiment.score()?, state.judged_by()))
}
