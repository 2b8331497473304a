//! How urgent a mention is.

use serde::{Deserialize, Serialize};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// The four bands of priority that action metadata speaks of.
    PriorityBand {
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

/// Priority from 0 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Priority(u8);

impl Priority {
    /// A priority, if the number is 0 to 10.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= 10 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// 0-2 low, 3-5 medium, 6-8 high, 9-10 critical (inference; the vendor names only the bands).
    pub const fn band(self) -> PriorityBand {
        match self.0 {
            0..=2 => PriorityBand::Low,
            3..=5 => PriorityBand::Medium,
            6..=8 => PriorityBand::High,
            _ => PriorityBand::Critical,
        }
    }

    /// High or critical.
    pub const fn is_urgent(self) -> bool {
        matches!(self.band(), PriorityBand::High | PriorityBand::Critical)
    }
}
