//! Identifiers: one type per kind of object, all 64-bit integers.
//!
//! Accounts, topics, users and the like have small numbers handed out by the store, because
//! clients of the original API keep them in 32-bit columns. Mentions have 17-digit numbers that
//! grow with time, as in the original; [`IdSource`] makes them.

use std::sync::Mutex;

use crate::time::UnixMillis;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        $(
            $(#[$meta])*
            #[derive(
                Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
                serde::Serialize, serde::Deserialize,
            )]
            #[serde(transparent)]
            pub struct $name(pub i64);

            impl $name {
                /// The number.
                pub const fn get(self) -> i64 {
                    self.0
                }

                /// Reads a decimal number without sign or leading zeros.
                pub fn parse(text: &str) -> Option<Self> {
                    let plain = text.len() <= 19
                        && text.bytes().all(|byte| byte.is_ascii_digit())
                        && (text == "0" || !text.starts_with('0'));
                    if plain { text.parse().ok().map(Self) } else { None }
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    self.0.fmt(f)
                }
            }
        )+
    };
}

ids! {
    /// An account: the tenant.
    AccountId,
    /// A project: a group of topics.
    ProjectId,
    /// A topic: what is listened to.
    TopicId,
    /// A person who can sign in.
    UserId,
    /// A team of users.
    TeamId,
    /// A role within an account.
    RoleId,
    /// A connected profile: one source of a topic.
    ProfileId,
    /// A mention; unique within its account (and so within its topic).
    MentionId,
    /// What mentions belong together; the first mention's number.
    ConversationId,
    /// A tag of an account.
    TagId,
    /// An entry in the history of a mention.
    ActionId,
    /// A to-do on a mention.
    TodoId,
    /// An OAuth application.
    ApplicationId,
    /// An access token, session or grant.
    TokenId,
    /// A unit of background work.
    JobId,
    /// A raw item that arrived and waits to be processed.
    IntakeId,
    /// An entry in the security log.
    AuditId,
    /// A contact: a person behind one or more authors.
    ContactId,
    /// A note, annotation or tag on a contact.
    ContactEntryId,
    /// A kind of annotation.
    AnnotationTypeId,
    /// A key of a program: a name with a secret.
    ApiKeyId,
    /// A report.
    ReportId,
    /// Something that an agent did.
    AgentEventId,
}

/// Position in the change log of one account; 0 is before the first change.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct ChangeNumber(pub i64);

impl ChangeNumber {
    /// The number after this one.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl std::fmt::Display for ChangeNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// 2020-01-01T00:00:00Z in Unix milliseconds: makes the numbers 17 digits long from 2022 to 2044.
const EPOCH: i64 = 1_577_836_800_000;
/// Bits below the millisecond: 5 for the node, 12 for the position within the millisecond.
const LOW_BITS: u32 = 17;
const COUNTER_BITS: u32 = 12;

/// Makes 17-digit numbers that grow with time and never repeat on a node.
#[derive(Debug)]
pub struct IdSource {
    node: i64,
    last: Mutex<i64>,
}

impl IdSource {
    /// A source for a node; only the low five bits of `node` are used.
    pub fn new(node: u8) -> Self {
        Self {
            node: i64::from(node & 31),
            last: Mutex::new(0),
        }
    }

    /// Continues after a number that is already in use, so that a clock set back makes no double.
    pub fn observe(&self, used: i64) {
        let mut last = self.lock();
        *last = (*last).max((used >> LOW_BITS << COUNTER_BITS) | ((1 << COUNTER_BITS) - 1));
    }

    /// The next number at this time, or just after the last one when the clock stands still.
    pub fn next(&self, now: UnixMillis) -> i64 {
        let mut last = self.lock();
        let at_now = now.0.saturating_sub(EPOCH).max(0) << COUNTER_BITS;
        *last = at_now.max(last.saturating_add(1));
        let (millis, counter) = (*last >> COUNTER_BITS, *last & ((1 << COUNTER_BITS) - 1));
        (millis << LOW_BITS) | (self.node << COUNTER_BITS) | counter
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, i64> {
        self.last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_291_200_000);

    #[test]
    fn numbers_have_17_digits_and_grow_within_a_millisecond() {
        let ids = IdSource::new(3);
        let made: Vec<i64> = (0..10_000).map(|_| ids.next(NOW)).collect();
        assert!(made.iter().all(|id| id.to_string().len() == 17));
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_clock_set_back_makes_no_double() {
        let ids = IdSource::new(0);
        let first = ids.next(NOW);
        assert!(ids.next(UnixMillis(NOW.0 - 3_600_000)) > first);
        let restarted = IdSource::new(0);
        restarted.observe(first);
        assert!(restarted.next(UnixMillis(NOW.0 - 3_600_000)) > first);
    }

    #[test]
    fn only_plain_decimal_numbers_are_ids() {
        assert_eq!(
            MentionId::parse("43769000000000001"),
            Some(MentionId(43_769_000_000_000_001))
        );
        for text in [
            "",
            "-1",
            "+1",
            "01",
            " 1",
            "1.0",
            "99999999999999999999",
            "١",
        ] {
            assert_eq!(MentionId::parse(text), None, "{text:?}");
        }
    }
}
