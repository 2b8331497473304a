//! Moments and durations of work on a mention.

use serde::{Deserialize, Serialize};

use super::Mention;
use crate::time::UnixMillis;

/// Moments and durations of work on a mention. Durations are in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Timers {
    /// First reply (or other answer) to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_reply_at: Option<UnixMillis>,
    /// First time it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_done_at: Option<UnixMillis>,
    /// First assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_assigned_at: Option<UnixMillis>,
    /// First action of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_action_at: Option<UnixMillis>,
    /// Newest action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_action_at: Option<UnixMillis>,
    /// Newest change of status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_status_at: Option<UnixMillis>,
    /// Publication to first reply, business hours only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_in_hours_ms: Option<i64>,
    /// Publication to first done, business hours only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolve_in_hours_ms: Option<i64>,
    /// Time spent by agents.
    #[serde(skip_serializing_if = "is_zero")]
    pub handle_ms: i64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Mention {
    /// Publication (or arrival, when the source gave no date): where timers start.
    pub fn clock_start(&self) -> UnixMillis {
        self.published_at.unwrap_or(self.added_at)
    }

    /// Seconds from publication to the first reply.
    pub fn response_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_reply_at)
    }

    /// Seconds from publication to the first time it was done.
    pub fn resolve_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_done_at)
    }

    /// Seconds from publication to the first assignment.
    pub fn assign_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_assigned_at)
    }

    /// Seconds from publication to the first action of a person.
    pub fn first_action_seconds(&self) -> Option<i64> {
        self.seconds_until(self.state.timers.first_action_at)
    }

    fn seconds_until(&self, moment: Option<UnixMillis>) -> Option<i64> {
        moment.map(|at| at.since(self.clock_start()).max(0).div_euclid(1_000))
    }
}
